//! A table of answers, filled in whatever order.

use std::fmt::Write as _;

use crm_testkit::random::Random;

use super::cast::COLUMNS;
use super::target::Target;
use crate::support::client::Reply;

/// One row: what is asked, and what was answered in each column.
struct Row<T> {
    ask: T,
    route: String,
    target: Target,
    answers: [String; COLUMNS.len()],
}

/// All rows.
pub(super) struct Table<T>(Vec<Row<T>>);

impl<T: Clone> Table<T> {
    /// A table of these questions, each with its name.
    pub(super) fn of(questions: impl IntoIterator<Item = (T, String, Target)>) -> Self {
        let row = |(ask, route, target)| Row {
            ask,
            route,
            target,
            answers: std::array::from_fn(|_| String::new()),
        };
        Self(questions.into_iter().map(row).collect())
    }

    /// All cells in another order each time, so that none can depend on another and not be found out.
    pub(super) fn cells(&self, random: &mut Random) -> Vec<(usize, usize, T, Target)> {
        let row = |(at, row): (usize, &Row<T>)| {
            let (ask, target) = (row.ask.clone(), row.target);
            (0..COLUMNS.len()).map(move |column| (at, column, ask.clone(), target)).collect::<Vec<_>>()
        };
        let mut cells: Vec<_> = self.0.iter().enumerate().flat_map(row).collect();
        random.shuffle(&mut cells);
        cells
    }

    /// Writes an answer into its cell.
    pub(super) fn fill(&mut self, row: usize, column: usize, reply: &Reply) {
        let (status, code) = reply.verdict();
        let found =
            reply.body["total"].as_u64().or_else(|| reply.body.as_array().map(|all| all.len() as u64));
        let row = &mut self.0[row];
        row.answers[column] = match found {
            Some(found) if row.target != Target::Whole => format!("{status} {found} found"),
            Some(_) | None => format!("{status} {code}").trim_end().to_owned(),
        };
    }

    /// How many cells ask about something in particular.
    pub(super) fn count(&self) -> usize {
        self.0.iter().filter(|row| row.target != Target::Whole).count() * COLUMNS.len()
    }

    /// All of it as a text.
    pub(super) fn text(&self, intro: &str) -> String {
        let mut text =
            format!("# Made by a test from what the server answers; CRM_UPDATE=1 writes it anew.\n{intro}");
        line(&mut text, "route", "target", COLUMNS);
        for row in &self.0 {
            line(&mut text, &row.route, row.target.name(), row.answers.each_ref().map(String::as_str));
        }
        text
    }
}

fn line(text: &mut String, route: &str, target: &str, answers: [&str; COLUMNS.len()]) {
    let mut line = format!("{route:<56} {target:<20}");
    for answer in answers {
        write!(line, " {answer:<24}").unwrap();
    }
    writeln!(text, "{}", line.trim_end()).unwrap();
}
