//! Making up requests that make sense by what is known.

pub(super) mod accounts;
mod bodies;
mod lists;

use crm_domain::timestamp::Timestamp;
use crm_testkit::random::Random;
use reqwest::Method;
use serde_json::json;

use super::deck::Deed;
use super::known::people::Person;
use super::known::{Kind, Known, Record};
use super::text;
use crate::support::ask::Ask;
use crate::support::world::UNKNOWN;

/// What anybody may ask of a server, whatever it serves.
pub(super) const SERVICE: [&str; 9] = [
    "/health",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/",
    "/docs/index.css",
    "/api/auth/bootstrap/check",
];

/// Who asks, when, and what for.
pub(super) struct Maker<'a> {
    pub(super) random: &'a mut Random,
    pub(super) known: &'a Known,
    pub(super) who: usize,
    pub(super) now: Timestamp,
}

impl Maker<'_> {
    /// A request of this kind.
    pub(super) fn ask(&mut self, deed: Deed) -> Ask {
        match deed {
            Deed::MakeLead => self.make(Kind::Lead),
            Deed::ChangeLead => self.change(Kind::Lead),
            Deed::ReadLead => self.read(Kind::Lead),
            Deed::ListLeads => self.list_leads(),
            Deed::ConvertLead => self.act(Method::POST, "convert"),
            Deed::ReassignLead => {
                let to = json!({ "assignedAgent": self.owner(0.15) });
                Ask::post(format!("/api/leads/{}/reassign", self.pick(Kind::Lead).id), to)
            }
            Deed::ArchiveLead => self.act(Method::PATCH, "archive"),
            Deed::UnarchiveLead => self.act(Method::PATCH, "unarchive"),
            Deed::DeleteLead => self.delete(Kind::Lead),
            Deed::MakeCustomer => self.make(Kind::Customer),
            Deed::ChangeCustomer => self.change(Kind::Customer),
            Deed::ReadCustomer => self.read(Kind::Customer),
            Deed::ListCustomers => self.list_customers(),
            Deed::DeleteCustomer => self.delete(Kind::Customer),
            Deed::AddNote | Deed::ListNotes => self.about_notes(deed == Deed::AddNote),
            Deed::EditNote | Deed::DeleteNote => self.one_note(deed == Deed::EditNote),
            Deed::MakeTask => self.make(Kind::Task),
            Deed::ChangeTask => self.change(Kind::Task),
            Deed::ReadTask => self.read(Kind::Task),
            Deed::ListTasks => self.list_tasks(),
            Deed::DeleteTask => self.delete(Kind::Task),
            Deed::Feed => self.feed(),
            Deed::Dashboard => Ask::get("/api/dashboard"),
            Deed::Walk | Deed::GoOn => self.any_list(),
            Deed::ReadAgain => self.read_again(),
            Deed::Service => Ask::get(self.random.word(&SERVICE)),
            Deed::Nonsense => self.nonsense(),
            Deed::Register => self.register(),
            Deed::ListUsers => self.list_users(),
            Deed::ReadUser => self.read_user(),
            Deed::ChangeUser => self.change_user(),
            Deed::Deactivate => self.deactivate(),
            Deed::ReadTransfer => self.read_transfer(),
            Deed::UserSessions => self.user_sessions(),
            Deed::SignOutUser => self.sign_out_user(),
            Deed::Me => Ask::get("/api/auth/me"),
            Deed::RenameMe => Ask::patch("/api/auth/me", json!({ "name": text::person(self.random) })),
            Deed::ChangePassword => self.change_password(),
            Deed::Sessions => Ask::get("/api/auth/sessions"),
            Deed::EndSession => self.end_session(),
            Deed::EndOthers => Ask::delete("/api/auth/sessions"),
            Deed::Refresh => accounts::refresh(self.me()),
            Deed::Logout => accounts::log_out(self.me()),
            Deed::GuessPassword => accounts::guess(self.me()),
            Deed::Bootstrap => accounts::first_admin(),
            Deed::History => self.paged(Ask::get("/api/auth/history")),
            Deed::Audit => self.paged(Ask::get("/api/audit")),
        }
    }

    fn me(&self) -> &Person {
        &self.known.people[self.who]
    }

    fn pick(&mut self, kind: Kind) -> Record {
        self.known.pick(self.random, kind, self.who)
    }

    fn make(&mut self, kind: Kind) -> Ask {
        let body = self.body(kind, true);
        Ask::post(kind.base(), body)
    }

    fn change(&mut self, kind: Kind) -> Ask {
        let record = self.pick(kind);
        let body = self.body(kind, false);
        let ask = Ask::patch(format!("{}/{}", kind.base(), record.id), body);
        self.perhaps_if_unchanged(ask, &record.etag)
    }

    fn read(&mut self, kind: Kind) -> Ask {
        let record = self.pick(kind);
        let method = if self.random.chance(0.1) { Method::HEAD } else { Method::GET };
        Ask::new(method, format!("{}/{}", kind.base(), record.id))
    }

    fn delete(&mut self, kind: Kind) -> Ask {
        let record = self.pick(kind);
        let ask = Ask::delete(format!("{}/{}", kind.base(), record.id));
        self.perhaps_if_unchanged(ask, &record.etag)
    }

    /// What is done to a lead by a path of its own.
    fn act(&mut self, method: Method, what: &str) -> Ask {
        let record = self.pick(Kind::Lead);
        let ask = Ask::new(method, format!("/api/leads/{}/{what}", record.id));
        self.perhaps_if_unchanged(ask, &record.etag)
    }

    /// Now and then upon the version last seen, which may be outdated, or upon one that is not there.
    fn perhaps_if_unchanged(&mut self, ask: Ask, etag: &str) -> Ask {
        match self.random.below(20) {
            0..6 if !etag.is_empty() => ask.header("if-match", etag),
            6 => ask.header("if-match", "\"99-none\""),
            7 => ask.header("if-match", "*"),
            _ => ask,
        }
    }

    fn about_notes(&mut self, adds: bool) -> Ask {
        let customer = self.pick(Kind::Customer).id;
        let path = format!("/api/customers/{customer}/notes");
        if adds {
            return Ask::post(path, json!({ "text": text::prose(self.random) }));
        }
        let ask = Ask::get(path);
        self.paged(ask)
    }

    fn one_note(&mut self, edits: bool) -> Ask {
        let unknown = (UNKNOWN.to_owned(), UNKNOWN.to_owned());
        let (customer, note) =
            if self.known.notes.is_empty() { unknown } else { self.random.pick(&self.known.notes).clone() };
        let path = format!("/api/customers/{customer}/notes/{note}");
        if edits { Ask::patch(path, json!({ "text": text::prose(self.random) })) } else { Ask::delete(path) }
    }

    /// What was changed since is answered again, what was not is a 304.
    fn read_again(&mut self) -> Ask {
        let kind = *self.random.pick(&[Kind::Lead, Kind::Customer, Kind::Task]);
        let record = self.pick(kind);
        let ask = Ask::get(format!("{}/{}", kind.base(), record.id));
        if record.etag.is_empty() { ask } else { ask.header("if-none-match", record.etag) }
    }

    fn nonsense(&mut self) -> Ask {
        match self.random.below(8) {
            0 => Ask::get("/api/leads/not-an-id"),
            1 => Ask::get("/api/leads").with("limit", "0").with("stauts", "New").with("sort", "size"),
            2 => Ask::get("/api/tasks").with("due", "someday").with("relatedId", "7"),
            3 => Ask::post(
                "/api/leads",
                json!({ "name": " ", "email": "x@", "tags": ["", 7], "colour": "red" }),
            ),
            4 => Ask::post(
                "/api/tasks",
                json!({ "title": "x", "dueDate": "2026-02-30", "relatedType": "Lead" }),
            ),
            5 => Ask::get("/api/nowhere"),
            6 => Ask::new(Method::PUT, "/api/customers"),
            _ => Ask::get("/api/customers").with("cursor", "AAAA"),
        }
    }
}
