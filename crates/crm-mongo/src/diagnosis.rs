//! Why no primary was found at a connection string: what the driver saw at each host while it looked for one.
//!
//! The driver's own error is a text of all hosts, which may quote what it was sent. The events of its heartbeats have the
//! cause by host: the last failure, or what the server said of itself.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use bson::Document;
use mongodb::error::{Error, ErrorKind};
use mongodb::event::sdam::SdamEvent;
use mongodb::options::{ClientOptions, ServerAddress, Tls};

use crate::error::OpenError;

/// The last thing that was seen at each host.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    hosts: Mutex<BTreeMap<String, Seen>>,
}

/// What was seen at a host.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// The name has no address.
    NoAddress,
    /// Nothing listens there.
    Refused,
    /// Nothing answered in time.
    Silent,
    /// The connection was closed before the first answer.
    Closed,
    /// TLS did not come about.
    NoTls(&'static str),
    /// Another failure of the network.
    Failed(io::ErrorKind),
    /// A failure that is none of the network.
    Unknown,
    /// A server that answers.
    Server(Role),
}

/// What a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// The router of a sharded cluster.
    Router,
    /// No member of a replica set.
    Standalone,
    /// Started as a member of a replica set that was not initiated.
    NotInitiated,
    /// The primary of this set.
    Primary(String),
    /// Another member of this set.
    Member(String),
}

impl Observed {
    /// Keeps what an event tells of a host.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum, which grows")]
    pub(crate) fn hear(&self, event: &SdamEvent) {
        let (address, seen) = match event {
            SdamEvent::ServerHeartbeatSucceeded(beat) => {
                (&beat.server_address, Seen::Server(Role::of(&beat.reply)))
            }
            SdamEvent::ServerHeartbeatFailed(beat) => (&beat.server_address, Seen::of(&beat.failure)),
            _ => return,
        };
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).insert(address.to_string(), seen);
    }

    /// Why no primary was found with these options.
    pub(crate) fn explain(&self, options: &ClientOptions) -> OpenError {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let expected = options.repl_set_name.as_deref();
        let mut other_set = None;
        for seen in hosts.values() {
            match seen {
                Seen::Server(Role::Router) => return OpenError::Sharded,
                Seen::Server(Role::Standalone) => return OpenError::Standalone,
                Seen::Server(Role::NotInitiated) => return not_initiated(options),
                Seen::Server(Role::Primary(set) | Role::Member(set)) if Some(set.as_str()) != expected => {
                    other_set = expected.map(|expected| (expected.to_owned(), set.clone()));
                }
                Seen::Server(Role::Primary(_) | Role::Member(_))
                | Seen::NoAddress
                | Seen::Refused
                | Seen::Silent
                | Seen::Closed
                | Seen::NoTls(_)
                | Seen::Failed(_)
                | Seen::Unknown => {}
            }
        }
        if let Some((expected, found)) = other_set {
            return OpenError::OtherSet { expected, found };
        }
        let what = texts(&hosts, options);
        if hosts.values().any(|seen| matches!(seen, Seen::Server(_))) {
            return OpenError::NoPrimary { hosts: what };
        }
        if hosts.values().any(|seen| matches!(seen, Seen::NoTls(_))) {
            return OpenError::Tls { hosts: what };
        }
        OpenError::Unreachable { hosts: what }
    }
}

/// Each host with what was seen there; a host that was not tried yet counts as silent.
fn texts(hosts: &BTreeMap<String, Seen>, options: &ClientOptions) -> String {
    let mut all: BTreeMap<String, &Seen> =
        options.hosts.iter().map(|host| (host.to_string(), &Seen::Silent)).collect();
    all.extend(hosts.iter().map(|(host, seen)| (host.clone(), seen)));
    let text = |(host, seen): (String, &Seen)| format!("{host}: {}", seen.text());
    all.into_iter().map(text).collect::<Vec<_>>().join("; ")
}

/// A set that has no configuration yet, with the command that gives it one of the hosts of the connection string.
pub(crate) fn not_initiated(options: &ClientOptions) -> OpenError {
    let set = options.repl_set_name.as_deref().unwrap_or("rs0");
    let member = |(number, host): (usize, &ServerAddress)| format!("{{_id: {number}, host: \"{host}\"}}");
    let members: Vec<String> = options.hosts.iter().enumerate().map(member).collect();
    let first = options.hosts.first().map(ToString::to_string).unwrap_or_default();
    let tls = if matches!(options.tls, Some(Tls::Enabled(_))) { " --tls" } else { "" };
    let config = format!("{{_id: \"{set}\", members: [{}]}}", members.join(", "));
    let command =
        format!("mongosh \"mongodb://{first}/?directConnection=true\"{tls} --eval 'rs.initiate({config})'");
    OpenError::NotInitiated { command }
}

impl Role {
    /// What a server says of itself in its answer to `hello`.
    pub(crate) fn of(hello: &Document) -> Self {
        let is_primary =
            ["isWritablePrimary", "ismaster"].iter().any(|flag| matches!(hello.get_bool(flag), Ok(true)));
        if hello.get_str("msg").is_ok_and(|message| message == "isdbgrid") {
            return Self::Router;
        }
        match hello.get_str("setName") {
            Ok(set) if is_primary => Self::Primary(set.to_owned()),
            Ok(set) => Self::Member(set.to_owned()),
            Err(_) if matches!(hello.get_bool("isreplicaset"), Ok(true)) => Self::NotInitiated,
            Err(_) => Self::Standalone,
        }
    }
}

impl Seen {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum, which grows")]
    fn of(error: &Error) -> Self {
        match &*error.kind {
            ErrorKind::DnsResolve { .. } => Self::NoAddress,
            ErrorKind::InvalidTlsConfig { .. } => Self::NoTls("its files or options are not valid"),
            ErrorKind::Io(io) => Self::of_io(io),
            _ => Self::Unknown,
        }
    }

    /// Name resolution and TLS have no kinds of their own: their texts, which hold no secret, tell them.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's enum, which grows")]
    fn of_io(error: &io::Error) -> Self {
        let text = error.to_string();
        if text.contains("failed to lookup address") {
            return Self::NoAddress;
        }
        if text.contains("certificate") {
            return Self::NoTls(certificate(&text));
        }
        if error.kind() == io::ErrorKind::InvalidData || text.contains("tls handshake") {
            return Self::NoTls(
                "the server does not answer in TLS; leave tls=true out, or switch it on there",
            );
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::Silent,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Closed,
            kind => Self::Failed(kind),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::NoAddress => "DNS has no address for the host name".to_owned(),
            Self::Refused => "the connection is refused, nothing listens on the port".to_owned(),
            Self::Silent => "no answer in time".to_owned(),
            Self::Closed => {
                "the connection is closed without an answer; the server may require TLS (tls=true)".to_owned()
            }
            Self::NoTls(why) => format!("TLS failed: {why}"),
            Self::Failed(kind) => format!("the connection fails ({kind})"),
            Self::Unknown => "the driver fails".to_owned(),
            Self::Server(Role::Primary(set)) => format!("the primary of {set}"),
            Self::Server(Role::Member(set)) => format!("a member of {set} that is not the primary"),
            Self::Server(Role::Router | Role::Standalone | Role::NotInitiated) => "no member".to_owned(),
        }
    }
}

fn certificate(text: &str) -> &'static str {
    if text.contains("UnknownIssuer") {
        "an unknown authority has signed the server's certificate (tlsCAFile names the known one)"
    } else if text.contains("NotValidForName") || text.contains("not valid for name") {
        "the server's certificate is for another host name"
    } else if text.contains("xpired") {
        "the server's certificate has expired"
    } else {
        "a certificate is not accepted"
    }
}
