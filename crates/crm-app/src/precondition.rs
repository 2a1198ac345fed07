//! What a client demands of the version it changes.

use std::collections::BTreeSet;
use std::fmt;

use crm_domain::version::Version;

use crate::error::AppError;

/// The versions that a change may be made upon (`If-Match`, RFC 9110 section 13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever there is.
    None,
    /// Whatever there is, as long as there is something.
    Any,
    /// One of these.
    OneOf(Vec<Version>),
}

impl Precondition {
    /// Checks it against the version there is.
    ///
    /// # Errors
    /// [`AppError::VersionMismatch`] with the version there is.
    pub fn check(&self, current: Version) -> Result<(), AppError> {
        match self {
            Self::None | Self::Any => Ok(()),
            Self::OneOf(versions) if versions.contains(&current) => Ok(()),
            Self::OneOf(_) => Err(AppError::VersionMismatch { current }),
        }
    }
}

/// Equal for preconditions that demand the same: whatever the order of the versions, and however often one is named.
impl fmt::Display for Precondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Any => f.write_str("*"),
            Self::OneOf(versions) => {
                f.write_str("=")?;
                let versions: BTreeSet<u64> = versions.iter().map(|version| version.number()).collect();
                versions.iter().try_for_each(|version| write!(f, "{version},"))
            }
        }
    }
}
