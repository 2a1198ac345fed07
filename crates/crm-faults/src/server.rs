//! The program while it serves.

use std::process::{Command, ExitStatus};
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::Outcome;

/// How much of what a server complains about is kept.
const KEPT: usize = 16 * 1024;

/// A running server; killed if the value goes first.
#[derive(Debug)]
pub struct Server {
    child: Child,
    // It ends with its standard input, which waiting for it would close.
    _stdin: Option<ChildStdin>,
    url: String,
    complaints: Complaints,
}

/// What it says on the standard error, read as it comes.
#[derive(Debug, Clone, Default)]
struct Complaints(Arc<Mutex<String>>);

impl Server {
    /// Starts it and waits for the line that says where it listens. Needs a runtime.
    ///
    /// # Errors
    /// It cannot be started, or ended instead; the text is what it complained about.
    pub async fn start(command: Command) -> Outcome<Self> {
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn()?;
        let stdin = child.stdin.take();
        let complaints = Complaints::default();
        let reading = complaints.read(child.stderr.take().ok_or("its complaints are not ours to read")?);
        let stdout = child.stdout.take().ok_or("its output is not ours to read")?;
        let mut lines = BufReader::new(stdout).lines();
        let Some(url) = address(&mut lines).await? else {
            let status = child.wait().await?;
            reading.await?;
            return Err(format!("a server ended with {status}: {}", complaints.0.lock()).into());
        };
        // What it says later must have somewhere to go.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, _stdin: stdin, url, complaints })
    }

    /// Where it listens: `http://127.0.0.1:4711`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has complained about, as far as it is kept.
    pub fn complaints(&self) -> String {
        self.complaints.0.lock().clone()
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// It has ended.
    pub fn signal(&self, signal: Signal) -> Outcome<()> {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(kill_process(pid.ok_or("the server has ended")?, signal)?)
    }

    /// Kills it at once (SIGKILL), unless it has ended by itself, and waits until it is gone.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub async fn kill(mut self) -> Outcome<ExitStatus> {
        self.child.start_kill().ok();
        self.ended().await
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub async fn ended(&mut self) -> Outcome<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Tells it to stop and waits until it has.
    ///
    /// # Errors
    /// It ended otherwise than it should.
    pub async fn stop(mut self) -> Outcome<()> {
        self.signal(Signal::TERM)?;
        let status = self.ended().await?;
        if status.success() {
            return Ok(());
        }
        Err(format!("the server ended with {status}: {}", self.complaints()).into())
    }
}

impl Complaints {
    fn read(&self, from: impl AsyncRead + Unpin + Send + 'static) -> tokio::task::JoinHandle<()> {
        let text = Arc::clone(&self.0);
        tokio::spawn(async move {
            let mut lines = BufReader::new(from).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut text = text.lock();
                if text.len() < KEPT {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
        })
    }
}

async fn address(lines: &mut Lines<BufReader<ChildStdout>>) -> Outcome<Option<String>> {
    while let Some(line) = lines.next_line().await? {
        if let Some((_, rest)) = line.split_once("listens at ") {
            return Ok(Some(rest.trim_end_matches("/api").trim_end_matches('/').to_owned()));
        }
    }
    Ok(None)
}
