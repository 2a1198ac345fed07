//! Commits as the commands that apply them: a pure function, so that a transaction can run again as it was.
//!
//! A statement rests on documents of its own collection only. So statements of one kind on one collection come
//! together in one command, whatever stands between them, as long as the order within each collection is kept.

use crm_app::commit::Commit;
use crm_app::commit::expect::Expect;
use crm_app::error::StoreError;
use crm_app::tally::{self, Deltas};
use crm_domain::calendar::Calendar;

use bson::Document;
use std::sync::Arc;

use super::audit::Audit;
use super::step::{Short, Step, Verb};
use super::{changes, expects};
use crate::tallies::Shelves;
use crate::{open_tasks, standings, tallies};

/// The most statements of one command, which may have 48 MB.
const MOST: usize = 200;

/// What applies some commits.
#[derive(Debug)]
pub(crate) struct Plan {
    steps: Vec<Step>,
    rests_on_users: Vec<Expect>,
    counters: Shelves,
    calendar: Calendar,
    audit: Audit,
}

impl Plan {
    /// What applies all of these commits, under this calendar.
    pub(crate) fn of(commits: &[Arc<Commit>], calendar: Calendar) -> Result<Self, StoreError> {
        let mut plan = Self::correction(Shelves::new(), calendar);
        let mut counters = Deltas::new();
        for commit in commits {
            for expect in &commit.expects {
                expects::plan(&mut plan, expect)?;
            }
            for change in &commit.changes {
                changes::plan(&mut plan, change, commit, calendar)?;
            }
            for (customer, by) in open_tasks::deltas(&commit.changes) {
                let change = open_tasks::change(customer, by);
                plan.push(open_tasks::COLLECTION, Verb::Update, Short::Fine, change);
            }
            changes::plan_traces(&mut plan, commit)?;
            plan.audit.add(commit)?;
            for (counter, by) in tally::deltas(&commit.changes, &calendar) {
                *counters.entry(counter).or_default() += by;
            }
        }
        plan.counters = tallies::arranged(&counters);
        Ok(plan)
    }

    /// What changes these counters and nothing else.
    pub(crate) fn correction(counters: Shelves, calendar: Calendar) -> Self {
        let (steps, rests_on_users) = (Vec::new(), Vec::new());
        Self { steps, rests_on_users, counters, calendar, audit: Audit::default() }
    }

    /// The commands in order, for this lane.
    pub(crate) fn steps(&self, lane: u8) -> Vec<Step> {
        let users = self.rests_on_users.iter().filter_map(|expect| standings::rest_on(expect, lane));
        let mut steps = Vec::new();
        for statement in users {
            push(&mut steps, standings::COLLECTION, Verb::Update, Short::Stale, statement);
        }
        steps.extend(self.steps.iter().cloned());
        if self.rests_on_calendar() {
            let calendar = tallies::rest_on_calendar(self.calendar, lane);
            for statement in std::iter::once(calendar).chain(tallies::add(&self.counters, lane)) {
                push(&mut steps, tallies::COLLECTION, Verb::Update, Short::Calendar, statement);
            }
        }
        steps
    }

    /// What goes into the audit log, if anything does.
    pub(crate) fn audit(&self) -> Option<&Audit> {
        (!self.audit.is_empty()).then_some(&self.audit)
    }

    /// Adds a statement.
    pub(crate) fn push(&mut self, collection: &'static str, verb: Verb, short: Short, statement: Document) {
        push(&mut self.steps, collection, verb, short, statement);
    }

    /// Adds that a user must be as expected.
    pub(crate) fn rest_on_user(&mut self, expect: Expect) {
        self.rests_on_users.push(expect);
    }

    /// Tasks are kept with the moment by which they are due, counters by day.
    fn rests_on_calendar(&self) -> bool {
        !self.counters.is_empty() || self.steps.iter().any(|step| step.collection == "tasks")
    }
}

fn push(steps: &mut Vec<Step>, collection: &'static str, verb: Verb, short: Short, statement: Document) {
    match steps.iter_mut().rev().find(|step| step.collection == collection) {
        Some(last) if last.verb == verb && last.short == short && last.statements.len() < MOST => {
            last.statements.push(statement);
        }
        Some(_) | None => steps.push(Step { collection, verb, statements: vec![statement], short }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    fn plan(statements: &[(&'static str, Verb)]) -> Vec<(&'static str, Verb, usize)> {
        let mut plan = Plan::correction(Shelves::new(), Calendar::utc());
        for (collection, verb) in statements {
            plan.push(collection, *verb, Short::Fine, doc! {});
        }
        let steps = plan.steps(0).into_iter();
        steps.map(|step| (step.collection, step.verb, step.statements.len())).collect()
    }

    #[test]
    fn statements_on_one_collection_come_together_and_keep_their_order() {
        use Verb::{Insert, Update};
        let steps =
            plan(&[("a", Update), ("b", Insert), ("a", Update), ("a", Insert), ("b", Insert), ("a", Update)]);
        assert_eq!(steps, [("a", Update, 2), ("b", Insert, 2), ("a", Insert, 1), ("a", Update, 1)]);
    }

    #[test]
    fn a_command_has_a_bounded_number_of_statements() {
        let steps = plan(&vec![("a", Verb::Insert); MOST + 1]);
        assert_eq!(steps, [("a", Verb::Insert, MOST), ("a", Verb::Insert, 1)]);
    }

    #[test]
    fn what_counts_rests_on_the_calendar_of_its_lane() {
        let mut deltas = Deltas::new();
        let owner = crm_domain::ids::UserId::from_uuid(uuid::Uuid::from_u128(1));
        deltas.insert(crm_app::tally::TallyKey::Customers { owner }, 1);
        let plan = Plan::correction(tallies::arranged(&deltas), Calendar::utc());
        let steps = plan.steps(3);
        let [step] = steps.as_slice() else { panic!("{steps:?}") };
        assert_eq!((step.collection, step.short, step.statements.len()), ("tallies", Short::Calendar, 3));
        assert_eq!(step.statements[0], tallies::rest_on_calendar(Calendar::utc(), 3));
    }
}
