//! An instant in whole milliseconds of UTC.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::flaw::Flaw;

/// An instant in whole milliseconds, of the years 0001 to 9999.
///
/// Milliseconds, because that is what clients are shown and what every store can keep: an instant that was
/// written, read or sent around is the same instant. The years are those that RFC 3339 can write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z in milliseconds since 1970.
const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The first instant there is.
    pub const MIN: Self = Self::clamped(FIRST);
    /// The last instant there is.
    pub const MAX: Self = Self::clamped(LAST);

    /// The millisecond in which `instant` falls; the nearest there is, if that is out of range.
    pub fn new(instant: DateTime<Utc>) -> Self {
        Self::clamped(instant.timestamp_millis())
    }

    /// `millis` milliseconds after the start of 1970 in UTC; `None` outside the years 0001 to 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        (FIRST..=LAST).contains(&millis).then(|| Self::clamped(millis))
    }

    /// Reads RFC 3339 with an offset; what is finer than a millisecond is cut off.
    ///
    /// # Errors
    ///
    /// `invalid` for anything else, an instant without an offset included; `out_of_range` outside the years
    /// 0001 to 9999 of UTC.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let instant = DateTime::parse_from_rfc3339(text.trim())
            .map_err(|_| Flaw::invalid("an RFC 3339 instant with an offset, like 2030-01-31T09:00:00Z"))?;
        Self::from_millis(instant.timestamp_millis()).ok_or_else(|| Flaw::out_of_range(Self::MIN, Self::MAX))
    }

    /// Milliseconds since the start of 1970 in UTC.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The same instant for calculations with chrono.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// So much later; [`Timestamp::MAX`] at most. What is finer than a millisecond is cut off.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::clamped(self.millis().saturating_add(whole_millis(duration)))
    }

    /// So much earlier; [`Timestamp::MIN`] at least. What is finer than a millisecond is cut off.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::clamped(self.millis().saturating_sub(whole_millis(duration)))
    }

    /// The later of the two: how a record's time of change never goes backwards.
    #[must_use]
    pub fn later_of(self, other: Self) -> Self {
        self.max(other)
    }

    /// How long ago `earlier` was; zero if it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.millis() - earlier.millis()).unwrap_or(0))
    }

    const fn clamped(millis: i64) -> Self {
        let within = if millis < FIRST {
            FIRST
        } else if millis > LAST {
            LAST
        } else {
            millis
        };
        match DateTime::from_timestamp_millis(within) {
            Some(instant) => Self(instant),
            None => Self(DateTime::UNIX_EPOCH),
        }
    }
}

/// RFC 3339 in UTC with three digits of milliseconds: always 24 characters, so that text sorts as time does.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let [y1, y2, y3, y4] = digits(date.year().unsigned_abs());
        let [_, _, mo1, mo2] = digits(date.month());
        let [_, _, d1, d2] = digits(date.day());
        let [_, _, h1, h2] = digits(time.hour());
        let [_, _, mi1, mi2] = digits(time.minute());
        let [_, _, s1, s2] = digits(time.second());
        let [_, ms1, ms2, ms3] = digits(time.nanosecond() / 1_000_000);
        let text = [
            y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T', h1, h2, b':', mi1, mi2, b':', s1, s2, b'.',
            ms1, ms2, ms3, b'Z',
        ];
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The last four decimal digits of a number.
fn digits(number: u32) -> [u8; 4] {
    [1000, 100, 10, 1].map(|unit| b'0' + u8::try_from(number / unit % 10).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn an_offset_is_turned_into_utc() {
        assert_eq!(at("2026-11-05T10:30:00+02:00").to_string(), "2026-11-05T08:30:00.000Z");
        assert_eq!(at(" 2026-11-05t10:30:00z ").to_string(), "2026-11-05T10:30:00.000Z");
    }

    #[test]
    fn what_is_finer_than_a_millisecond_is_cut_off() {
        assert_eq!(at("2026-11-05T10:30:00.123999Z").to_string(), "2026-11-05T10:30:00.123Z");
        assert_eq!(at("1969-12-31T23:59:59.9995Z").millis(), -1);
    }

    #[test]
    fn a_leap_second_is_the_second_after_it() {
        assert_eq!(at("2016-12-31T23:59:60.250Z").to_string(), "2017-01-01T00:00:00.250Z");
    }

    #[test]
    fn an_instant_needs_an_offset_and_a_real_date() {
        for text in ["2026-11-05T10:30:00", "2026-11-05", "2026-02-30T00:00:00Z", "", "1762338600", "now"] {
            assert_eq!(Timestamp::parse(text).unwrap_err().code, "invalid", "{text}");
        }
        for text in ["+12026-11-05T10:30:00Z", "-0001-11-05T10:30:00Z"] {
            assert_eq!(Timestamp::parse(text).unwrap_err().code, "invalid", "{text}");
        }
    }

    #[test]
    fn only_years_that_four_digits_can_write_are_taken() {
        assert_eq!(at("0001-01-01T00:00:00Z"), Timestamp::MIN);
        assert_eq!(at("9999-12-31T23:59:59.9999Z"), Timestamp::MAX);
        for text in ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
            assert_eq!(Timestamp::parse(text).unwrap_err().code, "out_of_range", "{text}");
        }
        assert_eq!(Timestamp::from_millis(FIRST - 1), None);
        assert_eq!(Timestamp::from_millis(LAST + 1), None);
        assert_eq!(Timestamp::new(DateTime::<Utc>::MAX_UTC), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        let noon = at("2026-11-05T12:00:00Z");
        assert_eq!(noon.plus(Duration::from_secs(90)), at("2026-11-05T12:01:30Z"));
        assert_eq!(noon.minus(Duration::from_millis(1)), at("2026-11-05T11:59:59.999Z"));
        assert_eq!(noon.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(noon.minus(Duration::MAX), Timestamp::MIN);
        assert_eq!(noon.since(noon.minus(Duration::from_secs(5))), Duration::from_secs(5));
        assert_eq!(noon.since(Timestamp::MAX), Duration::ZERO);
        assert_eq!(noon.later_of(Timestamp::MIN), noon);
        assert_eq!(noon.later_of(Timestamp::MAX), Timestamp::MAX);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same_and_sorts_as_time_does(a in FIRST..=LAST, b in FIRST..=LAST) {
            let (a, b) = (Timestamp::from_millis(a).unwrap(), Timestamp::from_millis(b).unwrap());
            prop_assert_eq!(at(&a.to_string()), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(Timestamp::from_millis(a.millis()), Some(a));
        }
    }
}
