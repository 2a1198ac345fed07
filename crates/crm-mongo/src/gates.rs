//! Gates: so that on one server who changes a user is not kept waiting by those who rest on them.
//!
//! Who changes a user writes all their standings ([`crate::standings`]) in one transaction, and everybody who rests on
//! that user at the moment is in its way. A user who keeps many writers busy would put off their own deactivation for
//! as long as they like. So each user has a gate: those who rest on the user pass it together, who changes the user
//! passes it alone, and in the order in which they came. Between servers there is no gate, and the database decides.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_domain::activity::EntityRef;
use crm_domain::ids::UserId;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

const STRIPES: usize = 256;

/// The gates of one server. Two users may share one; that costs a wait, never an error.
#[derive(Debug, Clone)]
pub(crate) struct Gates {
    stripes: Arc<[Arc<RwLock<()>>]>,
}

/// A place within some gates for as long as it is held.
#[derive(Debug)]
pub(crate) struct Passage {
    _together: Vec<OwnedRwLockReadGuard<()>>,
    _alone: Vec<OwnedRwLockWriteGuard<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Together,
    Alone,
}

impl Gates {
    /// All of them open.
    pub(crate) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Arc::default()).collect() }
    }

    /// Waits until these commits may pass the gates of all users that they change or rest on. All who wait do so in one
    /// order of gates, so that nobody waits in a circle.
    pub(crate) async fn pass(&self, commits: &[Arc<Commit>]) -> Passage {
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for (gate, how) in passed(commits) {
            let Some(stripe) = self.stripes.get(gate) else { continue };
            match how {
                How::Together => together.push(Arc::clone(stripe).read_owned().await),
                How::Alone => alone.push(Arc::clone(stripe).write_owned().await),
            }
        }
        Passage { _together: together, _alone: alone }
    }
}

/// The gates to be passed, each once, and how.
fn passed(commits: &[Arc<Commit>]) -> BTreeMap<usize, How> {
    let mut passed = BTreeMap::new();
    for commit in commits {
        let rests = commit.expects.iter().filter_map(|expect| Some((user_of(expect)?, How::Together)));
        let changes = commit.changes.iter().filter_map(|change| {
            if let Change::PutUser(put) = change { Some((put.after.id, How::Alone)) } else { None }
        });
        for (user, how) in rests.chain(changes) {
            let gate = passed.entry(gate(user)).or_insert(how);
            *gate = (*gate).max(how);
        }
    }
    passed
}

/// The user on whom this expectation rests.
fn user_of(expect: &Expect) -> Option<UserId> {
    match expect {
        Expect::Unchanged(EntityRef::User(user), _)
        | Expect::UserActive(user)
        | Expect::ActorStands { user, .. } => Some(*user),
        Expect::Unchanged(EntityRef::Lead(_) | EntityRef::Customer(_) | EntityRef::Task(_), _)
        | Expect::OpenTasks { .. }
        | Expect::TransferAt(_) => None,
    }
}

fn gate(user: UserId) -> usize {
    let mut hasher = DefaultHasher::new();
    user.uuid().hash(&mut hasher);
    usize::try_from(hasher.finish() % STRIPES as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::Poll;

    use crm_domain::access::role::Role;
    use crm_domain::version::{Version, Versioned};
    use crm_testkit::fixtures::Maker;

    use super::*;

    /// Whether it is through by now.
    async fn is_through<F: Future>(mut waiting: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|cx| match waiting.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn who_changes_a_user_waits_for_those_before_them_and_no_one_later() {
        let make = Maker::new();
        let (user, other) = (make.user("Ada", Role::Agent), make.user("Bea", Role::Agent));
        let rests = [make.commit().expect(Expect::UserActive(user.id)).done()];
        let before = Versioned::stored(user.clone(), Version::FIRST);
        let changes = [make.commit().put_user(&before, user).done()];
        let elsewhere = [make.commit().expect(Expect::UserActive(other.id)).done()];
        let gates = Gates::new();

        let early = [gates.pass(&rests).await, gates.pass(&rests).await];
        let mut change = Box::pin(gates.pass(&changes));
        assert!(is_through(change.as_mut()).await.is_none(), "they are in its way");
        let mut late = Box::pin(gates.pass(&rests));
        assert!(is_through(late.as_mut()).await.is_none(), "it came first");
        gates.pass(&elsewhere).await;

        drop(early);
        let alone = is_through(change.as_mut()).await;
        assert!(alone.is_some(), "nobody is before it");
        assert!(is_through(late.as_mut()).await.is_none(), "it is alone");
        drop(alone);
        assert!(is_through(late.as_mut()).await.is_some());
    }
}
