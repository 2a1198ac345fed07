//! The pieces of which statements are made: fixed text, and values that are always bound.

use crm_app::paging::{Direction, PositionKey, Start};
use rusqlite::types::Value;

/// A condition on a row, with the values for its question marks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    /// The text.
    pub(crate) sql: &'static str,
    /// The values.
    pub(crate) values: Vec<Value>,
}

impl Condition {
    /// A condition with these values.
    pub(crate) fn new(sql: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql, values: values.into_iter().collect() }
    }

    /// A condition with one value.
    pub(crate) fn one(sql: &'static str, value: impl Into<Value>) -> Self {
        Self { sql, values: vec![value.into()] }
    }
}

/// A stretch of a sort key: from the first moment, up to but without the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Window {
    /// The first that is in it.
    pub(crate) from: Option<i64>,
    /// The first that is not.
    pub(crate) before: Option<i64>,
}

impl Window {
    /// What is left of the window for a page that begins at `start`: of the window's beginning and the page's, the
    /// index can only start at one.
    pub(crate) fn after(self, start: &Start, direction: Direction) -> Self {
        let Start::After(position) = start else { return self };
        let PositionKey::Time(at) = &position.key else { return self };
        let at = at.millis();
        match direction {
            Direction::Ascending => Self { from: self.from.filter(|from| at < *from), ..self },
            Direction::Descending => Self { before: self.before.filter(|before| at >= *before), ..self },
        }
    }
}

/// A statement being written.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    /// The text so far.
    pub(crate) text: String,
    /// The values so far.
    pub(crate) values: Vec<Value>,
    conditions: usize,
}

impl Sql {
    /// Adds text.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Begins a SELECT of its own: the next condition is its first.
    pub(crate) fn select(&mut self, text: &'static str) -> &mut Self {
        self.conditions = 0;
        self.push(text)
    }

    /// Adds a condition.
    pub(crate) fn condition(&mut self, condition: &Condition) -> &mut Self {
        self.and().push(condition.sql);
        self.values.extend(condition.values.iter().cloned());
        self
    }

    /// Adds conditions.
    pub(crate) fn conditions<'a>(
        &mut self,
        conditions: impl IntoIterator<Item = &'a Condition>,
    ) -> &mut Self {
        for condition in conditions {
            self.condition(condition);
        }
        self
    }

    /// Adds what the window asks of the column.
    pub(crate) fn window(&mut self, column: &'static str, window: Window) -> &mut Self {
        if let Some(from) = window.from {
            self.and().push(column).push(" >= ").value(from);
        }
        if let Some(before) = window.before {
            self.and().push(column).push(" < ").value(before);
        }
        self
    }

    /// Begins a condition.
    pub(crate) fn and(&mut self) -> &mut Self {
        let word = if self.conditions == 0 { " WHERE " } else { " AND " };
        self.conditions += 1;
        self.push(word)
    }

    /// Adds a value.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.push("?")
    }
}

#[cfg(test)]
mod tests {
    use crm_app::paging::Position;
    use crm_domain::timestamp::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn after(millis: i64) -> Start {
        let key = PositionKey::Time(Timestamp::from_millis(millis).unwrap());
        Start::After(Position { key, id: Uuid::nil() })
    }

    #[test]
    fn a_page_begins_where_the_window_or_the_cursor_does_whichever_is_later() {
        let window = Window { from: Some(10), before: Some(20) };
        let ahead = |start| window.after(&start, Direction::Ascending);
        assert_eq!(ahead(Start::Offset(3)), window);
        assert_eq!(ahead(after(9)), window);
        assert_eq!(ahead(after(10)), Window { from: None, before: Some(20) });
        let back = |start| window.after(&start, Direction::Descending);
        assert_eq!(back(after(20)), window);
        assert_eq!(back(after(19)), Window { from: Some(10), before: None });
    }

    #[test]
    fn values_are_bound_and_never_written_into_the_text() {
        let mut sql = Sql::default();
        let tag = Condition::one("lead_tag.tag = ?", "' OR 1 = 1; --\0".to_owned());
        sql.select("SELECT 1 FROM lead_tag").conditions([&tag, &tag]).push(" LIMIT ").value(3);
        assert_eq!(sql.text, "SELECT 1 FROM lead_tag WHERE lead_tag.tag = ? AND lead_tag.tag = ? LIMIT ?");
        assert_eq!(sql.values.len(), 3);
    }
}
