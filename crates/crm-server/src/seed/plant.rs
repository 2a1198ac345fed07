//! Loading sample data into an empty store: made kind by kind on a thread of its own, and taken in as a copy of another
//! store would be, which is many times faster than commit by commit.

use std::sync::Arc;

use crm_app::archive::{Batch, Kind};
use crm_app::audit::derive::derived;
use crm_app::commit::Commit;
use crm_app::context::Ctx;
use crm_app::ports::archive::{Arrival, Import};
use crm_app::ports::workspace::Workspace;
use crm_domain::access::actor::Actor;
use crm_domain::password_hash::PasswordHash;
use crm_domain::values::password::NewPassword;
use indicatif::ProgressBar;
use secrecy::SecretString;
use tokio::sync::mpsc::{self, Sender};

use super::chance::SeededIds;
use super::days::{A_YEAR, Days};
use super::gathered::Gathered;
use super::people::{ADMIN, AGENT_PASSWORD, Hashes, People};
use super::world::World;
use super::{customers, leads, tasks};
use crate::cli::Amounts;
use crate::command_error::{Cause, CommandError};
use crate::wiring::Wiring;

/// The command that begins anew what was interrupted.
pub(super) const COMMAND: &str = "crm-server seed";
/// The days that the smallest sample spans, as the dashboard does.
const TWO_WEEKS: u64 = 14;
/// Batches that wait for the store.
const WAITING: usize = 16;

/// What becomes of the record with a number: commits, as clients would have made them.
pub type Make = fn(&World, u64) -> Result<Vec<Commit>, Cause>;

/// Fills an empty store.
///
/// # Errors
/// The store is not empty or fails, or passwords cannot be hashed. What was loaded until then is marked as unfinished.
pub async fn plant(
    wiring: &Wiring,
    amounts: Amounts,
    random_seed: u64,
    bar: &ProgressBar,
) -> Result<(), CommandError> {
    let failed = |cause: Cause| CommandError::failed("the sample data cannot be made", cause);
    let world = world(&wiring.ctx, amounts, random_seed).await.map_err(failed)?;
    fill(wiring, world, leads::commits, bar).await.map_err(failed).map(drop)
}

/// The world of so much sample data.
///
/// # Errors
/// Passwords cannot be hashed.
pub async fn world(ctx: &Ctx, amounts: Amounts, random_seed: u64) -> Result<World, Cause> {
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

/// Fills an empty store with a world, in which `lead` is what becomes of a lead. Gives the number of records.
///
/// # Errors
/// As [`plant`].
pub async fn fill(wiring: &Wiring, world: World, lead: Make, bar: &ProgressBar) -> Result<u64, Cause> {
    let users = world.people.commits(&world.ctx);
    let archive = wiring.store.archive();
    let arrival = Arrival { id: wiring.ctx.ids.next(), command: COMMAND.to_owned() };
    let (to, from) = mpsc::channel(WAITING);
    let making = Making { world, lead, to, bar: bar.clone(), records: 0 };
    let made = std::thread::spawn(move || making.everything());
    let taken = archive.import(&arrival, from).await;
    let made =
        tokio::task::spawn_blocking(move || made.join()).await?.map_err(|_| "the data was not made")?;
    // What stopped the store also stopped the data.
    if taken? != Import::Taken {
        return Err("the store is not empty".into());
    }
    let records = made?;
    // Before the mark is taken off: nobody is to be there of whom the log knows nothing.
    tell_of(wiring, users).await?;
    if !archive.finish_import(arrival.id).await? {
        return Err("another import into this store was begun".into());
    }
    Ok(records)
}

/// Writes into the audit log who was made. With ids that are new each time: the log outlives a store that is emptied and
/// filled again.
async fn tell_of(wiring: &Wiring, users: Vec<Commit>) -> Result<(), Cause> {
    let key = wiring.ctx.trail.key()?;
    let told = users.into_iter().map(|user| {
        let audit = derived(&wiring.ctx, &Actor::system("sample data"), &user);
        let commit = Commit { audit, ..Commit::new(wiring.ctx.commit_id()) };
        Arc::new(commit.sealed_with(key))
    });
    Ok(wiring.store.maintenance().load(told.collect()).await?)
}

/// How many records are gone through for what there is of a kind; [`Making::everything`] takes as many steps.
fn steps(kind: Kind, amounts: Amounts) -> u64 {
    match kind {
        Kind::Lead => amounts.leads,
        Kind::Customer | Kind::Note => amounts.leads + amounts.customers,
        Kind::Task => amounts.tasks,
        Kind::Event => amounts.leads + amounts.customers + amounts.tasks,
        Kind::User | Kind::Workspace | Kind::Transfer | Kind::Cleanup | Kind::Replay | Kind::Session => 0,
    }
}

/// Makes everything, kind by kind in the order of archives. What follows from a record's number is made anew for each
/// kind that takes something of it, so that little is in memory.
struct Making {
    world: World,
    lead: Make,
    to: Sender<Batch>,
    bar: ProgressBar,
    records: u64,
}

impl Making {
    fn everything(mut self) -> Result<u64, Cause> {
        let amounts = self.world.amounts;
        self.bar.set_length(Kind::ALL.into_iter().map(|kind| steps(kind, amounts)).sum());
        let calendar = self.world.ctx.calendar();
        self.send(Batch::Workspace(Workspace { calendar, set_up: true, setup_token: None }))?;
        for kind in Kind::ALL {
            self.bar.set_message(kind.plural());
            match kind {
                Kind::Lead => self.each(kind, amounts.leads, self.lead)?,
                Kind::Customer | Kind::Note => {
                    self.each(kind, amounts.leads, self.converted())?;
                    self.each(kind, amounts.customers, customers::commits)?;
                }
                Kind::Task => self.each(kind, amounts.tasks, tasks::commits)?,
                Kind::Event => {
                    self.users(kind)?;
                    self.each(kind, amounts.leads, self.lead)?;
                    self.each(kind, amounts.customers, customers::commits)?;
                    self.each(kind, amounts.tasks, tasks::commits)?;
                }
                Kind::User => self.users(kind)?,
                Kind::Workspace | Kind::Cleanup | Kind::Transfer | Kind::Replay | Kind::Session => {}
            }
        }
        // The store is still building its indexes.
        self.bar.set_message("indexes");
        Ok(self.records)
    }

    fn users(&mut self, kind: Kind) -> Result<(), Cause> {
        let mut gathered = Gathered::of(kind);
        gathered.add(self.world.people.commits(&self.world.ctx));
        self.send(gathered.take())
    }

    fn each(
        &mut self,
        kind: Kind,
        count: u64,
        make: impl Fn(&World, u64) -> Result<Vec<Commit>, Cause>,
    ) -> Result<(), Cause> {
        let mut gathered = Gathered::of(kind);
        for number in 0..count {
            gathered.add(make(&self.world, number)?);
            self.bar.inc(1);
            if gathered.len() >= kind.batch() {
                self.send(gathered.take())?;
            }
        }
        self.send(gathered.take())
    }

    /// What becomes of a lead that becomes a customer.
    fn converted(&self) -> impl Fn(&World, u64) -> Result<Vec<Commit>, Cause> + use<> {
        let lead = self.lead;
        move |world, number| match world.customer_of(number) {
            Some(_) => lead(world, number),
            None => Ok(Vec::new()),
        }
    }

    fn send(&mut self, batch: Batch) -> Result<(), Cause> {
        self.records += u64::try_from(batch.len())?;
        if batch.is_empty() {
            return Ok(());
        }
        self.to.blocking_send(batch).map_err(|_| "the store takes nothing more".into())
    }
}

#[cfg(test)]
mod tests {
    use crm_app::open_mode::OpenMode;

    use super::*;
    use crate::settings::secrets::Secrets;
    use crate::settings::store_url::StoreUrl;
    use crate::settings::{LoadOptions, Settings};

    #[tokio::test]
    async fn the_bar_ends_exactly_at_its_length() {
        let cwd = std::env::temp_dir();
        let mut settings =
            Settings::load(LoadOptions { config_file: None, env: Vec::<(String, String)>::new(), cwd })
                .unwrap();
        settings.store.url = StoreUrl::Memory;
        let (secrets, mode) = (Secrets::fresh().unwrap(), OpenMode::CreateIfEmpty);
        let wiring = Wiring::open(&settings, &secrets, mode).await.unwrap();
        let bar = ProgressBar::hidden();
        let amounts = Amounts { agents: 3, leads: 40, customers: 15, tasks: 25 };
        plant(&wiring, amounts, 1, &bar).await.unwrap();
        assert_eq!(
            bar.length(),
            Some(4 * 40 + 3 * 15 + 2 * 25),
            "steps for each kind that is made of a record"
        );
        assert_eq!(Some(bar.position()), bar.length());
    }
}
