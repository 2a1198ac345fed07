//! All that the server holds, read over HTTP.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde_json::Value;

use crate::Outcome;
use crate::client::{Client, text};
use crate::effect::Kind;

/// How many are read at once where each needs a request of its own.
const AT_ONCE: usize = 16;

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Its type.
    pub event: String,
    /// What it is about; none where that is a user.
    pub kind: Option<Kind>,
    /// The id of that.
    pub record: String,
    /// What changed.
    pub meta: Value,
}

/// Everything, as of one moment if nobody writes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The records that are there, by kind and id.
    pub records: BTreeMap<(Kind, String), Value>,
    /// The notes of each customer that has some.
    pub notes: BTreeMap<String, Vec<Value>>,
    /// All events, the oldest first.
    pub events: Vec<Event>,
    /// Ids that a list showed more than once.
    pub repeated: Vec<String>,
}

impl State {
    /// Reads it.
    ///
    /// # Errors
    /// Something is answered with another status than 200.
    pub async fn read(admin: &Client) -> Outcome<Self> {
        let leads = "/api/leads?limit=100&archived=all&sort=createdAt";
        let (leads, customers, tasks, events) = tokio::try_join!(
            everything(admin, leads),
            everything(admin, "/api/customers?limit=100&sort=createdAt"),
            everything(admin, "/api/tasks?limit=100&sort=createdAt"),
            feed(admin),
        )?;
        let mut state = Self { events, ..Self::default() };
        let noted: Vec<String> = customers
            .iter()
            .filter(|customer| customer["notesCount"].as_u64() > Some(0))
            .map(|customer| text(&customer["id"]))
            .collect();
        for customers in noted.chunks(AT_ONCE) {
            state.notes.extend(try_join_all(customers.iter().map(|id| notes(admin, id))).await?);
        }
        for (kind, list) in [(Kind::Lead, leads), (Kind::Customer, customers), (Kind::Task, tasks)] {
            for record in list {
                let id = text(&record["id"]);
                if state.records.insert((kind, id.clone()), record).is_some() {
                    state.repeated.push(id);
                }
            }
        }
        Ok(state)
    }

    /// The record of this kind and id, if it is there.
    pub fn record(&self, kind: Kind, id: &str) -> Option<&Value> {
        self.records.get(&(kind, id.to_owned()))
    }
}

async fn notes(admin: &Client, customer: &str) -> Outcome<(String, Vec<Value>)> {
    let notes = everything(admin, &format!("/api/customers/{customer}/notes?limit=100")).await?;
    Ok((customer.to_owned(), notes))
}

/// A list to its end, by cursors.
async fn everything(admin: &Client, list: &str) -> Outcome<Vec<Value>> {
    let mut found = Vec::new();
    let mut path = list.to_owned();
    loop {
        let page = admin.get(&path).await?;
        found.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("{list}&cursor={cursor}"),
            None => return Ok(found),
        }
    }
}

/// All events, the oldest first.
async fn feed(admin: &Client) -> Outcome<Vec<Event>> {
    let mut events = Vec::new();
    let mut next = Some("/api/activity?limit=100".to_owned());
    while let Some(path) = next {
        let (page, following) = admin.page(&path).await?;
        events.extend(page.as_array().into_iter().flatten().map(|event| Event {
            id: text(&event["id"]),
            event: text(&event["type"]),
            kind: event["entityType"].as_str().and_then(Kind::named),
            record: text(&event["entityId"]),
            meta: event["meta"].clone(),
        }));
        next = following;
    }
    events.reverse();
    Ok(events)
}
