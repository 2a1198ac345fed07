//! What was asked and what was answered, written down where no fault reaches.

use serde_json::{Value, json};

use crate::client::{NoReply, Reply};
use crate::deed::Deed;
use crate::finding::{Finding, Kind};

/// What a request came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is done; the body.
    Acknowledged(Value),
    /// It is not done; why.
    Refused(String),
    /// Nobody said.
    Unknown,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who asked: only they can ask for the answer again.
    pub user: String,
    /// What was asked.
    pub deed: Deed,
    /// Under which key, if any.
    pub key: Option<String>,
    /// What came of it.
    pub answer: Answer,
}

/// All requests of a store.
#[derive(Debug, Default)]
pub struct Ledger {
    /// In the order in which each client asked.
    pub entries: Vec<Entry>,
    /// Answers that nobody should have got.
    pub findings: Vec<Finding>,
    /// Answers that ended before their end.
    pub broken: u64,
}

/// How many requests came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Done.
    pub acknowledged: u64,
    /// Not done.
    pub refused: u64,
    /// Nobody knows.
    pub unknown: u64,
}

impl Answer {
    /// What an answer means. 503 says that nothing was done, except where it says that this is not known.
    pub fn of(reply: &Result<Reply, NoReply>) -> Self {
        match reply {
            Ok(Reply { status: 200 | 201, body, .. }) => Self::Acknowledged(body.clone()),
            Ok(Reply { status: 503, body, .. })
                if [json!("outcome_unknown"), json!("timeout")].contains(&body["code"]) =>
            {
                Self::Unknown
            }
            Ok(Reply { status: 500, .. }) | Err(NoReply::CutOff | NoReply::Broken) => Self::Unknown,
            Ok(Reply { status, body, .. }) => Self::Refused(format!("{status} {}", body["code"])),
            Err(NoReply::NotSent) => Self::Refused("nobody was there".to_owned()),
        }
    }
}

impl Ledger {
    /// Adds what another has.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.findings.extend(other.findings);
        self.broken += other.broken;
    }

    /// Writes down that somebody was answered what they should not be.
    pub fn wrong(&mut self, what: String) {
        self.findings.push(Finding::new(Kind::Answer, what));
    }

    /// Takes what nobody answered for refused: a server that ended in order did nothing that it did not answer.
    pub fn refuse_what_is_unknown(&mut self, why: &str) {
        for entry in &mut self.entries {
            if entry.answer == Answer::Unknown {
                entry.answer = Answer::Refused(why.to_owned());
            }
        }
    }

    /// How many requests came to what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.entries {
            match entry.answer {
                Answer::Acknowledged(_) => counts.acknowledged += 1,
                Answer::Refused(_) => counts.refused += 1,
                Answer::Unknown => counts.unknown += 1,
            }
        }
        counts
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
    }
}
