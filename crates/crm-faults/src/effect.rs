//! What a request does to one record, as the event that tells of it: each version of a record has exactly one.

use std::fmt;

use serde_json::Value;

/// The kinds of record that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A lead.
    Lead,
    /// A customer.
    Customer,
    /// A task.
    Task,
}

/// Which record it is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// The one of this id.
    Id(String),
    /// The one that was made with this mark: its id was never told.
    Marked(String),
    /// The customer that this lead became.
    ConvertedFrom(String),
}

/// One record done something to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What kind of record.
    pub kind: Kind,
    /// Which.
    pub on: On,
    /// The type of the event.
    pub event: &'static str,
    /// What the event's `meta` says of some fields.
    pub meta: Vec<Told>,
}

/// What `meta` says of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    field: &'static str,
    side: &'static str,
    value: String,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Lead, Self::Customer, Self::Task];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Customer => "Customer",
            Self::Task => "Task",
        }
    }

    /// The one of this name: users are not written.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The type of the event that tells of a new one.
    pub fn created(self) -> &'static str {
        match self {
            Self::Lead => "lead_created",
            Self::Customer => "customer_created",
            Self::Task => "task_created",
        }
    }

    /// The type of the event that tells that one is gone. Leads stay.
    pub fn deleted(self) -> Option<&'static str> {
        match self {
            Self::Lead => None,
            Self::Customer => Some("customer_deleted"),
            Self::Task => Some("task_deleted"),
        }
    }

    /// The field that holds the mark a record was made with, and that no request changes.
    pub fn marked_in(self) -> &'static str {
        match self {
            Self::Lead | Self::Customer => "company",
            Self::Task => "description",
        }
    }
}

impl Effect {
    /// An event of this type about this record.
    pub fn new(kind: Kind, on: On, event: &'static str) -> Self {
        Self { kind, on, event, meta: Vec::new() }
    }

    /// It says that the field became this.
    #[must_use]
    pub fn to(self, field: &'static str, value: &str) -> Self {
        self.told(field, "to", value)
    }

    /// It says that the field was this.
    #[must_use]
    pub fn from(self, field: &'static str, value: &str) -> Self {
        self.told(field, "from", value)
    }

    fn told(mut self, field: &'static str, side: &'static str, value: &str) -> Self {
        self.meta.push(Told { field, side, value: value.to_owned() });
        self
    }

    /// Whether an event of this type with this `meta` tells of it.
    pub fn is_told_by(&self, event: &str, meta: &Value) -> bool {
        event == self.event
            && self.meta.iter().all(|told| meta[told.field][told.side].as_str() == Some(told.value.as_str()))
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {} {:?}", self.event, self.kind.name(), self.on)?;
        for told in &self.meta {
            write!(f, ", {} {} {}", told.field, told.side, told.value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_tells_of_an_effect_if_it_says_all_that_is_known_of_it() {
        let effect = Effect::new(Kind::Lead, On::Id("1".to_owned()), "lead_updated")
            .to("source", "m1")
            .from("name", "a");
        let meta = json!({ "source": { "from": "x", "to": "m1" }, "name": { "from": "a", "to": "b" } });
        assert!(effect.is_told_by("lead_updated", &meta));
        assert!(!effect.is_told_by("lead_archived", &meta));
        assert!(!effect.is_told_by("lead_updated", &json!({ "source": { "from": "x", "to": "m1" } })));
        assert!(!effect.clone().to("source", "m2").is_told_by("lead_updated", &meta));
    }
}
