//! Many records, made so that they meet: few names, few moments, few tags.

use std::sync::Arc;
use std::time::Duration;

use chrono::Days;
use crm_app::commit::Commit;
use crm_domain::access::role::Role;
use crm_domain::customer::Customer;
use crm_domain::due::DueDate;
use crm_domain::ids::{CustomerId, LeadId, UserId};
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Priority, Progress, Related, Task};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::{Name, PersonName};
use crm_domain::values::phone::Phone;
use crm_domain::values::prose::Prose;
use crm_domain::values::source::Source;
use crm_domain::values::tag::{Tag, Tags};
use crm_domain::values::title::Title;

use super::world::World;
use crate::contract::StoreBuilder;
use crate::fixtures::Maker;
use crate::random::Random;

/// The sources that leads have.
pub(in crate::contract) const SOURCES: [&str; 4] = ["Unknown", "Messe Köln", "messe koln", "web"];
/// The tags that leads and customers have.
pub(in crate::contract) const TAGS: [&str; 5] = ["VIP", "vip", "Straße", "hot", "converted"];

const NAMES: [&str; 7] = ["Zoë", "zoe", "Ada Lovelace", "Ærø", "aero", "Grace Hopper", "中文"];
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// Some users, the first an admin, one without any records; then so many leads, customers and tasks.
pub(in crate::contract) async fn populate<B: StoreBuilder>(
    world: &mut World<'_, B>,
    random: &mut Random,
    (leads, customers, tasks): (usize, usize, usize),
) -> Vec<UserId> {
    let mut commits: Vec<Arc<Commit>> = Vec::new();
    let start = world.make.now();
    let mut users = Vec::new();
    for number in 0..6 {
        let user = random_user(&world.make, random, number, start);
        commits.push(world.make.commit().insert_user(&user).done());
        users.push(user.id);
    }
    let owners = &users[..5];
    let mut lead_ids: Vec<LeadId> = Vec::new();
    let mut customer_ids: Vec<CustomerId> = Vec::new();
    for _ in 0..leads {
        let lead = random_lead(&world.make, random, owners, start);
        lead_ids.push(lead.id);
        commits.push(world.make.commit().insert_lead(&lead).done());
    }
    for _ in 0..customers {
        let customer = random_customer(&world.make, random, owners, start);
        customer_ids.push(customer.id);
        commits.push(world.make.commit().insert_customer(&customer).done());
    }
    for _ in 0..tasks {
        let task = Task {
            related: random_related(random, &lead_ids, &customer_ids),
            ..random_task(&world.make, random, owners, start)
        };
        commits.push(world.make.commit().insert_task(&task).done());
    }
    world.load(commits).await;
    users
}

/// A user; every second one active.
pub(in crate::contract) fn random_user(
    make: &Maker,
    random: &mut Random,
    number: usize,
    start: Timestamp,
) -> User {
    let created_at = random.after(start, 3, MINUTE);
    let name = if random.chance(0.5) { random.word(&NAMES).to_owned() } else { random.name().into_string() };
    User {
        name: PersonName::parse(&name).unwrap(),
        email: Email::parse(&format!("{}{number}@crm.example", random.word(&["ada", "zoe", "x_y", "50%"])))
            .unwrap(),
        active: number == 0 || random.chance(0.5),
        created_at,
        updated_at: random.after(created_at, 3, MINUTE),
        ..make.user("x", if number == 0 { Role::Admin } else { *random.pick(&Role::ALL) })
    }
}

/// A lead, of one of these owners or of nobody.
pub(in crate::contract) fn random_lead(
    make: &Maker,
    random: &mut Random,
    owners: &[UserId],
    start: Timestamp,
) -> Lead {
    let created_at = random.after(start, 5, HOUR);
    Lead {
        id: make.mint(),
        name: random_name(random),
        email: random.maybe(0.4, random_email),
        phone: random.maybe(0.4, random_phone),
        company: random.maybe(0.4, |random| Company::parse(random.name().as_str()).unwrap()),
        status: *random.pick(&LeadStatus::ALL),
        source: Source::parse(random.word(&SOURCES)).unwrap(),
        tags: random_tags(random),
        owner: random.maybe(0.8, |random| *random.pick(owners)),
        archived: random.chance(0.3),
        customer: random.maybe(0.1, |_| make.mint()),
        created_at,
        updated_at: random.after(created_at, 5, MINUTE),
    }
}

/// A customer of one of these owners.
pub(in crate::contract) fn random_customer(
    make: &Maker,
    random: &mut Random,
    owners: &[UserId],
    start: Timestamp,
) -> Customer {
    let created_at = random.after(start, 5, HOUR);
    Customer {
        name: random_name(random),
        company: random.maybe(0.4, |random| Company::parse(random.name().as_str()).unwrap()),
        email: random.maybe(0.4, random_email),
        phone: random.maybe(0.4, random_phone),
        tags: random_tags(random),
        created_at,
        updated_at: random.after(created_at, 5, MINUTE),
        ..make.minimal_customer(*random.pick(owners))
    }
}

/// A task of one of these owners, about nothing.
pub(in crate::contract) fn random_task(
    make: &Maker,
    random: &mut Random,
    owners: &[UserId],
    start: Timestamp,
) -> Task {
    let created_at = random.after(start, 5, HOUR);
    Task {
        title: Title::parse(random_name(random).as_str()).unwrap(),
        description: random.maybe(0.4, |random| Prose::parse(random.name().as_str()).unwrap()),
        due: random_due(random, start),
        progress: match random.below(3) {
            0 => Progress::Open,
            1 => Progress::InProgress,
            _ => Progress::Done { at: created_at },
        },
        priority: *random.pick(&Priority::ALL),
        created_at,
        updated_at: random.after(created_at, 5, MINUTE),
        ..make.minimal_task(*random.pick(owners))
    }
}

/// A due date some days before or after, plain or not; some fall together.
pub(in crate::contract) fn random_due(random: &mut Random, around: Timestamp) -> DueDate {
    let start = around.minus(Duration::from_hours(5 * 24));
    if random.chance(0.5) {
        DueDate::At(random.after(start, 10 * 6, 4 * HOUR))
    } else {
        let days = u64::try_from(random.below(10)).unwrap();
        DueDate::On(start.utc().date_naive().checked_add_days(Days::new(days)).unwrap())
    }
}

/// About one of these, or about nothing.
pub(in crate::contract) fn random_related(
    random: &mut Random,
    leads: &[LeadId],
    customers: &[CustomerId],
) -> Option<Related> {
    match random.below(3) {
        0 if !leads.is_empty() => Some(Related::Lead(*random.pick(leads))),
        1 if !customers.is_empty() => Some(Related::Customer(*random.pick(customers))),
        _ => None,
    }
}

fn random_name(random: &mut Random) -> Name {
    if random.chance(0.5) { Name::parse(random.word(&NAMES)).unwrap() } else { random.name() }
}

fn random_email(random: &mut Random) -> Email {
    let local = random.word(&["ada", "zoe", "x_y", "50%", "o'brien", "a1.2-3b4"]);
    Email::parse(&format!("{local}@{}", random.word(&["crm.example", "x.y"]))).unwrap()
}

fn random_phone(random: &mut Random) -> Phone {
    Phone::parse(random.word(&["+49 (0)30 1", "030/1", "112", "1.1-1x1", "+1 555 0150 4729", "(555)0150"]))
        .unwrap()
}

fn random_tags(random: &mut Random) -> Tags {
    Tags::new(random.some(&TAGS).into_iter().map(|tag| Tag::parse(tag).unwrap())).unwrap()
}
