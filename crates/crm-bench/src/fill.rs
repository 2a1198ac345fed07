//! Filling a store: the program's own sample data, of which some leads have just as many events as are to be shown.

use crm_app::archive::{Batch, Kind};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::leads::events;
use crm_app::open_mode::OpenMode;
use crm_domain::lead::LeadPatch;
use crm_domain::patch::NullablePatch;
use crm_domain::values::phone::Phone;
use crm_domain::version::Replace;
use crm_server::cli::Amounts;
use crm_server::progress;
use crm_server::seed::gathered::Gathered;
use crm_server::seed::people::acting;
use crm_server::seed::world::World;
use crm_server::seed::{leads, plant};
use crm_server::settings::{LoadOptions, Settings};
use crm_server::wiring::Wiring;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Outcome;
use crate::place::Place;

/// So many agents share the records, so that each has a twentieth.
const AGENTS: u64 = 20;
/// The data is the same in every run.
const RANDOM_SEED: u64 = 1;
/// The most leads of the first agent that are given three events.
const SHOWN: u64 = 500;
/// The events of a lead that is shown.
const EVENTS: usize = 3;

/// What measuring needs to know of a filled store.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Filled {
    /// Leads of the first agent with exactly three events, spread over the whole store.
    pub(crate) shown: Vec<Uuid>,
    /// How many records it holds, events included.
    pub(crate) records: u64,
}

/// Fills an empty store.
///
/// # Errors
/// The store cannot be opened or fails.
pub(crate) async fn fill(place: &Place) -> Outcome<Filled> {
    let options =
        LoadOptions { config_file: None, env: place.variables().into_iter(), cwd: place.folder.clone() };
    let wiring = Wiring::open_with_secrets(&Settings::load(options)?, OpenMode::CreateIfEmpty).await?;
    let leads = place.leads;
    let amounts = Amounts { agents: AGENTS, leads, customers: leads / 5, tasks: leads * 2 / 5 };
    let world = plant::world(&wiring.ctx, amounts, RANDOM_SEED).await?;
    let shown = shown(&world)?;
    let bar = progress::bar();
    let records = plant::fill(&wiring, world, lead, &bar).await?;
    bar.finish_and_clear();
    wiring.close().await?;
    Ok(Filled { shown, records })
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
fn shown(world: &World) -> Outcome<Vec<Uuid>> {
    let mut shown = Vec::new();
    for number in (0..world.amounts.leads).step_by(usize::try_from(AGENTS)?) {
        if is_shown(world, number) && lead(world, number)?.len() == EVENTS {
            shown.push(world.lead(number).uuid());
        }
    }
    Ok(shown)
}

/// Whether a lead is among those that are shown: the first agent's, evenly over all that they have.
fn is_shown(world: &World, number: u64) -> bool {
    let owned = world.amounts.leads / AGENTS;
    let apart = AGENTS * owned.div_ceil(SHOWN).max(1);
    number.is_multiple_of(apart)
}

fn phone_of(phone: Phone) -> LeadPatch {
    LeadPatch { phone: NullablePatch::Set(phone), ..LeadPatch::default() }
}
