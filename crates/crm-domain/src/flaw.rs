//! What is wrong with a value, and where.
//!
//! A [`Flaw`] is the verdict of a value type, which does not know under which name its value was sent. A
//! [`FieldError`] adds that name, and [`FieldErrors`] collects all of them, so that a client learns every bad
//! field at once.

use thiserror::Error;

pub mod code;

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{msg}")]
pub struct Flaw {
    /// For programs: stable, snake_case, one of [`code`].
    pub code: &'static str,
    /// For people: reads well after the name of the field.
    pub msg: String,
}

/// A [`Flaw`] and the place where it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {msg}")]
pub struct FieldError {
    /// The member or the query parameter: `email`, `tags[2]`.
    pub path: String,
    /// See [`Flaw::code`].
    pub code: &'static str,
    /// See [`Flaw::msg`].
    pub msg: String,
}

/// Everything that is wrong with one input, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Error)]
#[error("{}", self.sentence())]
pub struct FieldErrors(Vec<FieldError>);

impl Flaw {
    /// A flaw of a kind that has no constructor here.
    pub fn new(code: &'static str, msg: impl Into<String>) -> Self {
        Self { code, msg: msg.into() }
    }

    /// Nothing was sent where something must be.
    pub fn required() -> Self {
        Self::new(code::REQUIRED, "is required")
    }

    /// Fewer characters than `min`.
    pub fn too_short(min: usize) -> Self {
        Self::new(code::TOO_SHORT, format!("must have at least {min} characters"))
    }

    /// More characters than `max`.
    pub fn too_long(max: usize) -> Self {
        Self::new(code::TOO_LONG, format!("must have at most {max} characters"))
    }

    /// More items in a list than `max`.
    pub fn too_many(max: usize) -> Self {
        Self::new(code::TOO_MANY, format!("must have at most {max} items"))
    }

    /// Of the right type, but not `what` it should be: `an email address`.
    pub fn invalid(what: &str) -> Self {
        Self::new(code::INVALID, format!("must be {what}"))
    }

    /// Not one of the values that exist.
    pub fn not_one_of<'a>(allowed: impl IntoIterator<Item = &'a str>) -> Self {
        let allowed: Vec<&str> = allowed.into_iter().collect();
        Self::new(code::INVALID, format!("must be one of: {}", allowed.join(", ")))
    }

    /// Of another JSON type than `what` is needed: `a text`.
    pub fn wrong_type(what: &str) -> Self {
        Self::new(code::WRONG_TYPE, format!("must be {what}"))
    }

    /// A number or an instant outside what is taken; both ends are allowed.
    pub fn out_of_range(least: impl std::fmt::Display, most: impl std::fmt::Display) -> Self {
        Self::new(code::OUT_OF_RANGE, format!("must be between {least} and {most}"))
    }

    /// A character that cannot be seen and has no place here.
    pub fn control_character() -> Self {
        Self::new(code::CONTROL_CHARACTER, "must not contain control characters")
    }

    /// As [`Flaw::control_character`], where line breaks are control characters too.
    pub fn control_character_in_line() -> Self {
        Self::new(code::CONTROL_CHARACTER, "must not contain line breaks, tabs or other control characters")
    }

    /// The same name more than once.
    pub fn repeated() -> Self {
        Self::new(code::REPEATED, "must be given only once")
    }

    /// A reference to a user that does not exist.
    pub fn unknown_user() -> Self {
        Self::new(code::UNKNOWN_USER, "must be a user that exists")
    }

    /// A reference to a user that was deactivated.
    pub fn inactive_user() -> Self {
        Self::new(code::INACTIVE_USER, "must be an active user")
    }

    /// A reference to a record that does not exist, or that the caller may not see: both sound the same.
    pub fn unknown_record() -> Self {
        Self::new(code::UNKNOWN_RECORD, "must be a record that exists and that you may see")
    }

    /// The same flaw with the place where it is.
    pub fn at(self, path: impl Into<String>) -> FieldError {
        FieldError { path: path.into(), code: self.code, msg: self.msg }
    }
}

impl FieldErrors {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Exactly one error.
    pub fn one(path: impl Into<String>, flaw: Flaw) -> Self {
        Self(vec![flaw.at(path)])
    }

    /// Adds an error at `path`.
    pub fn push(&mut self, path: impl Into<String>, flaw: Flaw) {
        self.0.push(flaw.at(path));
    }

    /// Adds errors found elsewhere.
    pub fn extend(&mut self, others: impl IntoIterator<Item = FieldError>) {
        self.0.extend(others);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many errors there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether something is wrong at exactly `path`.
    pub fn has(&self, path: &str) -> bool {
        self.0.iter().any(|error| error.path == path)
    }

    /// The errors in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }

    /// The errors in the order in which they were found.
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }

    /// `Ok` if nothing is wrong.
    ///
    /// # Errors
    ///
    /// The errors themselves, if there is at least one.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    fn sentence(&self) -> String {
        let parts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        parts.join("; ")
    }
}

impl IntoIterator for FieldErrors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a FieldErrors {
    type Item = &'a FieldError;
    type IntoIter = std::slice::Iter<'a, FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_keep_the_order_in_which_they_were_found() {
        let mut errors = FieldErrors::new();
        errors.push("name", Flaw::required());
        errors.extend(FieldErrors::one("tags[2]", Flaw::too_long(50)));
        assert_eq!(errors.to_string(), "name: is required; tags[2]: must have at most 50 characters");
        assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), ["required", "too_long"]);
        assert!(errors.has("tags[2]"));
        assert!(!errors.has("tags"));
    }

    #[test]
    fn no_error_is_a_good_result() {
        assert_eq!(FieldErrors::new().into_result(), Ok(()));
        let errors = FieldErrors::one("email", Flaw::invalid("an email address"));
        assert_eq!(errors.clone().into_result(), Err(errors));
    }

    #[test]
    fn a_choice_names_all_it_could_have_been() {
        assert_eq!(Flaw::not_one_of(["Low", "High"]).msg, "must be one of: Low, High");
    }
}
