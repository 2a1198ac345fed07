//! Counters in a store that an older program wrote, which counted less.

use bson::{Document, doc};
use crm_app::ports::dashboard::{Dashboard, DashboardQuery};
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::due::DueDate;
use crm_domain::task::Task;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::contract::StoreBuilder;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::commits::Draft;

use crate::support::{OnMongo, database};

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_program_did_not_count_is_counted_once_the_store_was_opened() {
    let place = OnMongo.place().await;
    let open = || async { OnMongo.open(&place).await.store };
    let (store, make) = (open().await, Maker::new());
    let owner = make.user("ann", Role::Agent);
    let due = [1, 1, 2, 26].map(|hours: u64| {
        let at = make.now().minus(std::time::Duration::from_hours(hours));
        Task { due: DueDate::At(at), ..make.task("Call", owner.id) }
    });
    let commit = due.iter().fold(make.commit(), Draft::insert_task).done();
    store.load(vec![commit]).await.unwrap();
    let query = DashboardQuery { me: None, days: Vec::new(), now: make.now() };
    let overdue =
        async |store: &MongoStore| store.dashboard(&everything(), &query).await.unwrap().overdue_tasks;
    assert_eq!(overdue(&store).await, 4);
    drop(store);

    let db = database(&place).await;
    let (tallies, workspace) = (db.collection::<Document>("tallies"), db.collection::<Document>("workspace"));
    let by_hour: Document = (0..24).map(|hour| (format!("n.tasks_due_{hour}"), 1.into())).collect();
    let older = tallies.update_many(doc! {}, doc! { "$unset": by_hour }).await.unwrap();
    assert!(older.modified_count > 0);
    workspace.update_many(doc! {}, doc! { "$unset": { "tally_version": 1 } }).await.unwrap();

    // Several servers at once, none of which may count what another has counted.
    let (one, two, store) = tokio::join!(open(), open(), open());
    for store in [&one, &two, &store] {
        assert_eq!(overdue(store).await, 4);
    }
    assert_eq!(store.recount(false).await.unwrap(), []);
    let counted = workspace.count_documents(doc! { "tally_version": 1 }).await.unwrap();
    assert_eq!(counted, 1, "and is not counted the next time");

    // A task that cannot be read keeps nobody out.
    let unset = doc! { "$unset": { "tally_version": 1 } };
    workspace.update_many(doc! {}, unset).await.unwrap();
    db.collection::<Document>("tasks").update_one(doc! {}, doc! { "$set": { "title": "" } }).await.unwrap();
    drop((one, two, store));
    open().await;
}
