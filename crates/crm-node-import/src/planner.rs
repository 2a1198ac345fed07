//! Goes through the records in the order in which they refer to each other, and decides of each: is it here, is it
//! taken over, is it left out, and what comes along with it.

use std::collections::{HashMap, HashSet};

use bson::oid::ObjectId;
use crm_domain::activity::{Activity, EntityKind, EntityRef};
use crm_domain::ids::{CustomerId, CustomerKind, LeadId, UserId};

use crate::facts::{Fact, is_same_entry, is_same_note, paired, seconds_of};
use crate::here::Here;
use crate::ids::{self, Thing};
use crate::people::People;
use crate::plan::{NewRecord, Plan, What};
use crate::records::customers::{self, NewCustomer, NewNote};
use crate::records::leads::{self, Conversions, Origin};
use crate::records::tasks;
use crate::records::users::NewUser;
use crate::report::{Item, Report};
use crate::source::activity::NodeActivity;
use crate::source::customer::{NodeCustomer, NodeDeal};
use crate::source::lead::NodeLead;
use crate::source::task::NodeTask;
use crate::timeline::{self, Subject};

/// What is decided, and what has been decided so far.
pub(crate) struct Planner<'a> {
    here: &'a Here,
    /// Who gets the customers and tasks that would be nobody's.
    adopter: Option<UserId>,
    people: People,
    /// The events of the feed by what they are about, until they are taken.
    feed: HashMap<(EntityKind, ObjectId), Vec<NodeActivity>>,
    report: Report,
    records: Vec<NewRecord>,
    /// Leads and customers that are new.
    coming: HashSet<EntityRef>,
    /// Customers that will be new.
    expected: HashSet<ObjectId>,
    conversions: Conversions,
}

/// Who owns a record that needs an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Who owned it.
    Theirs(UserId),
    /// Whoever gets what would be nobody's.
    Adopted(UserId),
    /// Nobody.
    Nobody,
}

/// Why what belongs to a record that is here is left out.
const LATER: &str =
    "what it is about is here from an earlier import, and what came to it since is not taken over";

impl<'a> Planner<'a> {
    /// Nothing is decided yet but who the people are.
    pub(crate) fn new(here: &'a Here, adopter: Option<UserId>, people: People, report: Report) -> Self {
        Self {
            here,
            adopter,
            people,
            feed: HashMap::new(),
            report,
            records: Vec::new(),
            coming: HashSet::new(),
            expected: HashSet::new(),
            conversions: Conversions::default(),
        }
    }

    /// Keeps the events of the feed for the records that they are about.
    pub(crate) fn feed(&mut self, activities: Vec<NodeActivity>) {
        for activity in activities {
            let told = activity.entity_type.clone().unwrap_or_default();
            match (EntityKind::parse(told.trim()), activity.entity) {
                (Ok(kind), Some(id)) => self.feed.entry((kind, id)).or_default().push(activity),
                (Ok(_), None) => {
                    self.report.left_out(activity.item, "it does not say which record it is about");
                }
                (Err(_), _) => {
                    let why =
                        format!("it is about {told:?}, and there are leads, customers, tasks and users only");
                    self.report.left_out(activity.item, why);
                }
            }
        }
    }

    /// Remembers which customers will be new, for the leads that became them.
    pub(crate) fn expect_customers(&mut self, customers: &[NodeCustomer]) {
        self.expected = customers
            .iter()
            .filter(|customer| self.owner(customer.owner) != Owner::Nobody)
            .filter(|customer| !self.here.has(customer_of(customer.id)))
            .map(|customer| customer.id)
            .collect();
    }

    /// Decides on accounts that are new.
    pub(crate) fn users(&mut self, new: Vec<NewUser>) {
        let mut set_up = self.here.set_up;
        for made in new {
            let facts = self.feed_of(EntityKind::User, made.old);
            let sets_up = !set_up && made.user.is_active_admin();
            set_up |= sets_up;
            let events = self.events(&made.subject(), facts);
            self.report.taken(made.item);
            let commit = ids::commit(EntityKind::User, made.old);
            self.records.push(NewRecord { commit, what: What::User(made.user), events, sets_up });
        }
    }

    /// Decides on a lead.
    pub(crate) fn lead(&mut self, mut lead: NodeLead) {
        let old = lead.id;
        let id: LeadId = ids::record(EntityKind::Lead, old);
        for item in std::mem::take(&mut lead.unreadable) {
            self.report.left_out(item, "it is no entry of a history");
        }
        let made_at = lead.created_at.unwrap_or_else(|| seconds_of(old));
        let history = std::mem::take(&mut lead.history);
        let own = history.into_iter().map(|entry| Fact::of_entry(entry, made_at, &self.people)).collect();
        let facts = paired(self.feed_of(EntityKind::Lead, old), own, is_same_entry);
        if self.here.has(EntityRef::Lead(id)) {
            self.remember(id, &facts);
            self.report.already_there(&lead.item);
            self.facts_here(facts);
            return;
        }
        match leads::convert(lead, &self.people) {
            Ok(mut made) => {
                made.lead.customer = self.conversions.settle(&mut made.item, id, &facts, &self.expected);
                let events = self.events(&made.subject(), facts);
                self.report.taken(made.item);
                self.coming.insert(EntityRef::Lead(id));
                self.write(EntityKind::Lead, old, What::Lead(made.lead), events);
            }
            Err(item) => {
                self.report.left_out(item, "nothing can be made of it");
                self.facts_left_out(facts, "the lead it is about was left out");
            }
        }
    }

    /// Decides on a customer, its notes and its deals.
    pub(crate) fn customer(&mut self, mut customer: NodeCustomer) {
        let old = customer.id;
        let id: CustomerId = ids::record(EntityKind::Customer, old);
        let made_at = customer.created_at.unwrap_or_else(|| seconds_of(old));
        for item in std::mem::take(&mut customer.unreadable) {
            self.report.left_out(item, "it is no document");
        }
        let mut notes = Vec::new();
        for note in std::mem::take(&mut customer.notes) {
            match customers::note(note, id, made_at, &self.people) {
                Ok(note) => notes.push(note),
                Err(item) => self.report.left_out(item, "it has no text"),
            }
        }
        let deals = std::mem::take(&mut customer.deals);
        let feed = self.feed_of(EntityKind::Customer, old);
        if self.here.has(EntityRef::Customer(id)) {
            self.report.already_there(&customer.item);
            self.customer_here(old, notes, deals, feed);
            return;
        }
        let owner = match self.owner(customer.owner) {
            Owner::Theirs(owner) => Some(owner),
            Owner::Adopted(owner) => {
                adopted(&mut customer.item, customer.owner);
                Some(owner)
            }
            Owner::Nobody => None,
        };
        let made = match owner {
            Some(owner) => customers::convert(customer, owner, self.conversions.origin(old))
                .map_err(|item| (item, "nothing can be made of it".to_owned())),
            None => Err((customer.item, nobody(customer.owner))),
        };
        match made {
            Ok(made) => self.new_customer(made, notes, deals, feed),
            Err((item, why)) => {
                self.report.left_out(item, why);
                self.customer_left_out(notes, deals, feed);
            }
        }
    }

    fn new_customer(
        &mut self,
        mut made: NewCustomer,
        notes: Vec<NewNote>,
        deals: Vec<NodeDeal>,
        feed: Vec<Fact>,
    ) {
        let mut own = Vec::new();
        for note in notes {
            made.notes.extend(note.pieces);
            own.push(note.fact);
            self.report.taken(note.item);
        }
        let mut facts = paired(feed, own, is_same_note);
        if let Some((notes, fact)) = customers::deals(&deals, &made) {
            made.notes.extend(notes);
            facts.push(fact);
        }
        for mut deal in deals {
            deal.item.remark("is kept as a line of a note");
            self.report.taken(deal.item);
        }
        made.customer.notes_count = u64::try_from(made.notes.len()).unwrap_or(u64::MAX);
        let events = self.events(&made.subject(), facts);
        self.report.taken(made.item);
        self.coming.insert(EntityRef::Customer(made.customer.id));
        self.write(EntityKind::Customer, made.old, What::Customer(made.customer, made.notes), events);
    }

    /// What came along with a customer that is here is here too, or came later.
    fn customer_here(&mut self, old: ObjectId, notes: Vec<NewNote>, deals: Vec<NodeDeal>, feed: Vec<Fact>) {
        let mut own = Vec::new();
        for NewNote { item, mut fact, .. } in notes {
            fact.items.push(item);
            own.push(fact);
        }
        self.facts_here(paired(feed, own, is_same_note));
        let known = self.here.events.contains(&ids::event(Thing::DealsNote, old));
        for deal in deals {
            self.here_or_later(deal.item, known);
        }
    }

    fn customer_left_out(&mut self, notes: Vec<NewNote>, deals: Vec<NodeDeal>, feed: Vec<Fact>) {
        let why = "its customer was left out";
        for item in notes.into_iter().map(|note| note.item).chain(deals.into_iter().map(|deal| deal.item)) {
            self.report.left_out(item, why);
        }
        self.facts_left_out(feed, "the customer it is about was left out");
    }

    /// Decides on a task.
    pub(crate) fn task(&mut self, mut task: NodeTask) {
        let old = task.id;
        let feed = self.feed_of(EntityKind::Task, old);
        if self.here.has(EntityRef::Task(ids::record(EntityKind::Task, old))) {
            self.report.already_there(&task.item);
            self.facts_here(feed);
            return;
        }
        let owner = match self.owner(task.owner) {
            Owner::Theirs(owner) => Ok(owner),
            Owner::Adopted(owner) => {
                adopted(&mut task.item, task.owner);
                Ok(owner)
            }
            Owner::Nobody => Err(nobody(task.owner)),
        };
        let made = match (owner, task.due) {
            (Ok(owner), Some(due)) => {
                let is_there = |record| self.coming.contains(&record) || self.here.has(record);
                tasks::convert(task, due, owner, is_there)
                    .map_err(|item| (item, "nothing can be made of it".to_owned()))
            }
            (Err(why), _) => Err((task.item, why)),
            (Ok(_), None) => Err((task.item, "it has no date by which it is due".to_owned())),
        };
        match made {
            Ok(made) => {
                let events = self.events(&made.subject(), feed);
                self.report.taken(made.item);
                self.write(EntityKind::Task, old, What::Task(made.task), events);
            }
            Err((item, why)) => {
                self.report.left_out(item, why);
                self.facts_left_out(feed, "the task it is about was left out");
            }
        }
    }

    /// What nobody has taken is about accounts that are here, or about records that are not there.
    pub(crate) fn finish(mut self) -> Plan {
        let mut rest: Vec<((EntityKind, ObjectId), Vec<NodeActivity>)> = self.feed.drain().collect();
        rest.sort_by_key(|((kind, id), _)| (*kind, *id));
        for ((kind, id), activities) in rest {
            if kind == EntityKind::User && self.people.account(id).is_some() {
                let facts =
                    activities.into_iter().map(|activity| Fact::of_activity(kind, activity, &self.people));
                self.facts_here(facts.collect());
                continue;
            }
            let why = format!("{} {} is not there any more", kind.as_str().to_lowercase(), id.to_hex());
            for activity in activities {
                self.report.left_out(activity.item, why.clone());
            }
        }
        Plan { records: self.records, report: self.report }
    }

    /// A lead that is here became a customer that may be new, as when an import was interrupted between the two.
    fn remember(&mut self, lead: LeadId, facts: &[Fact]) {
        let Some(customer) = self.here.customers_of.get(&lead) else { return };
        for (old, by) in facts.iter().filter_map(|fact| Some((fact.customer?, fact.by))) {
            if ids::record::<CustomerKind>(EntityKind::Customer, old) == *customer {
                self.conversions.remember(old, Origin { lead, by });
            }
        }
    }

    fn owner(&self, old: Option<ObjectId>) -> Owner {
        match (old.and_then(|old| self.people.account(old)), self.adopter) {
            (Some(owner), _) => Owner::Theirs(owner),
            (None, Some(owner)) => Owner::Adopted(owner),
            (None, None) => Owner::Nobody,
        }
    }

    fn feed_of(&mut self, kind: EntityKind, old: ObjectId) -> Vec<Fact> {
        let activities = self.feed.remove(&(kind, old)).unwrap_or_default();
        activities.into_iter().map(|activity| Fact::of_activity(kind, activity, &self.people)).collect()
    }

    fn events(&mut self, subject: &Subject<'_>, facts: Vec<Fact>) -> Vec<Activity> {
        let (events, items) = timeline::told(subject, facts, &self.people);
        for item in items {
            self.report.taken(item);
        }
        events
    }

    fn facts_here(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            let known = timeline::is_known(&fact, |event| self.here.events.contains(&event));
            for item in fact.items {
                self.here_or_later(item, known);
            }
        }
    }

    fn here_or_later(&mut self, item: Item, known: bool) {
        if known {
            self.report.already_there(&item);
        } else {
            self.report.left_out(item, LATER);
        }
    }

    fn facts_left_out(&mut self, facts: Vec<Fact>, why: &str) {
        for item in facts.into_iter().flat_map(|fact| fact.items) {
            self.report.left_out(item, why);
        }
    }

    fn write(&mut self, kind: EntityKind, old: ObjectId, what: What, events: Vec<Activity>) {
        self.records.push(NewRecord { commit: ids::commit(kind, old), what, events, sets_up: false });
    }
}

fn customer_of(old: ObjectId) -> EntityRef {
    EntityRef::Customer(ids::record(EntityKind::Customer, old))
}

fn adopted(item: &mut Item, old: Option<ObjectId>) {
    let value = old.map(ObjectId::to_hex);
    item.field(
        "owner",
        value.as_deref(),
        "is no user that is taken over; it goes to the account named for that",
    );
}

fn nobody(old: Option<ObjectId>) -> String {
    match old {
        Some(old) => format!(
            "its owner, user {}, is not taken over, and it must have one; --orphans-to EMAIL gives it to somebody",
            old.to_hex()
        ),
        None => "it has no owner, and must have one; --orphans-to EMAIL gives it to somebody".to_owned(),
    }
}
