//! The environment a server runs in: a name that chooses a settings file and how strict the start is.

use std::fmt;

/// The environment's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Environment {
    /// The default: missing secrets are made up and kept.
    #[default]
    Development,
    /// Like development, for automated tests.
    Test,
    /// Weak or missing secrets stop the start.
    Production,
    /// Any other, such as `staging`; has a file of that name and is as strict as production.
    Named(String),
}

impl Environment {
    /// The environment of this name; blank means development.
    ///
    /// # Errors
    /// Gives the reason if the name could not be part of a file's name.
    pub fn parse(name: &str) -> Result<Self, &'static str> {
        match name.trim() {
            "" | "development" | "dev" => Ok(Self::Development),
            "test" => Ok(Self::Test),
            "production" | "prod" => Ok(Self::Production),
            other if other.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') => {
                Ok(Self::Named(other.to_owned()))
            }
            _ => Err("must be a name of lower-case letters, digits and hyphens, such as production"),
        }
    }

    /// Its name, as in `config/{name}.toml`.
    pub fn name(&self) -> &str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
            Self::Named(name) => name,
        }
    }

    /// Whether the server may be reached by strangers, so that nothing may be made up for it.
    pub fn is_strict(&self) -> bool {
        match self {
            Self::Development | Self::Test => false,
            Self::Production | Self::Named(_) => true,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_environment_is_as_strict_as_production() {
        assert!(Environment::parse("staging").unwrap().is_strict());
        assert!(!Environment::parse("").unwrap().is_strict());
    }

    #[test]
    fn a_name_that_would_leave_the_config_folder_is_refused() {
        assert!(Environment::parse("../../etc/passwd").is_err());
    }
}
