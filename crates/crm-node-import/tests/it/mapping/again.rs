use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityRef};
use crm_domain::ids::{ActivityId, CommitId};
use crm_domain::meta::Meta;
use crm_domain::version::{Replace, Version, Versioned};
use crm_node_import::here::Here;
use crm_node_import::plan::{Choices, NoSuchAccount, plan};
use crm_node_import::report::{Kind, Outcome};
use crm_testkit::actors::everything;
use crm_testkit::node_backend::NodeBackend;
use crm_testkit::node_backend::crowd::Crowd;
use uuid::Uuid;

use crate::support::{Target, only, source};

const TEAM: Crowd = Crowd { leads: 60, customers: 24, tasks: 20 };

#[tokio::test]
async fn running_twice_changes_nothing() {
    let node = NodeBackend::crowd(TEAM);
    let target = Target::embedded();
    let first = target.import(source(&node)).await;
    let content = target.content().await;
    assert_eq!(u64::try_from(content.events.len()).unwrap(), node.facts);
    let second = target.import(source(&node)).await;
    assert_eq!(target.content().await, content);
    assert!(second.is_complete(), "{:?}", second.findings());
    for kind in Kind::ALL {
        let counts = second.counts(kind);
        assert_eq!((counts.already_there, counts.taken), (first.counts(kind).taken, 0), "{kind:?}");
    }
    assert!(second.findings().is_empty());
}

#[tokio::test]
async fn an_import_that_was_interrupted_anywhere_is_taken_up() {
    let node = NodeBackend::crowd(TEAM);
    let whole = Target::embedded();
    whole.import(source(&node)).await;
    let expected = whole.content().await;
    let choices = Choices { orphans_to: None, can_be_checked: |_| true };
    for part in [1, 5, 30, 69, 80, 100] {
        let target = Target::embedded();
        let empty =
            Here::look(&target.stores, target.maintenance.as_ref(), &source(&node), None).await.unwrap();
        let records = plan(source(&node), &empty, &choices).unwrap().records;
        for record in records.into_iter().take(part) {
            target.maintenance.load(vec![Arc::new(record.into_commit())]).await.unwrap();
        }
        let report = target.import(source(&node)).await;
        assert!(report.is_complete(), "after {part}: {:?}", report.findings());
        assert_eq!(target.content().await, expected, "after {part}");
    }
}

#[tokio::test]
async fn what_was_changed_or_deleted_here_stays_so() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    let customer = node.create_customer(bob, "Grace");
    let target = Target::embedded();
    target.import(source(&node)).await;
    let content = target.content().await;
    let before = content.leads[0].clone();
    let gone = content.customers[0].0.clone();
    let after = before.record().clone().archive(before.record().updated_at);
    let put = Replace { before: before.clone(), after };
    let event = |number: u128, entity, version: Version, kind| Activity {
        id: ActivityId::from_uuid(Uuid::from_u128(number)),
        kind,
        actor: ActivityActor {
            id: content.users[0].record().id,
            name: "Bob".to_owned(),
            role: crm_domain::access::role::Role::Agent,
        },
        entity,
        entity_version: version,
        message: "x".to_owned(),
        meta: Meta::new(),
        at: before.record().updated_at,
        audience: vec![],
    };
    let commit = Commit::new(CommitId::from_uuid(Uuid::from_u128(1)))
        .event(event(2, EntityRef::Lead(put.after.id), put.version(), ActivityType::LeadArchived))
        .event(event(
            3,
            EntityRef::Customer(gone.record().id),
            gone.version().next(),
            ActivityType::CustomerDeleted,
        ))
        .change(Change::PutLead(put))
        .change(Change::DeleteCustomer(gone));
    target.stores.commits.commit(Arc::new(commit)).await.unwrap();
    let changed = target.content().await;

    // The old backend went on, too.
    node.change_status(bob, lead, "Closed Lost");
    node.add_note(bob, customer, "too late");
    let report = target.import(source(&node)).await;
    assert_eq!(target.content().await, changed);
    assert!(changed.leads[0].record().archived && changed.customers.is_empty());
    let left_out = |kind| report.counts(kind).left_out;
    assert_eq!((left_out(Kind::Activity), left_out(Kind::HistoryEntry), left_out(Kind::Note)), (2, 1, 1));
    assert_eq!(
        (report.counts(Kind::Lead).already_there, report.counts(Kind::Customer).already_there),
        (1, 1)
    );
    assert!(only(&report, &node.activities[2]).2.contains("from an earlier import"));
}

#[tokio::test]
async fn records_that_are_new_in_the_old_database_are_taken_later() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    let target = Target::embedded();
    target.import(source(&node)).await;
    node.create_lead(bob, Some(bob), "Grace");
    node.create_task(bob, "Call", ("Lead", lead), "Open");
    let report = target.import(source(&node)).await;
    assert!(report.is_complete() && report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    assert_eq!((content.leads.len(), content.tasks.len()), (2, 1));
    assert!(content.task("Call").related.is_some(), "what it is about was here");
}

#[tokio::test]
async fn a_lead_that_is_here_is_not_linked_to_a_customer_that_comes_later() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, None, "Jonas");
    let customer = node.convert(bob, lead);
    let mut without = node.clone();
    without.customers.clear();
    let target = Target::embedded();
    target.import(source(&without)).await;
    target.import(source(&node)).await;
    let content = target.content().await;
    let (found, _) = content.customer("Jonas");
    assert_eq!((found.lead, content.lead("Jonas").customer), (None, None), "{customer}");
}

#[tokio::test]
async fn whoever_is_to_get_what_is_nobodys_must_have_an_account() {
    let mut node = NodeBackend::new();
    node.register("Bob", "bob@crm.com", "agent");
    let choices = Choices {
        orphans_to: Some(crm_domain::values::email::Email::parse("eve@crm.com").unwrap()),
        can_be_checked: |_| true,
    };
    let refused = plan(source(&node), &Here::default(), &choices).err();
    assert_eq!(refused, Some(NoSuchAccount("eve@crm.com".to_owned())));
}

#[tokio::test]
async fn every_version_of_every_record_has_one_event_in_the_order_of_time() {
    let node = NodeBackend::crowd(TEAM);
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(
        report
            .findings()
            .iter()
            .all(|finding| finding.kind == Kind::Deal && finding.outcome == Outcome::Mended)
    );
    let content = target.content().await;
    for lead in &content.leads {
        check(&content.history(lead.record().id.uuid()), lead);
        let found = target.stores.leads.lead_with_history(&everything(), lead.record().id, 50).await.unwrap();
        assert_eq!(found.seen().unwrap().1.len(), content.history(lead.record().id.uuid()).len());
    }
    for (customer, notes) in &content.customers {
        check(&content.history(customer.record().id.uuid()), customer);
        let found = target.stores.customers.customer(&everything(), customer.record().id).await.unwrap();
        assert_eq!(found.seen().unwrap().record().notes_count, u64::try_from(notes.len()).unwrap());
    }
}

fn check<T>(history: &[&Activity], record: &Versioned<T>) {
    let versions: Vec<u64> = history.iter().map(|event| event.entity_version.number()).collect();
    assert_eq!(versions, (1..=record.version().number()).collect::<Vec<_>>());
    assert!(history.is_sorted_by_key(|event| event.at));
}
