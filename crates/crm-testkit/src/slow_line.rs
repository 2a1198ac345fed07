//! A line between a server and what it talks to that can be made slow, silent or lossy, and good again.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Everything goes through at once.
    Good,
    /// Whatever is said, in either direction, comes so much later.
    Slow(Duration),
    /// Nothing goes through. What was said comes once the line is another.
    Silent,
    /// Whoever says something now is not heard, neither then nor later, and not told: as if what is between the two had
    /// forgotten the connection.
    Forgetful,
}

/// Listens on a loopback port and passes on what is said there to another one. It ends with this value.
#[derive(Debug)]
pub struct SlowLine {
    port: u16,
    line: watch::Sender<Line>,
    listening: JoinHandle<()>,
}

impl SlowLine {
    /// A good line to this port of the loopback address.
    ///
    /// # Panics
    /// If no port can be had.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (line, told) = watch::channel(Line::Good);
        let listening = tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                tokio::spawn(connect(from, port, told.clone()));
            }
        });
        Self { port: own, line, listening }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes the line, for all connections, those that are open included, like this.
    pub fn be(&self, line: Line) {
        self.line.send_replace(line);
    }
}

impl Drop for SlowLine {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn connect(from: TcpStream, port: u16, told: watch::Receiver<Line>) {
    let Ok(to) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (asks, answers) = (from.into_split(), to.into_split());
    tokio::join!(pass(asks.0, answers.1, told.clone()), pass(answers.0, asks.1, told));
}

/// Passes on what is said in one direction, until either side hangs up or nobody minds the line any more.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut told: watch::Receiver<Line>) {
    let mut said = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut said).await {
        if length == 0 {
            break;
        }
        let line = *told.borrow();
        match line {
            Line::Forgetful => while from.read(&mut said).await.is_ok_and(|length| length > 0) {},
            Line::Good => {}
            Line::Slow(delay) => tokio::time::sleep(delay).await,
            Line::Silent => {
                if told.wait_for(|line| *line != Line::Silent).await.is_err() {
                    return;
                }
            }
        }
        if to.write_all(&said[..length]).await.is_err() {
            return;
        }
    }
    let _gone = to.shutdown().await;
}
