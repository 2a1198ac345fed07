use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_app::paging::cursor::{SortField, decode, encode};
use crm_app::paging::{Direction, Position, PositionKey, Sort};
use crm_app::query::activities::{ByCreation, ByMoment};
use crm_app::query::customers::CustomerSort;
use crm_app::query::leads::LeadSort;
use crm_app::query::tasks::TaskSort;
use crm_app::query::users::UserSort;
use crm_domain::fold::{FOLD_VERSION, fold};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::name::Name;
use proptest::prelude::*;
use uuid::Uuid;

const BY_NAME: Sort<LeadSort> = Sort { by: LeadSort::Name, direction: Direction::Ascending };
const BY_CHANGE: Sort<LeadSort> = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };
const BY_PRIORITY: Sort<TaskSort> = Sort { by: TaskSort::Priority, direction: Direction::Ascending };

fn at(key: PositionKey) -> Position {
    Position { key, id: Uuid::from_u128(7) }
}

fn text(text: &str) -> Position {
    at(PositionKey::Text(text.to_owned()))
}

fn bytes(of: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(of.concat())
}

proptest! {
    #[test]
    fn a_cursor_leads_back_to_its_position(
        id in any::<u128>(),
        millis in Timestamp::MIN.millis()..=Timestamp::MAX.millis(),
        text in "\\PC{0,200}",
        rank in any::<u8>(),
    ) {
        let id = Uuid::from_u128(id);
        let time = Position { key: PositionKey::Time(Timestamp::from_millis(millis).unwrap()), id };
        prop_assert_eq!(decode(BY_CHANGE, &encode(BY_CHANGE, &time)), Ok(time));
        let name = Position { key: PositionKey::Text(fold(&text)), id };
        prop_assert_eq!(decode(BY_NAME, &encode(BY_NAME, &name)), Ok(name));
        let rank = Position { key: PositionKey::Rank(rank), id };
        prop_assert_eq!(decode(BY_PRIORITY, &encode(BY_PRIORITY, &rank)), Ok(rank));
    }

    #[test]
    fn no_text_whatsoever_is_more_than_invalid(text in "\\PC{0,80}", raw in prop::collection::vec(any::<u8>(), 0..60)) {
        for text in [text, URL_SAFE_NO_PAD.encode(&raw), bytes(&[&[1, 2], &raw])] {
            for verdict in [decode(BY_CHANGE, &text).err(), decode(BY_NAME, &text).err()] {
                prop_assert!(verdict.is_none_or(|flaw| flaw.code == "invalid"));
            }
        }
    }
}

#[test]
fn a_cursor_fits_a_url_as_it_is() {
    let cursor = encode(BY_NAME, &text("??>>~~ä\u{10ffff}"));
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
}

#[test]
fn the_longest_names_there_are_can_be_walked_over() {
    for widest in ["\u{fdfa}", "\u{d4db}", "\u{10fffd}", "\u{1d165}"] {
        let name = Name::parse(&widest.repeat(200)).unwrap();
        let position = text(&fold(name.as_str()));
        assert_eq!(decode(BY_NAME, &encode(BY_NAME, &position)), Ok(position), "{widest}");
    }
}

#[test]
fn a_cursor_belongs_to_one_order_of_one_list() {
    let time = at(PositionKey::Time(Timestamp::MIN));
    let flaw = "belongs to a list in another order: keep sort as it was";
    let cursor = encode(BY_CHANGE, &time);
    let ascending = Sort { direction: Direction::Ascending, ..BY_CHANGE };
    assert_eq!(decode(ascending, &cursor).unwrap_err().msg, flaw);
    let by_creation = Sort { by: LeadSort::CreatedAt, ..BY_CHANGE };
    assert_eq!(decode(by_creation, &cursor).unwrap_err().msg, flaw);
    let customers = Sort { by: CustomerSort::UpdatedAt, direction: Direction::Descending };
    assert_eq!(decode(customers, &cursor).unwrap_err().msg, flaw);
}

#[test]
fn no_two_orders_share_a_tag() {
    let mut tags = vec![ByMoment.tag(), ByCreation.tag()];
    tags.extend([LeadSort::UpdatedAt, LeadSort::CreatedAt, LeadSort::Name].map(LeadSort::tag));
    tags.extend(
        [CustomerSort::UpdatedAt, CustomerSort::CreatedAt, CustomerSort::Name].map(CustomerSort::tag),
    );
    tags.extend(
        [TaskSort::DueDate, TaskSort::CreatedAt, TaskSort::UpdatedAt, TaskSort::Priority].map(TaskSort::tag),
    );
    tags.extend([UserSort::CreatedAt, UserSort::Name, UserSort::Email].map(UserSort::tag));
    let count = tags.len();
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), count);
    assert!(tags.iter().all(|tag| *tag < 128), "the direction needs a bit");
}

#[test]
fn a_name_cursor_of_another_normalization_is_refused() {
    let (tag, id) = ([LeadSort::Name.tag() << 1], [7; 16]);
    let good = bytes(&[&[1], &tag, &id, &[3], &FOLD_VERSION.to_be_bytes(), b"ada"]);
    assert_eq!(good, encode(BY_NAME, &Position { id: Uuid::from_bytes(id), ..text("ada") }));
    for (what, old) in [
        ("without a version", bytes(&[&[1], &tag, &id, &[1], b"ada"])),
        ("of the version before", bytes(&[&[1], &tag, &id, &[3], &(FOLD_VERSION - 1).to_be_bytes(), b"ada"])),
        ("of a later version", bytes(&[&[1], &tag, &id, &[3], &(FOLD_VERSION + 1).to_be_bytes(), b"ada"])),
    ] {
        let flaw = decode(BY_NAME, &old).unwrap_err();
        assert_eq!(flaw.code, "invalid", "{what}");
        assert_eq!(
            flaw.msg, "was made before the sort order of texts changed: start again without a cursor",
            "{what}"
        );
    }
}

#[test]
fn a_forged_cursor_is_refused() {
    let id = [7; 16];
    let tag = [LeadSort::UpdatedAt.tag() << 1 | 1];
    let good = bytes(&[&[1], &tag, &id, &[0], &0_i64.to_be_bytes()]);
    let epoch =
        Position { key: PositionKey::Time(Timestamp::from_millis(0).unwrap()), id: Uuid::from_bytes(id) };
    assert_eq!(decode(BY_CHANGE, &good), Ok(epoch));
    for (what, forged) in [
        ("nothing", String::new()),
        ("no base64", format!("{good}!")),
        ("padded", format!("{good}=")),
        ("another format", bytes(&[&[2], &tag, &id, &[0], &0_i64.to_be_bytes()])),
        ("no tag", bytes(&[&[1]])),
        ("a short id", bytes(&[&[1], &tag, &id[1..]])),
        ("no key", bytes(&[&[1], &tag, &id])),
        ("an unknown kind of key", bytes(&[&[1], &tag, &id, &[9], &0_i64.to_be_bytes()])),
        ("a short moment", bytes(&[&[1], &tag, &id, &[0], &[0; 7]])),
        ("a long moment", bytes(&[&[1], &tag, &id, &[0], &[0; 9]])),
        ("a moment beyond time", bytes(&[&[1], &tag, &id, &[0], &i64::MAX.to_be_bytes()])),
        ("a text where a moment belongs", bytes(&[&[1], &tag, &id, &[3, 0, 0, 0, 2], b"x"])),
        ("a rank where a moment belongs", bytes(&[&[1], &tag, &id, &[2, 1]])),
        ("far too much", "A".repeat(12_001)),
    ] {
        assert_eq!(
            decode(BY_CHANGE, &forged).unwrap_err().msg,
            "must be a nextCursor of this list",
            "{what}"
        );
    }
    let tag = [LeadSort::Name.tag() << 1];
    let no_text = bytes(&[&[1], &tag, &id, &[3], &FOLD_VERSION.to_be_bytes(), &[0xff, 0xfe]]);
    assert_eq!(decode(BY_NAME, &no_text).unwrap_err().msg, "must be a nextCursor of this list");
    let tag = [TaskSort::Priority.tag() << 1];
    let long_rank = bytes(&[&[1], &tag, &id, &[2, 1, 1]]);
    assert!(decode(BY_PRIORITY, &long_rank).is_err());
}
