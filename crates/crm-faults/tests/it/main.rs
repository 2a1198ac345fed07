//! The suites in short: what is run for minutes by hand is run for seconds here.

// `cfg(test)` tells clippy that helpers here are tests too.
#[cfg(test)]
mod clock_steps;
#[cfg(test)]
mod converts;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod on_mongodb;
#[cfg(test)]
mod power_loss;
#[cfg(test)]
mod reassign;
#[cfg(test)]
mod short;
#[cfg(test)]
mod sigterm;
#[cfg(test)]
mod vanish;
