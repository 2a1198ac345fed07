//! The counters behind totals and dashboard say what a count of the records says.

use std::time::Duration;

use chrono::NaiveDate;
use crm_app::paging::Start;
use crm_app::ports::dashboard::{Dashboard, DashboardQuery};
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Scope;
use crm_domain::calendar::Calendar;
use crm_domain::due::DueDate;
use crm_domain::task::{Progress, Task};
use crm_domain::timestamp::Timestamp;

use super::StoreBuilder;
use super::support::counts;
use super::support::listing::customers::CustomerList;
use super::support::listing::leads::LeadList;
use super::support::listing::tasks::TaskList;
use super::support::listing::{Ask, Listing, expected, orders};
use super::support::operations::write_randomly;
use super::support::population::populate;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::moment;
use crate::random::Random;

/// After random writes of every kind a recount finds nothing wrong, and dashboard and totals say what a naive count
/// says.
pub async fn tallies_equal_a_recount_after_random_writes<B: StoreBuilder>(builder: &B) {
    stay_true_from(builder, "UTC", "2026-03-20T09:00:00.000Z").await;
}

/// The same where clocks change in between, forward and back, and days begin at other hours than in UTC.
pub async fn tallies_equal_a_recount_where_clocks_change<B: StoreBuilder>(builder: &B) {
    stay_true_from(builder, "America/New_York", "2026-03-06T22:00:00.000Z").await;
    stay_true_from(builder, "Africa/Cairo", "2026-10-28T18:00:00.000Z").await;
}

/// A change of the calendar moves what was counted to the days of the new one, in the same transaction.
pub async fn tallies_follow_a_change_of_the_calendar<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (80, 20, 80)).await;
    for zone in ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu", "UTC"] {
        let calendar = Calendar::parse(zone).unwrap();
        world.store().set_calendar(calendar).await.unwrap();
        world.model.calendar = calendar;
        assert_eq!(world.mirror().calendar(), calendar);
        is_true(&world, &mut random).await;
        write_randomly(&mut world, &mut random, 15).await;
        is_true(&world, &mut random).await;
    }
}

/// Each millisecond around a local midnight is counted on its own day, be it a lead's creation or a task's due date.
pub async fn the_dashboard_cuts_days_at_local_midnight<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let calendar = Calendar::parse("Europe/Berlin").unwrap();
    world.store().set_calendar(calendar).await.unwrap();
    world.model.calendar = calendar;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    let midnight = calendar.day(day).end;
    make.clock.set(midnight.minus(Duration::from_millis(1)));
    world.add_lead("on the day", Some(owner)).await;
    make.clock.set(midnight);
    world.add_lead("on the next", Some(owner)).await;
    for due in
        [DueDate::On(day), DueDate::At(midnight.minus(Duration::from_millis(1))), DueDate::At(midnight)]
    {
        world.add_task(&Task { due, ..make.task("due", owner) }).await;
    }
    let done =
        Task { due: DueDate::On(day), progress: Progress::Done { at: midnight }, ..make.task("done", owner) };
    world.add_task(&done).await;
    for (now, overdue) in [
        (midnight.minus(Duration::from_millis(2)), 0),
        (midnight.minus(Duration::from_millis(1)), 0),
        (midnight, 2),
        (midnight.plus(Duration::from_millis(1)), 3),
    ] {
        let query = DashboardQuery { me: Some(owner), days: vec![day, day.succ_opt().unwrap()], now };
        for scope in [everything(), own(owner)] {
            let figures = world.store().dashboard(&scope, &query).await.unwrap();
            assert_eq!(figures.overdue_tasks, overdue, "{now}");
            assert_eq!(figures.leads_per_day, [1, 1]);
            assert_eq!((figures.open_tasks, figures.my_open_tasks), (3, 3));
        }
    }
}

/// What the asking user has to do is counted as theirs, whatever they may see.
pub async fn my_open_tasks_are_those_of_the_asking_user<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let admin = world.add_user("admin", Role::Admin).await.record().id;
    let agent = world.add_user("agent", Role::Agent).await.record().id;
    for owner in [admin, agent, agent] {
        world.add_task(&world.make.task("to do", owner)).await;
    }
    for (scope, me, mine, all) in
        [(everything(), Some(admin), 1, 3), (everything(), None, 0, 3), (own(agent), Some(agent), 2, 2)]
    {
        let query = DashboardQuery { me, days: Vec::new(), now: world.make.now() };
        let figures = world.store().dashboard(&scope, &query).await.unwrap();
        assert_eq!(
            (figures.my_open_tasks, figures.open_tasks, figures.leads_per_day),
            (mine, all, Vec::new())
        );
    }
}

async fn stay_true_from<B: StoreBuilder>(builder: &B, zone: &str, start: &str) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let calendar = Calendar::parse(zone).unwrap();
    world.store().set_calendar(calendar).await.unwrap();
    world.model.calendar = calendar;
    world.make.clock.set(moment(start));
    for _ in 0..6 {
        write_randomly(&mut world, &mut random, 40).await;
        is_true(&world, &mut random).await;
    }
}

async fn is_true<B: StoreBuilder>(world: &World<'_, B>, random: &mut Random) {
    assert_eq!(world.store().recount(false).await.unwrap(), []);
    let users: Vec<_> = world.model.users.keys().copied().collect();
    for user in users.iter().copied().chain([world.make.mint()]) {
        for scope in [everything(), own(user)] {
            for now in moments(world, random) {
                let days = world.model.calendar.last_days(now, 14);
                let query = DashboardQuery { me: Some(user), days, now };
                let figures = world.store().dashboard(&scope, &query).await.unwrap();
                assert_eq!(figures, counts::dashboard(&world.model, &scope, &query), "{scope:?} {query:?}");
            }
            totals_are_true::<LeadList, B>(world, random, &scope).await;
            totals_are_true::<CustomerList, B>(world, random, &scope).await;
            totals_are_true::<TaskList, B>(world, random, &scope).await;
        }
    }
}

/// Now, and the moment of some task, just then and just after.
fn moments<B: StoreBuilder>(world: &World<'_, B>, random: &mut Random) -> Vec<Timestamp> {
    let dues: Vec<_> =
        world.model.tasks.values().map(|task| task.record().due.moment(&world.model.calendar)).collect();
    let mut moments = vec![world.make.now()];
    if !dues.is_empty() {
        let due = *random.pick(&dues);
        moments.extend([due, due.plus(Duration::from_millis(1))]);
    }
    moments
}

async fn totals_are_true<L: Listing, B: StoreBuilder>(
    world: &World<'_, B>,
    random: &mut Random,
    scope: &Scope,
) {
    if L::all(&world.model).is_empty() {
        return;
    }
    for _ in 0..20 {
        let filter = L::random(random, &world.model);
        if L::is_tallied(&filter) {
            let sort = orders::<L>().next().unwrap();
            let ask = Ask { filter, sort, start: Start::Offset(0), limit: 1 };
            let found = L::list(world.store(), scope, ask.clone()).await;
            assert_eq!(found, expected::<L>(&world.model, scope, &ask), "{scope:?} {ask:?}");
        }
    }
}
