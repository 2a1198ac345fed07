//! The calendar of the workspace: which instants make a day.
//!
//! A day is all instants whose local date is that day, and it is one stretch of time: a day starts at the first
//! instant whose local date is that day or later, and ends where the next one starts. So every instant is in
//! exactly one day, and a day has 24 hours, or 23, 25, 23½ where clocks change.
//!
//! - Clocks that skip midnight (Beirut, in March) start the day at the first instant after the gap.
//! - Clocks that go back *at* midnight (Nuuk, Santiago) repeat the last hour of the old day, which has 25 hours.
//! - A date that clocks skip as a whole (Samoa, 30 December 2011) is an empty day.
//! - Clocks that go back *over* midnight (St. John's at 00:01, until 2011) leave a new date after a minute and
//!   come to it again an hour later. The day has begun by then: the repeated hour belongs to the new day. No
//!   zone plans such a change from 2024 on; a test says so.

use std::ops::Range;

use chrono::{Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::flaw::Flaw;
use crate::timestamp::Timestamp;

/// The days of one time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
}

/// Reads a plain date as `YYYY-MM-DD`, of the years 1900 to 9999.
///
/// # Errors
///
/// `invalid` for anything else and for dates that do not exist; `out_of_range` for other years.
pub fn parse_day(text: &str) -> Result<NaiveDate, Flaw> {
    let text = text.trim();
    let (year, month, day) = digits_of(text).ok_or_else(|| Flaw::invalid("a date like 2030-01-31"))?;
    if year < FIRST_YEAR {
        return Err(Flaw::out_of_range("1900-01-01", "9999-12-31"));
    }
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| Flaw::invalid("a date that exists"))
}

const FIRST_YEAR: i32 = 1900;
const MILLIS_OF_AN_HOUR: i64 = 60 * 60 * 1_000;

/// No clock is further from UTC than this: the largest offsets were just under 16 hours.
const LARGEST_OFFSET: TimeDelta = TimeDelta::hours(16);

impl Calendar {
    /// The calendar of a workspace that has not chosen one.
    pub const fn utc() -> Self {
        Self { zone: Tz::UTC }
    }

    /// The calendar of a zone.
    pub const fn of(zone: Tz) -> Self {
        Self { zone }
    }

    /// Reads the IANA name of a time zone: `Europe/Berlin`.
    ///
    /// # Errors
    ///
    /// `invalid` for any other name.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let zone = text.trim().parse();
        zone.map(Self::of).map_err(|_| Flaw::invalid("the IANA name of a time zone, like Europe/Berlin"))
    }

    /// The IANA name of the time zone.
    pub fn zone_name(self) -> &'static str {
        self.zone.name()
    }

    /// The day in which an instant lies.
    pub fn local_day(self, instant: Timestamp) -> NaiveDate {
        let date = self.date(instant);
        // The date on the wall is the day, unless clocks went back over midnight after the next day had begun.
        match date.succ_opt() {
            Some(next) if self.day_start(next) <= instant => next,
            Some(_) | None => date,
        }
    }

    /// The first instant whose local date is `day` or later; the end of time if there is none.
    pub fn day_start(self, day: NaiveDate) -> Timestamp {
        let midnight = day.and_time(NaiveTime::MIN);
        match self.zone.from_local_datetime(&midnight).earliest() {
            Some(start) => Timestamp::new(start.with_timezone(&Utc)),
            None => self.end_of_gap(day),
        }
    }

    /// All instants of a day; empty for a day that clocks skipped.
    pub fn day(self, day: NaiveDate) -> Range<Timestamp> {
        let end = day.succ_opt().map_or(Timestamp::MAX, |next| self.day_start(next));
        self.day_start(day)..end
    }

    /// The day in which an instant lies, and how many whole hours of it are over by then, however clocks name them.
    pub fn local_hour(self, instant: Timestamp) -> (NaiveDate, u32) {
        let day = self.local_day(instant);
        let over = instant.millis().saturating_sub(self.day_start(day).millis()) / MILLIS_OF_AN_HOUR;
        (day, u32::try_from(over).unwrap_or(0))
    }

    /// The instant at which so many hours of a day are over; the end of time if there is none.
    pub fn hour_start(self, day: NaiveDate, hour: u32) -> Timestamp {
        let start = self.day_start(day).millis().saturating_add(i64::from(hour) * MILLIS_OF_AN_HOUR);
        Timestamp::from_millis(start).unwrap_or(Timestamp::MAX)
    }

    /// The day in which `now` lies.
    pub fn today(self, now: Timestamp) -> NaiveDate {
        self.local_day(now)
    }

    /// The day after today: the next that is not empty.
    pub fn tomorrow(self, now: Timestamp) -> NaiveDate {
        let today = self.today(now);
        self.days_from(today, NaiveDate::succ_opt).nth(1).unwrap_or(today)
    }

    /// All instants of today and of the six dates after it.
    pub fn week(self, now: Timestamp) -> Range<Timestamp> {
        let today = self.today(now);
        let end = today.checked_add_days(Days::new(7)).map_or(Timestamp::MAX, |day| self.day_start(day));
        self.day_start(today)..end
    }

    /// The last `count` days, oldest first, today last; days that clocks skipped are none.
    pub fn last_days(self, now: Timestamp, count: usize) -> Vec<NaiveDate> {
        let mut days: Vec<_> = self.days_from(self.today(now), NaiveDate::pred_opt).take(count).collect();
        days.reverse();
        days
    }

    /// From `first` on, the days that are not empty, as far as there are instants.
    fn days_from(
        self,
        first: NaiveDate,
        next: fn(&NaiveDate) -> Option<NaiveDate>,
    ) -> impl Iterator<Item = NaiveDate> {
        std::iter::successors(Some(first), next)
            .map(move |day| (day, self.day(day)))
            .take_while(|(_, span)| span.end > Timestamp::MIN && span.start < Timestamp::MAX)
            .filter(|(_, span)| !span.is_empty())
            .map(|(day, _)| day)
    }

    /// What a calendar on the wall shows.
    fn date(self, instant: Timestamp) -> NaiveDate {
        let utc = instant.utc().naive_utc();
        let offset = self.zone.offset_from_utc_datetime(&utc).fix();
        utc.checked_add_offset(offset).unwrap_or(utc).date()
    }

    /// The instant at which clocks jump over the midnight that starts `day`: the one at which the wall first
    /// shows that day or a later one, found by halving.
    fn end_of_gap(self, day: NaiveDate) -> Timestamp {
        let midnight = day.and_time(NaiveTime::MIN).and_utc();
        let mut before = midnight.checked_sub_signed(LARGEST_OFFSET).map_or(Timestamp::MIN, Timestamp::new);
        let mut after = midnight.checked_add_signed(LARGEST_OFFSET).map_or(Timestamp::MAX, Timestamp::new);
        loop {
            let half = (after.millis() - before.millis()) / 2;
            match Timestamp::from_millis(before.millis() + half) {
                Some(middle) if half > 0 && self.date(middle) < day => before = middle,
                Some(middle) if half > 0 => after = middle,
                Some(_) | None => return after,
            }
        }
    }
}

/// Year, month and day of a text of exactly the shape `YYYY-MM-DD`.
fn digits_of(text: &str) -> Option<(i32, u32, u32)> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let mut parts = text.split('-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests;
