//! Spans of time as people write them: `15m`, `7d`, `1h30m`, `90 minutes`, or a number of seconds.

use std::time::Duration;

/// What a span must be, for error texts.
pub(super) const EXPECTED: &str = "a span such as 15m, 7d, 1h30m or a number of seconds";

/// Reads a span; nothing if it is not one, or has no end.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let mut rest = text.as_str();
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit());
        let (unit, after) = split(after.trim_start(), char::is_alphabetic);
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(seconds_in(unit)?)?)?;
        rest = after.trim_start();
    }
    (!text.is_empty()).then(|| Duration::from_secs(total))
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn seconds_in(unit: &str) -> Option<u64> {
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3_600),
        "d" | "day" | "days" => Some(86_400),
        "w" | "week" | "weeks" => Some(604_800),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("15m", 900)]
    #[case("7d", 604_800)]
    #[case("3600", 3_600)]
    #[case("1h30m", 5_400)]
    #[case(" 2 Hours 5 sec ", 7_205)]
    #[case("1w", 604_800)]
    fn a_span_is_read_as_people_write_it(#[case] text: &str, #[case] seconds: u64) {
        assert_eq!(parse(text), Some(Duration::from_secs(seconds)));
    }

    #[rstest]
    #[case("")]
    #[case("m")]
    #[case("15 parsecs")]
    #[case("-5m")]
    #[case("1.5h")]
    #[case("15m m")]
    #[case("99999999999999999999d")]
    fn what_is_no_span_is_refused(#[case] text: &str) {
        assert_eq!(parse(text), None);
    }
}
