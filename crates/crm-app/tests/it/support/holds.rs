//! What the store holds: point reads that go by the scope they are given.

use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::ids::UserId;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use super::stage::Stage;

impl Stage {
    /// The store holds this lead and no other.
    pub(crate) fn holds_lead(&mut self, lead: &Versioned<Lead>) {
        let lead = lead.clone();
        self.leads
            .expect_lead()
            .returning(move |scope, id| Ok(sight(scope, lead.record().owner, lead.record().id == id, &lead)));
    }

    /// The store holds this customer with these notes, and no other.
    pub(crate) fn holds_customer(&mut self, customer: &Versioned<Customer>, notes: &[Note]) {
        let (plain, with_latest, with_one) = (customer.clone(), customer.clone(), customer.clone());
        let (latest, every) = (notes.to_vec(), notes.to_vec());
        self.customers.expect_customer().returning(move |scope, id| {
            Ok(sight(scope, Some(plain.record().owner), plain.record().id == id, &plain))
        });
        self.customers.expect_customer_with_notes().returning(move |scope, id, limit| {
            let latest = latest.iter().take(limit as usize).cloned().collect();
            let (owner, is_it) = (Some(with_latest.record().owner), with_latest.record().id == id);
            Ok(sight(scope, owner, is_it, &(with_latest.clone(), latest)))
        });
        self.notes.expect_note().returning(move |scope, customer, id| {
            let note = every.iter().find(|note| note.id == id).cloned();
            let (owner, is_it) = (Some(with_one.record().owner), with_one.record().id == customer);
            Ok(sight(scope, owner, is_it, &(with_one.clone(), note)))
        });
    }

    /// The store holds this task and no other.
    pub(crate) fn holds_task(&mut self, task: &Versioned<Task>) {
        let task = task.clone();
        self.tasks.expect_task().returning(move |scope, id| {
            Ok(sight(scope, Some(task.record().owner), task.record().id == id, &task))
        });
    }

    /// The store holds this user and no other.
    pub(crate) fn holds_user(&mut self, user: &Versioned<User>) {
        let (by_id, by_email) = (user.clone(), user.clone());
        self.users.expect_user().returning(move |scope, id| {
            Ok(sight(scope, Some(by_id.record().id), by_id.record().id == id, &by_id))
        });
        self.users.expect_user_by_email().returning(move |_, email| {
            Ok(Some(&by_email).filter(|user| user.record().email == *email).cloned())
        });
    }
}

fn sight<T: Clone>(scope: &Scope, owner: Option<UserId>, is_it: bool, record: &T) -> Sight<T> {
    if is_it { Sight::judge(scope, owner, record.clone()) } else { Sight::Absent }
}
