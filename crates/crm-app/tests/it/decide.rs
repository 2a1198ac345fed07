use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::context::Ctx;
use crm_app::decide::{Decision, decide};
use crm_app::error::{AppError, StoreError};
use crm_app::ports::commits::{Commits, MockCommits};
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::role::Role;
use crm_domain::user::User;
use crm_domain::version::Replace;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, stands};
use crate::support::stored;

/// A store that never answers.
struct Silent;

#[async_trait]
impl Commits for Silent {
    async fn commit(&self, _: Arc<Commit>) -> Result<Verdict, StoreError> {
        std::future::pending().await
    }
}

fn nothing_much(ctx: &Ctx) -> Commit {
    Commit::new(ctx.commit_id())
}

/// Decides the same whatever there is, and counts how often.
async fn decided(ctx: &Ctx, actor: &Actor, tries: &Cell<u32>) -> Result<u32, AppError> {
    decide(ctx, actor, &[], |_| async move {
        tries.set(tries.get() + 1);
        Ok(Decision::commit(nothing_much(ctx), tries.get()))
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_stale_decision_is_made_anew_until_it_holds() {
    let mut stage = Stage::new();
    let written = stage.answers((0..3).map(|_| Ok(Verdict::Stale)).chain([Ok(Verdict::Applied)]));
    let tries = Cell::new(0);
    let answer = decided(&stage.ctx(), &stage.ann(), &tries).await.unwrap();
    assert_eq!((answer, tries.get()), (4, 4), "the answer is that of the decision that held");
    let mut ids: Vec<_> = written.all().iter().map(|commit| commit.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each decision is a commit of its own");
}

#[tokio::test(start_paused = true)]
async fn keys_that_can_be_made_anew_are() {
    let mut stage = Stage::new();
    let keys = [UniqueKey::Id, UniqueKey::Fingerprint];
    stage.answers(keys.map(|key| Ok(Verdict::Duplicate(key))).into_iter().chain([Ok(Verdict::Applied)]));
    let tries = Cell::new(0);
    decided(&stage.ctx(), &stage.ann(), &tries).await.unwrap();
    assert_eq!(tries.get(), 3);
}

#[tokio::test]
async fn keys_that_another_record_holds_for_good_are_refused_at_once() {
    let mut stage = Stage::new();
    let taken = [UniqueKey::Email, UniqueKey::SetUp].map(|key| Ok(Verdict::Duplicate(key)));
    stage.answers(taken);
    let (ctx, ann, tries) = (stage.ctx(), stage.ann(), Cell::new(0));
    assert_eq!(why(decided(&ctx, &ann, &tries).await), "email_taken");
    assert_eq!(why(decided(&ctx, &ann, &tries).await), "already_set_up");
    assert_eq!(tries.get(), 2);
}

#[tokio::test]
async fn a_store_that_fails_is_not_asked_again() {
    let mut stage = Stage::new();
    stage.answers([Err(unavailable()), Err(StoreError::Full)]);
    let (ctx, ann, tries) = (stage.ctx(), stage.ann(), Cell::new(0));
    assert_eq!(why(decided(&ctx, &ann, &tries).await), "store unavailable");
    assert_eq!(why(decided(&ctx, &ann, &tries).await), "store full");
    assert_eq!(tries.get(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_slower_than_the_deadline_leaves_the_outcome_unknown() {
    let mut stage = Stage::new();
    let (mut ctx, ann, tries, begun) = (stage.ctx(), stage.ann(), Cell::new(0), Instant::now());
    ctx.stores.commits = Arc::new(Silent);
    assert_eq!(why(decided(&ctx, &ann, &tries).await), "outcome unknown");
    assert_eq!(begun.elapsed(), ctx.rules.deadline);
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_is_slower_than_the_deadline_has_written_nothing() {
    let mut stage = Stage::new();
    let (ctx, ann, begun) = (stage.ctx(), stage.ann(), Instant::now());
    let never = decide::<(), _, _>(&ctx, &ann, &[], |_| std::future::pending()).await;
    assert_eq!(why(never), "store unavailable");
    assert_eq!(begun.elapsed(), ctx.rules.deadline);
}

#[tokio::test]
async fn a_decision_that_writes_nothing_is_not_committed() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let answer = decide(&ctx, &ann, &[], |_| async { Ok(Decision::Answer("as it is")) }).await;
    assert_eq!(answer.unwrap(), "as it is");
    let refused =
        decide(&ctx, &ann, &[], |_| async { Err::<Decision<()>, _>(AppError::NotFound("lead")) }).await;
    assert_eq!(why(refused), "no lead");
}

#[tokio::test(start_paused = true)]
async fn who_never_gets_through_is_told_at_the_deadline_and_not_after_it() {
    let mut stage = Stage::new();
    stage.commits.expect_commit().returning(|_| Ok(Verdict::Stale));
    let (ctx, tries, begun) = (stage.ctx(), Cell::new(0), Instant::now());
    assert_eq!(why(decided(&ctx, &stage.ann(), &tries).await), "busy");
    let waited = begun.elapsed();
    assert!(waited <= stage.rules.deadline, "{waited:?}");
    assert!(waited + Duration::from_millis(64) >= stage.rules.deadline, "gave up early: {waited:?}");
    assert!(tries.get() > 70, "pauses are 64 ms at most, but it tried {} times", tries.get());
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_line_too_long_is_told_at_the_deadline() {
    let mut stage = Stage::new();
    let (ctx, ann, record) = (stage.ctx(), stage.ann(), Uuid::from_u128(7));
    let _first = ctx.queue.turn(&[record]).await;
    let begun = Instant::now();
    let waiting = decide(&ctx, &ann, &[record], |_| async { Ok(Decision::Answer(())) }).await;
    assert_eq!(why(waiting), "busy");
    assert!(begun.elapsed() >= stage.rules.deadline);
}

#[tokio::test]
async fn writers_of_one_record_decide_one_after_the_other_in_the_order_they_came() {
    let mut stage = Stage::new();
    let (ctx, ann, record) = (stage.ctx(), stage.ann(), Uuid::from_u128(7));
    let log = Mutex::new(Vec::new());
    let write = |writer: u32| {
        let (ctx, ann, log) = (&ctx, &ann, &log);
        async move {
            decide(ctx, ann, &[record], |_| async move {
                log.lock().push(format!("{writer} begins"));
                tokio::task::yield_now().await;
                log.lock().push(format!("{writer} ends"));
                Ok(Decision::Answer(()))
            })
            .await
        }
    };
    let (one, two, three) = tokio::join!(write(1), write(2), write(3));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    let log = log.into_inner();
    assert_eq!(log, ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
}

#[tokio::test]
async fn a_commit_holds_only_while_the_actor_stands_and_the_system_always_does() {
    let mut stage = Stage::new();
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let ctx = stage.ctx();
    decided(&ctx, &stage.ann(), &Cell::new(0)).await.unwrap();
    decided(&ctx, &Actor::system("tests"), &Cell::new(0)).await.unwrap();
    let expects: Vec<_> = written.all().into_iter().map(|commit| commit.expects).collect();
    assert_eq!(expects, [vec![stands(&stage.ann)], vec![]]);
}

#[tokio::test(start_paused = true)]
async fn whoever_lost_their_standing_meanwhile_is_refused_on_the_second_try() {
    let mut stage = Stage::new();
    let (mirror, ann, now) = (Arc::clone(&stage.mirror), stage.ann.clone(), stage.now());
    let mut commits = MockCommits::new();
    commits.expect_commit().times(1).returning(move |_| {
        let put = Replace { before: stored(&ann, 1), after: ann.clone().deactivate(now) };
        mirror.apply(&[crm_app::commit::change::Change::PutUser(put)]);
        Ok(Verdict::Stale)
    });
    stage.commits = commits;
    let tries = Cell::new(0);
    assert_eq!(why(decided(&stage.ctx(), &stage.ann(), &tries).await), "token refused");
    assert_eq!(tries.get(), 1);
}

#[tokio::test]
async fn whoever_has_no_standing_decides_nothing() {
    let mut stage = Stage::new();
    let Actor::User(ann) = stage.ann() else { panic!("a user") };
    let ctx = stage.ctx();
    let tries = Cell::new(0);
    let outdated = Actor::User(SignedIn { access_version: 7, ..ann.clone() });
    let unknown = Actor::User(SignedIn { id: stage.make.mint(), ..ann });
    let gone = crm_testkit::actors::signed_in(&stage.gone, crate::support::stage::session());
    for actor in [outdated, unknown, gone] {
        assert_eq!(why(decided(&ctx, &actor, &tries).await), "token refused");
    }
    assert_eq!(tries.get(), 0);
}

#[tokio::test]
async fn each_try_is_decided_with_the_role_of_then() {
    let mut stage = Stage::new();
    let written = stage.applies();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let promoted = User { role: Role::Admin, ..stage.ann.clone() };
    let put = Replace { before: stored(&stage.ann, 1), after: promoted.clone() };
    stage.mirror.apply(&[crm_app::commit::change::Change::PutUser(put)]);
    let role = decide(&ctx, &ann, &[], |actor| {
        let ctx = &ctx;
        async move {
            let role = actor.user().unwrap().role;
            Ok(Decision::commit(nothing_much(ctx), role))
        }
    })
    .await;
    assert_eq!(role.unwrap(), Role::Admin);
    assert_eq!(written.only().expects, [stands(&promoted)]);
}

#[test]
fn a_decision_can_answer_something_else() {
    let mut stage = Stage::new();
    let commit = nothing_much(&stage.ctx());
    let Decision::Commit(kept, 3) = Decision::commit(commit.clone(), "abc").map(str::len) else {
        panic!("a commit that answers 3")
    };
    assert_eq!(*kept, commit);
    assert!(matches!(Decision::Answer("ab").map(str::len), Decision::Answer(2)));
}
