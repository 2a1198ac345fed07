use crm_app::precondition::Precondition;
use crm_app::setup::{check::can_set_up, first_admin::set_up, offer::offer, token::LIFE};
use crm_app::users;
use crm_domain::access::role::Role;
use crm_domain::raw::Members;
use futures_util::future::join_all;
use secrecy::ExposeSecret;

use super::office::{Office, id_of};
use crate::support::said::why;
use crate::support::texts;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_who_set_up_the_first_admin_at_once_one_wins_for_ever() {
    let office = Office::open();
    assert!(can_set_up(&office.ctx).await.unwrap());
    let token = offer(&office.ctx, &"let me in".into()).await.unwrap().unwrap();
    let racers = (0..64).map(|racer| {
        let (ctx, token) = (office.ctx.clone(), token.clone());
        tokio::spawn(async move {
            let body = texts([
                ("name", "Root"),
                ("email", &format!("root{racer}@crm.example")),
                ("password", "correct horse"),
                ("setupToken", token.expose_secret()),
            ]);
            set_up(&ctx, body, None).await
        })
    });
    let outcomes: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for refused in lost {
        assert_eq!(why(refused), "already_set_up");
    }
    assert!(!can_set_up(&office.ctx).await.unwrap());
    assert!(offer(&office.ctx, &"let me in".into()).await.unwrap().is_none());
    let winner = won.into_iter().next().unwrap().unwrap();
    assert_eq!(winner.record().role, Role::Admin);
    assert_eq!(office.ctx.mirror.user(winner.record().id).unwrap().role, Role::Admin);
}

#[tokio::test]
async fn the_newest_token_makes_the_first_admin_until_it_expires() {
    let office = Office::open();
    let older = offer(&office.ctx, &"older".into()).await.unwrap().unwrap();
    let newer = offer(&office.ctx, &"newer".into()).await.unwrap().unwrap();
    let body = |token: &str| {
        texts([
            ("name", "Root"),
            ("email", "root@crm.example"),
            ("password", "correct horse"),
            ("setupToken", token),
        ])
    };
    let wrong = "setupToken: wrong_setup_token";
    assert_eq!(why(set_up(&office.ctx, body(older.expose_secret()), None).await), wrong);
    office.clock.advance(LIFE);
    assert_eq!(why(set_up(&office.ctx, body(newer.expose_secret()), None).await), wrong);
    let newest = offer(&office.ctx, &"newest".into()).await.unwrap().unwrap();
    set_up(&office.ctx, body(newest.expose_secret()), None).await.unwrap();
}

#[tokio::test]
async fn a_store_whose_admin_was_made_elsewhere_is_set_up() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    assert!(can_set_up(&office.ctx).await.unwrap(), "an agent is no admin");
    office.hire("root", Role::Admin).await;
    assert!(!can_set_up(&office.ctx).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_register_one_email_at_once_one_gets_it() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let racers = (0..16).map(|racer| {
        let (ctx, root) = (office.ctx.clone(), root.clone());
        tokio::spawn(async move {
            let email = if racer % 2 == 0 { "cleo@crm.example" } else { "CLEO@CRM.EXAMPLE" };
            let body = texts([("name", "Cleo"), ("email", email), ("password", "correct horse")]);
            users::register::register(&ctx, &root, body).await
        })
    });
    let outcomes: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for refused in lost {
        assert_eq!(why(refused), "email_taken");
    }
    let found = users::list::list(&office.ctx, &root, texts([("q", "cleo")])).await.unwrap();
    assert_eq!((found.items.len(), found.total.count), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_admins_who_deactivate_each_other_at_once_leave_one() {
    for _ in 0..20 {
        let office = Office::open();
        let (one, two) = (office.hire("one", Role::Admin).await, office.hire("two", Role::Admin).await);
        let strike = |actor: &crm_domain::access::actor::Actor, victim: &crm_domain::access::actor::Actor| {
            let (ctx, actor, victim) = (office.ctx.clone(), actor.clone(), id_of(victim));
            tokio::spawn(async move {
                users::deactivate::deactivate(&ctx, &actor, &victim, Members::new(), &Precondition::None)
                    .await
            })
        };
        let (first, second) = tokio::join!(strike(&one, &two), strike(&two, &one));
        let won = [first.unwrap(), second.unwrap()].into_iter().flatten().count();
        assert_eq!(won, 1);
        let snapshot = office.ctx.mirror.snapshot();
        let active = [&one, &two]
            .into_iter()
            .filter(|admin| snapshot.user(admin.user_id().unwrap()).is_some_and(|card| card.active));
        assert_eq!(active.count(), 1);
    }
}

#[tokio::test]
async fn an_account_is_found_renamed_and_freed_of_its_email() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let (ctx, id) = (&office.ctx, id_of(&ann));
    let body = texts([("name", "Zoë"), ("email", "zoe@crm.example")]);
    let changed = users::change::change(ctx, &root, &id, body, &Precondition::None).await.unwrap();
    assert_eq!(users::read::read(ctx, &root, &id).await.unwrap(), changed);
    let taken =
        users::change::change(ctx, &root, &id, texts([("email", "ROOT@crm.example")]), &Precondition::None);
    assert_eq!(why(taken.await), "email_taken");
    let found = users::list::list(ctx, &root, texts([("q", "zoe"), ("role", "agent")])).await.unwrap();
    assert_eq!(found.items, [changed]);
    office.hire("ann", Role::Agent).await;
}
