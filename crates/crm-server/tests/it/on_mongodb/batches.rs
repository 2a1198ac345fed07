//! A background job of a server that dies is finished by another server that was there all the time. It may have to wait a
//! minute: MongoDB keeps the records of a transaction whose client died until the transaction expires.

use std::time::Duration;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_testkit::mongod;

use super::several_servers::server_on;
use crate::batches::{amounts, delete, is_cleaned_up, open_tasks, with_accounts};
use crate::support::bulk::{customer_with, open};
use crate::support::client::Client;
use crate::support::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_whose_server_dies_is_finished_by_another_server() {
    let database = mongod::database().await;
    let (first, second) = (with_accounts(server_on(&database)), server_on(&database));
    let (tasks, notes) = amounts();
    let customer = customer_with(&first, tasks, notes).await;
    let (one, other) = (first.serve(), second.serve());
    let admin = Client::admin(one.url()).await;
    delete(&admin, &customer).await;
    let begun = open_tasks(&admin).await;
    until("a batch is done", Duration::from_mins(1), async || open_tasks(&admin).await < begun).await;
    one.kill();
    let admin = admin.at(other.url());
    let left = open_tasks(&admin).await;
    assert!(left > 0, "the kill was after the end of the job");
    let store = open(&second).await;
    let grant = authorize(&Actor::system("test"), Action::ReadCustomers).unwrap();
    let on_record = async || !store.ctx.stores.customers.cleanups(grant.scope()).await.unwrap().is_empty();
    let took = until("it is finished", Duration::from_mins(10), async || !on_record().await).await;
    println!("{left} tasks were open when the server died; finished {took:.1?} later");
    assert_eq!(store.store.maintenance().inventory().await.unwrap().notes, 0);
    store.close().await.unwrap();
    is_cleaned_up(&admin, &customer, tasks).await;
    other.stop();
    let ended = second.run(&["doctor", "--recount"]);
    assert!(ended.out.contains("agree with the records they count"), "{ended:?}");
}
