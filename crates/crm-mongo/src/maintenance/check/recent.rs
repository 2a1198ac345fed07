//! Whether the events that leads hold are those that were stored.

use std::collections::HashMap;

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use crm_app::error::StoreError;
use crm_domain::activity::EntityKind;

use super::Report;
use crate::documents::recent::{KEPT, RECENT};
use crate::documents::{integer, name_of};
use crate::reader::{Find, Reader};

/// How many leads are looked at together.
const PAGE: u32 = 500;

/// Says which leads hold events that are no copy of theirs, or whose latest one is not that of their version. A lead
/// that holds none, or none of some version before, is sound: it is answered with a second look.
pub(super) async fn look(report: &mut Report, reader: &mut Reader) -> Result<(), StoreError> {
    let mut last: Option<Bson> = None;
    loop {
        let after = last.take().map_or_else(Document::new, |last| doc! { "_id": { "$gt": last } });
        let fields = doc! { "version": 1, RECENT: 1 };
        let page = Find::all(after).by("_id_").sorted(doc! { "_id": 1 }).fields(fields).at_most(PAGE);
        let leads = reader.all("leads", page).await?;
        let Some(end) = leads.last() else { return Ok(()) };
        last = value(end, "_id");
        let stored = stored(reader, &leads).await?;
        for lead in &leads {
            if let Some(wrong) = flaw(lead, &stored) {
                report.say(format!("lead {} holds {wrong}", name_of(lead)));
            }
        }
        if last.is_none() {
            return Ok(());
        }
    }
}

/// The events as they are stored, by their ids, that these leads hold.
async fn stored(
    reader: &mut Reader,
    leads: &[RawDocumentBuf],
) -> Result<HashMap<String, RawDocumentBuf>, StoreError> {
    let held = leads.iter().flat_map(|lead| held(lead).unwrap_or_default());
    let ids: Vec<Bson> = held.filter_map(|event| value(event, "_id")).collect();
    let find = Find::all(doc! { "_id": { "$in": ids } }).by("_id_");
    let found = reader.all("activities", find).await?;
    Ok(found.into_iter().map(|event| (name_of(&event), event)).collect())
}

/// What is wrong with what a lead holds.
fn flaw(lead: &RawDocument, stored: &HashMap<String, RawDocumentBuf>) -> Option<String> {
    let Some(held) = held(lead) else { return Some("something that is no list of events".to_owned()) };
    let (mut before, version) = (0, number(lead, "version"));
    for event in &held {
        let name = name_of(event);
        let is_copy = stored.get(&name).is_some_and(|stored| stored.as_bytes() == event.as_bytes());
        let is_its = value(event, "entity_id") == value(lead, "_id")
            && value(event, "entity_kind") == Some(Bson::from(EntityKind::Lead.as_str()));
        if !is_copy || !is_its {
            return Some(format!("event {name} otherwise than it is stored"));
        }
        let at = number(event, "entity_version").unwrap_or(0);
        if at <= before {
            return Some(format!("event {name} out of order"));
        }
        before = at;
    }
    if held.len() > usize::try_from(KEPT).unwrap_or(0) {
        return Some(format!("{} events, which is too many", held.len()));
    }
    match version {
        Some(version) if !held.is_empty() && before != version => {
            Some(format!("the event of version {before} as its latest, and has version {version}"))
        }
        Some(_) | None => None,
    }
}

/// The events that a lead holds, if that is what they are.
fn held(lead: &RawDocument) -> Option<Vec<&RawDocument>> {
    let Some(field) = lead.get(RECENT).ok()? else { return Some(Vec::new()) };
    field.as_array()?.into_iter().map(|event| event.ok()?.as_document()).collect()
}

fn value(document: &RawDocument, field: &str) -> Option<Bson> {
    Bson::try_from(document.get(field).ok()??).ok()
}

fn number(document: &RawDocument, field: &str) -> Option<i64> {
    integer(&value(document, field)?)
}
