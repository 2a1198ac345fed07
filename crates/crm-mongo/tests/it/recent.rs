//! The latest events that a lead's document holds: what rests on them, and when it does not.

use std::sync::Arc;

use bson::{Bson, Document, doc};
use crm_app::commit::Verdict;
use crm_app::mirror::Mirror;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::ports::archive::{Archive, Arrival, Import};
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::{OwnerRange, Sight};
use crm_domain::ids::LeadId;
use crm_domain::version::Versioned;
use crm_mongo::options::Options;
use crm_mongo::plans::Ask;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::contract::StoreBuilder;
use crm_testkit::fixtures::Maker;
use crm_testkit::mongod::TestDatabase;
use mongodb::Database;
use tokio::sync::mpsc;

use crate::support::{OnMongo, database};

/// As many as a lead holds.
const HELD: u64 = 8;

/// A store with the means to look past it.
struct Looked {
    store: Arc<MongoStore>,
    db: Database,
    make: Maker,
    _database: TestDatabase,
}

impl Looked {
    async fn new() -> Self {
        let place = OnMongo.place().await;
        let mirror = Arc::new(Mirror::empty());
        let store = MongoStore::open(&place.database_uri(), Options::default(), mirror).await.unwrap();
        Self { store, db: database(&place).await, make: Maker::new(), _database: place }
    }

    /// A lead that was changed until it has this version.
    async fn lead(&self, version: u64) -> LeadId {
        let lead = self.make.lead("x", None);
        let id = lead.id;
        let made = self.make.commit().insert_lead(&lead).done();
        assert_eq!(self.store.commit(made).await.unwrap(), Verdict::Applied);
        for _ in 1..version {
            self.change(id).await;
        }
        id
    }

    async fn change(&self, id: LeadId) {
        let before = self.read(id).await;
        let after = before.record().clone();
        let after =
            if after.archived { after.unarchive(self.make.now()) } else { after.archive(self.make.now()) };
        let put = self.make.commit().put_lead(&before, after).done();
        assert_eq!(self.store.commit(put).await.unwrap(), Verdict::Applied);
    }

    async fn read(&self, id: LeadId) -> Versioned<crm_domain::lead::Lead> {
        match self.store.lead(&everything(), id).await.unwrap() {
            Sight::Seen(lead) => lead,
            other @ (Sight::Hidden | Sight::Absent) => panic!("{other:?}"),
        }
    }

    /// The version of the lead and of its latest events, as they are answered.
    async fn told(&self, id: LeadId, limit: u32) -> (u64, Vec<u64>) {
        match self.store.lead_with_history(&everything(), id, limit).await.unwrap() {
            Sight::Seen((lead, events)) => {
                let versions = events.iter().map(|event| event.version.number()).collect();
                (lead.version().number(), versions)
            }
            other @ (Sight::Hidden | Sight::Absent) => panic!("{other:?}"),
        }
    }

    /// How often MongoDB is asked for a lead with its history; that it always finds them by an index.
    async fn questions(&self, id: LeadId) -> usize {
        let plans = self.store.plans(&Ask::Lead(id)).await.unwrap();
        for plan in &plans {
            assert!(!plan.stages.iter().any(|stage| stage == "COLLSCAN" || stage == "SORT"), "{plan:#?}");
            assert!(plan.documents <= 52, "{plan:#?}");
        }
        plans.len()
    }

    /// What the lead's document holds.
    async fn held(&self, id: LeadId) -> Vec<Bson> {
        let found = self.db.collection::<Document>("leads").find_one(key(id)).await.unwrap().unwrap();
        found.get_array("recent").cloned().unwrap_or_default()
    }

    /// Changes the lead's document past the store.
    async fn meddle(&self, id: LeadId, update: Document) {
        let done = self.db.collection::<Document>("leads").update_one(key(id), update).await.unwrap();
        assert_eq!(done.modified_count, 1);
    }

    async fn problems(&self) -> Vec<String> {
        self.store.check().await.unwrap()
    }
}

fn key(id: LeadId) -> Document {
    doc! { "_id": bson::Uuid::from_bytes(id.uuid().into_bytes()) }
}

/// The latest versions, so many of them.
fn latest(version: u64, count: u64) -> (u64, Vec<u64>) {
    (version, (1..=version).rev().take(usize::try_from(count).unwrap()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_with_few_events_is_answered_by_its_own_document() {
    let place = Looked::new().await;
    for version in [1, 2, HELD] {
        let lead = place.lead(version).await;
        assert_eq!(place.told(lead, 50).await, latest(version, 50));
        assert_eq!(place.told(lead, 2).await, latest(version, 2));
        assert_eq!(place.questions(lead).await, 1);
    }
    assert_eq!(place.problems().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_with_more_events_than_it_holds_is_answered_by_a_second_look() {
    let place = Looked::new().await;
    let lead = place.lead(HELD + 3).await;
    assert_eq!(place.held(lead).await.len(), usize::try_from(HELD).unwrap());
    for limit in [1, 8, 9, 10, 50] {
        assert_eq!(place.told(lead, limit).await, latest(HELD + 3, u64::from(limit)));
    }
    assert_eq!(place.questions(lead).await, 2);
    assert_eq!(place.problems().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_an_older_program_wrote_is_answered_by_a_second_look() {
    let place = Looked::new().await;
    let lead = place.lead(3).await;
    place.meddle(lead, doc! { "$unset": { "recent": "" } }).await;
    assert_eq!(place.told(lead, 50).await, latest(3, 50));
    assert_eq!(place.questions(lead).await, 2);
    place.change(lead).await;
    assert_eq!(place.held(lead).await.len(), 1);
    assert_eq!(place.told(lead, 50).await, latest(4, 50));
    assert_eq!(place.told(lead, 1).await, latest(4, 1));
    assert_eq!(place.problems().await, Vec::<String>::new(), "what is not there is not wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_a_gap_is_not_believed_and_is_found_at_the_top() {
    let place = Looked::new().await;
    let within = place.lead(4).await;
    let third = doc! { "entity_version": 3_i64 };
    place.meddle(within, doc! { "$pull": { "recent": third } }).await;
    assert_eq!(place.told(within, 50).await, latest(4, 50));
    assert_eq!(place.questions(within).await, 2);
    assert_eq!(place.problems().await, Vec::<String>::new(), "an older program wrote in between");
    let above = place.lead(4).await;
    place.meddle(above, doc! { "$pop": { "recent": 1 } }).await;
    for limit in [1, 50] {
        assert_eq!(place.told(above, limit).await, latest(4, u64::from(limit)));
    }
    let problems = place.problems().await;
    assert!(problems.len() == 1 && problems[0].contains("version 3 as its latest"), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lead_holds_otherwise_than_it_is_stored_is_found() {
    let place = Looked::new().await;
    let (lead, other) = (place.lead(2).await, place.lead(2).await);
    for wrong in [
        doc! { "$set": { "recent.1.message": "something else" } },
        doc! { "$set": { "recent": "nothing of the kind" } },
        doc! { "$set": { "recent": place.held(other).await } },
        doc! { "$set": { "recent": place.held(lead).await.into_iter().rev().collect::<Vec<_>>() } },
    ] {
        let before = place.held(lead).await;
        place.meddle(lead, wrong.clone()).await;
        let problems = place.problems().await;
        assert!(problems.len() == 1 && problems[0].contains(&lead.to_string()), "{wrong}: {problems:?}");
        place.meddle(lead, doc! { "$set": { "recent": before } }).await;
        assert_eq!(place.problems().await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_leave_out_what_leads_hold() {
    let place = Looked::new().await;
    place.lead(1).await;
    let sort = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };
    let filter = LeadFilter::everything();
    let query = LeadQuery { filter, sort, start: Start::Offset(0), limit: 10 };
    let plans = place.store.plans(&Ask::Leads(OwnerRange::Everyone, query)).await.unwrap();
    let asked: Vec<String> = plans.iter().map(|plan| plan.command.to_string()).collect();
    assert!(asked.iter().any(|command| command.contains("\"recent\": 0")), "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_that_came_with_an_archive_hold_their_events_too() {
    let from = Looked::new().await;
    let leads = [from.lead(1).await, from.lead(HELD).await, from.lead(HELD + 3).await];
    let into = Looked::new().await;
    let (to, batches) = mpsc::channel(1);
    let exporting = Arc::clone(&from.store);
    let exporting = tokio::spawn(async move { exporting.export(to).await });
    let arrival = Arrival { id: uuid::Uuid::from_u128(1), command: "test".to_owned() };
    assert_eq!(into.store.import(&arrival, batches).await.unwrap(), Import::Taken);
    exporting.await.unwrap().unwrap();
    assert!(into.store.finish_import(arrival.id).await.unwrap());
    for (lead, version, questions) in [(leads[0], 1, 1), (leads[1], HELD, 1), (leads[2], HELD + 3, 2)] {
        assert_eq!(into.held(lead).await, from.held(lead).await);
        assert_eq!(into.told(lead, 50).await, latest(version, 50));
        assert_eq!(into.questions(lead).await, questions);
    }
    assert_eq!(into.problems().await, Vec::<String>::new());
    into.change(leads[0]).await;
    assert_eq!(into.questions(leads[0]).await, 1, "it goes on as any other");
}
