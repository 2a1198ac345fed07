//! What a token is believed for, and what not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::ids::{SessionId, UserId};
use hmac::Mac;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;

mod mutations;

const ACCESS: &str = "an access secret of more than 32 bytes";
const REFRESH: &str = "a refresh secret of more than 32 bytes";
const LIFE: Duration = Duration::from_mins(15);

fn tokens() -> JwtTokens {
    JwtTokens::new(&TokenSecrets { access: ACCESS.into(), refresh: REFRESH.into() }, LIFE).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T10:00:00.250Z").unwrap()
}

fn later(seconds: u64) -> Timestamp {
    Timestamp::parse("2026-11-23T10:00:00Z").unwrap().plus(Duration::from_secs(seconds))
}

fn who() -> AccessClaims {
    AccessClaims {
        user: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
        session: SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8058").unwrap(),
        access_version: 3,
    }
}

fn issued() -> String {
    tokens().issue(&who(), now()).unwrap().expose_secret().to_owned()
}

/// A token with this header and these claims, signed with our own key.
fn signed(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let key = Hmac::<Sha256>::new_from_slice(ACCESS.as_bytes()).unwrap();
    let signature = key.chain_update(message.as_bytes()).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A header of ours: the key's id is made of the secret.
fn header() -> String {
    let kid = AccessKey::of(ACCESS.into(), Timestamp::MIN, Timestamp::MIN).kid;
    format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{kid}"}}"#)
}

const CLAIMS: &str = concat!(
    r#"{"iss":"crm","aud":"crm-api","sub":"01890a5d-ac96-774b-bcce-b302099a8057","#,
    r#""sid":"01890a5d-ac96-774b-bcce-b302099a8058","ver":3,"iat":1795428000,"nbf":1795428000,"exp":1795428900}"#
);

#[test]
fn a_token_says_what_it_was_issued_for() {
    assert_eq!(tokens().read(&issued(), now()), Ok(who()));
}

#[test]
fn a_token_is_what_the_tests_forge() {
    assert_eq!(issued(), signed(&header(), CLAIMS));
}

#[test]
fn a_token_is_good_for_its_life_and_five_seconds_more() {
    let (tokens, token) = (tokens(), issued());
    assert_eq!(tokens.read(&token, later(900)), Ok(who()));
    assert_eq!(tokens.read(&token, later(904)), Ok(who()));
    assert_eq!(tokens.read(&token, later(905)), Err(TokenFlaw));
    assert_eq!(tokens.read(&token, later(906)), Err(TokenFlaw));
    assert_eq!(tokens.read(&token, Timestamp::MAX), Err(TokenFlaw));
}

#[test]
fn a_token_is_not_good_before_it_was_issued() {
    let (tokens, token) = (tokens(), issued());
    let issue = later(0);
    assert_eq!(tokens.read(&token, issue.minus(Duration::from_secs(5))), Ok(who()));
    assert_eq!(tokens.read(&token, issue.minus(Duration::from_millis(5_001))), Err(TokenFlaw));
    assert_eq!(tokens.read(&token, Timestamp::MIN), Err(TokenFlaw));
}

#[test]
fn a_token_of_another_key_is_refused() {
    let secrets = TokenSecrets { access: REFRESH.into(), refresh: REFRESH.into() };
    let other = JwtTokens::new(&secrets, LIFE).unwrap();
    assert_eq!(other.read(&issued(), now()), Err(TokenFlaw));
}

#[test]
fn only_a_header_of_our_own_kind_is_taken() {
    let (tokens, own) = (tokens(), header());
    for (right, wrong) in [
        ("HS256", "none"),
        ("HS256", "HS384"),
        ("HS256", "RS256"),
        ("HS256", "hs256"),
        (r#""HS256""#, r#"["HS256"]"#),
        (r#""alg":"HS256","#, ""),
        (r#""typ":"at+jwt","#, ""),
        ("at+jwt", "JWT"),
        ("at+jwt", "AT+JWT"),
        ("at+jwt", "refresh"),
        ("kid", "Kid"),
        (r#""kid":""#, r#""kid":"x"#),
        (r#","kid""#, r#","crit":["b64"],"b64":false,"kid""#),
        (r#","kid""#, r#","jku":"https://evil.example","kid""#),
        (r#"{"typ""#, r#"{"alg":"none","typ""#),
        (r#"{"typ""#, r#"{"kid":"x","typ""#),
        ("}", "} x"),
        (own.as_str(), "[]"),
        (own.as_str(), ""),
    ] {
        let header = own.replacen(right, wrong, 1);
        assert_ne!(header, own);
        let header = header.as_str();
        assert_eq!(tokens.read(&signed(header, CLAIMS), now()), Err(TokenFlaw), "{header}");
    }
}

#[test]
fn every_claim_is_needed() {
    let tokens = tokens();
    let whole: Vec<&str> = CLAIMS.trim_matches(['{', '}']).split(',').collect();
    for missing in 0..whole.len() {
        let rest: Vec<&str> = whole
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != missing)
            .map(|(_, claim)| *claim)
            .collect();
        let claims = format!("{{{}}}", rest.join(","));
        assert_eq!(tokens.read(&signed(&header(), &claims), now()), Err(TokenFlaw), "{claims}");
    }
    assert_eq!(whole.len(), 8);
}

#[test]
fn every_claim_is_checked() {
    let tokens = tokens();
    for (right, wrong) in [
        (r#""iss":"crm""#, r#""iss":"other""#),
        (r#""iss":"crm""#, r#""iss":["crm"]"#),
        (r#""aud":"crm-api""#, r#""aud":"other""#),
        (r#""aud":"crm-api""#, r#""aud":["crm-api","other"]"#),
        (r#""sub":"01890a5d"#, r#""sub":"x1890a5d"#),
        (r#""sub":"01890a5d-ac96-774b-bcce-b302099a8057""#, r#""sub":"""#),
        (r#""sid":"01890a5d"#, r#""sid":"x1890a5d"#),
        (r#""ver":3"#, r#""ver":-3"#),
        (r#""ver":3"#, r#""ver":"3""#),
        (r#""ver":3"#, r#""ver":null"#),
        (r#""iat":1795428000"#, r#""iat":1795428900"#),
        (r#""nbf":1795428000"#, r#""nbf":1795428900"#),
        (r#""nbf":1795428000"#, r#""nbf":"1795428000""#),
        (r#""exp":1795428900"#, r#""exp":1795427994"#),
        (r#""exp":1795428900"#, r#""exp":9e99"#),
        (r#""exp":1795428900"#, r#""exp":-9223372036854775808"#),
        (r#""exp":1795428900"#, r#""exp":1795428900,"exp":1795429900"#),
        (r#""sub":"#, r#""sub":"01890a5d-ac96-774b-bcce-b302099a8059","sub":"#),
        (r#""exp":1795428900}"#, r#""exp":1795428900}}"#),
        (r#""exp":1795428900}"#, r#""exp":1795428900,"role":"admin"}"#),
        (CLAIMS, "null"),
        (CLAIMS, ""),
    ] {
        let claims = CLAIMS.replace(right, wrong);
        assert_ne!(claims, CLAIMS);
        assert_eq!(tokens.read(&signed(&header(), &claims), now()), Err(TokenFlaw), "{claims}");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let (tokens, token) = (tokens(), issued());
    let (message, _) = token.rsplit_once('.').unwrap();
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        message.to_owned(),
        format!("{message}."),
        token[..token.len() - 1].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!("{token} "),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}.{token}"),
        format!("{token}."),
        format!(".{token}"),
        "é.é.é".to_owned(),
        "A".repeat(1_000_000),
    ] {
        assert_eq!(tokens.read(&text, now()), Err(TokenFlaw));
    }
}

#[test]
fn a_short_secret_is_refused_by_name_and_never_shown() {
    let secrets = TokenSecrets { access: ACCESS.into(), refresh: "hunter2".into() };
    let error = JwtTokens::new(&secrets, LIFE).unwrap_err();
    assert_eq!(error.to_string(), "the refresh secret is shorter than 32 bytes");
    assert!(!format!("{secrets:?} {:?}", tokens()).contains("secret of more"));
}

fn key(name: char, signs_from: Timestamp) -> AccessKey {
    AccessKey::of(name.to_string().repeat(32).into(), signs_from, signs_from)
}

#[test]
fn a_new_key_signs_from_its_moment_and_tokens_of_the_old_one_are_good_until_it_is_gone() {
    let (old, new) = (key('a', later(0)), key('b', later(60)));
    let ring = KeyRing::of([old.clone()]).unwrap();
    let tokens = JwtTokens::with_ring(ring, &REFRESH.into(), LIFE).unwrap();
    let before = tokens.issue(&who(), later(0)).unwrap();
    tokens.use_ring(KeyRing::of([old.clone(), new.clone()]).unwrap());
    assert_eq!(tokens.kids(), [old.kid.clone(), new.kid.clone()]);
    let signed_by = |token: &SecretString| header::read(token.expose_secret()).unwrap().header.kid;
    let (still, after) = (tokens.issue(&who(), later(59)).unwrap(), tokens.issue(&who(), later(60)).unwrap());
    assert_eq!([&before, &still, &after].map(signed_by), [&old.kid, &old.kid, &new.kid].map(String::clone));
    for token in [&before, &still, &after] {
        assert_eq!(tokens.read(token.expose_secret(), later(60)), Ok(who()));
    }
    tokens.use_ring(KeyRing::of([new]).unwrap());
    assert_eq!(tokens.read(still.expose_secret(), later(60)), Err(TokenFlaw));
    assert_eq!(tokens.read(after.expose_secret(), later(60)), Ok(who()));
}

/// As somebody makes it who has the secret of a key: good for ten years.
fn forged(key: &AccessKey) -> String {
    let header = format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{}"}}"#, key.kid);
    let claims = CLAIMS.replace(r#""exp":1795428900"#, r#""exp":2110788900"#);
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let code = Hmac::<Sha256>::new_from_slice(key.secret.expose_secret().as_bytes()).unwrap();
    let code = code.chain_update(message.as_bytes()).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(code))
}

#[test]
fn a_replaced_key_ends_by_itself_however_long_its_tokens_claim_to_be_good() {
    let (old, new) = (key('a', later(0)), key('b', later(60)));
    let token = forged(&old);
    let tokens = |keys: &[&AccessKey]| {
        let ring = KeyRing::of(keys.iter().map(|key| (*key).clone())).unwrap();
        JwtTokens::with_ring(ring, &REFRESH.into(), LIFE).unwrap()
    };
    let end = ring::end(later(60), LIFE);
    assert_eq!(end, later(60 + 15 * 60 + 3600));
    let after = end.plus(LEEWAY);
    let alone = tokens(&[&old]);
    assert_eq!(alone.read(&token, after), Ok(who()), "the key that signs has no end");
    let both = tokens(&[&old, &new]);
    // Before the end the signature is found good and remembered; that must not make the token good for longer.
    assert_eq!(both.read(&token, end.minus(Duration::from_secs(1))), Ok(who()));
    assert_eq!(both.read(&token, after), Err(TokenFlaw));
    assert_eq!(tokens(&[&old, &new]).read(&token, after), Err(TokenFlaw));
}

#[test]
fn a_token_is_checked_with_the_key_that_it_names_and_with_no_other() {
    let (one, other) = (key('a', later(0)), key('b', later(0)));
    let tokens =
        JwtTokens::with_ring(KeyRing::of([one.clone(), other.clone()]).unwrap(), &REFRESH.into(), LIFE)
            .unwrap();
    let header = |kid: &str| format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{kid}"}}"#);
    let signed_with = |key: &AccessKey, kid: &str| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header(kid)), URL_SAFE_NO_PAD.encode(CLAIMS));
        let code = Hmac::<Sha256>::new_from_slice(key.secret.expose_secret().as_bytes()).unwrap();
        let code = code.chain_update(message.as_bytes()).finalize().into_bytes();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(code))
    };
    assert_eq!(tokens.read(&signed_with(&one, &one.kid), now()), Ok(who()));
    assert_eq!(tokens.read(&signed_with(&other, &other.kid), now()), Ok(who()));
    assert_eq!(tokens.read(&signed_with(&one, &other.kid), now()), Err(TokenFlaw));
    assert_eq!(tokens.read(&signed_with(&one, "unknown"), now()), Err(TokenFlaw));
}

proptest! {
    #[test]
    fn a_token_with_any_character_changed_is_refused(place in any::<prop::sample::Index>(), new in "[ -~]") {
        let token = issued();
        let place = place.index(token.len());
        let changed = format!("{}{new}{}", &token[..place], &token[place + 1..]);
        prop_assume!(changed != token);
        let tokens = tokens();
        prop_assert_eq!(tokens.read(&token, now()), Ok(who()));
        prop_assert_eq!(tokens.read(&changed, now()), Err(TokenFlaw));
    }

    #[test]
    fn a_token_cut_or_lengthened_anywhere_is_refused(
        place in any::<prop::sample::Index>(),
        cut in 0_usize..4,
        more in "[A-Za-z0-9_.=-]{0,3}",
    ) {
        let token = issued();
        let place = place.index(token.len());
        let end = (place + cut).min(token.len());
        let changed = format!("{}{more}{}", &token[..place], &token[end..]);
        prop_assume!(changed != token);
        let tokens = tokens();
        prop_assert_eq!(tokens.read(&token, now()), Ok(who()));
        prop_assert_eq!(tokens.read(&changed, now()), Err(TokenFlaw));
    }

    #[test]
    fn no_text_at_all_makes_it_panic(
        text in any::<String>(),
        dotted in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,43}){2}",
    ) {
        prop_assert_eq!(tokens().read(&text, now()), Err(TokenFlaw));
        prop_assert_eq!(tokens().read(&dotted, now()), Err(TokenFlaw));
    }

    #[test]
    fn whoever_is_issued_a_token_at_any_time_is_read_back(
        millis in 0_i64..4_102_444_800_000,
        version in any::<u32>(),
        elapsed in 0_u64..900_000,
    ) {
        let issue = Timestamp::from_millis(millis).unwrap();
        let claims = AccessClaims { access_version: version, ..who() };
        let token = tokens().issue(&claims, issue).unwrap();
        prop_assert_eq!(tokens().read(token.expose_secret(), issue.plus(Duration::from_millis(elapsed))), Ok(claims));
    }
}
