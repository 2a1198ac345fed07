//! The kinds of password hashes that stores hold, each checked with no less work than one that is made today.

use std::fmt;
use std::hint::black_box;

use argon2::password_hash::Error as PhcError;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordVerifier, Version};
use bcrypt::HashParts;
use crm_app::ports::passwords::HashError;
use crm_domain::password_hash::PasswordHash;
use secrecy::{ExposeSecret, SecretString};

use super::cost::{HashCost, top_up, work_of, work_of_bcrypt};

/// The highest cost of bcrypt that is worked off: about five seconds. Each step above doubles it, and one such hash
/// would keep a thread from everybody else.
const MOST_BCRYPT_COST: u32 = 16;

/// The shortest salt and hash that are made today, in bytes.
const SALT: usize = 16;
const OUTPUT: usize = 32;

/// How many bytes of a password bcrypt looks at.
const BCRYPT_BYTES: usize = 72;

/// A hash that can be checked.
#[derive(Debug)]
pub(super) enum Kept {
    /// A PHC string of argon2, and its parameters.
    Argon2(Box<Phc>, Params),
    /// What bcrypt made, of any revision but the broken `$2x$`, and its cost.
    Bcrypt(String, u32),
}

/// Computes hashes, so that tests can count the work.
pub(super) trait Compute: fmt::Debug + Send + Sync {
    /// Whether the password has this hash; compared in constant time.
    ///
    /// # Errors
    /// [`HashError::Failed`] if it is none that can be computed.
    fn argon2(&self, password: &[u8], phc: &Phc, params: &Params) -> Result<bool, HashError>;

    /// Does the work of a hash with these parameters, for nothing.
    ///
    /// # Errors
    /// [`HashError::Failed`] if argon2 refuses.
    fn spend(&self, password: &[u8], params: &Params) -> Result<(), HashError>;

    /// Whether bcrypt makes this hash of the password. It looks at the first 72 bytes, here as in Node.js.
    ///
    /// # Errors
    /// [`HashError::Failed`] if it is none that can be computed.
    fn bcrypt(&self, password: &str, hash: &str) -> Result<bool, HashError>;
}

/// Computes with the libraries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Libraries;

impl Compute for Libraries {
    fn argon2(&self, password: &[u8], phc: &Phc, _: &Params) -> Result<bool, HashError> {
        match Argon2::default().verify_password(password, phc) {
            Ok(()) => Ok(true),
            Err(PhcError::PasswordInvalid) => Ok(false),
            Err(_) => Err(HashError::Failed),
        }
    }

    fn spend(&self, password: &[u8], params: &Params) -> Result<(), HashError> {
        let mut output = [0_u8; OUTPUT];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into(password, &[0; SALT], &mut output)
            .map_err(|_| HashError::Failed)?;
        black_box(output);
        Ok(())
    }

    fn bcrypt(&self, password: &str, hash: &str) -> Result<bool, HashError> {
        bcrypt::verify(password, hash).map_err(|_| HashError::Failed)
    }
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
                cost @ 4..=MOST_BCRYPT_COST => Ok(Self::Bcrypt(text.to_owned(), cost)),
                _ => Err(HashError::Failed),
            };
        }
        let phc = Phc::new(text).map_err(|_| HashError::Failed)?;
        let params = Params::try_from(&phc).map_err(|_| HashError::Failed)?;
        // Without salt and hash the library would speak of a wrong password; it is a record that cannot be read.
        if phc.salt.is_none() || phc.hash.is_none() || !HashCost::is_bounded(&params) {
            return Err(HashError::Failed);
        }
        Ok(Self::Argon2(Box::new(phc), params))
    }

    /// Whether the password has this hash. Takes as much work as a hash that is made `today`, or more if this one
    /// itself does.
    ///
    /// # Errors
    /// [`HashError::Failed`].
    pub(super) fn verify(
        &self,
        compute: &dyn Compute,
        password: &SecretString,
        today: &Params,
    ) -> Result<bool, HashError> {
        let password = password.expose_secret();
        let (fits, spent) = match self {
            Self::Argon2(phc, params) => (compute.argon2(password.as_bytes(), phc, params)?, work_of(params)),
            Self::Bcrypt(hash, cost) => (compute.bcrypt(password, hash)?, work_of_bcrypt(*cost)),
        };
        for params in top_up(spent, today) {
            compute.spend(password.as_bytes(), &params)?;
        }
        Ok(fits)
    }

    /// Whether a hash that is made with these parameters of `password`, which fits this one, is to take its place. Not
    /// where bcrypt may have looked at a part of the password only: what was typed behind it is not known to be right.
    pub(super) fn is_outdated(&self, today: &Params, password: &SecretString) -> bool {
        match self {
            Self::Bcrypt(..) => password.expose_secret().len() < BCRYPT_BYTES,
            Self::Argon2(phc, params) => {
                params.m_cost() < today.m_cost()
                    || params.t_cost() < today.t_cost()
                    || phc.algorithm != ARGON2ID_IDENT
                    || phc.version != Some(Version::V0x13.into())
                    || phc.salt.as_ref().is_none_or(|salt| salt.len() < SALT)
                    || phc.hash.as_ref().is_none_or(|output| output.len() < OUTPUT)
            }
        }
    }
}
