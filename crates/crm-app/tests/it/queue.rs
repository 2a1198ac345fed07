use std::sync::Arc;
use std::time::Duration;

use crm_app::queue::Queue;
use futures_util::future::join_all;
use parking_lot::Mutex;
use tokio::task::yield_now;
use tokio::time::timeout;
use uuid::Uuid;

fn record(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[tokio::test]
async fn writers_of_one_record_are_served_in_the_order_in_which_they_came() {
    let (queue, served) = (Queue::new(), Arc::new(Mutex::new(Vec::new())));
    let first = queue.turn(&[record(1)]).await;
    let writers: Vec<_> = (0..20)
        .map(|writer| {
            let (queue, served) = (queue.clone(), Arc::clone(&served));
            tokio::spawn(async move {
                let _turn = queue.turn(&[record(1)]).await;
                served.lock().push(writer);
                yield_now().await;
            })
        })
        .collect();
    for _ in 0..20 {
        yield_now().await;
    }
    assert!(served.lock().is_empty(), "the first still has its turn");
    drop(first);
    for outcome in join_all(writers).await {
        outcome.unwrap();
    }
    assert_eq!(*served.lock(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn writers_of_other_records_do_not_wait() {
    let queue = Queue::new();
    let _busy = queue.turn(&[record(1)]).await;
    let free = (2..100).map(record).filter(|other| {
        let mut turn = std::pin::pin!(queue.turn(std::slice::from_ref(other)));
        let waker = std::task::Waker::noop();
        turn.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_ready()
    });
    assert!(free.count() > 90, "two records may share a place, but seldom do");
    assert!(timeout(Duration::from_mins(1), queue.turn(&[record(1)])).await.is_err());
}

#[tokio::test]
async fn a_writer_that_gives_up_leaves_the_queue() {
    let queue = Queue::new();
    let first = queue.turn(&[record(1)]).await;
    let wanted = [record(1)];
    {
        let mut impatient = std::pin::pin!(queue.turn(&wanted));
        let waker = std::task::Waker::noop();
        assert!(impatient.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    }
    drop(first);
    queue.turn(&wanted).await;
}

#[tokio::test]
async fn nobody_waits_for_themselves() {
    let queue = Queue::new();
    let everything: Vec<_> = (0..5_000).map(record).chain([record(1), record(1)]).collect();
    let _turn = queue.turn(&everything).await;
    let _none = queue.turn(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_whose_records_cross_never_wait_in_a_circle_and_never_meet() {
    let (queue, inside) = (Queue::new(), Arc::new(Mutex::new(Vec::<Uuid>::new())));
    let writers = (0..64_u128).map(|writer| {
        let (queue, inside) = (queue.clone(), Arc::clone(&inside));
        tokio::spawn(async move {
            for round in 0..50 {
                let (one, other) = (record((writer + round) % 5), record((writer * 3 + round * 7 + 1) % 5));
                let records = if one == other { vec![one] } else { vec![one, other] };
                let turn = queue.turn(&records).await;
                {
                    let mut inside = inside.lock();
                    assert!(!records.iter().any(|record| inside.contains(record)), "two writers met");
                    inside.extend(&records);
                }
                yield_now().await;
                inside.lock().retain(|record| !records.contains(record));
                drop(turn);
            }
        })
    });
    let all = timeout(Duration::from_mins(1), join_all(writers)).await.expect("nobody waits for ever");
    for outcome in all {
        outcome.unwrap();
    }
}
