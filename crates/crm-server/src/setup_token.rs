//! The setup token: printed by a command, and shown by a server on its terminal.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_app::context::Ctx;
use crm_app::open_mode::OpenMode;
use crm_app::setup::offer;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::command_error::{CommandError, of_use_case};
use crate::output;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::wiring::Wiring;

/// Prints a new setup token, alone on the standard output; a running server accepts it at once.
///
/// # Errors
/// The store has had an admin, is not there yet, or fails.
pub async fn run(settings: Settings) -> Result<(), CommandError> {
    let url = &settings.store.url;
    match url {
        StoreUrl::Memory => {
            return Err(CommandError::Usage(format!(
                "{url} is in the server's memory: only its terminal shows a token"
            )));
        }
        // Made by this command, it would perhaps belong to another user than the server's.
        StoreUrl::File(path) if !path.exists() => {
            return Err(CommandError::Usage(format!(
                "there is no store at {url} yet: start the server first"
            )));
        }
        StoreUrl::File(_) | StoreUrl::Mongo(_) => {}
    }
    let wiring = Wiring::open_without_secrets(&settings, None, OpenMode::Existing).await?;
    let offered = issue(&wiring.ctx).await?;
    wiring.close().await?;
    let Some(token) = offered else {
        return Err(CommandError::Usage(
            "there was an admin already; another one is made with `crm-server user add --role admin`"
                .to_owned(),
        ));
    };
    output::say(token.expose_secret());
    output::complain("works for an hour, once, as \"setupToken\" of POST /api/auth/bootstrap");
    Ok(())
}

/// Makes a token and keeps its hash in the store; none if that has had an admin.
///
/// # Errors
/// The operating system gives no random bytes; the store fails.
pub(crate) async fn issue(ctx: &Ctx) -> Result<Option<SecretString>, CommandError> {
    let mut bytes = Zeroizing::new([0_u8; 24]);
    getrandom::fill(bytes.as_mut_slice())
        .map_err(|error| CommandError::failed("there are no random bytes to be had", error))?;
    let random = SecretString::from(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    let offered = offer::offer(ctx, &random).await;
    offered.map_err(|error| of_use_case("the setup token cannot be kept", error))
}
