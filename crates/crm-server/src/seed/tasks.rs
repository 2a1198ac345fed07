//! Sample tasks: the first eight by a plan, so that one is overdue and one due today, and any number by chance.

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::tasks::events;
use crm_domain::due::DueDate;
use crm_domain::patch::{NullablePatch, Patch};
use crm_domain::task::{Priority, Related, Task, TaskDraft, TaskPatch, TaskStatus};
use crm_domain::user::User;
use crm_domain::values::prose::Prose;
use crm_domain::values::title::Title;
use crm_domain::version::{Replace, Version, Versioned};

use super::chance::{Chance, Kind};
use super::people::acting;
use super::words;
use super::world::World;
use crate::command_error::Cause;

/// What a task is about, by the number of the record.
#[derive(Debug, Clone, Copy)]
enum About {
    Lead(u64),
    Customer(u64),
    /// Nothing; the agent whose turn it is has it.
    Nothing(u64),
    /// Nothing; the admin has it.
    Admin,
}

/// What becomes of a task.
#[derive(Debug, Clone, Copy)]
struct Plan {
    days_ago: u64,
    /// Days from today, and the hour if it is due at a moment.
    due: (i64, Option<u64>),
    status: TaskStatus,
    priority: Priority,
    about: About,
    by_steps: bool,
}

const fn plan(
    days_ago: u64,
    due: (i64, Option<u64>),
    status: TaskStatus,
    priority: Priority,
    about: About,
) -> Plan {
    Plan { days_ago, due, status, priority, about, by_steps: true }
}

const SAMPLE: [Plan; 8] = [
    plan(8, (-3, None), TaskStatus::Open, Priority::High, About::Lead(2)),
    plan(4, (0, None), TaskStatus::Open, Priority::Medium, About::Lead(5)),
    plan(6, (1, Some(10)), TaskStatus::InProgress, Priority::High, About::Customer(1)),
    plan(3, (5, None), TaskStatus::InProgress, Priority::Low, About::Nothing(1)),
    plan(9, (-2, None), TaskStatus::Done, Priority::Medium, About::Customer(0)),
    plan(2, (9, None), TaskStatus::Open, Priority::Medium, About::Lead(8)),
    plan(1, (1, None), TaskStatus::Open, Priority::Medium, About::Admin),
    plan(12, (-5, Some(16)), TaskStatus::Done, Priority::High, About::Lead(0)),
];

/// The commits that make a task and what happened to it.
///
/// # Errors
/// A value is none, which would be a mistake in this program.
pub fn commits(world: &World, number: u64) -> Result<Vec<Commit>, Cause> {
    let mut chance = world.chance(Kind::Task, number);
    chance.id(number);
    let plan = plan_of(world, number, &mut chance);
    let (related, owner) = about(world, plan.about);
    let (from_today, hour) = plan.due;
    let draft = TaskDraft {
        title: Title::parse(words::title(&mut chance))?,
        description: if chance.percent(40) { Some(Prose::parse(words::note(&mut chance))?) } else { None },
        due: hour.map_or_else(
            || DueDate::On(world.days.date(from_today)),
            |hour| DueDate::At(world.days.hour(from_today, hour)),
        ),
        status: if plan.by_steps { TaskStatus::Open } else { plan.status },
        priority: plan.priority,
        related,
    };
    let by = acting(owner);
    let at = world.days.at(plan.days_ago, chance.below(600));
    let task = Task::create(world.task(number), draft, owner.id, at);
    let made = Commit::new(world.ctx.commit_id())
        .event(events::created(&world.ctx, &by, &task))
        .change(Change::InsertTask(task.clone()));
    let mut commits = vec![made];
    if plan.by_steps && plan.status != TaskStatus::Open {
        let wanted = world.days.at(plan.days_ago / 2, 600 + chance.below(400));
        let after = task.clone().edit(status_of(plan.status), world.days.after(at, wanted));
        let put = Replace { before: Versioned::stored(task, Version::FIRST), after };
        commits.push(
            Commit::new(world.ctx.commit_id())
                .event(events::changed(&world.ctx, &by, &put))
                .change(Change::PutTask(put)),
        );
    }
    Ok(commits)
}

fn plan_of(world: &World, number: u64, chance: &mut Chance) -> Plan {
    if let Some(planned) = usize::try_from(number).ok().and_then(|index| SAMPLE.get(index)) {
        return *planned;
    }
    let from_today = i64::try_from(chance.below(90)).unwrap_or(0) - 30;
    let done_of_hundred = if from_today < 0 { 85 } else { 10 };
    let status = if chance.percent(done_of_hundred) {
        TaskStatus::Done
    } else {
        chance.pick(&[TaskStatus::Open, TaskStatus::Open, TaskStatus::InProgress], TaskStatus::Open)
    };
    let about = match chance.below(10) {
        0..4 => About::Lead(chance.below(world.amounts.leads)),
        4..6 => About::Customer(chance.below(world.amounts.customers)),
        _ => About::Nothing(number),
    };
    Plan {
        days_ago: chance.below(60),
        due: (from_today, chance.percent(30).then(|| 8 + chance.below(10))),
        status,
        priority: chance.pick(&Priority::ALL, Priority::Medium),
        about,
        by_steps: chance.percent(10),
    }
}

/// The record, where there is one of that number, and whoever it belongs to: a task is about what its owner may see.
fn about(world: &World, about: About) -> (Option<Related>, &User) {
    match about {
        About::Lead(number) if number < world.amounts.leads => {
            let owner = world.owner_of_lead(number).unwrap_or(world.people.admin());
            (Some(Related::Lead(world.lead(number))), owner)
        }
        About::Customer(number) if number < world.amounts.customers => {
            (Some(Related::Customer(world.customer(number))), world.owner_of_customer(number))
        }
        About::Lead(number) | About::Customer(number) | About::Nothing(number) => {
            (None, world.people.agent(number))
        }
        About::Admin => (None, world.people.admin()),
    }
}

fn status_of(status: TaskStatus) -> TaskPatch {
    TaskPatch {
        title: Patch::Keep,
        description: NullablePatch::Keep,
        due: Patch::Keep,
        status: Patch::Set(status),
        priority: Patch::Keep,
        related: NullablePatch::Keep,
        owner: Patch::Keep,
    }
}
