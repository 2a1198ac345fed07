//! Tokens. The only bodies with secrets in them: they are never kept and never logged.

use crm_app::auth::login::SignIn;
use crm_app::auth::refresh::TokenPair;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::user::UserBody;

/// An access token and the refresh token it can be renewed with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TokenPair)]
pub struct TokenPairBody<'a> {
    /// Send it as `Authorization: Bearer <token>`.
    pub access_token: &'a str,
    /// Renews both tokens. The one that was shown stays good until this one is shown.
    pub refresh_token: &'a str,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds that the access token is good.
    pub expires_in: u64,
}

/// Tokens, and whose they are.
#[derive(Serialize, ToSchema)]
#[schema(as = SignIn)]
pub struct SignInBody<'a> {
    /// The tokens.
    #[serde(flatten)]
    pub tokens: TokenPairBody<'a>,
    /// Who signed in.
    pub user: UserBody<'a>,
}

impl<'a> TokenPairBody<'a> {
    pub(crate) fn of(tokens: &'a TokenPair) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret(),
            refresh_token: tokens.refresh_token.expose_secret(),
            token_type: "Bearer",
            expires_in: tokens.expires_in.as_secs(),
        }
    }
}

impl<'a> SignInBody<'a> {
    pub(crate) fn of(sign_in: &'a SignIn) -> Self {
        Self { tokens: TokenPairBody::of(&sign_in.tokens), user: UserBody::of(&sign_in.user) }
    }
}
