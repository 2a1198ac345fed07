//! The leads: names and firms that are common, and some that are not. Each follows from its number.

use bson::{DateTime, Document, doc};
use crm_domain::fold::{fold, search_key};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::variant::Variant;

/// How many share the leads.
pub(crate) const OWNERS: u64 = 20;

/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000;
const A_YEAR: i64 = 365 * 86_400_000;

const FIRST_NAMES: [&str; 32] = [
    "Ada",
    "Aino",
    "Amara",
    "Arjun",
    "Bjørn",
    "Carlos",
    "Chiara",
    "Dilara",
    "Elif",
    "Emeka",
    "Fatima",
    "François",
    "Grace",
    "Hiroshi",
    "Ingrid",
    "Isabel",
    "Jonas",
    "Kaito",
    "Lena",
    "Mateo",
    "Mei",
    "Nadia",
    "Olga",
    "Omar",
    "Priya",
    "Rafael",
    "Rosa",
    "Søren",
    "Sofia",
    "Tariq",
    "Viktor",
    "Zoë",
];
const LAST_NAMES: [&str; 32] = [
    "Almeida",
    "Andersson",
    "Bauer",
    "Bianchi",
    "Castillo",
    "Chen",
    "Dubois",
    "Eriksen",
    "Farah",
    "García",
    "Goldberg",
    "Haddad",
    "Hansen",
    "Horváth",
    "Ivanova",
    "Jansen",
    "Kamau",
    "Khan",
    "Kowalska",
    "Lindqvist",
    "Mendes",
    "Müller",
    "Nakamura",
    "Novák",
    "Okafor",
    "Patel",
    "Quispe",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Virtanen",
    "Weiß",
];
/// Names that few share are put together from these.
const SYLLABLES: [&str; 24] = [
    "ba", "ber", "chi", "dra", "el", "fen", "gor", "hal", "ik", "jo", "kar", "lo", "mar", "nik", "os", "pe",
    "qua", "rin", "ste", "to", "um", "vel", "wy", "zan",
];
const COMPANIES: [&str; 24] = [
    "Alder",
    "Ærø",
    "Bluebird",
    "Brightwater",
    "Cobalt",
    "Copperfield",
    "Dovetail",
    "Eastgate",
    "Fjord",
    "Granite",
    "Harbour",
    "Ironwood",
    "Juniper",
    "Kestrel",
    "Lakeshore",
    "Maple",
    "Northwind",
    "Old Mill",
    "Pinecrest",
    "Quarry",
    "Redwood",
    "Silverline",
    "Tidewater",
    "Willow",
];
const TRADES: [&str; 8] =
    ["Foods", "Labs", "Design", "Logistics", "Energy", "Robotics", "Shipping", "Health"];
/// In one of six leads each.
pub(crate) const FORMS: [&str; 6] = ["Ltd", "GmbH", "Inc.", "A/S", "S.p.A.", "SARL"];
/// In one of six leads each.
pub(crate) const SOURCES: [&str; 6] =
    ["Website", "Referral", "Trade fair", "Newsletter", "Cold call", "Partner"];
const STATUSES: [&str; 4] = ["New", "In Progress", "Closed Won", "Closed Lost"];

/// A lead.
pub(crate) struct Lead {
    number: u64,
    /// The first name.
    pub(crate) first: &'static str,
    /// The last name.
    pub(crate) last: String,
    /// The first word of its firm.
    pub(crate) company: &'static str,
    /// What stands before the at sign.
    pub(crate) mailbox: String,
    /// What it is searched in, folded.
    pub(crate) text: String,
    phone: String,
    firm: String,
    source: &'static str,
}

impl Lead {
    /// The lead with this number.
    pub(crate) fn new(number: u64) -> Self {
        let mut chance = StdRng::seed_from_u64(number);
        let first = pick(&mut chance, &FIRST_NAMES);
        let last = if chance.random_ratio(3, 10) {
            let parts: String = (0..3).map(|_| pick(&mut chance, &SYLLABLES)).collect();
            parts.get(..1).unwrap_or_default().to_uppercase() + parts.get(1..).unwrap_or_default()
        } else {
            pick(&mut chance, &LAST_NAMES).to_owned()
        };
        let company = pick(&mut chance, &COMPANIES);
        let firm = format!("{company} {} {}", pick(&mut chance, &TRADES), pick(&mut chance, &FORMS));
        let phone =
            format!("+1 555 01{:02} {:04}", chance.random_range(0..100), chance.random_range(0..10_000));
        let source = pick(&mut chance, &SOURCES);
        let mailbox = format!("{}.{}{number}", fold(first), fold(&last));
        let email = format!("{mailbox}@example.com");
        let name = format!("{first} {last}");
        let text = search_key([name.as_str(), &email, &phone, &firm, source]);
        Self { number, first, last, company, mailbox, text, phone, firm, source }
    }

    /// The document for a variant.
    pub(crate) fn document(&self, variant: Variant) -> Document {
        let mut chance = StdRng::seed_from_u64(!self.number);
        let created = BEGIN + chance.random_range(0..A_YEAR);
        let name = format!("{} {}", self.first, self.last);
        doc! {
            "_id": id(self.number),
            "version": 1_i64,
            "name": &name,
            "email": format!("{}@example.com", self.mailbox),
            "phone": &self.phone,
            "company": &self.firm,
            "status": pick(&mut chance, &STATUSES),
            "source": self.source,
            "tags": ["vip"],
            "owner": owner(chance.random_range(0..OWNERS)),
            "archived": chance.random_ratio(1, 10),
            "created_at": DateTime::from_millis(created),
            "updated_at": DateTime::from_millis(created + chance.random_range(0..A_YEAR)),
            "keys": {
                "name": fold(&name),
                "source": fold(self.source),
                "tags": ["vip"],
                "text": &self.text,
                "found": variant.found_by(&self.text),
            },
        }
    }
}

/// The id of a lead.
pub(crate) fn id(number: u64) -> bson::Uuid {
    let noise: u64 = StdRng::seed_from_u64(!number).random();
    let time = u64::try_from(BEGIN).unwrap_or(0) + number;
    bson::Uuid::from_bytes((u128::from(time) << 80 | u128::from(noise)).to_be_bytes())
}

/// The id of an owner.
pub(crate) fn owner(number: u64) -> bson::Uuid {
    id(u64::MAX / 2 + number)
}

/// What a change of status writes: none of the texts.
pub(crate) fn change_of_status(turn: u64) -> Document {
    let status = STATUSES.get(usize::try_from(turn % 4).unwrap_or(0)).copied().unwrap_or("New");
    let at = DateTime::from_millis(BEGIN + 2 * A_YEAR + i64::try_from(turn).unwrap_or(0));
    doc! { "$set": { "status": status, "updated_at": at }, "$inc": { "version": 1_i64 } }
}

fn pick(chance: &mut StdRng, from: &[&'static str]) -> &'static str {
    from.choose(chance).copied().unwrap_or("?")
}
