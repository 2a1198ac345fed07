//! Sample leads: the first ten by a plan, so that there is something to look at, and any number by chance.

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::leads::events as lead_events;
use crm_domain::access::actor::Actor;
use crm_domain::lead::{Lead, LeadDraft, LeadPatch, LeadStatus};
use crm_domain::patch::Patch;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::source::Source;
use crm_domain::values::tag::{Tag, Tags};
use crm_domain::version::{Replace, Version, Versioned};

use super::chance::{Chance, Kind};
use super::customers;
use super::people::acting;
use super::words;
use super::world::World;
use crate::command_error::Cause;

/// What becomes of a lead.
struct Plan {
    days_ago: u64,
    status: LeadStatus,
    archived: bool,
    /// Whether it got there step by step, or was entered as it is.
    by_steps: bool,
}

const fn plan(days_ago: u64, status: LeadStatus, archived: bool) -> Plan {
    Plan { days_ago, status, archived, by_steps: true }
}

/// All within the last 14 days. The fourth becomes a customer; the eighth is nobody's.
const SAMPLE: [Plan; 10] = [
    plan(13, LeadStatus::ClosedWon, false),
    plan(12, LeadStatus::ClosedLost, true),
    plan(10, LeadStatus::InProgress, false),
    plan(9, LeadStatus::ClosedWon, false),
    plan(7, LeadStatus::InProgress, false),
    plan(5, LeadStatus::New, false),
    plan(4, LeadStatus::ClosedLost, false),
    plan(2, LeadStatus::New, false),
    plan(1, LeadStatus::InProgress, false),
    plan(0, LeadStatus::New, false),
];

/// Whether the lead with this number waits for an agent.
pub fn is_nobodys(number: u64) -> bool {
    number % 20 == 7
}

/// Whose turn it is for the lead with this number.
pub fn turn(number: u64) -> u64 {
    number
}

/// The commits that make a lead and all that happened to it, the customer it became included.
///
/// # Errors
/// A value is none, which would be a mistake in this program.
pub fn commits(world: &World, number: u64) -> Result<Vec<Commit>, Cause> {
    let mut chance = world.chance(Kind::Lead, number);
    // The id is drawn first, here as where others refer to it.
    let id = world.lead(number);
    chance.id(number);
    let plan = plan_of(number, &mut chance);
    let (first, last) = words::person(&mut chance);
    let draft = LeadDraft {
        name: Name::parse(&format!("{first} {last}"))?,
        email: Some(Email::parse(&words::email(first, last, number))?),
        phone: if chance.percent(80) { Some(Phone::parse(&words::phone(&mut chance))?) } else { None },
        company: if chance.percent(85) { Some(Company::parse(&words::company(&mut chance))?) } else { None },
        status: if plan.by_steps { LeadStatus::New } else { plan.status },
        source: Source::parse(words::source(&mut chance))?,
        tags: tags(&mut chance)?,
        archived: plan.archived && !plan.by_steps,
    };
    let owner = world.owner_of_lead(number);
    let by = acting(owner.unwrap_or(world.people.admin()));
    let begun = world.days.at(plan.days_ago, chance.below(600));
    let lead = Lead::create(id, draft, owner.map(|owner| owner.id), begun);
    let made = Commit::new(world.ctx.commit_id())
        .event(lead_events::created(&world.ctx, &by, &lead))
        .change(Change::InsertLead(lead.clone()));
    let mut history =
        History { world, by, lead: Versioned::stored(lead, Version::FIRST), commits: vec![made] };
    history.go_on(number, &plan, &mut chance)?;
    Ok(history.commits)
}

/// Labels of a record.
///
/// # Errors
/// A word is no label, which would be a mistake in this program.
pub fn tags(chance: &mut Chance) -> Result<Tags, Cause> {
    let tags: Result<Vec<Tag>, _> = words::tags(chance).into_iter().map(Tag::parse).collect();
    Ok(Tags::new(tags?)?)
}

fn plan_of(number: u64, chance: &mut Chance) -> Plan {
    let planned = usize::try_from(number).ok().and_then(|index| SAMPLE.get(index));
    if let Some(Plan { days_ago, status, archived, by_steps }) = planned {
        return Plan { days_ago: *days_ago, status: *status, archived: *archived, by_steps: *by_steps };
    }
    let status = match chance.below(100) {
        0..40 => LeadStatus::New,
        40..70 => LeadStatus::InProgress,
        70..85 => LeadStatus::ClosedWon,
        _ => LeadStatus::ClosedLost,
    };
    Plan {
        days_ago: World::some_days_ago(chance),
        status,
        archived: chance.percent(5),
        by_steps: chance.percent(10),
    }
}

/// A lead on its way: each step makes a version, its event and a commit.
struct History<'w> {
    world: &'w World,
    by: Actor,
    lead: Versioned<Lead>,
    commits: Vec<Commit>,
}

impl History<'_> {
    fn go_on(&mut self, number: u64, plan: &Plan, chance: &mut Chance) -> Result<(), Cause> {
        let mut days_ago = plan.days_ago;
        let mut later = || {
            days_ago -= chance.below(days_ago.min(3) + 1);
            self.world.days.at(days_ago, 600 + chance.below(400))
        };
        if plan.by_steps && plan.status != LeadStatus::New {
            let at = later();
            self.step(at, |lead, at| lead.edit(status_of(LeadStatus::InProgress), at));
        }
        let is_customer = self.world.customer_of(number);
        if let Some(customer) = is_customer {
            let at = later();
            self.convert(customer, at)?;
        } else if plan.by_steps && !matches!(plan.status, LeadStatus::New | LeadStatus::InProgress) {
            let at = later();
            self.step(at, |lead, at| lead.edit(status_of(plan.status), at));
        }
        if plan.by_steps && plan.archived {
            let at = later();
            self.step(at, Lead::archive);
        }
        Ok(())
    }

    fn step(&mut self, wanted: Timestamp, edit: impl FnOnce(Lead, Timestamp) -> Lead) {
        let at = self.world.days.after(self.lead.record().updated_at, wanted);
        let after = edit(self.lead.record().clone(), at);
        let put = Replace { before: self.lead.clone(), after };
        self.lead = put.outcome();
        let ctx = &self.world.ctx;
        let commit = Commit::new(ctx.commit_id())
            .event(lead_events::changed(ctx, &self.by, &put))
            .change(Change::PutLead(put));
        self.commits.push(commit);
    }

    fn convert(&mut self, number: u64, wanted: Timestamp) -> Result<(), Cause> {
        let at = self.world.days.after(self.lead.record().updated_at, wanted);
        let owner = self.world.owner_of_customer(number).id;
        let (after, customer) = self.lead.record().clone().convert(self.world.customer(number), owner, at)?;
        let put = Replace { before: self.lead.clone(), after };
        self.lead = put.outcome();
        let ctx = &self.world.ctx;
        let commit = Commit::new(ctx.commit_id())
            .event(lead_events::converted(ctx, &self.by, &put))
            .event(crm_app::customers::events::created(ctx, &self.by, &customer))
            .change(Change::PutLead(put))
            .change(Change::InsertCustomer(customer.clone()));
        self.commits.push(commit);
        self.commits.extend(customers::notes(self.world, number, customer)?);
        Ok(())
    }
}

fn status_of(status: LeadStatus) -> LeadPatch {
    LeadPatch { status: Patch::Set(status), ..LeadPatch::default() }
}
