//! The records that tasks are about: whether the caller may see them, and their names.

use std::collections::HashMap;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::Sight;
use crm_domain::activity::EntityRef;
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::Form;
use crm_domain::task::Related;
use crm_domain::values::name::Name;
use uuid::Uuid;

use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::error::AppError;

/// A record that a task is to be about, and what must hold so that it still exists when the task is written. Leads are
/// never deleted, so only a customer needs that.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The record's name.
    pub name: Name,
    /// What must hold.
    pub expect: Option<Expect>,
}

/// Finds the record that a task is to be about.
///
/// # Errors
/// [`AppError::Invalid`] on `relatedId` if there is none that the actor may see.
pub async fn target(ctx: &Ctx, actor: &Actor, related: Related) -> Result<Target, AppError> {
    let found = find(ctx, actor, related).await?;
    found.ok_or_else(|| FieldErrors::one("relatedId", Flaw::unknown_record()).into())
}

/// Checks that there is a record that the actor may see; if not, the flaw goes to the form, beside all others.
///
/// # Errors
/// [`AppError::Store`].
pub async fn check(ctx: &Ctx, actor: &Actor, form: &mut Form, related: Related) -> Result<(), AppError> {
    if find(ctx, actor, related).await?.is_none() {
        form.reject("relatedId", Flaw::unknown_record());
    }
    Ok(())
}

/// The names of those of these records that the actor may see.
///
/// # Errors
/// [`AppError::Store`].
pub async fn names(
    ctx: &Ctx,
    actor: &Actor,
    related: impl IntoIterator<Item = Related>,
) -> Result<HashMap<Uuid, Name>, AppError> {
    let (mut leads, mut customers) = (Vec::new(), Vec::new());
    for record in related {
        match record {
            Related::Lead(id) if !leads.contains(&id) => leads.push(id),
            Related::Customer(id) if !customers.contains(&id) => customers.push(id),
            Related::Lead(_) | Related::Customer(_) => {}
        }
    }
    let mut names = HashMap::new();
    if !leads.is_empty() {
        let grant = authorize(actor, Action::ReadLeads)?;
        let found = ctx.stores.leads.lead_names(grant.scope(), &leads).await?;
        names.extend(found.into_iter().map(|(id, name)| (id.uuid(), name)));
    }
    if !customers.is_empty() {
        let grant = authorize(actor, Action::ReadCustomers)?;
        let found = ctx.stores.customers.customer_names(grant.scope(), &customers).await?;
        names.extend(found.into_iter().map(|(id, name)| (id.uuid(), name)));
    }
    Ok(names)
}

async fn find(ctx: &Ctx, actor: &Actor, related: Related) -> Result<Option<Target>, AppError> {
    Ok(match related {
        Related::Lead(id) => {
            let grant = authorize(actor, Action::ReadLeads)?;
            let lead = ctx.stores.leads.lead(grant.scope(), id).await?.seen();
            lead.map(|lead| Target { name: lead.record().name.clone(), expect: None })
        }
        Related::Customer(id) => {
            let grant = authorize(actor, Action::ReadCustomers)?;
            match ctx.stores.customers.customer(grant.scope(), id).await? {
                Sight::Seen(customer) => Some(Target {
                    name: customer.record().name.clone(),
                    expect: Some(Expect::Unchanged(EntityRef::Customer(id), customer.version())),
                }),
                Sight::Hidden | Sight::Absent => None,
            }
        }
    })
}
