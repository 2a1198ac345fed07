//! A clock that is put right while the server runs, forwards and back, around the nights in which Berlin's clocks change:
//! no change is lost or taken back, and every moment has its day.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Europe::Berlin;
use crm_app::leads::read::read;
use crm_app::{dashboard, tasks};
use crm_domain::access::role::Role;
use crm_domain::timestamp::Timestamp;
use crm_testkit::random::Random;

use super::office::Office;
use crate::support::texts;

/// Steps of the clock; a lead's history shows so many of its events.
const STEPS: u64 = 45;

/// A minute before the clocks change, each of the two times.
const NIGHTS: [&str; 2] = ["2026-03-29T00:59:00Z", "2026-10-25T00:59:00Z"];

#[tokio::test]
async fn no_step_of_the_clock_takes_a_change_back_or_gives_a_moment_another_day() {
    let mut random = Random::new();
    for night in NIGHTS {
        let night = Timestamp::parse(night).unwrap();
        let office = Office::open_in("Europe/Berlin").await;
        office.clock.set(night);
        let ann = office.hire("ann", Role::Agent).await;
        let mut lead = office.lead(&ann, "Ada").await;
        for step in 0..STEPS {
            // Up to a day and a half to either side.
            let away = Duration::from_secs(u64::try_from(random.below(36 * 3_600)).unwrap());
            let now = if random.chance(0.5) { night.plus(away) } else { night.minus(away) };
            office.clock.set(now);
            let changed =
                office.change(&ann, &lead, texts([("source", &format!("step {step}"))])).await.unwrap();
            assert_eq!(changed.version().number(), lead.version().number() + 1);
            assert!(changed.record().updated_at >= lead.record().updated_at, "it went back, at {now}");
            lead = changed;
            the_day_is_that_of_berlin(&office, &ann, now, step).await;
        }
        let detail = read(&office.ctx, &ann, &lead.record().id.to_string()).await.unwrap();
        let versions: Vec<u64> = detail.history.iter().map(|event| event.version.number()).collect();
        assert_eq!(versions, (1..=STEPS + 1).rev().collect::<Vec<u64>>());
        assert!(detail.history.is_sorted_by(|newer, older| newer.at >= older.at), "newest first");
        assert_eq!(office.miscounted().await, []);
    }
}

/// What is due today is found as such and not overdue, the series ends with today, and no day is in it twice or left out.
async fn the_day_is_that_of_berlin(
    office: &Office,
    ann: &crm_domain::access::actor::Actor,
    now: Timestamp,
    step: u64,
) {
    let today: NaiveDate = now.utc().with_timezone(&Berlin).date_naive();
    let (title, day) = (format!("step {step}"), today.to_string());
    let body = texts([("title", title.as_str()), ("dueDate", &day)]);
    let made = tasks::create::create(&office.ctx, ann, body).await.unwrap();
    assert!(!made.overdue, "due on {day}, at {now}");
    let due = tasks::list::list(&office.ctx, ann, texts([("due", "today"), ("q", &title)])).await.unwrap();
    assert!(due.items.iter().any(|task| task.task.record().title.as_str() == title), "{day} at {now}");
    let shown = dashboard::show::show(&office.ctx, ann).await.unwrap();
    let ago = |days: usize| today - chrono::Days::new(u64::try_from(days).unwrap());
    let expected: Vec<NaiveDate> = (0..shown.days.len()).rev().map(ago).collect();
    assert_eq!(shown.days, expected, "at {now}");
}
