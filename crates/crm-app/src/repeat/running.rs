//! The keys whose requests are being answered by this server.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::commit::replay::ReplayKey;
use crate::ports::blinding::Blinding;

/// Which keys are being answered, and what hides what was asked under them. One per server.
pub struct Repeats {
    running: Arc<Mutex<HashSet<ReplayKey>>>,
    blinding: Arc<dyn Blinding>,
}

impl Repeats {
    /// None is being answered.
    pub fn new(blinding: Arc<dyn Blinding>) -> Self {
        Self { running: Arc::default(), blinding }
    }

    /// The key is being answered from now on until the answer to this is dropped; none if it is already.
    pub fn enter(&self, key: &ReplayKey) -> Option<Running> {
        let is_new = self.running.lock().insert(key.clone());
        is_new.then(|| Running { key: key.clone(), running: Arc::clone(&self.running) })
    }

    /// What tells requests apart without saying what was asked.
    pub(crate) fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.blinding.hash(purpose, parts)
    }
}

impl fmt::Debug for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repeats").field("running", &self.running.lock().len()).finish_non_exhaustive()
    }
}

/// A key that is being answered.
#[derive(Debug)]
pub struct Running {
    key: ReplayKey,
    running: Arc<Mutex<HashSet<ReplayKey>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.running.lock().remove(&self.key);
    }
}
