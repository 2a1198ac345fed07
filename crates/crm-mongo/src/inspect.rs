//! A look at what a connection string leads to, without making or changing anything.

use std::collections::BTreeMap;

use bson::{Document, doc};
use crm_app::error::StoreError;
use mongodb::Client;
use mongodb::options::Tls;

use crate::calls::Calls;
use crate::documents;
use crate::error::OpenError;
use crate::options::Options;
use crate::primary::Source;
use crate::reader::{Find, Reader};
use crate::store::{Connected, connect};
use crate::{schema, server, workspace};

/// What a connection string leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The server's version.
    pub version: String,
    /// Whether anybody who reaches the server can read its memory (CVE-2025-14847).
    pub is_vulnerable: bool,
    /// The name of the replica set.
    pub set: String,
    /// Its members, and whether each is well. `None` where this user may not be told.
    pub members: BTreeMap<String, Option<bool>>,
    /// Whether the connection is encrypted.
    pub has_tls: bool,
    /// Whether the connection string signs in with a user.
    pub signs_in: bool,
    /// The database.
    pub database: String,
    /// What the database holds.
    pub holds: Holds,
}

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Nothing of this name yet.
    Nothing,
    /// A store of this schema.
    Store {
        /// The number of the schema.
        schema: i64,
    },
    /// What this program has not written.
    SomethingElse {
        /// The first collection that is not empty.
        collection: &'static str,
    },
}

/// Looks.
///
/// # Errors
/// What would keep a store from being opened there, but for what the database holds.
pub async fn inspect(uri: &str, options: Options) -> Result<Inspection, OpenError> {
    let Connected { client, options: client_options, primary } = connect(uri, &options).await?;
    let about = server::check(&client, &client_options, &primary.observed).await?;
    let database = client_options.default_database.clone().unwrap_or_default();
    let source = Source { db: client.database(&database), primary };
    let mut reader = Reader::majority(source, options.deadline);
    let call = async move { holds(&mut reader).await };
    let holds = Calls::here().within(options.deadline, call).await;
    let holds = holds.map_err(|error| server::of_call(error, &database))?;
    let told = health(&client).await;
    Ok(Inspection {
        version: about.version,
        is_vulnerable: about.is_vulnerable,
        set: about.set,
        members: about.members.into_iter().map(|host| (host.clone(), told.get(&host).copied())).collect(),
        has_tls: matches!(client_options.tls, Some(Tls::Enabled(_))),
        signs_in: client_options.credential.is_some(),
        database,
        holds,
    })
}

/// What the database holds.
pub(crate) async fn holds(reader: &mut Reader) -> Result<Holds, StoreError> {
    if let Some(schema) = workspace::schema(reader).await? {
        return Ok(Holds::Store { schema });
    }
    for collection in schema::COLLECTIONS {
        if reader.one(collection, Find::all(Document::new())).await?.is_some() {
            return Ok(Holds::SomethingElse { collection });
        }
    }
    Ok(Holds::Nothing)
}

/// Whether each member is well, as far as the server tells this user.
async fn health(client: &Client) -> BTreeMap<String, bool> {
    let status = client.database("admin").run_command(doc! { "replSetGetStatus": 1 }).await;
    // A user without this right learns nothing, which is no flaw of the store.
    let status = status.unwrap_or_default();
    let members = status.get_array("members").map(Vec::as_slice).unwrap_or_default();
    let member = |member: &bson::Bson| {
        let member = member.as_document()?;
        let name = member.get_str("name").ok()?.to_owned();
        let is_up = member.get("health").and_then(bson::Bson::as_f64)? > 0.0;
        let state = member.get("state").and_then(documents::integer)?;
        Some((name, is_up && [PRIMARY, SECONDARY].contains(&state)))
    };
    members.iter().filter_map(member).collect()
}

/// The states of members that hold the data.
const PRIMARY: i64 = 1;
const SECONDARY: i64 = 2;
