//! Leads.

use crm_domain::fold::{fold, search_key};
use crm_domain::lead::Lead;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::source::Source;
use crm_domain::version::{Version, Versioned};
use rusqlite::{Connection, Row, named_params};

use super::{codes, fields, key, tags, version};
use crate::db::Outcome;

/// One lead by its id.
pub(crate) const BY_ID: &str = "SELECT id, version, name, email, phone, company, status, source, tags, owner, \
     archived, customer, created_at, updated_at FROM lead WHERE id = ?1";

/// One lead by its row number.
pub(crate) const BY_ROW: &str = "SELECT id, version, name, email, phone, company, status, source, tags, owner, \
     archived, customer, created_at, updated_at FROM lead WHERE n = ?1";

/// Every lead.
pub(crate) const ALL: &str = "SELECT id, version, name, email, phone, company, status, source, tags, owner, \
     archived, customer, created_at, updated_at FROM lead";

/// Reads a row of [`BY_ID`], [`BY_ROW`] or [`ALL`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Versioned<Lead>> {
    fields::read(row, "lead", |fields| {
        let id = fields.id()?;
        let version = fields.version()?;
        let lead = Lead {
            id,
            name: fields.parse(Name::parse)?,
            email: fields.parse_opt(Email::parse)?,
            phone: fields.parse_opt(Phone::parse)?,
            company: fields.parse_opt(Company::parse)?,
            status: fields.code(codes::lead_status_of)?,
            source: fields.parse(Source::parse)?,
            tags: fields.tags()?,
            owner: fields.id_opt()?,
            archived: fields.get()?,
            customer: fields.id_opt()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        };
        Ok(Versioned::stored(lead, version))
    })
}

/// What a lead is found by.
pub(crate) fn key_of(lead: &Lead) -> String {
    search_key(lead.search_fields())
}

/// Writes a new lead at this version and gives its row number.
pub(crate) fn insert(conn: &Connection, lead: &Lead, at: Version, search_key: &str) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "INSERT INTO lead (id, version, name, email, phone, company, status, source, tags, owner, archived, \
             customer, created_at, updated_at, name_key, source_key, search_key) \
         VALUES (:id, :version, :name, :email, :phone, :company, :status, :source, :tags, :owner, :archived, \
             :customer, :created_at, :updated_at, :name_key, :source_key, :search_key)",
    )?
    .insert(named_params! {
        ":id": key(lead.id),
        ":version": version(at),
        ":name": lead.name.as_str(),
        ":email": lead.email.as_ref().map(Email::as_str),
        ":phone": lead.phone.as_ref().map(Phone::as_str),
        ":company": lead.company.as_ref().map(Company::as_str),
        ":status": codes::lead_status(lead.status),
        ":source": lead.source.as_str(),
        ":tags": tags(&lead.tags),
        ":owner": lead.owner.map(key),
        ":archived": lead.archived,
        ":customer": lead.customer.map(key),
        ":created_at": lead.created_at.millis(),
        ":updated_at": lead.updated_at.millis(),
        ":name_key": fold(lead.name.as_str()),
        ":source_key": fold(lead.source.as_str()),
        ":search_key": search_key,
    })
}

/// Writes what changes often, if the lead still has the version `read`; gives its row number if so.
pub(crate) fn update_state(conn: &Connection, lead: &Lead, read: Version) -> rusqlite::Result<Option<i64>> {
    let mut statement = conn.prepare_cached(
        "UPDATE lead SET version = version + 1, status = :status, owner = :owner, archived = :archived, \
             customer = :customer, updated_at = :updated_at \
         WHERE id = :id AND version = :read RETURNING n",
    )?;
    let mut rows = statement.query(named_params! {
        ":status": codes::lead_status(lead.status),
        ":owner": lead.owner.map(key),
        ":archived": lead.archived,
        ":customer": lead.customer.map(key),
        ":updated_at": lead.updated_at.millis(),
        ":id": key(lead.id),
        ":read": version(read),
    })?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// Writes the texts of a lead.
pub(crate) fn update_texts(
    conn: &Connection,
    n: i64,
    lead: &Lead,
    search_key: &str,
) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "UPDATE lead SET name = :name, email = :email, phone = :phone, company = :company, source = :source, \
             tags = :tags, name_key = :name_key, source_key = :source_key, search_key = :search_key WHERE n = :n",
    )?
    .execute(named_params! {
        ":name": lead.name.as_str(),
        ":email": lead.email.as_ref().map(Email::as_str),
        ":phone": lead.phone.as_ref().map(Phone::as_str),
        ":company": lead.company.as_ref().map(Company::as_str),
        ":source": lead.source.as_str(),
        ":tags": tags(&lead.tags),
        ":name_key": fold(lead.name.as_str()),
        ":source_key": fold(lead.source.as_str()),
        ":search_key": search_key,
        ":n": n,
    })
}
