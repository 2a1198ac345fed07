use std::collections::BTreeMap;
use std::time::Duration;

use crm_app::commit::change::Change;
use crm_app::tally::{Deltas, TallyKey, count_customer, count_lead, count_task, deltas};
use crm_domain::calendar::{Calendar, parse_day};
use crm_domain::customer::Customer;
use crm_domain::due::DueDate;
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Progress, Task, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::version::Replace;
use crm_testkit::fixtures::{Maker, moment};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::stored;

fn user(number: u8) -> UserId {
    UserId::from_uuid(Uuid::from_u128(u128::from(number)))
}

fn utc() -> Calendar {
    Calendar::utc()
}

#[test]
fn a_new_lead_is_counted_by_status_and_on_the_local_day_of_its_creation() {
    let make = Maker::new();
    make.clock.set(moment("2026-03-28T23:30:00Z"));
    let lead = make.lead("Ada", Some(user(1)));
    let berlin = Calendar::parse("Europe/Berlin").unwrap();
    let counted = deltas(&[Change::InsertLead(lead)], &berlin);
    let (owner, day) = (Some(user(1)), parse_day("2026-03-29").unwrap());
    let expected = [
        (TallyKey::Leads { owner, status: LeadStatus::New, archived: false }, 1),
        (TallyKey::LeadsCreated { owner, day }, 1),
    ];
    assert_eq!(counted, Deltas::from(expected));
}

#[test]
fn a_lead_that_is_put_away_leaves_its_day() {
    let make = Maker::new();
    let lead = make.lead("Ada", None);
    let away = Lead { archived: true, ..lead.clone() };
    let put = Change::PutLead(Replace { before: stored(&lead, 1), after: away });
    let (owner, status, day) = (None, LeadStatus::New, parse_day("2026-03-20").unwrap());
    let expected = [
        (TallyKey::Leads { owner, status, archived: false }, -1),
        (TallyKey::Leads { owner, status, archived: true }, 1),
        (TallyKey::LeadsCreated { owner, day }, -1),
    ];
    assert_eq!(deltas(&[put], &utc()), Deltas::from(expected));
}

#[test]
fn a_done_task_is_due_on_no_day() {
    let make = Maker::new();
    let task = Task { due: DueDate::parse("2026-03-20").unwrap(), ..make.task("Call", user(1)) };
    let put = Change::PutTask(Replace { before: stored(&task, 1), after: task.clone().complete(make.now()) });
    let (owner, day) = (user(1), parse_day("2026-03-20").unwrap());
    let expected = [
        (TallyKey::Tasks { owner, status: TaskStatus::Open }, -1),
        (TallyKey::Tasks { owner, status: TaskStatus::Done }, 1),
        (TallyKey::TasksDue { owner, day }, -1),
        (TallyKey::TasksDueWithin { owner, day, hour: 23 }, -1),
    ];
    assert_eq!(deltas(&[put], &utc()), Deltas::from(expected));
}

#[test]
fn what_cancels_out_or_is_not_counted_leaves_nothing() {
    let make = Maker::new();
    let customer = make.customer("Ada", user(1));
    let noted = customer.clone().note_added(make.now());
    let changes = [
        Change::PutCustomer(Replace { before: stored(&customer, 1), after: noted }),
        Change::InsertNote(make.note(customer.id, user(1), "met")),
        Change::InsertUser(make.user("ann", crm_domain::access::role::Role::Agent)),
        Change::MarkSetUp,
    ];
    assert_eq!(deltas(&changes, &utc()), Deltas::new());
}

/// One random step: on which of the records there are by then, and what becomes of it.
#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    which: usize,
    owner: u8,
    choice: u8,
    flag: bool,
    minutes: u64,
}

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = (0..9_u8, any::<usize>(), 0..4_u8, 0..4_u8, any::<bool>(), 0..60_000_u64).prop_map(
        |(kind, which, owner, choice, flag, minutes)| Step { kind, which, owner, choice, flag, minutes },
    );
    prop::collection::vec(prop::collection::vec(step, 1..4), 1..40)
}

/// The records there are.
#[derive(Default)]
struct World {
    make: Maker,
    leads: Vec<Lead>,
    customers: Vec<Customer>,
    tasks: Vec<Task>,
}

fn pick<T>(records: &[T], which: usize) -> Option<usize> {
    which.checked_rem(records.len())
}

impl World {
    /// Takes the step, if there is a record to take it on.
    fn take(&mut self, step: &Step) -> Option<Change> {
        let at = moment("2026-03-01T00:00:00Z").plus(Duration::from_secs(step.minutes * 60));
        self.make.clock.set(at);
        match step.kind {
            0 => {
                let lead = self.shape_lead(self.make.lead("Ada", None), step);
                self.leads.push(lead.clone());
                Some(Change::InsertLead(lead))
            }
            1 | 2 => {
                let index = pick(&self.leads, step.which)?;
                let before = self.leads[index].clone();
                let after = self.shape_lead(before.clone(), step);
                self.leads[index] = after.clone();
                Some(Change::PutLead(Replace { before: stored(&before, 1), after }))
            }
            3 => {
                let customer = self.make.customer("Ada", user(step.owner));
                self.customers.push(customer.clone());
                Some(Change::InsertCustomer(customer))
            }
            4 => {
                let index = pick(&self.customers, step.which)?;
                let before = self.customers[index].clone();
                let after = Customer { owner: user(step.owner), ..before.clone() };
                self.customers[index] = after.clone();
                Some(Change::PutCustomer(Replace { before: stored(&before, 1), after }))
            }
            5 => {
                let index = pick(&self.customers, step.which)?;
                Some(Change::DeleteCustomer(stored(&self.customers.remove(index), 1)))
            }
            6 => {
                let task = shape_task(self.make.task("Call", user(0)), step, at);
                self.tasks.push(task.clone());
                Some(Change::InsertTask(task))
            }
            7 => {
                let index = pick(&self.tasks, step.which)?;
                let before = self.tasks[index].clone();
                let after = shape_task(before.clone(), step, at);
                self.tasks[index] = after.clone();
                Some(Change::PutTask(Replace { before: stored(&before, 1), after }))
            }
            _ => {
                let index = pick(&self.tasks, step.which)?;
                Some(Change::DeleteTask(stored(&self.tasks.remove(index), 1)))
            }
        }
    }

    fn shape_lead(&self, lead: Lead, step: &Step) -> Lead {
        let owner = (step.owner > 0).then(|| user(step.owner));
        let status = LeadStatus::ALL[usize::from(step.choice)];
        Lead { owner, status, archived: step.flag, updated_at: self.make.now(), ..lead }
    }

    fn recount(&self, calendar: Calendar) -> Deltas {
        let mut counted = Deltas::new();
        self.leads.iter().for_each(|lead| count_lead(&mut counted, lead, &calendar, 1));
        self.customers.iter().for_each(|customer| count_customer(&mut counted, customer, 1));
        self.tasks.iter().for_each(|task| count_task(&mut counted, task, &calendar, 1));
        counted
    }
}

fn shape_task(task: Task, step: &Step, at: Timestamp) -> Task {
    let due = if step.flag { DueDate::At(at) } else { DueDate::On(at.utc().date_naive()) };
    let progress = match step.choice {
        0 => Progress::Open,
        1 => Progress::InProgress,
        _ => Progress::Done { at },
    };
    Task { owner: user(step.owner), due, progress, ..task }
}

proptest! {
    #[test]
    fn after_any_changes_the_summed_deltas_equal_a_recount(
        zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        commits in steps(),
    ) {
        let calendar = Calendar::of(zone);
        let mut world = World::default();
        let mut kept: BTreeMap<TallyKey, i64> = BTreeMap::new();
        for commit in &commits {
            let changes: Vec<Change> = commit.iter().filter_map(|step| world.take(step)).collect();
            let deltas = deltas(&changes, &calendar);
            prop_assert!(deltas.values().all(|by| *by != 0));
            for (key, by) in deltas {
                *kept.entry(key).or_default() += by;
            }
            prop_assert!(kept.values().all(|count| *count >= 0), "no counter is ever below nothing");
        }
        kept.retain(|_, count| *count != 0);
        prop_assert_eq!(kept, world.recount(calendar));
    }
}
