//! What the store asks of the server before it uses it.

use std::time::{Duration, Instant};

use bson::{Document, doc};
use crm_app::error::StoreError;
use mongodb::Client;
use mongodb::error::{Error, ErrorKind};
use mongodb::options::ClientOptions;

use crate::diagnosis::{self, Observed, Role};
use crate::error::{Failure, OpenError, UNAUTHORIZED, is_bad_credentials, is_unauthorized, store_error};

/// How long a primary is waited for where the options do not say it.
const SELECTION_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a member is asked whether it has become the primary.
const ELECTION_POLL: Duration = Duration::from_millis(100);

/// The first version with reads of one moment outside of transactions.
const OLDEST: [u64; 3] = [5, 0, 0];

/// For each line of versions, the first without a hole by which anybody reads the server's memory (CVE-2025-14847).
const MENDED: [[u64; 3]; 5] = [[5, 0, 32], [6, 0, 27], [7, 0, 28], [8, 0, 17], [8, 2, 3]];

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// Its version.
    pub(crate) version: String,
    /// Whether anybody who reaches it can read its memory (CVE-2025-14847).
    pub(crate) is_vulnerable: bool,
    /// The name of its replica set.
    pub(crate) set: String,
    /// The members that take reads and writes, or could.
    pub(crate) members: Vec<String>,
}

/// Checks that the server is the primary of a replica set of a version that will do, and lets this user in.
pub(crate) async fn check(
    client: &Client,
    options: &ClientOptions,
    observed: &Observed,
) -> Result<About, OpenError> {
    let admin = client.database("admin");
    let given_up = Instant::now() + options.server_selection_timeout.unwrap_or(SELECTION_TIMEOUT);
    let (set, hello) = loop {
        let hello = admin.run_command(doc! { "hello": 1 }).await;
        let hello = hello.map_err(|error| {
            let opened = open_error(&error, options);
            if matches!(opened, OpenError::Unreachable { .. }) { observed.explain(options) } else { opened }
        })?;
        match Role::of(&hello) {
            Role::Router => return Err(OpenError::Sharded),
            Role::Standalone => return Err(OpenError::Standalone),
            Role::NotInitiated => return Err(diagnosis::not_initiated(options)),
            // A direct connection reaches its member also while that is not the primary, as during an election.
            Role::Member(_) if Instant::now() < given_up => tokio::time::sleep(ELECTION_POLL).await,
            Role::Member(_) => return Err(observed.explain(options)),
            Role::Primary(set) => break (set, hello),
        }
    };
    if options.credential.is_none() && is_user_required(client, options).await {
        return Err(OpenError::NoCredentials);
    }
    let build = admin.run_command(doc! { "buildInfo": 1 }).await;
    let build = build.map_err(|error| open_error(&error, options))?;
    let found = build.get_str("version").unwrap_or("0").to_owned();
    let version = version_of(&build);
    if version < OLDEST {
        return Err(OpenError::TooOld { found });
    }
    let hosts = hello.get_array("hosts").map(Vec::as_slice).unwrap_or_default();
    let members = hosts.iter().filter_map(|host| host.as_str().map(str::to_owned)).collect();
    Ok(About { version: found, is_vulnerable: is_vulnerable(version), set, members })
}

/// Whether the server lets in only users that it knows.
async fn is_user_required(client: &Client, options: &ClientOptions) -> bool {
    let database = client.database(options.default_database.as_deref().unwrap_or("admin"));
    let listed = database.run_command(doc! { "listCollections": 1, "nameOnly": true }).await;
    listed.is_err_and(|error| is_unauthorized(&error))
}

/// What is wrong with a connection string. That of `mongodb+srv` is looked up in DNS while it is read.
pub(crate) fn parse_error(error: &Error, uri: &str) -> OpenError {
    let is_srv = uri.starts_with("mongodb+srv://");
    if is_srv && matches!(*error.kind, ErrorKind::DnsResolve { .. } | ErrorKind::Io(_)) {
        return OpenError::Dns;
    }
    OpenError::Uri(
        "it must look like mongodb://host:27017/database?replicaSet=rs0 or mongodb+srv://host/database",
    )
}

/// What the driver said while the store was opened, for who started the program.
#[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum, which grows")]
pub(crate) fn open_error(error: &Error, options: &ClientOptions) -> OpenError {
    if is_bad_credentials(error) {
        return OpenError::Credentials;
    }
    if is_unauthorized(error) {
        return rights(options.default_database.as_deref().unwrap_or_default());
    }
    match &*error.kind {
        ErrorKind::ServerSelection { message, .. } if message.contains("Authentication") => {
            OpenError::Credentials
        }
        ErrorKind::ServerSelection { .. } | ErrorKind::Io(_) | ErrorKind::DnsResolve { .. } => {
            OpenError::Unreachable { hosts: hosts(options) }
        }
        ErrorKind::SessionsNotSupported => OpenError::Standalone,
        _ => OpenError::Store(store_error(error)),
    }
}

fn hosts(options: &ClientOptions) -> String {
    let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
    hosts.join(", ")
}

/// What a call of ours came to while the store was opened, for who started the program.
pub(crate) fn of_call(error: StoreError, database: &str) -> OpenError {
    let is_forbidden = match &error {
        StoreError::Unavailable(cause) => {
            matches!(cause.downcast_ref::<Failure>(), Some(Failure::Refused { code: UNAUTHORIZED, .. }))
        }
        StoreError::OutcomeUnknown(_) | StoreError::Full | StoreError::Corrupt { .. } => false,
    };
    if is_forbidden { rights(database) } else { OpenError::Store(error) }
}

fn rights(database: &str) -> OpenError {
    OpenError::Rights { what: "read, write and make indexes", database: database.to_owned() }
}

fn version_of(build: &Document) -> [u64; 3] {
    let mut numbers = build.get_str("version").unwrap_or_default().split(['.', '-']).map(str::parse);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    [next(), next(), next()]
}

fn is_vulnerable(version: [u64; 3]) -> bool {
    let [major, minor, _] = version;
    MENDED.iter().any(|mended| {
        let [line, sub, _] = *mended;
        (line, sub) == (major, minor) && version < *mended
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_the_hole_are_told_from_mended_ones() {
        for (text, expected) in [
            ("6.0.5", true),
            ("6.0.27", false),
            ("7.0.27-rc0", true),
            ("8.0.17", false),
            ("8.2.2", true),
            ("9.0.0", false),
        ] {
            assert_eq!(is_vulnerable(version_of(&doc! { "version": text })), expected, "{text}");
        }
    }
}
