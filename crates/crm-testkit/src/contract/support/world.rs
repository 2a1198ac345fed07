//! A store to act on, with a model of what it should hold.

use std::sync::Arc;

use crm_app::commit::{Commit, Verdict};
use crm_app::mirror::Mirror;
use crm_app::ports::commits::Commits;
use crm_app::ports::customers::Customers;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::tasks::Tasks;
use crm_app::ports::users::Users;
use crm_domain::access::role::Role;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, LeadId, TaskId, UserId};
use crm_domain::lead::Lead;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use super::model::Model;
use crate::actors;
use crate::contract::{Handle, StoreBuilder};
use crate::fixtures::Maker;

/// An open store, who made it, and a model of what it should hold.
pub(in crate::contract) struct World<'b, B: StoreBuilder> {
    pub(in crate::contract) builder: &'b B,
    pub(in crate::contract) make: Maker,
    pub(in crate::contract) model: Model,
    // The handle goes before the place it is on.
    handle: Handle<B::Store>,
    pub(in crate::contract) place: B::Place,
}

impl<'b, B: StoreBuilder> World<'b, B> {
    /// A world with an empty store.
    pub(in crate::contract) async fn new(builder: &'b B) -> Self {
        let place = builder.place().await;
        let handle = builder.open(&place).await;
        Self { builder, make: Maker::new(), model: Model::default(), handle, place }
    }

    pub(in crate::contract) fn store(&self) -> &B::Store {
        &self.handle.store
    }

    pub(in crate::contract) fn shared(&self) -> Arc<B::Store> {
        Arc::clone(&self.handle.store)
    }

    pub(in crate::contract) fn mirror(&self) -> &Mirror {
        &self.handle.mirror
    }

    pub(in crate::contract) fn handle(&self) -> Handle<B::Store> {
        self.handle.clone()
    }

    /// Another handle on the same data, as another server has it.
    pub(in crate::contract) async fn another(&self) -> Handle<B::Store> {
        self.builder.open(&self.place).await
    }

    /// The same world after its store was closed and opened again.
    pub(in crate::contract) async fn reopened(self) -> Self {
        let Self { builder, make, model, handle, place } = self;
        drop(handle);
        let handle = builder.open(&place).await;
        Self { builder, make, model, handle, place }
    }

    /// What the store says of a commit.
    pub(in crate::contract) async fn commit(&self, commit: Arc<Commit>) -> Verdict {
        self.store().commit(commit).await.expect("the store answers")
    }

    /// Commits what must be applied; the model follows.
    pub(in crate::contract) async fn write(&mut self, commit: Arc<Commit>) {
        let verdict = self.commit(Arc::clone(&commit)).await;
        assert_eq!(verdict, Verdict::Applied, "{commit:#?}");
        self.model.apply(&commit);
    }

    /// Loads what must be applied; the model follows.
    pub(in crate::contract) async fn load(&mut self, commits: Vec<Arc<Commit>>) {
        for commit in &commits {
            self.model.apply(commit);
        }
        self.store().load(commits).await.expect("all of them hold");
    }

    /// A user in the store.
    pub(in crate::contract) async fn add_user(&mut self, name: &str, role: Role) -> Versioned<User> {
        let user = self.make.user(name, role);
        self.write(self.make.commit().insert_user(&user).done()).await;
        self.user(user.id).await
    }

    /// A lead in the store.
    pub(in crate::contract) async fn add_lead(
        &mut self,
        name: &str,
        owner: Option<UserId>,
    ) -> Versioned<Lead> {
        let lead = self.make.lead(name, owner);
        self.write(self.make.commit().insert_lead(&lead).done()).await;
        self.lead(lead.id).await
    }

    /// A customer in the store.
    pub(in crate::contract) async fn add_customer(
        &mut self,
        name: &str,
        owner: UserId,
    ) -> Versioned<Customer> {
        let customer = self.make.customer(name, owner);
        self.write(self.make.commit().insert_customer(&customer).done()).await;
        self.customer(customer.id).await
    }

    /// A task in the store.
    pub(in crate::contract) async fn add_task(&mut self, task: &Task) -> Versioned<Task> {
        self.write(self.make.commit().insert_task(task).done()).await;
        self.task(task.id).await
    }

    pub(in crate::contract) async fn user(&self, id: UserId) -> Versioned<User> {
        seen(self.store().user(&everything(), id).await.expect("the store answers"))
    }

    pub(in crate::contract) async fn lead(&self, id: LeadId) -> Versioned<Lead> {
        seen(self.store().lead(&everything(), id).await.expect("the store answers"))
    }

    pub(in crate::contract) async fn customer(&self, id: CustomerId) -> Versioned<Customer> {
        seen(self.store().customer(&everything(), id).await.expect("the store answers"))
    }

    pub(in crate::contract) async fn task(&self, id: TaskId) -> Versioned<Task> {
        seen(self.store().task(&everything(), id).await.expect("the store answers"))
    }
}

/// The scope that reaches everything.
pub(in crate::contract) fn everything() -> Scope {
    actors::everything()
}

/// What must be seen.
pub(in crate::contract) fn seen<T>(sight: Sight<T>) -> T {
    sight.seen().expect("the record is there and may be seen")
}
