use std::time::Duration;

use crm_app::setup::token::{LIFE, SetupFingerprint, has_expired, issue};
use crm_domain::timestamp::Timestamp;
use secrecy::ExposeSecret;

#[test]
fn only_the_token_itself_fits() {
    let kept = SetupFingerprint::of("let me in");
    assert!(kept.fits("let me in"));
    for shown in ["", "let me i", "let me in ", "Let me in", "let me im"] {
        assert!(!kept.fits(shown), "{shown:?}");
    }
}

#[test]
fn a_token_works_for_an_hour_and_one_without_a_moment_never() {
    let now = Timestamp::from_millis(1_800_000_000_999).unwrap();
    let token = issue(&"random".into(), now);
    let token = token.expose_secret();
    assert_eq!(token, "random.1800003600");
    assert!(!has_expired(token, now));
    assert!(!has_expired(token, now.plus(LIFE).minus(Duration::from_secs(1))));
    assert!(has_expired(token, now.plus(LIFE)));
    for without in ["random", "random.", "random.x", ""] {
        assert!(has_expired(without, now), "{without:?}");
    }
}
