//! Tables in Markdown, which can be read as they are.

use std::fmt::Write as _;

use super::{Line, Report, Subject};
use crate::figures::{Figures, share};
use crate::rows::Row;
use crate::whole::SignIns;

/// All tables.
pub(super) fn of(report: &Report) -> String {
    let mut text = String::new();
    let build =
        if report.optimized { "optimized" } else { "NOT optimized: figures of a debug build say nothing" };
    let _in_memory = writeln!(
        text,
        "crm-server {} ({build}) on {}, {} processors, {} s a row, load {} before and {} after\n",
        report.version,
        report.store,
        report.processors,
        report.seconds,
        report.load_before,
        report.load_after
    );
    for part in
        [fills(report), starts(report), rows(report), creations(report), sign_ins(report), missed(report)]
    {
        text.push_str(&part);
    }
    text
}

fn fills(report: &Report) -> String {
    let lines = report.fills.iter().map(|fill| {
        let rate = share(whole(fill.records), fill.seconds).unwrap_or_default();
        vec![
            fill.leads.to_string(),
            fill.records.to_string(),
            format!("{:.1}", fill.seconds),
            format!("{rate:.0}"),
        ]
    });
    table(&["filled: leads", "records", "s", "records/s"], lines.collect())
}

fn starts(report: &Report) -> String {
    let lines = report.starts.iter().map(|start| {
        vec![
            start.leads.to_string(),
            format!("{:.0}", start.ready_ms),
            mib(start.idle_resident),
            mib(start.idle_anonymous),
            mib(start.busy_resident),
            mib(start.busy_anonymous),
        ]
    });
    let names = [
        "leads",
        "ready ms",
        "RSS idle MiB",
        "of it anonymous",
        "RSS with 64 clients MiB",
        "of it anonymous",
    ];
    table(&names, lines.collect())
}

fn rows(report: &Report) -> String {
    let names = [
        "row",
        "as",
        "clients",
        "answered by",
        "req/s",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "CPU ms/1,000",
        "p50 growth",
        "of bare",
        "of driver",
        "missed",
    ];
    table(&names, report.lines.iter().map(row).collect())
}

fn row(line: &Line) -> Vec<String> {
    let Figures { per_second, p50_ms, p90_ms, p99_ms, cpu_ms_per_1000, failures, .. } = &line.figures;
    let percent =
        |share: Option<f64>| share.map_or_else(String::new, |share| format!("{:.0} %", share * 100.0));
    let mut missed = line.misses.clone();
    if *failures > 0 {
        missed.push(format!("{failures} FAILED"));
    }
    vec![
        line.row.name().to_owned(),
        line.who.name().to_owned(),
        line.clients.to_string(),
        match line.subject {
            Subject::Leads(leads) => format!("{leads} leads"),
            Subject::BareRoute => "bare route".to_owned(),
            Subject::Driver => "driver".to_owned(),
        },
        format!("{per_second:.0}"),
        time(*p50_ms),
        time(*p90_ms),
        time(*p99_ms),
        cpu_ms_per_1000.map_or_else(String::new, |cpu| format!("{cpu:.0}")),
        line.standing.growth.map_or_else(String::new, |growth| format!("×{growth:.2}")),
        percent(line.standing.of_bare),
        percent(line.standing.of_driver),
        missed.join("; "),
    ]
}

/// How much many clients at once gain where they write, and what size costs them.
fn creations(report: &Report) -> String {
    let of = |clients: u16, subject: Subject, line: &Line| {
        let there = report.lines.iter().find(|other| {
            other.row == Row::Create
                && other.who == line.who
                && other.clients == clients
                && other.subject == subject
        });
        there.map(|other| other.figures.per_second)
    };
    let few = report.lines.iter().map(|line| line.clients).min().unwrap_or_default();
    let sizes = report.lines.iter().filter_map(|line| match line.subject {
        Subject::Leads(leads) => Some(leads),
        Subject::BareRoute | Subject::Driver => None,
    });
    let first = sizes.min().unwrap_or_default();
    let created = report.lines.iter().filter(|line| line.row == Row::Create);
    let lines = created.filter_map(|line| {
        let Subject::Leads(leads) = line.subject else { return None };
        let gain = share(line.figures.per_second, of(few, line.subject, line)?)?;
        let size = share(line.figures.per_second, of(line.clients, Subject::Leads(first), line)?)?;
        Some(vec![
            line.who.name().to_owned(),
            leads.to_string(),
            line.clients.to_string(),
            format!("{:.0}", line.figures.per_second),
            format!("×{gain:.2}"),
            format!("×{size:.2}"),
        ])
    });
    let (gain, size) = (format!("of {few} client(s)"), format!("of {first} leads"));
    table(&["create as", "leads", "clients", "req/s", &gain, &size], lines.collect())
}

fn sign_ins(report: &Report) -> String {
    let Some(SignIns { readers_alone, readers_beside, signed_in, p99_growth }) = &report.sign_ins else {
        return String::new();
    };
    let line = |name: &str, figures: &Figures, growth: Option<f64>| {
        vec![
            name.to_owned(),
            format!("{:.0}", figures.per_second),
            time(figures.p50_ms),
            time(figures.p99_ms),
            growth.map_or_else(String::new, |growth| format!("×{growth:.2}")),
        ]
    };
    let lines = vec![
        line("4 readers alone", readers_alone, None),
        line("4 readers beside 32 who sign in", readers_beside, *p99_growth),
        line("32 who sign in", signed_in, None),
    ];
    table(&["on the largest store", "req/s", "p50 ms", "p99 ms", "p99 growth"], lines)
}

fn missed(report: &Report) -> String {
    let (mut held, mut missed) = (0, 0);
    for line in report.lines.iter().filter(|line| matches!(line.subject, Subject::Leads(_))) {
        if line.misses.is_empty() { held += 1 } else { missed += 1 }
    }
    format!("{missed} of {} rows miss a target\n", held + missed)
}

/// A table in columns; nothing if it has no lines.
fn table(names: &[&str], lines: Vec<Vec<String>>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let dashes: Vec<String> = names.iter().map(|_| "---".to_owned()).collect();
    let all: Vec<Vec<String>> = [names, dashes].into_iter().chain(lines).collect();
    let mut text = String::new();
    for line in &all {
        for (column, cell) in line.iter().enumerate() {
            let cells = all.iter().filter_map(|line| line.get(column));
            let width = cells.map(|cell| cell.chars().count()).max().unwrap_or_default();
            let filler = " ".repeat(width - cell.chars().count());
            text.push_str("| ");
            text.push_str(cell);
            text.push_str(&filler);
            text.push(' ');
        }
        text.push_str("|\n");
    }
    text.push('\n');
    text
}

fn time(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.3}") } else { format!("{ms:.1}") }
}

fn mib(bytes: Option<u64>) -> String {
    bytes.map_or_else(String::new, |bytes| format!("{:.0}", whole(bytes) / 1_048_576.0))
}

#[expect(clippy::cast_precision_loss, reason = "nothing here counts to 2^52")]
fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let lines = vec![vec!["×1".to_owned(), "2".to_owned()]];
        assert_eq!(table(&["a", "long"], lines), "| a   | long |\n| --- | ---  |\n| ×1  | 2    |\n\n");
        assert_eq!(table(&["a"], Vec::new()), "");
    }
}
