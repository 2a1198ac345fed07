use std::time::Duration;

use chrono_tz::TZ_VARIANTS;
use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    parse_day(text).unwrap()
}

fn zone(name: &str) -> Calendar {
    Calendar::parse(name).unwrap()
}

fn offset(calendar: Calendar, instant: Timestamp) -> i32 {
    calendar.zone.offset_from_utc_datetime(&instant.utc().naive_utc()).fix().local_minus_utc()
}

/// Every instant at which a zone's clocks change, found by looking at every `step` and halving.
fn changes(calendar: Calendar, from: Timestamp, to: Timestamp, step: Duration) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let (mut before, mut own) = (from, offset(calendar, from));
    while before < to {
        let after = before.plus(step);
        let next = offset(calendar, after);
        if next != own {
            let (mut low, mut high) = (before.millis(), after.millis());
            while high - low > 1 {
                let middle = i64::midpoint(low, high);
                if offset(calendar, Timestamp::from_millis(middle).unwrap()) == own {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            found.push(Timestamp::from_millis(high).unwrap());
        }
        (before, own) = (after, next);
    }
    found
}

/// What the definition says, by looking every five minutes: the first instant whose date is `day` or later.
fn start_by_looking(calendar: Calendar, day: NaiveDate) -> Timestamp {
    let mut instant = Timestamp::new(day.and_time(NaiveTime::MIN).and_utc()).minus(26 * HOUR);
    while calendar.date(instant) < day {
        instant = instant.plus(5 * MINUTE);
    }
    instant
}

/// Holds the laws of days around one instant.
fn check(calendar: Calendar, instant: Timestamp) {
    let own = calendar.local_day(instant);
    let name = calendar.zone_name();
    assert!(calendar.day(own).contains(&instant), "{name} {instant}: not in its day {own}");
    for near in [own.pred_opt().unwrap(), own.succ_opt().unwrap()] {
        assert!(!calendar.day(near).contains(&instant), "{name} {instant}: in {near} as well");
    }
    let day = calendar.day(own);
    assert_eq!(calendar.local_day(day.start), own, "{name} {instant}");
    assert_eq!(calendar.local_day(day.end.minus(Duration::from_millis(1))), own, "{name} {instant}");
    assert!(calendar.local_day(day.start.minus(Duration::from_millis(1))) < own, "{name} {instant}");
    assert!(calendar.local_day(day.end) > own, "{name} {instant}");
}

#[test]
fn the_days_around_every_change_of_every_zone_hold_together() {
    let (from, to) = (at("2024-01-01T00:00:00Z"), at("2033-01-01T00:00:00Z"));
    let mut seen = 0;
    for calendar in TZ_VARIANTS.map(Calendar::of) {
        for change in changes(calendar, from, to, 24 * HOUR) {
            seen += 1;
            let near = [Duration::from_millis(1), MINUTE, HOUR, 2 * HOUR, 12 * HOUR, 24 * HOUR, 26 * HOUR];
            for instant in near.iter().flat_map(|by| [change.minus(*by), change.plus(*by)]).chain([change]) {
                check(calendar, instant);
                assert_eq!(
                    calendar.local_day(instant),
                    calendar.date(instant),
                    "no zone goes back over midnight"
                );
            }
            let date = calendar.date(change);
            for day in [date.pred_opt().unwrap(), date, date.succ_opt().unwrap()] {
                let (start, looked) = (calendar.day_start(day), start_by_looking(calendar, day));
                assert_eq!(start, looked, "{} {day}", calendar.zone_name());
            }
        }
    }
    assert!(seen > 2000, "only {seen} changes were looked at");
}

#[test]
fn the_days_around_every_change_since_1900_hold_together_in_zones_with_a_wild_past() {
    let (from, to) = (at("1900-01-01T00:00:00Z"), at("2024-01-01T00:00:00Z"));
    for name in [
        "America/St_Johns",
        "America/Goose_Bay",
        "Pacific/Apia",
        "Pacific/Kwajalein",
        "Pacific/Kiritimati",
        "Asia/Manila",
        "America/Juneau",
        "Antarctica/Casey",
        "Antarctica/Troll",
        "Africa/Monrovia",
        "Africa/Cairo",
        "Asia/Gaza",
        "America/Sao_Paulo",
        "America/Asuncion",
        "Europe/Dublin",
        "Europe/Amsterdam",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Scoresbysund",
        "America/Toronto",
    ] {
        for change in changes(zone(name), from, to, 24 * HOUR) {
            for by in [Duration::from_millis(1), MINUTE, HOUR, 23 * HOUR, 25 * HOUR] {
                check(zone(name), change.minus(by));
                check(zone(name), change.plus(by));
            }
            check(zone(name), change);
        }
    }
}

#[test]
fn a_day_may_have_23_24_or_25_hours() {
    let berlin = zone("Europe/Berlin");
    for (date, start, end) in [
        ("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z"),
        ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
    ] {
        assert_eq!(berlin.day(day(date)), at(start)..at(end));
    }
}

#[test]
fn hours_are_counted_from_the_start_of_the_day_whatever_clocks_call_them() {
    let (berlin, kathmandu) = (zone("Europe/Berlin"), zone("Asia/Kathmandu"));
    for (calendar, instant, date, hour) in [
        (berlin, "2026-03-28T23:00:00Z", "2026-03-29", 0),
        (berlin, "2026-03-28T23:59:59.999Z", "2026-03-29", 0),
        (berlin, "2026-03-29T21:59:59.999Z", "2026-03-29", 22),
        (berlin, "2026-07-01T21:59:59.999Z", "2026-07-01", 23),
        (berlin, "2026-10-25T22:00:00Z", "2026-10-25", 24),
        (kathmandu, "2026-03-28T18:14:59.999Z", "2026-03-28", 23),
        (kathmandu, "2026-03-28T18:15:00Z", "2026-03-29", 0),
        (kathmandu, "2026-03-28T19:15:00Z", "2026-03-29", 1),
    ] {
        assert_eq!(calendar.local_hour(at(instant)), (day(date), hour), "{instant}");
    }
    assert_eq!(kathmandu.hour_start(day("2026-03-29"), 1), at("2026-03-28T19:15:00Z"));
}

#[test]
fn a_day_whose_midnight_is_skipped_starts_after_the_gap() {
    let beirut = zone("Asia/Beirut");
    assert_eq!(beirut.day(day("2026-03-29")), at("2026-03-28T22:00:00Z")..at("2026-03-29T21:00:00Z"));
    assert_eq!(beirut.local_day(at("2026-03-28T21:59:59.999Z")), day("2026-03-28"));
    assert_eq!(beirut.local_day(at("2026-03-28T22:00:00Z")), day("2026-03-29"));
}

#[test]
fn clocks_that_go_back_at_midnight_make_the_old_day_longer() {
    let nuuk = zone("America/Nuuk");
    assert_eq!(nuuk.day(day("2026-10-24")), at("2026-10-24T01:00:00Z")..at("2026-10-25T02:00:00Z"));
}

#[test]
fn clocks_that_go_back_over_midnight_do_not_end_the_new_day() {
    // At 00:01 on the 31st clocks went back to 23:01 on the 30th.
    let st_johns = zone("America/St_Johns");
    let back = at("2010-11-07T02:31:00Z");
    assert_eq!(st_johns.date(back), day("2010-11-06"));
    assert_eq!(st_johns.local_day(back), day("2010-11-07"));
    assert_eq!(st_johns.day(day("2010-11-07")), at("2010-11-07T02:30:00Z")..at("2010-11-08T03:30:00Z"));
}

#[test]
fn a_date_that_clocks_skipped_is_empty_and_no_day_of_a_series() {
    let apia = zone("Pacific/Apia");
    assert!(apia.day(day("2011-12-30")).is_empty());
    assert_eq!(apia.day_start(day("2011-12-30")), at("2011-12-30T10:00:00Z"));
    let now = at("2011-12-31T12:00:00Z");
    assert_eq!(apia.last_days(now, 3), [day("2011-12-29"), day("2011-12-31"), day("2012-01-01")]);
    assert_eq!(apia.tomorrow(at("2011-12-30T09:59:59.999Z")), day("2011-12-31"));
}

#[test]
fn a_series_ends_today_and_has_as_many_days_as_asked_for() {
    let auckland = zone("Pacific/Auckland");
    let days = auckland.last_days(at("2026-03-01T11:30:00Z"), 14);
    assert_eq!(days.len(), 14);
    assert_eq!((days[0], days[13]), (day("2026-02-17"), day("2026-03-02")));
    assert!(days.windows(2).all(|pair| pair[0].succ_opt() == Some(pair[1])));
    assert!(Calendar::utc().last_days(at("2026-03-01T11:30:00Z"), 0).is_empty());
}

#[test]
fn a_week_is_today_and_the_six_days_after() {
    let berlin = zone("Europe/Berlin");
    let week = berlin.week(at("2026-10-22T21:59:59Z"));
    assert_eq!(week, at("2026-10-21T22:00:00Z")..at("2026-10-28T23:00:00Z"));
    assert_eq!(berlin.today(at("2026-10-22T22:00:00Z")), day("2026-10-23"));
    assert_eq!(berlin.tomorrow(at("2026-10-22T22:00:00Z")), day("2026-10-24"));
}

#[test]
fn a_zone_is_known_by_its_iana_name() {
    assert_eq!(Calendar::utc().zone_name(), "UTC");
    assert_eq!(zone(" America/Argentina/Ushuaia ").zone_name(), "America/Argentina/Ushuaia");
    for name in ["", "Berlin", "europe/berlin", "+02:00", "CEST", "Europe/Atlantis"] {
        assert_eq!(Calendar::parse(name).unwrap_err().code, "invalid", "{name}");
    }
}

#[test]
fn a_day_is_written_in_one_way_only() {
    assert_eq!(day(" 2028-02-29 ").to_string(), "2028-02-29");
    assert_eq!(day("1900-01-01").to_string(), "1900-01-01");
    assert_eq!(day("9999-12-31").to_string(), "9999-12-31");
    for text in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-1",
        "26-01-01",
        "2026-01-01T00:00:00Z",
        "2026/01/01",
        "+026-01-01",
        "2026-01-1\u{661}",
        "2026-+1-01",
        "12026-01-01",
        "",
    ] {
        assert_eq!(parse_day(text).unwrap_err().code, "invalid", "{text}");
    }
    assert_eq!(parse_day("1899-12-31").unwrap_err().code, "out_of_range");
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for calendar in TZ_VARIANTS.map(Calendar::of) {
        for instant in [Timestamp::MIN, Timestamp::MAX] {
            let (day, hour) = calendar.local_hour(instant);
            calendar.hour_start(day, hour);
            calendar.week(instant);
            calendar.last_days(instant, 14);
            calendar.tomorrow(instant);
        }
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            calendar.day(day);
            calendar.hour_start(day, u32::MAX);
        }
    }
}

proptest! {
    #[test]
    fn every_instant_is_in_exactly_one_day(
        variant in 0..TZ_VARIANTS.len(),
        millis in at("1900-01-02T00:00:00Z").millis()..at("2100-01-01T00:00:00Z").millis(),
    ) {
        check(Calendar::of(TZ_VARIANTS[variant]), Timestamp::from_millis(millis).unwrap());
    }

    #[test]
    fn every_instant_is_in_the_hour_of_its_day_that_it_is_counted_in(
        variant in 0..TZ_VARIANTS.len(),
        millis in at("1900-01-02T00:00:00Z").millis()..at("2100-01-01T00:00:00Z").millis(),
    ) {
        let calendar = Calendar::of(TZ_VARIANTS[variant]);
        let instant = Timestamp::from_millis(millis).unwrap();
        let (day, hour) = calendar.local_hour(instant);
        prop_assert_eq!(day, calendar.local_day(instant));
        let start = calendar.hour_start(day, hour);
        prop_assert!(start <= instant && instant < start.plus(HOUR), "{start} {instant}");
        prop_assert_eq!(calendar.hour_start(day, 0), calendar.day_start(day));
    }

    #[test]
    fn a_later_instant_is_never_in_an_earlier_day(
        variant in 0..TZ_VARIANTS.len(),
        millis in at("1900-01-02T00:00:00Z").millis()..at("2100-01-01T00:00:00Z").millis(),
        later in 0_i64..200_000_000,
    ) {
        let calendar = Calendar::of(TZ_VARIANTS[variant]);
        let [early, late] = [millis, millis + later].map(|millis| Timestamp::from_millis(millis).unwrap());
        prop_assert!(calendar.local_day(early) <= calendar.local_day(late));
    }
}
