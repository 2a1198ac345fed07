use bson::doc;
use bson::oid::ObjectId;
use crm_node_import::report::{Kind, Outcome};
use crm_testkit::node_backend::NodeBackend;

use crate::support::{Target, only, source, told};

#[tokio::test]
async fn notes_keep_their_authors_moments_and_order_and_are_told_once() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_customer(bob, "Jonas");
    node.add_note(bob, old, "first");
    node.add_note(admin, old, "second\r\nline");
    node.add_note(bob, old, "third");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let (customer, notes) = content.customer("Jonas");
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["third", "second\nline", "first"]);
    assert_eq!(notes[1].author, content.user("ada@crm.com").id);
    assert_eq!((customer.notes_count, customer.owner), (3, content.user("bob@crm.com").id));
    let told = ["customer_created", "customer_note_added", "customer_note_added", "customer_note_added"];
    assert_eq!(content.told(customer.id.uuid()), told);
    let event = content.history(customer.id.uuid())[2];
    assert_eq!(event.message, "Note added to Jonas", "the feed's words");
    assert_eq!(event.meta.changes()[0].to, notes[1].id.to_string().into());
    assert_eq!(report.counts(Kind::Note).taken, 3);
}

#[tokio::test]
async fn a_note_that_nothing_tells_of_has_an_event_and_an_event_without_a_note_stays() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_customer(bob, "Jonas");
    node.add_note(bob, old, "untold");
    node.activities.pop();
    node.wait(60_000);
    node.add_note(bob, old, "erased");
    node.customer(old).get_array_mut("notes").unwrap().remove(0);
    let target = Target::embedded();
    target.import(source(&node)).await;
    let content = target.content().await;
    let (customer, notes) = content.customer("Jonas");
    assert_eq!(notes.len(), 1);
    let history = content.history(customer.id.uuid());
    assert_eq!(history.len(), 3);
    assert_eq!((history[1].actor.name.as_str(), history[1].at), ("Bob", notes[0].created_at));
    assert_eq!(history[1].meta.changes().len(), 1);
    assert!(history[2].meta.is_empty(), "the note is gone");
}

#[tokio::test]
async fn deals_are_kept_as_a_note_and_told_one_by_one() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_customer(bob, "Jonas");
    node.add_note(bob, old, "first");
    node.add_deal(old, "Engine", 12_500, "Won");
    node.add_deal(old, "Boiler", 300, "Open");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let (customer, notes) = content.customer("Jonas");
    assert_eq!(notes.len(), 2);
    let text = "Deals, as the Node.js backend kept them:\n- Engine, value 12500, stage Won\n\
                - Boiler, value 300, stage Open";
    assert_eq!(notes[0].text.as_str(), text);
    assert_eq!((notes[0].author, customer.notes_count), (customer.owner, 2));
    let counts = report.counts(Kind::Deal);
    assert_eq!((counts.read, counts.taken, counts.mended), (2, 2, 2));
    let told = told(&report, &format!("{}.deals[1]", old.to_hex()));
    assert_eq!(told[0].2, "is kept as a line of a note");
    assert!(report.is_complete());
}

#[tokio::test]
async fn a_long_note_is_split_and_an_empty_one_left_out() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_customer(bob, "Jonas");
    node.add_note(bob, old, &"x".repeat(25_000));
    node.add_note(bob, old, " ");
    node.customer(old).get_array_mut("notes").unwrap().push("no document".into());
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let (customer, notes) = content.customer("Jonas");
    assert_eq!((customer.notes_count, notes.len()), (3, 3));
    assert_eq!(notes.iter().map(|note| note.text.as_str().len()).sum::<usize>(), 25_000);
    let counts = report.counts(Kind::Note);
    assert_eq!((counts.read, counts.taken, counts.mended, counts.left_out), (3, 1, 1, 2));
    assert_eq!(content.told(customer.id.uuid()).len(), 3, "the event of the empty note stays");
}

#[tokio::test]
async fn a_note_of_somebody_who_is_gone_is_taken_over_without_a_name() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_customer(bob, "Jonas");
    node.add_note(ObjectId::new(), old, "from the past");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let (customer, notes) = content.customer("Jonas");
    assert!(target.mirror.user(notes[0].author).is_none());
    let event = content.history(customer.id.uuid())[1];
    assert_eq!((event.actor.id, event.actor.name.as_str()), (notes[0].author, "(no longer there)"));
    assert!(!event.audience.contains(&notes[0].author));
    assert_eq!(report.counts(Kind::Note).mended, 1);
}

#[tokio::test]
async fn a_customer_without_an_owner_is_left_out_unless_somebody_gets_it() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Lead");
    node.convert(bob, lead);
    let gone = node.create_customer(ObjectId::new(), "Gone");
    node.add_note(bob, gone, "about nobody");
    node.add_deal(gone, "Engine", 1, "Won");
    let nobodys = node.create_customer(bob, "Nobody's");
    node.customer(nobodys).remove("owner");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert_eq!(target.content().await.customers.len(), 1);
    for document in &node.customers[1..] {
        let (outcome, _, why) = only(&report, document);
        assert_eq!(outcome, Outcome::LeftOut);
        assert!(why.contains("--orphans-to"), "{why}");
    }
    let left_out = |kind| report.counts(kind).left_out;
    assert_eq!((left_out(Kind::Note), left_out(Kind::Deal), left_out(Kind::Activity)), (1, 1, 3));

    let report = target.import_for(source(&node), Some("BOB@crm.com")).await;
    let content = target.content().await;
    assert_eq!(content.customers.len(), 3);
    assert!(
        content.customers.iter().all(|(customer, _)| customer.record().owner == content.users[0].record().id)
    );
    assert!(report.is_complete(), "{:?}", report.findings());
    assert_eq!(report.counts(Kind::Customer).already_there, 1);
}

#[tokio::test]
async fn a_customer_that_does_not_fit_is_mended() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_customer(bob, "x");
    let found = node.customer(old);
    found.extend(
        doc! { "name": "n".repeat(250), "phone": "+49 30 1 ext. 2", "company": "", "tags": "vip, new" },
    );
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let (customer, _) = content.customer(&"n".repeat(200));
    assert_eq!(customer.phone.as_ref().unwrap().as_str(), "+49 30 1 x 2");
    assert_eq!((&customer.company, customer.tags.len()), (&None, 2));
    let fields: Vec<_> = told(&report, &old.to_hex()).into_iter().map(|(_, field, _)| field).collect();
    assert_eq!(fields, ["phone", "name"]);
}
