//! Making an account.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::role::Role;
use crm_domain::activity::{ActivityType, EntityRef};
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::meta::Meta;
use crm_domain::password_hash::PasswordHash;
use crm_domain::raw::Members;
use crm_domain::refusal::Refusal;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::values::password::NewPassword;
use crm_domain::version::{Version, Versioned};

use crate::auth::login::hash_password;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::events::{Happening, event};

/// The members of the request.
pub const WRITABLE: &[&str] = &["name", "email", "password", "role"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] = &["id", "_id", "__v", "createdAt", "updatedAt", "version"];

/// Who is to have an account, checked.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their name.
    pub name: PersonName,
    /// Their email.
    pub email: Email,
    /// Their role.
    pub role: Role,
    /// Their password.
    pub password: NewPassword,
}

impl NewUser {
    /// Reads `name`, `email` and `password`; flaws go to the form.
    pub fn read(form: &mut Form, role: Role) -> Option<Self> {
        let name = form.required("name", PersonName::parse);
        let email = form.required("email", Email::parse);
        let raw = form.secret_required("password")?;
        let password = match (&name, &email) {
            (Some(name), Some(email)) => NewPassword::parse(&raw, email, name).map(Some),
            (_, _) => NewPassword::check(&raw).map(|()| None),
        };
        match password {
            Ok(password) => Some(Self { name: name?, email: email?, role, password: password? }),
            Err(flaw) => {
                form.reject("password", flaw);
                None
            }
        }
    }

    /// The user, once their password is hashed.
    pub fn user(&self, id: UserId, password: PasswordHash, now: Timestamp) -> User {
        User {
            id,
            name: self.name.clone(),
            email: self.email.clone(),
            role: self.role,
            active: true,
            password,
            access_version: 1,
            spared: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Makes an account; an admin's right.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`]; [`Refusal::EmailTaken`].
pub async fn register(ctx: &Ctx, actor: &Actor, body: Members) -> Result<Versioned<User>, AppError> {
    authorize(actor, Action::CreateUser)?;
    let mut form = Form::body(body, WRITABLE, READ_ONLY);
    let role = form.optional("role", Role::parse).unwrap_or(Role::Agent);
    let new = NewUser::read(&mut form, role);
    let new = form.finish_with(new)?;
    create(ctx, actor, &new).await
}

/// Makes an account of checked input.
///
/// # Errors
/// [`AppError::Denied`]; [`Refusal::EmailTaken`]; [`AppError::Busy`] if too many passwords are being hashed.
pub async fn create(ctx: &Ctx, actor: &Actor, new: &NewUser) -> Result<Versioned<User>, AppError> {
    let grant = authorize(actor, Action::CreateUser)?;
    if ctx.stores.users.user_by_email(grant.scope(), &new.email).await?.is_some() {
        return Err(Refusal::EmailTaken.into());
    }
    let hash = hash_password(ctx, &new.password).await?;
    let hash = &hash;
    let attempt = || {
        decide(ctx, actor, &[], |actor| async move {
            authorize(&actor, Action::CreateUser)?;
            let user = new.user(ctx.mint(), hash.clone(), ctx.now());
            let mut commit = inserting(ctx, &actor, &user);
            if new.role == Role::Admin && !ctx.stores.workspaces.workspace().await?.set_up {
                commit = commit.change(Change::MarkSetUp);
            }
            Ok(Decision::commit(commit, Versioned::stored(user, Version::FIRST)))
        })
    };
    match attempt().await {
        // The first admin was set up meanwhile: this one is another.
        Err(AppError::Refused(Refusal::AlreadySetUp)) => attempt().await,
        other => other,
    }
}

/// The commit that makes this account.
pub fn inserting(ctx: &Ctx, actor: &Actor, user: &User) -> Commit {
    let happening = Happening {
        kind: ActivityType::UserCreated,
        entity: EntityRef::User(user.id),
        version: Version::FIRST,
        message: format!("User \"{}\" created", user.name.as_str()),
        meta: Meta::new().compare("role", None, Some(user.role.as_str())),
        at: user.created_at,
        owners: [None, None],
    };
    Commit::new(ctx.commit_id()).event(event(ctx, actor, happening)).change(Change::InsertUser(user.clone()))
}
