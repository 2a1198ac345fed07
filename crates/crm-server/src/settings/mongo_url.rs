//! The connection string of a MongoDB, of which only the part without secrets is ever shown.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A connection string. Its texts name the hosts and the database, never a user, a password or an option.
#[derive(Clone)]
pub struct MongoUrl {
    uri: SecretString,
    shown: String,
}

impl MongoUrl {
    /// Takes a text that begins with one of the two schemes of MongoDB. What it says is read when it is used.
    ///
    /// # Errors
    /// Gives the reason, without the text.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
        // Whatever stands before the last @ may be a password, also one that was not encoded as it should be.
        let open = rest.rsplit_once('@').map_or(rest, |(_, open)| open);
        let open = open.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if open.is_empty() || open.starts_with('/') {
            return Err("must name a host, such as mongodb://127.0.0.1:27017/crm?replicaSet=rs0");
        }
        let shown: String = open.chars().map(|c| if is_plain(c) { c } else { '?' }).collect();
        Ok(Self { uri: SecretString::from(text), shown: format!("{scheme}://{shown}") })
    }

    /// Whether it names a user, who has a password, or an option that is a secret itself.
    pub(super) fn holds_a_secret(&self) -> bool {
        let text = self.expose().to_ascii_lowercase();
        // `tlsCertificateKeyFilePassword`, and `AWS_SESSION_TOKEN` among the mechanism's properties.
        ["@", "password", "token"].iter().any(|part| text.contains(part))
    }

    /// The whole of it, for the driver only.
    pub fn expose(&self) -> &str {
        self.uri.expose_secret()
    }
}

/// What host lists and names of databases are made of.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || ".,:-_[]/".contains(c)
}

impl PartialEq for MongoUrl {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for MongoUrl {}

impl fmt::Display for MongoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for MongoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MongoUrl({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_database_are_shown_and_nothing_else() {
        for (text, shown) in [
            ("mongodb://localhost", "mongodb://localhost"),
            ("mongodb://a:1,b:2,[::1]:3/crm?replicaSet=rs0", "mongodb://a:1,b:2,[::1]:3/crm"),
            ("mongodb+srv://root:hunter2@db.example/crm?tls=true", "mongodb+srv://db.example/crm"),
            ("mongodb://root:hun/ter2@db/crm", "mongodb://db/crm"),
            ("mongodb://root:hun@ter2?x@db/?authSource=admin", "mongodb://db"),
        ] {
            let url = MongoUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("MongoUrl({shown})"));
            assert_eq!(url.expose(), text);
            assert_eq!(url.holds_a_secret(), text.contains('@'));
        }
    }

    #[test]
    fn a_text_without_a_host_is_none() {
        for text in ["mongodb://", "mongodb:///crm", "mongodb://root:hunter2@", "mongodb://?replicaSet=rs0"] {
            let reason = MongoUrl::parse(text).unwrap_err();
            assert!(reason.starts_with("must name a host"), "{text}");
        }
    }
}
