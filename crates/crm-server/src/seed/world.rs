//! What all sample records share: who there is, which days there are, and how records find each other by their numbers.

use crm_app::context::Ctx;
use crm_domain::ids::{CustomerId, Id, LeadId, NoteId, TaskId};
use crm_domain::user::User;

use super::chance::{Chance, Kind};
use super::days::{A_YEAR, Days};
use super::leads;
use super::people::People;
use crate::cli::Amounts;

/// What all sample records share.
pub struct World {
    /// For the use cases' own functions that write events down; its ids are seeded.
    pub ctx: Ctx,
    /// What chance follows from.
    pub random_seed: u64,
    /// How much there is.
    pub amounts: Amounts,
    /// Who there is.
    pub people: People,
    /// When it happened.
    pub days: Days,
}

/// Of ten leads one becomes a customer …
const LEADS: u64 = 10;
/// … namely this one …
const CONVERTED: u64 = 3;
/// … and of five customers one, namely the first, was a lead.
const CUSTOMERS: u64 = 5;

impl World {
    /// The chance of a record.
    pub fn chance(&self, kind: Kind, number: u64) -> Chance {
        Chance::of(self.random_seed, kind, number)
    }

    /// The id of a lead.
    pub fn lead(&self, number: u64) -> LeadId {
        Id::from_uuid(self.chance(Kind::Lead, number).id(number))
    }

    /// The id of a customer.
    pub fn customer(&self, number: u64) -> CustomerId {
        Id::from_uuid(self.chance(Kind::Customer, number).id(number))
    }

    /// The id of a task.
    pub fn task(&self, number: u64) -> TaskId {
        Id::from_uuid(self.chance(Kind::Task, number).id(number))
    }

    /// The id of a note.
    pub fn note(&self, number: u64) -> NoteId {
        Id::from_uuid(self.chance(Kind::Note, number).id(number))
    }

    /// The number of the customer that this lead became, if it did.
    pub fn customer_of(&self, lead: u64) -> Option<u64> {
        let customer = lead / LEADS * CUSTOMERS;
        (lead % LEADS == CONVERTED && customer < self.amounts.customers).then_some(customer)
    }

    /// The number of the lead that this customer was, if it was one.
    pub fn lead_of(&self, customer: u64) -> Option<u64> {
        let lead = customer / CUSTOMERS * LEADS + CONVERTED;
        (customer.is_multiple_of(CUSTOMERS) && lead < self.amounts.leads).then_some(lead)
    }

    /// Whose a lead is, if it is anybody's.
    pub fn owner_of_lead(&self, number: u64) -> Option<&User> {
        let free = leads::is_nobodys(number) && self.customer_of(number).is_none();
        (!free).then(|| self.people.agent(leads::turn(number)))
    }

    /// Whose a customer is.
    pub fn owner_of_customer(&self, number: u64) -> &User {
        let lead = self.lead_of(number).and_then(|lead| self.owner_of_lead(lead));
        lead.unwrap_or_else(|| self.people.agent(number + 1))
    }

    /// Some day of the past: of the last year.
    pub fn some_days_ago(chance: &mut Chance) -> u64 {
        chance.below(A_YEAR)
    }
}
