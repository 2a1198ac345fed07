//! What somebody who only sees the answers knows of the records.

pub(super) mod people;

use crm_testkit::random::Random;
use reqwest::Method;
use serde_json::Value;

use self::people::Person;
use crate::support::ask::Ask;
use crate::support::client::Reply;
use crate::support::world::UNKNOWN;

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Lead,
    Customer,
    Task,
}

/// A record as it was last seen.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) etag: String,
}

/// A list whose next page is still to be had, and who asked for it.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    pub(super) who: usize,
    pub(super) next: Ask,
}

/// How many lists may be gone on with.
const WALKS: usize = 24;
/// How many texts are remembered.
const TEXTS: usize = 400;

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) people: Vec<Person>,
    pub(super) leads: Vec<Record>,
    pub(super) customers: Vec<Record>,
    pub(super) tasks: Vec<Record>,
    /// Customers' ids with the ids of their notes.
    pub(super) notes: Vec<(String, String)>,
    /// Customers and tasks that were deleted.
    gone: Vec<String>,
    /// What was written, for searches.
    pub(super) texts: Vec<String>,
    pub(super) walks: Vec<Walk>,
}

impl Kind {
    pub(super) fn base(self) -> &'static str {
        match self {
            Self::Lead => "/api/leads",
            Self::Customer => "/api/customers",
            Self::Task => "/api/tasks",
        }
    }
}

impl Known {
    pub(super) fn of(&self, kind: Kind) -> &Vec<Record> {
        match kind {
            Kind::Lead => &self.leads,
            Kind::Customer => &self.customers,
            Kind::Task => &self.tasks,
        }
    }

    fn of_mut(&mut self, kind: Kind) -> &mut Vec<Record> {
        match kind {
            Kind::Lead => &mut self.leads,
            Kind::Customer => &mut self.customers,
            Kind::Task => &mut self.tasks,
        }
    }

    /// A record to ask about: mostly one that this person may see, now and then somebody else's or none at all.
    pub(super) fn pick(&self, random: &mut Random, kind: Kind, who: usize) -> Record {
        let all = self.of(kind);
        let person = &self.people[who];
        let own: Vec<&Record> =
            all.iter().filter(|record| person.admin || record.owner.as_ref() == Some(&person.id)).collect();
        if !own.is_empty() && random.chance(0.88) {
            return (*random.pick(&own)).clone();
        }
        if !all.is_empty() && random.chance(0.8) {
            return random.pick(all).clone();
        }
        let id = if self.gone.is_empty() || random.chance(0.4) { UNKNOWN } else { random.pick(&self.gone) };
        Record { id: id.to_owned(), owner: None, etag: "\"1-none\"".to_owned() }
    }

    /// Somebody with an account, for a member or a filter.
    pub(super) fn somebody(&self, random: &mut Random) -> String {
        if random.chance(0.04) { UNKNOWN.to_owned() } else { random.pick(&self.people).id.clone() }
    }

    /// Somebody who can be asked to do something: more often those who were there first.
    pub(super) fn actor(&self, random: &mut Random) -> usize {
        let active = |who: usize| self.people[who].active;
        loop {
            let who = match random.below(10) {
                0..3 => 0,
                3..9 => 1 + random.below(3),
                _ => random.below(self.people.len()),
            };
            // Now and then somebody who is not let in any more.
            if who < self.people.len() && (active(who) || random.chance(0.02)) {
                return who;
            }
        }
    }

    /// Takes in what an answer says.
    pub(super) fn learn(&mut self, who: usize, ask: &Ask, reply: &Reply) {
        if reply.status >= 400 {
            return;
        }
        let parts: Vec<&str> = ask.path.trim_start_matches("/api/").split('/').collect();
        let kind = match parts[0] {
            "leads" => Kind::Lead,
            "customers" => Kind::Customer,
            "tasks" => Kind::Task,
            "auth" => return self.learn_account(who, ask, &parts, reply),
            _ => return self.walk_on(who, ask, reply),
        };
        if parts.get(2) == Some(&"convert") {
            self.see(Kind::Lead, &reply.body["lead"], String::new());
            self.see(Kind::Customer, &reply.body["customer"], String::new());
        } else if parts.get(2) == Some(&"notes") {
            self.learn_note(&parts, &ask.method, reply);
        } else if ask.method == Method::DELETE && kind != Kind::Lead {
            self.of_mut(kind).retain(|record| record.id != parts[1]);
            self.gone.push(parts[1].to_owned());
        } else if reply.body["id"].is_string() {
            self.see(kind, &reply.body, reply.header("etag").to_owned());
            for member in ["name", "title", "email", "company", "phone", "source", "description"] {
                self.remember(reply.body[member].as_str());
            }
        }
        self.walk_on(who, ask, reply);
    }

    /// Keeps an id and an owner, and the tag if there is one.
    fn see(&mut self, kind: Kind, body: &Value, etag: String) {
        let Some(id) = body["id"].as_str() else { return };
        let owner = &body[if kind == Kind::Lead { "assignedAgent" } else { "owner" }]["id"];
        let owner = owner.as_str().map(str::to_owned);
        let all = self.of_mut(kind);
        match all.iter_mut().find(|record| record.id == id) {
            None => all.push(Record { id: id.to_owned(), owner, etag }),
            Some(record) => {
                record.owner = owner;
                if !etag.is_empty() {
                    record.etag = etag;
                }
            }
        }
    }

    fn learn_note(&mut self, parts: &[&str], method: &Method, reply: &Reply) {
        if *method == Method::POST {
            let note = reply.body["note"]["id"].as_str().unwrap();
            self.notes.push((parts[1].to_owned(), note.to_owned()));
        } else if *method == Method::DELETE && parts.len() == 4 {
            self.notes.retain(|(_, note)| note != parts[3]);
        }
    }

    fn remember(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            if self.texts.len() == TEXTS {
                self.texts.remove(0);
            }
            self.texts.push(text.to_owned());
        }
    }

    fn walk_on(&mut self, who: usize, ask: &Ask, reply: &Reply) {
        if let Some(next) = next_page(ask, reply) {
            if self.walks.len() == WALKS {
                self.walks.remove(0);
            }
            self.walks.push(Walk { who, next });
        }
    }
}

/// The request for the next page, if there is one: by the cursor in the body, or by the link of a feed.
pub(super) fn next_page(ask: &Ask, reply: &Reply) -> Option<Ask> {
    if let Some(cursor) = reply.body["nextCursor"].as_str() {
        return Some(ask.clone().after_cursor(cursor));
    }
    let (link, _) = reply.header("link").strip_prefix('<')?.split_once('>')?;
    let (_, query) = link.split_once('?')?;
    let cursor = query.split('&').find_map(|pair| pair.strip_prefix("cursor="))?;
    Some(ask.clone().after_cursor(cursor))
}
