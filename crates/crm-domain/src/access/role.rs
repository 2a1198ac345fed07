//! What an account may be.

use crate::flaw::Flaw;

/// The part that a user plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees and changes everything and manages users.
    Admin,
    /// Sees and changes what is theirs.
    Agent,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Agent];

    /// The role's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
        }
    }

    /// Reads a role's name.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| Flaw::new("invalid", "must be one of: admin, agent"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_exactly_as_it_is_written() {
        assert_eq!(Role::ALL.map(Role::as_str), ["admin", "agent"]);
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Ok(role));
        }
        for text in ["Admin", "root", " agent", ""] {
            assert_eq!(Role::parse(text).unwrap_err().msg, "must be one of: admin, agent", "{text}");
        }
    }
}
