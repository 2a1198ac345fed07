//! A store that takes its time and does not look whether whoever gets a record is still active: a commit is a value, and
//! that expectation is left out of it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::context::Stores;
use crm_app::error::StoreError;
use crm_app::ports::commits::Commits;

/// Long enough that the other of a racing pair comes between the decision and the commit.
const TAKES: Duration = Duration::from_millis(30);

/// The same ports, but for the one that writes.
pub(super) fn stores(stores: Stores) -> Stores {
    Stores { commits: Arc::new(Careless(stores.commits)), ..stores }
}

struct Careless(Arc<dyn Commits>);

#[async_trait]
impl Commits for Careless {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        let mut careless = Commit::clone(&commit);
        careless.expects.retain(|expect| !matches!(expect, Expect::UserActive(_)));
        if careless.expects != commit.expects && is_about_a_lead(&careless) {
            tokio::time::sleep(TAKES).await;
        }
        self.0.commit(Arc::new(careless)).await
    }
}

fn is_about_a_lead(commit: &Commit) -> bool {
    commit.changes.iter().any(|change| matches!(change, Change::PutLead(_)))
}
