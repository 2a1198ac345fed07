//! What to do with a server that nobody has an account on. Where the server has a terminal, with the token that proves
//! that whoever uses it can read that terminal; never in a file or a pipe, where logs are kept.

use std::io::{self, IsTerminal};

use crm_app::setup::check;
use secrecy::ExposeSecret;

use super::listening::Listening;
use crate::command_error::{CommandError, of_use_case};
use crate::{output, setup_token};

/// Shows it while the store has never had an admin.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn show(listening: &Listening) -> Result<(), CommandError> {
    let ctx = listening.ctx();
    let can_set_up = check::can_set_up(ctx).await;
    if !can_set_up.map_err(|error| of_use_case("the store cannot be read", error))? {
        return Ok(());
    }
    let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
    if !out && !err {
        output::complain(&text(&listening.url(), None));
        return Ok(());
    }
    if let Some(token) = setup_token::issue(ctx).await? {
        let text = text(&listening.url(), Some(token.expose_secret()));
        if err { output::complain(&text) } else { output::say(&text) }
    }
    Ok(())
}

fn text(url: &str, token: Option<&str>) -> String {
    let token_from = match token {
        Some(_) => "The token below works for an hour; `crm-server setup-token` prints a new one.",
        None => "Put the token in that `crm-server setup-token` prints.",
    };
    let token = token.unwrap_or("…");
    format!(
        "
There is no admin yet. Make the first one, once. {token_from}
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
