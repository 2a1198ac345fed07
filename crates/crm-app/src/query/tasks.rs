//! What can be asked of the tasks.

use crm_domain::access::scope::OwnerFilter;
use crm_domain::calendar::Calendar;
use crm_domain::task::{Priority, RelatedKind, Task, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;
use uuid::Uuid;

use crate::paging::cursor::SortField;
use crate::paging::{Position, PositionKey, Sort, Start};

/// Which tasks by when they are due, in terms of [`crm_domain::due::DueDate::moment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueWindow {
    /// Not done, and due before this moment, which is now.
    Overdue {
        /// Now.
        now: Timestamp,
    },
    /// Due in this stretch, done or not.
    Between {
        /// From this moment, if it has a beginning.
        from: Option<Timestamp>,
        /// Before this moment, if it has an end.
        before: Option<Timestamp>,
    },
}

/// Which tasks. Everything holds at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFilter {
    /// Whose.
    pub owner: OwnerFilter,
    /// With one of these statuses, without repetition; none means any.
    pub statuses: Vec<TaskStatus>,
    /// With one of these priorities, without repetition; none means any.
    pub priorities: Vec<Priority>,
    /// About this kind of record.
    pub related_kind: Option<RelatedKind>,
    /// About the record with this id.
    pub related_id: Option<Uuid>,
    /// Due then.
    pub due: Option<DueWindow>,
    /// In which every term occurs.
    pub search: Option<SearchQuery>,
}

impl TaskFilter {
    /// Every task in the scope.
    pub fn everything() -> Self {
        Self {
            owner: OwnerFilter::Any,
            statuses: Vec::new(),
            priorities: Vec::new(),
            related_kind: None,
            related_id: None,
            due: None,
            search: None,
        }
    }

    /// Whether only owner and status narrow it: the total is then exact, from the tallies.
    pub fn is_tallied(&self) -> bool {
        self.priorities.is_empty()
            && self.related_kind.is_none()
            && self.related_id.is_none()
            && self.due.is_none()
            && self.search.is_none()
    }
}

/// What tasks can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskSort {
    /// The moment it is due.
    DueDate,
    /// When it was made.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// How urgent it is.
    Priority,
}

impl SortField for TaskSort {
    fn tag(self) -> u8 {
        match self {
            Self::DueDate => 21,
            Self::CreatedAt => 22,
            Self::UpdatedAt => 23,
            Self::Priority => 24,
        }
    }

    fn has_key(self, key: &PositionKey) -> bool {
        match self {
            Self::DueDate | Self::CreatedAt | Self::UpdatedAt => matches!(key, PositionKey::Time(_)),
            Self::Priority => matches!(key, PositionKey::Rank(_)),
        }
    }
}

impl TaskSort {
    /// Where a task stands in a list sorted so, under this calendar.
    pub fn place(self, task: &Task, calendar: &Calendar) -> Position {
        let key = match self {
            Self::DueDate => PositionKey::Time(task.due.moment(calendar)),
            Self::CreatedAt => PositionKey::Time(task.created_at),
            Self::UpdatedAt => PositionKey::Time(task.updated_at),
            Self::Priority => PositionKey::Rank(rank(task.priority)),
        };
        Position { key, id: task.id.uuid() }
    }
}

/// A priority's place in the order, lowest first.
pub fn rank(priority: Priority) -> u8 {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
    }
}

/// One page of tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskQuery {
    /// Which.
    pub filter: TaskFilter,
    /// In which order.
    pub sort: Sort<TaskSort>,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}
