//! When a task is due.

use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;

use crate::calendar::{Calendar, parse_day};
use crate::flaw::Flaw;
use crate::timestamp::Timestamp;

/// An instant, or a day of the workspace's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueDate {
    /// Due at this instant.
    At(Timestamp),
    /// Due on this day, whenever that is where the workspace is.
    On(NaiveDate),
}

impl DueDate {
    /// Reads an RFC 3339 instant with an offset, or a plain `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// `invalid` for anything else; `out_of_range` outside the years 1900 (a plain date) or 1 (an instant) to
    /// 9999.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let text = text.trim();
        if is_plain(text) {
            return parse_day(text).map(Self::On);
        }
        match Timestamp::parse(text) {
            Ok(at) => Ok(Self::At(at)),
            Err(flaw) if flaw.code == crate::flaw::code::OUT_OF_RANGE => Err(flaw),
            Err(_) => Err(Flaw::invalid(
                "a date like 2030-01-31, or an RFC 3339 instant with an offset like 2030-01-31T09:00:00Z",
            )),
        }
    }

    /// The last moment that is not too late: the instant itself, or the last millisecond of the local day.
    ///
    /// Open tasks are overdue exactly when `now` is after this moment, be it of an instant or of a day; it lies
    /// in the day on which the task is due; and tasks are sorted by it. So one indexed number answers
    /// "overdue", "due on these days" and the order. It depends on the calendar: who keeps it must compute it
    /// anew when the workspace moves to another zone.
    pub fn moment(&self, calendar: &Calendar) -> Timestamp {
        match self {
            Self::At(at) => *at,
            Self::On(day) => calendar.day(*day).end.minus(Duration::from_millis(1)),
        }
    }

    /// Whether `now` is past the [`DueDate::moment`]: once the day is over, or once the instant has passed.
    pub fn is_overdue(&self, calendar: &Calendar, now: Timestamp) -> bool {
        now > self.moment(calendar)
    }
}

/// As clients are shown it: an instant in UTC, a day plain.
impl fmt::Display for DueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => at.fmt(f),
            Self::On(day) => day.fmt(f),
        }
    }
}

/// Whether a text is meant as a plain date: it names no time.
fn is_plain(text: &str) -> bool {
    text.len() == 10 && text.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn due(text: &str) -> DueDate {
        DueDate::parse(text).unwrap()
    }

    #[test]
    fn a_due_date_comes_back_as_it_was_meant() {
        for (sent, shown) in [
            ("2026-11-05", "2026-11-05"),
            (" 2026-11-05 ", "2026-11-05"),
            ("2026-11-05T10:00:00+02:00", "2026-11-05T08:00:00.000Z"),
            ("2026-11-05T00:00:00.000Z", "2026-11-05T00:00:00.000Z"),
        ] {
            assert_eq!(due(sent).to_string(), shown);
            assert_eq!(due(shown), due(sent));
        }
    }

    #[test]
    fn what_names_no_day_and_no_instant_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-05T10:00:00",
            "2026-11-5",
            "2026-02-30",
            "05.11.2026",
            "2026/11/05",
            "20261105",
        ] {
            assert_eq!(DueDate::parse(text).unwrap_err().code, "invalid", "{text}");
        }
        for text in ["1899-12-31", "0000-01-01T00:00:00Z"] {
            assert_eq!(DueDate::parse(text).unwrap_err().code, "out_of_range", "{text}");
        }
    }

    #[test]
    fn a_plain_date_is_overdue_once_its_local_day_is_over() {
        let (plain, berlin) = (due("2026-11-05"), Calendar::parse("Europe/Berlin").unwrap());
        assert!(!plain.is_overdue(&berlin, at("2026-11-05T22:59:59.999Z")));
        assert!(plain.is_overdue(&berlin, at("2026-11-05T23:00:00.000Z")));
        assert!(!plain.is_overdue(&Calendar::utc(), at("2026-11-05T23:59:59.999Z")));
        assert!(plain.is_overdue(&Calendar::utc(), at("2026-11-06T00:00:00.000Z")));
    }

    #[test]
    fn an_instant_is_overdue_once_it_has_passed() {
        let instant = due("2026-11-05T10:00:00Z");
        assert!(!instant.is_overdue(&Calendar::utc(), at("2026-11-05T10:00:00.000Z")));
        assert!(instant.is_overdue(&Calendar::utc(), at("2026-11-05T10:00:00.001Z")));
    }

    #[test]
    fn the_moment_lies_in_the_day_on_which_the_task_is_due() {
        for zone in ["UTC", "America/New_York", "Asia/Beirut", "America/Santiago", "Pacific/Kiritimati"] {
            let calendar = Calendar::parse(zone).unwrap();
            for text in ["2026-03-08", "2026-03-29", "2026-11-01", "2026-04-04", "2026-09-05", "9999-12-31"] {
                let DueDate::On(day) = due(text) else { panic!("{text} is plain") };
                assert_eq!(calendar.local_day(due(text).moment(&calendar)), day, "{zone} {text}");
            }
        }
    }

    #[test]
    fn a_plain_date_sorts_before_the_first_instant_of_the_next_day() {
        let calendar = Calendar::utc();
        let moments = ["2026-11-05T23:59:59.998Z", "2026-11-05", "2026-11-06T00:00:00Z", "2026-11-06"]
            .map(|text| due(text).moment(&calendar));
        assert!(moments.is_sorted_by(|a, b| a < b), "{moments:?}");
    }
}
