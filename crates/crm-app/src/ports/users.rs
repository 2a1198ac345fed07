//! Reading accounts.

use async_trait::async_trait;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::ids::UserId;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;

use crate::error::StoreError;
use crate::paging::Counted;
use crate::query::users::UserQuery;
use crm_domain::transfer::Transfer;

/// Reads users. A user belongs to themselves: a scope that is not everything sees its owner only.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Users: Send + Sync {
    /// One user.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn user(&self, scope: &Scope, id: UserId) -> Result<Sight<Versioned<User>>, StoreError>;

    /// The user with this email.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn user_by_email(
        &self,
        scope: &Scope,
        email: &Email,
    ) -> Result<Option<Versioned<User>>, StoreError>;

    /// One page of the users in the scope and how many there are in all, as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn users(&self, scope: &Scope, query: &UserQuery) -> Result<Counted<Versioned<User>>, StoreError>;

    /// Some active admin other than this user, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn another_active_admin(
        &self,
        scope: &Scope,
        except: UserId,
    ) -> Result<Option<Versioned<User>>, StoreError>;

    /// The latest hand-over from this user, running or finished.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn transfer(&self, scope: &Scope, from: UserId) -> Result<Option<Transfer>, StoreError>;

    /// The hand-overs that are running, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn transfers(&self, scope: &Scope) -> Result<Vec<Transfer>, StoreError>;
}
