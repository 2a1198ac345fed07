//! The key file while a server serves: looked at each second, and read anew when it has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crm_security::tokens::JwtTokens;
use crm_security::tokens::ring::KeyRing;

use super::file::{self, KeyFileError};
use crate::command_error::with_causes;

/// How long a change may go unseen. A new key must not sign any sooner.
pub const EVERY: Duration = Duration::from_secs(1);

/// The ring of this file.
///
/// # Errors
/// [`KeyFileError`].
pub fn ring(path: &Path) -> Result<KeyRing, KeyFileError> {
    KeyRing::of(file::read(path)?).map_err(KeyFileError::Ring)
}

/// Follows the file for as long as there are tokens. What cannot be used changes nothing and is told once.
pub async fn follow(path: PathBuf, tokens: Weak<JwtTokens>) {
    let mut seen = None;
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(tokens) = tokens.upgrade() else { return };
        let now = stamp(&path);
        if now != seen {
            seen = now;
            // Reading blocks, but rarely and not for long.
            take_over(&path, &tokens);
        }
    }
}

fn take_over(path: &Path, tokens: &Arc<JwtTokens>) {
    match ring(path) {
        Ok(ring) => {
            let kids = tokens.kids();
            if !ring.kids().eq(kids.iter().map(String::as_str)) {
                let kids: Vec<&str> = ring.kids().collect();
                tracing::info!(target: "security", ?kids, "the keys of access tokens have changed");
                tokens.use_ring(ring);
            }
        }
        Err(error) => {
            let error = with_causes(&error);
            tracing::error!(
                target: "security", file = %path.display(), error, "the key file cannot be used; going on as before"
            );
        }
    }
}

/// What tells one state of the file from another: a rotation puts another file in its place, and who may
/// read it counts too.
fn stamp(path: &Path) -> Option<(u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
}
