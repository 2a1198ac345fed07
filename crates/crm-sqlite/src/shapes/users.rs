//! Lists of users.

use crm_app::paging::{Direction, Sort};
use crm_app::query::users::{UserFilter, UserQuery, UserSort};
use crm_domain::access::role::Role;
use crm_domain::access::scope::Reach;

use super::variety::{reach_name, shape, start_name, starts};
use super::{Ask, Asked, Shape};

/// The shapes.
pub(super) fn shapes(asked: &Asked) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let search = Some(asked.long.clone());
    let filters = [UserFilter::default(), UserFilter { role: Some(Role::Agent), active: Some(true), search }];
    for reach in [Reach::Everything, Reach::OwnedBy(asked.user)] {
        for filter in &filters {
            for by in [UserSort::CreatedAt, UserSort::Name, UserSort::Email] {
                for start in starts(asked) {
                    let name = format!("by {by:?}, {filter:?}");
                    let name = ["users", reach_name(reach), &name, start_name(&start)];
                    let sort = Sort { by, direction: Direction::Descending };
                    let query = UserQuery { filter: filter.clone(), sort, start, limit: 10 };
                    shapes.push(shape(&name, Ask::Users(reach, query)));
                }
            }
        }
    }
    shapes
}
