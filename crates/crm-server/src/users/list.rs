//! All accounts, a line each.

use crm_app::users::list as users;
use crm_domain::raw::{Members, Raw};
use crm_domain::user::User;

use super::operator;
use crate::command_error::{CommandError, of_use_case};
use crate::output;
use crate::wiring::Wiring;

/// Lists them, the oldest first.
pub(super) async fn list(wiring: &Wiring) -> Result<(), CommandError> {
    output::say(&format!("{:<40} {:<6} {:<9} {}", "email", "role", "active", "name"));
    let mut cursor = None;
    loop {
        let query = Members::new().with("sort", Raw::text("createdAt")).with("limit", Raw::text("100"));
        let query = match cursor {
            Some(cursor) => query.with("cursor", Raw::Text(cursor)),
            None => query,
        };
        let page = users::list(&wiring.ctx, &operator(), query)
            .await
            .map_err(|error| of_use_case("the accounts cannot be listed", error))?;
        page.items.iter().for_each(|user| output::say(&line(user.record())));
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

fn line(user: &User) -> String {
    let active = if user.active { "active" } else { "disabled" };
    format!("{:<40} {:<6} {active:<9} {}", user.email.as_str(), user.role.as_str(), user.name.as_str())
}
