//! What is asked of lists: every filter and order, alone and together.

use super::Maker;
use super::bodies::{LEAD, PRIORITY, TASK};
use crate::differential::known::Kind;
use crate::differential::text;
use crate::support::ask::Ask;

const EVENTS: [&str; 20] = [
    "lead_created",
    "lead_updated",
    "lead_status_changed",
    "lead_reassigned",
    "lead_archived",
    "lead_unarchived",
    "lead_converted",
    "customer_created",
    "customer_updated",
    "customer_deleted",
    "customer_note_added",
    "customer_note_edited",
    "customer_note_deleted",
    "task_created",
    "task_updated",
    "task_completed",
    "task_deleted",
    "user_created",
    "user_updated",
    "user_deactivated",
];

impl Maker<'_> {
    pub(super) fn list_leads(&mut self) -> Ask {
        let ask = self.sought(Ask::get("/api/leads"));
        let ask = self.perhaps_several(ask, 0.3, "status", &LEAD);
        let ask = self.perhaps(ask, 0.25, "archived", &["true", "false", "all"]);
        let ask = self.perhaps(ask, 0.15, "source", &text::SOURCES);
        let mut ask = self.perhaps(ask, 0.15, "tag", &text::TAGS);
        if self.random.chance(0.2) {
            let whose =
                if self.random.chance(0.3) { "none".to_owned() } else { self.known.somebody(self.random) };
            ask = ask.with("assignedAgent", whose);
        }
        if self.random.chance(0.12) {
            ask = ask.with("createdFrom", self.day(6));
        }
        if self.random.chance(0.08) {
            ask = ask.with("createdTo", self.day(6));
        }
        let ask = self.sorted(ask, &["updatedAt", "createdAt", "name"]);
        self.paged(ask)
    }

    pub(super) fn list_customers(&mut self) -> Ask {
        let ask = self.sought(Ask::get("/api/customers"));
        let ask = self.perhaps(ask, 0.2, "tag", &text::TAGS);
        let ask = self.owned(ask);
        let ask = self.sorted(ask, &["updatedAt", "createdAt", "name"]);
        self.paged(ask)
    }

    pub(super) fn list_tasks(&mut self) -> Ask {
        let ask = self.sought(Ask::get("/api/tasks"));
        let ask = self.perhaps_several(ask, 0.3, "status", &TASK);
        let ask = self.perhaps_several(ask, 0.2, "priority", &PRIORITY);
        let ask = self.perhaps(ask, 0.3, "due", &["overdue", "today", "tomorrow", "week"]);
        let mut ask = self.owned(ask);
        if self.random.chance(0.12) && !ask.query.iter().any(|(name, _)| *name == "due") {
            let side = self.random.word(&["before", "after"]);
            let day = self.day(5);
            ask = ask.with("due", format!("{side}:{day}"));
        }
        if self.random.chance(0.15) {
            let (name, kind) = *self.random.pick(&[("Lead", Kind::Lead), ("Customer", Kind::Customer)]);
            if self.random.chance(0.7) {
                ask = ask.with("relatedType", name);
            }
            if self.random.chance(0.5) {
                ask = ask.with("relatedId", self.pick(kind).id);
            }
        }
        let ask = self.sorted(ask, &["dueDate", "createdAt", "updatedAt", "priority"]);
        self.paged(ask)
    }

    pub(super) fn list_users(&mut self) -> Ask {
        let ask = self.sought(Ask::get("/api/auth/users"));
        let ask = self.perhaps(ask, 0.2, "role", &["admin", "agent"]);
        let ask = self.perhaps(ask, 0.3, "active", &["true", "false"]);
        let ask = self.sorted(ask, &["createdAt", "name", "email"]);
        self.paged(ask)
    }

    pub(super) fn feed(&mut self) -> Ask {
        let mut ask = self.perhaps(Ask::get("/api/activity"), 0.25, "type", &EVENTS);
        ask = self.perhaps(ask, 0.2, "entityType", &["Lead", "Customer", "Task", "User"]);
        if self.random.chance(0.2) {
            let kind = *self.random.pick(&[Kind::Lead, Kind::Customer, Kind::Task]);
            ask = ask.with("entityId", self.pick(kind).id);
        }
        if self.random.chance(0.2) {
            ask = ask.with("actor", self.known.somebody(self.random));
        }
        self.limited(ask)
    }

    /// A list of any kind, by pages of a few.
    pub(super) fn any_list(&mut self) -> Ask {
        let mut ask = match self.random.below(4) {
            0 => self.list_leads(),
            1 => self.list_customers(),
            2 => self.list_tasks(),
            _ => self.feed(),
        };
        ask.query.retain(|(name, _)| !matches!(*name, "page" | "limit"));
        let limit = 4 + self.random.below(20);
        ask.with("limit", limit.to_string())
    }

    /// Perhaps with a search.
    fn sought(&mut self, ask: Ask) -> Ask {
        if self.random.chance(0.4) {
            ask.with("q", text::search(self.random, &self.known.texts))
        } else {
            ask
        }
    }

    fn owned(&mut self, ask: Ask) -> Ask {
        if self.random.chance(0.2) { ask.with("owner", self.known.somebody(self.random)) } else { ask }
    }

    fn perhaps(&mut self, ask: Ask, likely: f64, name: &'static str, values: &[&'static str]) -> Ask {
        if self.random.chance(likely) { ask.with(name, self.random.word(values)) } else { ask }
    }

    fn perhaps_several(&mut self, ask: Ask, likely: f64, name: &'static str, values: &[&'static str]) -> Ask {
        if self.random.chance(likely) { ask.with(name, self.random.some(values).join(",")) } else { ask }
    }

    fn sorted(&mut self, ask: Ask, fields: &[&'static str]) -> Ask {
        if self.random.chance(0.5) {
            return ask;
        }
        let field = self.random.word(fields);
        let down = if self.random.chance(0.5) { "-" } else { "" };
        ask.with("sort", format!("{down}{field}"))
    }

    pub(super) fn paged(&mut self, ask: Ask) -> Ask {
        let ask = self.limited(ask);
        if self.random.chance(0.25) { ask.with("page", (1 + self.random.below(5)).to_string()) } else { ask }
    }

    fn limited(&mut self, ask: Ask) -> Ask {
        if self.random.chance(0.5) {
            return ask;
        }
        let most = *self.random.pick(&[3, 10, 30, 100]);
        ask.with("limit", (1 + self.random.below(most)).to_string())
    }
}
