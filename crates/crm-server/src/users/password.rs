//! Where a password comes from: typed without being shown, read from the standard input, or made up.

use std::io::{self, BufRead, IsTerminal};

use rand::RngExt;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::cli::PasswordArgs;
use crate::command_error::CommandError;
use crate::output;

/// A password and whether its owner knows it.
pub(super) enum Given {
    /// Somebody typed or piped it.
    Typed(SecretString),
    /// We made it up and have to tell it.
    MadeUp(SecretString),
}

impl Given {
    /// The password.
    pub(super) fn secret(&self) -> &SecretString {
        match self {
            Self::Typed(secret) | Self::MadeUp(secret) => secret,
        }
    }
}

/// What a password that is made up consists of: nothing that looks like something else.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// 20 of 56 letters: 116 bits.
const MADE_UP_LENGTH: usize = 20;

/// Gets it the way that was asked for.
pub(super) fn get(args: PasswordArgs) -> Result<Given, CommandError> {
    if args.generate {
        return Ok(Given::MadeUp(made_up()));
    }
    let unreadable = |error| CommandError::failed("no password could be read", error);
    if args.password_stdin {
        return line().map(Given::Typed).map_err(unreadable);
    }
    if !io::stdin().is_terminal() {
        let text = "there is no terminal to ask for the password; use --password-stdin or --generate";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let first = asked("Password: ").map_err(unreadable)?;
    let second = asked("Again: ").map_err(unreadable)?;
    if first.expose_secret() == second.expose_secret() {
        Ok(Given::Typed(first))
    } else {
        Err(CommandError::Usage("the two passwords differ".to_owned()))
    }
}

fn made_up() -> SecretString {
    let mut chance = rand::rng();
    let letters = (0..MADE_UP_LENGTH).filter_map(|_| LETTERS.get(chance.random_range(0..LETTERS.len())));
    SecretString::from(letters.map(|letter| char::from(*letter)).collect::<String>())
}

fn asked(prompt: &str) -> io::Result<SecretString> {
    output::ask(prompt);
    let hidden = Hidden::begin()?;
    let typed = line();
    drop(hidden);
    // The line break was not shown either.
    output::complain("");
    typed
}

/// One line, without its end.
fn line() -> io::Result<SecretString> {
    let mut line = Zeroizing::new(String::new());
    io::stdin().lock().read_line(&mut line)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}

/// While it lives, the terminal does not show what is typed.
struct Hidden {
    before: Termios,
}

impl Hidden {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // If the terminal is gone there is nobody to show anything to.
        tcsetattr(io::stdin(), OptionalActions::Flush, &self.before).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_password_is_long_and_never_the_same() {
        let (one, other) = (made_up(), made_up());
        assert_eq!(one.expose_secret().len(), MADE_UP_LENGTH);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}
