//! Access tokens that somebody made up, changed or kept too long: each is refused with the same answer.
//!
//! Most are signed with the server's own key, so that it is the one wrong thing that they are refused for.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use crm_domain::timestamp::Timestamp;
use crm_security::tokens::ring::AccessKey;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha512};

use crate::support::client::{Client, Reply};
use crate::support::server::{ACCESS_SECRET, REFRESH_SECRET};
use crate::support::world::World;

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn kid() -> String {
    AccessKey::of(ACCESS_SECRET.into(), Timestamp::MIN, Timestamp::MIN).kid
}

/// Signed with this key, whatever header and claims say.
fn signed_with(key: &[u8], header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", base64(header), base64(claims));
    let code = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message.as_bytes()).finalize();
    format!("{message}.{}", base64(code.into_bytes()))
}

/// A token with the server's own key, of which one thing is to be wrong.
struct Forger {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Forger {
    fn signed(header: &str, claims: &str) -> String {
        signed_with(ACCESS_SECRET.as_bytes(), header.as_bytes(), claims.as_bytes())
    }

    fn header(&self) -> String {
        Value::Object(self.header.clone()).to_string()
    }

    fn claims(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// With this header, as it stands.
    fn headed(&self, header: &str) -> String {
        Self::signed(header, &self.claims())
    }

    /// With these claims, as they stand.
    fn claiming(&self, claims: &str) -> String {
        Self::signed(&self.header(), claims)
    }

    /// With this member of the header in another way, or without it.
    fn with_header(&self, name: &str, value: Option<Value>) -> String {
        self.headed(&changed(&self.header, name, value))
    }

    /// With this claim in another way, or without it.
    fn with_claim(&self, name: &str, value: Option<Value>) -> String {
        self.claiming(&changed(&self.claims, name, value))
    }

    fn seconds(&self, claim: &str) -> i64 {
        self.claims[claim].as_i64().unwrap()
    }
}

fn changed(members: &Map<String, Value>, name: &str, value: Option<Value>) -> String {
    let mut members = members.clone();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    Value::Object(members).to_string()
}

/// With bits in the last character that no decoder should pass over.
fn with_trailing_bits(part: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_ne!(part.len() % 4, 0, "its last character has no bits to spare");
    let (start, last) = part.split_at(part.len() - 1);
    let place = ALPHABET.iter().position(|own| *own == last.as_bytes()[0]).unwrap();
    format!("{start}{}", char::from(ALPHABET[place ^ 1]))
}

async fn shows(client: &Client, authorization: &[u8]) -> Reply {
    let value = HeaderValue::from_bytes(authorization).unwrap();
    client.send(client.request(Method::GET, "/api/auth/me").header("Authorization", value)).await
}

/// What is wrong with a token, and the token.
type Case = (String, Vec<u8>);

fn case(what: impl Into<String>, token: impl Into<Vec<u8>>) -> Case {
    (what.into(), token.into())
}

/// Tokens whose form is wrong; `token` is good.
fn misshapen(token: &str) -> Vec<Case> {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    vec![
        case("dots", "."),
        case("two dots", ".."),
        case("three dots", "..."),
        case("no signature", format!("{header}.{claims}")),
        case("an empty signature", format!("{header}.{claims}.")),
        case("empty claims", format!("{header}..{signature}")),
        case("an empty header", format!(".{claims}.{signature}")),
        case("a fourth part that is empty", format!("{token}.")),
        case("a fourth part", format!("{token}.{signature}")),
        case("padding", format!("{token}=")),
        case("padded parts", token.split('.').map(pad).collect::<Vec<_>>().join(".")),
        case("one character less", &token[..token.len() - 1]),
        case("four characters less", &token[..token.len() - 4]),
        case("one character more", format!("{token}A")),
        case(
            "trailing bits in the signature",
            format!("{header}.{claims}.{}", with_trailing_bits(signature)),
        ),
        case("the first character gone", &token[1..]),
        case("a space inside", format!("{header}. {claims}.{signature}")),
        case("a tab inside", format!("{header}.\t{claims}.{signature}")),
        case("itself twice", format!("{token}{token}")),
        case("itself in a list", format!("{token}, {token}")),
        case("two words", format!("{token} {token}")),
        case("the scheme twice", format!("Bearer {token}")),
        case("quotes", format!("\"{token}\"")),
        case("dots by number", token.replace('.', "%2E")),
        case("upper case", token.to_uppercase()),
        case("backwards", token.chars().rev().collect::<String>()),
        case("a long token", "A".repeat(3_000)),
        case("a long signature", format!("{token}{}", "A".repeat(3_000))),
        case("not ASCII", "é.é.é"),
        case("a letter that looks like one", token.replacen('e', "е", 1)),
        case("bytes of no text", [token.as_bytes(), b"\xff\xfe"].concat()),
        case(
            "as JSON",
            json!({ "protected": header, "payload": claims, "signature": signature }).to_string(),
        ),
        case("five parts, as encrypted ones have", format!("{token}.{header}.{claims}")),
        case("null", "null"),
        case("undefined", "undefined"),
    ]
}

fn pad(part: &str) -> String {
    URL_SAFE.encode(URL_SAFE_NO_PAD.decode(part).unwrap())
}

/// Tokens with a header that is none of ours, signed as if it were.
fn misheaded(forger: &Forger) -> Vec<Case> {
    let mut cases = Vec::new();
    for alg in
        ["none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA", "hs256", ""]
    {
        cases.push(case(format!("alg {alg:?}"), forger.with_header("alg", Some(json!(alg)))));
    }
    for value in [None, Some(Value::Null), Some(json!(["HS256"])), Some(json!(256)), Some(json!({}))] {
        cases.push(case(format!("alg {value:?}"), forger.with_header("alg", value)));
    }
    for typ in ["JWT", "jwt", "AT+JWT", "application/at+jwt", "refresh", ""] {
        cases.push(case(format!("typ {typ:?}"), forger.with_header("typ", Some(json!(typ)))));
    }
    cases.push(case("no typ", forger.with_header("typ", None)));
    let kid = kid();
    for other in
        ["", "other", "../../../../dev/null", "' OR '1'='1", "0", &format!("{kid} "), &kid.to_lowercase()]
    {
        cases.push(case(format!("kid {other:?}"), forger.with_header("kid", Some(json!(other)))));
    }
    for value in [None, Some(Value::Null), Some(json!([kid])), Some(json!(0)), Some(json!(true))] {
        cases.push(case(format!("kid {value:?}"), forger.with_header("kid", value)));
    }
    for (name, value) in [
        ("jku", json!("https://evil.example/keys.json")),
        ("jwk", json!({ "kty": "oct", "k": base64("k".repeat(32)) })),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("abc")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("nonce", json!("x")),
    ] {
        cases.push(case(format!("{name} in the header"), forger.with_header(name, Some(value))));
    }
    let header = forger.header();
    for (what, header) in [
        ("alg twice", header.replacen('{', r#"{"alg":"none","#, 1)),
        ("kid twice", header.replacen('{', r#"{"kid":"other","#, 1)),
        ("typ twice", header.replacen('{', r#"{"typ":"at+jwt","#, 1)),
        ("something behind the header", format!("{header} x")),
        ("two headers", format!("{header}{header}")),
        ("a byte order mark", format!("\u{feff}{header}")),
        ("a list for a header", format!("[{header}]")),
        ("a text for a header", json!(header).to_string()),
        ("nothing for a header", "{}".to_owned()),
        ("a deep header", format!("{}{}", "[".repeat(400), "]".repeat(400))),
    ] {
        cases.push(case(what, forger.headed(&header)));
    }
    cases
}

/// Tokens with a claim that is wrong, signed as if it were right.
fn misclaiming(forger: &Forger) -> Vec<Case> {
    let (issued, expires) = (forger.seconds("iat"), forger.seconds("exp"));
    let life = expires - issued;
    let mut cases = Vec::new();
    let mut wrong = |name: &str, value: Value| {
        cases.push(case(format!("{name} {value}"), forger.with_claim(name, Some(value))));
    };
    // The clock shows when it was issued.
    for late in [issued - 6, issued - 60, 0, -1, i64::MIN] {
        wrong("exp", json!(late));
    }
    for early in [issued + 6, issued + life, i64::MAX] {
        wrong("nbf", json!(early));
        wrong("iat", json!(early));
    }
    for name in ["exp", "nbf", "iat", "ver"] {
        for value in [json!("1"), json!(1.5), json!(1e99), Value::Null, json!([1]), json!(true)] {
            wrong(name, value);
        }
    }
    for other in [json!("CRM"), json!("other"), json!(["crm"]), json!(""), Value::Null] {
        wrong("iss", other);
    }
    for other in [json!("crm"), json!(["crm-api"]), json!(["crm-api", "other"]), json!(""), Value::Null] {
        wrong("aud", other);
    }
    for other in [json!("0195a000-0000-7000-8000-ffffffffffff"), json!("x"), json!(""), json!(1), json!("*")]
    {
        wrong("sub", other);
    }
    for other in [json!("x"), json!(""), json!(["x"]), Value::Null] {
        wrong("sid", other);
    }
    for other in [json!(7), json!(-1), json!(4_294_967_296_i64)] {
        wrong("ver", other);
    }
    for (name, value) in [("role", json!("admin")), ("admin", json!(true)), ("__proto__", json!({}))] {
        wrong(name, value);
    }
    for name in forger.claims.keys() {
        cases.push(case(format!("no {name}"), forger.with_claim(name, None)));
        let twice = format!("{{\"{name}\":{},{}", forger.claims[name], &forger.claims()[1..]);
        cases.push(case(format!("{name} twice"), forger.claiming(&twice)));
    }
    for claims in ["", "{}", "[]", "null", "true", "\"claims\"", "{", "\u{0}"] {
        cases.push(case(format!("claims {claims:?}"), forger.claiming(claims)));
    }
    cases.push(case("a list of claims", forger.claiming(&format!("[{}]", forger.claims()))));
    cases.push(case("something behind the claims", forger.claiming(&format!("{}}}", forger.claims()))));
    let nested = Forger::signed(&forger.header(), &forger.claims());
    cases.push(case("a token in a token", forger.claiming(&nested)));
    cases.push(case("a token in a token, as text", forger.claiming(&json!(nested).to_string())));
    let bytes = [forger.claims().as_bytes(), b"\xff"].concat();
    let token = signed_with(ACCESS_SECRET.as_bytes(), forger.header().as_bytes(), &bytes);
    cases.push(case("claims that are no text", token));
    cases
}

/// Tokens that another key, or none, has signed.
fn missigned(forger: &Forger, another: &str) -> Vec<Case> {
    let (header, claims) = (forger.header(), forger.claims());
    let message = format!("{}.{}", base64(&header), base64(&claims));
    let mut cases = Vec::new();
    for (what, key) in [
        ("no key", &b""[..]),
        ("the refresh secret", REFRESH_SECRET.as_bytes()),
        ("the key's id", kid().as_bytes()),
        ("a well-known secret", b"secret"),
        ("the key in base64", base64(ACCESS_SECRET).as_bytes()),
    ] {
        cases.push(case(
            format!("signed with {what}"),
            signed_with(key, header.as_bytes(), claims.as_bytes()),
        ));
    }
    let sha512 = Hmac::<Sha512>::new_from_slice(ACCESS_SECRET.as_bytes()).unwrap();
    let sha512 = sha512.chain_update(message.as_bytes()).finalize().into_bytes();
    cases.push(case("signed with SHA-512", format!("{message}.{}", base64(sha512))));
    let half = &sha512[..32];
    cases.push(case("signed with half of SHA-512", format!("{message}.{}", base64(half))));
    let plain = Sha256::digest([ACCESS_SECRET.as_bytes(), message.as_bytes()].concat());
    cases.push(case("hashed and not signed", format!("{message}.{}", base64(plain))));
    cases.push(case("zeros for a signature", format!("{message}.{}", base64([0; 32]))));
    let signature = another.rsplit('.').next().unwrap();
    cases.push(case("somebody else's signature", format!("{message}.{signature}")));
    let none = changed(&forger.header, "alg", Some(json!("none")));
    cases.push(case("alg none and no signature", format!("{}.{}.", base64(none), base64(&claims))));
    cases
}

#[tokio::test]
async fn every_hostile_token_gets_the_same_refusal() {
    let world = World::new().await;
    let good = world.owner.token().to_owned();
    let parts: Vec<Value> = good
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    let [Value::Object(header), Value::Object(claims)] = &parts[..] else { panic!("{parts:?}") };
    let forger = Forger { header: header.clone(), claims: claims.clone() };
    // What follows is refused for what is wrong with it, and not because it is forged.
    assert_eq!(Forger::signed(&forger.header(), &forger.claims()), good);
    let client = world.server.nobody();
    shows(&client, format!("Bearer {good}").as_bytes()).await.expect(200);

    let mut cases = misshapen(&good);
    cases.extend(misheaded(&forger));
    cases.extend(misclaiming(&forger));
    cases.extend(missigned(&forger, world.other.token()));
    assert!(cases.len() >= 150, "{}", cases.len());
    let expected = shows(&client, b"Bearer x").await;
    for (what, token) in cases {
        let reply = shows(&client, &[b"Bearer ", token.as_slice()].concat()).await;
        assert_eq!(reply.verdict(), (401, "invalid_token"), "{what}: {}", String::from_utf8_lossy(&token));
        let shape = |reply: &Reply| {
            let mut body = reply.body.as_object().unwrap().clone();
            body.remove("requestId").unwrap();
            (body, reply.header("www-authenticate").to_owned())
        };
        let members = |reply: &Reply| reply.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&reply), members(&expected), "{what}");
        // What is no token at all is told so.
        if !reply.text.contains("the header Authorization must be") {
            assert_eq!(shape(&reply), shape(&expected), "{what}");
        }
    }
    shows(&client, format!("Bearer {good}").as_bytes()).await.expect(200);
}

#[tokio::test]
async fn a_token_is_good_until_five_seconds_after_its_end_by_another_clock_and_no_longer() {
    let world = World::new().await;
    let life = std::time::Duration::from_mins(15);
    world.server.clock.advance(life + std::time::Duration::from_secs(4));
    world.owner.get("/api/auth/me").await.expect(200);
    world.server.clock.advance(std::time::Duration::from_secs(2));
    assert_eq!(world.owner.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
}
