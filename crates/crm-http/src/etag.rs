//! Entity tags (RFC 9110 section 8.8.3) and the two headers that compare them.
//!
//! A single record's tag is `"<version>-<hash of the body>"`: strong, since the body shows more than the record, such
//! as the names of people. What changes a record compares the version only. A compressed answer is made of other bytes,
//! so that its tag ends in the coding.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use crm_app::precondition::Precondition;
use crm_domain::flaw::Flaw;
use crm_domain::version::Version;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;
use crate::problem::kind::Kind;

/// Bytes of the hash that a tag shows: 96 bits.
const SHOWN: usize = 12;

/// The ends of the tags of compressed answers.
const COMPRESSED: [&str; 2] = ["-gzip", "-deflate"];

/// The tag of the same body, compressed with this coding.
pub(crate) fn of_compressed(tag: &str, coding: &str) -> Option<String> {
    tag.strip_suffix('"').map(|open| format!("{open}-{coding}\""))
}

/// The tag of the body before it was compressed.
fn uncompressed(opaque: &str) -> &str {
    COMPRESSED.iter().find_map(|end| opaque.strip_suffix(end)).unwrap_or(opaque)
}

/// The tag of a body that is no single record.
pub(crate) fn of_body(body: &[u8]) -> String {
    format!("\"{}\"", hash(body))
}

/// The tag of a body that is the same as long as the program runs: hashed once, since it may be large. It is known again
/// by where it lies.
pub(crate) fn of_lasting(body: &Bytes) -> String {
    static TAGS: Mutex<BTreeMap<(usize, usize), String>> = Mutex::new(BTreeMap::new());
    let place = (body.as_ptr().addr(), body.len());
    // Nothing in here panics half way.
    let mut tags = TAGS.lock().unwrap_or_else(PoisonError::into_inner);
    tags.entry(place).or_insert_with(|| of_body(body)).clone()
}

/// The tag of a record at this version, shown by this body.
pub(crate) fn of_version(version: Version, body: &[u8]) -> String {
    format!("\"{version}-{}\"", hash(body))
}

/// Whether the client says (`If-None-Match`) that it has what this tag stands for. Only asked when reading.
pub(crate) fn client_has(request: &HttpRequest, tag: &str) -> bool {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    let Ok(Some(header)) = joined(request, &IF_NONE_MATCH) else {
        return false;
    };
    if header.trim() == "*" {
        return true;
    }
    // A header that makes no sense is no reason to fail: the client gets the whole answer.
    let own = tag.trim_matches('"');
    parse_list(&header).is_some_and(|tags| tags.iter().any(|tag| uncompressed(tag.opaque) == own))
}

/// What the client demands of the version it changes (`If-Match`). A weak tag counts like its strong form: proxies that
/// compress answers make tags weak, and only the version in a tag is compared. (RFC 9110 section 13.1.1 would have it
/// match nothing.)
///
/// # Errors
/// A malformed header.
pub(crate) fn precondition(request: &HttpRequest) -> Result<Precondition, Problem> {
    let Some(header) = joined(request, &IF_MATCH)? else {
        return Ok(Precondition::None);
    };
    if header.trim() == "*" {
        return Ok(Precondition::Any);
    }
    let tags = parse_list(&header).ok_or_else(malformed)?;
    Ok(Precondition::OneOf(tags.iter().filter_map(EntityTag::version).collect()))
}

/// An entity tag without its quotes, and without the mark of a weak one: both headers compare weak tags like strong ones.
#[derive(Debug, PartialEq, Eq)]
struct EntityTag<'a> {
    opaque: &'a str,
}

impl EntityTag<'_> {
    /// The version that the tag names.
    fn version(&self) -> Option<Version> {
        let digits = self.opaque.split_once('-').map_or(self.opaque, |(version, _)| version);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten().map(Version::new)
    }
}

/// Reads a list of tags; `None` if it is none or empty.
fn parse_list(header: &str) -> Option<Vec<EntityTag<'_>>> {
    let mut tags = Vec::new();
    let mut rest = header.trim();
    while !rest.is_empty() {
        let quoted = rest.strip_prefix("W/").unwrap_or(rest);
        let (opaque, behind) = quoted.strip_prefix('"')?.split_once('"')?;
        if opaque.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        tags.push(EntityTag { opaque });
        let behind = behind.trim_start();
        rest = match behind.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if behind.is_empty() => behind,
            None => return None,
        };
    }
    (!tags.is_empty()).then_some(tags)
}

/// The header's lines as one list.
fn joined(request: &HttpRequest, name: &HeaderName) -> Result<Option<String>, Problem> {
    let mut lines = request.headers().get_all(name).peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let lines: Result<Vec<&str>, _> = lines.map(|line| line.to_str()).collect();
    lines.map(|lines| Some(lines.join(","))).map_err(|_| malformed())
}

fn malformed() -> Problem {
    let flaw = Flaw::new("invalid", "must be * or entity tags in quotes, as ETag shows them");
    Problem::of_field(Kind::MALFORMED_HEADER, "If-Match", flaw)
}

fn hash(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    URL_SAFE_NO_PAD.encode(digest.get(..SHOWN).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    fn demanded(header: &str) -> Option<Precondition> {
        let request = TestRequest::patch().insert_header((IF_MATCH, header)).to_http_request();
        precondition(&request).ok()
    }

    fn one_of(versions: &[u64]) -> Precondition {
        Precondition::OneOf(versions.iter().copied().map(Version::new).collect())
    }

    #[rstest]
    #[case("*", Precondition::Any)]
    #[case(" * ", Precondition::Any)]
    #[case("\"7-abc\"", one_of(&[7]))]
    #[case("\"7\"", one_of(&[7]))]
    #[case("\"7-abc\" , \"9-d,ef\"", one_of(&[7, 9]))]
    #[case("W/\"7-abc\"", one_of(&[7]))]
    #[case("W/\"7-abc-gzip\", \"8\"", one_of(&[7, 8]))]
    #[case("\"abc\"", one_of(&[]))]
    #[case("\"\"", one_of(&[]))]
    #[case("\"-7\"", one_of(&[]))]
    #[case("\"99999999999999999999999\"", one_of(&[]))]
    fn if_match_demands_versions(#[case] header: &str, #[case] demand: Precondition) {
        assert_eq!(demanded(header), Some(demand));
    }

    #[rstest]
    #[case("7")]
    #[case("")]
    #[case("\"7")]
    #[case("\"7\" \"8\"")]
    #[case("w/\"7\"")]
    #[case("\"7\", *")]
    fn a_malformed_if_match_is_refused(#[case] header: &str) {
        assert_eq!(demanded(header), None);
    }

    #[test]
    fn without_if_match_nothing_is_demanded() {
        assert_eq!(precondition(&TestRequest::patch().to_http_request()).unwrap(), Precondition::None);
    }

    #[rstest]
    #[case("\"a\"", true)]
    #[case("W/\"a\"", true)]
    #[case("\"b\", \"a\"", true)]
    #[case("\"a-gzip\"", true)]
    #[case("*", true)]
    #[case("\"b\"", false)]
    #[case("a", false)]
    fn if_none_match_compares_weakly(#[case] header: &str, #[case] has: bool) {
        let request = TestRequest::get().insert_header((IF_NONE_MATCH, header)).to_http_request();
        assert_eq!(client_has(&request, "\"a\""), has);
        let request = TestRequest::post().insert_header((IF_NONE_MATCH, header)).to_http_request();
        assert!(!client_has(&request, "\"a\""), "it is for reading only");
    }

    #[test]
    fn a_tag_tells_versions_and_bodies_apart() {
        let tag = |version, body: &str| of_version(Version::new(version), body.as_bytes());
        assert_ne!(tag(1, "x"), tag(2, "x"));
        assert_ne!(tag(1, "x"), tag(1, "y"));
        assert!(tag(12, "x").starts_with("\"12-") && tag(12, "x").ends_with('"'));
    }
}
