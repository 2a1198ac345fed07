//! Where the stores are while they are measured: folders that are taken away at the end, and a MongoDB that ends.

use std::path::{Path, PathBuf};
use std::process::Command;

use crm_testkit::mongod::replica_set::ReplicaSet;
use tempfile::TempDir;

use crate::Outcome;
use crate::arguments::{Arguments, StoreKind};
use crate::role::Role;

/// Where all stores of a run are.
pub(crate) struct Ground {
    // Ends before its folder does.
    mongod: Option<ReplicaSet>,
    folder: TempDir,
}

/// Where one store is.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// How many leads it has.
    pub(crate) leads: u64,
    /// The working folder of its server.
    pub(crate) folder: PathBuf,
    /// The address of the store, as settings have it.
    pub(crate) url: String,
    kind: StoreKind,
}

impl Ground {
    /// An empty folder, and a MongoDB if one is needed.
    ///
    /// # Errors
    /// The folder cannot be made.
    ///
    /// # Panics
    /// If a MongoDB is needed and none can be had, with a message that says how to get one.
    pub(crate) async fn prepare(arguments: &Arguments) -> Outcome<Self> {
        let mut named = tempfile::Builder::new();
        named.prefix("crm-bench-").disable_cleanup(arguments.keep);
        let folder = match &arguments.folder {
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                named.tempdir_in(std::path::absolute(folder)?)?
            }
            None => named.tempdir()?,
        };
        let mongod = match arguments.store {
            StoreKind::Sqlite => None,
            StoreKind::Mongodb => Some(ReplicaSet::start_in(1, folder.path()).await),
        };
        Ok(Self { mongod, folder })
    }

    /// The place of a store with so many leads.
    ///
    /// # Errors
    /// Its folder cannot be made.
    pub(crate) fn place(&self, leads: u64) -> Outcome<Place> {
        let folder = self.folder.path().join(leads.to_string());
        std::fs::create_dir_all(&folder)?;
        let (kind, url) = match &self.mongod {
            None => (StoreKind::Sqlite, format!("sqlite://{}", folder.join("crm.db").display())),
            Some(mongod) => {
                let uri = mongod.uri();
                let (servers, options) = uri.split_once('?').unwrap_or((&uri, ""));
                (StoreKind::Mongodb, format!("{servers}bench_{leads}?{options}"))
            }
        };
        Ok(Place { leads, folder, url, kind })
    }

    /// The folder of the run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Place {
    /// Where the records are kept.
    pub(crate) fn kind(&self) -> StoreKind {
        self.kind
    }

    /// What the program is told here: the defaults, but for where the store is, the limits, which are off, and the life
    /// of access tokens, which must last for the run.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        [
            ("CRM__STORE__URL", self.url.as_str()),
            ("CRM__SERVER__PORT", "0"),
            ("CRM__LIMITS__ENABLED", "false"),
            ("CRM__AUTH__ACCESS_TTL", "1d"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// What starts the server on it.
    ///
    /// # Errors
    /// It cannot be told which program this is.
    pub(crate) fn server(&self) -> Outcome<Command> {
        let mut command = Role::Server.command()?;
        command.current_dir(&self.folder).env("TMPDIR", &self.folder).envs(self.variables());
        Ok(command)
    }
}
