//! What an import says when it is over: a table by kind, and what was left out, one by one.

use crm_node_import::report::{Kind, Outcome, Report};

use crate::cli::ImportNodeArgs;
use crate::output;

/// Findings that are said on the terminal; all are in the report.
const MOST_LINES: usize = 50;

/// Says it.
pub(super) fn tell(report: &Report, others: &[String], args: &ImportNodeArgs, to: &str) {
    for line in table(report) {
        output::say(&line);
    }
    // What was left out comes first: it is what somebody must do something about.
    let (mut lines, mended): (Vec<_>, Vec<_>) =
        report.findings().iter().partition(|finding| finding.outcome != Outcome::Mended);
    lines.extend(mended);
    for finding in lines.iter().take(MOST_LINES) {
        output::say(&finding.to_string());
    }
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        output::say(&match &args.report {
            Some(path) => format!("and {more} more, all in {}", path.display()),
            None => format!("and {more} more; --report FILE writes all of them, one line of JSON each"),
        });
    }
    if !others.is_empty() {
        output::say(&format!("nothing was read from the collections {}", others.join(", ")));
    }
    output::say(&if args.dry_run {
        "this was a dry run: nothing was written".to_owned()
    } else {
        format!("{to} has what could be taken over")
    });
}

fn table(report: &Report) -> Vec<String> {
    let mut lines = vec![row("", &["read", "taken", "of it mended", "already there", "left out"])];
    for kind in Kind::ALL {
        let counts = report.counts(kind);
        let numbers = [counts.read, counts.taken, counts.mended, counts.already_there, counts.left_out];
        lines.push(row(kind.many(), &numbers.map(|number| number.to_string())));
    }
    lines
}

fn row(name: &str, columns: &[impl AsRef<str>; 5]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("{:>13}", column.as_ref())).collect();
    format!("{name:<16}{}", columns.join(" "))
}

#[cfg(test)]
mod tests {
    use crm_node_import::report::Item;

    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_kind() {
        let mut report = Report::new();
        report.taken(Item::new(Kind::Lead, "1"));
        report.left_out(Item::new(Kind::Lead, "2"), "why");
        let lines = table(&report);
        assert_eq!(lines.len(), 9);
        assert_eq!(lines[2].split_whitespace().collect::<Vec<_>>(), ["leads", "2", "1", "0", "0", "1"]);
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{lines:#?}");
    }
}
