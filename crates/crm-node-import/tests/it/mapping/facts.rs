use bson::oid::ObjectId;
use bson::{Bson, doc};
use crm_domain::meta::MetaValue;
use crm_node_import::report::{Kind, Outcome};
use crm_testkit::node_backend::NodeBackend;

use crate::support::{Target, only, source, told};

#[tokio::test]
async fn what_history_and_feed_tell_alike_is_one_event() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let (bob, eve) =
        (node.register("Bob", "bob@crm.com", "agent"), node.register("Eve", "eve@crm.com", "agent"));
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    for status in ["In Progress", "In Progress", "New"] {
        node.change_status(bob, lead, status);
    }
    node.reassign(admin, lead, eve);
    node.archive(eve, lead);
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let id = content.lead("Jonas").id.uuid();
    let expected = [
        "lead_created",
        "lead_status_changed",
        "lead_updated",
        "lead_status_changed",
        "lead_reassigned",
        "lead_archived",
    ];
    assert_eq!(content.told(id), expected);
    assert_eq!(u64::try_from(content.events.len()).unwrap(), node.facts + 3, "three accounts beside");
    let counts = (report.counts(Kind::HistoryEntry), report.counts(Kind::Activity));
    assert_eq!((counts.0.taken, counts.1.taken), (6, 6));
    let history = content.history(id);
    assert_eq!(history[1].message, "Lead status: New -> In Progress");
    assert_eq!(history[1].meta.changes()[0].to, "In Progress".into());
    let (bob, eve) = (content.user("bob@crm.com").id, content.user("eve@crm.com").id);
    let ada = content.user("ada@crm.com").id;
    let audiences: Vec<_> = history.iter().map(|event| event.audience.clone()).collect();
    assert_eq!(audiences[0], [bob], "it was his before it changed hands");
    assert_eq!(audiences[4], [ada, bob, eve]);
    assert_eq!(audiences[5], [eve]);
    let change = &history[4].meta.changes()[0];
    assert_eq!((&change.from, &change.to), (&bob.to_string().into(), &eve.to_string().into()));
}

#[tokio::test]
async fn what_only_one_of_them_tells_is_an_event_too() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lost = node.create_lead(bob, Some(bob), "event lost");
    node.change_status(bob, lost, "In Progress");
    node.activities.pop();
    node.change_status(bob, lost, "New");
    let erased = node.create_lead(bob, Some(bob), "history erased");
    node.change_status(bob, erased, "In Progress");
    node.lead(erased).insert("history", Bson::Array(Vec::new()));
    let bare = node.create_lead(bob, Some(bob), "nothing told");
    node.activities.pop();
    node.lead(bare).remove("history");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let of = |name| content.told(content.lead(name).id.uuid());
    assert_eq!(of("event lost"), ["lead_created", "lead_updated", "lead_status_changed"]);
    assert_eq!(of("history erased"), ["lead_created", "lead_status_changed"]);
    assert_eq!(of("nothing told"), ["lead_created"]);
    let lost = content.history(content.lead("event lost").id.uuid())[1];
    assert_eq!(lost.message, "Lead \"event lost\" updated");
    let bare = content.lead("nothing told");
    let made = content.history(bare.id.uuid())[0];
    assert_eq!((made.at, made.actor.name.as_str()), (bare.created_at, "system (import)"));
    assert_eq!(made.audience, [content.users[0].record().id], "whose it is");
}

#[tokio::test]
async fn two_changes_in_a_moment_are_two_events_also_if_one_is_told_once() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let eve = node.register("Eve", "eve@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    for _ in 0..3 {
        node.change_status(bob, lead, "New");
    }
    // Of the second the event was lost; hers is another's, as close as it is.
    node.activities.remove(2);
    node.change_status(eve, lead, "New");
    let target = Target::embedded();
    target.import(source(&node)).await;
    let content = target.content().await;
    let history = content.history(content.lead("Jonas").id.uuid());
    let actors: Vec<_> = history.iter().map(|event| event.actor.name.as_str()).collect();
    assert_eq!(actors, ["Bob", "Bob", "Bob", "Bob", "Eve"]);
}

#[tokio::test]
async fn an_event_of_somebody_who_is_gone_is_told_as_theirs() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let gone = ObjectId::new();
    let lead = node.create_lead(gone, Some(bob), "Jonas");
    node.change_status(bob, lead, "In Progress");
    node.activities[1].remove("actor");
    let entries = node.lead(lead).get_array_mut("history").unwrap();
    entries[1].as_document_mut().unwrap().remove("by");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let history = content.history(content.lead("Jonas").id.uuid());
    assert_eq!(history[0].actor.name, "(no longer there)");
    assert!(!history[0].actor.id.uuid().is_nil());
    assert_eq!(history[1].actor.name, "system (import)");
    assert!(only(&report, &node.activities[0]).2.contains(&gone.to_hex()));
    assert!(only(&report, &node.activities[1]).2.contains("nobody"));
    assert!(report.is_complete());
}

#[tokio::test]
async fn an_unknown_type_is_an_update_that_says_what_it_was() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    let meta = doc! { "score": 7 };
    node.log("lead_scored", bob, "Lead", lead, "Scored 7\nof 10".to_owned(), Some(meta));
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let event = content.history(content.lead("Jonas").id.uuid())[1];
    assert_eq!((event.kind.as_str(), event.message.as_str()), ("lead_updated", "Scored 7 of 10"));
    let change = &event.meta.changes()[0];
    assert_eq!((change.field.as_str(), &change.to), ("score", &MetaValue::Number(7)));
    let (outcome, field, _) = only(&report, &node.activities[1]);
    assert_eq!((outcome, field.as_str()), (Outcome::Mended, "type"));
}

#[tokio::test]
async fn events_about_what_is_not_there_are_left_out() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let gone = ObjectId::new();
    node.log("lead_created", bob, "Lead", gone, "Lead created".to_owned(), None);
    node.log("deal_won", bob, "Deal", gone, "Won".to_owned(), None);
    node.log("lead_updated", bob, "Lead", gone, "whose?".to_owned(), None);
    node.activities[2].remove("entityId");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert_eq!(target.content().await.events.len(), 1);
    assert_eq!(only(&report, &node.activities[0]).2, format!("lead {} is not there any more", gone.to_hex()));
    assert!(only(&report, &node.activities[1]).2.contains("\"Deal\""));
    assert!(only(&report, &node.activities[2]).2.contains("does not say"));
    assert_eq!(report.counts(Kind::Activity).left_out, 3);
}

#[tokio::test]
async fn entries_of_a_history_without_an_id_or_a_moment_are_told_all_the_same() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    let entries = vec![
        Bson::Document(doc! { "action": "created", "by": bob }),
        Bson::Document(doc! { "action": "called", "by": bob, "at": node.now() }),
        Bson::String("nonsense".to_owned()),
    ];
    node.lead(lead).insert("history", entries);
    node.activities.clear();
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let id = content.lead("Jonas").id.uuid();
    assert_eq!(content.told(id), ["lead_created", "lead_updated"]);
    let entry = |place: usize| told(&report, &format!("{}.history[{place}]", lead.to_hex()));
    assert_eq!(entry(0)[0].1, "at");
    assert_eq!(entry(1)[0].1, "action");
    assert_eq!(entry(2)[0].0, Outcome::LeftOut);
    assert_eq!(report.counts(Kind::HistoryEntry).read, 3);
    let again = target.import(source(&node)).await;
    assert_eq!(again.counts(Kind::HistoryEntry).already_there, 2);
    assert_eq!(target.content().await, content);
}

#[tokio::test]
async fn what_is_told_of_an_account_stands_with_it() {
    let mut node = NodeBackend::new();
    let ada = node.register("Ada", "ada@crm.com", "admin");
    node.wait(5_000);
    node.log("user_updated", ada, "User", ada, "Ada changed her name".to_owned(), None);
    let target = Target::embedded();
    let first = target.import(source(&node)).await;
    assert_eq!(first.counts(Kind::Activity).taken, 1);
    let content = target.content().await;
    assert_eq!(content.told(content.users[0].record().id.uuid()), ["user_created", "user_updated"]);
    let second = target.import(source(&node)).await;
    assert_eq!(second.counts(Kind::Activity).already_there, 1);
    assert_eq!(target.content().await, content);
}
