use crm_app::customers;
use crm_app::leads::convert::{Conversion, convert};
use crm_app::leads::read::read;
use crm_app::precondition::Precondition;
use crm_domain::access::role::Role;
use crm_domain::activity::ActivityType;
use crm_domain::lead::LeadStatus;
use crm_domain::raw::{Members, Raw};
use futures_util::future::join_all;

use super::office::{Office, id_of};
use crate::support::said::why;
use crate::support::texts;

#[tokio::test]
async fn converting_twice_answers_the_same_customer() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    let id = lead.record().id.to_string();
    let first = convert(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    let again = convert(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    assert_eq!(again, Conversion { already: true, ..first.clone() });
    let detail = read(&office.ctx, &ann, &id).await.unwrap();
    assert_eq!(detail.lead, first.lead);
    assert_eq!(detail.lead.record().status, LeadStatus::ClosedWon);
    let history: Vec<_> = detail.history.iter().map(|event| event.kind.action()).collect();
    assert_eq!(history, ["converted", "created"]);
    let customer = first.customer.unwrap().customer;
    assert_eq!(customer.record().lead, Some(lead.record().id));
    let found = customers::list::list(&office.ctx, &ann, texts([("tag", "Converted")])).await.unwrap();
    assert_eq!(found.items, [customer]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_convert_a_lead_at_once_all_get_its_one_customer() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    let racers = (0..20).map(|racer| {
        // Each has a queue of its own, as if on a server of its own.
        let ctx = crm_app::context::Ctx { queue: crm_app::queue::Queue::new(), ..office.ctx.clone() };
        let actor = if racer % 2 == 0 { root.clone() } else { ann.clone() };
        let id = lead.record().id.to_string();
        tokio::spawn(async move { convert(&ctx, &actor, &id, &Precondition::None).await })
    });
    let answers: Vec<_> =
        join_all(racers).await.into_iter().map(|outcome| outcome.unwrap().unwrap()).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.already).count(), 1);
    let customers: std::collections::BTreeSet<_> =
        answers.iter().map(|answer| answer.customer.as_ref().unwrap().customer.record().id).collect();
    assert_eq!(customers.len(), 1);
    let all = customers::list::list(&office.ctx, &root, Members::new()).await.unwrap();
    assert_eq!(all.total.count, 1);
    let told = office.feed(&root, texts([("type", "lead_converted")])).await;
    assert_eq!(told.len(), 1);
}

#[tokio::test]
async fn a_customer_that_went_to_somebody_else_is_hidden_from_the_leads_agent() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    let lead = office.lead(&ann, "Ada").await;
    let id = lead.record().id.to_string();
    let first = convert(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    let customer = first.customer.unwrap().customer.record().id.to_string();
    let body = texts([("owner", &id_of(&bob))]);
    customers::change::change(&office.ctx, &root, &customer, body, &Precondition::None).await.unwrap();
    let again = convert(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    assert_eq!((again.already, again.customer), (true, None));
    assert_eq!(why(convert(&office.ctx, &bob, &id, &Precondition::None).await), "not owner of lead");
    assert!(convert(&office.ctx, &root, &id, &Precondition::None).await.unwrap().customer.is_some());
}

#[tokio::test]
async fn a_lead_whose_customer_is_gone_stays_converted() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    let id = lead.record().id.to_string();
    let customer = convert(&office.ctx, &ann, &id, &Precondition::None).await.unwrap().customer.unwrap();
    let gone = customer.customer.record().id.to_string();
    customers::delete::delete(&office.ctx, &ann, &gone, &Precondition::None).await.unwrap();
    assert_eq!(why(convert(&office.ctx, &ann, &id, &Precondition::None).await), "customer_deleted");
    assert_eq!(why(office.change(&ann, &lead, texts([("status", "New")])).await), "already_converted");
    let renamed = office.change(&ann, &lead, texts([("name", "Ada L.")])).await.unwrap();
    assert_eq!(renamed.record().customer, Some(customer.customer.record().id));
    assert_eq!(why(convert(&office.ctx, &ann, &id, &Precondition::None).await), "customer_deleted");
}

#[tokio::test]
async fn an_archived_lead_converts_and_stays_archived() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    office.change(&ann, &lead, Members::new().with("archived", Raw::Bool(true))).await.unwrap();
    let id = lead.record().id.to_string();
    let answer = convert(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    assert!(answer.lead.record().archived);
    let told = office.feed(&ann, Members::new()).await;
    assert_eq!(
        told.iter().map(|event| event.kind).collect::<Vec<_>>(),
        [
            ActivityType::CustomerCreated,
            ActivityType::LeadConverted,
            ActivityType::LeadArchived,
            ActivityType::LeadCreated
        ]
    );
}
