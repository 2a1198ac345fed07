//! What the agent's lists, dashboard and feed may say: nothing of anybody else's, and no number that counts it.

use serde_json::{Value, json};

use super::marks::Marks;
use super::own::Own;
use crate::support::ask::Ask;
use crate::support::client::Reply;

/// Parameters that say which page is shown and how, and leave the total as it is.
const PAGING: [&str; 4] = ["page", "limit", "cursor", "sort"];

/// What was compared.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Totals that are known to the number.
    pub(super) exact: usize,
    /// Totals of which only the most is known.
    pub(super) bounded: usize,
    /// Dashboards.
    pub(super) dashboards: usize,
    /// Events of the feed.
    pub(super) events: usize,
}

/// The most that a list may count, and whether it is just that.
struct Expected {
    most: usize,
    exactly: bool,
}

impl Compared {
    /// Panics if the answer counts or shows what is not the agent's.
    pub(super) fn judge(&mut self, own: &Own, me: &str, marks: &Marks, ask: &Ask, reply: &Reply) {
        if ask.method != "GET" || reply.status != 200 {
            return;
        }
        match ask.path.as_str() {
            "/api/leads" => self.list(&leads(own, ask), me, marks, ask, reply, "assignedAgent"),
            "/api/customers" => {
                let all = Expected { most: own.customers.len(), exactly: has_only(ask, &["owner"]) };
                self.list(&all, me, marks, ask, reply, "owner");
            }
            "/api/tasks" => self.list(&tasks(own, ask), me, marks, ask, reply, "owner"),
            "/api/dashboard" => self.dashboard(own, &reply.body),
            "/api/activity" => self.feed(own, me, &reply.body),
            _ => {}
        }
    }

    fn list(&mut self, of: &Expected, me: &str, marks: &Marks, ask: &Ask, reply: &Reply, owner: &str) {
        for item in reply.body["items"].as_array().unwrap() {
            assert_eq!(item[owner]["id"], json!(me), "somebody else's in a list: {item}");
        }
        let total = count(&reply.body["total"]);
        let whose = given(ask, owner).unwrap_or(me);
        let is_theirs = whose.eq_ignore_ascii_case(me);
        let looks_for_a_mark = ["q", "source", "tag"]
            .into_iter()
            .filter_map(|name| given(ask, name))
            .any(|text| marks.has_piece(text));
        let most = if is_theirs && !looks_for_a_mark { of.most } else { 0 };
        if of.exactly || most == 0 {
            assert_eq!(total, most, "a total that is not what the agent has");
            self.exact += 1;
        } else {
            assert!(total <= most, "a total of {total} where the agent has {most}");
            self.bounded += 1;
        }
    }

    fn dashboard(&mut self, own: &Own, body: &Value) {
        let live: Vec<_> = own.leads.iter().filter(|lead| !lead.archived).collect();
        for (status, number) in body["leadStatus"].as_object().unwrap() {
            let own = live.iter().filter(|lead| lead.status == *status).count();
            assert_eq!(count(number), own, "leads in {status}");
        }
        let open = own.tasks.iter().filter(|task| task.status != "Done").count();
        let figures = [
            ("totalLeads", live.len()),
            ("totalCustomers", own.customers.len()),
            ("openTasks", open),
            ("myOpenTasks", open),
        ];
        for (figure, own) in figures {
            assert_eq!(count(&body[figure]), own, "{figure}");
        }
        assert!(count(&body["overdueTasks"]) <= open, "more overdue than open");
        let days = body["leadsPerDay"].as_array().unwrap();
        let recent: usize = days.iter().map(|day| count(&day["count"])).sum();
        assert!(recent <= live.len(), "more new leads than there are");
        self.dashboards += 1;
    }

    /// What the agent did itself, or what happened to something that was once theirs.
    fn feed(&mut self, own: &Own, me: &str, body: &Value) {
        for event in body.as_array().unwrap() {
            let entity = event["entityId"].as_str().unwrap();
            let is_own = own.ever.contains(entity) || entity == me;
            assert!(is_own, "an event of something that was never the agent's: {event}");
            self.events += 1;
        }
    }
}

fn leads(own: &Own, ask: &Ask) -> Expected {
    let archived = given(ask, "archived").or_else(|| given(ask, "showArchived")).unwrap_or("false");
    let statuses = choices(ask, "status");
    let fits = |status: &str, is_archived: bool| {
        (statuses.is_empty() || statuses.contains(&status))
            && match archived {
                "all" => true,
                asked => is_archived == (asked == "true"),
            }
    };
    let most = own.leads.iter().filter(|lead| fits(&lead.status, lead.archived)).count();
    Expected { most, exactly: has_only(ask, &["status", "archived", "showArchived", "assignedAgent"]) }
}

fn tasks(own: &Own, ask: &Ask) -> Expected {
    let statuses = choices(ask, "status");
    let fits = |status: &str| statuses.is_empty() || statuses.contains(&status);
    let most = own.tasks.iter().filter(|task| fits(&task.status)).count();
    Expected { most, exactly: has_only(ask, &["status", "owner"]) }
}

/// What this parameter says; one that is blank is as absent.
fn given<'a>(ask: &'a Ask, name: &str) -> Option<&'a str> {
    let value = ask.query.iter().find(|(own, _)| *own == name).map(|(_, value)| value.trim());
    value.filter(|value| !value.is_empty())
}

fn choices<'a>(ask: &'a Ask, name: &str) -> Vec<&'a str> {
    given(ask, name).into_iter().flat_map(|list| list.split(',')).collect()
}

/// Whether nothing but these narrows the list.
fn has_only(ask: &Ask, names: &[&str]) -> bool {
    ask.query
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .all(|(name, _)| names.contains(name) || PAGING.contains(name))
}

fn count(number: &Value) -> usize {
    usize::try_from(number.as_u64().unwrap()).unwrap()
}
