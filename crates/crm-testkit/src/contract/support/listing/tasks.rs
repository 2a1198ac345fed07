//! The list of tasks.

use crm_app::paging::{Counted, Position};
use crm_app::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crm_domain::access::scope::Scope;
use crm_domain::calendar::Calendar;
use crm_domain::ids::UserId;
use crm_domain::task::{Priority, Related, RelatedKind, Task, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::leads::{owner_fits, random_owner};
use super::{Ask, Listing};
use crate::contract::FullStore;
use crate::contract::support::found::fits;
use crate::contract::support::model::Model;
use crate::random::Random;

pub(in crate::contract) struct TaskList;

impl Listing for TaskList {
    type Record = Task;
    type Filter = TaskFilter;
    type By = TaskSort;
    const ORDERS: &'static [TaskSort] =
        &[TaskSort::DueDate, TaskSort::CreatedAt, TaskSort::UpdatedAt, TaskSort::Priority];

    fn all(model: &Model) -> Vec<Versioned<Task>> {
        model.tasks.values().cloned().collect()
    }

    fn id(task: &Task) -> Uuid {
        task.id.uuid()
    }

    fn owner(task: &Task) -> Option<UserId> {
        Some(task.owner)
    }

    fn searched(task: &Task) -> Vec<String> {
        task.search_fields().map(|field| field.as_str().to_owned()).to_vec()
    }

    fn everything() -> TaskFilter {
        TaskFilter::everything()
    }

    fn random(random: &mut Random, model: &Model) -> TaskFilter {
        let texts: Vec<_> = model.tasks.values().flat_map(|task| Self::searched(task.record())).collect();
        let related: Vec<Uuid> =
            model.tasks.values().filter_map(|task| task.record().related.map(Related::uuid)).collect();
        TaskFilter {
            owner: random_owner(random, model),
            statuses: random.maybe(0.3, |random| random.some(&TaskStatus::ALL)).unwrap_or_default(),
            priorities: random.maybe(0.3, |random| random.some(&Priority::ALL)).unwrap_or_default(),
            related_kind: random
                .maybe(0.15, |random| *random.pick(&[RelatedKind::Lead, RelatedKind::Customer])),
            related_id: random.maybe(0.15, |random| random.of(&related)).flatten(),
            due: random.maybe(0.4, |random| random_window(random, model)),
            search: random.maybe(0.3, |random| random.search(&texts)),
        }
    }

    fn admits(filter: &TaskFilter, task: &Task, calendar: Calendar) -> bool {
        let status = task.progress.status();
        let due = task.due.moment(&calendar);
        let in_window = match filter.due {
            None => true,
            Some(DueWindow::Overdue { now }) => status != TaskStatus::Done && due < now,
            Some(DueWindow::Between { from, before }) => {
                from.is_none_or(|from| due >= from) && before.is_none_or(|before| due < before)
            }
        };
        in_window
            && owner_fits(filter.owner, Some(task.owner))
            && (filter.statuses.is_empty() || filter.statuses.contains(&status))
            && (filter.priorities.is_empty() || filter.priorities.contains(&task.priority))
            && filter.related_kind.is_none_or(|kind| task.related.map(Related::kind) == Some(kind))
            && filter.related_id.is_none_or(|id| task.related.map(Related::uuid) == Some(id))
            && fits(filter.search.as_ref(), &task.search_fields())
    }

    fn is_tallied(filter: &TaskFilter) -> bool {
        filter.is_tallied()
    }

    fn place(by: TaskSort, task: &Task, calendar: Calendar) -> Position {
        by.place(task, &calendar)
    }

    async fn list<S: FullStore>(
        store: &S,
        scope: &Scope,
        ask: Ask<TaskFilter, TaskSort>,
    ) -> Counted<Versioned<Task>> {
        let Ask { filter, sort, start, limit } = ask;
        store.tasks(scope, &TaskQuery { filter, sort, start, limit }).await.expect("the store answers")
    }
}

fn random_window(random: &mut Random, model: &Model) -> DueWindow {
    let moments: Vec<_> =
        model.tasks.values().map(|task| task.record().due.moment(&model.calendar)).collect();
    if random.chance(0.4) {
        DueWindow::Overdue { now: random.of(&moments).unwrap_or(Timestamp::MAX) }
    } else {
        DueWindow::Between {
            from: random.maybe(0.7, |random| random.of(&moments)).flatten(),
            before: random.maybe(0.7, |random| random.of(&moments)).flatten(),
        }
    }
}
