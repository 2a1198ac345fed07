//! What the store holds already: records that came with an earlier import, and accounts that stand in for old ones.

use std::collections::{HashMap, HashSet};

use crm_app::context::Stores;
use crm_app::error::StoreError;
use crm_app::paging::Start;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::activities::{ActivityFilter, ActivityQuery, place};
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::activity::{EntityKind, EntityRef};
use crm_domain::ids::{ActivityId, CustomerId, LeadId, UserId};
use crm_domain::values::email::Email;
use thiserror::Error;

use crate::ids;
use crate::source::Source;

/// What the store holds, as far as it matters for an import.
#[derive(Debug, Default)]
pub struct Here {
    /// Records that something has ever been told of. One that was deleted since is among them and stays deleted.
    pub(crate) records: HashSet<EntityRef>,
    /// Everything that was ever told.
    pub(crate) events: HashSet<ActivityId>,
    /// Accounts with the email of an old account.
    pub(crate) accounts: HashMap<Email, UserId>,
    /// For leads that are here: which customer they became.
    pub(crate) customers_of: HashMap<LeadId, CustomerId>,
    /// Whether the store has had an admin.
    pub(crate) set_up: bool,
}

/// The store cannot be looked into.
#[derive(Debug, Error)]
pub enum LookError {
    /// It failed.
    #[error(transparent)]
    Store(StoreError),
    /// The policy does not let the system look, which would be a mistake in this program.
    #[error(transparent)]
    Denied(Denied),
}

impl From<StoreError> for LookError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Events that are read at once.
const PAGE: u32 = 1_000;

impl Here {
    /// Whether this record is or was here.
    pub(crate) fn has(&self, record: EntityRef) -> bool {
        self.records.contains(&record)
    }

    /// Looks into the store, also for the account with the email `also`.
    ///
    /// # Errors
    /// [`LookError`].
    pub async fn look(
        stores: &Stores,
        maintenance: &dyn Maintenance,
        source: &Source,
        also: Option<&Email>,
    ) -> Result<Self, LookError> {
        let mut here = Self { set_up: stores.workspaces.workspace().await?.set_up, ..Self::default() };
        if maintenance.inventory().await?.activities > 0 {
            here.read_events(stores).await?;
        }
        let users = scope(Action::ReadUsers)?;
        let emails = source.users.iter().filter_map(|user| Email::parse(user.email.as_deref()?).ok());
        for email in emails.chain(also.cloned()) {
            if let Some(found) = stores.users.user_by_email(&users, &email).await? {
                here.accounts.insert(email, found.record().id);
            }
        }
        let leads = scope(Action::ReadLeads)?;
        for lead in &source.leads {
            let id: LeadId = ids::record(EntityKind::Lead, lead.id);
            if here.has(EntityRef::Lead(id))
                && let Sight::Seen(found) = stores.leads.lead(&leads, id).await?
                && let Some(customer) = found.record().customer
            {
                here.customers_of.insert(id, customer);
            }
        }
        Ok(here)
    }

    async fn read_events(&mut self, stores: &Stores) -> Result<(), LookError> {
        let scope = scope(Action::ReadActivity)?;
        let mut start = Start::Offset(0);
        loop {
            let query = ActivityQuery { filter: ActivityFilter::default(), start, limit: PAGE };
            let found = stores.activities.activities(&scope, &query).await?;
            for event in &found.items {
                self.records.insert(event.entity);
                self.events.insert(event.id);
            }
            match found.items.last() {
                Some(last) if found.more => start = Start::After(place(last)),
                Some(_) | None => return Ok(()),
            }
        }
    }
}

fn scope(action: Action) -> Result<Scope, LookError> {
    let grant = authorize(&Actor::system("import"), action).map_err(LookError::Denied)?;
    Ok(*grant.scope())
}
