//! Whether a secret could be guessed.

/// HS256 keys shorter than their hash are forbidden (RFC 7518, 3.2).
const LEAST_BYTES: usize = 32;
/// A random text of this length has far more; `aaaa…` and `1234512345…` have fewer.
const LEAST_DISTINCT: usize = 10;
/// Pieces of sample secrets, letters and digits only, in lower case.
const WELL_KNOWN: [&str; 21] = [
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "yoursecret",
    "youraccess",
    "yourrefresh",
    "yourjwt",
    "mysecret",
    "supersecret",
    "topsecret",
    "verysecret",
    "secretkey",
    "accesssecret",
    "refreshsecret",
    "jwtsecret",
    "devsecret",
    "example",
    "placeholder",
    "password",
    "keyboardcat",
];

/// Why the secret is unfit, in words that do not show it. Where strangers come, samples are refused too.
pub(super) fn flaw(secret: &str, strict: bool) -> Option<&'static str> {
    if strict && is_sample(secret) {
        return Some("looks like a sample from a manual; make one with `openssl rand -base64 48`");
    }
    if secret.len() < LEAST_BYTES {
        return Some("is shorter than 32 bytes; make one with `openssl rand -base64 48`");
    }
    if strict && distinct(secret) < LEAST_DISTINCT {
        return Some("repeats too few different characters; make one with `openssl rand -base64 48`");
    }
    None
}

fn is_sample(secret: &str) -> bool {
    let plain: String =
        secret.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    plain == "secret" || WELL_KNOWN.iter().any(|sample| plain.contains(sample))
}

fn distinct(secret: &str) -> usize {
    let mut bytes = secret.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("changeme")]
    #[case("secret")]
    #[case("your-secret")]
    #[case("supersecret_access_key_that_is_long_enough")]
    #[case("change-me-to-at-least-32-random-bytes-access")]
    #[case("CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME")]
    #[case("0123456789abcdef0123456789abcde")]
    #[case("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    fn a_guessable_secret_is_refused_where_strangers_come(#[case] secret: &str) {
        assert!(flaw(secret, true).is_some());
    }

    #[rstest]
    #[case("0b1f0f5c3a9e4d7788aa61d2c3b4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6")]
    #[case("q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==")]
    fn a_random_secret_is_taken(#[case] secret: &str) {
        assert_eq!(flaw(secret, true), None);
    }

    #[test]
    fn a_sample_may_do_at_home_but_a_short_one_never_does() {
        assert_eq!(flaw("change-me-to-at-least-32-random-bytes-access", false), None);
        assert!(flaw("short", false).is_some());
    }
}
