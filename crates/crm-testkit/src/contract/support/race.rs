//! Commits that start together.

use std::sync::Arc;

use crm_app::commit::{Commit, Verdict};
use tokio::sync::Barrier;

use crate::contract::FullStore;

/// Hands in all these commits at once, each from a task of its own; the verdicts in the order of the commits.
pub(in crate::contract) async fn race<S: FullStore>(
    store: &Arc<S>,
    commits: Vec<Arc<Commit>>,
) -> Vec<Verdict> {
    let racers = commits.into_iter().map(|commit| (Arc::clone(store), commit)).collect();
    race_on(racers).await
}

/// The same with a store for each commit.
pub(in crate::contract) async fn race_on<S: FullStore>(racers: Vec<(Arc<S>, Arc<Commit>)>) -> Vec<Verdict> {
    let line = Arc::new(Barrier::new(racers.len()));
    let running: Vec<_> = racers
        .into_iter()
        .map(|(store, commit)| {
            let line = Arc::clone(&line);
            tokio::spawn(async move {
                line.wait().await;
                store.commit(commit).await.expect("the store answers")
            })
        })
        .collect();
    let mut verdicts = Vec::with_capacity(running.len());
    for racer in running {
        verdicts.push(racer.await.expect("no commit panics"));
    }
    verdicts
}

/// How many were applied.
pub(in crate::contract) fn applied(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| **verdict == Verdict::Applied).count()
}
