//! Asks the server that runs on this machine whether it is alive. For containers, whose image has no curl.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use crate::addresses::on_this_machine;
use crate::command_error::CommandError;
use crate::output;
use crate::settings::Settings;

/// How long each step may take; the whole stays below what containers are given.
const STEP: Duration = Duration::from_secs(1);

/// Asks, and answers with the exit code: 0 if the server is alive, else 1.
///
/// # Errors
/// The settings do not say at which port the server listens.
pub fn run(settings: &Settings) -> Result<ExitCode, CommandError> {
    if settings.server.port == 0 {
        let text = "server.port is 0, which is any free port: nobody can tell where the server listens";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let address = on_this_machine(SocketAddr::new(settings.server.host, settings.server.port));
    match status(address) {
        Ok(status) if status.contains(" 200 ") => {
            output::say(&format!("the server at {address} is alive"));
            Ok(ExitCode::SUCCESS)
        }
        Ok(status) => {
            output::complain(&format!("the server at {address} answers {status:?}"));
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            output::complain(&format!("the server at {address} does not answer: {error}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The first line of the answer.
fn status(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, STEP)?;
    stream.set_read_timeout(Some(STEP))?;
    stream.set_write_timeout(Some(STEP))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
