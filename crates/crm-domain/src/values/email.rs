//! Email addresses.

use garde::rules::email::parse_email;

use crate::flaw::Flaw;
use crate::values::text_access;

/// An address of the shape of RFC 5321 with an unquoted local part, in lower case: two that differ only in case
/// are the same address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// The most characters it may have (RFC 5321, 4.5.3.1.3, less the angle brackets).
    pub const MAX: usize = 254;

    /// Trims, lowers and checks.
    ///
    /// # Errors
    ///
    /// `required` if nothing is left, `too_long`, `invalid`.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(Flaw::required());
        }
        // Only ASCII is lowered: the Kelvin sign must not turn into a `k` on the way to the check.
        let text = text.to_ascii_lowercase();
        if parse_email(&text).is_err() || !is_dot_string(local_part(&text)) {
            return Err(Flaw::invalid("an email address"));
        }
        if text.len() > Self::MAX {
            return Err(Flaw::too_long(Self::MAX));
        }
        Ok(Self(text))
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        local_part(&self.0)
    }
}

text_access!(Email);

fn local_part(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}

/// Whether no dot stands at an end or beside another (RFC 5321, 4.1.2).
fn is_dot_string(local: &str) -> bool {
    local.split('.').all(|atom| !atom.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        let email = Email::parse("  Ada.Lovelace+CRM@Example.COM ").unwrap();
        assert_eq!(email.as_str(), "ada.lovelace+crm@example.com");
        assert_eq!(email.local_part(), "ada.lovelace+crm");
        assert_eq!(Email::parse(email.as_str()), Ok(email));
    }

    #[test]
    fn unusual_addresses_are_taken() {
        for raw in ["a@b", "o'brien@x-y.example", "!#$%&'*/=?^_`{|}~-@x.y", "a@[127.0.0.1]", "1@2.3"] {
            assert_eq!(Email::parse(raw).unwrap().as_str(), raw);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for raw in [
            "a",
            "@",
            "a@",
            "@b",
            "a@@b",
            "a@b@c",
            "a b@c",
            "a@b c",
            "a@.b",
            "a@b.",
            "a@-b",
            "a@b-",
            "a@b_c",
            ".a@b",
            "a.@b",
            "a..b@c",
            "\"a b\"@c",
            "a@b\n",
            "a\0@b",
            "a\n@b",
            "ä@b",
            "a@ä",
            "\u{212a}@b",
            "a@\u{212a}.b",
            "a@b\u{0}",
            "<a@b>",
        ] {
            let verdict = Email::parse(raw);
            if raw.trim() == "a@b" {
                assert!(verdict.is_ok(), "white space at the ends is trimmed");
            } else {
                assert_eq!(verdict.unwrap_err().code, "invalid", "{raw:?}");
            }
        }
        assert_eq!(Email::parse("  ").unwrap_err(), Flaw::required());
    }

    #[test]
    fn an_address_has_at_most_254_characters_64_of_them_local() {
        let domain = format!("{}.example", "d".repeat(63));
        assert!(Email::parse(&format!("{}@{domain}", "a".repeat(64))).is_ok());
        assert_eq!(Email::parse(&format!("{}@{domain}", "a".repeat(65))).unwrap_err().code, "invalid");
        let long = |n: usize| {
            format!("a@{}.{}.{}.{}", "b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(n))
        };
        assert_eq!(Email::parse(&long(60)).unwrap().as_str().len(), 254);
        assert_eq!(Email::parse(&long(61)).unwrap_err(), Flaw::too_long(254));
    }
}
