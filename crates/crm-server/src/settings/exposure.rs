//! What would let strangers in where strangers come: a start in production stops at each of these.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use config::Value;
use crm_mongo::connection::connection_security;

use super::layers::{self, Layer};
use super::mongo_url::MongoUrl;
use super::problem::Problem;
use super::store_url::StoreUrl;
use super::{Settings, key_file, secret_settings, tree};

/// What is wrong with how the server would be reached.
pub fn flaws(settings: &Settings) -> Vec<Problem> {
    if !settings.environment.is_strict() {
        return Vec::new();
    }
    let server = &settings.server;
    let mut problems = Vec::new();
    if !server.host.is_loopback() && server.tls.files().is_none() && !server.has_proxy() {
        let text = format!(
            "lets others than this machine ask in clear at {}; set server.tls.cert_file and server.tls.key_file, or \
             declare the proxy with TLS in front of it: server.behind_proxy = true and server.trusted_proxies",
            server.host
        );
        problems.push(Problem::new("server.host", text));
    }
    if server.hides_clients() {
        let text = "is empty while server.behind_proxy is true: all clients would share the proxy's address, so that \
                    wrong passwords of one lock out all; name the proxy's address, or private for any private one";
        problems.push(Problem::new("server.trusted_proxies", text));
    }
    if let StoreUrl::Mongo(url) = &settings.store.url {
        problems.extend(mongodb(url, settings.store.allow_plaintext));
    }
    if let Some((_, key)) = server.tls.files() {
        problems.extend(key_file::flaw(key).map(|flaw| Problem::new("server.tls.key_file", flaw)));
    }
    let metrics = &settings.metrics;
    if metrics.enabled && !metrics.public && !metrics.listen.is_some_and(|address| address.ip().is_loopback())
    {
        let text = match metrics.listen {
            None => "is not set, so that /metrics is served to all clients".to_owned(),
            Some(address) => format!("lets other machines read the metrics at {address}"),
        };
        let text = format!(
            "{text}; set it to an address of this machine, such as 127.0.0.1:9464, or metrics.public = true"
        );
        problems.push(Problem::new("metrics.listen", text));
    }
    problems
}

/// What is wrong with how a MongoDB on another machine would be reached. An address that is none is reported where it is
/// used.
fn mongodb(url: &MongoUrl, allow_plaintext: bool) -> Option<Problem> {
    let security = connection_security(url.expose())?;
    if !security.is_remote {
        return None;
    }
    let mut flaws = Vec::new();
    if !security.signs_in {
        flaws.push("names no user: anybody who reaches the server could read and change all records");
    }
    if !security.has_tls && !allow_plaintext {
        flaws.push(
            "has no tls=true: passwords and records would travel in clear; set store.allow_plaintext = true where \
             nobody else is on the network between the two",
        );
    }
    (!flaws.is_empty()).then(|| Problem::new("store.url", format!("{url} {}", flaws.join("; it "))))
}

/// Settings that somebody has to decide where strangers come: their default is for development.
pub(super) fn undecided(settings: &Settings, tree: &Value) -> Option<Problem> {
    let is_default = |key| tree::get(tree, key).and_then(Value::origin) == Some(layers::DEFAULT_ORIGIN);
    (settings.environment.is_strict() && settings.docs.enabled && is_default("docs.enabled")).then(|| {
        Problem::new("docs.enabled", "must be set: false, or true to show the API document to everybody")
    })
}

/// Files that hold a secret among the settings and that others could read; also where a later layer has another value.
pub(super) fn open_files_with_secrets(settings: &Settings, layers: &[Layer], cwd: &Path) -> Vec<Problem> {
    if !settings.environment.is_strict() {
        return Vec::new();
    }
    let mut files = BTreeSet::new();
    for layer in layers {
        tree::leaves(&layer.tree(), "", &mut |key, value| {
            if secret_settings::of(key).is_some_and(|secrecy| secrecy.is_in(value)) {
                files.extend(value.origin().and_then(|origin| file_of(origin, cwd)));
            }
        });
    }
    // By the file: the secret itself may have a flaw of its own.
    let named = |file: PathBuf| {
        key_file::flaw(&file)
            .map(|flaw| Problem::new(file.display().to_string(), format!("holds a secret and {flaw}")))
    };
    files.into_iter().filter_map(named).collect()
}

/// The file that a value came from, if it came from one.
fn file_of(origin: &str, cwd: &Path) -> Option<PathBuf> {
    let path = match origin.strip_suffix(" in .env") {
        Some(_) => cwd.join(".env"),
        None => cwd.join(origin),
    };
    path.is_file().then_some(path)
}
