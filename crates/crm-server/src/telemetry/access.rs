//! The lines of answered requests as JSON. There is one for each, so that they are written straight away; all other lines
//! go through the library that these look like.

use std::fmt;

use crm_http::ACCESS;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Whether this is the line of a request that was answered.
pub(super) fn is_access(about: &Metadata<'_>) -> bool {
    *about.level() == Level::INFO && about.target() == ACCESS
}

/// Writes lines as the format of the library does.
pub(super) struct AccessJson(pub(super) Format<Json>);

impl<S, N> FormatEvent<S, N> for AccessJson
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if is_access(event.metadata()) {
            write(writer, event)
        } else {
            self.0.format_event(context, writer, event)
        }
    }
}

fn write(mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
    writer.write_str(r#"{"timestamp":""#)?;
    SystemTime.format_time(&mut writer)?;
    writer.write_str(r#"","level":"INFO""#)?;
    let mut fields = Fields { writer, so_far: Ok(()) };
    event.record(&mut fields);
    fields.so_far?;
    writeln!(fields.writer, r#","target":"{ACCESS}"}}"#)
}

/// The members of the object.
struct Fields<'w> {
    writer: Writer<'w>,
    so_far: fmt::Result,
}

impl Fields<'_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.so_far.is_ok() {
            self.so_far =
                write!(self.writer, ",\"{}\":", field.name()).and_then(|()| value(&mut self.writer));
        }
    }

    fn number(&mut self, field: &Field, number: impl fmt::Display) {
        self.member(field, |writer| write!(writer, "{number}"));
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, number: f64) {
        if number.is_finite() {
            self.number(field, number);
        } else {
            self.number(field, "null");
        }
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        self.number(field, number);
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        self.number(field, number);
    }

    fn record_bool(&mut self, field: &Field, flag: bool) {
        self.number(field, flag);
    }

    fn record_str(&mut self, field: &Field, text: &str) {
        self.member(field, |writer| string(writer, text));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        self.member(field, |writer| string(writer, &text));
    }
}

/// A text as JSON has it (RFC 8259, 7).
fn string(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    let is_plain = |byte: u8| !matches!(byte, 0..=b'\x1f' | b'"' | b'\\');
    if text.bytes().all(is_plain) {
        writer.write_char('"')?;
        writer.write_str(text)?;
        return writer.write_char('"');
    }
    writer.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::telemetry::written::Written;

    fn answered(user: Option<&str>, request_id: &str, ms: f64) {
        let (method, route) = ("GET", "/api/leads/{id}");
        tracing::info!(target: ACCESS, method, route, status = 200_u16, ms, user, request_id, "answered");
        tracing::warn!(target: ACCESS, request_id, "no room");
        tracing::info!(less = -1, flag = true, many = ?[1, 2], "stopped");
    }

    /// The lines that are written, with the one or the other format.
    fn lines(ours: bool, log: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let out = written.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || out.clone()).json().flatten_event(true);
        if ours {
            let subscriber = builder.map_event_format(AccessJson).finish();
            tracing::subscriber::with_default(subscriber, log);
        } else {
            tracing::subscriber::with_default(builder.finish(), log);
        }
        written.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_line_is_what_the_library_would_write() {
        let hard = "a\"b\\c\u{1}\n\u{7f}é\u{2028}";
        for (user, id, ms) in
            [(Some("0190"), "r-1", 0.25), (None, hard, 1e-9), (Some(""), "", 1e21), (None, "x", f64::NAN)]
        {
            let untimed = |mut lines: Vec<Value>| {
                for line in &mut lines {
                    let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
                    chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap();
                }
                lines
            };
            let ours = untimed(lines(true, || answered(user, id, ms)));
            assert_eq!(ours.len(), 3);
            assert_eq!(ours, untimed(lines(false, || answered(user, id, ms))));
        }
    }
}
