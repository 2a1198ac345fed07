//! A lead's latest events as its own document holds them, so that one look answers for both.
//!
//! A copy of what stands in `activities`, written by the statement that writes the lead. Every version of a lead has
//! exactly one event, so the copy shows by itself whether it is whole: its events run from the lead's version down
//! without a gap, as far as is asked. Where they do not (a lead of an older program, or one with more events than are
//! kept) it is as if there were none. Nothing but that one question rests on it.

use bson::{Bson, Document, RawDocument, doc};
use crm_app::commit::Commit;
use crm_app::error::StoreError;
use crm_domain::activity::{Activity, EntityRef, HistoryEntry};
use crm_domain::ids::LeadId;
use crm_domain::version::Version;

use super::activity::ActivityDocument;
use super::{read, write};

/// The field: events in the order of their versions, the latest one last.
pub(crate) const RECENT: &str = "recent";

/// How many events a lead's document holds at most: most leads never have more, and it grows by few kilobytes.
pub(crate) const KEPT: i32 = 8;

/// The event by which a lead gets this version, as it is stored.
pub(crate) fn event(commit: &Commit, lead: LeadId, at: Version) -> Result<Option<Document>, StoreError> {
    let its = |event: &&Activity| event.entity == EntityRef::Lead(lead) && event.entity_version == at;
    let mut events = commit.events.iter().enumerate();
    let found = events.find(|(_, event)| its(event));
    found.map(|(ordinal, event)| write(&ActivityDocument::new(event, commit.id, ordinal))).transpose()
}

/// The document of a new lead with its first event.
pub(crate) fn begun(mut document: Document, event: Option<Document>) -> Document {
    document.extend(event.map(|event| (RECENT.to_owned(), Bson::from(vec![event]))));
    document
}

/// The update with what adds an event to those that are held, and lets go of the oldest.
pub(crate) fn continued(mut update: Document, event: Option<Document>) -> Document {
    let push = |event| doc! { RECENT: { "$each": [event], "$slice": -KEPT } };
    update.extend(event.map(|event| ("$push".to_owned(), Bson::from(push(event)))));
    update
}

/// The latest events of a lead that has this version, the latest one first and as many as are asked for; none if the
/// document does not hold all of them.
pub(crate) fn latest(
    document: &RawDocument,
    lead: LeadId,
    at: Version,
    limit: u32,
) -> Option<Vec<HistoryEntry>> {
    let asked = usize::try_from(at.number().min(u64::from(limit))).ok()?;
    let mut held = Vec::new();
    if let Ok(array) = document.get_array(RECENT) {
        for event in array {
            held.push(event.ok()?.as_document()?);
        }
    }
    if held.len() < asked {
        return None;
    }
    let mut expected = at.number();
    let mut latest = Vec::with_capacity(asked);
    for event in held.into_iter().rev().take(asked) {
        // What cannot be read shows nothing; what it is a copy of will tell.
        let event: Activity = read(event).ok()?;
        if event.entity != EntityRef::Lead(lead) || event.entity_version != Version::new(expected) {
            return None;
        }
        expected = expected.saturating_sub(1);
        latest.push(event.into());
    }
    Some(latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::version::Versioned;
    use crm_testkit::fixtures::Maker;

    /// The document of a lead that holds the events of these versions, the last of which is its own.
    fn holding(make: &Maker, lead: LeadId, versions: &[u64]) -> bson::RawDocumentBuf {
        let mut held = Vec::new();
        for version in versions {
            let lead = crm_domain::lead::Lead { id: lead, ..make.lead("x", None) };
            let before = Versioned::stored(lead.clone(), Version::new(version - 1));
            let commit = make.commit().put_lead(&before, lead).done();
            held.push(event(&commit, before.record().id, Version::new(*version)).unwrap().unwrap());
        }
        bson::RawDocumentBuf::try_from(&doc! { RECENT: held }).unwrap()
    }

    fn versions(document: &RawDocument, lead: LeadId, at: u64, limit: u32) -> Option<Vec<u64>> {
        let latest = latest(document, lead, Version::new(at), limit)?;
        Some(latest.iter().map(|entry| entry.version.number()).collect())
    }

    #[test]
    fn what_runs_without_a_gap_as_far_as_is_asked_is_whole() {
        let make = Maker::new();
        let lead = make.mint();
        let three = holding(&make, lead, &[1, 2, 3]);
        assert_eq!(versions(&three, lead, 3, 50), Some(vec![3, 2, 1]));
        assert_eq!(versions(&three, lead, 3, 3), Some(vec![3, 2, 1]));
        assert_eq!(versions(&three, lead, 3, 2), Some(vec![3, 2]));
        assert_eq!(versions(&three, lead, 3, 0), Some(vec![]));
        let latest = holding(&make, lead, &[9, 10]);
        assert_eq!(versions(&latest, lead, 10, 2), Some(vec![10, 9]));
        assert_eq!(versions(&latest, lead, 10, 3), None, "the first eight are not there");
    }

    #[test]
    fn what_has_a_gap_or_is_not_there_is_as_nothing() {
        let make = Maker::new();
        let lead = make.mint();
        for (held, at) in [(vec![], 1), (vec![1, 2], 3), (vec![1, 3], 3), (vec![2, 3], 3), (vec![1, 2, 3], 2)]
        {
            assert_eq!(versions(&holding(&make, lead, &held), lead, at, 50), None, "{held:?} at {at}");
        }
        let none = bson::RawDocumentBuf::try_from(&doc! { "version": 1 }).unwrap();
        assert_eq!(versions(&none, lead, 1, 50), None);
        let nonsense = bson::RawDocumentBuf::try_from(&doc! { RECENT: [1] }).unwrap();
        assert_eq!(versions(&nonsense, lead, 1, 50), None);
        let unreadable = bson::RawDocumentBuf::try_from(&doc! { RECENT: [{ "message": 7 }] }).unwrap();
        assert_eq!(versions(&unreadable, lead, 1, 50), None);
    }

    #[test]
    fn the_events_of_another_lead_are_not_taken_for_its_own() {
        let make = Maker::new();
        let (lead, other) = (make.mint(), make.mint());
        assert_eq!(versions(&holding(&make, lead, &[1, 2]), other, 2, 50), None);
    }
}
