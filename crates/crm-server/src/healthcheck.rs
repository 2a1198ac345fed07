//! Asks the server that runs on this machine whether it is alive. For containers, whose image has no curl.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use crate::addresses::on_this_machine;
use crate::command_error::CommandError;
use crate::output;
use crate::settings::Settings;
use crate::tls::any_server;

/// How long connecting may take, and then each step; the whole stays below the three seconds that containers are given.
const CONNECTING: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(1_900);
/// As much of the answer as is looked at.
const LOOKED_AT: u64 = 1024;

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
    match status(address, settings.server.tls.files().is_some()) {
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
fn status(address: SocketAddr, tls: bool) -> io::Result<String> {
    let stream = TcpStream::connect_timeout(&address, CONNECTING)?;
    stream.set_read_timeout(Some(STEP))?;
    stream.set_write_timeout(Some(STEP))?;
    if tls { asked(address, any_server::over(stream, address.ip())?) } else { asked(address, stream) }
}

fn asked(address: SocketAddr, mut stream: impl Read + Write) -> io::Result<String> {
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    stream.flush()?;
    let mut answer = String::new();
    BufReader::new(stream.take(LOOKED_AT)).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}
