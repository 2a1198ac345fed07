//! What is taken for a refresh token, and what not.

use hmac::KeyInit;
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

const SECRET: &[u8] = b"a refresh secret of more than 32 bytes";
const OPAQUE: &str = "crt_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn keys(secret: &[u8]) -> RefreshKeys {
    RefreshKeys::of(secret, Hmac::new_from_slice(secret).unwrap())
}

fn claim(session: u128, generation: u32, sibling: u32) -> RefreshClaim {
    let session = SessionId::from_uuid(Uuid::from_u128(session));
    RefreshClaim { session, place: TokenPlace { generation, sibling } }
}

fn token(claim: &RefreshClaim) -> String {
    keys(SECRET).token(claim).expose_secret().to_owned()
}

#[test]
fn a_token_is_written_in_one_way_for_ever() {
    let token = token(&claim(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057, 2, 3));
    assert_eq!(token, "crt2_AYkKXayWd0u8zrMCCZqAVwAAAAIAAAADIXQYW7G3uqsgm-3tCKTEaw5sVRQnQcF8s2LLpPmyTMQ");
}

#[test]
fn a_token_of_another_secret_or_another_purpose_is_forged() {
    let own = claim(1, 2, 3);
    assert_eq!(keys(b"another refresh secret of 32 bytes or so").read(&token(&own)), None);
    for purpose in ["device marks", "access tokens", ""] {
        let claim = encoded(&own);
        let code = derived::key(SECRET, purpose).chain_update(claim).finalize().into_bytes();
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&claim, code.as_slice()].concat()));
        assert_eq!(keys(SECRET).read(&token), None, "{purpose}");
    }
    let raw = Hmac::<Sha256>::new_from_slice(SECRET).unwrap().chain_update(encoded(&own)).finalize();
    let bytes = [&encoded(&own), raw.into_bytes().as_slice()].concat();
    assert_eq!(keys(SECRET).read(&format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))), None);
}

#[test]
fn a_token_of_the_first_kind_is_known_by_its_fingerprint() {
    let keys = keys(SECRET);
    assert_eq!(keys.read(OPAQUE), Some(ShownRefresh::Opaque(keys.fingerprint(OPAQUE))));
    for other in ["crt_", &OPAQUE[..46], &format!("{OPAQUE}A"), &OPAQUE.replace("Hh8", "Hh9"), &OPAQUE[4..]] {
        assert_eq!(keys.read(other), None, "{other}");
    }
}

#[test]
fn a_fingerprint_needs_the_secret() {
    assert_ne!(keys(b"another").fingerprint("crt_x"), keys(SECRET).fingerprint("crt_x"));
}

#[test]
fn a_device_is_known_by_address_and_name_and_by_nothing_between() {
    let keys = keys(SECRET);
    let mark = keys.device_mark("192.0.2.1", "tab");
    assert_eq!(keys.device_mark("192.0.2.1", "tab"), mark);
    for (address, name) in
        [("192.0.2.1t", "ab"), ("192.0.2.2", "tab"), ("192.0.2.1", "Tab"), ("", "192.0.2.1tab")]
    {
        assert_ne!(keys.device_mark(address, name), mark);
    }
}

proptest! {
    #[test]
    fn a_token_says_what_it_was_made_for(session: u128, generation: u32, sibling: u32) {
        let claim = claim(session, generation, sibling);
        prop_assert_eq!(keys(SECRET).read(&token(&claim)), Some(ShownRefresh::Signed(claim)));
    }

    #[test]
    fn a_token_with_any_character_changed_added_or_left_out_is_forged(
        place in any::<prop::sample::Index>(),
        cut in 0_usize..3,
        new in "[A-Za-z0-9_=. -]{0,2}",
    ) {
        let token = token(&claim(7, 8, 9));
        let place = place.index(token.len());
        let end = (place + cut).min(token.len());
        let changed = format!("{}{new}{}", &token[..place], &token[end..]);
        prop_assume!(changed != token);
        prop_assert_eq!(keys(SECRET).read(&changed), None);
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in any::<String>(), tail in "[A-Za-z0-9_-]{70,80}") {
        prop_assert_eq!(keys(SECRET).read(&text), None);
        let forged = format!("{PREFIX}{tail}");
        prop_assert_eq!(keys(SECRET).read(&forged), None);
    }
}
