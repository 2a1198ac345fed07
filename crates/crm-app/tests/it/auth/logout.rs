use crm_app::auth::logout::logout;
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::raw::Members;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted};
use crate::support::texts;

#[tokio::test]
async fn signing_out_ends_the_session_of_the_token() {
    let mut stage = Stage::new();
    let session = stage.make.session(&stage.ann);
    let held = session.clone();
    stage.sessions.expect_session_by_fingerprint().returning(move |_, _| Ok(Some(held.clone())));
    let written = stage.applies();
    logout(&stage.ctx(), texts([("refreshToken", "refresh 7")])).await.unwrap();
    assert_eq!(
        written.only(),
        Commit::new(minted(1)).change(Change::EndSession { id: session.id, at: stage.now() })
    );
}

#[tokio::test]
async fn an_unknown_token_and_one_that_was_signed_out_write_nothing() {
    let mut stage = Stage::new();
    let ended = stage.make.session(&stage.ann).end(stage.now());
    stage.sessions.expect_session_by_fingerprint().times(1).returning(|_, _| Ok(None));
    stage.sessions.expect_session_by_fingerprint().returning(move |_, _| Ok(Some(ended.clone())));
    let ctx = stage.ctx();
    logout(&ctx, texts([("refreshToken", "unknown")])).await.unwrap();
    logout(&ctx, texts([("refreshToken", "refresh 7")])).await.unwrap();
}

#[tokio::test]
async fn a_token_must_be_shown_and_the_store_must_answer() {
    let mut stage = Stage::new();
    assert_eq!(why(logout(&stage.ctx(), Members::new()).await), "refreshToken: required");
    stage.sessions.expect_session_by_fingerprint().returning(|_, _| Err(unavailable()));
    assert_eq!(why(logout(&stage.ctx(), texts([("refreshToken", "x")])).await), "store unavailable");
}
