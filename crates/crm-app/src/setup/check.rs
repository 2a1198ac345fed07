//! Whether the first admin is still to be set up.

use crate::context::Ctx;
use crate::error::AppError;

/// Whether the store has never had an admin.
///
/// # Errors
/// [`AppError::Store`].
pub async fn can_set_up(ctx: &Ctx) -> Result<bool, AppError> {
    Ok(!ctx.stores.workspaces.workspace().await?.set_up)
}
