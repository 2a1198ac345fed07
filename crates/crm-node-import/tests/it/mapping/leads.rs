use bson::oid::ObjectId;
use bson::{DateTime, doc};
use crm_domain::lead::LeadStatus;
use crm_domain::timestamp::Timestamp;
use crm_node_import::report::{Kind, Outcome};
use crm_testkit::node_backend::NodeBackend;

use crate::support::{Target, only, source, told};

#[tokio::test]
async fn a_lead_is_what_it_was() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let agent = node.register("Bob", "bob@crm.com", "agent");
    let old = node.create_lead(admin, Some(agent), "Jonas Jansen");
    node.change_status(agent, old, "In Progress");
    node.archive(agent, old);
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let lead = content.lead("Jonas Jansen");
    let at = |field| Timestamp::from_millis(node.leads[0].get_datetime(field).unwrap().timestamp_millis());
    assert_eq!((Some(lead.created_at), Some(lead.updated_at)), (at("createdAt"), at("updatedAt")));
    assert_eq!((lead.status, lead.archived), (LeadStatus::InProgress, true));
    assert_eq!(lead.owner, Some(content.user("bob@crm.com").id));
    assert_eq!(lead.email.as_ref().unwrap().as_str(), "jonas.jansen@example.com");
    assert_eq!((lead.source.as_str(), lead.customer), ("Website", None));
    assert_eq!(content.leads[0].version().number(), 3);
}

#[tokio::test]
async fn what_does_not_fit_is_mended_and_told_with_what_it_was() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let old = node.create_lead(admin, None, "x");
    let lead = node.lead(old);
    lead.extend(doc! {
        "name": "  ", "email": "jonas at example", "phone": "call\u{7}me", "status": "in progress",
        "source": "s".repeat(60), "company": "Tide\nwater", "tags": ["vip", "", "VIP"],
        "archived": "yes", "score": 17,
    });
    lead.remove("createdAt");
    lead.remove("updatedAt");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let lead = content.lead("Tide water");
    assert_eq!((&lead.email, &lead.phone, lead.archived), (&None, &None, false));
    assert_eq!(lead.company.as_ref().unwrap().as_str(), "Tide water");
    assert_eq!((lead.status, lead.source.as_str().len(), lead.tags.len()), (LeadStatus::InProgress, 50, 1));
    assert_eq!(lead.created_at.millis() % 1_000, 0, "an ObjectId knows its second");
    let told = told(&report, &old.to_hex());
    let fields: Vec<&str> = told.iter().map(|(_, field, _)| field.as_str()).collect();
    let expected = [
        "archived",
        "score",
        "email",
        "company",
        "phone",
        "createdAt",
        "updatedAt",
        "name",
        "status",
        "source",
    ];
    assert_eq!(fields, expected);
    assert!(told.iter().all(|(outcome, _, _)| *outcome == Outcome::Mended));
    let values: Vec<_> = report.findings().iter().filter_map(|finding| finding.value.as_deref()).collect();
    assert!(values.contains(&"jonas at example") && values.contains(&"17"), "{values:?}");
    assert_eq!((report.counts(Kind::Lead).mended, report.is_complete()), (1, true));
}

#[tokio::test]
async fn an_unknown_status_is_new_and_a_missing_one_too() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let odd = node.create_lead(admin, None, "odd");
    let bare = node.create_lead(admin, None, "bare");
    node.lead(odd).insert("status", "Lukewarm");
    node.lead(bare).remove("status");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    assert_eq!(content.lead("odd").status, LeadStatus::New);
    assert_eq!(content.lead("bare").status, LeadStatus::New);
    assert_eq!(only(&report, &node.leads[0]).1, "status");
    assert!(told(&report, &bare.to_hex()).is_empty());
}

#[tokio::test]
async fn a_lead_whose_agent_is_gone_is_nobodys() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let gone = ObjectId::new();
    node.create_lead(admin, Some(gone), "orphan");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert_eq!(target.content().await.lead("orphan").owner, None);
    let (outcome, field, _) = only(&report, &node.leads[0]);
    assert_eq!((outcome, field.as_str()), (Outcome::Mended, "assignedAgent"));
    assert_eq!(report.findings()[0].value.as_deref(), Some(gone.to_hex().as_str()));
}

#[tokio::test]
async fn a_lead_knows_the_customer_that_it_became() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let lead = node.create_lead(admin, None, "Jonas");
    node.convert(admin, lead);
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let (customer, _) = content.customer("Jonas");
    let lead = content.lead("Jonas");
    assert_eq!((lead.customer, customer.lead), (Some(customer.id), Some(lead.id)));
    assert_eq!(lead.status, LeadStatus::ClosedWon);
    assert_eq!(content.told(lead.id.uuid()), ["lead_created", "lead_converted"]);
    assert_eq!(content.told(customer.id.uuid()), ["customer_created"]);
    let made = content.history(customer.id.uuid())[0];
    assert_eq!(made.actor.id, content.user("ada@crm.com").id, "who converted it made it");
}

#[tokio::test]
async fn a_lead_that_was_converted_twice_has_its_first_customer() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let lead = node.create_lead(admin, None, "Jonas");
    let first = node.convert(admin, lead);
    let second = node.convert(admin, lead);
    node.customer(first).insert("name", "First");
    node.customer(second).insert("name", "Second");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let (first, _) = content.customer("First");
    assert_eq!((content.lead("Jonas").customer, first.lead.is_some()), (Some(first.id), true));
    assert_eq!(content.customer("Second").0.lead, None);
    let (outcome, _, why) = only(&report, &node.leads[0]);
    assert!(outcome == Outcome::Mended && why.contains(&second.to_hex()), "{why}");
}

#[tokio::test]
async fn a_lead_whose_customer_is_gone_has_none() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let lead = node.create_lead(admin, None, "Jonas");
    node.convert(admin, lead);
    node.customers.clear();
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert_eq!(target.content().await.lead("Jonas").customer, None);
    assert_eq!(only(&report, &node.leads[0]).0, Outcome::Mended);
}

#[tokio::test]
async fn dates_and_references_are_read_in_every_form_that_is_clear() {
    let mut node = NodeBackend::new();
    let admin = node.register("Ada", "ada@crm.com", "admin");
    let old = node.create_lead(admin, None, "forms");
    let lead = node.lead(old);
    lead.insert("createdAt", "2025-01-02T03:04:05Z");
    lead.insert("updatedAt", 1_767_225_600_000_i64);
    lead.insert("assignedAgent", doc! { "_id": admin, "name": "Ada" });
    lead.insert("phone", 5_550_100);
    let other = node.create_lead(admin, None, "backwards");
    node.lead(other).insert("assignedAgent", admin.to_hex());
    node.lead(other).insert("updatedAt", DateTime::from_millis(0));
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let lead = content.lead("forms");
    assert_eq!(lead.created_at.to_string(), "2025-01-02T03:04:05.000Z");
    assert_eq!(lead.updated_at.to_string(), "2026-01-01T00:00:00.000Z");
    assert_eq!(lead.phone.as_ref().unwrap().as_str(), "5550100");
    let other = content.lead("backwards");
    assert_eq!((lead.owner, other.owner), (Some(content.users[0].record().id), lead.owner));
    assert_eq!(other.updated_at, other.created_at);
    assert_eq!(only(&report, &node.leads[1]).1, "updatedAt");
    assert!(told(&report, &old.to_hex()).is_empty());
}
