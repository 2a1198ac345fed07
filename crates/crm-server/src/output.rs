//! What a command says to whoever typed it.
//!
//! A reader that has gone, as in `crm-server user list | head -1`, is no reason to fail.

use std::io::{self, Write};

use crate::command_error::CommandError;

/// A line on the standard output: what was asked for.
pub fn say(line: &str) {
    writeln!(io::stdout().lock(), "{line}").ok();
}

/// A text on the standard output as it is.
pub fn say_as_is(text: &str) {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}

/// A line on the standard output that nobody can ask for again, such as a generated password.
///
/// # Errors
/// Nobody reads it. The caller must not go on with what the line was about.
pub fn say_once(line: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| {
        CommandError::failed("nothing was changed: the standard output cannot be written", error)
    })
}

/// A line on the standard error: what went wrong, or what to do next.
pub fn complain(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// A text on the standard error without a line break, before something is read from the terminal.
pub fn ask(text: &str) {
    let mut out = io::stderr().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}
