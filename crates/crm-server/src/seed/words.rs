//! What sample data is made of.

use crm_domain::fold::fold;

use super::chance::Chance;

const FIRST_NAMES: [&str; 40] = [
    "Ada",
    "Aino",
    "Amara",
    "Anaïs",
    "Arjun",
    "Béla",
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
    "Łucja",
    "Mateo",
    "Mei",
    "Nadia",
    "Niamh",
    "Olga",
    "Omar",
    "Priya",
    "Rafael",
    "Rosa",
    "Søren",
    "Sofia",
    "Tariq",
    "Thảo",
    "Uma",
    "Viktor",
    "Wanjiru",
    "Yusuf",
    "Zoë",
];
const LAST_NAMES: [&str; 40] = [
    "Almeida",
    "Andersson",
    "Bauer",
    "Bianchi",
    "Castillo",
    "Chen",
    "Côté",
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
    "Łukasiewicz",
    "Mendes",
    "Müller",
    "Nakamura",
    "Nguyễn",
    "Novák",
    "Okafor",
    "Olsen",
    "Patel",
    "Quispe",
    "Rossi",
    "Sato",
    "Schmidt",
    "Silva",
    "Tanaka",
    "Ünal",
    "Virtanen",
    "Weiß",
    "Yılmaz",
];
const COMPANIES: [&str; 24] = [
    "Alder & Sons",
    "Ærø Shipping",
    "Bluebird Labs",
    "Brightwater",
    "Cobalt Works",
    "Copperfield",
    "Dovetail Design",
    "Eastgate",
    "Fjord Foods",
    "Granite Peak",
    "Harbour Lights",
    "Ironwood",
    "Juniper Health",
    "Kestrel Air",
    "Lakeshore Media",
    "Maple Logistics",
    "Northwind",
    "Old Mill Bakery",
    "Pinecrest",
    "Quarry Stone",
    "Redwood Robotics",
    "Silverline",
    "Tidewater",
    "Willow Energy",
];
const COMPANY_FORMS: [&str; 6] = ["Ltd", "GmbH", "Inc.", "A/S", "S.p.A.", "SARL"];
const SOURCES: [&str; 6] = ["Website", "Referral", "Trade fair", "Newsletter", "Cold call", "Partner"];
const TAGS: [&str; 8] =
    ["vip", "europe", "renewal", "enterprise", "startup", "reseller", "urgent", "training"];
const NOTES: [&str; 8] = [
    "Called and left a message.",
    "Prefers to be reached in the morning.",
    "Asked for a quote for twenty seats.",
    "Happy with the last delivery.\nWants to hear about the new version.",
    "Budget is decided in the next quarter.",
    "Met at the fair; brought a colleague from purchasing.",
    "The invoice goes to the office in town.",
    "Needs a reference from the same trade.",
];
const TITLES: [&str; 8] = [
    "Call about the offer",
    "Send the contract",
    "Prepare the demonstration",
    "Ask for a reference",
    "Follow up on the quote",
    "Book the meeting room",
    "Check the delivery date",
    "Write the renewal offer",
];

/// Somebody's name.
pub fn person(chance: &mut Chance) -> (&'static str, &'static str) {
    (chance.pick(&FIRST_NAMES, "Ada"), chance.pick(&LAST_NAMES, "Chen"))
}

/// A firm's name.
pub fn company(chance: &mut Chance) -> String {
    format!("{} {}", chance.pick(&COMPANIES, "Northwind"), chance.pick(&COMPANY_FORMS, "Ltd"))
}

/// An address of theirs that reaches nobody (RFC 2606).
pub fn email(first: &str, last: &str, number: u64) -> String {
    format!("{}.{}{number}@example.com", plain(first), plain(last))
}

/// A number that is kept for stories.
pub fn phone(chance: &mut Chance) -> String {
    format!("+1 555 01{:02} {:04}", chance.below(100), chance.below(10_000))
}

/// Where a lead came from.
pub fn source(chance: &mut Chance) -> &'static str {
    chance.pick(&SOURCES, "Website")
}

/// Up to two labels.
pub fn tags(chance: &mut Chance) -> Vec<&'static str> {
    (0..chance.below(3)).map(|_| chance.pick(&TAGS, "vip")).collect()
}

/// What somebody noted.
pub fn note(chance: &mut Chance) -> &'static str {
    chance.pick(&NOTES, "Called.")
}

/// What is to be done.
pub fn title(chance: &mut Chance) -> &'static str {
    chance.pick(&TITLES, "Call")
}

/// Letters that every mail server takes.
fn plain(name: &str) -> String {
    fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use crm_domain::values::email::Email;
    use crm_domain::values::phone::Phone;

    use super::super::chance::Kind;
    use super::*;

    #[test]
    fn every_name_makes_an_address_and_every_number_can_be_called() {
        for first in FIRST_NAMES {
            for last in LAST_NAMES {
                assert!(Email::parse(&email(first, last, 1)).is_ok(), "{first} {last}");
                assert!(plain(first).len() > 1 && plain(last).len() > 1, "{first} {last}");
            }
        }
        let mut chance = Chance::of(1, Kind::Lead, 1);
        assert!((0..100).all(|_| Phone::parse(&phone(&mut chance)).is_ok()));
    }
}
