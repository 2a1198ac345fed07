//! Random writes of every kind, each of which must be applied.

use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::access::role::Role;
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, UserId, UserKind};
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::task::{Related, Task, TaskStatus};
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::values::prose::Prose;
use crm_domain::version::Versioned;

use super::model::Model;
use super::population::{random_customer, random_due, random_lead, random_related, random_task, random_user};
use super::world::World;
use crate::contract::StoreBuilder;
use crate::fixtures::Maker;
use crate::random::Random;

/// Writes so many commits, at moments up to some hours apart.
pub(in crate::contract) async fn write_randomly<B: StoreBuilder>(
    world: &mut World<'_, B>,
    random: &mut Random,
    commits: usize,
) {
    for _ in 0..commits {
        world.make.clock.set(random.after(world.make.now(), 6 * 60, Duration::from_mins(1)));
        let commit = random_commit(&world.make, &world.model, random);
        world.write(commit).await;
    }
}

/// One commit that holds on this model.
pub(in crate::contract) fn random_commit(make: &Maker, model: &Model, random: &mut Random) -> Arc<Commit> {
    let commit = make.commit();
    let now = make.now();
    let users: Vec<UserId> = model.users.keys().copied().collect();
    if users.is_empty() {
        return commit.insert_user(&random_user(make, random, users.len(), now)).done();
    }
    let customer = pick(random, model.customers.values());
    let task = pick(random, model.tasks.values());
    let draft = match (random.below(14), pick(random, model.leads.values()), customer, task) {
        (0 | 1, Some(lead), _, _) => commit.put_lead(&lead, change_lead(random, lead.record(), &users, make)),
        (2, Some(lead), _, _) if lead.record().customer.is_none() => {
            let owner = *random.pick(&users);
            let (after, customer) = lead.record().clone().convert(make.mint(), owner, now).unwrap();
            commit.convert_lead(&lead, after, &customer)
        }
        (3, _, Some(customer), _) => {
            commit.put_customer(&customer, change_customer(random, customer.record(), &users, make))
        }
        (4, _, Some(customer), _) => {
            let id = customer.record().id;
            let notes = model.notes.values().filter(|note| note.customer == id).map(|note| note.id).collect();
            commit.delete_customer(&customer, &open_tasks_about(model, id)).change(Change::DeleteNotes(notes))
        }
        (5 | 6, _, Some(customer), _) => {
            let note = make.note(customer.record().id, *random.pick(&users), random.name().as_str());
            commit.add_note(&customer, &note)
        }
        (7, _, Some(customer), _) => match note_on(random, model, customer.record().id) {
            Some(note) if random.chance(0.5) => commit.delete_note(&customer, &note),
            Some(note) => {
                let text = Prose::parse(random.name().as_str()).unwrap();
                commit.edit_note(&customer, &note.edit(text, now))
            }
            None => commit.put_customer(&customer, customer.record().clone().note_edited(now)),
        },
        (8 | 9, _, _, Some(task)) => commit.put_task(&task, change_task(random, task.record(), model, make)),
        (10, _, _, Some(task)) => commit.delete_task(&task),
        (11, _, _, _) => {
            let task = Task { related: related(random, model), ..random_task(make, random, &users, now) };
            commit.insert_task(&task)
        }
        (12, _, _, _) => commit.insert_customer(&random_customer(make, random, &users, now)),
        (13, _, _, _) => match pick(random, model.users.values()) {
            Some(user) if random.chance(0.5) => {
                commit.put_user(&user, change_user(random, user.record(), make))
            }
            Some(_) | None => commit.insert_user(&random_user(make, random, users.len(), now)),
        },
        _ => commit.insert_lead(&random_lead(make, random, &users, now)),
    };
    draft.done()
}

/// The tasks about this customer that are not done, in the order of their ids.
pub(in crate::contract) fn open_tasks_about(model: &Model, customer: CustomerId) -> Vec<Versioned<Task>> {
    let is_open = |task: &&Versioned<Task>| {
        task.record().related == Some(Related::Customer(customer))
            && task.record().progress.status() != TaskStatus::Done
    };
    model.tasks.values().filter(is_open).cloned().collect()
}

/// The lead with another state, or with the texts and labels of another, or with one of them.
fn change_lead(random: &mut Random, lead: &Lead, users: &[UserId], make: &Maker) -> Lead {
    let now = lead.updated_at.later_of(make.now());
    let other = random_lead(make, random, users, now);
    let mut after = lead.clone();
    match random.below(9) {
        0 => after.status = other.status,
        1 => after.archived = !after.archived,
        2 | 3 => after.owner = other.owner,
        4 => after.name = other.name,
        5 => after.email = other.email,
        6 => after.source = other.source,
        7 => after.tags = other.tags,
        _ => after = Lead { id: lead.id, customer: lead.customer, created_at: lead.created_at, ..other },
    }
    Lead { updated_at: now, ..after }
}

fn change_customer(random: &mut Random, customer: &Customer, users: &[UserId], make: &Maker) -> Customer {
    let now = customer.updated_at.later_of(make.now());
    let other = random_customer(make, random, users, now);
    let mut after = customer.clone();
    match random.below(6) {
        0 | 1 => after.owner = other.owner,
        2 => after.company = other.company,
        3 => after.phone = other.phone,
        4 => after.tags = other.tags,
        _ => {
            after = Customer {
                id: customer.id,
                lead: customer.lead,
                notes_count: customer.notes_count,
                created_at: customer.created_at,
                ..other
            }
        }
    }
    Customer { updated_at: now, ..after }
}

fn change_task(random: &mut Random, task: &Task, model: &Model, make: &Maker) -> Task {
    let now = task.updated_at.later_of(make.now());
    let users: Vec<UserId> = model.users.keys().copied().collect();
    let other = random_task(make, random, &users, now);
    let mut after = task.clone();
    match random.below(8) {
        0 => after.progress = after.progress.move_to(*random.pick(&TaskStatus::ALL), now),
        1 => after.due = random_due(random, now),
        2 => after.owner = other.owner,
        3 => after.related = related(random, model),
        4 => after.priority = other.priority,
        5 => after.description = other.description,
        6 => after.title = other.title,
        _ => after = Task { id: task.id, created_at: task.created_at, ..other },
    }
    Task { updated_at: now, ..after }
}

fn change_user(random: &mut Random, user: &User, make: &Maker) -> User {
    let mut after = user.clone();
    match random.below(4) {
        0 => after.role = *random.pick(&Role::ALL),
        1 => {
            after.active = !after.active;
            after.access_version += 1;
        }
        2 => after.email = Email::parse(&format!("moved{}@crm.example", make.mint::<UserKind>())).unwrap(),
        _ => after.name = PersonName::parse(random.name().as_str()).unwrap(),
    }
    after.updated_at = after.updated_at.later_of(make.now());
    after
}

fn related(random: &mut Random, model: &Model) -> Option<Related> {
    let leads: Vec<_> = model.leads.keys().copied().collect();
    let customers: Vec<_> = model.customers.keys().copied().collect();
    random_related(random, &leads, &customers)
}

fn note_on(random: &mut Random, model: &Model, customer: CustomerId) -> Option<Note> {
    pick(random, model.notes.values().filter(|note| note.customer == customer))
}

fn pick<'a, T: Clone + 'a>(random: &mut Random, from: impl Iterator<Item = &'a T>) -> Option<T> {
    let all: Vec<&T> = from.collect();
    (!all.is_empty()).then(|| all[random.below(all.len())].clone())
}
