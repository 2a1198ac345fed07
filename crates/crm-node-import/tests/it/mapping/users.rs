use bson::{Bson, doc};
use crm_domain::access::role::Role;
use crm_domain::activity::EntityKind;
use crm_domain::ids::UserId;
use crm_domain::timestamp::Timestamp;
use crm_node_import::ids;
use crm_node_import::report::{Kind, Outcome};
use crm_testkit::node_backend::NodeBackend;

use crate::support::{Target, only, source, told};

#[tokio::test]
async fn an_account_keeps_its_id_its_password_and_its_moments() {
    let mut node = NodeBackend::new();
    let old = node.register("Ada Lovelace", "ada@crm.com", "admin");
    node.users[0].insert("refreshTokens", vec![doc! { "token": "secret" }]);
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let content = target.content().await;
    let ada = content.user("ada@crm.com");
    assert_eq!(ada.id, ids::record::<crm_domain::ids::UserKind>(EntityKind::User, old));
    assert_eq!((ada.name.as_str(), ada.role, ada.active), ("Ada Lovelace", Role::Admin, true));
    assert_eq!(ada.password.expose(), node.hash());
    let made = Timestamp::from_millis(node.users[0].get_datetime("createdAt").unwrap().timestamp_millis());
    assert_eq!((Some(ada.created_at), Some(ada.updated_at)), (made, made));
    assert_eq!(content.told(ada.id.uuid()), ["user_created"]);
    assert!(target.mirror.user(ada.id).is_some());
}

#[tokio::test]
async fn a_store_that_gets_an_admin_is_set_up() {
    let mut node = NodeBackend::new();
    node.register("Bob", "bob@crm.com", "agent");
    let target = Target::embedded();
    target.import(source(&node)).await;
    assert!(!target.stores.workspaces.workspace().await.unwrap().set_up);
    node.register("Ada", "ada@crm.com", "admin");
    node.register("Eve", "eve@crm.com", "admin");
    target.import(source(&node)).await;
    assert!(target.stores.workspaces.workspace().await.unwrap().set_up);
}

#[tokio::test]
async fn emails_that_differ_in_case_are_one_account() {
    let mut node = NodeBackend::new();
    let gone = node.register("Ada", "Ada@crm.com", "agent");
    node.users[0].insert("isActive", false);
    let here = node.register("Ada", "ada@crm.com", "agent");
    let lead = node.create_lead(gone, Some(gone), "Hers");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let kept: UserId = ids::record(EntityKind::User, here);
    assert_eq!(content.users.len(), 1);
    assert_eq!(content.lead("Hers").owner, Some(kept));
    let history = content.history(ids::uuid(ids::Thing::Record(EntityKind::Lead), lead));
    assert_eq!(history[0].actor.id, kept);
    let (outcome, _, why) = only(&report, &node.users[0]);
    assert_eq!(outcome, Outcome::LeftOut);
    assert!(why.contains(&here.to_hex()), "{why}");
}

#[tokio::test]
async fn an_account_that_is_here_already_stands_for_the_old_one() {
    let mut own = NodeBackend::new();
    own.register("Operator", "admin@crm.com", "admin");
    let target = Target::embedded();
    target.import(source(&own)).await;
    let before = target.content().await;

    let mut node = NodeBackend::new();
    node.wait(77_000);
    let old = node.register("Old Admin", "ADMIN@crm.com", "admin");
    node.create_lead(old, Some(old), "Theirs");
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    let id = before.users[0].record().id;
    assert_eq!(content.users, before.users);
    assert_eq!(content.lead("Theirs").owner, Some(id));
    assert_eq!(report.counts(Kind::User).already_there, 1);
    assert_eq!(only(&report, &node.users[0]).0, Outcome::AlreadyThere);
    assert!(report.is_complete());
}

#[tokio::test]
async fn nobody_gets_more_rights_than_they_had() {
    let mut node = NodeBackend::new();
    for (number, role) in ["Admin", "manager", ""].into_iter().enumerate() {
        node.register("X", &format!("x{number}@crm.com"), role);
    }
    node.users[2].remove("role");
    node.register("Y", "y@crm.com", "agent");
    node.users[3].insert("isActive", "perhaps");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    assert!(content.users.iter().all(|user| user.record().role == Role::Agent));
    assert!(!content.user("y@crm.com").active);
    assert_eq!(only(&report, &node.users[0]).1, "role");
    assert_eq!(only(&report, &node.users[1]).1, "role");
    assert_eq!(report.counts(Kind::User).mended, 3);
}

#[tokio::test]
async fn an_account_without_a_name_or_a_password_is_mended_and_without_an_email_left_out() {
    let mut node = NodeBackend::new();
    node.register("", "grace.hopper@crm.com", "agent");
    node.register("Plain", "plain@crm.com", "agent");
    node.users[1].insert("password", "Plain@123");
    node.register("None", "none@crm.com", "agent");
    node.users[2].remove("password");
    node.register("No email", "", "agent");
    node.register("Bad email", "bad at crm", "agent");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    let content = target.content().await;
    assert_eq!(content.user("grace.hopper@crm.com").name.as_str(), "grace.hopper");
    for email in ["plain@crm.com", "none@crm.com"] {
        let hash = content.user(email).password.expose();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
    let plain = only(&report, &node.users[1]);
    assert_eq!((plain.0, plain.1.as_str()), (Outcome::Mended, "password"));
    assert!(plain.2.contains("crm-server user password plain@crm.com"), "{}", plain.2);
    assert!(!report.findings().iter().any(|finding| finding.to_json().contains("Plain@123")));
    for document in &node.users[3..] {
        assert_eq!(only(&report, document).0, Outcome::LeftOut);
    }
    assert_eq!(report.counts(Kind::User).left_out, 2);
}

#[tokio::test]
async fn nothing_of_an_account_is_shown_but_name_and_email() {
    let mut node = NodeBackend::new();
    node.register("Ada", "ada@crm.com", "agent");
    node.users[0].insert("resetToken", "hunter2");
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert_eq!(only(&report, &node.users[0]).1, "resetToken");
    assert!(!report.findings()[0].to_json().contains("hunter2"));
}

#[tokio::test]
async fn a_document_that_has_no_object_id_is_left_out() {
    let mut node = NodeBackend::new();
    node.register("Ada", "ada@crm.com", "admin");
    node.users.push(doc! { "_id": "ada-2", "name": "Ada", "email": "ada2@crm.com" });
    node.leads.push(doc! { "name": "No id" });
    node.leads.push(doc! { "_id": Bson::Null, "name": "Null" });
    let target = Target::embedded();
    let report = target.import(source(&node)).await;
    assert_eq!(told(&report, "ada-2")[0].2, "its _id is no ObjectId");
    assert_eq!(report.counts(Kind::Lead).left_out, 2);
    assert_eq!(target.content().await.users.len(), 1);
}
