//! The value types: each can only be made from text that is what its name says.
//!
//! `parse` cleans (see [`crate::text`]) and checks; parsing what `as_str` gives returns the same value, so that
//! stores read back with `parse` too. Only [`password::NewPassword`] is taken exactly as sent.

pub mod company;
pub mod email;
pub mod name;
pub mod password;
pub mod phone;
pub mod prose;
pub mod search_query;
pub mod source;
pub mod tag;
pub mod title;

/// Declares a newtype of a clean text: private inside, `parse`, `as_str`, `into_string`, `Display`.
macro_rules! clean_text {
    ($(#[$doc:meta])* $name:ident, max $max:literal, $clean:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const MAX: usize = $max;

            /// Cleans and checks.
            ///
            /// # Errors
            ///
            /// `required` if nothing is left, `control_character`, `too_long`.
            pub fn parse(raw: &str) -> Result<Self, $crate::flaw::Flaw> {
                $clean(raw, Self::MAX).map(Self)
            }
        }

        crate::values::text_access!($name);
    };
}

/// Lets the text of a newtype be read.
macro_rules! text_access {
    ($name:ident) => {
        impl $name {
            /// The clean text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The clean text.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

use {clean_text, text_access};
