//! The tables by which records are found by tag.

use crm_domain::values::tag::{Tag, Tags};
use rusqlite::Connection;

/// The tag table of one kind of record.
#[derive(Debug, Clone, Copy)]
pub(super) struct TagTable {
    insert: &'static str,
    delete: &'static str,
}

/// The leads'.
pub(super) const LEADS: TagTable = TagTable {
    insert: "INSERT OR IGNORE INTO lead_tag (tag, lead) VALUES (?1, ?2)",
    delete: "DELETE FROM lead_tag WHERE tag = ?1 AND lead = ?2",
};

/// The customers'.
pub(super) const CUSTOMERS: TagTable = TagTable {
    insert: "INSERT OR IGNORE INTO customer_tag (tag, customer) VALUES (?1, ?2)",
    delete: "DELETE FROM customer_tag WHERE tag = ?1 AND customer = ?2",
};

impl TagTable {
    /// Puts the record's tags in the place of those it had.
    pub(super) fn replace(
        self,
        conn: &Connection,
        n: i64,
        before: &Tags,
        after: &Tags,
    ) -> rusqlite::Result<()> {
        let (before, after) = (folded(before), folded(after));
        for tag in before.iter().filter(|tag| !after.contains(tag)) {
            conn.prepare_cached(self.delete)?.execute((tag, n))?;
        }
        for tag in after.iter().filter(|tag| !before.contains(tag)) {
            conn.prepare_cached(self.insert)?.execute((tag, n))?;
        }
        Ok(())
    }
}

fn folded(tags: &Tags) -> Vec<String> {
    tags.iter().map(Tag::folded).collect()
}
