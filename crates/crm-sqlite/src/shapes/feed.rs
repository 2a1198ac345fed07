//! Stretches of the feed.

use crm_app::query::activities::{ActivityFilter, ActivityQuery};
use crm_domain::access::scope::Reach;
use crm_domain::activity::{ActivityType, EntityKind};

use super::variety::{reach_name, shape, start_name, starts};
use super::{Ask, Asked, Shape};

/// The shapes.
pub(super) fn shapes(asked: &Asked) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let nothing = ActivityFilter::default();
    let filters = [
        ("everything", nothing.clone()),
        ("a type", ActivityFilter { kind: Some(ActivityType::LeadCreated), ..nothing.clone() }),
        ("an actor", ActivityFilter { actor: Some(asked.user), ..nothing.clone() }),
        ("about leads", ActivityFilter { entity_kind: Some(EntityKind::Lead), ..nothing.clone() }),
        ("about a record", ActivityFilter { entity_id: Some(asked.lead.uuid()), ..nothing }),
    ];
    for reach in [Reach::Everything, Reach::OwnedBy(asked.user)] {
        for (name, filter) in &filters {
            for start in starts(asked) {
                let name = ["feed", reach_name(reach), name, start_name(&start)];
                let query = ActivityQuery { filter: filter.clone(), start, limit: 10 };
                shapes.push(shape(&name, Ask::Feed(reach, query)));
            }
        }
    }
    shapes
}
