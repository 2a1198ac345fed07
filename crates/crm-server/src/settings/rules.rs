//! Rules that values of several settings obey. Their texts complete a sentence that begins with the setting's key.

use std::fmt::Display;
use std::time::Duration;

/// The unit in which the longest spans are given.
pub(super) const DAY: Duration = Duration::from_hours(24);

/// A value from `least` to `most`, both included.
pub(super) fn between<T: PartialOrd + Display>(least: T, most: T) -> impl FnOnce(&T, &()) -> garde::Result {
    move |value, ()| {
        if (&least..=&most).contains(&value) {
            Ok(())
        } else {
            Err(garde::Error::new(format!("must be from {least} to {most}")))
        }
    }
}

/// A span from one second to `longest`, which is in whole days.
pub(super) fn lasts(longest: Duration) -> impl FnOnce(&Duration, &()) -> garde::Result {
    move |span, ()| {
        if (Duration::from_secs(1)..=longest).contains(span) {
            Ok(())
        } else {
            Err(garde::Error::new(format!("must be from 1s to {}d", longest.as_secs() / DAY.as_secs())))
        }
    }
}

/// A sign-in that lasts at least as long as its first access token.
pub(super) fn not_shorter_than(access: &Duration) -> impl FnOnce(&Duration, &()) -> garde::Result {
    let access = *access;
    move |refresh, ()| {
        if *refresh >= access {
            Ok(())
        } else {
            Err(garde::Error::new("must not be shorter than auth.access_ttl"))
        }
    }
}

/// A file that is of use only beside another one.
pub(super) fn together_with<T>(
    other: &'static str,
    other_is_given: bool,
) -> impl FnOnce(&Option<T>, &()) -> garde::Result {
    move |value, ()| {
        if other_is_given && value.is_none() {
            return Err(garde::Error::new(format!("must be given together with {other}")));
        }
        Ok(())
    }
}

/// OWASP names pairs of memory and passes of equal strength; less memory than 19 MiB needs more passes.
pub(super) fn strong_enough(memory_kib: u32) -> impl FnOnce(&u32, &()) -> garde::Result {
    let least = match memory_kib {
        47_104.. => 1,
        19_456.. => 2,
        12_288.. => 3,
        9_216.. => 4,
        _ => 5,
    };
    move |iterations, ()| {
        if *iterations >= least {
            Ok(())
        } else {
            Err(garde::Error::new(format!(
                "must be at least {least} with auth.argon2.memory_kib = {memory_kib}"
            )))
        }
    }
}
