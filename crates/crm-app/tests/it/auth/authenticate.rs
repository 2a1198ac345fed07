use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use crm_app::auth::authenticate::authenticate;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_app::ports::sessions::{MockSessions, Sessions};
use crm_app::session_cache::SessionState;
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::role::Role;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::end::EndReason;
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version, Versioned};

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, session};
use crate::support::stored;

fn token_of(user: &User) -> String {
    format!("access {} {} {}", user.id, session(), user.access_version)
}

fn session_of(stage: &Stage, user: &User) -> Session {
    Session { id: session(), ..stage.make.session(user) }
}

/// This server has seen the user sign in.
fn signed_in(stage: &Stage, user: &User) {
    stage.mirror.apply(&[Change::InsertSession(session_of(stage, user))]);
}

fn end(session: &Session, at: Timestamp) -> Change {
    Change::EndSession { id: session.id, user: session.user, at, why: EndReason::Ended }
}

fn put(stage: &Stage, before: &User, after: User) {
    let before = Versioned::stored(before.clone(), Version::FIRST);
    stage.mirror.apply(&[Change::PutUser(Replace { before, after })]);
}

#[tokio::test]
async fn name_and_role_are_those_of_now_and_never_of_the_token() {
    let mut stage = Stage::new();
    signed_in(&stage, &stage.ann);
    let (ctx, token) = (stage.ctx(), token_of(&stage.ann));
    assert_eq!(authenticate(&ctx, &token).await.unwrap(), stage.ann());
    let name = stage.root.name.clone();
    put(&stage, &stage.ann, User { role: Role::Admin, name: name.clone(), ..stage.ann.clone() });
    let Actor::User(before) = stage.ann() else { panic!("a user") };
    let now = Actor::User(SignedIn { role: Role::Admin, name, ..before });
    assert_eq!(authenticate(&ctx, &token).await.unwrap(), now);
}

#[tokio::test]
async fn a_token_dies_with_the_access_of_its_user() {
    let mut stage = Stage::new();
    let ctx = stage.ctx();
    for user in [&stage.ann, &stage.bob, &stage.gone] {
        signed_in(&stage, user);
        put(&stage, user, User { access_version: 1, ..user.clone() });
        assert_eq!(why(authenticate(&ctx, &token_of(user)).await), "token refused", "another access version");
    }
    signed_in(&stage, &stage.root);
    assert_eq!(authenticate(&ctx, &token_of(&stage.root)).await.unwrap(), stage.root());
    put(&stage, &stage.root, User { active: false, ..stage.root.clone() });
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.root)).await), "token refused", "deactivated");
}

#[tokio::test]
async fn a_token_dies_with_its_session() {
    let mut stage = Stage::new();
    signed_in(&stage, &stage.ann);
    let ctx = stage.ctx();
    stage.mirror.apply(&[end(&session_of(&stage, &stage.ann), stage.now())]);
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.ann)).await), "token refused");
}

#[tokio::test]
async fn a_token_that_is_not_ours_or_nobodys_is_refused() {
    let mut stage = Stage::new();
    let nobody = stage.make.user("nobody", Role::Admin);
    let theirs = session_of(&stage, &nobody);
    stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(theirs.clone())));
    stage.users.expect_user().returning(|_, _| Ok(Sight::Absent));
    let ctx = stage.ctx();
    assert_eq!(why(authenticate(&ctx, "").await), "token refused");
    assert_eq!(why(authenticate(&ctx, "access x y z").await), "token refused");
    assert_eq!(why(authenticate(&ctx, &token_of(&nobody)).await), "token refused");
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.ann)).await), "token refused", "another's session");
}

#[tokio::test]
async fn a_token_whose_session_does_not_exist_is_refused_and_that_is_not_remembered() {
    let mut stage = Stage::new();
    let made = session_of(&stage, &stage.ann);
    stage.sessions.expect_session().times(2).returning(|_, _| Ok(Sight::Absent));
    stage.sessions.expect_session().times(1).returning(move |_, _| Ok(Sight::Seen(made.clone())));
    let (ctx, token) = (stage.ctx(), token_of(&stage.ann));
    for _ in 0..2 {
        assert_eq!(why(authenticate(&ctx, &token).await), "token refused");
    }
    for _ in 0..3 {
        assert_eq!(authenticate(&ctx, &token).await.unwrap(), stage.ann(), "looked up once");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_says_nothing_of_a_token() {
    let mut stage = Stage::new();
    stage.sessions.expect_session().returning(|_, _| Err(unavailable()));
    let ctx = stage.ctx();
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.ann)).await), "store unavailable");
    signed_in(&stage, &stage.ann);
    assert_eq!(authenticate(&ctx, &token_of(&stage.ann)).await.unwrap(), stage.ann(), "known: not asked");
}

#[tokio::test]
async fn a_session_that_ends_during_its_look_up_is_refused_and_not_held_as_open() {
    let mut stage = Stage::new();
    let (held, mirror, now) = (session_of(&stage, &stage.ann), Arc::clone(&stage.mirror), stage.now());
    let over = held.clone().end(now, EndReason::Ended);
    stage.sessions.expect_session().times(1).returning(move |_, _| {
        mirror.apply(&[end(&held, now)]);
        Ok(Sight::Seen(held.clone()))
    });
    stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(over.clone())));
    let (ctx, token) = (stage.ctx(), token_of(&stage.ann));
    for _ in 0..2 {
        assert_eq!(why(authenticate(&ctx, &token).await), "token refused");
        assert!(!matches!(stage.mirror.sessions().get(session()), SessionState::Open(_)));
    }
}

#[tokio::test]
async fn a_session_of_a_later_access_version_brings_its_user_up_to_date() {
    let mut stage = Stage::new();
    let now = User { access_version: 3, role: Role::Admin, ..stage.ann.clone() };
    let begun = session_of(&stage, &now);
    stage.sessions.expect_session().times(1).returning(move |_, _| Ok(Sight::Seen(begun.clone())));
    let read = stored(&now, 4);
    stage.users.expect_user().times(1).returning(move |_, _| Ok(Sight::Seen(read.clone())));
    let ctx = stage.ctx();
    for _ in 0..2 {
        let actor = authenticate(&ctx, &token_of(&now)).await.unwrap();
        assert_eq!(actor.user().unwrap().role, Role::Admin);
    }
    let old = token_of(&stage.ann);
    assert_eq!(why(authenticate(&ctx, &old).await), "token refused");
}

/// A store that counts what it is asked, and answers once all have had the time to ask.
struct Counting {
    inner: MockSessions,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Sessions for Counting {
    async fn session(&self, scope: &Scope, id: SessionId) -> Result<Sight<Session>, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.inner.session(scope, id).await
    }

    async fn session_by_fingerprint(
        &self,
        scope: &Scope,
        fingerprint: &RefreshFingerprint,
    ) -> Result<Option<Session>, StoreError> {
        self.inner.session_by_fingerprint(scope, fingerprint).await
    }

    async fn open_sessions(
        &self,
        scope: &Scope,
        user: UserId,
        at: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        self.inner.open_sessions(scope, user, at).await
    }

    async fn sessions_over(
        &self,
        scope: &Scope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.inner.sessions_over(scope, before, limit).await
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_requests_with_one_session_the_store_is_asked_once() {
    let mut stage = Stage::new();
    let (held, asked) = (session_of(&stage, &stage.ann), Arc::new(AtomicUsize::new(0)));
    let mut inner = MockSessions::new();
    inner.expect_session().returning(move |_, _| Ok(Sight::Seen(held.clone())));
    let mut ctx = stage.ctx();
    ctx.stores.sessions = Arc::new(Counting { inner, asked: Arc::clone(&asked) });
    let showing = (0..50).map(|_| {
        let (ctx, token) = (ctx.clone(), token_of(&stage.ann));
        tokio::spawn(async move { authenticate(&ctx, &token).await })
    });
    for shown in showing.collect::<Vec<_>>() {
        assert_eq!(shown.await.unwrap().unwrap(), stage.ann());
    }
    for _ in 0..1_000 {
        authenticate(&ctx, &token_of(&stage.ann)).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn however_many_tokens_of_no_session_come_few_are_looked_up_at_once() {
    let mut stage = Stage::new();
    stage.rules.deadline = Duration::from_millis(350);
    let asked = Arc::new(AtomicUsize::new(0));
    let mut inner = MockSessions::new();
    inner.expect_session().returning(|_, _| Ok(Sight::Absent));
    let mut ctx = stage.ctx();
    ctx.stores.sessions = Arc::new(Counting { inner, asked: Arc::clone(&asked) });
    let showing = (0..1_000).map(|_| {
        let unknown: SessionId = stage.make.mint();
        let (ctx, token) = (ctx.clone(), format!("access {} {unknown} 0", stage.ann.id));
        tokio::spawn(async move { why(authenticate(&ctx, &token).await) })
    });
    let mut answers = std::collections::BTreeMap::new();
    for shown in showing.collect::<Vec<_>>() {
        *answers.entry(shown.await.unwrap()).or_insert(0) += 1;
    }
    // 32 at a time, 100 ms each, and the deadline ends the fourth round.
    assert_eq!(asked.load(Ordering::SeqCst), 4 * 32);
    assert_eq!(answers.get("token refused"), Some(&(3 * 32)));
    assert_eq!(answers.get("store unavailable"), Some(&(1_000 - 3 * 32)));
}
