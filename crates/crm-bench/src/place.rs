//! Where the stores are while they are measured: folders that are taken away at the end, and a MongoDB that ends.

use std::path::{Path, PathBuf};
use std::process::Command;

use crm_testkit::mongod::replica_set::ReplicaSet;
use tempfile::TempDir;

use crate::Outcome;
use crate::arguments::{Arguments, StoreKind};
use crate::fill::Filled;
use crate::role::Role;

/// Where all stores of a run are.
pub(crate) struct Ground {
    // Ends before its folder does.
    mongod: Option<ReplicaSet>,
    folder: Folder,
    keeps: bool,
}

/// The folder of the run.
enum Folder {
    /// Taken away at the end.
    Passing(TempDir),
    /// Left for another run.
    Lasting(PathBuf),
}

/// What is known of a store that is kept, in its folder.
const KEPT: &str = "filled.json";

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
    keeps: bool,
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
        let keeps = arguments.keep;
        if keeps && arguments.store == StoreKind::Mongodb {
            return Err("--keep is for the embedded store: the MongoDB ends with the run".into());
        }
        let folder = match &arguments.folder {
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                let folder = std::path::absolute(folder)?;
                if keeps { Folder::Lasting(folder) } else { Folder::Passing(named().tempdir_in(folder)?) }
            }
            None => Folder::Passing(named().tempdir()?),
        };
        let mongod = match arguments.store {
            StoreKind::Sqlite => None,
            StoreKind::Mongodb => Some(ReplicaSet::start_in(1, path(&folder)).await),
        };
        Ok(Self { mongod, folder, keeps })
    }

    /// The place of a store with so many leads.
    ///
    /// # Errors
    /// Its folder cannot be made.
    pub(crate) fn place(&self, leads: u64) -> Outcome<Place> {
        let folder = path(&self.folder).join(leads.to_string());
        std::fs::create_dir_all(&folder)?;
        let (kind, url) = match &self.mongod {
            None => (StoreKind::Sqlite, format!("sqlite://{}", folder.join("crm.db").display())),
            Some(mongod) => {
                let uri = mongod.uri();
                let (servers, options) = uri.split_once('?').unwrap_or((&uri, ""));
                (StoreKind::Mongodb, format!("{servers}bench_{leads}?{options}"))
            }
        };
        Ok(Place { leads, folder, url, kind, keeps: self.keeps })
    }
}

fn named() -> tempfile::Builder<'static, 'static> {
    let mut named = tempfile::Builder::new();
    named.prefix("crm-bench-");
    named
}

fn path(folder: &Folder) -> &Path {
    match folder {
        Folder::Passing(folder) => folder.path(),
        Folder::Lasting(folder) => folder,
    }
}

impl Place {
    /// Where the records are kept.
    pub(crate) fn kind(&self) -> StoreKind {
        self.kind
    }

    /// What is in the store, if an earlier run has filled and kept it.
    ///
    /// # Errors
    /// What is known of it cannot be read.
    pub(crate) fn kept(&self) -> Outcome<Option<Filled>> {
        let file = self.folder.join(KEPT);
        if !self.keeps || !file.exists() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&std::fs::read(file)?)?))
    }

    /// Writes down what is in the store, if it is to be kept.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn keep(&self, filled: &Filled) -> Outcome<()> {
        if self.keeps {
            std::fs::write(self.folder.join(KEPT), serde_json::to_vec(filled)?)?;
        }
        Ok(())
    }

    /// What the program is told here: the defaults, but for where the store is, the limits, which are off, and the life
    /// of access tokens, which must last for the run.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        [
            ("CRM__STORE__URL", self.url.as_str()),
            ("CRM__SERVER__PORT", "0"),
            ("CRM__RATE_LIMIT__ENABLED", "false"),
            // Those who measure sign-ins stay signed in meanwhile.
            ("CRM__AUTH__MAX_SESSIONS", "10000"),
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
