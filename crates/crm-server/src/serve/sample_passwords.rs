//! Sample accounts that anybody could sign in to: their passwords are in the manual.

use std::collections::HashMap;

use crm_app::context::Ctx;
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use secrecy::SecretString;

use crate::command_error::{Cause, CommandError};
use crate::seed::people::{ADMIN, AGENT_PASSWORD};

/// So many passwords are tried: `seed` gives all agents the same hash, so more of them were set one by one.
const MOST_TRIED: usize = 16;
/// So many accounts are named.
const MOST_NAMED: usize = 10;

/// Refuses to go on while an active sample account has its sample password, and names all such accounts.
///
/// # Errors
/// There is such an account, or the store cannot be read.
pub async fn refuse(ctx: &Ctx) -> Result<(), CommandError> {
    let open = open_accounts(ctx).await?;
    if open.is_empty() {
        return Ok(());
    }
    Err(CommandError::Usage(format!(
        "anybody can sign in as {}, whose passwords are those of the sample data; give each another with \
         `crm-server user password EMAIL`, or end it with `crm-server user disable EMAIL`",
        named(&open)
    )))
}

/// The emails of all active accounts with a password of the sample data.
///
/// # Errors
/// The store cannot be read, or the passwords cannot be checked.
pub async fn open_accounts(ctx: &Ctx) -> Result<Vec<String>, CommandError> {
    let mut open = Vec::new();
    let mut tried = HashMap::new();
    if let Some(admin) = account(ctx, ADMIN.email).await?
        && is_open(ctx, &admin, ADMIN.password, &mut tried).await?
    {
        open.push(ADMIN.email.to_owned());
    }
    // The agents of the sample data are numbered without a gap.
    for number in 1_u64.. {
        let email = format!("agent{number}@crm.com");
        let Some(agent) = account(ctx, &email).await? else {
            break;
        };
        if is_open(ctx, &agent, AGENT_PASSWORD, &mut tried).await? {
            open.push(email);
        }
    }
    Ok(open)
}

async fn account(ctx: &Ctx, email: &str) -> Result<Option<User>, CommandError> {
    let email = Email::parse(email).map_err(failed)?;
    let grant = authorize(&Actor::system("start"), Action::ReadUsers).map_err(failed)?;
    let found = ctx.stores.users.user_by_email(grant.scope(), &email).await.map_err(failed)?;
    Ok(found.map(|user| user.record().clone()))
}

async fn is_open(
    ctx: &Ctx,
    user: &User,
    password: &str,
    tried: &mut HashMap<String, bool>,
) -> Result<bool, CommandError> {
    if !user.active {
        return Ok(false);
    }
    let hash = user.password.expose().to_owned();
    if let Some(known) = tried.get(&hash) {
        return Ok(*known);
    }
    if tried.len() >= MOST_TRIED {
        return Ok(false);
    }
    let password = SecretString::from(password);
    let fits = ctx.passwords.verify(password, Some(user.password.clone())).await.map_err(failed)?;
    tried.insert(hash, fits);
    Ok(fits)
}

fn failed(cause: impl Into<Cause>) -> CommandError {
    CommandError::failed("it cannot be told whether sample accounts have their sample passwords", cause)
}

/// The first of these emails, and how many more there are.
pub fn named(emails: &[String]) -> String {
    let shown = emails.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match emails.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
