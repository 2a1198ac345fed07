//! What is known of the people with accounts.

use reqwest::Method;
use serde_json::Value;

use super::Known;
use crate::support::ask::Ask;
use crate::support::client::Reply;

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(in crate::differential) struct Person {
    pub(in crate::differential) id: String,
    pub(in crate::differential) email: String,
    pub(in crate::differential) password: String,
    pub(in crate::differential) admin: bool,
    pub(in crate::differential) active: bool,
    pub(in crate::differential) token: Option<String>,
    pub(in crate::differential) refresh: Option<String>,
    /// Sessions of theirs that were shown last.
    pub(in crate::differential) sessions: Vec<String>,
}

impl Known {
    /// Takes in what an answer says of accounts.
    pub(super) fn learn_account(&mut self, who: usize, ask: &Ask, parts: &[&str], reply: &Reply) {
        let said = |member: &str| ask.body.as_ref().and_then(|body| body[member].as_str()).map(str::to_owned);
        match (ask.method.as_str(), parts[1]) {
            ("POST", "register" | "bootstrap") => {
                self.people.push(Person::new(&reply.body, said("password").unwrap()));
            }
            ("POST", "login" | "refresh") => {
                let person = &mut self.people[who];
                person.token = Some(reply.text_at("accessToken"));
                person.refresh = Some(reply.text_at("refreshToken"));
            }
            ("POST", "logout") => {
                let person = &mut self.people[who];
                (person.token, person.refresh) = (None, None);
            }
            ("POST", "password") => self.people[who].password = said("newPassword").unwrap(),
            ("GET", "sessions") => self.people[who].sessions = reply.items("id"),
            (_, "users") if parts.len() == 3 && ask.method != Method::GET => {
                if let Some(person) = self.people.iter_mut().find(|person| person.id == parts[2]) {
                    person.change(&ask.method, &reply.body, said("password"));
                }
            }
            (_, _) => self.walk_on(who, ask, reply),
        }
    }
}

impl Person {
    fn new(user: &Value, password: String) -> Self {
        Self {
            id: user["id"].as_str().unwrap().to_owned(),
            email: user["email"].as_str().unwrap().to_owned(),
            password,
            admin: user["role"] == "admin",
            active: true,
            token: None,
            refresh: None,
            sessions: Vec::new(),
        }
    }

    fn change(&mut self, method: &Method, user: &Value, password: Option<String>) {
        if *method == Method::DELETE {
            self.active = false;
        } else {
            let kept = password.unwrap_or_else(|| self.password.clone());
            let other = Self::new(user, kept);
            (self.email, self.password, self.admin) = (other.email, other.password, other.admin);
            self.active = user["isActive"] == true;
        }
    }
}
