use std::sync::Arc;
use std::time::Duration;

use crm_app::auth::forget::forget;
use crm_app::auth::login::{Device, SignIn, login};
use crm_app::auth::refresh::{TokenPair, refresh};
use crm_app::auth::{logout::logout, password, sessions};
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::context::Ctx;
use crm_app::error::{AppError, StoreError};
use crm_app::ports::commits::Commits;
use crm_app::precondition::Precondition;
use crm_app::users;
use crm_app::users::revoke::revoke;
use crm_domain::access::role::Role;
use crm_domain::raw::{Members, Raw};
use parking_lot::Mutex;
use secrecy::ExposeSecret;

use super::office::{Office, id_of};
use crate::support::said::why;
use crate::support::texts;

fn shown(sign_in: &SignIn) -> Members {
    texts([("refreshToken", sign_in.tokens.refresh_token.expose_secret())])
}

async fn renewed(office: &Office, sign_in: &SignIn) -> Result<TokenPair, AppError> {
    refresh(&office.ctx, shown(sign_in), &Device::default()).await
}

#[tokio::test]
async fn a_refresh_token_is_good_again_and_again_until_the_session_is_signed_out() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
    for _ in 0..3 {
        office.clock.advance(Duration::from_hours(1));
        renewed(&office, &sign_in).await.unwrap();
    }
    let mine = sessions::list(&office.ctx, &ann).await.unwrap();
    assert_eq!(mine[0].last_used_at, office.ctx.now(), "last used first");
    assert_eq!(mine.len(), 2);
    logout(&office.ctx, shown(&sign_in)).await.unwrap();
    assert_eq!(why(office.actor(&sign_in)), "token refused", "its access tokens included");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    logout(&office.ctx, shown(&sign_in)).await.unwrap();
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_takes_each_new_refresh_token_stays_signed_in_for_a_month() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    let begun = office.ctx.now();
    let mut token = office.sign_in("ann", "ann-secret").await.unwrap().tokens.refresh_token;
    let end = loop {
        let body = texts([("refreshToken", token.expose_secret())]);
        match refresh(&office.ctx, body, &Device::default()).await {
            Ok(tokens) => token = tokens.refresh_token,
            Err(_) => break office.ctx.now(),
        }
        office.clock.advance(Duration::from_hours(5));
    };
    assert_eq!(end.since(begun), Duration::from_hours(30 * 24));
}

#[tokio::test]
async fn a_stolen_refresh_token_costs_the_session_and_its_access_tokens() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
    let tokens = renewed(&office, &sign_in).await.unwrap();
    let body = texts([("refreshToken", tokens.refresh_token.expose_secret())]);
    refresh(&office.ctx, body.clone(), &Device::default()).await.unwrap();
    office.clock.advance(Duration::from_secs(11));
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    assert_eq!(why(office.actor(&sign_in)), "token refused");
    assert_eq!(why(refresh(&office.ctx, body, &Device::default()).await), "token refused");
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1, "the other session lives on");
}

#[tokio::test]
async fn a_session_runs_out_a_week_after_it_began() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
    office.clock.advance(Duration::from_hours(7 * 24) - Duration::from_millis(1));
    renewed(&office, &sign_in).await.unwrap();
    office.clock.advance(Duration::from_millis(1));
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
}

#[tokio::test]
async fn a_password_change_ends_the_other_sessions_and_leaves_this_one() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    let phone = office.sign_in("ann", "ann-secret").await.unwrap();
    let laptop = office.sign_in("ann", "ann-secret").await.unwrap();
    let ann = office.actor(&laptop).unwrap();
    let body = texts([("currentPassword", "ann-secret"), ("newPassword", "correct horse")]);
    password::change(&office.ctx, &ann, body).await.unwrap();
    assert_eq!(why(office.actor(&phone)), "token refused");
    assert_eq!(why(renewed(&office, &phone).await), "token refused");
    let still = office.actor(&laptop).unwrap();
    assert_eq!(still.user().unwrap().session, ann.user().unwrap().session, "the same token as before");
    renewed(&office, &laptop).await.unwrap();
    assert_eq!(sessions::list(&office.ctx, &still).await.unwrap().len(), 1);
    assert_eq!(why(office.sign_in("ann", "ann-secret").await), "invalid credentials");
    office.sign_in("ann", "correct horse").await.unwrap();
}

#[tokio::test]
async fn a_password_that_an_admin_sets_ends_every_session() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
    let (id, body) = (id_of(&ann), texts([("password", "correct horse")]));
    users::change::change(&office.ctx, &root, &id, body, &Precondition::None).await.unwrap();
    assert_eq!(why(office.actor(&sign_in)), "token refused");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    office.sign_in("ann", "correct horse").await.unwrap();
}

#[tokio::test]
async fn one_session_is_ended_from_another() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let bob = office.hire("bob", Role::Agent).await;
    let phone = office.sign_in("ann", "ann-secret").await.unwrap();
    let lost = office.actor(&phone).unwrap().user().unwrap().session.to_string();
    assert_eq!(why(sessions::end(&office.ctx, &bob, &lost).await), "not owner of session");
    sessions::end(&office.ctx, &ann, &lost).await.unwrap();
    assert_eq!(why(office.actor(&phone)), "token refused");
    let (one, two) = (office.sign_in("ann", "ann-secret").await, office.sign_in("ann", "ann-secret").await);
    sessions::end_others(&office.ctx, &ann).await.unwrap();
    for ended in [one.unwrap(), two.unwrap()] {
        assert_eq!(why(office.actor(&ended)), "token refused");
    }
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_deactivation_bites_at_once_and_a_return_brings_no_old_session_back() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
    let id = id_of(&ann);
    users::deactivate::deactivate(&office.ctx, &root, &id, Members::new(), &Precondition::None)
        .await
        .unwrap();
    assert_eq!(why(office.actor(&sign_in)), "token refused");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    assert_eq!(why(office.sign_in("ann", "ann-secret").await), "account disabled");
    let body = Members::new().with("isActive", Raw::Bool(true));
    users::change::change(&office.ctx, &root, &id, body, &Precondition::None).await.unwrap();
    assert_eq!(why(office.actor(&sign_in)), "token refused");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    assert!(office.actor(&office.sign_in("ann", "ann-secret").await.unwrap()).is_ok());
}

#[tokio::test]
async fn a_new_role_counts_from_the_next_request_with_the_same_token() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
    for (role, answer) in [("admin", None), ("agent", Some("denied"))] {
        let body = texts([("role", role)]);
        users::change::change(&office.ctx, &root, &id_of(&ann), body, &Precondition::None).await.unwrap();
        let now = office.actor(&sign_in).unwrap();
        let listed = users::list::list(&office.ctx, &now, Members::new()).await;
        match answer {
            None => assert_eq!(listed.unwrap().items.len(), 2),
            Some(refused) => assert_eq!(why(listed), refused),
        }
    }
}

/// A store through which somebody signs in just before a password change is committed.
struct JustBefore {
    inner: Arc<dyn Commits>,
    office: Ctx,
    late: Arc<Mutex<Option<SignIn>>>,
}

#[async_trait::async_trait]
impl Commits for JustBefore {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        let changes_a_user = commit.changes.iter().any(|change| matches!(change, Change::PutUser(_)));
        if changes_a_user && self.late.lock().is_none() {
            let body = texts([("email", "ann@crm.example"), ("password", "ann-secret")]);
            let late = login(&self.office, body, Device::default()).await.unwrap();
            *self.late.lock() = Some(late);
        }
        self.inner.commit(commit).await
    }
}

#[tokio::test]
async fn a_sign_in_with_the_old_password_just_before_the_change_is_over_with_it() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    let laptop = office.sign_in("ann", "ann-secret").await.unwrap();
    let ann = office.actor(&laptop).unwrap();
    let late = Arc::new(Mutex::new(None));
    let mut ctx = office.ctx.clone();
    let inner = Arc::clone(&office.ctx.stores.commits);
    ctx.stores.commits = Arc::new(JustBefore { inner, office: office.ctx.clone(), late: Arc::clone(&late) });
    let body = texts([("currentPassword", "ann-secret"), ("newPassword", "correct horse")]);
    password::change(&ctx, &ann, body).await.unwrap();
    let late = late.lock().take().expect("somebody signed in between");
    assert_eq!(why(office.actor(&late)), "token refused");
    assert_eq!(why(renewed(&office, &late).await), "token refused");
    assert!(office.actor(&laptop).is_ok());
    renewed(&office, &laptop).await.unwrap();
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_admin_ends_every_session_of_anybody_and_is_told_how_many() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let phone = office.sign_in("ann", "ann-secret").await.unwrap();
    assert_eq!(why(revoke(&office.ctx, &ann, &id_of(&root)).await), "denied");
    assert_eq!(why(revoke(&office.ctx, &root, "x").await), "id: invalid");
    assert_eq!(why(revoke(&office.ctx, &root, &crate::support::unknown()).await), "no user");
    assert_eq!(revoke(&office.ctx, &root, &id_of(&ann)).await.unwrap(), 2);
    assert_eq!(why(office.actor(&phone)), "token refused");
    assert_eq!(why(renewed(&office, &phone).await), "token refused");
    assert_eq!(revoke(&office.ctx, &root, &id_of(&ann)).await.unwrap(), 0);
    office.actor(&office.sign_in("ann", "ann-secret").await.unwrap()).unwrap();
    assert_eq!(revoke(&office.ctx, &root, &id_of(&root)).await.unwrap(), 1, "one's own too");
    assert_eq!(why(office.ctx.current(&root)), "token refused");
}

#[tokio::test]
async fn sessions_are_forgotten_a_month_after_they_ran_out() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    office.clock.advance(Duration::from_hours(24 * 20));
    office.sign_in("ann", "ann-secret").await.unwrap();
    assert_eq!(forget(&office.ctx).await.unwrap(), 0);
    office.clock.advance(Duration::from_hours(24 * 18));
    assert_eq!(forget(&office.ctx).await.unwrap(), 1);
    assert_eq!(forget(&office.ctx).await.unwrap(), 0);
    office.clock.advance(Duration::from_hours(24 * 20));
    assert_eq!(forget(&office.ctx).await.unwrap(), 1);
}
