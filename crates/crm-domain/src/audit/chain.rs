//! How the entries of the audit log hold together.
//!
//! Each entry has a number and a seal: HMAC-SHA256, under a key that only the servers have, over the number, the seal
//! of the entry before and everything that the entry says. Who can write the store and has no key can neither change
//! an entry nor put one in, take one out or swap two: the seals after it would have to be made anew. The head, kept
//! apart and sealed too, names the last entry, so that the end cannot be cut off; and the last entry that was pruned,
//! so that the beginning cannot be either.
//!
//! What no seal can tell is a whole store that was put back to an older copy of itself. That is found by comparing the
//! head with one that was noted outside.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::AuditEvent;

/// What entries are sealed with. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditKey([u8; 32]);

/// Which key sealed a log: a check value that follows from the key and tells nothing else of it.
///
/// It is no proof: who can write the store can put another one in its place. It only tells the operator's mistake, a
/// key that is not this log's, from damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuditKeyId(pub [u8; ID_BYTES]);

/// The seal of an entry or of a head. That of a head begins with the id of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seal(pub [u8; 32]);

/// A place in the log: the number of an entry and its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The entry's number.
    pub sequence: u64,
    /// Its seal.
    pub seal: Seal,
}

/// An event in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: one more than that of the entry before.
    pub sequence: u64,
    /// What happened.
    pub event: AuditEvent,
    /// What holds it in its place.
    pub seal: Seal,
}

/// Where the log begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// The last entry that was pruned; [`Mark::START`] if none was.
    pub anchor: Mark,
    /// The last entry.
    pub last: Mark,
    /// What holds the two together.
    pub seal: Seal,
}

impl AuditKey {
    /// The key that follows from a secret of the server's.
    pub fn derive(secret: &[u8]) -> Self {
        Self(mac(secret, &[b"crm: key of the audit log, 1"]))
    }

    /// Which key it is.
    pub fn id(&self) -> AuditKeyId {
        AuditKeyId(first_bytes(mac(&self.0, &[b"crm: id of the key of the audit log, 1"])))
    }

    /// Whether this key sealed the entry, in its place behind the entry with the seal `before`.
    pub fn has_sealed(&self, before: Seal, entry: &AuditEntry) -> bool {
        entry.seal == self.seal(entry.sequence, before, &entry.event)
    }

    /// The events as the entries that follow on this place, in order, and the place that they lead to.
    pub fn chain(&self, after: Mark, events: &[AuditEvent]) -> (Vec<AuditEntry>, Mark) {
        let mut last = after;
        let entries = events.iter().map(|event| {
            let sequence = last.sequence.saturating_add(1);
            let seal = self.seal(sequence, last.seal, event);
            last = Mark { sequence, seal };
            AuditEntry { sequence, event: event.clone(), seal }
        });
        (entries.collect(), last)
    }

    /// What follows on a log as it is kept: the entries that these events become, and the head from then on.
    ///
    /// `head` is what is kept of it and `newest` the last entry that is there. If the two do not agree, or the head is
    /// not ours, somebody has meddled: the log goes on behind whatever there is, and its head names this key and is left
    /// without a seal, so that no later entry hides what was done. `pruned` is where the log begins from now on.
    pub fn follow(
        &self,
        head: Option<AuditHead>,
        newest: Option<Mark>,
        pruned: Option<Mark>,
        events: &[AuditEvent],
    ) -> (Vec<AuditEntry>, AuditHead) {
        let kept = head.unwrap_or(AuditHead { anchor: Mark::START, last: Mark::START, seal: Seal::NONE });
        let is_new = head.is_none() && newest.is_none();
        let is_ours = head.is_some_and(|head| self.is_sound(&head));
        let agrees = newest.unwrap_or(kept.anchor) == kept.last;
        let last = match newest {
            Some(newest) if newest.sequence > kept.last.sequence => newest,
            Some(_) | None => kept.last,
        };
        let (entries, last) = self.chain(last, events);
        let next = self.head(pruned.unwrap_or(kept.anchor), last);
        let is_whole = is_new || (is_ours && agrees);
        (entries, if is_whole { next } else { AuditHead { seal: self.id().unsealed(), ..next } })
    }

    /// A head that says this.
    pub fn head(&self, anchor: Mark, last: Mark) -> AuditHead {
        AuditHead { anchor, last, seal: self.seal_of_head(anchor, last) }
    }

    /// Whether the head was sealed with this key.
    pub fn is_sound(&self, head: &AuditHead) -> bool {
        head.seal == self.seal_of_head(head.anchor, head.last)
    }

    /// The seal of an entry.
    pub(super) fn seal(&self, sequence: u64, before: Seal, event: &AuditEvent) -> Seal {
        let written = written(event);
        Seal(mac(&self.0, &[b"crm: entry, 1", &sequence.to_be_bytes(), &before.0, &written]))
    }

    /// The seal of a head.
    fn seal_of_head(&self, anchor: Mark, last: Mark) -> Seal {
        let (from, to) = (anchor.sequence.to_be_bytes(), last.sequence.to_be_bytes());
        let code = mac(&self.0, &[b"crm: head, 2", &from, &anchor.seal.0, &to, &last.seal.0]);
        // 192 bits of the code are as good as all of it (RFC 2104, 5).
        let mut seal = self.id().unsealed();
        seal.0.iter_mut().skip(ID_BYTES).zip(code).for_each(|(byte, of_code)| *byte = of_code);
        seal
    }
}

/// The length of an [`AuditKeyId`].
const ID_BYTES: usize = 8;

impl AuditKeyId {
    /// The seal of a head that names this key and is not sealed.
    fn unsealed(self) -> Seal {
        let mut seal = Seal::NONE;
        seal.0.iter_mut().zip(self.0).for_each(|(byte, of_id)| *byte = of_id);
        seal
    }
}

impl fmt::Display for AuditKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl AuditHead {
    /// The key that the head names.
    pub fn key_id(&self) -> AuditKeyId {
        AuditKeyId(first_bytes(self.seal.0))
    }
}

fn first_bytes(bytes: [u8; 32]) -> [u8; ID_BYTES] {
    let mut first = [0; ID_BYTES];
    first.iter_mut().zip(bytes).for_each(|(byte, of_all)| *byte = of_all);
    first
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey(hidden)")
    }
}

impl Mark {
    /// Before the first entry there ever was.
    pub const START: Self = Self { sequence: 0, seal: Seal::NONE };

    /// Reads what [`Mark`] writes: a number, a colon, and 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (sequence, digits) = text.trim().split_once(':')?;
        Some(Self { sequence: sequence.parse().ok()?, seal: Seal::parse(digits)? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.seal)
    }
}

impl Seal {
    /// No seal at all: what has it is not sealed.
    pub const NONE: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    pub fn parse(digits: &str) -> Option<Self> {
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        let bytes: Vec<u8> = pairs
            .iter()
            .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
            .collect::<Option<_>>()?;
        if rest.is_empty() { <[u8; 32]>::try_from(bytes).ok().map(Self) } else { None }
    }
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The code over these parts, each with its length before it, so that no two lists of parts are written alike.
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length will do.
    let Ok(mut code) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        code.update(&(part.len() as u64).to_be_bytes());
        code.update(part);
    }
    code.finalize().into_bytes().into()
}

/// Everything that an event says, in one way only.
fn written(event: &AuditEvent) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    put(&mut out, event.id.uuid().as_bytes());
    put(&mut out, &event.at.millis().to_be_bytes());
    put(&mut out, event.kind.as_str().as_bytes());
    put_some(&mut out, event.actor.as_ref().map(|actor| actor.name.as_bytes()));
    let by = event.actor.as_ref().and_then(|actor| actor.id).map(crate::ids::UserId::uuid);
    put_some(&mut out, by.as_ref().map(|id| id.as_bytes().as_slice()));
    let subject = event.subject.map(crate::ids::UserId::uuid);
    put_some(&mut out, subject.as_ref().map(|id| id.as_bytes().as_slice()));
    let session = event.session.map(crate::ids::SessionId::uuid);
    put_some(&mut out, session.as_ref().map(|id| id.as_bytes().as_slice()));
    put_some(&mut out, event.address.as_ref().map(String::as_bytes));
    put_some(&mut out, event.request_id.as_ref().map(String::as_bytes));
    put(&mut out, &event.count.to_be_bytes());
    put(&mut out, &(event.details.len() as u64).to_be_bytes());
    for (name, text) in &event.details {
        put(&mut out, name.as_bytes());
        put(&mut out, text.as_bytes());
    }
    out
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn put_some(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    out.push(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        put(out, bytes);
    }
}

#[cfg(test)]
mod tests;
