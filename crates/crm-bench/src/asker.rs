//! Somebody who is signed in to a server, and asks before anything is measured.

use std::net::SocketAddr;

use crm_server::seed::people::{ADMIN, AGENT_PASSWORD};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Outcome;
use crate::wire::{self, Connection};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    /// The first agent, who sees a twentieth.
    Agent,
    /// The admin, who sees everything.
    Admin,
}

impl Who {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Agent, Self::Admin];

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Admin => "admin",
        }
    }

    fn credentials(self) -> Value {
        match self {
            Self::Agent => agent(1),
            Self::Admin => json!({ "email": ADMIN.email, "password": ADMIN.password }),
        }
    }
}

/// What the agent of this number, from 1, signs in with.
fn agent(number: usize) -> Value {
    json!({ "email": format!("agent{number}@crm.com"), "password": AGENT_PASSWORD })
}

/// Requests that sign agents in, one after the other.
pub(crate) fn sign_ins() -> Vec<Vec<u8>> {
    (1..=20).map(|number| wire::post("/api/auth/login", None, &agent(number))).collect()
}

fn token(address: SocketAddr, sign_in: &[u8]) -> Outcome<String> {
    let mut connection = Connection::open(address)?;
    let (status, body) = connection.ask(sign_in)?;
    let body: Value = serde_json::from_slice(body)?;
    let token = body.get("accessToken").and_then(Value::as_str);
    Ok(token.ok_or_else(|| format!("signing in: {status}: {body}"))?.to_owned())
}

/// Somebody who is signed in. Each request has a connection of its own: between two of them other servers are measured,
/// for longer than a server waits.
pub(crate) struct Asker {
    address: SocketAddr,
    token: String,
}

impl Asker {
    /// Signs in.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub(crate) fn sign_in(address: SocketAddr, who: Who) -> Outcome<Self> {
        Ok(Self { address, token: token(address, &wire::post("/api/auth/login", None, &who.credentials()))? })
    }

    /// Signs all agents in, and gives what each sends with its requests.
    ///
    /// # Errors
    /// As [`Asker::sign_in`].
    pub(crate) fn tokens_of_all_agents(&self) -> Outcome<Vec<String>> {
        sign_ins().iter().map(|request| token(self.address, request)).collect()
    }

    /// Goes on at another server of the same store, which knows the session.
    pub(crate) fn go_on(&mut self, address: SocketAddr) {
        self.address = address;
    }

    /// What is sent with each request.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Reads something, as bytes.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn bytes(&self, path: &str) -> Outcome<Vec<u8>> {
        match Connection::open(self.address)?.ask(&wire::get(path, &self.token))? {
            (200, body) => Ok(body.to_owned()),
            (status, body) => Err(format!("{path}: {status}: {}", String::from_utf8_lossy(body)).into()),
        }
    }

    /// Makes something.
    ///
    /// # Errors
    /// It is not made.
    pub(crate) fn make(&self, path: &str, body: &Value) -> Outcome<()> {
        match Connection::open(self.address)?.ask(&wire::post(path, Some(&self.token), body))? {
            (201, _) => Ok(()),
            (status, body) => Err(format!("{path}: {status}: {}", String::from_utf8_lossy(body)).into()),
        }
    }

    /// Reads something.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read(&self, path: &str) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.bytes(path)?)?)
    }
}
