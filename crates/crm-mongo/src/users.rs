//! Reading accounts. A user belongs to themselves.

pub(crate) mod listing;

use async_trait::async_trait;
use bson::{Document, doc};
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::users::Users;
use crm_app::query::users::UserQuery;
use crm_domain::access::role::Role;
use crm_domain::access::scope::{Reach, Scope, Sight};
use crm_domain::ids::UserId;
use crm_domain::transfer::Transfer;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;

use crate::documents::{self, record_only};
use crate::list;
use crate::reader::{Find, Reader};
use crate::store::MongoStore;
use listing::{BY_EMAIL, BY_ROLE};

#[async_trait]
impl Users for MongoStore {
    async fn user(&self, scope: &Scope, id: UserId) -> Result<Sight<Versioned<User>>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            Ok(match one(&mut reader, Find::all(doc! { "_id": documents::id(id) })).await? {
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
        let email = doc! { "email": email.as_str() };
        self.read(move |mut reader| async move {
            let found = one(&mut reader, Find::all(email).by(BY_EMAIL)).await?;
            Ok(found.filter(|user| scope.admits(Some(user.record().id))))
        })
        .await
    }

    async fn users(&self, scope: &Scope, query: &UserQuery) -> Result<Counted<Versioned<User>>, StoreError> {
        let listing = listing::of(scope.reach(), query);
        self.snapshot(move |mut reader| async move { list::find(&mut reader, &listing).await }).await
    }

    async fn another_active_admin(
        &self,
        scope: &Scope,
        except: UserId,
    ) -> Result<Option<Versioned<User>>, StoreError> {
        let mut among: Document = doc! { "$ne": documents::id(except) };
        if let Reach::OwnedBy(own) = scope.reach() {
            among.insert("$eq", documents::id(own));
        }
        let filter = doc! { "role": Role::Admin.as_str(), "active": true, "_id": among };
        self.read(move |mut reader| async move {
            one(&mut reader, Find::all(filter).by(BY_ROLE).sorted(doc! { "_id": 1 })).await
        })
        .await
    }

    async fn transfer(&self, scope: &Scope, from: UserId) -> Result<Option<Transfer>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let found = reader.one("transfers", Find::all(doc! { "_id": documents::id(from) })).await?;
            let found: Option<Transfer> = found.map(|document| documents::read(&document)).transpose()?;
            Ok(found.filter(|transfer| scope.admits(Some(transfer.from))))
        })
        .await
    }

    async fn transfers(&self, scope: &Scope) -> Result<Vec<Transfer>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let running = doc! { "finished_at": { "$exists": false } };
            let found = reader.all("transfers", Find::all(running)).await?;
            let mut transfers: Vec<Transfer> =
                found.iter().map(|document| documents::read(document)).collect::<Result<_, _>>()?;
            transfers.retain(|transfer| scope.admits(Some(transfer.from)));
            transfers.sort_by_key(|transfer| (transfer.begun_at, transfer.from));
            Ok(transfers)
        })
        .await
    }
}

async fn one(reader: &mut Reader, find: Find) -> Result<Option<Versioned<User>>, StoreError> {
    let found = reader.one("users", find.fields(record_only())).await?;
    found.map(|document| documents::read(&document)).transpose()
}
