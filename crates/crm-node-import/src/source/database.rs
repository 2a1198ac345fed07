//! The old database's server. It is only ever read from.

use std::time::Duration;

use bson::doc;
use bson::raw::RawDocumentBuf;
use futures_util::TryStreamExt;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::{ClientOptions, ReadConcern, ReadPreference, SelectionCriteria};
use mongodb::{Client, Collection, Database};
use thiserror::Error as ThisError;

use super::{COLLECTIONS, Source};
use crate::report::Kind;

/// The database that Mongoose uses where the address names none.
const DEFAULT_DATABASE: &str = "test";

/// Collections that only a store of this program has.
const OUR_OWN: [&str; 2] = ["workspace", "tallies"];

/// Why the old database cannot be read. No text holds the address or anything else that is secret.
#[derive(Debug, ThisError)]
pub enum SourceError {
    /// The address is none.
    #[error("the address is none of a MongoDB, such as mongodb://127.0.0.1:27017/crm")]
    Address,
    /// Nobody answers there.
    #[error("no server can be reached at {hosts}")]
    Unreachable {
        /// The hosts that were tried.
        hosts: String,
    },
    /// It does not let us in.
    #[error("the server refuses the user name or the password")]
    Credentials,
    /// It lets us in, but not to read.
    #[error("the user may not read the database {database}; it needs the role read there")]
    Rights {
        /// The database.
        database: String,
    },
    /// It is older than what the driver speaks with.
    #[error(
        "the server is too old: MongoDB 4.2 or later is needed; update it, or restore a dump of it into a newer one"
    )]
    TooOld,
    /// It is a store of this program.
    #[error("the database {database} is a store of this program and none of the Node.js backend")]
    OurOwn {
        /// The database.
        database: String,
    },
    /// It has nothing of what is looked for.
    #[error(
        "the database {database} has none of the collections users, leads, customers, tasks and activities ({found})"
    )]
    Nothing {
        /// The database.
        database: String,
        /// What it has.
        found: String,
    },
    /// The server refused something.
    #[error("the server refused to answer (code {0})")]
    Refused(i32),
    /// The connection broke, or something else that the driver gives no name.
    #[error("the connection to the server failed while it was read")]
    Connection,
}

/// The old database.
pub struct NodeDatabase {
    database: Database,
    hosts: Vec<String>,
}

impl NodeDatabase {
    /// Reaches the server. A server by itself will do, and so will any member of a replica set.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn connect(address: &str) -> Result<Self, SourceError> {
        let mut options = ClientOptions::parse(address).await.map_err(|_| SourceError::Address)?;
        options.app_name.get_or_insert_with(|| "crm-server import-node".to_owned());
        options.connect_timeout.get_or_insert(Duration::from_secs(5));
        options.server_selection_timeout.get_or_insert(Duration::from_secs(5));
        options.selection_criteria.get_or_insert(SelectionCriteria::ReadPreference(
            ReadPreference::PrimaryPreferred { options: None },
        ));
        options.read_concern = Some(ReadConcern::majority());
        let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
        let name = options.default_database.clone().unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        let client = Client::with_options(options).map_err(|_| SourceError::Address)?;
        let found = Self { database: client.database(&name), hosts };
        let hello = found.database.run_command(doc! { "hello": 1 });
        let nearest = SelectionCriteria::ReadPreference(ReadPreference::PrimaryPreferred { options: None });
        hello.selection_criteria(nearest).await.map_err(|error| found.failed(&error))?;
        Ok(found)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// Where it is: hosts and database, nothing else of the address.
    pub fn place(&self) -> String {
        format!("{}/{}", self.hosts.join(","), self.name())
    }

    /// Reads everything.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn read(&self) -> Result<Source, SourceError> {
        let mut names = self.database.list_collection_names().await.map_err(|error| self.failed(&error))?;
        names.sort();
        if OUR_OWN.iter().all(|own| names.iter().any(|name| name == own)) {
            return Err(SourceError::OurOwn { database: self.name().to_owned() });
        }
        let mut source = Source::new();
        for (name, kind) in COLLECTIONS {
            self.read_collection(&mut source, name, kind).await?;
        }
        names.retain(|name| {
            !COLLECTIONS.iter().any(|(known, _)| known == name) && !name.starts_with("system.")
        });
        if source.documents() == 0 {
            let found = if names.is_empty() {
                "it is empty".to_owned()
            } else {
                format!("it has {}", names.join(", "))
            };
            return Err(SourceError::Nothing { database: self.name().to_owned(), found });
        }
        source.other_collections = names;
        Ok(source)
    }

    /// Reads a collection in the order of its ids.
    async fn read_collection(&self, source: &mut Source, name: &str, kind: Kind) -> Result<(), SourceError> {
        let collection: Collection<RawDocumentBuf> = self.database.collection(name);
        let documents = collection.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(1_000).await;
        let mut documents = documents.map_err(|error| self.failed(&error))?;
        while let Some(document) = documents.try_next().await.map_err(|error| self.failed(&error))? {
            source.add_raw(kind, &document);
        }
        Ok(())
    }

    /// What the driver said, in words of ours: its own may quote documents.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum, which grows")]
    fn failed(&self, error: &Error) -> SourceError {
        match &*error.kind {
            ErrorKind::Authentication { .. } => SourceError::Credentials,
            ErrorKind::Command(command) => match command.code {
                18 | 8_000 => SourceError::Credentials,
                13 => SourceError::Rights { database: self.name().to_owned() },
                code => SourceError::Refused(code),
            },
            ErrorKind::IncompatibleServer { .. } => SourceError::TooOld,
            ErrorKind::ServerSelection { message, .. } if message.contains("wire version") => {
                SourceError::TooOld
            }
            ErrorKind::ServerSelection { message, .. } if message.contains("Authentication") => {
                SourceError::Credentials
            }
            ErrorKind::ServerSelection { .. } | ErrorKind::DnsResolve { .. } => {
                SourceError::Unreachable { hosts: self.hosts.join(", ") }
            }
            _ => SourceError::Connection,
        }
    }
}
