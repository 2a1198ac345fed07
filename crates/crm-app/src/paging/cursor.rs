//! Cursors: a position in a sorted list as a URL-safe text that clients hand back.
//!
//! A cursor names the order it belongs to, so that it is refused in another one. One that carries a text names the version
//! of the normalization that made it as well: in the order that another version makes, its position means nothing. It holds
//! nothing secret: what it says was in the answer it came with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::flaw::Flaw;
use crm_domain::fold::FOLD_VERSION;
use crm_domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::paging::{Direction, Position, PositionKey, Sort};

const FORMAT: u8 = 1;

/// The longest cursor there can be: a name of 200 characters may fold to 18 times as many.
const LONGEST: usize = 12_000;

/// A sort field that cursors can name by one byte.
pub trait SortField: Copy + PartialEq {
    /// The byte, different for every field of every list.
    fn tag(self) -> u8;

    /// Whether lists sorted so have positions with keys like this one.
    fn has_key(self, key: &PositionKey) -> bool;
}

/// Writes the cursor of this position in a list sorted so.
pub fn encode<By: SortField>(sort: Sort<By>, position: &Position) -> String {
    let mut bytes = vec![FORMAT, tag_of(sort)];
    bytes.extend_from_slice(position.id.as_bytes());
    match &position.key {
        PositionKey::Time(at) => {
            bytes.push(0);
            bytes.extend_from_slice(&at.millis().to_be_bytes());
        }
        PositionKey::Text(text) => {
            bytes.push(3);
            bytes.extend_from_slice(&FOLD_VERSION.to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        PositionKey::Rank(rank) => bytes.extend_from_slice(&[2, *rank]),
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor of a list sorted so.
///
/// # Errors
/// `invalid` if it is none, or one of a list in another order.
pub fn decode<By: SortField>(sort: Sort<By>, text: &str) -> Result<Position, Flaw> {
    let malformed = || Flaw::new("invalid", "must be a nextCursor of this list");
    if text.len() > LONGEST {
        return Err(malformed());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())?;
    let [FORMAT, tag, rest @ ..] = bytes.as_slice() else {
        return Err(malformed());
    };
    if *tag != tag_of(sort) {
        return Err(Flaw::new("invalid", "belongs to a list in another order: keep sort as it was"));
    }
    let (id, rest) = rest.split_at_checked(16).ok_or_else(malformed)?;
    let id = Uuid::from_slice(id).map_err(|_| malformed())?;
    let key = match rest {
        [0, millis @ ..] => {
            let millis = <[u8; 8]>::try_from(millis).map_err(|_| malformed())?;
            PositionKey::Time(Timestamp::from_millis(i64::from_be_bytes(millis)).ok_or_else(malformed)?)
        }
        // Before texts named their version, they were of kind 1.
        [1, ..] => return Err(outdated()),
        [3, text @ ..] => {
            let (version, text) = text.split_first_chunk().ok_or_else(malformed)?;
            if u32::from_be_bytes(*version) != FOLD_VERSION {
                return Err(outdated());
            }
            PositionKey::Text(std::str::from_utf8(text).map_err(|_| malformed())?.to_owned())
        }
        [2, rank] => PositionKey::Rank(*rank),
        _ => return Err(malformed()),
    };
    if sort.by.has_key(&key) { Ok(Position { key, id }) } else { Err(malformed()) }
}

fn outdated() -> Flaw {
    Flaw::new("invalid", "was made before the sort order of texts changed: start again without a cursor")
}

fn tag_of<By: SortField>(sort: Sort<By>) -> u8 {
    let direction = match sort.direction {
        Direction::Ascending => 0,
        Direction::Descending => 1,
    };
    sort.by.tag() << 1 | direction
}
