//! What varies from shape to shape, and what it is called.

use crm_app::paging::{Position, PositionKey, Start};
use crm_domain::access::scope::{OwnerRange, Reach};
use uuid::Uuid;

use super::{Ask, Asked, Shape};

/// Everybody, nobody and somebody.
pub(super) fn ranges(asked: &Asked) -> [OwnerRange; 3] {
    [OwnerRange::Everyone, OwnerRange::Nobody, OwnerRange::User(asked.user)]
}

/// The first page, a later one, and one after a cursor.
pub(super) fn starts(asked: &Asked) -> [Start; 3] {
    let position = Position { key: PositionKey::Time(asked.now), id: Uuid::nil() };
    [Start::Offset(0), Start::Offset(20), Start::After(position)]
}

/// A shape whose name has these parts.
pub(super) fn shape(name: &[&str], ask: Ask) -> Shape {
    Shape { name: name.join(", "), ask }
}

/// What a range is called.
pub(super) fn range_name(range: OwnerRange) -> &'static str {
    match range {
        OwnerRange::Empty => "no records",
        OwnerRange::Everyone => "of everybody",
        OwnerRange::Nobody => "of nobody",
        OwnerRange::User(_) => "of one owner",
    }
}

/// What a reach is called.
pub(super) fn reach_name(reach: Reach) -> &'static str {
    match reach {
        Reach::Everything => "for an admin",
        Reach::OwnedBy(_) => "for an agent",
    }
}

/// What the beginning of a page is called.
pub(super) fn start_name(start: &Start) -> &'static str {
    match start {
        Start::Offset(0) => "first page",
        Start::Offset(_) => "later page",
        Start::After(_) => "after a cursor",
    }
}
