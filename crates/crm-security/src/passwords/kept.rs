//! The kinds of password hashes that stores hold, each checked at the cost that it names.

use argon2::password_hash::Error as PhcError;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{ARGON2ID_IDENT, Argon2, Params, PasswordVerifier, Version};
use bcrypt::HashParts;
use crm_app::ports::passwords::HashError;
use crm_domain::password_hash::PasswordHash;
use secrecy::{ExposeSecret, SecretString};

/// The highest cost of bcrypt that is worked off: about five seconds. Each step above doubles it, and one such hash
/// would keep a thread from everybody else.
const MOST_BCRYPT_COST: u32 = 16;

/// The shortest salt and hash that are made today, in bytes.
const SALT: usize = 16;
const OUTPUT: usize = 32;

/// A hash that can be checked.
#[derive(Debug)]
pub(super) enum Kept {
    /// A PHC string of argon2.
    Argon2(Box<Phc>),
    /// What bcrypt made, of any revision but the broken `$2x$`.
    Bcrypt(String),
}

/// Whether sign-in can check a password against this hash, so that an import can tell before somebody tries.
pub fn can_be_checked(hash: &PasswordHash) -> bool {
    Kept::parse(hash).is_ok()
}

impl Kept {
    /// Reads what a store holds.
    ///
    /// # Errors
    /// [`HashError::Failed`] if it is no hash, or none that can be checked.
    pub(super) fn parse(hash: &PasswordHash) -> Result<Self, HashError> {
        let text = hash.expose();
        if ["$2a$", "$2b$", "$2y$"].into_iter().any(|revision| text.starts_with(revision)) {
            let parts: HashParts = text.parse().map_err(|_| HashError::Failed)?;
            return match parts.get_cost() {
                4..=MOST_BCRYPT_COST => Ok(Self::Bcrypt(text.to_owned())),
                _ => Err(HashError::Failed),
            };
        }
        let phc = Phc::new(text).map_err(|_| HashError::Failed)?;
        // Without them the library would speak of a wrong password; it is a record that cannot be read.
        if phc.salt.is_none() || phc.hash.is_none() || Params::try_from(&phc).is_err() {
            return Err(HashError::Failed);
        }
        Ok(Self::Argon2(Box::new(phc)))
    }

    /// Compares in constant time, at the cost that the hash names.
    pub(super) fn verify(&self, argon2: &Argon2<'_>, password: &SecretString) -> Result<bool, HashError> {
        let password = password.expose_secret();
        match self {
            Self::Argon2(phc) => match argon2.verify_password(password.as_bytes(), &**phc) {
                Ok(()) => Ok(true),
                Err(PhcError::PasswordInvalid) => Ok(false),
                Err(_) => Err(HashError::Failed),
            },
            // Of what is longer than 72 bytes bcrypt looks at the first 72, here as in Node.js.
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).map_err(|_| HashError::Failed),
        }
    }

    /// Whether a hash that is made with these parameters is stronger.
    pub(super) fn is_outdated(&self, today: &Params) -> bool {
        match self {
            Self::Bcrypt(_) => true,
            Self::Argon2(phc) => {
                let weaker = Params::try_from(&**phc).map_or(true, |params| {
                    params.m_cost() < today.m_cost() || params.t_cost() < today.t_cost()
                });
                weaker
                    || phc.algorithm != ARGON2ID_IDENT
                    || phc.version != Some(Version::V0x13.into())
                    || phc.salt.as_ref().is_none_or(|salt| salt.len() < SALT)
                    || phc.hash.as_ref().is_none_or(|output| output.len() < OUTPUT)
            }
        }
    }
}
