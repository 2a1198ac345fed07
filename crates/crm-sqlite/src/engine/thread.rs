//! A thread that is joined when its owner is dropped.

use std::thread::{self, JoinHandle};

use super::error::OpenError;

/// Joins its thread on drop. What tells the thread to end must be dropped before it: put it in a field above.
pub(super) struct Joined {
    handle: Option<JoinHandle<()>>,
}

impl Joined {
    /// Starts a named thread.
    pub(super) fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> Result<Self, OpenError> {
        let handle = thread::Builder::new().name(name).spawn(body).map_err(OpenError::Thread)?;
        Ok(Self { handle: Some(handle) })
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        // The last owner may be dropped by a job, on the very thread that would then wait for itself.
        if handle.thread().id() != thread::current().id() && handle.join().is_err() {
            tracing::error!("a thread of the store panicked");
        }
    }
}
