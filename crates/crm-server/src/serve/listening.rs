//! A server that listens, from the first request to the last.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use crm_app::context::Ctx;
use crm_http::options::HttpOptions;
use crm_http::server::{self, Bound, BoundSocket, Listen};
use crm_http::state::{HttpState, RenderMetrics};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::backups::{self, Schedule};
use super::open_files;
use super::signals::Signals;
use super::upkeep;
use crate::addresses::on_this_machine;
use crate::command_error::CommandError;
use crate::numbers::{self, listener};
use crate::settings::Settings;
use crate::tls::Tls;
use crate::tls::watched::WatchedPair;
use crate::wiring::{self, Wiring};

/// The addresses of the settings, taken before the store is opened: a port that is in use leaves no store behind.
pub struct Sockets {
    api: BoundSocket,
    metrics: Option<BoundSocket>,
}

impl Sockets {
    /// Takes the addresses. Connections are refused until the server listens.
    ///
    /// # Errors
    /// An address cannot be had; the text names its setting.
    pub fn bind(settings: &Settings, fallback: Fallback) -> Result<Self, CommandError> {
        let address = SocketAddr::new(settings.server.host, settings.server.port);
        let api = match BoundSocket::bind(address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && fallback == Fallback::AnyPort => {
                let any = SocketAddr::new(address.ip(), 0);
                BoundSocket::bind(any).map_err(|error| cannot_listen(any, "server.host", error))?
            }
            bound => bound.map_err(|error| cannot_listen(address, "server.port (PORT)", error))?,
        };
        let metrics = settings.metrics.listen.filter(|_| settings.metrics.enabled).map(|address| {
            BoundSocket::bind(address).map_err(|error| cannot_listen(address, "metrics.listen", error))
        });
        Ok(Self { api, metrics: metrics.transpose()? })
    }
}

/// What to do when the port is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// Say so.
    None,
    /// Take any that is free.
    AnyPort,
}

/// A server that listens. Clients are answered once [`Listening::until_told_to_stop`] is awaited.
pub struct Listening {
    wiring: Wiring,
    state: HttpState,
    bound: Bound,
    numbers: Option<Server>,
    retention: Option<Duration>,
    schedule: Option<Schedule>,
    signals: Signals,
    pair: Option<Arc<WatchedPair>>,
}

impl Listening {
    /// Catches signals, starts to count, and listens. Needs a runtime.
    ///
    /// # Errors
    /// The certificate cannot be used, or another program listens at an address by now.
    pub fn begin(settings: &Settings, wiring: Wiring, sockets: Sockets) -> Result<Self, CommandError> {
        let signals = Signals::install()?;
        let render =
            if settings.metrics.enabled { Some(numbers::start(wiring.store.clone())?) } else { None };
        let (here, numbers) = match (render, sockets.metrics) {
            (Some(render), Some(apart)) => (None, Some(listen_apart(apart, render)?)),
            (here, Some(_) | None) => (here, None),
        };
        let tls = tls(settings)?;
        let options = HttpOptions {
            max_connections: open_files::connections_that_fit(settings.server.max_connections),
            tls: tls.as_ref().map(|tls| Arc::clone(&tls.config)),
            store: wiring.store.kind(),
            ..wiring::http_options(settings)
        };
        let state = HttpState::new(wiring.ctx.clone(), options, here);
        let address = SocketAddr::new(settings.server.host, settings.server.port);
        let listener = sockets.api.listen();
        let bound = listener.and_then(|listener| server::serve(Listen::On(listener), state.clone()));
        let bound = bound.map_err(|error| cannot_listen(address, "server.port (PORT)", error))?;
        let retention = upkeep::retention(settings);
        let schedule = Schedule::of(settings);
        let pair = tls.map(|tls| tls.pair);
        Ok(Self { wiring, state, bound, numbers, retention, schedule, signals, pair })
    }

    /// What it works with.
    pub fn ctx(&self) -> &Ctx {
        &self.wiring.ctx
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.bound.address
    }

    /// Where a client on this machine reaches it.
    pub fn url(&self) -> String {
        let scheme = if self.pair.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", on_this_machine(self.bound.address))
    }

    /// Serves until a signal comes; then says that it is not ready, stops to accept, finishes what is in flight and
    /// closes the store. A second signal ends the program at once.
    ///
    /// # Errors
    /// The server or the store did not end as they should.
    pub async fn until_told_to_stop(self) -> Result<(), CommandError> {
        let Self { wiring, state, bound, numbers, retention, schedule, mut signals, pair } = self;
        let watching = pair.map(|pair| tokio::spawn(pair.watch()));
        keep_throttles(&wiring.ctx).await;
        let guarding = tokio::spawn(go_on_keeping_throttles(wiring.ctx.clone()));
        let upkeep = tokio::spawn(upkeep::look_after(wiring.ctx.clone(), retention));
        let backups = tokio::spawn(backups::keep_making(wiring.ctx.clone(), schedule));
        let numbers = numbers.map(|server| (server.handle(), tokio::spawn(server)));
        let handle = bound.server.handle();
        let mut serving = bound.server;
        let ended = tokio::select! {
            // Only where it fails.
            ended = &mut serving => ended,
            signal = signals.next() => {
                tracing::info!(signal, "stopping");
                state.begin_shutdown();
                tokio::spawn(signals.end_at_the_next());
                tokio::join!(serving, handle.stop(true)).0
            }
        };
        drop(state);
        for task in [guarding, upkeep, backups] {
            task.abort();
            // Done, or cut off between two steps: either way it holds nothing any more.
            task.await.ok();
        }
        keep_throttles(&wiring.ctx).await;
        upkeep::finish(&wiring.ctx).await;
        if let Some(watching) = watching {
            watching.abort();
        }
        if let Some((handle, task)) = numbers {
            end(&handle, task).await;
        }
        ended.map_err(|error| CommandError::failed("the server ended", error))?;
        wiring.close().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// TLS, if its files are given.
fn tls(settings: &Settings) -> Result<Option<Tls>, CommandError> {
    let Some((cert, key)) = settings.server.tls.files() else {
        return Ok(None);
    };
    let tls = Tls::open(cert, key, settings.environment.is_strict());
    tls.map(Some).map_err(|error| CommandError::failed("TLS cannot be served, see server.tls", error))
}

/// How often what was counted of wrong passwords is kept: a crash forgets no more.
const KEEP_EVERY: Duration = Duration::from_secs(2);

async fn go_on_keeping_throttles(ctx: Ctx) {
    let mut every = tokio::time::interval(KEEP_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        keep_throttles(&ctx).await;
    }
}

async fn keep_throttles(ctx: &Ctx) {
    if let Err(error) = ctx.guard.keep(&*ctx.stores.throttles, ctx.now()).await {
        tracing::warn!(%error, "what is counted of wrong passwords could not be kept; trying again");
    }
}

async fn end(handle: &ServerHandle, task: JoinHandle<io::Result<()>>) {
    handle.stop(false).await;
    if let Ok(Err(error)) = task.await {
        tracing::warn!(%error, "the listener for numbers ended");
    }
}

fn listen_apart(socket: BoundSocket, render: RenderMetrics) -> Result<Server, CommandError> {
    let failed = |error| CommandError::failed("metrics cannot be served, see metrics.listen", error);
    let (server, bound) =
        socket.listen().and_then(|listener| listener::listen(listener, render)).map_err(failed)?;
    tracing::info!(address = %bound, "numbers are shown at /metrics");
    Ok(server)
}

fn cannot_listen(address: SocketAddr, setting: &str, error: io::Error) -> CommandError {
    CommandError::failed(format!("cannot listen at {address}, see {setting}"), error)
}
