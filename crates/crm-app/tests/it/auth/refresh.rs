use std::time::Duration;

use crm_app::auth::login::Device;
use crm_app::auth::refresh::{TokenPair, refresh};
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::AppError;
use crm_app::ports::tokens::Tokens;
use crm_domain::access::scope::Sight;
use crm_domain::audit::AuditKind;
use crm_domain::raw::{Members, Raw};
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::{Confirmation, Minted, Rotation, TokenPlace};
use crm_domain::user::User;
use crm_testkit::tokens::PlainTokens;
use secrecy::ExposeSecret;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted};
use crate::support::{stored, texts};

/// The store holds this session, whatever token is shown, and this user.
fn held(stage: &mut Stage, session: &Session, user: &User) {
    let (by_id, by_fingerprint) = (session.clone(), session.clone());
    stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(by_id.clone())));
    stage.sessions.expect_session_by_fingerprint().returning(move |_, _| Ok(Some(by_fingerprint.clone())));
    stage.holds_user(&stored(user, 3));
}

fn device() -> Device {
    Device { address: Some("192.0.2.1".to_owned()), user_agent: Some("tab".to_owned()) }
}

/// Shows this token.
async fn show(stage: &mut Stage, token: &str) -> Result<TokenPair, AppError> {
    refresh(&stage.ctx(), texts([("refreshToken", token)]), &device()).await
}

fn token(session: &Session, generation: u32, sibling: u32) -> String {
    format!("refresh {} {generation} {sibling}", session.id)
}

/// A session whose token in use is the first successor of its first, since a minute ago.
fn rotated(stage: &Stage) -> Session {
    let at = stage.now().minus(Duration::from_mins(1));
    let rotation = Rotation {
        in_use: TokenPlace { generation: 1, sibling: 1 },
        confirmed: Some(Confirmation { at, by: PlainTokens.device_mark("192.0.2.1", "tab") }),
        successor: Some(Minted { sibling: 1, at }),
    };
    Session { rotation, ..stage.make.session(&stage.ann) }
}

#[tokio::test]
async fn a_refresh_token_gets_a_successor_and_its_use_is_written_down() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), stage.make.session(&stage.ann));
    held(&mut stage, &session, &ann);
    let written = stage.applies();
    let now = stage.make.clock.advance(Duration::from_mins(1));
    let tokens = show(&mut stage, &token(&session, 0, 0)).await.unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), token(&session, 1, 1));
    assert_eq!(tokens.access_token.expose_secret(), format!("access {} {} 0", ann.id, session.id));
    assert_eq!(tokens.expires_in, Duration::from_mins(15));
    let put = Rotation { successor: Some(Minted { sibling: 1, at: now }), ..Rotation::BEGUN };
    let expires_at = session.expires_at;
    let rotate = Change::RotateSession { id: session.id, read: session.rotation, put, expires_at, at: now };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![rotate],
            expects: vec![Expect::UserActive(ann.id)],
            events: Vec::new(),
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn the_same_successor_again_is_answered_without_a_write() {
    let mut stage = Stage::new();
    let (ann, now) = (stage.ann.clone(), stage.now());
    let rotation = Rotation { successor: Some(Minted { sibling: 4, at: now }), ..Rotation::BEGUN };
    let session = Session { rotation, ..stage.make.session(&stage.ann) };
    held(&mut stage, &session, &ann);
    let tokens = show(&mut stage, &token(&session, 0, 0)).await.unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), token(&session, 1, 4));
}

#[tokio::test]
async fn a_successor_that_is_shown_prolongs_the_session() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), rotated(&stage));
    held(&mut stage, &session, &ann);
    let written = stage.applies();
    let now = stage.make.clock.advance(Duration::from_hours(24));
    let tokens = show(&mut stage, &token(&session, 2, 1)).await.unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), token(&session, 3, 1));
    let put = Rotation {
        in_use: TokenPlace { generation: 2, sibling: 1 },
        confirmed: Some(Confirmation { at: now, by: PlainTokens.device_mark("192.0.2.1", "tab") }),
        successor: Some(Minted { sibling: 1, at: now }),
    };
    let expires_at = now.plus(Duration::from_hours(7 * 24));
    let rotate = Change::RotateSession { id: session.id, read: session.rotation, put, expires_at, at: now };
    assert_eq!(written.only().changes, [rotate]);
}

#[tokio::test]
async fn a_token_of_the_first_kind_is_exchanged_for_one_that_is_signed() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), stage.make.session(&stage.ann));
    held(&mut stage, &session, &ann);
    stage.applies();
    let tokens = show(&mut stage, "opaque 7").await.unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), token(&session, 1, 1));
}

#[tokio::test]
async fn a_dead_token_ends_the_session_in_a_write_of_its_own_before_it_is_refused() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), rotated(&stage));
    held(&mut stage, &session, &ann);
    let written = stage.applies();
    let dead = token(&session, 0, 0);
    assert_eq!(why(show(&mut stage, &dead).await), "token refused");
    let end =
        Change::EndSession { id: session.id, user: session.user, at: stage.now(), why: EndReason::Theft };
    assert_eq!(written.only(), Commit::new(minted(1)).change(end));
    let [told] = written.audit().try_into().unwrap();
    assert_eq!(
        (told.kind, told.session, told.subject),
        (AuditKind::RefreshTheft, Some(session.id), Some(session.user))
    );
}

#[tokio::test]
async fn a_theft_that_cannot_be_written_down_is_no_refusal() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), rotated(&stage));
    held(&mut stage, &session, &ann);
    stage.answers([Err(unavailable())]);
    let dead = token(&session, 0, 0);
    assert_eq!(why(show(&mut stage, &dead).await), "store unavailable");
}

#[tokio::test]
async fn who_is_overtaken_by_another_server_reads_again() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), stage.make.session(&stage.ann));
    let minted = Rotation { successor: Some(Minted { sibling: 1, at: stage.now() }), ..Rotation::BEGUN };
    let mut states = [session.clone(), Session { rotation: minted, ..session.clone() }].into_iter();
    stage.sessions.expect_session().times(2).returning(move |_, _| Ok(Sight::Seen(states.next().unwrap())));
    stage.holds_user(&stored(&ann, 3));
    stage.answers([Ok(Verdict::Stale)]);
    let tokens = show(&mut stage, &token(&session, 0, 0)).await.unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), token(&session, 1, 1));
}

#[tokio::test]
async fn a_session_that_is_over_renews_nothing() {
    let stage = Stage::new();
    let (ann, live) = (stage.ann.clone(), stage.make.session(&stage.ann));
    let now = stage.now();
    for (session, user) in [
        (live.clone().end(now, EndReason::Ended), ann.clone()),
        (Session { expires_at: now, ..live.clone() }, ann.clone()),
        (live.clone(), User { active: false, ..ann.clone() }),
        (live.clone(), User { access_version: 1, ..ann.clone() }),
    ] {
        let mut stage = Stage::new();
        held(&mut stage, &session, &user);
        assert_eq!(why(show(&mut stage, &token(&session, 0, 0)).await), "token refused");
    }
}

#[tokio::test]
async fn an_unknown_token_or_one_of_nobody_renews_nothing() {
    let mut stage = Stage::new();
    let session = stage.make.session(&stage.ann);
    stage.sessions.expect_session_by_fingerprint().returning(|_, _| Ok(None));
    assert_eq!(why(show(&mut stage, "opaque 7").await), "token refused");
    stage.sessions.expect_session().returning(|_, _| Ok(Sight::Absent));
    assert_eq!(why(show(&mut stage, &token(&session, 0, 0)).await), "token refused");
    let held = session.clone();
    stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(held.clone())));
    stage.users.expect_user().returning(|_, _| Ok(Sight::Absent));
    assert_eq!(why(show(&mut stage, &token(&session, 0, 0)).await), "token refused");
}

#[tokio::test]
async fn a_forged_token_is_refused_before_the_store_is_asked() {
    let mut stage = Stage::new();
    for forged in ["", "forged", "refresh", "refresh x 0 0"] {
        assert_eq!(why(show(&mut stage, forged).await), "token refused");
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_no_refusal() {
    let mut stage = Stage::new();
    stage.sessions.expect_session_by_fingerprint().returning(|_, _| Err(unavailable()));
    assert_eq!(why(show(&mut stage, "opaque 7").await), "store unavailable");
    let wrong = Members::new().with("refreshToken", Raw::Null).with("token", Raw::Null);
    let answer = refresh(&stage.ctx(), wrong, &device()).await;
    assert_eq!(why(answer), "token: unknown_member, refreshToken: required");
}
