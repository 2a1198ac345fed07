//! What is written down of leads, customers and tasks.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Maker;
use crate::differential::known::Kind;
use crate::differential::text;

/// The statuses of leads.
pub(super) const LEAD: [&str; 4] = ["New", "In Progress", "Closed Won", "Closed Lost"];
/// The statuses of tasks.
pub(super) const TASK: [&str; 3] = ["Open", "In Progress", "Done"];
/// The priorities of tasks.
pub(super) const PRIORITY: [&str; 3] = ["Low", "Medium", "High"];

const HOUR: Duration = Duration::from_hours(1);

impl Maker<'_> {
    /// A whole record, or some members of one, some of them cleared.
    pub(super) fn body(&mut self, kind: Kind, whole: bool) -> Value {
        let likely = if whole { 0.5 } else { 0.25 };
        let mut body = Map::new();
        let must = if kind == Kind::Task { "title" } else { "name" };
        if whole || self.random.chance(likely) {
            body.insert(must.to_owned(), json!(text::rare_name(self.random)));
        }
        match kind {
            Kind::Lead => self.lead(&mut body, likely),
            Kind::Customer => self.contact(&mut body, likely),
            Kind::Task => self.task(&mut body, likely, whole),
        }
        let (member, mayor) = if kind == Kind::Lead { ("assignedAgent", 0.15) } else { ("owner", 0.0) };
        let names_owner = if self.known.people[self.who].admin { 0.6 } else { 0.03 };
        if self.random.chance(if whole { names_owner } else { names_owner / 4.0 }) {
            body.insert(member.to_owned(), self.owner(mayor));
        }
        Value::Object(body)
    }

    /// Whoever is to own a record; nobody that often.
    pub(super) fn owner(&mut self, nobody: f64) -> Value {
        if self.random.chance(nobody) { Value::Null } else { json!(self.known.somebody(self.random)) }
    }

    fn lead(&mut self, body: &mut Map<String, Value>, likely: f64) {
        self.contact(body, likely);
        if self.random.chance(likely) {
            body.insert("status".to_owned(), json!(self.random.word(&LEAD)));
        }
        if self.random.chance(likely) {
            body.insert("source".to_owned(), json!(self.random.word(&text::SOURCES)));
        }
        if self.random.chance(0.05) {
            body.insert("archived".to_owned(), json!(self.random.chance(0.5)));
        }
    }

    fn contact(&mut self, body: &mut Map<String, Value>, likely: f64) {
        let fields: [(&str, fn(&mut _) -> String); 3] =
            [("email", text::email), ("phone", text::phone), ("company", text::company)];
        for (member, make) in fields {
            if self.random.chance(likely) {
                let value = if self.random.chance(0.1) { Value::Null } else { json!(make(self.random)) };
                body.insert(member.to_owned(), value);
            }
        }
        if self.random.chance(likely) {
            body.insert("tags".to_owned(), json!(self.random.some(&text::TAGS)));
        }
    }

    fn task(&mut self, body: &mut Map<String, Value>, likely: f64, whole: bool) {
        if whole || self.random.chance(likely) {
            body.insert("dueDate".to_owned(), json!(self.due()));
        }
        if self.random.chance(likely) {
            body.insert("description".to_owned(), json!(text::prose(self.random)));
        }
        if self.random.chance(likely) {
            body.insert("status".to_owned(), json!(self.random.word(&TASK)));
        }
        if self.random.chance(likely) {
            body.insert("priority".to_owned(), json!(self.random.word(&PRIORITY)));
        }
        if self.random.chance(likely) {
            let (name, kind) = *self.random.pick(&[("Lead", Kind::Lead), ("Customer", Kind::Customer)]);
            body.insert("relatedType".to_owned(), json!(name));
            body.insert("relatedId".to_owned(), json!(self.pick(kind).id));
        }
    }

    /// A day or a moment, some days before or after now; some fall together.
    fn due(&mut self) -> String {
        let start = self.now.minus(5 * 24 * HOUR);
        let moment = self.random.after(start, 10 * 8, 3 * HOUR);
        if self.random.chance(0.5) { self.day(8) } else { moment.to_string() }
    }

    /// A day up to so many days from today, as UTC has it.
    pub(super) fn day(&mut self, days: u32) -> String {
        let day = self.random.after(self.now.minus(24 * HOUR * days), 2 * days, 24 * HOUR);
        day.utc().date_naive().to_string()
    }
}
