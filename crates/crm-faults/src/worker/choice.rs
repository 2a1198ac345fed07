//! What a worker asks for next.

use super::Worker;
use crate::deed::Deed;

/// What a lead's status may become.
const STATUSES: [&str; 4] = ["New", "In Progress", WON, "Closed Lost"];

/// The only status of a converted lead.
const WON: &str = "Closed Won";

impl Worker {
    /// Something at random; a new lead where what chance wants is not there.
    pub(super) fn choose(&mut self, mark: &str) -> Deed {
        let mark = mark.to_owned();
        let other = Deed::CreateLead { mark: mark.clone() };
        let chosen = match self.chance.below(100) {
            0..18 => None,
            18..36 => self.with_a_lead(mark),
            36..48 => self.with_a_shared_record(mark),
            48..55 => Some(Deed::CreateCustomer { mark }),
            55..73 => self.with_a_customer(mark),
            73..81 => Some(Deed::CreateTask { mark, customer: None }),
            81..94 => self.with_a_task(mark),
            _ => self.refused(mark),
        };
        chosen.unwrap_or(other)
    }

    fn with_a_lead(&mut self, mark: String) -> Option<Deed> {
        let own = self.chance.pick(&self.own.leads)?.clone();
        let lead = own.id;
        match self.chance.below(10) {
            0..4 => {
                let status = if own.converted { WON } else { self.chance.pick(&STATUSES).copied()? };
                Some(Deed::ChangeLead { lead, mark, status })
            }
            4..6 if own.archived => Some(Deed::UnarchiveLead { lead }),
            4..6 => Some(Deed::ArchiveLead { lead, by_delete: self.chance.percent(50) }),
            // An agent who gave a lead away could not change it any more.
            6..8 if self.is_admin => {
                let to = self.chance.pick(&self.shared.agents)?.clone();
                (own.agent.as_ref() != Some(&to)).then_some(Deed::GiveLead { lead, to })
            }
            _ => (!own.converted).then_some(Deed::Convert { lead }),
        }
    }

    /// Only the admin may change these.
    fn with_a_shared_record(&mut self, mark: String) -> Option<Deed> {
        if !self.is_admin {
            return None;
        }
        match self.chance.below(10) {
            0..6 => {
                let lead = self.chance.pick(&self.shared.leads)?.clone();
                // Another worker may convert it meanwhile.
                Some(Deed::ChangeLead { lead, mark, status: WON })
            }
            6..7 => {
                let lead = self.chance.pick(&self.shared.leads)?.clone();
                Some(Deed::Convert { lead })
            }
            7..9 => {
                let customer = self.chance.pick(&self.shared.customers)?.clone();
                Some(Deed::AddNote { customer, mark })
            }
            _ => {
                let customer = self.chance.pick(&self.shared.customers)?.clone();
                Some(Deed::ChangeCustomer { customer, mark })
            }
        }
    }

    fn with_a_customer(&mut self, mark: String) -> Option<Deed> {
        let own = self.chance.pick(&self.own.customers)?.clone();
        let customer = own.id;
        match self.chance.below(18) {
            0..3 => Some(Deed::ChangeCustomer { customer, mark }),
            3..8 => Some(Deed::AddNote { customer, mark }),
            8..11 => {
                let note = self.chance.pick(&own.notes)?.clone();
                Some(Deed::EditNote { customer, note, mark })
            }
            11..13 => {
                let note = self.chance.pick(&own.notes)?.clone();
                Some(Deed::DeleteNote { customer, note })
            }
            13..16 => Some(Deed::CreateTask { mark, customer: Some(customer) }),
            _ => {
                let tasks = self.own.open_about(&customer);
                Some(Deed::DeleteCustomer { customer, tasks })
            }
        }
    }

    fn with_a_task(&mut self, mark: String) -> Option<Deed> {
        let own = self.chance.pick(&self.own.tasks)?.clone();
        let task = own.id;
        match self.chance.below(10) {
            0..4 => Some(Deed::ChangeTask { task, mark }),
            4..8 => own.open.then_some(Deed::CompleteTask { task }),
            _ => Some(Deed::DeleteTask { task }),
        }
    }

    fn refused(&mut self, mark: String) -> Option<Deed> {
        if self.chance.percent(40) {
            return Some(Deed::CreateFlawed { mark });
        }
        let lead = self.chance.pick(&self.shared.leads)?.clone();
        Some(if self.is_admin {
            Deed::ChangeOutdated { lead, mark }
        } else {
            Deed::ChangeForbidden { lead, mark }
        })
    }
}
