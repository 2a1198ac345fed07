use std::future::pending;

use tokio::time::{advance, timeout};

use super::*;

const DEADLINE: Duration = Duration::from_secs(5);
const RULES: BreakerRules = BreakerRules { misses: 3, probe_every: Duration::from_millis(500) };

fn silence() -> StoreError {
    StoreError::Unavailable("no answer".into())
}

fn is_silence(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_) | StoreError::OutcomeUnknown(_))
}

async fn call(breaker: &Breaker, answer: Result<(), StoreError>) -> Result<(), StoreError> {
    breaker.pass(DEADLINE, is_silence, async { answer }).await
}

fn was_refused(answer: &Result<(), StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable(cause)) if cause.is::<NotAsked>())
}

async fn opened() -> Breaker {
    let breaker = Breaker::new("reads", RULES);
    for _ in 0..RULES.misses {
        assert!(!was_refused(&call(&breaker, Err(silence())).await));
    }
    breaker
}

#[tokio::test(start_paused = true)]
async fn so_many_in_a_row_that_were_not_answered_open_it_and_then_nobody_waits() {
    let breaker = opened().await;
    for _ in 0..100 {
        assert!(was_refused(&call(&breaker, Ok(())).await));
    }
    let stats = breaker.stats();
    assert_eq!(stats, BreakerStats { what: "reads", is_open: true, opened: 1, refused: 100 });
}

#[tokio::test(start_paused = true)]
async fn any_answer_in_between_keeps_it_closed_and_no_answer_opens_it() {
    let corrupt = || StoreError::Corrupt { what: "lead", id: "7".to_owned(), cause: "broken".into() };
    let breaker = Breaker::new("writes", RULES);
    for answer in [Ok(()), Err(StoreError::Full), Err(corrupt())] {
        for _ in 1..RULES.misses {
            assert!(!was_refused(&call(&breaker, Err(silence())).await));
        }
        assert!(!was_refused(&call(&breaker, answer).await));
    }
    for _ in 0..100 {
        assert!(!was_refused(&call(&breaker, Err(StoreError::Full)).await));
    }
    assert!(!breaker.stats().is_open);
}

#[tokio::test(start_paused = true)]
async fn one_is_let_through_so_often_and_the_first_answer_closes_it() {
    let breaker = opened().await;
    for _ in 0..3 {
        advance(RULES.probe_every).await;
        assert!(!was_refused(&call(&breaker, Err(silence())).await), "one is let through");
        assert!(was_refused(&call(&breaker, Ok(())).await), "another is not");
    }
    advance(RULES.probe_every).await;
    call(&breaker, Err(StoreError::Full)).await.unwrap_err();
    for _ in 0..100 {
        call(&breaker, Ok(())).await.unwrap();
    }
    assert_eq!((breaker.stats().is_open, breaker.stats().opened), (false, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_counts_only_if_it_has_waited_for_long() {
    for (waits, counts) in [(DEADLINE / 4, false), (DEADLINE / 2, true)] {
        let breaker = Breaker::new("writes", RULES);
        for _ in 0..RULES.misses {
            let call = breaker.pass::<(), _>(DEADLINE, is_silence, pending());
            assert!(timeout(waits, call).await.is_err());
        }
        assert_eq!(breaker.stats().is_open, counts);
    }
}

#[tokio::test(start_paused = true)]
async fn what_began_before_the_trouble_ended_does_not_open_it_again() {
    let breaker = opened().await;
    advance(RULES.probe_every).await;
    let late: Vec<_> = (0..10)
        .map(|_| {
            // Let through, as it were, while the breaker is open.
            Passage { breaker: &breaker, begun: Instant::now(), patience: Duration::ZERO, over: false }
        })
        .collect();
    advance(RULES.probe_every).await;
    call(&breaker, Ok(())).await.unwrap();
    drop(late);
    assert!(!breaker.stats().is_open);
    call(&breaker, Ok(())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_number_it_never_opens() {
    let breaker = Breaker::new("reads", BreakerRules { misses: 0, ..RULES });
    for _ in 0..100 {
        assert!(!was_refused(&call(&breaker, Err(silence())).await));
    }
}
