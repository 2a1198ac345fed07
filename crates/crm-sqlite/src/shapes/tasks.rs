//! Lists of tasks.

use crm_app::paging::{Direction, Sort, Start};
use crm_app::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crm_domain::task::{Priority, RelatedKind, TaskStatus};

use super::variety::{range_name, ranges, shape, start_name, starts};
use super::{Ask, Asked, Shape};

/// The shapes.
pub(super) fn shapes(asked: &Asked) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let statuses = [vec![], vec![TaskStatus::Open], vec![TaskStatus::Open, TaskStatus::InProgress]];
    let due = [
        None,
        Some(DueWindow::Overdue { now: asked.now }),
        Some(DueWindow::Between { from: Some(asked.now), before: Some(asked.now) }),
        Some(DueWindow::Between { from: None, before: Some(asked.now) }),
    ];
    let ask =
        |filter, by, direction, start| TaskQuery { filter, sort: Sort { by, direction }, start, limit: 10 };
    for range in ranges(asked) {
        for statuses in &statuses {
            for due in due {
                for start in starts(asked) {
                    let filter = TaskFilter { statuses: statuses.clone(), due, ..TaskFilter::everything() };
                    let name = format!("{} statuses, due {due:?}", statuses.len());
                    let name = ["tasks", range_name(range), &name, start_name(&start)];
                    let query = ask(filter, TaskSort::DueDate, Direction::Ascending, start);
                    shapes.push(shape(&name, Ask::Tasks(range, query)));
                }
            }
        }
        let everything = TaskFilter::everything();
        let rare = [
            ("short search", TaskFilter { search: Some(asked.short.clone()), ..everything.clone() }),
            ("search", TaskFilter { search: Some(asked.long.clone()), ..everything.clone() }),
            ("priority", TaskFilter { priorities: vec![Priority::High], ..everything.clone() }),
            ("related", TaskFilter { related_id: Some(asked.lead.uuid()), ..everything.clone() }),
            ("about leads", TaskFilter { related_kind: Some(RelatedKind::Lead), ..everything.clone() }),
            (
                "overdue",
                TaskFilter { due: Some(DueWindow::Overdue { now: asked.now }), ..everything.clone() },
            ),
            ("everything", everything),
        ];
        for (name, filter) in rare {
            for by in [TaskSort::DueDate, TaskSort::CreatedAt, TaskSort::UpdatedAt, TaskSort::Priority] {
                let query = ask(filter.clone(), by, Direction::Descending, Start::Offset(0));
                let name = ["tasks", range_name(range), name, &format!("by {by:?}")];
                shapes.push(shape(&name, Ask::Tasks(range, query)));
            }
        }
    }
    shapes
}
