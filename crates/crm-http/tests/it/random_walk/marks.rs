//! Texts that only what is hidden holds, and how they are found in an answer.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_testkit::random::Random;

use crate::support::client::Reply;

/// Letters that neither ids nor words of ours have in a row.
const LETTERS: &[u8] = b"ghjkmnpqrstvwxyz";
/// How long the common part of all marks is.
const CORE: usize = 12;
/// The least of it that is searched for: so much of it is in nothing else.
const PIECE: usize = 5;
/// The day on which hidden tasks are due: nothing else is in that month.
pub(super) const DUE: &str = "2093-07-19";

/// Makes marks and finds them. All of a run have a random part in common; each has its field and a number besides, so
/// that one that is found says where it comes from.
#[derive(Debug)]
pub(super) struct Marks {
    core: String,
    dial: String,
    made: usize,
    /// The ids of what is hidden and always was.
    pub(super) ids: HashSet<String>,
}

impl Marks {
    pub(super) fn new(random: &mut Random) -> Self {
        let core = (0..CORE).map(|_| char::from(*random.pick(LETTERS))).collect();
        let dial =
            format!("{:04}-{:04}-{:04}", random.below(10_000), random.below(10_000), random.below(10_000));
        Self { core, dial, made: 0, ids: HashSet::new() }
    }

    /// How many were made.
    pub(super) fn made(&self) -> usize {
        self.made
    }

    /// A text for this field.
    pub(super) fn text(&mut self, field: &str) -> String {
        self.made += 1;
        format!("{}{field}{}", self.core, self.made)
    }

    /// An email.
    pub(super) fn email(&mut self) -> String {
        format!("{}@example.com", self.text("mail"))
    }

    /// A telephone number.
    pub(super) fn phone(&mut self) -> String {
        self.made += 1;
        format!("+{}-{}", self.dial, self.made)
    }

    /// A piece of what all have in common, to search for: never the whole, so that no answer has it by repeating it.
    pub(super) fn piece(&self, random: &mut Random) -> String {
        let whole = if random.chance(0.8) { &self.core } else { &self.dial };
        let length = PIECE + random.below(CORE - PIECE);
        let start = random.below(whole.len() - length);
        whole[start..start + length].to_owned()
    }

    /// Whether this is such a piece, or has one.
    pub(super) fn has_piece(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        [&self.core, &self.dial]
            .into_iter()
            .any(|whole| (0..=whole.len() - PIECE).any(|start| text.contains(&whole[start..start + PIECE])))
    }

    /// What an answer says of what is hidden, if it says anything: a mark, or an id that the request did not name.
    pub(super) fn found_in(&self, reply: &Reply, asked: &str) -> Option<String> {
        let mut texts = vec![reply.text.clone()];
        for (name, value) in &reply.headers {
            texts.push(format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        }
        for cursor in cursors(reply) {
            let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap_or_default();
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
            texts.push(uuid_in_cursor(&bytes));
        }
        texts.iter().find_map(|text| self.mark_in(text).or_else(|| self.id_in(text, asked)))
    }

    fn mark_in(&self, text: &str) -> Option<String> {
        let at = [self.core.as_str(), self.dial.as_str(), "2093-07"]
            .into_iter()
            .find_map(|mark| text.find(mark))?;
        let from = text.floor_char_boundary(at.saturating_sub(60));
        let to = text.floor_char_boundary(at + 60);
        Some(text[from..to].to_owned())
    }

    fn id_in(&self, text: &str, asked: &str) -> Option<String> {
        ids(text).find(|id| self.ids.contains(*id) && !asked.contains(id)).map(str::to_owned)
    }

    /// Whether a request names something that is hidden.
    pub(super) fn is_named_in(&self, asked: &str) -> bool {
        ids(asked).any(|id| self.ids.contains(id))
    }
}

/// What looks like an id in this text.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('-').filter_map(|(at, _)| text.get(at.checked_sub(8)?..at + 28))
}

/// The cursors of an answer.
pub(super) fn cursors(reply: &Reply) -> Vec<String> {
    let of_link = reply.header("link").split(['&', '?', '>']).find_map(|part| part.strip_prefix("cursor="));
    reply.body["nextCursor"].as_str().into_iter().chain(of_link).map(str::to_owned).collect()
}

/// The id that a cursor carries after its two first bytes.
fn uuid_in_cursor(bytes: &[u8]) -> String {
    let id = bytes.get(2..18).and_then(|id| uuid::Uuid::from_slice(id).ok());
    id.map_or_else(String::new, |id| id.to_string())
}
