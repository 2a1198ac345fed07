//! What is asked for, a row of the table each.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::asker::{Asker, Who};
use crate::fill::Filled;
use crate::{Outcome, interrupt, wire};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "&'static str")]
pub(crate) enum Row {
    /// One lead with its history.
    Get,
    /// The first page of leads.
    Page,
    /// The first page of leads with a status.
    Status,
    /// A page of leads at four fifths of the list.
    Depth,
    /// The latest events.
    Activity,
    /// The dashboard.
    Dashboard,
    /// A search that finds a seventh of all leads.
    SearchCommon,
    /// A search that finds one lead.
    SearchRare,
    /// A search that finds none.
    SearchAbsent,
    /// A search for one character.
    SearchOne,
    /// A search for two characters.
    SearchTwo,
    /// The tasks that are overdue.
    Overdue,
    /// The first page of tasks.
    Tasks,
    /// One task.
    Task,
    /// The first page of customers.
    Customers,
    /// One customer with its latest notes.
    Customer,
    /// The notes of one customer.
    Notes,
    /// Who is signed in.
    Me,
    /// A new lead.
    Create,
    /// A new lead of one of all agents, each signed in.
    CreateSpread,
    /// Another source for a lead.
    Change,
}

/// What is sent for a row, in turn, and the status of each answer.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The requests.
    pub(crate) requests: Arc<[Vec<u8>]>,
    /// The status.
    pub(crate) status: u16,
}

/// So many different leads are made, again and again.
const CREATED: usize = 64;

impl Row {
    /// All, writes last: a lead that was changed has more events than those that are shown.
    pub(crate) const ALL: [Self; 21] = [
        Self::Get,
        Self::Page,
        Self::Status,
        Self::Depth,
        Self::Activity,
        Self::Dashboard,
        Self::SearchCommon,
        Self::SearchRare,
        Self::SearchAbsent,
        Self::SearchOne,
        Self::SearchTwo,
        Self::Overdue,
        Self::Tasks,
        Self::Task,
        Self::Customers,
        Self::Customer,
        Self::Notes,
        Self::Me,
        Self::Create,
        Self::CreateSpread,
        Self::Change,
    ];

    /// Who asks for it.
    pub(crate) fn askers(self) -> &'static [Who] {
        if self == Self::CreateSpread { &[Who::Agent] } else { &Who::ALL }
    }

    /// The name on the command line and in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Page => "page",
            Self::Status => "status",
            Self::Depth => "depth",
            Self::Activity => "activity",
            Self::Dashboard => "dashboard",
            Self::SearchCommon => "search-common",
            Self::SearchRare => "search-rare",
            Self::SearchAbsent => "search-absent",
            Self::SearchOne => "search-1",
            Self::SearchTwo => "search-2",
            Self::Overdue => "overdue",
            Self::Tasks => "tasks",
            Self::Task => "task",
            Self::Customers => "customers",
            Self::Customer => "customer",
            Self::Notes => "notes",
            Self::Me => "me",
            Self::Create => "create",
            Self::CreateSpread => "create-spread",
            Self::Change => "change",
        }
    }

    /// What is sent for it, tried once.
    ///
    /// # Errors
    /// An answer is not what the row is about.
    pub(crate) fn prepare(self, asker: &Asker, filled: &Filled) -> Outcome<Asked> {
        let path = match self {
            Self::Get => return self.gets(asker, filled),
            Self::Create => return Ok(creations(&[asker.token()])),
            Self::CreateSpread => {
                let tokens = asker.tokens_of_all_agents()?;
                return Ok(creations(&tokens.iter().map(String::as_str).collect::<Vec<_>>()));
            }
            Self::Change => return changes(asker, filled),
            Self::SearchRare => search(&email_of_one(asker, filled)?),
            Self::Depth => deep(asker)?,
            Self::Page => "/api/leads".to_owned(),
            Self::Status => "/api/leads?status=New".to_owned(),
            Self::Activity => "/api/activity".to_owned(),
            Self::Dashboard => "/api/dashboard".to_owned(),
            Self::SearchCommon => search("gmbh"),
            Self::SearchAbsent => search("qqxzvj"),
            Self::SearchOne => search("k"),
            Self::SearchTwo => search("ka"),
            Self::Overdue => "/api/tasks?due=overdue".to_owned(),
            Self::Tasks => "/api/tasks".to_owned(),
            Self::Task => format!("/api/tasks/{}", first_of(asker, "/api/tasks")?),
            Self::Customers => "/api/customers".to_owned(),
            Self::Customer => format!("/api/customers/{}", first_of(asker, "/api/customers")?),
            Self::Notes => format!("/api/customers/{}/notes", first_of(asker, "/api/customers")?),
            Self::Me => "/api/auth/me".to_owned(),
        };
        self.check(&path, &asker.read(&path)?)?;
        Ok(Asked { requests: [wire::get(&path, asker.token())].into(), status: 200 })
    }

    fn gets(self, asker: &Asker, filled: &Filled) -> Outcome<Asked> {
        let paths: Vec<String> = filled.shown.iter().map(|id| format!("/api/leads/{id}")).collect();
        let first = paths.first().ok_or("there is no lead with three events")?;
        self.check(first, &asker.read(first)?)?;
        let requests = paths.iter().map(|path| wire::get(path, asker.token())).collect();
        Ok(Asked { requests, status: 200 })
    }

    /// Whether an answer is what the row is about.
    fn check(self, path: &str, answer: &Value) -> Outcome<()> {
        let total = answer.get("total").and_then(Value::as_u64);
        let items = answer.get("items").and_then(Value::as_array).map(Vec::len);
        let fits = match self {
            Self::Get => answer.get("history").and_then(Value::as_array).is_some_and(|all| all.len() == 3),
            Self::Page | Self::Status | Self::Depth | Self::Tasks | Self::Customers => items > Some(0),
            Self::Task | Self::Customer | Self::Me => answer.get("id").is_some(),
            Self::Notes => items.is_some(),
            Self::Activity => answer.as_array().is_some_and(|events| events.len() == 10),
            Self::Dashboard => answer.get("totalLeads").and_then(Value::as_u64) > Some(0),
            Self::SearchRare => total == Some(1),
            Self::SearchAbsent => total == Some(0),
            Self::SearchCommon | Self::SearchOne | Self::SearchTwo | Self::Overdue => total.is_some(),
            Self::Create | Self::CreateSpread | Self::Change => true,
        };
        if fits { Ok(()) } else { Err(format!("{path} is not what is to be measured: {answer}").into()) }
    }
}

impl From<Row> for &'static str {
    fn from(row: Row) -> Self {
        row.name()
    }
}

fn search(term: &str) -> String {
    format!("/api/leads?q={term}")
}

/// New leads, of whoever have these tokens in turn.
fn creations(tokens: &[&str]) -> Asked {
    let requests = (0..CREATED).zip(tokens.iter().cycle()).map(|(number, token)| {
        let lead = json!({
            "name": format!("Wanjiru Lindqvist {number}"),
            "email": format!("wanjiru.lindqvist{number}@example.com"),
            "phone": format!("+1 555 0142 {number:04}"),
            "company": "Granite Peak GmbH",
            "source": "Trade fair",
            "tags": ["europe", "renewal"],
        });
        wire::post("/api/leads", Some(token), &lead)
    });
    Asked { requests: requests.collect(), status: 201 }
}

/// The latest leads get one source and then the other, again and again; those that are shown stay as they are.
fn changes(asker: &Asker, filled: &Filled) -> Outcome<Asked> {
    let mut others = not_shown(asker, filled)?;
    if others.is_empty() {
        // A small store in which no other row has made leads.
        for number in 0..100 {
            asker.make("/api/leads", &json!({ "name": format!("To be changed {number}") }))?;
        }
        others = not_shown(asker, filled)?;
    }
    let mut requests = Vec::new();
    for source in ["Trade fair", "Referral"] {
        for id in &others {
            let change = json!({ "source": source });
            requests.push(wire::patch(&format!("/api/leads/{id}"), asker.token(), &change));
        }
    }
    Ok(Asked { requests: requests.into(), status: 200 })
}

/// Those of the latest hundred that no other row asks for.
fn not_shown(asker: &Asker, filled: &Filled) -> Outcome<Vec<String>> {
    let page = asker.read("/api/leads?limit=100")?;
    let leads = page.get("items").and_then(Value::as_array).ok_or("there are no leads")?;
    let ids = leads.iter().filter_map(|lead| lead.get("id")?.as_str()).map(str::to_owned);
    Ok(ids.filter(|id| !filled.shown.iter().any(|shown| shown.to_string() == *id)).collect())
}

fn first_of(asker: &Asker, list: &str) -> Outcome<String> {
    let page = asker.read(list)?;
    let id = page.pointer("/items/0/id").and_then(Value::as_str);
    Ok(id.ok_or_else(|| format!("{list} is empty"))?.to_owned())
}

fn email_of_one(asker: &Asker, filled: &Filled) -> Outcome<String> {
    let middle = filled.shown.get(filled.shown.len() / 2).ok_or("there is no lead with three events")?;
    let lead = asker.read(&format!("/api/leads/{middle}"))?;
    Ok(lead.get("email").and_then(Value::as_str).ok_or("the lead has no email")?.to_owned())
}

/// The page that begins behind four fifths of the list, walked to by its cursors.
fn deep(asker: &Asker) -> Outcome<String> {
    let mut path = "/api/leads?limit=100".to_owned();
    let mut passed = 0;
    loop {
        let page = asker.read(&path)?;
        let total = page.get("total").and_then(Value::as_u64).ok_or("the list has no total")?;
        // A small list is walked in small steps, so that something is left behind them.
        let limit = (total / 10).clamp(1, 100);
        let items = page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        if passed == 0 && limit < 100 && !path.ends_with(&format!("={limit}")) {
            path = format!("/api/leads?limit={limit}");
            continue;
        }
        passed += u64::try_from(items)?;
        let cursor = page.get("nextCursor").and_then(Value::as_str).ok_or("the list ends too soon")?;
        if passed * 5 >= total * 4 {
            return Ok(format!("/api/leads?limit=10&cursor={cursor}"));
        }
        path = format!("/api/leads?limit={limit}&cursor={cursor}");
        interrupt::check()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_name_of_its_own() {
        for row in Row::ALL {
            assert_eq!(Row::ALL.iter().filter(|other| other.name() == row.name()).count(), 1, "{row:?}");
        }
    }
}
