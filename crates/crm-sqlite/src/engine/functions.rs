//! What statements can ask besides what SQLite brings.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

/// Adds them to a connection. No schema may call them: a file must be readable without them.
///
/// - `holds(text, part)`: whether the text has this part, as `instr(text, part) > 0`, which goes character by character and
///   takes longer.
pub(super) fn add(conn: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    conn.create_scalar_function(c"holds", 2, flags, |asked| holds(asked))
}

fn holds(asked: &Context<'_>) -> rusqlite::Result<bool> {
    let (text, part) = (asked.get_raw(0).as_bytes()?, asked.get_raw(1).as_bytes()?);
    Ok(match (str::from_utf8(text), str::from_utf8(part)) {
        (Ok(text), Ok(part)) => text.contains(part),
        // A text that is damaged is told when its record is read.
        _ => part.is_empty() || text.windows(part.len()).any(|found| found == part),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Value;

    use super::*;

    fn answers(text: &str, part: &str) -> [bool; 2] {
        let conn = Connection::open_in_memory().unwrap();
        add(&conn).unwrap();
        let ask = |sql| conn.query_row(sql, [text, part], |row| row.get(0)).unwrap();
        [ask("SELECT holds(?1, ?2)"), ask("SELECT instr(?1, ?2) > 0")]
    }

    #[test]
    fn a_text_holds_what_sqlite_finds_in_it() {
        let long = "müller gmbh\nmüller@example.com\n".repeat(40) + "straße 🦊";
        for text in ["", "gmbh", "acme gmbh", "gmb h", "a\0gmbh", &long] {
            for part in ["", "g", "gmbh", "gmbhx", "r g", "h\nm", "\0g", "ü", "ße 🦊", "🦊x", &long] {
                let [ours, theirs] = answers(text, part);
                assert_eq!((ours, ours), (theirs, text.contains(part)), "{part:?} in {text:?}");
            }
        }
    }

    #[test]
    fn a_damaged_text_holds_what_is_whole_in_it() {
        let conn = Connection::open_in_memory().unwrap();
        add(&conn).unwrap();
        let ask = |part: &str| -> bool {
            let damaged = Value::Blob(b"acme \xff gmbh".to_vec());
            conn.query_row("SELECT holds(CAST(?1 AS TEXT), ?2)", (damaged, part), |row| row.get(0)).unwrap()
        };
        assert_eq!(["acme", " gmbh", "", "acme gmbh"].map(ask), [true, true, true, false]);
    }
}
