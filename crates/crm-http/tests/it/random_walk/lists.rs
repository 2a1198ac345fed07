//! The parameters of lists: each that there is, mostly with a value that makes sense.

use crm_app::{activity, audit, customers, leads, notes, tasks, users};

use super::asks::Maker;
use super::own::Kind;

/// How likely a parameter is there.
const LIKELY: f64 = 0.13;
/// The agent's own words: no three letters of theirs could be of a mark.
pub(super) const WORDS: [&str; 10] =
    ["Ada", "Anna Oslo", "Bea Dole", "Cecile", "Ida Lee", "Oda Ebel", "Acid Ice", "Olé", "Ella", "Ülo Aab"];
/// The statuses of leads.
pub(super) const LEAD: [&str; 4] = ["New", "In Progress", "Closed Won", "Closed Lost"];
/// The statuses of tasks.
pub(super) const TASK: [&str; 3] = ["Open", "In Progress", "Done"];
/// The priorities of tasks.
pub(super) const PRIORITY: [&str; 3] = ["Low", "Medium", "High"];

const EVENTS: [&str; 8] = [
    "lead_created",
    "lead_updated",
    "lead_reassigned",
    "lead_converted",
    "customer_deleted",
    "customer_note_added",
    "task_completed",
    "user_updated",
];

impl Maker<'_> {
    /// Parameters for this route; for one that has none, now and then some all the same.
    pub(super) fn query(&mut self, path: &str) -> Vec<(&'static str, String)> {
        let names: &[&'static str] = match path {
            "/api/leads" => leads::list::PARAMETERS,
            "/api/customers" => customers::list::PARAMETERS,
            "/api/customers/{id}/notes" => notes::list::PARAMETERS,
            "/api/tasks" => tasks::list::PARAMETERS,
            "/api/activity" => activity::list::PARAMETERS,
            "/api/audit" => audit::list::PARAMETERS,
            "/api/auth/history" => audit::list::HISTORY_PARAMETERS,
            "/api/auth/users" => users::list::PARAMETERS,
            "/api/auth/users/{id}" => users::deactivate::PARAMETERS,
            _ if self.random.chance(0.05) => &["owner", "q", "all", "scope", "fields"],
            _ => &[],
        };
        // Half of all lists are narrowed by little, so that their totals are known.
        let likely = if self.random.chance(0.5) { LIKELY / 3.0 } else { LIKELY };
        let mut query = Vec::new();
        for name in names {
            if self.random.chance(likely) {
                query.push((*name, self.value(name, path)));
            }
        }
        if self.random.chance(0.01) {
            query.push((
                self.random.word(&["owner", "assignedAgent", "all", "$where", "limit"]),
                "1".to_owned(),
            ));
        }
        query
    }

    fn value(&mut self, name: &str, path: &str) -> String {
        if self.random.chance(0.03) {
            return self
                .random
                .word(&["", " ", "*", "null", "{\"$ne\":null}", "-1", "' OR 1=1 --"])
                .to_owned();
        }
        match name {
            "q" => self.sought(),
            "source" | "tag" if self.random.chance(0.4) => self.hidden.marks.piece(self.random),
            "source" | "tag" => self.random.word(&WORDS).to_owned(),
            "status" if path == "/api/tasks" => self.some(&TASK),
            "status" => self.some(&LEAD),
            "priority" => self.some(&PRIORITY),
            "assignedAgent" | "owner" | "actor" | "user" | "transferTo" => self.somebody(),
            "archived" | "showArchived" => self.random.word(&["true", "false", "all"]).to_owned(),
            "createdFrom" | "from" => format!("2026-03-{:02}", 1 + self.random.below(28)),
            "createdTo" | "to" => format!("2026-04-{:02}", 1 + self.random.below(28)),
            "page" => (1 + self.random.below(6)).to_string(),
            "limit" => (1 + self.random.below(100)).to_string(),
            "cursor" => self.cursor(),
            "sort" => {
                let fields = ["updatedAt", "createdAt", "name", "dueDate", "priority"];
                let down = self.random.word(&["", "-"]);
                format!("{down}{}", self.random.word(&fields))
            }
            "entityType" => self.random.word(&["Lead", "Customer", "Task", "User"]).to_owned(),
            "relatedType" => self.random.word(&["Lead", "Customer"]).to_owned(),
            "entityId" | "relatedId" => {
                let kind = *self.random.pick(&[Kind::Lead, Kind::Customer, Kind::Task, Kind::User]);
                self.id(kind)
            }
            "due" => {
                let windows = ["overdue", "today", "week", "before:2099-01-01", "after:2026-01-01"];
                self.random.word(&windows).to_owned()
            }
            "type" => self.random.word(&EVENTS).to_owned(),
            "role" => self.random.word(&["admin", "agent"]).to_owned(),
            _ => self.random.word(&["true", "false", "1"]).to_owned(),
        }
    }

    /// The agent itself, or somebody else.
    pub(super) fn somebody(&mut self) -> String {
        match self.random.below(4) {
            0 => self.me.id.clone(),
            1 => self.hidden.other_id.clone(),
            _ => self.id(Kind::User),
        }
    }

    /// One's own words, or what hidden texts have in them.
    fn sought(&mut self) -> String {
        match self.random.below(4) {
            0 => self.random.word(&WORDS).to_lowercase(),
            1 => self.random.word(&["a", "e", "ol", "@", "%", "(", "example"]).to_owned(),
            2 => self.hidden.marks.piece(self.random),
            _ => format!("{} a", self.hidden.marks.piece(self.random).to_uppercase()),
        }
    }

    fn some(&mut self, of: &[&'static str]) -> String {
        let some = self.random.some(of);
        if some.is_empty() { self.random.word(of).to_owned() } else { some.join(",") }
    }

    /// A cursor of the agent's, or one of a list that somebody else was shown.
    fn cursor(&mut self) -> String {
        let cursors = if self.random.chance(0.6) { &self.me.cursors } else { &self.hidden.cursors };
        if cursors.is_empty() { "AAAA".to_owned() } else { self.random.pick(cursors).clone() }
    }
}
