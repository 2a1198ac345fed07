use std::time::Duration;

use crm_app::auth::refresh::refresh;
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_domain::access::scope::Sight;
use crm_domain::raw::{Members, Raw};
use crm_domain::session::Session;
use crm_domain::user::User;
use secrecy::ExposeSecret;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted};
use crate::support::{stored, texts};

/// The store holds this session, whatever token is shown, and this user.
fn held(stage: &mut Stage, session: Session, user: &User) {
    stage.sessions.expect_session_by_fingerprint().returning(move |_, _| Ok(Some(session.clone())));
    stage.holds_user(&stored(user, 3));
}

#[tokio::test]
async fn a_refresh_token_stays_good_and_its_use_is_written_down() {
    let mut stage = Stage::new();
    let (ann, session) = (stage.ann.clone(), stage.make.session(&stage.ann));
    held(&mut stage, session.clone(), &ann);
    let written = stage.applies();
    let now = stage.make.clock.advance(Duration::from_mins(1));
    let tokens = refresh(&stage.ctx(), texts([("refreshToken", "refresh 7")])).await.unwrap();
    assert_eq!(tokens.refresh_token.expose_secret(), "refresh 7");
    assert_eq!(tokens.access_token.expose_secret(), format!("access {} {} 0", ann.id, session.id));
    assert_eq!(tokens.expires_in, Duration::from_mins(15));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::TouchSession { id: session.id, at: now }],
            expects: vec![Expect::UserActive(ann.id)],
            events: Vec::new(),
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_session_that_is_over_renews_nothing() {
    let stage = Stage::new();
    let (ann, live) = (stage.ann.clone(), stage.make.session(&stage.ann));
    let now = stage.now();
    for (session, user) in [
        (live.clone().end(now), ann.clone()),
        (Session { expires_at: now, ..live.clone() }, ann.clone()),
        (live.clone(), User { active: false, ..ann.clone() }),
        (live.clone(), User { access_version: 1, ..ann.clone() }),
    ] {
        let mut stage = Stage::new();
        held(&mut stage, session, &user);
        let answer = refresh(&stage.ctx(), texts([("refreshToken", "refresh 7")])).await;
        assert_eq!(why(answer), "token refused");
    }
}

#[tokio::test]
async fn an_unknown_token_or_one_of_nobody_renews_nothing() {
    let mut stage = Stage::new();
    stage.sessions.expect_session_by_fingerprint().returning(|_, _| Ok(None));
    assert_eq!(why(refresh(&stage.ctx(), texts([("refreshToken", "")])).await), "token refused");
    let session = stage.make.session(&stage.ann);
    stage.sessions.expect_session_by_fingerprint().returning(move |_, _| Ok(Some(session.clone())));
    stage.users.expect_user().returning(|_, _| Ok(Sight::Absent));
    assert_eq!(why(refresh(&stage.ctx(), texts([("refreshToken", "x")])).await), "token refused");
}

#[tokio::test]
async fn a_store_that_is_away_is_no_refusal() {
    let mut stage = Stage::new();
    stage.sessions.expect_session_by_fingerprint().returning(|_, _| Err(unavailable()));
    assert_eq!(why(refresh(&stage.ctx(), texts([("refreshToken", "x")])).await), "store unavailable");
    let wrong = Members::new().with("refreshToken", Raw::Null).with("token", Raw::Null);
    assert_eq!(why(refresh(&stage.ctx(), wrong).await), "token: unknown_member, refreshToken: required");
}
