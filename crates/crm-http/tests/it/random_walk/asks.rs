//! What the walking agent asks: any route, about anything, with whatever parameters and bodies there are.

use crm_http::route::{Route, Verb};
use crm_testkit::random::Random;
use reqwest::Method;

use super::hidden::Hidden;
use super::own::{Kind, Own};
use crate::support::ask::Ask;
use crate::support::world::UNKNOWN;

/// The walking agent's account.
pub(super) struct Me {
    pub(super) id: String,
    pub(super) password: String,
    pub(super) refresh: String,
    /// Tags of records that were shown.
    pub(super) etags: Vec<String>,
    /// Cursors of lists that were shown.
    pub(super) cursors: Vec<String>,
}

/// What a request is made of.
pub(super) struct Maker<'a> {
    pub(super) random: &'a mut Random,
    pub(super) own: &'a Own,
    pub(super) hidden: &'a Hidden,
    pub(super) me: &'a Me,
}

/// How often a route is asked, against the others.
pub(super) fn weight(route: &Route) -> usize {
    match (route.path, route.verb) {
        ("/api/leads" | "/api/customers" | "/api/tasks" | "/api/activity" | "/api/dashboard", Verb::Get) => 8,
        ("/api/customers/{id}", Verb::Delete) | ("/api/leads/{id}/convert", _) => 3,
        (path, _) if path.starts_with("/api/auth") || !path.starts_with("/api") => 1,
        (_, _) => 4,
    }
}

impl Maker<'_> {
    /// A request of this route; now and then with a method that it does not have.
    pub(super) fn ask(&mut self, route: &Route) -> Ask {
        let method = match route.verb {
            Verb::Get if self.random.chance(0.05) => Method::HEAD,
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Patch => Method::PATCH,
            Verb::Delete => Method::DELETE,
        };
        let method = if self.random.chance(0.005) { Method::PUT } else { method };
        let mut ask = Ask::new(method, self.path(route.path));
        if route.verb == Verb::Get || self.random.chance(0.1) {
            ask.query = self.query(route.path);
        }
        ask.body = self.body(route.verb, route.path);
        let ask = self.perhaps_conditional(ask);
        if route.verb == Verb::Get || self.random.chance(0.9) { ask } else { self.keyed(ask) }
    }

    fn path(&mut self, path: &str) -> String {
        let path = path.replace("{file:.*}", self.random.word(&["", "index.css", "nowhere"]));
        if path.contains("{noteId}") {
            let (customer, note) = self.note();
            return path.replace("{id}", &customer).replace("{noteId}", &note);
        }
        match kind_of(&path) {
            Some(kind) if path.contains("{id}") => path.replace("{id}", &self.id(kind)),
            Some(_) | None => path,
        }
    }

    /// The id of something of this kind: of the agent's own or of somebody else's, of what it lost, of another kind,
    /// of nothing, or no id.
    pub(super) fn id(&mut self, kind: Kind) -> String {
        let known = match self.random.below(100) {
            0..50 => self.random.of(&self.own.ids(kind)),
            50..84 => self.random.of(&self.hidden.ids(kind)),
            84..88 => {
                let kind =
                    *self.random.pick(&[Kind::Lead, Kind::Customer, Kind::Task, Kind::Note, Kind::User]);
                self.random.of(&self.hidden.ids(kind))
            }
            88..94 => {
                let lost: Vec<&str> = self.own.lost.iter().map(|(_, id)| id.as_str()).collect();
                self.random.of(&lost)
            }
            94..97 => Some(UNKNOWN),
            _ => {
                Some(self.random.word(&["malformed", "0", "me", "%27", "..%2F", "00000000-0000-0000-0000-0"]))
            }
        };
        let id = match (known, kind) {
            (Some(id), _) => id,
            (None, Kind::User) => self.random.word(&[UNKNOWN, "none"]),
            (None, _) => UNKNOWN,
        };
        if self.random.chance(0.03) { id.to_uppercase() } else { id.to_owned() }
    }

    /// A customer and a note, of one owner or of two.
    fn note(&mut self) -> (String, String) {
        let notes = if self.random.chance(0.5) { &self.own.notes } else { &self.hidden.notes };
        let pair = if notes.is_empty() { None } else { Some(self.random.pick(notes).clone()) };
        let (customer, note) = pair.unwrap_or_else(|| (UNKNOWN.to_owned(), UNKNOWN.to_owned()));
        match self.random.below(8) {
            0 => (self.id(Kind::Customer), note),
            1 => (customer, self.id(Kind::Note)),
            _ => (customer, note),
        }
    }

    /// With a key of the agent's, used before or not, or with one that somebody else used for the same route.
    fn keyed(&mut self, ask: Ask) -> Ask {
        let whose = self.random.word(&["walk", "shared"]);
        let key = format!("{whose}-{}", self.random.below(self.hidden.keys.max(1)));
        ask.header("idempotency-key", key)
    }

    fn perhaps_conditional(&mut self, ask: Ask) -> Ask {
        let tag = match self.random.below(3) {
            0 if !self.me.etags.is_empty() => self.random.pick(&self.me.etags).clone(),
            0 | 1 => format!("\"{}-none\"", 1 + self.random.below(4)),
            _ => "*".to_owned(),
        };
        match self.random.below(20) {
            0 => ask.header("if-match", tag),
            1 => ask.header("if-none-match", tag),
            2 => ask.header("x-request-id", "walk-1"),
            _ => ask,
        }
    }
}

/// What the ids in a path are ids of.
pub(super) fn kind_of(path: &str) -> Option<Kind> {
    let kinds = [
        ("/api/leads", Kind::Lead),
        ("/api/customers", Kind::Customer),
        ("/api/tasks", Kind::Task),
        ("/api/auth/sessions", Kind::Session),
        ("/api/auth/users", Kind::User),
    ];
    kinds.into_iter().find(|(base, _)| path.starts_with(base)).map(|(_, kind)| kind)
}
