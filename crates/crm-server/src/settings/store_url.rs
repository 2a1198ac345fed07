//! Where the records are kept; the scheme of the address chooses the kind of store.

use std::fmt;
use std::path::{Path, PathBuf};

use super::mongo_url::MongoUrl;

/// The address of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// An embedded store in this file: `sqlite://data/crm.db`, or `sqlite:///var/lib/crm/crm.db` from the root.
    File(PathBuf),
    /// An embedded store that ends with the process: `sqlite://:memory:`.
    Memory,
    /// A distributed store on a MongoDB replica set: `mongodb://host/database?replicaSet=rs0`.
    Mongo(MongoUrl),
}

impl StoreUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// Gives the reason, without the address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("mongodb://") || text.starts_with("mongodb+srv://") {
            return MongoUrl::parse(text).map(Self::Mongo).map_err(str::to_owned);
        }
        let Some(path) = text.strip_prefix("sqlite://") else {
            return Err("must start with sqlite:// or mongodb://, such as sqlite://data/crm.db".to_owned());
        };
        if let Some((_, parameters)) = path.split_once('?') {
            return Err(unknown_parameters(parameters));
        }
        match path {
            "" | "/" => Err("must name a file, such as sqlite://data/crm.db".to_owned()),
            ":memory:" => Ok(Self::Memory),
            path if path.ends_with('/') => Err("must name a file, not a folder".to_owned()),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }

    /// Whether the address holds a password or another secret.
    pub fn holds_a_secret(&self) -> bool {
        match self {
            Self::File(_) | Self::Memory => false,
            Self::Mongo(url) => url.holds_a_secret(),
        }
    }

    /// The same store, with a relative path taken to start in `folder`.
    #[must_use]
    pub fn within(&self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path)),
            Self::Memory | Self::Mongo(_) => self.clone(),
        }
    }

    /// The folder that holds the store and what belongs beside it.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(path) => path.parent(),
            Self::Memory | Self::Mongo(_) => None,
        }
    }
}

/// Names the parameters of an address that takes none. Their values are not shown.
fn unknown_parameters(parameters: &str) -> String {
    let names = parameters.split('&').map(|one| one.split('=').next().unwrap_or_default());
    let names: Vec<String> = names.filter(|name| !name.is_empty()).map(|name| format!("{name:?}")).collect();
    format!("takes no parameters with sqlite://, and has {}", names.join(", "))
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "sqlite://{}", path.display()),
            Self::Memory => f.write_str("sqlite://:memory:"),
            Self::Mongo(url) => url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_slashes_are_relative_and_three_are_from_the_root() {
        let relative = StoreUrl::parse("sqlite://data/crm.db").unwrap();
        let absolute = StoreUrl::parse("sqlite:///var/lib/crm/crm.db").unwrap();
        assert_eq!(relative.within(Path::new("/srv")).to_string(), "sqlite:///srv/data/crm.db");
        assert_eq!(absolute.within(Path::new("/srv")).folder(), Some(Path::new("/var/lib/crm")));
    }

    #[test]
    fn the_address_of_a_mongodb_is_taken_and_its_password_not_shown() {
        for text in ["mongodb://root:hunter2@db/crm", "mongodb+srv://root:hunter2@db/crm"] {
            let url = StoreUrl::parse(text).unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
            assert_eq!(url.within(Path::new("/srv")), url);
            assert_eq!(url.folder(), None);
        }
    }

    #[test]
    fn parameters_of_an_embedded_store_are_refused_by_name() {
        let refused = StoreUrl::parse("sqlite://data/crm.db?mode=ro&cache=shared").unwrap_err();
        assert_eq!(refused, "takes no parameters with sqlite://, and has \"mode\", \"cache\"");
        assert!(StoreUrl::parse("sqlite://:memory:?mode=ro").is_err());
        assert!(StoreUrl::parse("sqlite://data/crm.db?").is_err());
    }

    #[test]
    fn a_folder_or_another_scheme_is_no_store() {
        for text in ["", "data/crm.db", "postgres://db", "sqlite://", "sqlite:///", "sqlite://data/"] {
            assert!(StoreUrl::parse(text).is_err(), "{text}");
        }
    }
}
