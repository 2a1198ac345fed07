//! Who is in a seeded store: one admin and the agents.

use std::fmt;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::context::Ctx;
use crm_app::users::register;
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::role::Role;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::password_hash::PasswordHash;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use uuid::Uuid;

use super::chance::{Chance, Kind};
use super::words;
use crate::command_error::Cause;

/// A sample account as the manual names it.
#[derive(Debug, Clone, Copy)]
pub struct SampleAccount {
    /// What it signs in with.
    pub email: &'static str,
    /// What it signs in with.
    pub password: &'static str,
    /// What it may do.
    pub role: Role,
}

/// For people: what to sign in with, and as what.
impl fmt::Display for SampleAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<16}  {:<10}  {}", self.email, self.password, self.role.as_str())
    }
}

/// The admin's.
pub const ADMIN: SampleAccount =
    SampleAccount { email: "admin@crm.com", password: "Admin@123", role: Role::Admin };

/// What every agent signs in with.
pub const AGENT_PASSWORD: &str = "Agent@123";

/// The accounts of the smallest sample, the admin first.
pub const SAMPLE_ACCOUNTS: [SampleAccount; 3] = [
    ADMIN,
    SampleAccount { email: "agent1@crm.com", password: AGENT_PASSWORD, role: Role::Agent },
    SampleAccount { email: "agent2@crm.com", password: AGENT_PASSWORD, role: Role::Agent },
];

/// Hashes of the sample passwords, each made once.
pub struct Hashes {
    /// Of the admin's.
    pub admin: PasswordHash,
    /// Of the agents'.
    pub agent: PasswordHash,
}

/// Everybody.
pub struct People {
    admin: User,
    agents: Vec<User>,
}

impl People {
    /// Makes them. All accounts are from the same moment.
    ///
    /// # Errors
    /// A name or an email is none, which would be a mistake in this program.
    pub fn make(random_seed: u64, agents: u64, hashes: &Hashes, at: Timestamp) -> Result<Self, Cause> {
        let user = |number: u64, name: String, email: String, role: Role, password: &PasswordHash| {
            let id = Chance::of(random_seed, Kind::User, number).id(number);
            Ok::<_, Cause>(User {
                id: UserId::from_uuid(id),
                name: PersonName::parse(&name)?,
                email: Email::parse(&email)?,
                role,
                active: true,
                password: password.clone(),
                access_version: 1,
                spared: None,
                created_at: at,
                updated_at: at,
            })
        };
        let admin = user(0, "Alex Admin".to_owned(), ADMIN.email.to_owned(), Role::Admin, &hashes.admin)?;
        let agents = (1..=agents)
            .map(|number| {
                let (first, last) = words::person(&mut Chance::of(random_seed, Kind::User, number));
                let (name, email) = (format!("{first} {last}"), format!("agent{number}@crm.com"));
                user(number, name, email, Role::Agent, &hashes.agent)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { admin, agents })
    }

    /// The commits that make their accounts.
    pub fn commits(&self, ctx: &Ctx) -> Vec<Commit> {
        let by = Actor::system("sample data");
        let admin = register::inserting(ctx, &by, &self.admin).change(Change::MarkSetUp);
        let agents = self.agents.iter().map(|agent| register::inserting(ctx, &by, agent));
        [admin].into_iter().chain(agents).collect()
    }

    /// The admin.
    pub fn admin(&self) -> &User {
        &self.admin
    }

    /// The agent whose turn it is.
    pub fn agent(&self, turn: u64) -> &User {
        let agents = u64::try_from(self.agents.len()).unwrap_or(u64::MAX).max(1);
        let index = usize::try_from(turn % agents).unwrap_or(0);
        self.agents.get(index).unwrap_or(&self.admin)
    }
}

/// The user as somebody who acts.
pub fn acting(user: &User) -> Actor {
    Actor::User(SignedIn {
        id: user.id,
        name: user.name.clone(),
        role: user.role,
        access_version: user.access_version,
        session: SessionId::from_uuid(Uuid::nil()),
    })
}
