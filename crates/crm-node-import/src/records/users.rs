//! Accounts. Of several with one email, which differ in case, one is taken over and stands for the others.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use crm_domain::access::role::Role;
use crm_domain::activity::{EntityKind, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::meta::Meta;
use crm_domain::password_hash::PasswordHash;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;

use super::moments;
use crate::here::Here;
use crate::ids;
use crate::mend;
use crate::people::{People, Person};
use crate::report::{Item, Report};
use crate::source::user::NodeUser;
use crate::timeline::Subject;

/// An account that will be here.
pub(crate) struct NewUser {
    pub(crate) old: bson::oid::ObjectId,
    pub(crate) item: Item,
    pub(crate) user: User,
}

impl NewUser {
    /// What its events are about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            old: self.old,
            entity: EntityRef::User(self.user.id),
            name: self.user.name.as_str(),
            owner: None,
            created_at: self.user.created_at,
            maker: None,
            made: Meta::new().compare("role", None, Some(self.user.role.as_str())),
        }
    }
}

/// Who everybody is here, and the accounts that are new.
pub(crate) fn convert(
    users: Vec<NodeUser>,
    here: &Here,
    can_be_checked: fn(&PasswordHash) -> bool,
    report: &mut Report,
) -> (People, Vec<NewUser>) {
    let mut by_email: BTreeMap<Email, Vec<NodeUser>> = BTreeMap::new();
    for user in users {
        match user.email.as_deref().map(Email::parse) {
            Some(Ok(email)) => by_email.entry(email).or_default().push(user),
            Some(Err(flaw)) => {
                report.left_out(user.item, format!("its email {}; nobody can sign in with it", flaw.msg));
            }
            None => report.left_out(user.item, "it has no email; nobody can sign in without one"),
        }
    }
    let (mut people, mut new) = (People::default(), HashMap::new());
    for (email, mut users) in by_email {
        users.sort_by_key(|user| (!is_here(user, here), user.active == Some(false), user.id));
        let mut users = users.into_iter();
        let Some(first) = users.next() else { continue };
        let (old, told) = (first.id, first.email.clone().unwrap_or_default());
        let person = if is_here(&first, here) {
            let person = person(&first, &email, ids::record(EntityKind::User, old));
            report.already_there(&first.item);
            person
        } else if let Some(account) = here.accounts.get(&email) {
            let person = person(&first, &email, *account);
            let why = "an account with this email is here already; what was theirs goes to it, and its password stays";
            report.represented(first.item, why);
            person
        } else {
            let made = match make(first, email.clone(), can_be_checked) {
                Ok(made) => made,
                Err(item) => {
                    report.left_out(item, "it has no name");
                    continue;
                }
            };
            let person =
                Person { id: made.user.id, name: made.user.name.as_str().to_owned(), role: made.user.role };
            new.insert(old, made);
            person
        };
        for other in users {
            let why = format!(
                "its email is that of user {} ({told}) but for its case; what was theirs goes to that one",
                old.to_hex()
            );
            people.add(other.id, &email, person.clone());
            report.left_out(other.item, why);
        }
        people.add(old, &email, person);
    }
    let mut new: Vec<NewUser> = new.into_values().collect();
    new.sort_by_key(|made| made.old);
    (people, new)
}

fn is_here(user: &NodeUser, here: &Here) -> bool {
    here.has(EntityRef::User(ids::record(EntityKind::User, user.id)))
}

/// Somebody as events tell of them, whose account is here already.
fn person(user: &NodeUser, email: &Email, id: UserId) -> Person {
    let name = user.name.as_deref().map(mend::without_controls).filter(|name| !name.is_empty());
    Person {
        id,
        name: name.map_or_else(|| email.local_part().to_owned(), |name| mend::cut(&name, PersonName::MAX)),
        role: user.role.as_deref().and_then(|role| Role::parse(role).ok()).unwrap_or(Role::Agent),
    }
}

fn make(user: NodeUser, email: Email, can_be_checked: fn(&PasswordHash) -> bool) -> Result<NewUser, Item> {
    let NodeUser {
        mut item,
        id: old,
        name,
        password,
        role,
        active,
        active_is_told,
        created_at,
        updated_at,
        ..
    } = user;
    let name = mend::line(&mut item, "name", name.as_deref(), PersonName::MAX, PersonName::parse);
    let name = name.or_else(|| {
        item.field("name", None, "is missing and was taken from the email");
        PersonName::parse(email.local_part()).ok()
    });
    let Some(name) = name else { return Err(item) };
    let (created_at, updated_at) = moments(&mut item, old, created_at, updated_at);
    let user = User {
        id: ids::record(EntityKind::User, old),
        name,
        role: role_of(&mut item, role.as_deref()),
        active: is_active(&mut item, active, active_is_told),
        password: password_of(&mut item, password, &email, can_be_checked),
        email,
        access_version: 1,
        spared: None,
        created_at,
        updated_at,
    };
    Ok(NewUser { old, item, user })
}

/// Nobody gets more rights than they had: what is not exactly an admin is an agent.
fn role_of(item: &mut Item, role: Option<&str>) -> Role {
    match role.map(Role::parse) {
        Some(Ok(role)) => role,
        Some(Err(_)) => {
            item.field("role", role, "is none that exists here and became \"agent\"");
            Role::Agent
        }
        None => Role::Agent,
    }
}

/// Without a word an account was active; with one that nobody understands it is not.
fn is_active(item: &mut Item, active: Option<bool>, told: bool) -> bool {
    match active {
        Some(active) => active,
        None if told => {
            item.remark("is deactivated, as it is not clear whether it was active");
            false
        }
        None => true,
    }
}

fn password_of(
    item: &mut Item,
    kept: Option<String>,
    email: &Email,
    can_be_checked: fn(&PasswordHash) -> bool,
) -> PasswordHash {
    let kept = kept.map(PasswordHash::new).filter(can_be_checked);
    kept.unwrap_or_else(|| {
        let why = format!(
            "is no hash that can be checked, so that nobody can sign in; `crm-server user password {}` sets another",
            email.as_str()
        );
        item.field("password", None, why);
        fits_nothing()
    })
}

/// A hash of random bytes, which no password has.
fn fits_nothing() -> PasswordHash {
    let (mut salt, mut output) = ([0_u8; 16], [0_u8; 32]);
    // Where there is no randomness the hash is known, and still nobody knows a password that has it.
    let _filled = getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut output));
    let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${output}"))
}
