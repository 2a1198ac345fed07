//! The list of customers.

use crm_app::paging::{Counted, Position};
use crm_app::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};
use crm_domain::access::scope::Scope;
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::fold::fold;
use crm_domain::ids::UserId;
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::leads::{owner_fits, random_owner};
use super::{Ask, Listing};
use crate::contract::FullStore;
use crate::contract::support::found::fits;
use crate::contract::support::model::Model;
use crate::contract::support::population::TAGS;
use crate::random::Random;

pub(in crate::contract) struct CustomerList;

impl Listing for CustomerList {
    type Record = Customer;
    type Filter = CustomerFilter;
    type By = CustomerSort;
    const ORDERS: &'static [CustomerSort] =
        &[CustomerSort::UpdatedAt, CustomerSort::CreatedAt, CustomerSort::Name];

    fn all(model: &Model) -> Vec<Versioned<Customer>> {
        model.customers.values().cloned().collect()
    }

    fn id(customer: &Customer) -> Uuid {
        customer.id.uuid()
    }

    fn owner(customer: &Customer) -> Option<UserId> {
        Some(customer.owner)
    }

    fn searched(customer: &Customer) -> Vec<String> {
        customer.search_fields().map(|field| field.as_str().to_owned()).to_vec()
    }

    fn everything() -> CustomerFilter {
        CustomerFilter::everything()
    }

    fn random(random: &mut Random, model: &Model) -> CustomerFilter {
        let texts: Vec<_> =
            model.customers.values().flat_map(|customer| Self::searched(customer.record())).collect();
        CustomerFilter {
            owner: random_owner(random, model),
            tag: random.maybe(0.3, |random| fold(random.word(&TAGS))),
            search: random.maybe(0.4, |random| random.search(&texts)),
        }
    }

    fn admits(filter: &CustomerFilter, customer: &Customer, _: Calendar) -> bool {
        owner_fits(filter.owner, Some(customer.owner))
            && filter
                .tag
                .as_ref()
                .is_none_or(|tag| customer.tags.iter().any(|own| fold(own.as_str()) == *tag))
            && fits(filter.search.as_ref(), &customer.search_fields())
    }

    fn is_tallied(filter: &CustomerFilter) -> bool {
        filter.is_tallied()
    }

    fn place(by: CustomerSort, customer: &Customer, _: Calendar) -> Position {
        by.place(customer)
    }

    async fn list<S: FullStore>(
        store: &S,
        scope: &Scope,
        ask: Ask<CustomerFilter, CustomerSort>,
    ) -> Counted<Versioned<Customer>> {
        let Ask { filter, sort, start, limit } = ask;
        store
            .customers(scope, &CustomerQuery { filter, sort, start, limit })
            .await
            .expect("the store answers")
    }
}
