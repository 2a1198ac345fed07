use std::sync::Arc;
use std::time::Duration;

use crm_app::audit::list::list;
use crm_app::auth::forget::forget;
use crm_app::auth::guard::Guard;
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
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::audit::AuditKind;
use crm_domain::audit::chain::AuditEntry;
use crm_domain::raw::{Members, Raw};
use crm_domain::throttle::limits::Limits;
use crm_testkit::blinding::PlainBlinding;
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
    assert_eq!(why(office.actor(&sign_in).await), "token refused", "its access tokens included");
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
    assert_eq!(why(office.actor(&sign_in).await), "token refused");
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
    let ann = office.actor(&laptop).await.unwrap();
    let body = texts([("currentPassword", "ann-secret"), ("newPassword", "correct horse")]);
    password::change(&office.ctx, &ann, body).await.unwrap();
    assert_eq!(why(office.actor(&phone).await), "token refused");
    assert_eq!(why(renewed(&office, &phone).await), "token refused");
    let still = office.actor(&laptop).await.unwrap();
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
    assert_eq!(why(office.actor(&sign_in).await), "token refused");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    office.sign_in("ann", "correct horse").await.unwrap();
}

#[tokio::test]
async fn one_session_is_ended_from_another() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let bob = office.hire("bob", Role::Agent).await;
    let phone = office.sign_in("ann", "ann-secret").await.unwrap();
    let lost = office.actor(&phone).await.unwrap().user().unwrap().session.to_string();
    assert_eq!(why(sessions::end(&office.ctx, &bob, &lost).await), "not owner of session");
    sessions::end(&office.ctx, &ann, &lost).await.unwrap();
    assert_eq!(why(office.actor(&phone).await), "token refused");
    let (one, two) = (office.sign_in("ann", "ann-secret").await, office.sign_in("ann", "ann-secret").await);
    sessions::end_others(&office.ctx, &ann).await.unwrap();
    for ended in [one.unwrap(), two.unwrap()] {
        assert_eq!(why(office.actor(&ended).await), "token refused");
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
    assert_eq!(why(office.actor(&sign_in).await), "token refused");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    assert_eq!(why(office.sign_in("ann", "ann-secret").await), "account disabled");
    let body = Members::new().with("isActive", Raw::Bool(true));
    users::change::change(&office.ctx, &root, &id, body, &Precondition::None).await.unwrap();
    assert_eq!(why(office.actor(&sign_in).await), "token refused");
    assert_eq!(why(renewed(&office, &sign_in).await), "token refused");
    assert!(office.actor(&office.sign_in("ann", "ann-secret").await.unwrap()).await.is_ok());
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
        let now = office.actor(&sign_in).await.unwrap();
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
    let ann = office.actor(&laptop).await.unwrap();
    let late = Arc::new(Mutex::new(None));
    let mut ctx = office.ctx.clone();
    let inner = Arc::clone(&office.ctx.stores.commits);
    ctx.stores.commits = Arc::new(JustBefore { inner, office: office.ctx.clone(), late: Arc::clone(&late) });
    let body = texts([("currentPassword", "ann-secret"), ("newPassword", "correct horse")]);
    password::change(&ctx, &ann, body).await.unwrap();
    let late = late.lock().take().expect("somebody signed in between");
    assert_eq!(why(office.actor(&late).await), "token refused");
    assert_eq!(why(renewed(&office, &late).await), "token refused");
    assert!(office.actor(&laptop).await.is_ok());
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
    assert_eq!(why(office.actor(&phone).await), "token refused");
    assert_eq!(why(renewed(&office, &phone).await), "token refused");
    assert_eq!(revoke(&office.ctx, &root, &id_of(&ann)).await.unwrap(), 0);
    office.actor(&office.sign_in("ann", "ann-secret").await.unwrap()).await.unwrap();
    assert_eq!(revoke(&office.ctx, &root, &id_of(&root)).await.unwrap(), 1, "one's own too");
    assert_eq!(why(office.ctx.current(&root)), "token refused");
}

#[tokio::test]
async fn sessions_are_removed_a_day_after_they_were_over() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let phone = office.sign_in("ann", "ann-secret").await.unwrap();
    logout(&office.ctx, shown(&phone)).await.unwrap();
    assert_eq!(forget(&office.ctx).await.unwrap(), 0);
    office.clock.advance(Duration::from_hours(24));
    assert_eq!(forget(&office.ctx).await.unwrap(), 1, "the one that was ended");
    assert_eq!(why(office.actor(&phone).await), "token refused");
    assert_eq!(why(renewed(&office, &phone).await), "token refused");
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1);
    office.clock.advance(Duration::from_hours(24 * 7) - Duration::from_millis(1));
    assert_eq!(forget(&office.ctx).await.unwrap(), 0);
    office.clock.advance(Duration::from_millis(1));
    assert_eq!(forget(&office.ctx).await.unwrap(), 1, "the one that ran out");
    assert_eq!(forget(&office.ctx).await.unwrap(), 0);
}

#[tokio::test]
async fn more_sessions_than_fit_in_one_commit_are_removed() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    for _ in 0..450 {
        let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
        logout(&office.ctx, shown(&sign_in)).await.unwrap();
    }
    office.clock.advance(Duration::from_hours(24));
    assert_eq!(forget(&office.ctx).await.unwrap(), 450);
}

#[tokio::test]
async fn one_sign_in_too_many_ends_the_session_that_was_used_least_recently() {
    let mut office = Office::open();
    office.ctx.rules.max_sessions = 3;
    office.hire("ann", Role::Agent).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        office.clock.advance(Duration::from_hours(1));
        open.push(office.sign_in("ann", "ann-secret").await.unwrap());
    }
    office.clock.advance(Duration::from_hours(1));
    renewed(&office, &open[0]).await.unwrap();
    for (number, ends) in [(0, None), (1, Some(1)), (2, Some(0))] {
        office.clock.advance(Duration::from_hours(1));
        open.push(office.sign_in("ann", "ann-secret").await.unwrap());
        let now = office.actor(&open[number + 2]).await.unwrap();
        assert_eq!(sessions::list(&office.ctx, &now).await.unwrap().len(), 3, "{number}");
        if let Some(ends) = ends {
            assert_eq!(why(office.actor(&open[ends]).await), "token refused", "{number}");
            assert_eq!(why(renewed(&office, &open[ends]).await), "token refused", "{number}");
        }
    }
    let entries = list(&office.ctx, &Actor::system("tests"), Members::new()).await.unwrap().items;
    let kind = |entry: &AuditEntry, kind| entry.event.kind == kind;
    assert!(!entries.iter().any(|entry| kind(entry, AuditKind::RefreshTheft)), "no theft");
    let ended: Vec<_> = entries.iter().filter(|entry| kind(entry, AuditKind::SessionEnded)).collect();
    assert_eq!(ended.len(), 3);
    assert!(ended.iter().all(|entry| format!("{:?}", entry.event.details).contains("session_limit")));
}

#[tokio::test]
async fn sign_ins_that_race_past_the_limit_are_trimmed_by_the_next_one() {
    let mut office = Office::open();
    office.ctx.rules.max_sessions = 4;
    office.ctx.guard = Arc::new(Guard::new(Limits::none(), Arc::new(PlainBlinding)));
    let ann = office.hire("ann", Role::Agent).await;
    let id = ann.user_id().unwrap();
    let signing_in = (0..24).map(|_| office.sign_in("ann", "ann-secret"));
    for sign_in in futures_util::future::join_all(signing_in).await {
        sign_in.unwrap();
    }
    office.clock.advance(Duration::from_secs(1));
    let last = office.sign_in("ann", "ann-secret").await.unwrap();
    let open = sessions::list(&office.ctx, &office.actor(&last).await.unwrap()).await.unwrap();
    assert_eq!(open.len(), 4);
    assert!(open.iter().all(|session| session.user == id));
}

#[tokio::test]
async fn sessions_that_were_ended_together_are_in_no_list_and_take_no_room() {
    let mut office = Office::open();
    office.ctx.rules.max_sessions = 5;
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let mut before = Vec::new();
    for _ in 0..3 {
        before.push(office.sign_in("ann", "ann-secret").await.unwrap());
    }
    let log = async || list(&office.ctx, &Actor::system("tests"), Members::new()).await.unwrap().total.count;
    let entries = log().await;
    sessions::end_others(&office.ctx, &ann).await.unwrap();
    assert_eq!(log().await, entries + 1, "one entry however many there were");
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1);
    sessions::end_others(&office.ctx, &ann).await.unwrap();
    assert_eq!(log().await, entries + 1, "nothing to end");
    for ended in &before {
        assert_eq!(why(office.actor(ended).await), "token refused");
        assert_eq!(why(renewed(&office, ended).await), "token refused");
    }
    for _ in 0..4 {
        office.sign_in("ann", "ann-secret").await.unwrap();
    }
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 5, "none was ended for the dead ones");
    let entries = log().await;
    assert_eq!(revoke(&office.ctx, &root, &id_of(&ann)).await.unwrap(), 5);
    assert_eq!(log().await, entries + 1);
    let again = office.actor(&office.sign_in("ann", "ann-secret").await.unwrap()).await.unwrap();
    assert_eq!(sessions::list(&office.ctx, &again).await.unwrap().len(), 1);
}

/// Memory of this process that is in use, in MiB.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = pages.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4 / 1024
}

/// `CRM_TEST_SESSIONS=100000` is so many sign-ins and sign-outs, each of which prints how long the first and last took.
#[tokio::test]
async fn many_sign_ins_and_sign_outs_of_one_user_leave_nothing_that_later_ones_pay_for() {
    let count: u32 = std::env::var("CRM_TEST_SESSIONS").map_or(2_000, |count| count.parse().unwrap());
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let (snapshot, memory) = (office.ctx.mirror.snapshot(), resident());
    let mut times = Vec::new();
    for _ in 0..count {
        let begun = std::time::Instant::now();
        let sign_in = office.sign_in("ann", "ann-secret").await.unwrap();
        let signed_in = begun.elapsed();
        logout(&office.ctx, shown(&sign_in)).await.unwrap();
        times.push((signed_in, begun.elapsed().saturating_sub(signed_in)));
    }
    let mean = |times: &[(Duration, Duration)]| {
        let (ins, outs): (Vec<_>, Vec<_>) = times.iter().copied().unzip();
        let of = |times: Vec<Duration>| times.iter().sum::<Duration>() / u32::try_from(times.len()).unwrap();
        (of(ins), of(outs))
    };
    let (first, last) = (mean(&times[..100]), mean(&times[times.len() - 100..]));
    println!(
        "{count} sign-ins and sign-outs: mean of the first 100 (in, out) {first:?}, of the last 100 {last:?}"
    );
    println!("resident memory: {memory} MiB before, {} MiB after, the store in memory included", resident());
    assert!(Arc::ptr_eq(&snapshot, &office.ctx.mirror.snapshot()), "the users are not copied for sessions");
    let (open, revoked) = office.ctx.mirror.sessions().len();
    assert_eq!(open, 1, "what was signed out of is not held as open");
    assert!(revoked <= usize::try_from(count).unwrap().min(65_536), "{revoked}");
    assert_eq!(sessions::list(&office.ctx, &ann).await.unwrap().len(), 1);
    office.clock.advance(Duration::from_hours(24));
    assert_eq!(forget(&office.ctx).await.unwrap(), u64::from(count));
}
