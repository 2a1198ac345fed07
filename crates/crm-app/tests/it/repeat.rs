//! Requests that may be repeated.

use std::cell::Cell;
use std::collections::BTreeSet;

use crm_app::commit::replay::Replay;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::context::Ctx;
use crm_app::decide::{Decision, decide};
use crm_app::error::AppError;
use crm_app::precondition::Precondition;
use crm_app::repeat::asked::{Asked, Sent};
use crm_app::repeat::keeping::{Keeping, Rendered};
use crm_app::repeat::start::{Start, kept, start};
use crm_domain::access::actor::Actor;
use crm_domain::version::Version;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;

fn asked(ctx: &Ctx, ann: &Actor, body: &str) -> Asked {
    upon(ctx, ann, body, &Precondition::None)
}

/// The same upon a version.
fn upon(ctx: &Ctx, ann: &Actor, body: &str, precondition: &Precondition) -> Asked {
    let sent = Sent { query: "", body: body.as_bytes(), precondition };
    Asked::of(ctx, ann.user().unwrap(), "POST /x".to_owned(), "k".to_owned(), sent)
}

#[tokio::test]
async fn the_versions_that_a_change_is_made_upon_are_part_of_what_is_asked() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let versions = |numbers: &[u64]| Precondition::OneOf(numbers.iter().copied().map(Version::new).collect());
    let hash = |precondition: &Precondition| upon(&ctx, &ann, "{}", precondition).body_hash;
    let different = [
        Precondition::None,
        Precondition::Any,
        versions(&[]),
        versions(&[1]),
        versions(&[2]),
        versions(&[1, 2]),
        versions(&[12]),
    ];
    let hashes: BTreeSet<_> = different.iter().map(hash).collect();
    assert_eq!(hashes.len(), different.len());
    assert_eq!(hash(&versions(&[2, 1, 2])), hash(&versions(&[1, 2])), "in any order, however often");
}

/// A context that keeps a number as its digits.
fn keeping(ctx: &Ctx, ann: &Actor) -> Ctx {
    ctx.keeping(Keeping::of(asked(ctx, ann, "{}"), |number: &u32| {
        let body = number.to_string().into_bytes();
        Ok(Rendered { status: 201, body, etag: Some("\"1\"".to_owned()), location: None })
    }))
}

async fn counted(ctx: &Ctx, ann: &Actor, tries: &Cell<u32>) -> Result<u32, AppError> {
    decide(ctx, ann, &[], |_| async move {
        tries.set(tries.get() + 1);
        Ok(Decision::commit(Commit::new(ctx.commit_id()), tries.get()))
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_the_attempt_that_holds_is_kept_with_it() {
    let mut stage = Stage::new();
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let (ctx, ann) = (stage.ctx(), stage.ann());
    assert_eq!(counted(&keeping(&ctx, &ann), &ann, &Cell::new(0)).await.unwrap(), 2);
    let kept: Vec<Replay> = written.all().into_iter().map(|commit| commit.replay.unwrap()).collect();
    let bodies: Vec<&[u8]> = kept.iter().map(|kept| kept.body.as_slice()).collect();
    assert_eq!(bodies, [b"1", b"2"]);
    assert_eq!(kept[1].key, asked(&ctx, &ann, "{}").key);
    assert_eq!(kept[1].expires_at, ctx.now().plus(Replay::KEPT_FOR));
}

#[tokio::test]
async fn an_answer_that_comes_with_nothing_is_kept_by_itself() {
    let mut stage = Stage::new();
    let written = stage.applies();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let answer = decide(&keeping(&ctx, &ann), &ann, &[], |_| async { Ok(Decision::Answer(7_u32)) }).await;
    assert_eq!(answer.unwrap(), 7);
    let commit = &written.all()[0];
    assert_eq!((commit.changes.len(), commit.events.len()), (0, 0));
    assert_eq!(commit.replay.as_ref().unwrap().body, b"7");
    assert_eq!(commit.expects.len(), 1, "whoever asked still stands");
}

#[tokio::test]
async fn a_refusal_keeps_nothing() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let refused = decide(&keeping(&ctx, &ann), &ann, &[], |_| async {
        Err::<Decision<u32>, _>(AppError::NotFound("lead"))
    })
    .await;
    assert_eq!(why(refused), "no lead");
}

#[tokio::test]
async fn what_another_server_has_done_is_not_done_again() {
    let mut stage = Stage::new();
    stage.answers([Ok(Verdict::Duplicate(UniqueKey::Replay))]);
    let (ctx, ann, tries) = (stage.ctx(), stage.ann(), Cell::new(0));
    assert_eq!(why(counted(&keeping(&ctx, &ann), &ann, &tries).await), "still running");
    assert_eq!(tries.get(), 1);
}

#[tokio::test]
async fn an_answer_of_another_kind_than_the_one_to_keep_is_not_written() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let wrong = decide(&keeping(&ctx, &ann), &ann, &[], |_| async {
        Ok(Decision::commit(Commit::new(ctx.commit_id()), "seven"))
    })
    .await;
    assert_eq!(why(wrong), "internal: the answer is of another kind than the one that is kept");
}

#[tokio::test]
async fn a_key_is_taken_until_its_request_is_answered() {
    let mut stage = Stage::new();
    stage.replays.expect_kept_answer().returning(|_, _| Ok(None));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let this = asked(&ctx, &ann, "{}");
    let Start::First(running) = start(&ctx, &this).await.unwrap() else { panic!("nothing was kept") };
    assert_eq!(why(start(&ctx, &this).await), "still running");
    let bobs = Asked { key: asked(&ctx, &stage.bob(), "{}").key, ..this.clone() };
    assert!(matches!(start(&ctx, &bobs).await, Ok(Start::First(_))));
    drop(running);
    assert!(matches!(start(&ctx, &this).await, Ok(Start::First(_))));
}

#[tokio::test]
async fn a_kept_answer_is_for_the_same_request_only() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let this = asked(&ctx, &ann, "{}");
    let answer = Replay {
        key: this.key.clone(),
        body_hash: this.body_hash,
        status: 201,
        body: b"7".to_vec(),
        etag: None,
        location: None,
        expires_at: ctx.now().plus(Replay::KEPT_FOR),
    };
    let found = answer.clone();
    stage.replays.expect_kept_answer().times(3).returning(move |_, _| Ok(Some(found.clone())));
    let ctx = stage.ctx();
    assert_eq!(kept(&ctx, &this).await.unwrap(), Some(answer));
    assert!(matches!(start(&ctx, &this).await, Ok(Start::Again(_))));
    assert_eq!(why(start(&ctx, &asked(&ctx, &ann, "{ }")).await), "key reused");
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_does_nothing_and_frees_the_key() {
    let mut stage = Stage::new();
    stage.replays.expect_kept_answer().times(2).returning(|_, _| Err(unavailable()));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let this = asked(&ctx, &ann, "{}");
    for _ in 0..2 {
        assert_eq!(why(start(&ctx, &this).await), "store unavailable");
    }
}
