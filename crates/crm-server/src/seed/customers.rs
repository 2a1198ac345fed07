//! Sample customers and the notes on them.

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::customers::events;
use crm_domain::customer::{Customer, CustomerDraft};
use crm_domain::note::Note;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::prose::Prose;
use crm_domain::version::{Replace, Version, Versioned};

use super::chance::{Chance, Kind};
use super::leads::tags;
use super::people::acting;
use super::words;
use super::world::World;
use crate::command_error::Cause;

/// When the first customers were made and how many notes they have. The first was a lead, which decides when.
const SAMPLE: [(u64, u64); 5] = [(9, 2), (11, 6), (8, 1), (6, 0), (3, 3)];

/// More notes than any customer has.
const MOST_NOTES: u64 = 16;

/// The commits that make a customer and its notes; none if it was a lead, which brings it along.
///
/// # Errors
/// A value is none, which would be a mistake in this program.
pub fn commits(world: &World, number: u64) -> Result<Vec<Commit>, Cause> {
    if world.lead_of(number).is_some() {
        return Ok(Vec::new());
    }
    let mut chance = world.chance(Kind::Customer, number);
    chance.id(number);
    let days_ago = match sample(number) {
        Some((days_ago, _)) => days_ago,
        None => World::some_days_ago(&mut chance),
    };
    let (first, last) = words::person(&mut chance);
    let draft = CustomerDraft {
        name: Name::parse(&format!("{first} {last}"))?,
        company: Some(Company::parse(&words::company(&mut chance))?),
        email: Some(Email::parse(&words::email(first, last, number))?),
        phone: if chance.percent(80) { Some(Phone::parse(&words::phone(&mut chance))?) } else { None },
        tags: tags(&mut chance)?,
    };
    let owner = world.owner_of_customer(number);
    let at = world.days.at(days_ago, chance.below(600));
    let customer = Customer::create(world.customer(number), draft, owner.id, at);
    let made = Commit::new(world.ctx.commit_id())
        .event(events::created(&world.ctx, &acting(owner), &customer))
        .change(Change::InsertCustomer(customer.clone()));
    let mut commits = vec![made];
    commits.extend(notes(world, number, customer)?);
    Ok(commits)
}

/// The commits that write the notes on a customer that was just made.
///
/// # Errors
/// A text is none, which would be a mistake in this program.
pub fn notes(world: &World, number: u64, customer: Customer) -> Result<Vec<Commit>, Cause> {
    // Its own chance, so that a customer that was a lead has the notes of one that was none.
    let mut chance = world.chance(Kind::Customer, number);
    chance.id(number);
    let author = world.owner_of_customer(number);
    let made_at = customer.created_at;
    let mut customer = Versioned::stored(customer, Version::FIRST);
    let mut commits = Vec::new();
    for nth in 0..how_many_notes(number, &mut chance) {
        let earlier = customer.record().updated_at;
        let wanted = earlier.plus(std::time::Duration::from_mins(30 + chance.below(6 * 60)));
        let at = world.days.after(earlier.max(made_at), wanted);
        let put = Replace { after: customer.record().clone().note_added(at), before: customer.clone() };
        let note = Note {
            // Its event names it.
            id: world.note(number * MOST_NOTES + nth),
            customer: put.after.id,
            author: author.id,
            text: Prose::parse(words::note(&mut chance))?,
            created_at: put.after.updated_at,
            edited_at: None,
        };
        customer = put.outcome();
        commits.push(
            Commit::new(world.ctx.commit_id())
                .event(events::note_added(&world.ctx, &acting(author), &put, &note))
                .change(Change::PutCustomer(put))
                .change(Change::InsertNote(note)),
        );
    }
    Ok(commits)
}

fn how_many_notes(number: u64, chance: &mut Chance) -> u64 {
    match sample(number) {
        Some((_, notes)) => notes,
        None if chance.percent(10) => 1 + chance.below(3),
        None => 0,
    }
}

fn sample(number: u64) -> Option<(u64, u64)> {
    usize::try_from(number).ok().and_then(|index| SAMPLE.get(index)).copied()
}
