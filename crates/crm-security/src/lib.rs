//! Passwords, tokens and blinding: implements [`crm_app::ports::passwords::Passwords`] with argon2 and
//! [`crm_app::ports::tokens::Tokens`] with jsonwebtoken.
//!
//! No secret, password or token is ever in an error or in what `Debug` shows, and time is always the caller's.
//!
//! # Where things are
//! - [`passwords`]: argon2id on a small pool of threads of its own, so that a slow hash never delays another request.
//!   An email without an account costs as much as a wrong password.
//! - [`blinding`]: keyed hashes of those who try passwords, for the throttle.
//! - [`tokens`]: signed access tokens, which are read without the store, and opaque refresh tokens, of which the store
//!   keeps a keyed fingerprint only.

pub mod blinding;
pub mod passwords;
pub mod tokens;
