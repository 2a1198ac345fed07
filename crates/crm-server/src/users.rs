//! Looking after accounts from the command line. A running server follows within a second.
//!
//! The commands go through the same use cases as requests do, so that the last active admin stays, emails are unique,
//! and every change leaves its event and its entry in the audit log, for which they need the secrets that the server
//! has.

mod list;
mod password;

use crm_app::open_mode::OpenMode;
use crm_app::precondition::Precondition;
use crm_app::users::{change, deactivate, register};
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::raw::{Members, Raw};
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;
use secrecy::ExposeSecret;

use self::password::Given;
use crate::cli::{PasswordArgs, RoleArg, UserAddArgs, UserCommand};
use crate::command_error::{CommandError, of_use_case};
use crate::output;
use crate::settings::Settings;
use crate::wiring::Wiring;

/// Runs one of the commands.
///
/// # Errors
/// What was typed does not fit, or the store fails.
pub async fn run(settings: Settings, command: UserCommand) -> Result<(), CommandError> {
    let wiring = match command {
        UserCommand::List => Wiring::open_without_secrets(&settings, None, OpenMode::Existing).await?,
        UserCommand::Add(_) | UserCommand::Disable { .. } | UserCommand::Password { .. } => {
            Wiring::open_with_secrets(&settings, OpenMode::CreateIfEmpty).await?
        }
    };
    match command {
        UserCommand::Add(args) => add(&wiring, args).await?,
        UserCommand::List => list::list(&wiring).await?,
        UserCommand::Disable { email } => disable(&wiring, &email).await?,
        UserCommand::Password { email, password } => set_password(&wiring, &email, password).await?,
    }
    wiring.close().await
}

async fn add(wiring: &Wiring, args: UserAddArgs) -> Result<(), CommandError> {
    let password = password::get(args.password)?;
    let role = match args.role {
        RoleArg::Admin => "admin",
        RoleArg::Agent => "agent",
    };
    let body = Members::new()
        .with("name", Raw::text(args.name))
        .with("email", Raw::text(args.email))
        .with("role", Raw::text(role))
        .with("password", Raw::text(password.secret().expose_secret()));
    show_generated(&password)?;
    let made = register::register(&wiring.ctx, &operator(), body)
        .await
        .map_err(|error| of_use_case("the account was not made", error))?;
    output::say(&format!("{} may sign in as {role}", made.record().email.as_str()));
    Ok(())
}

async fn disable(wiring: &Wiring, email: &str) -> Result<(), CommandError> {
    let user = find(wiring, email).await?;
    let id = user.record().id.to_string();
    deactivate::deactivate(&wiring.ctx, &operator(), &id, Members::new(), &Precondition::None)
        .await
        .map_err(|error| of_use_case("the account was not deactivated", error))?;
    output::say(&format!("{} may not sign in any more", user.record().email.as_str()));
    Ok(())
}

async fn set_password(wiring: &Wiring, email: &str, args: PasswordArgs) -> Result<(), CommandError> {
    let user = find(wiring, email).await?;
    let password = password::get(args)?;
    let body = Members::new().with("password", Raw::text(password.secret().expose_secret()));
    let id = user.record().id.to_string();
    show_generated(&password)?;
    change::change(&wiring.ctx, &operator(), &id, body, &Precondition::None)
        .await
        .map_err(|error| of_use_case("the password was not set", error))?;
    output::say(&format!(
        "{} has another password and is signed out everywhere",
        user.record().email.as_str()
    ));
    Ok(())
}

async fn find(wiring: &Wiring, email: &str) -> Result<Versioned<User>, CommandError> {
    let nobody = || CommandError::Usage(format!("there is no account with the email {email:?}"));
    let email = Email::parse(email).map_err(|_| nobody())?;
    let failed = |error| of_use_case("the account cannot be looked up", error);
    let grant = authorize(&operator(), Action::ReadUsers).map_err(|denied| failed(denied.into()))?;
    let user = wiring.ctx.stores.users.user_by_email(grant.scope(), &email).await;
    user.map_err(|error| failed(error.into()))?.ok_or_else(nobody)
}

/// Who can run this program beside the store's file can do anything to it; the events say that it was done so.
fn operator() -> Actor {
    Actor::system("command line")
}

/// Shows a generated password before it is set: if nobody can read it, nothing must be changed.
fn show_generated(password: &Given) -> Result<(), CommandError> {
    match password {
        Given::Typed(_) => Ok(()),
        Given::MadeUp(secret) => {
            output::say_once(&format!("password (shown this once): {}", secret.expose_secret()))
        }
    }
}
