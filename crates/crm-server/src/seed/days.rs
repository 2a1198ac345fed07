//! Moments of the last days, by the workspace's calendar.

use chrono::{Days as Dates, NaiveDate};
use crm_domain::calendar::Calendar;
use crm_domain::timestamp::Timestamp;
use std::time::Duration;

/// Days that sample data can lie back.
pub const A_YEAR: u64 = 365;

/// The days up to today.
pub struct Days {
    now: Timestamp,
    /// From today backwards, the first moment of each.
    starts: Vec<Timestamp>,
    dates: Vec<NaiveDate>,
    calendar: Calendar,
}

impl Days {
    /// The last year's days as seen at `now`.
    pub fn until(now: Timestamp, calendar: Calendar) -> Self {
        let mut dates = calendar.last_days(now, usize::try_from(A_YEAR).unwrap_or(usize::MAX));
        dates.reverse();
        let starts = dates.iter().map(|day| calendar.day_start(*day)).collect();
        Self { now, starts, dates, calendar }
    }

    /// A moment of the working hours of a day, `part` thousandths into them; today, that far into what has passed of it.
    /// So the same data is made at any hour, at moments that have passed.
    pub fn at(&self, days_ago: u64, part: u64) -> Timestamp {
        let start = usize::try_from(days_ago).ok().and_then(|index| self.starts.get(index));
        let start = start.or(self.starts.last()).copied().unwrap_or(self.now);
        let part = u32::try_from(part.min(999)).unwrap_or(0);
        if days_ago == 0 {
            return start.plus(self.now.since(start) * part / 1_000);
        }
        start.plus(MORNING + WORKING_HOURS * part / 1_000).min(self.now)
    }

    /// The later of two moments, a little after the first where the second is not; never in the future.
    pub fn after(&self, earlier: Timestamp, wanted: Timestamp) -> Timestamp {
        wanted.max(earlier.plus(Duration::from_mins(7))).min(self.now)
    }

    /// The date so many days from today.
    pub fn date(&self, from_today: i64) -> NaiveDate {
        let today = self.dates.first().copied().unwrap_or_default();
        let by = Dates::new(from_today.unsigned_abs());
        let date = if from_today < 0 { today.checked_sub_days(by) } else { today.checked_add_days(by) };
        date.unwrap_or(today)
    }

    /// So many hours into the day that is so many days from today.
    pub fn hour(&self, from_today: i64, hour: u64) -> Timestamp {
        self.calendar.day_start(self.date(from_today)).plus(Duration::from_hours(hour))
    }
}

const MORNING: Duration = Duration::from_hours(8);
const WORKING_HOURS: Duration = Duration::from_hours(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn days(now: &str, zone: &str) -> Days {
        Days::until(Timestamp::parse(now).unwrap(), Calendar::parse(zone).unwrap())
    }

    #[test]
    fn no_moment_lies_in_the_future_or_on_another_day() {
        let calendar = Calendar::parse("Pacific/Auckland").unwrap();
        for now in ["2026-03-20T11:00:00.001Z", "2026-03-20T10:59:59.999Z"] {
            let days = days(now, "Pacific/Auckland");
            for days_ago in 0..A_YEAR {
                for part in [0, 500, 999] {
                    let at = days.at(days_ago, part);
                    assert!(at <= days.now);
                    let ago = i64::try_from(days_ago).unwrap();
                    assert_eq!(calendar.local_day(at), days.date(-ago), "{now} {days_ago} {part}");
                }
            }
        }
    }

    #[test]
    fn what_follows_comes_after_and_never_in_the_future() {
        let days = days("2026-03-20T09:00:00Z", "UTC");
        let morning = days.at(3, 0);
        assert!(days.after(morning, days.at(5, 0)) > morning);
        assert_eq!(days.after(days.now, days.at(5, 0)), days.now);
    }
}
