//! Leads.

use std::collections::{HashMap, HashSet};

use bson::oid::ObjectId;
use crm_domain::activity::{EntityKind, EntityRef};
use crm_domain::ids::{CustomerId, LeadId, UserId};
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::meta::Meta;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::source::Source;

use super::{moments, name};
use crate::facts::Fact;
use crate::ids;
use crate::mend;
use crate::people::People;
use crate::report::Item;
use crate::source::lead::NodeLead;
use crate::timeline::Subject;

/// A lead that will be here.
pub(crate) struct NewLead {
    pub(crate) old: ObjectId,
    pub(crate) item: Item,
    pub(crate) lead: Lead,
}

impl NewLead {
    /// What its events are about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            old: self.old,
            entity: EntityRef::Lead(self.lead.id),
            name: self.lead.name.as_str(),
            owner: self.lead.owner,
            created_at: self.lead.created_at,
            maker: None,
            made: Meta::new(),
        }
    }
}

/// Which lead a customer was, and who made it one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) lead: LeadId,
    pub(crate) by: Option<ObjectId>,
}

/// Which customers were which leads.
#[derive(Default)]
pub(crate) struct Conversions {
    origins: HashMap<ObjectId, Origin>,
}

impl Conversions {
    /// What a customer was.
    pub(crate) fn origin(&self, customer: ObjectId) -> Option<Origin> {
        self.origins.get(&customer).copied()
    }

    /// Remembers what a customer was, unless that is known.
    pub(crate) fn remember(&mut self, customer: ObjectId, origin: Origin) {
        self.origins.entry(customer).or_insert(origin);
    }

    /// The customer that a lead became, by what is told of it: the first of those that will be here and that no other
    /// lead became. The old backend made one with each conversion; here a lead has one.
    pub(crate) fn settle(
        &mut self,
        item: &mut Item,
        lead: LeadId,
        facts: &[Fact],
        customers: &HashSet<ObjectId>,
    ) -> Option<CustomerId> {
        let mut told: Vec<(ObjectId, &Fact)> =
            facts.iter().filter_map(|fact| Some((fact.customer?, fact))).collect();
        told.sort_by_key(|(_, fact)| (fact.at, fact.id));
        told.dedup_by_key(|(customer, _)| *customer);
        let mut first = None;
        for (customer, fact) in told {
            let hex = customer.to_hex();
            if !customers.contains(&customer) {
                item.remark(format!("became customer {hex}, which is not taken over; the link is lost"));
            } else if self.origins.contains_key(&customer) {
                item.remark(format!("became customer {hex}, which was another lead by then"));
            } else if first.is_some() {
                item.remark(format!("became a second customer, {hex}, which is here without a link to it"));
            } else {
                self.remember(customer, Origin { lead, by: fact.by });
                first = Some(customer);
            }
        }
        first.map(|old| ids::record(EntityKind::Customer, old))
    }
}

/// The lead as it will be here, but for its customer; else what is left out as nothing can be made of it.
pub(crate) fn convert(lead: NodeLead, people: &People) -> Result<NewLead, Item> {
    let NodeLead { mut item, id: old, .. } = lead;
    let email = mend::line(&mut item, "email", lead.email.as_deref(), Email::MAX, Email::parse);
    let company = mend::line(&mut item, "company", lead.company.as_deref(), Company::MAX, Company::parse);
    let phone = mend::phone(&mut item, lead.phone.as_deref());
    let others = [lead.company.as_deref(), lead.email.as_deref(), lead.phone.as_deref()];
    let (created_at, updated_at) = moments(&mut item, old, lead.created_at, lead.updated_at);
    let Some(name) = name(&mut item, lead.name.as_deref(), others) else { return Err(item) };
    let lead = Lead {
        id: ids::record(EntityKind::Lead, old),
        name,
        email,
        phone,
        company,
        status: status(&mut item, lead.status.as_deref()),
        source: mend::line(&mut item, "source", lead.source.as_deref(), Source::MAX, Source::parse)
            .unwrap_or_default(),
        tags: mend::tags(&mut item, &lead.tags),
        owner: agent(&mut item, lead.agent, people),
        archived: lead.archived,
        customer: None,
        created_at,
        updated_at,
    };
    Ok(NewLead { old, item, lead })
}

fn status(item: &mut Item, raw: Option<&str>) -> LeadStatus {
    let words = LeadStatus::ALL.map(|status| (status, status.as_str()));
    mend::word(item, "status", raw, &words, (LeadStatus::New, LeadStatus::New.as_str()))
}

fn agent(item: &mut Item, old: Option<ObjectId>, people: &People) -> Option<UserId> {
    let old = old?;
    let agent = people.account(old);
    if agent.is_none() {
        let why = "is no user that is taken over; the lead is nobody's";
        item.field("assignedAgent", Some(&old.to_hex()), why);
    }
    agent
}
