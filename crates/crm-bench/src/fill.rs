//! Filling a store: the program's own sample data, taken in as a copy of another store would be, which is many times
//! faster than commit by commit.

mod gathered;

use std::sync::Arc;

use crm_app::archive::{Batch, Kind};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::context::Ctx;
use crm_app::leads::events;
use crm_app::ports::archive::{Arrival, Import};
use crm_app::ports::workspace::Workspace;
use crm_domain::lead::LeadPatch;
use crm_domain::patch::{NullablePatch, Patch};
use crm_domain::values::phone::Phone;
use crm_domain::version::Replace;
use crm_server::cli::Amounts;
use crm_server::seed::chance::SeededIds;
use crm_server::seed::days::{A_YEAR, Days};
use crm_server::seed::people::{ADMIN, AGENT_PASSWORD, Hashes, People, acting};
use crm_server::seed::world::World;
use crm_server::seed::{customers, leads, tasks};
use crm_server::settings::{LoadOptions, Settings};
use crm_server::wiring::Wiring;
use tokio::sync::mpsc::{self, Sender};
use uuid::Uuid;

use self::gathered::Gathered;
use crate::place::Place;
use crate::{Outcome, interrupt};

/// So many agents share the records, so that each has a twentieth.
const AGENTS: u64 = 20;
/// The data is the same in every run.
const RANDOM_SEED: u64 = 1;
/// Batches that wait for the store.
const WAITING: usize = 16;
/// The most leads of the first agent that are given three events.
const SHOWN: u64 = 500;
/// The events of a lead that is shown.
const EVENTS: usize = 3;

/// What measuring needs to know of a filled store.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filled {
    /// Leads of the first agent with exactly three events, spread over the whole store.
    pub(crate) shown: Vec<Uuid>,
    /// How many records it holds, events included.
    pub(crate) records: u64,
}

/// Fills an empty store.
///
/// # Errors
/// The store cannot be opened or fails, or a signal has come.
pub(crate) async fn fill(place: &Place) -> Outcome<Filled> {
    let options =
        LoadOptions { config_file: None, env: place.variables().into_iter(), cwd: place.folder.clone() };
    let wiring = Wiring::open_with_secrets(&Settings::load(options)?).await?;
    let world = world(&wiring.ctx, place.leads).await?;
    let archive = wiring.store.archive();
    let arrival = Arrival { id: Uuid::from_u128(1), command: "crm-bench".to_owned() };
    let (to, from) = mpsc::channel(WAITING);
    let made = std::thread::spawn(move || Making { world, to, filled: Filled::default() }.everything());
    let taken = archive.import(&arrival, from).await?;
    let filled =
        tokio::task::spawn_blocking(move || made.join()).await?.map_err(|_| "the data was not made")?;
    let filled = filled?;
    if taken != Import::Taken || !archive.finish_import(arrival.id).await? {
        return Err(format!("{} is not empty", place.url).into());
    }
    drop(archive);
    wiring.close().await?;
    Ok(filled)
}

async fn world(ctx: &Ctx, leads: u64) -> Outcome<World> {
    let amounts = Amounts { agents: AGENTS, leads, customers: leads / 5, tasks: leads * 2 / 5 };
    let days = Days::until(ctx.now(), ctx.calendar());
    let hashes = Hashes {
        admin: ctx.passwords.hash(ADMIN.password.to_owned().into()).await?,
        agent: ctx.passwords.hash(AGENT_PASSWORD.to_owned().into()).await?,
    };
    let people = People::make(RANDOM_SEED, AGENTS, &hashes, days.at(A_YEAR - 1, 0))?;
    let ctx = Ctx { ids: Arc::new(SeededIds::new(RANDOM_SEED)), ..ctx.clone() };
    Ok(World { ctx, random_seed: RANDOM_SEED, amounts, people, days })
}

/// Makes everything, kind by kind in the order of archives. What follows from a record's number is made anew for each
/// kind that takes something of it, so that little is in memory.
struct Making {
    world: World,
    to: Sender<Batch>,
    filled: Filled,
}

impl Making {
    fn everything(mut self) -> Outcome<Filled> {
        let calendar = self.world.ctx.calendar();
        self.send(Batch::Workspace(Workspace { calendar, set_up: true, setup_token: None }))?;
        for kind in Kind::ALL {
            match kind {
                Kind::Lead => {
                    self.filled.shown = self.shown()?;
                    self.all(kind, Self::lead)?;
                }
                Kind::Customer | Kind::Note => {
                    self.all(kind, Self::converted)?;
                    self.customers(kind)?;
                }
                Kind::Task => self.tasks(kind)?,
                Kind::Event => {
                    self.users(kind)?;
                    self.all(kind, Self::lead)?;
                    self.customers(kind)?;
                    self.tasks(kind)?;
                }
                Kind::User => self.users(kind)?,
                Kind::Workspace | Kind::Transfer | Kind::Replay | Kind::Session => {}
            }
        }
        Ok(self.filled)
    }

    /// What is of a kind in what becomes of every lead.
    fn all(&mut self, kind: Kind, make: fn(&World, u64) -> Outcome<Vec<Commit>>) -> Outcome<()> {
        self.each(kind, self.world.amounts.leads, make)
    }

    fn customers(&mut self, kind: Kind) -> Outcome<()> {
        self.each(kind, self.world.amounts.customers, customers::commits)
    }

    fn tasks(&mut self, kind: Kind) -> Outcome<()> {
        self.each(kind, self.world.amounts.tasks, tasks::commits)
    }

    fn users(&mut self, kind: Kind) -> Outcome<()> {
        let mut gathered = Gathered::of(kind);
        for commit in self.world.people.commits(&self.world.ctx) {
            gathered.add(vec![commit]);
        }
        self.send(gathered.take())
    }

    fn each(&mut self, kind: Kind, count: u64, make: fn(&World, u64) -> Outcome<Vec<Commit>>) -> Outcome<()> {
        let mut gathered = Gathered::of(kind);
        for number in 0..count {
            gathered.add(make(&self.world, number)?);
            if gathered.len() >= kind.batch() {
                self.send(gathered.take())?;
            }
        }
        self.send(gathered.take())
    }

    fn send(&mut self, batch: Batch) -> Outcome<()> {
        interrupt::check()?;
        self.filled.records += u64::try_from(batch.len())?;
        if batch.is_empty() {
            return Ok(());
        }
        self.to.blocking_send(batch).map_err(|_| "the store takes nothing more".into())
    }

    fn converted(world: &World, number: u64) -> Outcome<Vec<Commit>> {
        match world.customer_of(number) {
            Some(_) => leads::commits(world, number),
            None => Ok(Vec::new()),
        }
    }

    /// What becomes of a lead; one that is shown is changed until it has its events.
    fn lead(world: &World, number: u64) -> Outcome<Vec<Commit>> {
        let mut commits = leads::commits(world, number)?;
        if !is_shown(world, number) {
            return Ok(commits);
        }
        for change in commits.len()..EVENTS {
            let mut gathered = Gathered::of(Kind::Lead);
            gathered.add(commits.clone());
            let Batch::Leads(mut made) = gathered.take() else { break };
            let Some(before) = made.pop() else { break };
            let phone = Phone::parse(&format!("+1 555 0199 999{change}"))?;
            let at = world.days.after(before.record().updated_at, before.record().updated_at);
            let put = Replace { after: before.record().clone().edit(phone_of(phone), at), before };
            let by = acting(world.owner_of_lead(number).unwrap_or(world.people.admin()));
            commits.push(
                Commit::new(world.ctx.commit_id())
                    .event(events::changed(&world.ctx, &by, &put))
                    .change(Change::PutLead(put)),
            );
        }
        Ok(commits)
    }

    /// The ids of the leads that are shown.
    fn shown(&self) -> Outcome<Vec<Uuid>> {
        let mut shown = Vec::new();
        for number in (0..self.world.amounts.leads).step_by(usize::try_from(AGENTS)?) {
            if is_shown(&self.world, number) && Self::lead(&self.world, number)?.len() == EVENTS {
                shown.push(self.world.lead(number).uuid());
            }
        }
        Ok(shown)
    }
}

/// Whether a lead is among those that are shown: the first agent's, evenly over all that they have.
fn is_shown(world: &World, number: u64) -> bool {
    let owned = world.amounts.leads / AGENTS;
    let apart = AGENTS * owned.div_ceil(SHOWN).max(1);
    number.is_multiple_of(apart)
}

fn phone_of(phone: Phone) -> LeadPatch {
    LeadPatch {
        name: Patch::Keep,
        email: NullablePatch::Keep,
        phone: NullablePatch::Set(phone),
        company: NullablePatch::Keep,
        status: Patch::Keep,
        source: NullablePatch::Keep,
        tags: Patch::Keep,
        archived: Patch::Keep,
        owner: NullablePatch::Keep,
    }
}
