//! What became of each record: counted by kind, and told one by one where there is something to tell.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

/// The kinds of things that a database of the Node.js backend holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Accounts.
    User,
    /// Leads.
    Lead,
    /// Entries of the leads' histories.
    HistoryEntry,
    /// Customers.
    Customer,
    /// Notes on customers.
    Note,
    /// Deals of customers.
    Deal,
    /// Tasks.
    Task,
    /// Events of the feed.
    Activity,
}

impl Kind {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::User,
        Self::Lead,
        Self::HistoryEntry,
        Self::Customer,
        Self::Note,
        Self::Deal,
        Self::Task,
        Self::Activity,
    ];

    /// One of them, in words.
    pub fn one(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Lead => "lead",
            Self::HistoryEntry => "history entry",
            Self::Customer => "customer",
            Self::Note => "note",
            Self::Deal => "deal",
            Self::Task => "task",
            Self::Activity => "activity",
        }
    }

    /// Several of them, in words.
    pub fn many(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Lead => "leads",
            Self::HistoryEntry => "history entries",
            Self::Customer => "customers",
            Self::Note => "notes",
            Self::Deal => "deals",
            Self::Task => "tasks",
            Self::Activity => "activities",
        }
    }
}

/// What became of something that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken over, but not as it was.
    Mended,
    /// It was here already, from an earlier import, or is represented by something that was.
    AlreadyThere,
    /// It was left out.
    LeftOut,
}

impl Outcome {
    /// For programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mended => "mended",
            Self::AlreadyThere => "already_there",
            Self::LeftOut => "left_out",
        }
    }
}

/// One thing to tell of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its id in the old database: 24 hexadecimal digits, unless it had none.
    pub id: String,
    /// What it is called: a name, an email, a title.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// What stood there, if it was not taken over as it was. Never anything of an account but its name and email.
    pub value: Option<String>,
    /// Why, in words that go on where the field ends.
    pub why: String,
}

impl Finding {
    /// The finding as a line of JSON.
    pub fn to_json(&self) -> String {
        json!({
            "kind": self.kind.one(),
            "id": self.id,
            "name": self.name,
            "outcome": self.outcome.as_str(),
            "field": self.field,
            "value": self.value,
            "why": self.why,
        })
        .to_string()
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let outcome = match self.outcome {
            Outcome::Mended => "mended",
            Outcome::AlreadyThere => "already there",
            Outcome::LeftOut => "left out",
        };
        write!(f, "{} {} {:?}, {outcome}: ", self.kind.one(), self.id, self.name)?;
        match &self.field {
            Some(field) => write!(f, "{field} {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

/// How many things of one kind became what. `read` is the sum of `taken`, `already_there` and `left_out`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Found in the old database.
    pub read: u64,
    /// Taken over.
    pub taken: u64,
    /// Of those, not as they were.
    pub mended: u64,
    /// Here already.
    pub already_there: u64,
    /// Left out.
    pub left_out: u64,
}

/// What became of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    counts: BTreeMap<Kind, Counts>,
    findings: Vec<Finding>,
}

/// Something that was read, with what is to be told of it once it is known what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    kind: Kind,
    id: String,
    name: String,
    remarks: Vec<Remark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Remark {
    field: Option<String>,
    value: Option<String>,
    why: String,
}

impl Item {
    /// Something with this id in the old database.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), name: String::new(), remarks: Vec::new() }
    }

    /// What it is called.
    pub fn called(&mut self, name: &str) {
        self.name = name.chars().take(80).collect();
    }

    /// A field is not taken over as it was.
    pub fn field(&mut self, field: &str, value: Option<&str>, why: impl Into<String>) {
        let value = value.map(|value| value.chars().take(1_000).collect());
        self.remarks.push(Remark { field: Some(field.to_owned()), value, why: why.into() });
    }

    /// Something else is not as it was.
    pub fn remark(&mut self, why: impl Into<String>) {
        self.remarks.push(Remark { field: None, value: None, why: why.into() });
    }
}

impl Report {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// It is taken over.
    pub fn taken(&mut self, item: Item) {
        let counts = self.counted(item.kind);
        counts.taken += 1;
        if !item.remarks.is_empty() {
            counts.mended += 1;
        }
        let Item { kind, id, name, remarks } = item;
        self.findings.extend(remarks.into_iter().map(|remark| Finding {
            kind,
            id: id.clone(),
            name: name.clone(),
            outcome: Outcome::Mended,
            field: remark.field,
            value: remark.value,
            why: remark.why,
        }));
    }

    /// It is here already, as it was taken over or as it was changed since.
    pub fn already_there(&mut self, item: &Item) {
        self.counted(item.kind).already_there += 1;
    }

    /// Something else that is here already stands for it.
    pub fn represented(&mut self, item: Item, why: impl Into<String>) {
        self.counted(item.kind).already_there += 1;
        self.tell(item, Outcome::AlreadyThere, why.into());
    }

    /// It is left out.
    pub fn left_out(&mut self, item: Item, why: impl Into<String>) {
        self.counted(item.kind).left_out += 1;
        self.tell(item, Outcome::LeftOut, why.into());
    }

    /// How many of a kind became what.
    pub fn counts(&self, kind: Kind) -> Counts {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Everything that there is to tell, in the order in which it was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether anything was left out.
    pub fn is_complete(&self) -> bool {
        self.counts.values().all(|counts| counts.left_out == 0)
    }

    /// Writes all findings, one line of JSON each.
    ///
    /// # Errors
    /// What writing to `to` gives.
    pub fn write_lines(&self, mut to: impl Write) -> io::Result<()> {
        for finding in &self.findings {
            writeln!(to, "{}", finding.to_json())?;
        }
        to.flush()
    }

    fn counted(&mut self, kind: Kind) -> &mut Counts {
        let counts = self.counts.entry(kind).or_default();
        counts.read += 1;
        counts
    }

    fn tell(&mut self, item: Item, outcome: Outcome, why: String) {
        let Item { kind, id, name, remarks } = item;
        let remarks: Vec<String> = remarks
            .into_iter()
            .map(|remark| match remark.field {
                Some(field) => format!("{field} {}", remark.why),
                None => remark.why,
            })
            .collect();
        let why = if remarks.is_empty() { why } else { format!("{why} ({})", remarks.join("; ")) };
        self.findings.push(Finding { kind, id, name, outcome, field: None, value: None, why });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        let mut item = Item::new(Kind::Lead, "68b5f0c1a2b3c4d5e6f70819");
        item.called("Ada");
        item
    }

    #[test]
    fn what_was_read_was_taken_or_there_or_left_out() {
        let mut report = Report::new();
        report.taken(item());
        let mut mended = item();
        mended.field("email", Some("ada at x"), "is no address and was left out");
        mended.remark("was converted twice");
        report.taken(mended);
        report.already_there(&item());
        report.represented(item(), "another stands for it");
        assert!(report.is_complete());
        report.left_out(item(), "it has no owner");
        let counts = Counts { read: 5, taken: 2, mended: 1, already_there: 2, left_out: 1 };
        assert_eq!(report.counts(Kind::Lead), counts);
        assert_eq!(report.counts(Kind::Task), Counts::default());
        assert!(!report.is_complete());
        assert_eq!(report.findings().len(), 4);
    }

    #[test]
    fn a_finding_is_a_line_for_people_and_one_for_programs() {
        let mut report = Report::new();
        let mut mended = item();
        mended.field("email", Some("ada\nat x"), "is no address and was left out");
        report.taken(mended);
        let finding = &report.findings()[0];
        assert_eq!(
            finding.to_string(),
            "lead 68b5f0c1a2b3c4d5e6f70819 \"Ada\", mended: email is no address and was left out"
        );
        let mut lines = Vec::new();
        report.write_lines(&mut lines).unwrap();
        assert_eq!(
            String::from_utf8(lines).unwrap(),
            "{\"kind\":\"lead\",\"id\":\"68b5f0c1a2b3c4d5e6f70819\",\"name\":\"Ada\",\"outcome\":\"mended\",\
             \"field\":\"email\",\"value\":\"ada\\nat x\",\"why\":\"is no address and was left out\"}\n"
        );
    }
}
