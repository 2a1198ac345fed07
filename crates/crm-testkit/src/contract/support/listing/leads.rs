//! The list of leads.

use crm_app::paging::{Counted, Position};
use crm_app::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::{OwnerFilter, Scope};
use crm_domain::calendar::Calendar;
use crm_domain::fold::fold;
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::{Ask, Listing};
use crate::contract::FullStore;
use crate::contract::support::found::fits;
use crate::contract::support::model::Model;
use crate::contract::support::population::{SOURCES, TAGS};
use crate::random::Random;

pub(in crate::contract) struct LeadList;

impl Listing for LeadList {
    type Record = Lead;
    type Filter = LeadFilter;
    type By = LeadSort;
    const ORDERS: &'static [LeadSort] = &[LeadSort::UpdatedAt, LeadSort::CreatedAt, LeadSort::Name];

    fn all(model: &Model) -> Vec<Versioned<Lead>> {
        model.leads.values().cloned().collect()
    }

    fn id(lead: &Lead) -> Uuid {
        lead.id.uuid()
    }

    fn owner(lead: &Lead) -> Option<UserId> {
        lead.owner
    }

    fn searched(lead: &Lead) -> Vec<String> {
        lead.search_fields().map(|field| field.as_str().to_owned()).to_vec()
    }

    fn everything() -> LeadFilter {
        LeadFilter::everything()
    }

    fn random(random: &mut Random, model: &Model) -> LeadFilter {
        let texts: Vec<_> = model.leads.values().flat_map(|lead| Self::searched(lead.record())).collect();
        let moments: Vec<_> = model.leads.values().map(|lead| lead.record().created_at).collect();
        LeadFilter {
            owner: random_owner(random, model),
            statuses: random.maybe(0.3, |random| random.some(&LeadStatus::ALL)).unwrap_or_default(),
            archived: *random.pick(&[Archived::No, Archived::Yes, Archived::All, Archived::All]),
            source: random.maybe(0.15, |random| fold(random.word(&SOURCES))),
            tag: random.maybe(0.15, |random| fold(random.word(&TAGS))),
            created_from: random.maybe(0.15, |random| random.of(&moments)).flatten(),
            created_before: random.maybe(0.15, |random| random.of(&moments)).flatten(),
            search: random.maybe(0.3, |random| random.search(&texts)),
        }
    }

    fn admits(filter: &LeadFilter, lead: &Lead, _: Calendar) -> bool {
        let archived = match filter.archived {
            Archived::No => !lead.archived,
            Archived::Yes => lead.archived,
            Archived::All => true,
        };
        archived
            && owner_fits(filter.owner, lead.owner)
            && (filter.statuses.is_empty() || filter.statuses.contains(&lead.status))
            && filter.source.as_ref().is_none_or(|source| fold(lead.source.as_str()) == *source)
            && filter.tag.as_ref().is_none_or(|tag| lead.tags.iter().any(|own| fold(own.as_str()) == *tag))
            && filter.created_from.is_none_or(|from| lead.created_at >= from)
            && filter.created_before.is_none_or(|before| lead.created_at < before)
            && fits(filter.search.as_ref(), &lead.search_fields())
    }

    fn is_tallied(filter: &LeadFilter) -> bool {
        filter.is_tallied()
    }

    fn place(by: LeadSort, lead: &Lead, _: Calendar) -> Position {
        by.place(lead)
    }

    async fn list<S: FullStore>(
        store: &S,
        scope: &Scope,
        ask: Ask<LeadFilter, LeadSort>,
    ) -> Counted<Versioned<Lead>> {
        let Ask { filter, sort, start, limit } = ask;
        store.leads(scope, &LeadQuery { filter, sort, start, limit }).await.expect("the store answers")
    }
}

/// Whether the owner is one that the filter asks for.
pub(super) fn owner_fits(filter: OwnerFilter, owner: Option<UserId>) -> bool {
    match filter {
        OwnerFilter::Any => true,
        OwnerFilter::Nobody => owner.is_none(),
        OwnerFilter::User(user) => owner == Some(user),
    }
}

/// Mostly any owner, or one of the users, or nobody.
pub(super) fn random_owner(random: &mut Random, model: &Model) -> OwnerFilter {
    let users: Vec<_> = model.users.keys().copied().collect();
    match random.below(8) {
        0 => OwnerFilter::Nobody,
        1 | 2 if !users.is_empty() => OwnerFilter::User(*random.pick(&users)),
        _ => OwnerFilter::Any,
    }
}
