//! The secrets that tokens rest on: given by the operator, or made once and kept beside the data in development.
//!
//! Only [`Secrets::find_or_make`] makes secrets and writes the file. It is for a store that nothing was done in with
//! secrets; everything else finds them, or does without.

mod keeping;
mod strength;

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::Settings;
use super::environment::Environment;
use super::problem::{Problem, SettingsError};
use super::sections::AuthSettings;
use crate::command_error::with_causes;
use crate::keys;

const ACCESS: &str = "auth.access_secret";
const KEY_FILE: &str = "auth.key_file";
const REFRESH: &str = "auth.refresh_secret";
const AUDIT: &str = "auth.audit_secret";
/// The file of secrets that were made up.
const KEPT: &str = "secrets.toml";

/// What a server signs with, each secret at least 32 bytes.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Signs access tokens.
    pub access: AccessSecrets,
    /// What refresh tokens rest on.
    pub refresh: SecretString,
}

/// What signs access tokens.
#[derive(Debug, Clone)]
pub enum AccessSecrets {
    /// One secret.
    One(SecretString),
    /// The keys of this file, which may change while a server serves. `auth.access_secret` is not used then.
    File(PathBuf),
}

/// Secrets that were made up.
struct Made {
    access: SecretString,
    refresh: SecretString,
}

impl Made {
    fn now() -> Result<Self, SettingsError> {
        Ok(Self { access: random(ACCESS)?, refresh: random(REFRESH)? })
    }
}

impl Secrets {
    /// The secrets given, with those kept beside the data in place of missing ones; none if one is missing and nothing
    /// is kept.
    ///
    /// # Errors
    /// The file of kept secrets cannot be read, or others could read it.
    pub fn find(settings: &Settings) -> Result<Option<Self>, SettingsError> {
        let (access, refresh) = given(&settings.auth);
        if let (Some(access), Some(refresh)) = (&access, &refresh) {
            return Ok(Some(Self { access: access.clone(), refresh: refresh.clone() }));
        }
        let kept = kept_file(settings).map(|path| keeping::kept(&path));
        Ok(kept.transpose()?.flatten().map(|kept| Self::from_parts(access, refresh, kept)))
    }

    /// As [`Secrets::find`]; missing secrets are made now and kept.
    ///
    /// # Errors
    /// The file of kept secrets cannot be read or written, or others could read it.
    pub fn find_or_make(settings: &Settings) -> Result<Self, SettingsError> {
        if let Some(found) = Self::find(settings)? {
            return Ok(found);
        }
        let made = match kept_file(settings) {
            Some(path) => keeping::kept_or_made(&path)?,
            None => Made::now()?,
        };
        let (access, refresh) = given(&settings.auth);
        Ok(Self::from_parts(access, refresh, made))
    }

    fn from_parts(access: Option<AccessSecrets>, refresh: Option<SecretString>, kept: Made) -> Self {
        Self {
            access: access.unwrap_or(AccessSecrets::One(kept.access)),
            refresh: refresh.unwrap_or(kept.refresh),
        }
    }

    /// New secrets that nothing keeps, for a server whose store ends with it.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn fresh() -> Result<Self, SettingsError> {
        let Made { access, refresh } = Made::now()?;
        Ok(Self { access: AccessSecrets::One(access), refresh })
    }
}

/// The secrets of the settings themselves.
fn given(auth: &AuthSettings) -> (Option<AccessSecrets>, Option<SecretString>) {
    let access = match (&auth.key_file, &auth.access_secret) {
        (Some(path), _) => Some(AccessSecrets::File(path.clone())),
        (None, Some(secret)) => Some(AccessSecrets::One(secret.clone())),
        (None, None) => None,
    };
    (access, auth.refresh_secret.clone())
}

/// What the key of the audit log follows from: `auth.audit_secret`, else the secret of refresh tokens. None if there is
/// neither; nothing is made.
///
/// # Errors
/// The file of kept secrets cannot be read, or others could read it.
pub fn audit_secret(settings: &Settings) -> Result<Option<SecretString>, SettingsError> {
    let AuthSettings { audit_secret, refresh_secret, .. } = &settings.auth;
    if let Some(secret) = audit_secret.as_ref().or(refresh_secret.as_ref()) {
        return Ok(Some(secret.clone()));
    }
    let kept = kept_file(settings).map(|path| keeping::kept(&path)).transpose()?.flatten();
    Ok(kept.map(|kept| kept.refresh))
}

/// Where secrets that were made up are kept; none for a store in memory.
pub fn kept_file(settings: &Settings) -> Option<PathBuf> {
    settings.secrets_folder.as_deref().map(|folder| folder.join(KEPT))
}

/// Makes sure that the given secrets are fit to start with.
///
/// # Errors
/// Each that is not; in production also each that is missing.
pub fn check(settings: &Settings) -> Result<(), SettingsError> {
    SettingsError::unless_empty(weaknesses(&settings.environment, &settings.auth))
}

/// Whatever makes the secrets unfit to start with; in production also that they are missing.
pub(super) fn weaknesses(environment: &Environment, auth: &AuthSettings) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, variable, secret) in [
        (ACCESS, "JWT_ACCESS_SECRET", &auth.access_secret),
        (REFRESH, "JWT_REFRESH_SECRET", &auth.refresh_secret),
    ] {
        let flaw = match secret {
            Some(secret) => {
                strength::flaw(secret.expose_secret(), environment.is_strict()).map(str::to_owned)
            }
            None if key == ACCESS && auth.key_file.is_some() => None,
            None if environment.is_strict() => Some(format!(
                "is missing; set {variable}, for example to what `openssl rand -base64 48` prints"
            )),
            None => None,
        };
        problems.extend(flaw.map(|flaw| Problem::new(key, flaw)));
    }
    if let Some(path) = &auth.key_file
        && let Err(error) = keys::watch::ring(path)
    {
        let text = format!("{} cannot be used: {}", path.display(), with_causes(&error));
        problems.push(Problem::new(KEY_FILE, text));
    }
    if let Some(secret) = &auth.audit_secret {
        let flaw = strength::flaw(secret.expose_secret(), environment.is_strict());
        problems.extend(flaw.map(|flaw| Problem::new(AUDIT, flaw)));
    }
    if let (Some(access), Some(refresh)) = (&auth.access_secret, &auth.refresh_secret)
        && problems.is_empty()
        && environment.is_strict()
        && access.expose_secret() == refresh.expose_secret()
    {
        problems.push(Problem::new(REFRESH, "must differ from auth.access_secret"));
    }
    problems
}

/// What a server would sign with, for people; makes nothing.
///
/// # Errors
/// A server would not start with them.
pub fn state(settings: &Settings) -> Result<String, SettingsError> {
    check(settings)?;
    let has_access = settings.auth.access_secret.is_some() || settings.auth.key_file.is_some();
    if has_access && settings.auth.refresh_secret.is_some() {
        return Ok(match &settings.auth.key_file {
            Some(path) => format!("the keys of access tokens are in {}", path.display()),
            None => "both are set".to_owned(),
        });
    }
    let Some(path) = kept_file(settings) else {
        return Ok("made up at each start, since the store is in memory".to_owned());
    };
    let shown = path.display();
    Ok(match keeping::kept(&path)? {
        Some(_) => format!("missing ones are taken from {shown}"),
        None => format!("missing ones are made up at the first start of a new store and kept in {shown}"),
    })
}

fn random(key: &str) -> Result<SecretString, SettingsError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice())
        .map_err(|error| Problem::new(key, format!("cannot be made: no random bytes: {error}")))?;
    Ok(SecretString::from(STANDARD.encode(bytes.as_slice())))
}

#[cfg(test)]
mod tests;
