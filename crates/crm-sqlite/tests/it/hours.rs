//! What is due by the hour, in a store to which an older program wrote.

use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::ports::dashboard::{Dashboard, DashboardQuery};
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::due::DueDate;
use crm_domain::task::Task;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::commits::Draft;
use rusqlite::Connection;

#[tokio::test]
async fn hours_that_do_not_add_up_to_their_day_are_counted_as_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let open = || {
        let location = Location::File(path.clone());
        SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap()
    };
    let make = Maker::new();
    let owner = make.user("ann", Role::Agent);
    let due = [1, 1, 2, 26].map(|hours: u64| {
        let at = make.now().minus(std::time::Duration::from_hours(hours));
        Task { due: DueDate::At(at), ..make.task("Call", owner.id) }
    });
    let store = open();
    store.load(vec![due.iter().fold(make.commit(), Draft::insert_task).done()]).await.unwrap();
    drop(store);
    for (written_by_another, unreadable) in [
        ("SELECT 1", 0),
        ("DELETE FROM tally WHERE kind = 6", 0),
        ("UPDATE tally SET n = n + 1 WHERE kind = 6", 0),
        ("UPDATE tally SET n = n + 1 WHERE kind = 6; UPDATE task SET title = '' WHERE n = 1", 1),
    ] {
        Connection::open(&path).unwrap().execute_batch(written_by_another).unwrap();
        let store = open();
        let query = DashboardQuery { me: None, days: Vec::new(), now: make.now() };
        let figures = store.dashboard(&everything(), &query).await.unwrap();
        assert_eq!(figures.overdue_tasks, 4, "{written_by_another}");
        if unreadable == 0 {
            assert_eq!(store.recount(false).await.unwrap(), [], "{written_by_another}");
        } else {
            assert!(store.recount(false).await.is_err(), "a recount reads every record");
        }
    }
}
