//! Password hashes: argon2id (RFC 9106), kept as PHC strings that name their own cost. Hashes that bcrypt made, as the
//! Node.js backend kept them, are checked too and are made anew by whoever signs in with one.

pub mod cost;
pub mod kept;
mod pool;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher, Version};
use async_trait::async_trait;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use self::cost::HashCost;
use self::kept::{Compute, Kept, Libraries};
use self::pool::Pool;

/// How many passwords may wait to be hashed; one more is refused as busy.
pub const QUEUE: usize = 64;

/// Why passwords cannot be hashed at all.
#[derive(Debug, Error)]
pub enum StartError {
    /// The cost is none that argon2 knows.
    #[error("the cost of a password hash is out of range")]
    Cost,
    /// The operating system gave no thread.
    #[error("no thread for hashing passwords could be started")]
    Thread(#[source] io::Error),
    /// The operating system gave no random bytes.
    #[error("there are no random bytes to be had")]
    Randomness,
}

/// Hashes passwords on its own threads.
#[derive(Debug)]
pub struct Argon2Passwords {
    argon2: Argon2<'static>,
    /// A hash of the same cost that no password has, for emails without an account.
    nobody: PasswordHash,
    pool: Pool,
    compute: Arc<dyn Compute>,
}

impl Argon2Passwords {
    /// Starts the threads. They end when this is dropped.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(cost: HashCost, threads: NonZeroUsize) -> Result<Self, StartError> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None)
            .map_err(|_| StartError::Cost)?;
        Ok(Self {
            nobody: nobody(&params)?,
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            pool: Pool::start(threads, QUEUE).map_err(StartError::Thread)?,
            compute: Arc::new(Libraries),
        })
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        let argon2 = self.argon2.clone();
        self.pool.run(move || hash(&argon2, &password)).await?
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        let (compute, today) = (Arc::clone(&self.compute), self.argon2.params().clone());
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let same = self.pool.run(move || Kept::parse(&hash)?.verify(&*compute, &password, &today)).await??;
        Ok(same && known)
    }

    fn is_outdated(&self, hash: &PasswordHash, password: &SecretString) -> bool {
        Kept::parse(hash).is_ok_and(|kept| kept.is_outdated(self.argon2.params(), password))
    }
}

fn hash(argon2: &Argon2<'_>, password: &SecretString) -> Result<PasswordHash, HashError> {
    let phc: Phc =
        argon2.hash_password(password.expose_secret().as_bytes()).map_err(|_| HashError::Failed)?;
    Ok(PasswordHash::new(phc.to_string()))
}

/// Random bytes in the place of a hash: checking against it costs the same, and no password has it.
fn nobody(params: &Params) -> Result<PasswordHash, StartError> {
    let (mut salt, mut output) = ([0_u8; 16], [0_u8; 32]);
    getrandom::fill(&mut salt).map_err(|_| StartError::Randomness)?;
    getrandom::fill(&mut output).map_err(|_| StartError::Randomness)?;
    let phc = Phc {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| StartError::Cost)?,
        salt: Some(Salt::new(&salt).map_err(|_| StartError::Cost)?),
        hash: Some(Output::new(&output).map_err(|_| StartError::Cost)?),
    };
    Ok(PasswordHash::new(phc.to_string()))
}

#[cfg(test)]
mod tests;
