//! Calls with a deadline of our own.
//!
//! The driver has no socket timeout, and a future of its must not be dropped half way: the connection would be left
//! with an answer that nobody reads. So every call runs in a task, and the deadline is on waiting for it; the task goes
//! on to its end. All tasks run on the runtime on which the store was opened, where the driver's own tasks run.

use std::future::Future;
use std::time::Duration;

use crm_app::error::StoreError;
use tokio::runtime::Handle;

use crate::error::{Failure, unavailable};

/// Where calls run.
#[derive(Debug, Clone)]
pub(crate) struct Calls {
    runtime: Handle,
}

impl Calls {
    /// Calls on the runtime that runs now.
    pub(crate) fn here() -> Self {
        Self { runtime: Handle::current() }
    }

    /// The runtime.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Runs a call to its end, but waits for it no longer than this.
    pub(crate) async fn within<T, F>(&self, deadline: Duration, call: F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let running = self.runtime.spawn(call);
        match tokio::time::timeout(deadline, running).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(unavailable(Failure::Gone)),
            Err(_) => Err(unavailable(Failure::Deadline)),
        }
    }
}
