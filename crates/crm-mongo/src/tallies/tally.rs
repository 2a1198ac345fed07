//! A number that the counters know, as a question that can be asked with others.

use bson::RawDocumentBuf;
use crm_app::error::StoreError;
use crm_domain::access::scope::OwnerRange;
use crm_domain::lead::LeadStatus;
use crm_domain::task::TaskStatus;

use super::{COLLECTION, Owner, Totals, of_no_day, owner_of};
use crate::reader::{Find, Reader};

/// Which records the counters are to count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tally {
    owner: Owner,
    of: Counted,
}

/// What is counted: with one of these statuses, or with any if none is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Counted {
    /// Leads, put away or not.
    Leads(Vec<LeadStatus>, Option<bool>),
    /// Customers.
    Customers,
    /// Tasks.
    Tasks(Vec<TaskStatus>),
}

impl Tally {
    /// What there is of this range; none if the range is empty.
    pub(crate) fn of(range: OwnerRange, of: Counted) -> Option<Self> {
        owner_of(range).map(|owner| Self { owner, of })
    }

    /// Asks the counters.
    pub(crate) async fn ask(&self, reader: &mut Reader) -> Result<u64, StoreError> {
        self.count(reader.all(COLLECTION, self.question()).await?)
    }

    /// What asks for the counters. There is one index for it.
    pub(crate) fn question(&self) -> Find {
        of_no_day(self.owner)
    }

    /// What they say.
    pub(crate) fn count(&self, counters: Vec<RawDocumentBuf>) -> Result<u64, StoreError> {
        let totals = Totals::summed(counters)?;
        Ok(match &self.of {
            Counted::Leads(statuses, archived) => totals.leads(statuses, *archived),
            Counted::Customers => totals.customers(),
            Counted::Tasks(statuses) => totals.tasks(statuses),
        })
    }
}
