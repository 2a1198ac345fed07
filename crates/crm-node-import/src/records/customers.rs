//! Customers, with their notes and with what comes of their deals.

use bson::oid::ObjectId;
use crm_domain::activity::{ActivityType, EntityKind, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, NoteId, UserId};
use crm_domain::meta::{Meta, MetaValue};
use crm_domain::note::Note;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::prose::Prose;

use super::leads::Origin;
use super::{moments, name};
use crate::facts::{Fact, seconds_of};
use crate::ids::{self, Thing};
use crate::mend;
use crate::people::People;
use crate::report::Item;
use crate::source::customer::{NodeCustomer, NodeDeal, NodeNote};
use crate::timeline::Subject;

/// A customer that will be here.
pub(crate) struct NewCustomer {
    pub(crate) old: ObjectId,
    pub(crate) item: Item,
    pub(crate) customer: Customer,
    pub(crate) notes: Vec<Note>,
    pub(crate) maker: Option<ObjectId>,
}

impl NewCustomer {
    /// What its events are about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            old: self.old,
            entity: EntityRef::Customer(self.customer.id),
            name: self.customer.name.as_str(),
            owner: Some(self.customer.owner),
            created_at: self.customer.created_at,
            maker: self.maker,
            made: Meta::new().compare("leadId", None, self.customer.lead.map(|lead| lead.to_string())),
        }
    }
}

/// A note that will be here, in as many pieces as its length takes, and the fact that it was written.
pub(crate) struct NewNote {
    pub(crate) item: Item,
    pub(crate) pieces: Vec<Note>,
    pub(crate) fact: Fact,
}

/// The customer as it will be here, without its notes; else what is left out as nothing can be made of it.
pub(crate) fn convert(
    customer: NodeCustomer,
    owner: UserId,
    origin: Option<Origin>,
) -> Result<NewCustomer, Item> {
    let NodeCustomer { mut item, id: old, .. } = customer;
    let email = mend::line(&mut item, "email", customer.email.as_deref(), Email::MAX, Email::parse);
    let company = mend::line(&mut item, "company", customer.company.as_deref(), Company::MAX, Company::parse);
    let phone = mend::phone(&mut item, customer.phone.as_deref());
    let others = [customer.company.as_deref(), customer.email.as_deref(), customer.phone.as_deref()];
    let (created_at, updated_at) = moments(&mut item, old, customer.created_at, customer.updated_at);
    let Some(name) = name(&mut item, customer.name.as_deref(), others) else { return Err(item) };
    let customer = Customer {
        id: ids::record(EntityKind::Customer, old),
        name,
        company,
        email,
        phone,
        tags: mend::tags(&mut item, &customer.tags),
        owner,
        lead: origin.map(|origin| origin.lead),
        notes_count: 0,
        created_at,
        updated_at,
    };
    let maker = origin.and_then(|origin| origin.by);
    Ok(NewCustomer { old, item, customer, notes: Vec::new(), maker })
}

/// A note as it will be here; without a word in it, what is left out.
pub(crate) fn note(
    note: NodeNote,
    customer: CustomerId,
    made_at: Timestamp,
    people: &People,
) -> Result<NewNote, Item> {
    let NodeNote { mut item, id: old, text, author, created_at } = note;
    let pieces = mend::prose(&mut item, "text", text.as_deref());
    if pieces.is_empty() {
        return Err(item);
    }
    let at = created_at.unwrap_or_else(|| {
        item.field("createdAt", None, "is missing and was taken from the id");
        seconds_of(old).later_of(made_at)
    });
    match author {
        Some(author) if people.account(author).is_none() => {
            item.field("author", Some(&author.to_hex()), "is not there any more; the note shows no name");
        }
        Some(_) => {}
        None => item.field("author", None, "is missing; the note shows no name"),
    }
    let writer = author.map_or_else(|| people.actor(None).id, |author| people.id(author));
    let (id, pieces) = written(Thing::Note, old, pieces, customer, writer, at);
    let fact = added(ids::event(Thing::NoteAdded, old), at, author, id);
    Ok(NewNote { item, pieces, fact })
}

/// What comes of a customer's deals: a note that lists them.
pub(crate) fn deals(deals: &[NodeDeal], customer: &NewCustomer) -> Option<(Vec<Note>, Fact)> {
    if deals.is_empty() {
        return None;
    }
    let lines: Vec<String> = deals.iter().map(|deal| format!("- {}", deal.line)).collect();
    let text = format!("Deals, as the Node.js backend kept them:\n{}", lines.join("\n"));
    // Nobody is told of what is mended here: the deals themselves are told.
    let pieces = mend::prose(&mut Item::new(crate::report::Kind::Deal, ""), "deals", Some(&text));
    let (record, at) = (&customer.customer, customer.customer.updated_at);
    let (id, notes) = written(Thing::DealsNote, customer.old, pieces, record.id, record.owner, at);
    Some((notes, added(ids::event(Thing::DealsNote, customer.old), at, None, id)))
}

fn written(
    thing: Thing,
    old: ObjectId,
    pieces: Vec<Prose>,
    customer: CustomerId,
    author: UserId,
    at: Timestamp,
) -> (NoteId, Vec<Note>) {
    let id = |place| {
        let of = if place == 0 { old } else { ids::part(old, thing, place) };
        NoteId::from_uuid(ids::uuid(thing, of))
    };
    let notes = pieces
        .into_iter()
        .enumerate()
        .map(|(place, text)| Note { id: id(place), customer, author, text, created_at: at, edited_at: None })
        .collect();
    (id(0), notes)
}

fn added(event: crm_domain::ids::ActivityId, at: Timestamp, by: Option<ObjectId>, note: NoteId) -> Fact {
    Fact {
        id: event,
        also: None,
        kind: ActivityType::CustomerNoteAdded,
        at,
        by,
        message: None,
        meta: Meta::new().compare("noteId", MetaValue::Nothing, note.to_string().into()),
        hands: None,
        customer: None,
        items: Vec::new(),
    }
}
