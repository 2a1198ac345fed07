use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::auth::guard::{Attempt, Guard, PATIENCE};
use crm_app::auth::login::{Device, login};
use crm_app::auth::outcome::SignInOutcome;
use crm_app::auth::password::change;
use crm_app::error::{AppError, StoreError};
use crm_app::ports::passwords::{HashError, MockPasswords};
use crm_app::ports::throttles::{MockThrottles, Throttles};
use crm_domain::raw::Members;
use crm_domain::throttle::Judgement;
use crm_domain::throttle::entry::{Changes, Entry};
use crm_domain::throttle::limits::Limits;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_testkit::blinding::PlainBlinding;
use futures_util::FutureExt as _;
use tokio::sync::Notify;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;
use crate::support::{stored, texts};

fn credentials(email: &str, password: &str) -> Members {
    texts([("email", email), ("password", password)])
}

fn from(address: &str) -> Device {
    Device { address: Some(address.to_owned()), user_agent: None }
}

/// A stage on which the limits hold and exactly so many passwords are looked at, all of them wrong.
fn guarded(looks: usize) -> Stage {
    let mut stage = Stage::new();
    stage.limits = Limits::default();
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().times(looks).returning(|_, _| Ok(false));
    stage.passwords = Some(passwords);
    stage
}

#[tokio::test]
async fn whoever_fails_too_often_waits_and_no_password_is_looked_at_whether_the_account_exists_or_not() {
    for email in ["ann@crm.example", "gone@crm.example", "nobody@crm.example", "no email"] {
        let mut stage = guarded(6);
        let user = if email.starts_with("gone") { stage.gone.clone() } else { stage.ann.clone() };
        stage.holds_user(&stored(&user, 1));
        let ctx = stage.ctx();
        for number in 0..5 {
            let answer = login(&ctx, credentials(email, "guess"), from(&format!("192.0.2.{number}"))).await;
            assert_eq!(why(answer), "invalid credentials", "{email}");
        }
        for password in ["guess", "ann-secret", ""] {
            let answer = login(&ctx, credentials(email, password), from("192.0.2.99")).await;
            assert_eq!(why(answer), "throttled for 1 s", "{email}");
        }
        stage.make.clock.advance(Duration::from_secs(1));
        let answer = login(&ctx, credentials(email, "guess"), from("192.0.2.99")).await;
        assert_eq!(why(answer), "invalid credentials", "{email}");
    }
}

#[tokio::test]
async fn an_account_is_one_however_its_email_is_written_and_an_address_with_its_network() {
    let mut stage = guarded(5 + 10);
    stage.holds_user(&stored(&stage.ann.clone(), 1));
    let ctx = stage.ctx();
    for number in 0..5 {
        let email = ["x@crm.example", " X@CRM.example ", "x@CRM.EXAMPLE"][number % 3];
        login(&ctx, credentials(email, "guess"), from(&format!("192.0.2.{number}"))).await.unwrap_err();
    }
    let answer = login(&ctx, credentials("X@crm.example", "guess"), from("192.0.2.99")).await;
    assert_eq!(why(answer), "throttled for 1 s");
    for number in 0..10 {
        let (email, address) = (format!("y{number}@crm.example"), format!("2001:db8::{number}"));
        login(&ctx, credentials(&email, "guess"), from(&address)).await.unwrap_err();
    }
    let answer = login(&ctx, credentials("z@crm.example", "guess"), from("2001:db8::ff:1")).await;
    assert_eq!(why(answer), "throttled for 6 s");
}

#[tokio::test]
async fn what_was_never_looked_at_and_what_is_no_request_do_not_count() {
    let mut stage = Stage::new();
    stage.limits = Limits::default();
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(|_, _| Err(HashError::Busy));
    stage.passwords = Some(passwords);
    stage.holds_user(&stored(&stage.ann.clone(), 1));
    let ctx = stage.ctx();
    for _ in 0..50 {
        let answer = login(&ctx, credentials("x@crm.example", "guess"), from("192.0.2.1")).await;
        assert_eq!(why(answer), "busy");
        let answer = login(&ctx, Members::new(), from("192.0.2.1")).await;
        assert_eq!(why(answer), "email: required, password: required");
    }
}

#[tokio::test]
async fn the_right_password_of_a_deactivated_account_does_not_count() {
    let mut stage = Stage::new();
    stage.limits = Limits::default();
    stage.holds_user(&stored(&stage.gone.clone(), 1));
    let ctx = stage.ctx();
    for _ in 0..50 {
        let answer = login(&ctx, credentials("gone@crm.example", "gone-secret"), from("192.0.2.1")).await;
        assert_eq!(why(answer), "account disabled");
    }
}

#[tokio::test]
async fn guesses_at_once_are_counted_before_they_are_looked_at() {
    let mut stage = guarded(5);
    stage.holds_user(&stored(&stage.ann.clone(), 1));
    let ctx = stage.ctx();
    let guesses = (0..64).map(|number| {
        let ctx = ctx.clone();
        tokio::spawn(async move {
            let device = from(&format!("192.0.2.{number}"));
            login(&ctx, credentials("x@crm.example", "guess"), device).await
        })
    });
    let mut kept_out = 0;
    for guess in guesses.collect::<Vec<_>>() {
        kept_out +=
            u32::from(matches!(guess.await.unwrap(), Err(AppError::Throttled { .. } | AppError::Busy)));
    }
    assert_eq!(kept_out, 59);
}

#[tokio::test]
async fn a_password_that_an_admin_sets_begins_a_new_row() {
    let mut stage = guarded(6);
    let ann = stage.ann.clone();
    let again = User { access_version: ann.access_version + 1, ..ann.clone() };
    let (before, after) = (stored(&ann, 1), stored(&again, 2));
    stage.users.expect_user_by_email().times(6).returning(move |_, _| Ok(Some(before.clone())));
    stage.holds_user(&after);
    let ctx = stage.ctx();
    let guess = async || why(login(&ctx, credentials("ann@crm.example", "guess"), from("192.0.2.1")).await);
    for _ in 0..5 {
        assert_eq!(guess().await, "invalid credentials");
    }
    assert_eq!(guess().await, "throttled for 1 s");
    assert_eq!(guess().await, "invalid credentials");
}

#[tokio::test]
async fn whoever_holds_a_token_cannot_try_passwords_for_ever() {
    let mut stage = guarded(10);
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let body = || texts([("currentPassword", "guess"), ("newPassword", "correct horse")]);
    for _ in 0..10 {
        assert_eq!(why(change(&ctx, &ann, body()).await), "currentPassword: wrong_password");
    }
    assert_eq!(why(change(&ctx, &ann, body()).await), "throttled for 10 s");
}

#[tokio::test]
async fn what_could_not_be_kept_is_kept_the_next_time() {
    let guard = Guard::new(Limits::default(), Arc::new(PlainBlinding));
    let now = Timestamp::from_millis(1_800_000_000_000).unwrap();
    // Whoever goes away before the answer has failed.
    drop(guard.admit_sign_in("x@crm.example", 0, Some("192.0.2.1"), now).await.unwrap());
    let mut throttles = MockThrottles::new();
    throttles.expect_keep_throttles().times(1).returning(|_| Err(unavailable()));
    assert!(guard.keep(&throttles, now).await.is_err());
    let mut throttles = MockThrottles::new();
    throttles
        .expect_keep_throttles()
        .times(1)
        .withf(|changes| changes.entries.len() == 2)
        .returning(|_| Ok(()));
    throttles
        .expect_throttles_since()
        .times(1)
        .withf(|since| *since == Timestamp::MIN)
        .returning(|_| Ok(vec![]));
    guard.keep(&throttles, now).await.unwrap();
    let mut throttles = MockThrottles::new();
    let known = now.minus(Duration::from_secs(30));
    throttles.expect_throttles_since().times(1).withf(move |since| *since == known).returning(|_| Ok(vec![]));
    guard.keep(&throttles, now).await.unwrap();
}

/// A store that never answers what it is given to keep.
struct NeverAnswers(Notify);

#[async_trait]
impl Throttles for NeverAnswers {
    async fn keep_throttles(&self, _: &Changes) -> Result<(), StoreError> {
        self.0.notify_one();
        std::future::pending().await
    }

    async fn throttles_since(&self, _: Timestamp) -> Result<Vec<Entry>, StoreError> {
        unreachable!("it is asked only after what was counted is kept")
    }
}

#[tokio::test]
async fn what_was_being_kept_when_the_future_was_dropped_is_kept_the_next_time() {
    let guard = Guard::new(Limits::default(), Arc::new(PlainBlinding));
    let now = Timestamp::from_millis(1_800_000_000_000).unwrap();
    drop(guard.admit_sign_in("x@crm.example", 0, Some("192.0.2.1"), now).await.unwrap());
    let silent = NeverAnswers(Notify::new());
    tokio::select! {
        answer = guard.keep(&silent, now) => panic!("{answer:?}"),
        () = silent.0.notified() => {}
    }
    for entries in [2, 0] {
        let mut throttles = MockThrottles::new();
        throttles
            .expect_keep_throttles()
            .times(usize::from(entries > 0))
            .withf(move |changes| changes.entries.len() == entries)
            .returning(|_| Ok(()));
        throttles.expect_throttles_since().returning(|_| Ok(vec![]));
        guard.keep(&throttles, now).await.unwrap();
    }
}

/// A guard with the usual limits, and the moment at which all is asked.
fn guard() -> (Guard, Timestamp) {
    let now = Timestamp::from_millis(1_800_000_000_000).unwrap();
    (Guard::new(Limits::default(), Arc::new(PlainBlinding)), now)
}

const HOME: Option<&str> = Some("192.0.2.1");

/// Attempts on accounts of their own from one address, each admitted as it was polled.
async fn in_flight(guard: &Guard, count: usize, now: Timestamp) -> Vec<Attempt<'_>> {
    let mut attempts = Vec::new();
    for number in 0..count {
        let email = format!("flying{number}@crm.example");
        attempts.push(guard.admit_sign_in(&email, 0, HOME, now).await.unwrap());
    }
    attempts
}

#[tokio::test]
async fn attempts_from_a_crowded_address_wait_in_order_and_no_more_than_sixty_four() {
    let (guard, now) = guard();
    let attempts = in_flight(&guard, 10, now).await;
    let email = |number: usize| format!("waiting{number}@crm.example");
    let mut waiting = Vec::new();
    for number in 0..64 {
        let guard = &guard;
        let mut attempt = Box::pin(async move {
            guard.admit_sign_in(&email(number), 0, HOME, now).await.map(|it| (number, it))
        });
        assert!(attempt.as_mut().now_or_never().is_none(), "{number}");
        waiting.push(attempt);
    }
    assert_eq!(guard.waiting(), 64);
    assert_eq!(why(guard.admit_sign_in("one@crm.example", 0, HOME, now).await), "busy");
    assert!(guard.admit_sign_in("one@crm.example", 0, Some("192.0.2.2"), now).await.is_ok());
    for attempt in attempts {
        attempt.settle(Judgement::Right, now);
    }
    assert_eq!(guard.waiting(), 54);
    // Each that is right lets the next one in.
    for (number, attempt) in waiting.into_iter().enumerate() {
        let (admitted, attempt) = attempt.now_or_never().unwrap().unwrap();
        assert_eq!(admitted, number);
        attempt.settle(Judgement::Right, now);
    }
    assert_eq!(guard.waiting(), 0);
}

#[tokio::test]
async fn attempts_that_wait_are_refused_once_those_in_flight_have_failed() {
    let (guard, now) = guard();
    let attempts = in_flight(&guard, 10, now).await;
    let mut sign_in = Box::pin(guard.admit_sign_in("waiting@crm.example", 0, HOME, now));
    let mut setup = Box::pin(guard.admit_address(HOME, now));
    assert!(sign_in.as_mut().now_or_never().is_none() && setup.as_mut().now_or_never().is_none());
    for attempt in attempts {
        attempt.settle(Judgement::Wrong, now);
    }
    assert_eq!(why(sign_in.await), "throttled for 6 s");
    assert_eq!(why(setup.await), "throttled for 6 s");
}

#[tokio::test]
async fn the_own_password_and_a_known_source_wait_for_their_own_attempts_only() {
    let (guard, now) = guard();
    guard.admit_sign_in("ann@crm.example", 0, HOME, now).await.unwrap().settle(Judgement::Right, now);
    let strangers = in_flight(&guard, 10, now).await;
    let mut stranger = Box::pin(guard.admit_sign_in("stranger@crm.example", 0, HOME, now));
    assert!(stranger.as_mut().now_or_never().is_none());
    let mut known = Vec::new();
    for _ in 0..10 {
        known.push(guard.admit_sign_in("ann@crm.example", 0, HOME, now).now_or_never().unwrap().unwrap());
    }
    let mut next = Box::pin(guard.admit_sign_in("ann@crm.example", 0, HOME, now));
    assert!(next.as_mut().now_or_never().is_none());
    known.pop().unwrap().settle(Judgement::Unjudged, now);
    assert!(next.now_or_never().unwrap().is_ok());

    let mut own = Vec::new();
    for _ in 0..10 {
        own.push(guard.admit_own("ann@crm.example", 0, now).now_or_never().unwrap().unwrap());
    }
    let mut next = Box::pin(guard.admit_own("ann@crm.example", 0, now));
    assert!(next.as_mut().now_or_never().is_none());
    own.pop().unwrap().settle(Judgement::Right, now);
    assert!(next.now_or_never().unwrap().is_ok());
    assert_eq!(guard.waiting(), 1);
    drop((strangers, stranger));
    assert_eq!(guard.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn attempts_wait_five_seconds_and_leave_the_queue() {
    let (guard, now) = guard();
    let attempts = in_flight(&guard, 10, now).await;
    let begun = tokio::time::Instant::now();
    assert_eq!(why(guard.admit_sign_in("waiting@crm.example", 0, HOME, now).await), "busy");
    assert_eq!((begun.elapsed(), guard.waiting()), (PATIENCE, 0));
    drop(attempts);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_the_queue_and_costs_nothing() {
    let (guard, now) = guard();
    let mut attempts = in_flight(&guard, 10, now).await;
    let wait = |email: &'static str| {
        let mut attempt = Box::pin(guard.admit_sign_in(email, 0, HOME, now));
        assert!(attempt.as_mut().now_or_never().is_none());
        attempt
    };
    let (gone, let_in, next) = (wait("a@crm.example"), wait("b@crm.example"), wait("c@crm.example"));
    drop(gone);
    assert_eq!(guard.waiting(), 2);
    attempts.pop().unwrap().settle(Judgement::Right, now);
    assert_eq!(guard.waiting(), 1);
    // It was let in and nobody came for the answer: the next one is let in instead.
    drop(let_in);
    assert_eq!(guard.waiting(), 0);
    attempts.push(next.now_or_never().unwrap().unwrap());
    for attempt in attempts {
        attempt.settle(Judgement::Right, now);
    }
    // Nothing is counted of all that.
    drop(in_flight(&guard, 10, now).await);
}

#[test]
fn only_a_wrong_password_counts_and_only_a_sign_in_speaks_for_somebody() {
    let outcomes = [
        (AppError::InvalidCredentials, SignInOutcome::Wrong, Judgement::Wrong),
        (AppError::AccountDisabled, SignInOutcome::Deactivated, Judgement::Unjudged),
        (AppError::Throttled { wait: Duration::ZERO }, SignInOutcome::Throttled, Judgement::Unjudged),
        (AppError::Busy, SignInOutcome::Busy, Judgement::Unjudged),
        (AppError::Store(unavailable()), SignInOutcome::Failed, Judgement::Unjudged),
    ];
    for (error, outcome, judgement) in outcomes {
        assert_eq!(SignInOutcome::of(&Err(error)), outcome);
        assert_eq!(outcome.judgement(), judgement);
    }
    assert_eq!(SignInOutcome::SignedIn.judgement(), Judgement::Right);
}
