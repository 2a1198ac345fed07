//! A connection as HTTP sees it: through the gate, and only as long as its client makes headway.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::gate::{Awaiting, Gate};
use super::patience::{Alarm, Limits};
use super::refusal::Refuse;
use super::refused::Refused;
use super::wire::Wire;

/// Bytes read at a time.
const PIECE: usize = 8 * 1024;
/// A handler that reads a body has its own deadline and says what is wrong; this one comes after it.
const GRACE: Duration = Duration::from_secs(1);
/// What clients that take no answer are counted as.
const SLOW_READER: &str = "slow_reader";
/// How long a client that was refused may go on sending: closing at once could lose the refusal on its way.
const PARTING: Duration = Duration::from_secs(2);
/// How much it may go on sending.
const PARTING_BYTES: usize = 256 * 1024;

/// A connection that is looked after.
pub(crate) struct Guarded<W> {
    wire: W,
    gate: Gate,
    limits: Limits,
    alarm: Alarm,
    /// What is awaited since when.
    awaiting: (Awaiting, u64),
    since: Instant,
    blocked: Option<Blocked>,
    refuse: Refuse,
    parting: Parting,
    _open: OpenConnection,
}

/// Since when the client takes too little, and how much it took.
#[derive(Debug)]
struct Blocked {
    since: Instant,
    taken: u64,
}

/// What is too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Late {
    Request,
    Head,
    Body,
    Answer,
}

/// How far closing has come.
enum Parting {
    NotYet,
    Telling(Bytes),
    Closing { linger: bool },
    Lingering { until: Instant, left: usize },
    Over,
}

impl<W: Wire> Guarded<W> {
    /// Looks after a connection whose requests have bodies of at most this size.
    pub(super) fn new(wire: W, limits: Limits, body_limit: usize, refuse: Refuse) -> Self {
        Self {
            wire,
            gate: Gate::new(body_limit),
            limits,
            alarm: Alarm::default(),
            awaiting: (Awaiting::Request, 0),
            since: Instant::now(),
            blocked: None,
            refuse,
            parting: Parting::NotYet,
            _open: OpenConnection::count(),
        }
    }

    fn poll_request(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let gate = &mut self.gate;
            if gate.has_something() {
                buf.put_slice(&gate.pass(buf.remaining()));
                return Poll::Ready(Ok(()));
            }
            if gate.is_shut() {
                return Poll::Ready(Ok(()));
            }
            let mut space = [MaybeUninit::uninit(); PIECE];
            let mut piece = ReadBuf::uninit(&mut space);
            match Pin::new(&mut self.wire).poll_read(cx, &mut piece) {
                Poll::Ready(Ok(())) if piece.filled().is_empty() => gate.shut(None),
                Poll::Ready(Ok(())) => {
                    gate.take(piece.filled());
                    let awaiting = (gate.awaiting(), gate.heads());
                    if awaiting != self.awaiting {
                        self.awaiting = awaiting;
                        self.since = Instant::now();
                    }
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => match ready!(self.poll_late(cx)) {
                    Late::Answer => return Poll::Ready(Err(self.give_up(SLOW_READER))),
                    Late::Request => self.gate.shut(None),
                    Late::Head => self.gate.shut(Some(Refused::slow_head())),
                    Late::Body => self.gate.shut(Some(Refused::in_body("the body came in too slowly"))),
                },
            }
        }
    }

    /// What is too late, once something is.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<Late> {
        let reading = match self.awaiting {
            // Between requests HTTP/1.1 has a timer of its own.
            (Awaiting::Request, 0) => Some((self.since + self.limits.head, Late::Request)),
            (Awaiting::Head, _) => Some((self.since + self.limits.head, Late::Head)),
            (Awaiting::Body, _) => Some((self.since + self.limits.body + GRACE, Late::Body)),
            (Awaiting::Request | Awaiting::Nothing, _) => None,
        };
        let writing = self.write_deadline().map(|at| (at, Late::Answer));
        let first = [reading, writing].into_iter().flatten().min_by_key(|(at, _)| *at);
        let Some((at, late)) = first else {
            return Poll::Pending;
        };
        self.alarm.poll(cx, Some(at)).map(|()| late)
    }

    fn write_deadline(&self) -> Option<Instant> {
        self.blocked.as_ref().map(|blocked| self.limits.for_answer(blocked.since, blocked.taken))
    }

    /// The client takes nothing more: is it waited for any longer?
    fn poll_blocked<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.blocked.get_or_insert_with(|| Blocked { since: Instant::now(), taken: 0 });
        let deadline = self.write_deadline();
        ready!(self.alarm.poll(cx, deadline));
        Poll::Ready(Err(self.give_up(SLOW_READER)))
    }

    fn give_up(&self, code: &'static str) -> io::Error {
        metrics::counter!("http_connections_refused_total", "code" => code).increment(1);
        self.wire.abort();
        io::ErrorKind::TimedOut.into()
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.wire).poll_write(cx, bytes) {
            Poll::Ready(Ok(taken)) => {
                if let Some(blocked) = &mut self.blocked {
                    blocked.taken += taken as u64;
                }
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.poll_blocked(cx),
        }
    }

    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.wire).poll_flush(cx) {
            Poll::Ready(done) => {
                self.blocked = None;
                Poll::Ready(done)
            }
            Poll::Pending => self.poll_blocked(cx),
        }
    }

    /// Tells the client why nothing more is read, if this is what was wrong, and closes.
    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match &mut self.parting {
                Parting::NotYet => {
                    let refused = self.gate.refused();
                    self.parting = match refused.map(|refused| (self.refuse)(refused)) {
                        None => Parting::Closing { linger: false },
                        Some(None) => Parting::Closing { linger: true },
                        Some(Some(text)) => Parting::Telling(text),
                    };
                }
                Parting::Telling(text) if text.is_empty() => {
                    ready!(self.poll_sent(cx))?;
                    self.parting = Parting::Closing { linger: true };
                }
                Parting::Telling(text) => {
                    let mut rest = text.clone();
                    let taken = ready!(self.poll_send(cx, &rest))?;
                    rest.advance(taken.min(rest.len()));
                    self.parting = Parting::Telling(rest);
                }
                Parting::Closing { linger } => {
                    let linger = *linger;
                    match Pin::new(&mut self.wire).poll_shutdown(cx) {
                        Poll::Ready(done) => done?,
                        Poll::Pending => return self.poll_blocked(cx),
                    }
                    self.parting = if linger {
                        Parting::Lingering { until: Instant::now() + PARTING, left: PARTING_BYTES }
                    } else {
                        Parting::Over
                    };
                }
                Parting::Lingering { until, left } => {
                    let until = *until;
                    let mut space = [MaybeUninit::uninit(); PIECE];
                    let mut piece = ReadBuf::uninit(&mut space);
                    match Pin::new(&mut self.wire).poll_read(cx, &mut piece) {
                        Poll::Ready(Ok(())) if !piece.filled().is_empty() && *left > piece.filled().len() => {
                            *left -= piece.filled().len();
                        }
                        Poll::Ready(_) => self.parting = Parting::Over,
                        Poll::Pending => {
                            ready!(self.alarm.poll(cx, Some(until)));
                            self.parting = Parting::Over;
                        }
                    }
                }
                Parting::Over => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<W: Wire> AsyncRead for Guarded<W> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_request(cx, buf)
    }
}

impl<W: Wire> AsyncWrite for Guarded<W> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_send(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_sent(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_part(cx)
    }
}

/// Counts the connections that are open.
struct OpenConnection;

impl OpenConnection {
    fn count() -> Self {
        metrics::gauge!("http_open_connections").increment(1.0);
        Self
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        metrics::gauge!("http_open_connections").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMITS: Limits = Limits { head: SECOND, body: SECOND, answer: SECOND };

    impl Wire for DuplexStream {
        fn abort(&self) {}
    }

    fn pair(body_limit: usize) -> (DuplexStream, Guarded<DuplexStream>) {
        let (client, server) = duplex(1024);
        let refuse: Refuse = Rc::new(|refused| Some(Bytes::from(refused.kind()?.code)));
        (client, Guarded::new(server, LIMITS, body_limit, refuse))
    }

    /// What passes until the end, and what the client is told when the connection is closed.
    async fn passed_and_told(
        client: &mut DuplexStream,
        guarded: &mut Guarded<DuplexStream>,
    ) -> (String, String) {
        let mut passed = Vec::new();
        guarded.read_to_end(&mut passed).await.unwrap();
        guarded.shutdown().await.unwrap();
        let mut told = Vec::new();
        client.read_to_end(&mut told).await.unwrap();
        (String::from_utf8(passed).unwrap(), String::from_utf8(told).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_passes_and_a_second_that_is_none_is_refused_behind_it() {
        let (mut client, mut guarded) = pair(1000);
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        client.write_all(format!("{request}nonsense\r\n").as_bytes()).await.unwrap();
        let both = passed_and_told(&mut client, &mut guarded).await;
        assert_eq!(both, (request.to_owned(), "bad_request".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_does_not_end_is_refused_in_time() {
        let (mut client, mut guarded) = pair(1000);
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let begun = Instant::now();
        let both = passed_and_told(&mut client, &mut guarded).await;
        assert_eq!(both, (String::new(), "request_timeout".to_owned()));
        assert_eq!(begun.elapsed().as_secs(), 1 + PARTING.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_is_told_nothing() {
        let (mut client, mut guarded) = pair(1000);
        assert_eq!(passed_and_told(&mut client, &mut guarded).await, (String::new(), String::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_cut_off_and_its_own_answer_tells_why() {
        let (mut client, mut guarded) = pair(1000);
        let begun = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc";
        client.write_all(begun.as_bytes()).await.unwrap();
        assert_eq!(passed_and_told(&mut client, &mut guarded).await, (begun.to_owned(), String::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_of_an_answer_is_given_up() {
        let (client, mut guarded) = pair(1000);
        let error = guarded.write_all(&[b'x'; 4096]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_an_answer_slowly_and_steadily_gets_all_of_it() {
        let (mut client, mut guarded) = pair(1000);
        let size = 64 * 1024;
        let reader = tokio::task::spawn(async move {
            let mut taken = 0;
            let mut piece = [0_u8; 1024];
            while taken < size {
                tokio::time::sleep(SECOND / 5).await;
                taken += client.read(&mut piece).await.unwrap();
            }
        });
        guarded.write_all(&vec![b'x'; size]).await.unwrap();
        guarded.flush().await.unwrap();
        reader.await.unwrap();
    }
}
