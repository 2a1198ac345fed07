use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::precondition::Precondition;
use crm_app::users::deactivate::{Deactivation, deactivate};
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::meta::Meta;
use crm_domain::raw::Members;
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::user::User;
use crm_domain::version::{Replace, Version};

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::written::{Written, last_transfer};
use crate::support::{moved, nothing, stored, texts, unknown};

fn to(user: &User) -> Members {
    texts([("transferTo", &user.id.to_string())])
}

/// The store holds nothing that could be handed over.
fn owns_nothing(stage: &mut Stage) {
    stage.leads.expect_leads().returning(|_, _| Ok(nothing()));
    stage.customers.expect_customers().returning(|_, _| Ok(nothing()));
    stage.tasks.expect_tasks().returning(|_, _| Ok(nothing()));
}

/// Hand-overs are on record as they were written last.
fn keeps_transfers(stage: &mut Stage, written: &Written) {
    let written = written.clone();
    stage.users.expect_transfer().returning(move |_, _| Ok(last_transfer(&written)));
}

#[tokio::test]
async fn a_user_is_deactivated_in_one_commit() {
    let mut stage = Stage::new();
    let before = stored(&stage.ann, 4);
    stage.holds_user(&before);
    let written = stage.applies();
    let now = stage.make.tick();
    let id = stage.ann.id;
    let (ctx, root) = (stage.ctx(), stage.root());
    let answer = deactivate(&ctx, &root, &id.to_string(), Members::new(), &Precondition::None).await.unwrap();
    assert_eq!(answer, Deactivation::Deactivated);
    let after = User { active: false, access_version: 1, updated_at: now, ..stage.ann.clone() };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutUser(Replace { before, after })],
            expects: vec![stands(&stage.root)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("isActive", true, false),
                ..stage.event(
                    &stage.root,
                    ActivityType::UserDeactivated,
                    (EntityRef::User(id), 5),
                    "User \"ann\" deactivated",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_hand_over_is_written_down_with_the_deactivation() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 4));
    owns_nothing(&mut stage);
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    keeps_transfers(&mut stage, &written);
    let (ctx, id, bob) = (stage.ctx(), stage.ann.id, stage.bob.clone());
    let answer = deactivate(&ctx, &stage.root(), &id.to_string(), to(&bob), &Precondition::None).await;
    let [first, last] = written.all().try_into().unwrap();
    let begun = Transfer {
        from: id,
        to: bob.id,
        by: stage.root.id,
        begun_at: stage.now(),
        moved: Moved::default(),
        finished_at: None,
    };
    let finished = Transfer { finished_at: Some(stage.now()), ..begun };
    assert_eq!(answer.unwrap(), Deactivation::HandedOver(finished));
    assert_eq!(first.changes[0], Change::PutTransfer(begun));
    assert!(matches!(first.changes[1], Change::PutUser(_)));
    assert_eq!(first.expects, [Expect::UserActive(bob.id), stands(&stage.root)]);
    assert_eq!(last.changes, [Change::PutTransfer(finished)]);
}

#[tokio::test]
async fn whoever_is_gone_already_can_still_be_succeeded() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.gone.clone(), 4));
    owns_nothing(&mut stage);
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    keeps_transfers(&mut stage, &written);
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.gone.id.to_string());
    let answer = deactivate(&ctx, &root, &id, Members::new(), &Precondition::None).await.unwrap();
    assert_eq!(answer, Deactivation::Deactivated);
    assert_eq!(written.all(), [], "deactivating again changes nothing");
    let answer = deactivate(&ctx, &root, &id, to(&stage.ann), &Precondition::None).await.unwrap();
    assert_eq!(moved(answer), Some(Moved::default()));
    assert!(matches!(written.all()[0].changes[..], [Change::PutTransfer(_)]));
    assert_eq!(written.all()[0].events, []);
}

#[tokio::test]
async fn whoever_gets_it_all_is_somebody_else_and_active() {
    let mut stage = Stage::new();
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.ann.id.to_string());
    let answer = |query| deactivate(&ctx, &root, &id, query, &Precondition::None);
    assert_eq!(why(answer(to(&stage.ann)).await), "transferTo: invalid");
    assert_eq!(why(answer(to(&stage.gone)).await), "transferTo: inactive_user");
    assert_eq!(why(answer(to(&stage.make.user("x", Role::Admin))).await), "transferTo: unknown_user");
    let bad = texts([("transferTo", "bob"), ("transfer", "x")]);
    let answer = deactivate(&ctx, &root, "x", bad, &Precondition::None).await;
    assert_eq!(why(answer), "transfer: unknown_parameter, id: invalid, transferTo: invalid");
}

#[tokio::test]
async fn checks_come_in_order_and_the_version_last() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.root.clone(), 4));
    stage.users.expect_another_active_admin().times(1).returning(|_, _| Ok(None));
    let witness = stored(&stage.make.user("other", Role::Admin), 1);
    stage.users.expect_another_active_admin().returning(move |_, _| Ok(Some(witness.clone())));
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.root.id.to_string());
    let (outdated, system) = (Precondition::OneOf(vec![Version::FIRST]), Actor::system("tests"));
    let none = Members::new;
    assert_eq!(why(deactivate(&ctx, &stage.ann(), "x", none(), &outdated).await), "denied");
    let unknown = unknown();
    assert_eq!(why(deactivate(&ctx, &root, &unknown, none(), &outdated).await), "no user");
    assert_eq!(why(deactivate(&ctx, &root, &id, none(), &outdated).await), "self_deactivation");
    assert_eq!(why(deactivate(&ctx, &system, &id, none(), &outdated).await), "last_admin");
    assert_eq!(why(deactivate(&ctx, &system, &id, none(), &outdated).await), "at version 4");
    let answer = deactivate(&ctx, &system, &id, to(&stage.ann), &Precondition::None).await;
    assert_eq!(why(answer), "denied", "a hand-over is asked for by somebody");
}
