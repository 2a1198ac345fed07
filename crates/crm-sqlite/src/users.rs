//! Reading accounts. A user belongs to themselves.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::users::Users;
use crm_app::query::users::UserQuery;
use crm_domain::access::scope::{Reach, Scope, Sight};
use crm_domain::ids::UserId;
use crm_domain::transfer::Transfer;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;

use crate::db::{Db, Outcome};
use crate::list;
use crate::rows::{key, transfer, user};
use crate::store::SqliteStore;

#[async_trait]
impl Users for SqliteStore {
    async fn user(&self, scope: &Scope, id: UserId) -> Result<Sight<Versioned<User>>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            Ok(match db.one(user::BY_ID, [key(id)], user::read)? {
                Some(user) => Sight::judge(&scope, Some(id), user),
                None => Sight::Absent,
            })
        })
        .await
    }

    async fn user_by_email(
        &self,
        scope: &Scope,
        email: &Email,
    ) -> Result<Option<Versioned<User>>, StoreError> {
        let scope = *scope;
        let email = email.clone();
        self.glance(move |db| {
            let found = db.one(user::BY_EMAIL, [email.as_str()], user::read)?;
            Ok(found.filter(|user| scope.admits(Some(user.record().id))))
        })
        .await
    }

    async fn users(&self, scope: &Scope, query: &UserQuery) -> Result<Counted<Versioned<User>>, StoreError> {
        let reach = scope.reach();
        let query = query.clone();
        self.snapshot(move |db| page(db, reach, &query)).await
    }

    async fn another_active_admin(
        &self,
        scope: &Scope,
        except: UserId,
    ) -> Result<Option<Versioned<User>>, StoreError> {
        let reach = scope.reach();
        self.read(move |db| match reach {
            Reach::Everything => db.one(user::ANOTHER_ADMIN, [key(except)], user::read),
            Reach::OwnedBy(own) => {
                let own = db.one(user::BY_ID, [key(own)], user::read)?;
                Ok(own.filter(|user| user.record().is_active_admin() && user.record().id != except))
            }
        })
        .await
    }

    async fn transfer(&self, scope: &Scope, from: UserId) -> Result<Option<Transfer>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            let found = db.one(transfer::FROM, [key(from)], transfer::read)?;
            Ok(found.filter(|transfer| scope.admits(Some(transfer.from))))
        })
        .await
    }

    async fn transfers(&self, scope: &Scope) -> Result<Vec<Transfer>, StoreError> {
        let scope = *scope;
        self.read(move |db| {
            let mut transfers = db.all(transfer::RUNNING, [], transfer::read)?;
            transfers.retain(|transfer| scope.admits(Some(transfer.from)));
            transfers.sort_by_key(|transfer| (transfer.begun_at, transfer.from));
            Ok(transfers)
        })
        .await
    }
}

/// One page and the total.
pub(crate) fn page(db: &Db<'_>, reach: Reach, query: &UserQuery) -> Outcome<Counted<Versioned<User>>> {
    let found = list::find(db, &listing::of(reach, query))?;
    Ok(Counted { slice: list::records(db, found.rows, user::BY_ROW, user::read)?, total: found.total })
}
