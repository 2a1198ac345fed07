use crm_app::auth::logout::logout;
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::access::scope::Sight;
use crm_domain::raw::Members;
use crm_domain::session::end::EndReason;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted};
use crate::support::texts;

#[tokio::test]
async fn signing_out_ends_the_session_of_the_token_also_of_one_that_was_replaced() {
    for dead in ["0 0", "3 7"] {
        let mut stage = Stage::new();
        let session = stage.make.session(&stage.ann);
        let held = session.clone();
        stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(held.clone())));
        let written = stage.applies();
        let shown = format!("refresh {} {dead}", session.id);
        logout(&stage.ctx(), texts([("refreshToken", &shown)])).await.unwrap();
        let end = Change::EndSession {
            id: session.id,
            user: session.user,
            at: stage.now(),
            why: EndReason::SignedOut,
        };
        assert_eq!(written.only(), Commit::new(minted(1)).change(end));
    }
}

#[tokio::test]
async fn signing_out_takes_a_token_of_the_first_kind() {
    let mut stage = Stage::new();
    let session = stage.make.session(&stage.ann);
    let held = session.clone();
    stage.sessions.expect_session_by_fingerprint().returning(move |_, _| Ok(Some(held.clone())));
    let written = stage.applies();
    logout(&stage.ctx(), texts([("refreshToken", "opaque 7")])).await.unwrap();
    let end =
        Change::EndSession { id: session.id, user: session.user, at: stage.now(), why: EndReason::SignedOut };
    assert_eq!(written.only(), Commit::new(minted(1)).change(end));
}

#[tokio::test]
async fn an_unknown_token_and_one_that_was_signed_out_write_nothing() {
    let mut stage = Stage::new();
    let ended = stage.make.session(&stage.ann).end(stage.now(), EndReason::Theft);
    let shown = format!("refresh {} 0 0", ended.id);
    stage.sessions.expect_session().times(1).returning(|_, _| Ok(Sight::Absent));
    stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(ended.clone())));
    let ctx = stage.ctx();
    logout(&ctx, texts([("refreshToken", &shown)])).await.unwrap();
    logout(&ctx, texts([("refreshToken", &shown)])).await.unwrap();
    // No store is asked about what nobody signed.
    logout(&ctx, texts([("refreshToken", "forged")])).await.unwrap();
}

#[tokio::test]
async fn a_token_must_be_shown_and_the_store_must_answer() {
    let mut stage = Stage::new();
    assert_eq!(why(logout(&stage.ctx(), Members::new()).await), "refreshToken: required");
    stage.sessions.expect_session_by_fingerprint().returning(|_, _| Err(unavailable()));
    assert_eq!(why(logout(&stage.ctx(), texts([("refreshToken", "opaque 7")])).await), "store unavailable");
}
