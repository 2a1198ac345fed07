//! Breaks the server while clients write, and looks for what was lost, done by halves or done twice.
//!
//! ```sh
//! cargo run --release -p crm-faults -- kill --rounds 200
//! ```
//!
//! Clients ask over HTTP and write down what they asked and what they were answered, in this process, which no fault
//! touches. Then something happens to the server. Once it is back, all it holds is read over HTTP and held against what
//! was written down: whatever was acknowledged is there, whatever was refused is not, whatever is there was asked for, and
//! once.
//!
//! # Where things are
//! - What is asked: [`deed`] (one request), [`worker`] (which one is next), [`crowd`] (many at once).
//! - What is written down: [`ledger`], [`effect`] (what a request does, as an event tells it).
//! - What is there afterwards: [`state`]; what is wrong with it: [`check`], [`finding`].
//! - The server: [`program`], [`role`] (this program is the server too), [`place`], [`server`], [`people`], [`client`].
//! - A MongoDB that is broken too: [`members`], [`network`]. A clock that is wrong: [`clock`].
//! - What is done to it: [`ending`], [`preload`] (ends it at points around a commit), [`power`] (takes back what was not
//!   synced), [`weakness`] (servers that do lose something, to show that it is found).
//! - How clients are served meanwhile: [`pulse`]. All together: [`trial`] (a store, those who write to it and what came of
//!   it), [`suites`], one file for each.
//! - What is said: [`report`]. What can be typed: [`arguments`]. Chance that can be had again: [`chance`].
//!
//! Nothing but [`place`] and [`preload`] knows which store it is: a suite for another one makes a [`place::Place`] at its
//! address, and has its own way to break it and to wait until it is well again.
#![expect(
    clippy::indexing_slicing,
    reason = "members of JSON values, which are null where they are absent; nothing else is indexed here"
)]

pub mod arguments;
pub mod chance;
pub mod check;
pub mod client;
pub mod clock;
pub mod crowd;
pub mod deed;
pub mod effect;
pub mod ending;
pub mod finding;
pub mod ledger;
pub mod members;
pub mod network;
pub mod people;
pub mod place;
pub mod power;
pub mod preload;
pub mod program;
pub mod pulse;
pub mod report;
pub mod role;
pub mod server;
pub mod state;
pub mod suites;
pub mod trial;
pub mod weakness;
pub mod worker;

/// Why something could not be tried: there is nobody to tell causes apart.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What comes of trying; what is found is a [`finding::Finding`], not a failure.
pub type Outcome<T> = Result<T, Failure>;
