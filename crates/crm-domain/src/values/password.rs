//! Passwords that somebody wants to set.

use std::fmt;
use std::sync::LazyLock;

use crate::flaw::{Flaw, code};
use crate::fold::fold;
use crate::values::email::Email;
use crate::values::name::PersonName;

/// A password that may be set, exactly as it was sent: neither trimmed nor normalised, and never shown.
///
/// The rules hold when a password is set, not when it is used: who has an older, shorter one can still sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

/// Those that guessers try first and that are long enough to be taken otherwise; in lower case, sorted. Where they come
/// from is told beside the file.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

impl NewPassword {
    /// The fewest characters it may have.
    pub const MIN: usize = 8;
    /// The most characters it may have.
    pub const MAX: usize = 128;

    /// Checks what holds for every password, whosever it is: so that a bad one can be told while nothing is known
    /// of the account.
    ///
    /// # Errors
    ///
    /// `required` if it is empty, `too_short`, `too_long`, `too_common`.
    pub fn check(raw: &str) -> Result<(), Flaw> {
        if raw.is_empty() {
            return Err(Flaw::required());
        }
        let length = raw.chars().count();
        if length < Self::MIN {
            return Err(Flaw::too_short(Self::MIN));
        }
        if length > Self::MAX {
            return Err(Flaw::too_long(Self::MAX));
        }
        if is_common(raw) {
            return Err(Flaw::new(code::TOO_COMMON, "must not be one of the commonest passwords"));
        }
        Ok(())
    }

    /// Checks a password for the account with this email and name.
    ///
    /// # Errors
    ///
    /// Those of [`NewPassword::check`], and `too_personal` if it is the email, what stands before the `@`, or the
    /// name, however written.
    pub fn parse(raw: &str, email: &Email, name: &PersonName) -> Result<Self, Flaw> {
        Self::check(raw)?;
        let bare = bare(raw);
        if [email.as_str(), email.local_part(), name.as_str()].into_iter().any(|own| bare == self::bare(own))
        {
            return Err(Flaw::new(code::TOO_PERSONAL, "must not be the email or the name of the account"));
        }
        Ok(Self(raw.to_owned()))
    }

    /// The password of a sample account, which is printed for everybody to read and follows no rule.
    pub fn of_sample_account(raw: &str) -> Self {
        Self(raw.to_owned())
    }

    /// The password itself, for hashing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

fn is_common(raw: &str) -> bool {
    COMMON.binary_search(&raw.to_lowercase().as_str()).is_ok()
}

/// A text without case, accents and white space, so that `Ada Lovelace` and `adalovelace` are the same.
fn bare(text: &str) -> String {
    fold(text).split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str) -> Result<NewPassword, Flaw> {
        let email = Email::parse("ada.lovelace@example.com").unwrap();
        NewPassword::parse(raw, &email, &PersonName::parse("Zoë Ada King").unwrap())
    }

    #[test]
    fn a_password_is_taken_exactly_as_sent() {
        for raw in [
            "  spaces  ",
            "tab\tand\nbreak",
            "e\u{301}e\u{301}e\u{301}e\u{301}",
            "\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
        ] {
            assert_eq!(check(raw).unwrap().expose(), raw);
        }
    }

    #[test]
    fn a_password_has_eight_to_a_hundred_and_twenty_eight_characters() {
        assert_eq!(check("").unwrap_err(), Flaw::required());
        assert_eq!(check("1b.4d.7").unwrap_err(), Flaw::too_short(8));
        assert_eq!(check("\u{e9}\u{e8}\u{ea}\u{eb}").unwrap_err(), Flaw::too_short(8));
        assert!(check("1b.4d.78").is_ok());
        assert!(check(&"\u{e9}".repeat(128)).is_ok());
        assert_eq!(check(&"x".repeat(129)).unwrap_err(), Flaw::too_long(128));
    }

    #[test]
    fn the_commonest_passwords_are_refused_in_any_case() {
        for raw in [
            "password",
            "Password1",
            "12345678",
            "QWERTYUIOP",
            "iloveyou",
            "changeme",
            "letmein123",
            "Wonderwoman",
        ] {
            assert_eq!(check(raw).unwrap_err().code, "too_common", "{raw}");
        }
        assert!(check("password of mine").is_ok());
    }

    #[test]
    fn the_email_and_the_name_of_the_account_are_refused_however_written() {
        for raw in
            ["ada.lovelace@example.com", "ADA.Lovelace", "zoe ada king", "ZoëAdaKing", " Zoë Ada King "]
        {
            assert_eq!(check(raw).unwrap_err().code, "too_personal", "{raw}");
        }
        assert!(check("zoe ada king of math").is_ok());
    }

    #[test]
    fn what_is_wrong_with_every_password_is_told_without_an_account() {
        for raw in ["", "1b.4d.7", &"x".repeat(129), "Password1"] {
            assert_eq!(NewPassword::check(raw).unwrap_err(), check(raw).unwrap_err(), "{raw}");
        }
        assert_eq!(NewPassword::check("1b.4d.78"), Ok(()));
        assert_eq!(NewPassword::check("ada.lovelace@example.com"), Ok(()), "nobody's email yet");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(format!("{:?}", check("1b.4d.78").unwrap()), "NewPassword(…)");
    }

    #[test]
    fn the_list_holds_only_what_could_match() {
        assert!(COMMON.len() >= 12_000);
        for line in COMMON.iter() {
            assert_eq!(*line, line.trim().to_lowercase());
            assert!((NewPassword::MIN..=NewPassword::MAX).contains(&line.chars().count()), "{line}");
        }
        assert!(COMMON.is_sorted_by(|one, next| one < next), "sorted, each once");
    }
}
