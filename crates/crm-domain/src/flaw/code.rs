//! The codes of flaws. Clients branch on them, so that none may ever change.

/// Nothing was sent where something must be.
pub const REQUIRED: &str = "required";
/// Fewer characters than needed.
pub const TOO_SHORT: &str = "too_short";
/// More characters than allowed.
pub const TOO_LONG: &str = "too_long";
/// More items than allowed.
pub const TOO_MANY: &str = "too_many";
/// The right type, but not a value of that kind.
pub const INVALID: &str = "invalid";
/// Another JSON type than needed.
pub const WRONG_TYPE: &str = "wrong_type";
/// A number or an instant outside what is taken.
pub const OUT_OF_RANGE: &str = "out_of_range";
/// A control character.
pub const CONTROL_CHARACTER: &str = "control_character";
/// A member that this body does not have.
pub const UNKNOWN_MEMBER: &str = "unknown_member";
/// A parameter that this query does not have.
pub const UNKNOWN_PARAMETER: &str = "unknown_parameter";
/// The same name more than once.
pub const REPEATED: &str = "repeated";
/// A user that does not exist.
pub const UNKNOWN_USER: &str = "unknown_user";
/// A user that was deactivated.
pub const INACTIVE_USER: &str = "inactive_user";
/// A record that does not exist or that the caller may not see.
pub const UNKNOWN_RECORD: &str = "unknown_record";
/// A password that guessers try first.
pub const TOO_COMMON: &str = "too_common";
/// A password that is the account's own email or name.
pub const TOO_PERSONAL: &str = "too_personal";
