//! Loading sample data into an empty store, a batch at a time, while the next one is made.

use std::sync::Arc;

use crm_app::audit::derive::derived;
use crm_app::commit::Commit;
use crm_app::context::Ctx;
use crm_app::error::StoreError;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::actor::Actor;
use crm_domain::password_hash::PasswordHash;
use crm_domain::values::password::NewPassword;
use indicatif::ProgressBar;
use secrecy::SecretString;
use tokio::task::JoinHandle;

use super::chance::SeededIds;
use super::days::{A_YEAR, Days};
use super::people::{ADMIN, AGENT_PASSWORD, Hashes, People};
use super::world::World;
use super::{customers, leads, tasks};
use crate::cli::Amounts;
use crate::command_error::{Cause, CommandError};
use crate::wiring::Wiring;

/// Commits in one transaction.
const BATCH: usize = 5_000;
/// The days that the smallest sample spans, as the dashboard does.
const TWO_WEEKS: u64 = 14;

/// Fills an empty store.
///
/// # Errors
/// The store fails, or passwords cannot be hashed.
pub async fn plant(
    wiring: &Wiring,
    amounts: Amounts,
    random_seed: u64,
    bar: &ProgressBar,
) -> Result<(), CommandError> {
    let failed = |cause: Cause| CommandError::failed("the sample data cannot be made", cause);
    let world = world(&wiring.ctx, amounts, random_seed).await.map_err(failed)?;
    bar.set_length(1 + amounts.agents + amounts.leads + amounts.customers + amounts.tasks);
    let mut loader =
        Loader { store: wiring.store.maintenance(), batch: Vec::new(), on_its_way: None, bar, records: 0 };
    bar.set_message("users");
    for mut user in world.people.commits(&world.ctx) {
        // With ids that are new each time: the log outlives a store that is emptied and filled again.
        user.audit = derived(&wiring.ctx, &Actor::system("sample data"), &user);
        let user = user.sealed_with(wiring.ctx.trail.key());
        loader.add(vec![user]).await.map_err(failed)?;
    }
    // Events name users, who must be there by then.
    loader.finish().await.map_err(failed)?;
    for (name, count, make) in [
        ("leads", amounts.leads, leads::commits as Make),
        ("customers", amounts.customers, customers::commits),
        ("tasks", amounts.tasks, tasks::commits),
    ] {
        bar.set_message(name);
        for number in 0..count {
            loader.add(make(&world, number).map_err(failed)?).await.map_err(failed)?;
        }
    }
    loader.finish().await.map_err(failed)?;
    bar.finish_and_clear();
    Ok(())
}

type Make = fn(&World, u64) -> Result<Vec<Commit>, Cause>;

async fn world(ctx: &Ctx, amounts: Amounts, random_seed: u64) -> Result<World, Cause> {
    let days = Days::until(ctx.now(), ctx.calendar());
    let is_sample = amounts.leads <= Amounts::SAMPLE.leads && amounts.customers <= Amounts::SAMPLE.customers;
    let first_day = if is_sample { TWO_WEEKS } else { A_YEAR } - 1;
    let hashes = Hashes { admin: hash(ctx, ADMIN.password).await?, agent: hash(ctx, AGENT_PASSWORD).await? };
    let people = People::make(random_seed, amounts.agents, &hashes, days.at(first_day, 0))?;
    let ctx = Ctx { ids: Arc::new(SeededIds::new(random_seed)), ..ctx.clone() };
    Ok(World { ctx, random_seed, amounts, people, days })
}

async fn hash(ctx: &Ctx, password: &str) -> Result<PasswordHash, Cause> {
    let password = NewPassword::of_sample_account(password);
    Ok(ctx.passwords.hash(SecretString::from(password.expose())).await?)
}

/// Gathers commits and hands them to the store in batches, in the order in which they come.
struct Loader<'a> {
    store: Arc<dyn Maintenance>,
    batch: Vec<Arc<Commit>>,
    on_its_way: Option<JoinHandle<Result<(), StoreError>>>,
    bar: &'a ProgressBar,
    records: u64,
}

impl Loader<'_> {
    /// Takes the commits of one more record.
    async fn add(&mut self, commits: Vec<Commit>) -> Result<(), Cause> {
        self.batch.extend(commits.into_iter().map(Arc::new));
        self.records += 1;
        if self.batch.len() >= BATCH { self.send().await } else { Ok(()) }
    }

    /// Waits until everything is in the store.
    async fn finish(&mut self) -> Result<(), Cause> {
        self.send().await?;
        self.arrived().await
    }

    async fn send(&mut self) -> Result<(), Cause> {
        self.arrived().await?;
        let (store, batch) = (Arc::clone(&self.store), std::mem::take(&mut self.batch));
        self.on_its_way = Some(tokio::spawn(async move { store.load(batch).await }));
        self.bar.inc(std::mem::take(&mut self.records));
        Ok(())
    }

    async fn arrived(&mut self) -> Result<(), Cause> {
        match self.on_its_way.take() {
            Some(batch) => Ok(batch.await??),
            None => Ok(()),
        }
    }
}
