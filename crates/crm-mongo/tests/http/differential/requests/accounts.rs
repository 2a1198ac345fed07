//! What is asked about accounts and sessions.

use serde_json::{Value, json};

use super::Maker;
use crate::differential::known::people::Person;
use crate::differential::text;
use crate::support::ask::Ask;
use crate::support::server::{SETUP_TOKEN, login};
use crate::support::world::{PASSWORD, UNKNOWN};

/// How many people stay who they are, so that there is always somebody to ask: the first admin and three agents.
pub(in crate::differential) const CAST: usize = 4;
/// How many accounts there may be.
const MOST: usize = 14;

impl Maker<'_> {
    pub(super) fn register(&mut self) -> Ask {
        let taken = self.random.chance(0.2) || self.known.people.len() >= MOST;
        let email = if taken {
            self.random.pick(&self.known.people).email.to_uppercase()
        } else {
            format!("new{}@{}", self.known.people.len(), "example.com")
        };
        let role = self.random.word(&["admin", "agent", "agent"]);
        let name = text::person(self.random);
        Ask::post(
            "/api/auth/register",
            json!({ "name": name, "email": email, "password": PASSWORD, "role": role }),
        )
    }

    /// Mostly one who came later; of the first ones only the name.
    pub(super) fn change_user(&mut self) -> Ask {
        let Some(other) = self.later() else {
            let one = self.random.pick(&self.known.people).id.clone();
            return Ask::patch(user(&one), json!({ "name": text::person(self.random) }));
        };
        let body = match self.random.below(6) {
            0 => json!({ "name": text::person(self.random) }),
            1 => json!({ "email": self.random.pick(&self.known.people).email }),
            2 => json!({ "role": self.random.word(&["admin", "agent"]) }),
            3 => json!({ "password": PASSWORD }),
            _ => json!({ "isActive": self.random.chance(0.7) }),
        };
        Ask::patch(user(&other), body)
    }

    pub(super) fn deactivate(&mut self) -> Ask {
        let other = self.later().unwrap_or_else(|| self.known.people[0].id.clone());
        let ask = Ask::delete(user(&other));
        if self.random.chance(0.7) {
            ask.with("transferTo", self.known.people[1 + self.random.below(3)].id.clone())
        } else {
            ask
        }
    }

    pub(super) fn read_transfer(&mut self) -> Ask {
        let other = self.later().unwrap_or_else(|| UNKNOWN.to_owned());
        Ask::get(format!("{}/transfer", user(&other)))
    }

    pub(super) fn user_sessions(&mut self) -> Ask {
        Ask::get(format!("{}/sessions", user(&self.known.somebody(self.random))))
    }

    pub(super) fn sign_out_user(&mut self) -> Ask {
        let other = self.later().unwrap_or_else(|| UNKNOWN.to_owned());
        Ask::post(format!("{}/sessions/revoke", user(&other)), json!({}))
    }

    pub(super) fn read_user(&mut self) -> Ask {
        Ask::get(user(&self.known.somebody(self.random)))
    }

    pub(super) fn change_password(&mut self) -> Ask {
        let old =
            if self.random.chance(0.2) { "a wrong guess" } else { &self.known.people[self.who].password };
        let new = format!("{PASSWORD}{}", self.random.below(10));
        Ask::post("/api/auth/password", json!({ "currentPassword": old, "newPassword": new }))
    }

    pub(super) fn end_session(&mut self) -> Ask {
        let own = &self.known.people[self.who].sessions;
        let session = if own.is_empty() { UNKNOWN } else { self.random.pick(own) };
        Ask::delete(format!("/api/auth/sessions/{session}"))
    }

    fn later(&mut self) -> Option<String> {
        let later = self.known.people.get(CAST..).filter(|later| !later.is_empty())?;
        self.random.chance(0.8).then(|| self.random.pick(later).id.clone())
    }
}

/// Makes the first admin.
pub(in crate::differential) fn first_admin() -> Ask {
    let form = json!({
        "name": "Ada Admin", "email": "admin@example.com", "password": PASSWORD, "setupToken": SETUP_TOKEN,
    });
    Ask::post("/api/auth/bootstrap", form)
}

/// Makes the agent of this number.
pub(in crate::differential) fn agent(number: usize) -> Ask {
    let form = json!({
        "name": format!("Olga Owner {number}"), "email": format!("agent{number}@example.com"), "password": PASSWORD,
    });
    Ask::post("/api/auth/register", form)
}

/// Signs in.
pub(in crate::differential) fn sign_in(person: &Person) -> Ask {
    Ask::post("/api/auth/login", login(&person.email, &person.password))
}

/// Tries to sign in as this person.
pub(super) fn guess(person: &Person) -> Ask {
    Ask::post("/api/auth/login", login(&person.email, "a wrong guess"))
}

/// Renews this person's access token.
pub(in crate::differential) fn refresh(person: &Person) -> Ask {
    Ask::post("/api/auth/refresh", refresh_token(person))
}

/// Ends the session that this person has open.
pub(in crate::differential) fn log_out(person: &Person) -> Ask {
    Ask::post("/api/auth/logout", refresh_token(person))
}

fn refresh_token(person: &Person) -> Value {
    json!({ "refreshToken": person.refresh.as_deref().unwrap_or("crt_unknown") })
}

fn user(id: &str) -> String {
    format!("/api/auth/users/{id}")
}
