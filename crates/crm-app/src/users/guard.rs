//! Somebody must always be left who can manage users.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::activity::EntityRef;
use crm_domain::refusal::Refusal;
use crm_domain::user::User;

use crate::commit::Commit;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::error::AppError;

/// Checks what may never happen to an admin's account, and makes the commit hold only while another active admin stays
/// as they are: of two admins who deactivate each other at once, one remains.
///
/// # Errors
/// [`Refusal::SelfDeactivation`], [`Refusal::SelfDemotion`], [`Refusal::LastAdmin`].
pub async fn guard(
    ctx: &Ctx,
    actor: &Actor,
    commit: Commit,
    before: &User,
    after: &User,
) -> Result<Commit, AppError> {
    before.check_own_change(after, actor.user_id())?;
    if !before.is_active_admin() || after.is_active_admin() {
        return Ok(commit);
    }
    let grant = authorize(&Actor::system("last admin"), Action::ReadUsers)?;
    let witness = ctx.stores.users.another_active_admin(grant.scope(), before.id).await?;
    let witness = witness.ok_or(Refusal::LastAdmin)?;
    Ok(commit.expect(Expect::Unchanged(EntityRef::User(witness.record().id), witness.version())))
}
