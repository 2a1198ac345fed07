//! What tests say to a server themselves.

use std::future::Future;
use std::time::Duration;

use bson::{Document, doc};
use mongodb::Client;
use mongodb::options::ClientOptions;
use tokio::time::Instant;

/// Runs a future to its end on this thread.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A client that soon gives up.
pub(super) async fn client(uri: &str) -> mongodb::error::Result<Client> {
    let mut options = ClientOptions::parse(uri).await?;
    options.server_selection_timeout = Some(Duration::from_secs(5));
    options.connect_timeout = Some(Duration::from_secs(2));
    options.max_pool_size = Some(2);
    Client::with_options(options)
}

/// Drops a database; one that cannot be dropped goes with its server.
pub(super) async fn drop_database(uri: String, name: String) {
    if let Ok(client) = client(&uri).await {
        let _with_its_server = client.database(&name).drop().await;
        client.shutdown().await;
    }
}

/// Whether the server at this address takes writes.
pub(super) async fn takes_writes(address: &str) -> bool {
    let Ok(client) = client(&format!("mongodb://{address}/?directConnection=true")).await else {
        return false;
    };
    let hello = client.database("admin").run_command(doc! { "hello": 1 }).await;
    client.shutdown().await;
    hello.is_ok_and(|hello| hello.get_bool("isWritablePrimary").unwrap_or(false))
}

/// Has the server at this address write all that it has into its files.
pub(super) async fn checkpoint(address: &str) -> mongodb::error::Result<()> {
    let client = client(&format!("mongodb://{address}/?directConnection=true")).await?;
    let written = client.database("admin").run_command(doc! { "fsync": 1 }).await;
    client.shutdown().await;
    written.map(drop)
}

/// Has the primary at this address step down for a while. It may close the connection instead of an answer, and refuses
/// while no other member has caught up: then it stays.
pub(super) async fn step_down(address: &str) -> mongodb::error::Result<()> {
    let client = client(&format!("mongodb://{address}/?directConnection=true")).await?;
    let command = doc! { "replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 4 };
    let _looked_at_by_the_caller = client.database("admin").run_command(command).await;
    client.shutdown().await;
    Ok(())
}

/// Whether the server at this address takes writes and finds every member of its set well.
pub(super) async fn finds_all_well(address: &str) -> bool {
    let Ok(client) = client(&format!("mongodb://{address}/?directConnection=true")).await else {
        return false;
    };
    let status = client.database("admin").run_command(doc! { "replSetGetStatus": 1 }).await;
    client.shutdown().await;
    let Ok(status) = status else { return false };
    let term = status.get_i64("term").ok();
    let members = status.get_array("members").map(Vec::as_slice).unwrap_or_default();
    // A primary or a secondary, that has something of this primary's: what was written to another and not by most is
    // undone before that, for which a member goes away once more.
    let is_well = |member: &bson::Bson| {
        let Some(member) = member.as_document() else { return false };
        let has = member.get_document("optime").ok().and_then(|last| last.get_i64("t").ok());
        member.get_i32("state").is_ok_and(|state| [1, 2].contains(&state)) && has == term
    };
    status.get_i32("myState").is_ok_and(|state| state == 1) && members.iter().all(is_well)
}

/// Makes servers that have just started one replica set, whose members have these host names, and waits until it takes
/// writes.
///
/// # Errors
/// What went wrong last, when it does not within half a minute.
pub(super) async fn initiate(
    addresses: &[String],
    hosts: &[String],
    settings: Document,
) -> Result<(), String> {
    let members: Vec<Document> =
        (0_i32..).zip(hosts).map(|(number, host)| doc! { "_id": number, "host": host }).collect();
    let config = doc! { "_id": "rs0", "members": members, "settings": settings };
    let first = addresses.first().ok_or("there are no servers")?;
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let error = match attempt(first, &config).await {
            Ok(true) => return Ok(()),
            Ok(false) => "there is no primary yet".to_owned(),
            Err(error) => error.to_string(),
        };
        if Instant::now() > deadline {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn attempt(address: &str, config: &Document) -> mongodb::error::Result<bool> {
    let client = client(&format!("mongodb://{address}/?directConnection=true")).await?;
    let admin = client.database("admin");
    let hello = admin.run_command(doc! { "hello": 1 }).await?;
    if !hello.contains_key("setName") {
        // Refused where another member has initiated already: the next look tells.
        let _looked_at_again = admin.run_command(doc! { "replSetInitiate": config }).await;
    }
    let hello = admin.run_command(doc! { "hello": 1 }).await?;
    client.shutdown().await;
    // A member names itself as the primary a moment before it takes writes.
    Ok(matches!(hello.get_bool("isWritablePrimary"), Ok(true)))
}
