use std::time::Duration;

use crm_app::precondition::Precondition;
use crm_app::{dashboard, leads};
use crm_domain::access::role::Role;
use crm_domain::activity::Activity;
use crm_domain::raw::{Members, Raw};

use super::office::{Office, id_of};
use crate::support::said::why;
use crate::support::texts;

fn told(feed: &[Activity]) -> Vec<&str> {
    feed.iter().map(|event| event.message.as_str()).collect()
}

#[tokio::test]
async fn an_agent_sees_what_they_did_and_what_happened_to_what_was_theirs_by_then() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    let lead = office.lead(&ann, "Ada").await;
    let id = lead.record().id.to_string();
    let to_bob = texts([("assignedAgent", &id_of(&bob))]);
    leads::reassign::reassign(&office.ctx, &root, &id, to_bob, &Precondition::None).await.unwrap();
    office.change(&bob, &lead, texts([("status", "Closed Lost")])).await.unwrap();
    let (moved, assigned, created) = (
        "Lead \"Ada\" moved from New to Closed Lost",
        "Lead \"Ada\" assigned to bob",
        "Lead \"Ada\" created",
    );
    assert_eq!(told(&office.feed(&ann, Members::new()).await), [assigned, created]);
    assert_eq!(told(&office.feed(&bob, Members::new()).await), [moved, assigned]);
    let about = texts([("entityType", "Lead"), ("entityId", &id)]);
    assert_eq!(told(&office.feed(&root, about).await), [moved, assigned, created]);
    let detail = leads::read::read(&office.ctx, &bob, &id).await.unwrap();
    let history: Vec<_> =
        detail.history.iter().map(|entry| (entry.kind.action(), entry.actor_name.as_str())).collect();
    let whole = [("status_changed", "bob"), ("reassigned", "root"), ("created", "ann")];
    assert_eq!(history, whole, "who sees a lead sees its whole history");
    assert_eq!(why(leads::read::read(&office.ctx, &ann, &id).await), "not owner of lead");
}

#[tokio::test]
async fn lists_totals_and_dashboard_agree_for_everybody() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    for (actor, count) in [(&root, 1), (&ann, 2), (&bob, 3)] {
        for number in 0..count {
            let lead = office.lead(actor, &format!("lead {number}")).await;
            if number == 1 {
                office.change(actor, &lead, Members::new().with("archived", Raw::Bool(true))).await.unwrap();
            }
            if number == 2 {
                office.change(actor, &lead, texts([("status", "Closed Won")])).await.unwrap();
            }
        }
        office.clock.advance(Duration::from_hours(24));
    }
    for (actor, visible, won) in [(&root, 4, 1), (&ann, 1, 0), (&bob, 2, 1)] {
        let list = leads::list::list(&office.ctx, actor, Members::new()).await.unwrap();
        assert_eq!((list.items.len(), list.total.count), (visible, visible as u64));
        let view = dashboard::show::show(&office.ctx, actor).await.unwrap();
        assert_eq!(view.figures.leads_by_status, [visible as u64 - won, 0, won, 0]);
        assert_eq!(view.figures.leads_per_day.iter().sum::<u64>(), visible as u64);
        assert_eq!(view.figures.leads_per_day.len(), 14);
    }
    let view = dashboard::show::show(&office.ctx, &root).await.unwrap();
    assert_eq!(view.figures.leads_per_day[10..], [1, 1, 2, 0], "a day each, the last of them three days on");
}

#[tokio::test]
async fn an_agent_who_asks_for_anothers_records_gets_an_empty_list() {
    let office = Office::open();
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    office.lead(&ann, "Ada").await;
    for owner in [id_of(&ann), "none".to_owned()] {
        let page = leads::list::list(&office.ctx, &bob, texts([("assignedAgent", &owner)])).await.unwrap();
        assert_eq!((page.items.len(), page.total.count), (0, 0));
    }
}
