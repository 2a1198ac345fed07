use crm_app::context::Ctx;
use crm_app::leads;
use crm_app::precondition::Precondition;
use crm_app::queue::Queue;
use crm_domain::access::role::Role;
use crm_domain::raw::{Members, Raw};
use crm_domain::version::Version;
use futures_util::future::join_all;

use super::office::Office;
use crate::support::said::why;
use crate::support::texts;

/// Sixteen writers change one lead ten times each; `shared` tells whether they queue up with each other.
async fn sixteen_writers(shared: bool) {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    let id = lead.record().id.to_string();
    let writers = (0..16).map(|writer| {
        let queue = if shared { office.ctx.queue.clone() } else { Queue::new() };
        let ctx = Ctx { queue, ..office.ctx.clone() };
        let (ann, id) = (ann.clone(), id.clone());
        tokio::spawn(async move {
            for round in 0..10 {
                // Each writer sets a source that nobody else sets, so that no change is a change of nothing.
                let body = texts([("source", &format!("writer {writer} round {round}"))]);
                leads::change::change(&ctx, &ann, &id, body, &Precondition::None).await.unwrap();
            }
        })
    });
    for outcome in join_all(writers).await {
        outcome.unwrap();
    }
    let detail = leads::read::read(&office.ctx, &ann, &id).await.unwrap();
    assert_eq!(detail.lead.version(), Version::new(161));
    let versions: Vec<_> = detail.history.iter().map(|event| event.version.number()).collect();
    assert_eq!(versions, (112..=161).rev().collect::<Vec<_>>(), "one event for each version");
    for pair in detail.history.windows(2) {
        let ([newer], [older]) = (pair[0].meta.changes(), pair[1].meta.changes()) else {
            panic!("one field changed")
        };
        assert_eq!(newer.from, older.to, "each change was decided upon the one before it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rivals_on_one_server_lose_no_change() {
    sixteen_writers(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rivals_on_sixteen_servers_lose_no_change() {
    sixteen_writers(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rivals_who_change_different_fields_keep_both() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    for _ in 0..20 {
        let lead = office.lead(&ann, "Ada").await;
        let other = Ctx { queue: Queue::new(), ..office.ctx.clone() };
        let (id, none) = (lead.record().id.to_string(), Precondition::None);
        let (name, phone) = tokio::join!(
            leads::change::change(&office.ctx, &ann, &id, texts([("name", "Grace")]), &none),
            leads::change::change(&other, &ann, &id, texts([("phone", "112")]), &none),
        );
        assert!(name.is_ok() && phone.is_ok());
        let now = leads::read::read(&office.ctx, &ann, &id).await.unwrap().lead;
        assert_eq!(now.record().name.as_str(), "Grace");
        assert_eq!(now.record().phone.as_ref().unwrap().as_str(), "112");
        assert_eq!(now.version(), Version::new(3));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_rivals_who_name_the_version_they_know_one_wins() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    let writers = (0..8).map(|writer| {
        let ctx = Ctx { queue: Queue::new(), ..office.ctx.clone() };
        let (ann, id) = (ann.clone(), lead.record().id.to_string());
        tokio::spawn(async move {
            let known = Precondition::OneOf(vec![Version::FIRST]);
            leads::change::change(&ctx, &ann, &id, texts([("name", &format!("writer {writer}"))]), &known)
                .await
        })
    });
    let outcomes: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for refused in lost {
        assert_eq!(why(refused), "at version 2");
    }
}

#[tokio::test]
async fn archiving_twice_makes_one_version() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let lead = office.lead(&ann, "Ada").await;
    let id = lead.record().id.to_string();
    for _ in 0..2 {
        leads::archive::archive(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    }
    let away = leads::read::read(&office.ctx, &ann, &id).await.unwrap();
    assert_eq!((away.lead.version(), away.history.len()), (Version::new(2), 2));
    let listed = leads::list::list(&office.ctx, &ann, Members::new()).await.unwrap();
    assert_eq!(listed.total.count, 0);
    leads::archive::unarchive(&office.ctx, &ann, &id, &Precondition::None).await.unwrap();
    let body = Members::new().with("archived", Raw::Bool(false));
    assert_eq!(office.change(&ann, &lead, body).await.unwrap().version(), Version::new(3));
}
