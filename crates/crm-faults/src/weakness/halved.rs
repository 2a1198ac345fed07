//! A store that applies a conversion in two parts, with some time between them: the customer with its event, and then the
//! lead with the rest.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::context::Stores;
use crm_app::error::StoreError;
use crm_app::ports::commits::Commits;
use crm_domain::activity::EntityKind;
use crm_domain::ids::Id;

/// Long enough that some conversion is always between its parts.
const BETWEEN: Duration = Duration::from_secs(1);

/// The same ports, but for the one that writes.
pub(super) fn stores(stores: Stores) -> Stores {
    Stores { commits: Arc::new(Halved(stores.commits)), ..stores }
}

struct Halved(Arc<dyn Commits>);

#[async_trait]
impl Commits for Halved {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        let Some((customer, rest)) = parts(&commit) else { return self.0.commit(commit).await };
        match self.0.commit(Arc::new(customer)).await? {
            Verdict::Applied => {
                tokio::time::sleep(BETWEEN).await;
                self.0.commit(Arc::new(rest)).await
            }
            other @ (Verdict::Stale | Verdict::Duplicate(_)) => Ok(other),
        }
    }
}

/// The two parts of a conversion; nothing of any other commit.
fn parts(commit: &Commit) -> Option<(Commit, Commit)> {
    let is_customer = |change: &&Change| matches!(change, Change::InsertCustomer(_));
    if commit.changes.len() != 2 || !commit.changes.iter().any(|change| is_customer(&change)) {
        return None;
    }
    let told = commit.events.iter().find(|event| event.entity.kind() == EntityKind::Customer)?.clone();
    let made = commit.changes.iter().find(is_customer)?.clone();
    let customer = Commit { expects: commit.expects.clone(), ..Commit::new(Id::from_uuid(told.id.uuid())) };
    let mut rest = commit.clone();
    rest.changes.retain(|change| !is_customer(&change));
    rest.events.retain(|event| event.entity.kind() != EntityKind::Customer);
    Some((customer.change(made).event(told), rest))
}
