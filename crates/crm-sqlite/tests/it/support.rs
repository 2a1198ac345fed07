//! Stores with records in them.

use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::mirror::Mirror;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::customer::Customer;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Priority, Progress, Related, Task};
use crm_domain::user::User;
use crm_sqlite::store::SqliteStore;
use crm_testkit::fixtures::{Maker, tags};

/// A store in memory, with what it mirrors.
pub(crate) fn memory() -> Arc<SqliteStore> {
    SqliteStore::memory(Arc::new(Mirror::empty())).unwrap()
}

/// Records that differ in everything that lists tell apart.
pub(crate) struct World {
    pub(crate) make: Maker,
    pub(crate) users: Vec<User>,
    pub(crate) leads: Vec<Lead>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) tasks: Vec<Task>,
}

impl World {
    /// Makes three users, and so many leads, customers and tasks each.
    pub(crate) fn of(count: usize) -> Self {
        let make = Maker::new();
        let users: Vec<User> =
            ["ada", "ben", "eve"].iter().map(|name| make.user(name, Role::Agent)).collect();
        let mut world = Self { make, users, leads: Vec::new(), customers: Vec::new(), tasks: Vec::new() };
        for i in 0..count {
            world.add(i);
        }
        world
    }

    fn add(&mut self, i: usize) {
        let names = ["Ærø", "Acme Corporation", "Zoë Müller", "Ünal & Söhne", "o'Brien"];
        let make = &self.make;
        // Two of each moment, so that ties are broken by id.
        let now = if i.is_multiple_of(2) { make.tick() } else { make.now() };
        let owner = self.users[i % 3].id;
        let lead = Lead {
            status: LeadStatus::ALL[i % 4],
            archived: i.is_multiple_of(5),
            tags: if i.is_multiple_of(3) { tags(&["VIP", "Café"]) } else { tags(&[]) },
            created_at: now,
            updated_at: now,
            ..make.lead(names[i % 5], (!i.is_multiple_of(7)).then_some(owner))
        };
        let customer = Customer {
            tags: lead.tags.clone(),
            created_at: now,
            updated_at: now,
            ..make.customer(names[(i + 1) % 5], owner)
        };
        let task = Task {
            progress: match i % 3 {
                0 => Progress::Open,
                1 => Progress::InProgress,
                _ => Progress::Done { at: now },
            },
            priority: Priority::ALL[i % 3],
            related: Some(if i.is_multiple_of(2) {
                Related::Lead(lead.id)
            } else {
                Related::Customer(customer.id)
            }),
            ..make.task(names[(i + 2) % 5], owner)
        };
        self.leads.push(lead);
        self.customers.push(customer);
        self.tasks.push(task);
    }

    /// The commits that write all of it.
    pub(crate) fn commits(&self) -> Vec<Arc<Commit>> {
        let make = &self.make;
        let users = self.users.iter().map(|user| make.commit().insert_user(user).done());
        let leads = self.leads.iter().map(|lead| make.commit_by(&self.users[0]).insert_lead(lead).done());
        let customers = self.customers.iter().map(|customer| make.commit().insert_customer(customer).done());
        let tasks = self.tasks.iter().map(|task| make.commit().insert_task(task).done());
        users.chain(leads).chain(customers).chain(tasks).collect()
    }

    /// A store in memory that holds all of it.
    pub(crate) async fn stored(&self) -> Arc<SqliteStore> {
        let store = memory();
        store.load(self.commits()).await.unwrap();
        store
    }
}
