use bson::oid::ObjectId;
use bson::{Bson, doc};
use crm_domain::task::{Priority, Progress, Related, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_node_import::report::{Kind, Outcome};
use crm_testkit::node_backend::NodeBackend;

use crate::support::{Target, only, source, told};

#[tokio::test]
async fn a_task_is_what_it_was() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    let customer = node.create_customer(bob, "Grace");
    let about_lead = node.create_task(bob, "Call", ("Lead", lead), "Open");
    node.create_task(bob, "Write", ("Customer", customer), "In Progress");
    node.finish_task(bob, about_lead);
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let (call, write) = (content.task("Call"), content.task("Write"));
    let at = |field| {
        Timestamp::from_millis(node.tasks[0].get_datetime(field).unwrap().timestamp_millis()).unwrap()
    };
    assert_eq!((call.created_at, call.updated_at), (at("createdAt"), at("updatedAt")));
    assert_eq!(call.due.to_string(), at("dueDate").to_string());
    assert_eq!(call.progress, Progress::Done { at: at("updatedAt") });
    assert_eq!(call.related, Some(Related::Lead(content.lead("Jonas").id)));
    assert_eq!(write.related, Some(Related::Customer(content.customer("Grace").0.id)));
    assert_eq!((write.progress.status(), write.priority), (TaskStatus::InProgress, Priority::Medium));
    assert_eq!(content.told(call.id.uuid()), ["task_created", "task_updated"]);
}

#[tokio::test]
async fn a_task_about_something_that_is_not_there_is_about_nothing() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    node.create_task(bob, "gone", ("Lead", ObjectId::new()), "Open");
    node.create_task(bob, "wrong kind", ("Customer", lead), "Open");
    node.create_task(bob, "no kind", ("Deal", lead), "Open");
    node.create_task(bob, "half", ("Lead", lead), "Open");
    node.tasks[3].remove("relatedId");
    node.create_task(bob, "none", ("Lead", lead), "Open");
    node.tasks[4].remove("relatedId");
    node.tasks[4].insert("relatedType", Bson::Null);
    node.create_task(bob, "case", ("lead", lead), "Open");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    for title in ["gone", "wrong kind", "no kind", "half", "none"] {
        assert_eq!(content.task(title).related, None, "{title}");
    }
    assert_eq!(content.task("case").related, Some(Related::Lead(content.lead("Jonas").id)));
    let fields: Vec<_> = node.tasks[..4].iter().map(|task| only(&report, task).1).collect();
    assert_eq!(fields, ["relatedId", "relatedId", "relatedType", "relatedId"]);
    assert_eq!(report.counts(Kind::Task).mended, 4);
}

#[tokio::test]
async fn a_task_without_an_owner_or_a_due_date_is_left_out() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    node.create_task(ObjectId::new(), "orphan", ("Lead", lead), "Open");
    node.create_task(bob, "some day", ("Lead", lead), "Open");
    node.tasks[1].insert("dueDate", "some day");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(target.content().await.tasks.is_empty());
    assert!(only(&report, &node.tasks[0]).2.contains("--orphans-to"));
    let (outcome, _, why) = only(&report, &node.tasks[1]);
    assert_eq!(outcome, Outcome::LeftOut);
    assert!(why.contains("due") && why.contains("dueDate"), "{why}");
    assert_eq!(report.counts(Kind::Activity).left_out, 2);
    assert!(target.import_for(source(&node), Some("bob@crm.com")).await.counts(Kind::Task).taken == 1);
}

#[tokio::test]
async fn what_does_not_fit_in_a_task_is_mended() {
    let mut node = NodeBackend::new();
    let bob = node.register("Bob", "bob@crm.com", "agent");
    let lead = node.create_lead(bob, Some(bob), "Jonas");
    let old = node.create_task(bob, "x", ("Lead", lead), "done");
    node.tasks[0].extend(doc! {
        "title": "", "priority": "Urgent", "dueDate": "2030-01-31", "description": "d".repeat(10_001),
    });
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let task = content.task("(no title)");
    assert_eq!((task.due.to_string().as_str(), task.priority), ("2030-01-31", Priority::Medium));
    assert_eq!(task.progress.status(), TaskStatus::Done);
    assert_eq!(task.description.as_ref().unwrap().as_str().len(), 10_000);
    let fields: Vec<_> = told(&report, &old.to_hex()).into_iter().map(|(_, field, _)| field).collect();
    assert_eq!(fields, ["title", "description", "description", "status", "priority"]);
}
