//! Customers.

use crm_domain::customer::Customer;
use crm_domain::fold::{fold, search_key};
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::version::{Version, Versioned};
use rusqlite::{Connection, Row, named_params};

use super::{fields, int, key, tags, version};
use crate::db::Outcome;

/// One customer by its id.
pub(crate) const BY_ID: &str = "SELECT id, version, name, company, email, phone, tags, owner, lead, notes_count, \
     created_at, updated_at FROM customer WHERE id = ?1";

/// One customer by its row number.
pub(crate) const BY_ROW: &str = "SELECT id, version, name, company, email, phone, tags, owner, lead, \
     notes_count, created_at, updated_at FROM customer WHERE n = ?1";

/// Every customer.
pub(crate) const ALL: &str = "SELECT id, version, name, company, email, phone, tags, owner, lead, notes_count, \
     created_at, updated_at FROM customer";

/// Reads a row of [`BY_ID`], [`BY_ROW`] or [`ALL`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Versioned<Customer>> {
    fields::read(row, "customer", |fields| {
        let id = fields.id()?;
        let version = fields.version()?;
        let customer = Customer {
            id,
            name: fields.parse(Name::parse)?,
            company: fields.parse_opt(Company::parse)?,
            email: fields.parse_opt(Email::parse)?,
            phone: fields.parse_opt(Phone::parse)?,
            tags: fields.tags()?,
            owner: fields.id()?,
            lead: fields.id_opt()?,
            notes_count: fields.count()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        };
        Ok(Versioned::stored(customer, version))
    })
}

/// What a customer is found by.
pub(crate) fn key_of(customer: &Customer) -> String {
    search_key(customer.search_fields())
}

/// Writes a new customer at this version and gives its row number.
pub(crate) fn insert(
    conn: &Connection,
    customer: &Customer,
    at: Version,
    search_key: &str,
) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "INSERT INTO customer (id, version, name, company, email, phone, tags, owner, lead, notes_count, \
             created_at, updated_at, name_key, search_key) \
         VALUES (:id, :version, :name, :company, :email, :phone, :tags, :owner, :lead, :notes_count, \
             :created_at, :updated_at, :name_key, :search_key)",
    )?
    .insert(named_params! {
        ":id": key(customer.id),
        ":version": version(at),
        ":name": customer.name.as_str(),
        ":company": customer.company.as_ref().map(Company::as_str),
        ":email": customer.email.as_ref().map(Email::as_str),
        ":phone": customer.phone.as_ref().map(Phone::as_str),
        ":tags": tags(&customer.tags),
        ":owner": key(customer.owner),
        ":lead": customer.lead.map(key),
        ":notes_count": int(customer.notes_count),
        ":created_at": customer.created_at.millis(),
        ":updated_at": customer.updated_at.millis(),
        ":name_key": fold(customer.name.as_str()),
        ":search_key": search_key,
    })
}

/// Writes what changes often, if the customer still has the version `read`; gives its row number if so.
pub(crate) fn update_state(
    conn: &Connection,
    customer: &Customer,
    read: Version,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = conn.prepare_cached(
        "UPDATE customer SET version = version + 1, owner = :owner, notes_count = :notes_count, \
             updated_at = :updated_at \
         WHERE id = :id AND version = :read RETURNING n",
    )?;
    let mut rows = statement.query(named_params! {
        ":owner": key(customer.owner),
        ":notes_count": int(customer.notes_count),
        ":updated_at": customer.updated_at.millis(),
        ":id": key(customer.id),
        ":read": version(read),
    })?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// Writes the texts of a customer.
pub(crate) fn update_texts(
    conn: &Connection,
    n: i64,
    customer: &Customer,
    search_key: &str,
) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "UPDATE customer SET name = :name, company = :company, email = :email, phone = :phone, tags = :tags, \
             lead = :lead, name_key = :name_key, search_key = :search_key WHERE n = :n",
    )?
    .execute(named_params! {
        ":name": customer.name.as_str(),
        ":company": customer.company.as_ref().map(Company::as_str),
        ":email": customer.email.as_ref().map(Email::as_str),
        ":phone": customer.phone.as_ref().map(Phone::as_str),
        ":tags": tags(&customer.tags),
        ":lead": customer.lead.map(key),
        ":name_key": fold(customer.name.as_str()),
        ":search_key": search_key,
        ":n": n,
    })
}

/// Deletes a customer, if it still has the version `read`; gives the row number it had. Its notes go with it.
pub(crate) fn delete(conn: &Connection, customer: &Customer, read: Version) -> rusqlite::Result<Option<i64>> {
    let mut statement =
        conn.prepare_cached("DELETE FROM customer WHERE id = ?1 AND version = ?2 RETURNING n")?;
    let mut rows = statement.query((key(customer.id), version(read)))?;
    rows.next()?.map(|row| row.get(0)).transpose()
}
