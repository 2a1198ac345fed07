//! What to do with a server that nobody has an account on: told on its terminal, with the token that proves that
//! whoever uses it can read that terminal.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_app::setup::offer;
use crm_app::setup::token::SetupToken;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::listening::Listening;
use crate::command_error::{CommandError, of_use_case};
use crate::output;

/// What is told, if it has to be.
pub(super) struct FirstSteps {
    token: SecretString,
}

impl FirstSteps {
    /// Makes up a setup token: one for the server, and one to be told.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub(super) fn prepare() -> Result<(Self, SetupToken), CommandError> {
        let mut bytes = Zeroizing::new([0_u8; 24]);
        getrandom::fill(bytes.as_mut_slice())
            .map_err(|error| CommandError::failed("there are no random bytes to be had", error))?;
        let token = SecretString::from(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
        Ok((Self { token: token.clone() }, SetupToken::new(token)))
    }

    /// Tells it while the store has never had an admin, and keeps a hash of it in the store, where every server finds it;
    /// else the token is forgotten.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) async fn tell_if_there_is_no_admin(self, listening: &Listening) -> Result<(), CommandError> {
        let offered = offer::offer(listening.ctx()).await;
        if offered.map_err(|error| of_use_case("the setup token cannot be kept", error))? {
            output::complain(&text(&listening.url(), self.token.expose_secret()));
        }
        Ok(())
    }
}

fn text(url: &str, token: &str) -> String {
    format!(
        "
There is no admin yet. Make the first one, once:

  curl -s {url}/api/auth/bootstrap -H 'Content-Type: application/json' -d '{{
    \"name\": \"Your name\", \"email\": \"you@example.com\", \"password\": \"a password of yours\",
    \"setupToken\": \"{token}\"
  }}'

or on this machine, beside the running server:

  crm-server user add --role admin --email you@example.com --name \"Your name\"
  crm-server demo       sample data in a store that is thrown away

or once this server is stopped:

  crm-server seed       sample data with three users, in this store
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_that_is_told_is_the_one_the_server_takes() {
        let (steps, token) = FirstSteps::prepare().unwrap();
        let told = text("http://127.0.0.1:3000", steps.token.expose_secret());
        let shown = told.split("\"setupToken\": \"").nth(1).unwrap().split('"').next().unwrap();
        assert!(token.fits(shown));
        assert!(!token.fits("another"));
    }
}
