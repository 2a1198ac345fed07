use super::*;
use crate::meta::{FieldChange, MetaValue};
use crate::values::tag::Tag;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000).unwrap()
}

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

fn tags(names: &[&str]) -> Tags {
    Tags::new(names.iter().map(|name| Tag::parse(name).unwrap())).unwrap()
}

fn draft() -> LeadDraft {
    LeadDraft {
        name: Name::parse("Ada").unwrap(),
        email: Some(Email::parse("ada@x.example").unwrap()),
        phone: Some(Phone::parse("112").unwrap()),
        company: Some(Company::parse("Engines").unwrap()),
        status: LeadStatus::InProgress,
        source: Source::parse("Fair").unwrap(),
        tags: tags(&["vip"]),
        archived: false,
    }
}

fn lead() -> Lead {
    Lead::create(LeadId::from_uuid(Uuid::from_u128(1)), draft(), Some(user(7)), at(10))
}

fn keep() -> LeadPatch {
    LeadPatch { ..LeadPatch::default() }
}

fn change(field: &str, from: impl Into<MetaValue>, to: impl Into<MetaValue>) -> FieldChange {
    FieldChange { field: field.to_owned(), from: from.into(), to: to.into() }
}

#[test]
fn a_new_lead_is_what_its_draft_says_and_nobodys_customer() {
    let lead = lead();
    assert_eq!(lead.status, LeadStatus::InProgress);
    assert_eq!(lead.owner, Some(user(7)));
    assert_eq!(lead.customer, None);
    assert_eq!((lead.created_at, lead.updated_at), (at(10), at(10)));
    assert!(Lead::create(lead.id, LeadDraft { archived: true, ..draft() }, None, at(10)).archived);
}

#[test]
fn a_patch_that_keeps_everything_changes_only_the_moment() {
    assert_eq!(lead().edit(keep(), at(11)), Lead { updated_at: at(11), ..lead() });
}

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    let patch = LeadPatch { name: Patch::Set(Name::parse("Grace").unwrap()), ..keep() };
    let edited = Lead { name: Name::parse("Grace").unwrap(), updated_at: at(11), ..lead() };
    assert_eq!(lead().edit(patch, at(11)), edited);
}

#[test]
fn what_is_cleared_is_empty_and_a_cleared_source_is_unknown() {
    let patch = LeadPatch {
        email: NullablePatch::Clear,
        phone: NullablePatch::Clear,
        company: NullablePatch::Clear,
        source: NullablePatch::Clear,
        tags: Patch::Set(Tags::none()),
        owner: NullablePatch::Clear,
        ..keep()
    };
    let edited = Lead {
        email: None,
        phone: None,
        company: None,
        source: Source::default(),
        tags: Tags::none(),
        owner: None,
        updated_at: at(11),
        ..lead()
    };
    assert_eq!(lead().edit(patch, at(11)), edited);
}

#[test]
fn a_leads_moment_of_change_never_goes_backwards() {
    assert_eq!(lead().edit(keep(), at(9)).updated_at, at(10));
    assert_eq!(lead().archive(at(9)).updated_at, at(10));
    assert_eq!(lead().unarchive(at(9)).updated_at, at(10));
    assert_eq!(lead().reassign(None, at(9)).updated_at, at(10));
    let (lead, _) = lead().convert(CustomerId::from_uuid(Uuid::nil()), user(7), at(9)).unwrap();
    assert_eq!(lead.updated_at, at(10));
}

#[test]
fn a_lead_is_put_away_and_taken_back() {
    let away = lead().archive(at(11));
    assert_eq!(away, Lead { archived: true, updated_at: at(11), ..lead() });
    assert_eq!(away.unarchive(at(12)), Lead { updated_at: at(12), ..lead() });
}

#[test]
fn a_lead_changes_hands() {
    assert_eq!(lead().reassign(Some(user(8)), at(11)).owner, Some(user(8)));
    assert_eq!(lead().reassign(None, at(11)).owner, None);
}

#[test]
fn a_won_lead_leaves_a_customer_with_its_name_address_and_tags() {
    let id = CustomerId::from_uuid(Uuid::from_u128(2));
    let (won, customer) = lead().convert(id, user(8), at(11)).unwrap();
    assert_eq!(won, Lead { status: LeadStatus::ClosedWon, customer: Some(id), updated_at: at(11), ..lead() });
    assert_eq!(
        customer,
        Customer {
            id,
            name: Name::parse("Ada").unwrap(),
            company: Some(Company::parse("Engines").unwrap()),
            email: Some(Email::parse("ada@x.example").unwrap()),
            phone: Some(Phone::parse("112").unwrap()),
            tags: tags(&["vip", "converted"]),
            owner: user(8),
            lead: Some(lead().id),
            notes_count: 0,
            created_at: at(11),
            updated_at: at(11),
        }
    );
}

#[test]
fn a_lead_converts_once_for_ever() {
    let id = CustomerId::from_uuid(Uuid::from_u128(2));
    let (won, _) = lead().convert(id, user(7), at(11)).unwrap();
    let reopened = won.edit(LeadPatch { status: Patch::Set(LeadStatus::New), ..keep() }, at(12));
    let again = reopened.convert(CustomerId::from_uuid(Uuid::from_u128(3)), user(7), at(13));
    assert_eq!(again.unwrap_err(), Refusal::AlreadyConverted(id));
}

#[test]
fn the_status_of_a_converted_lead_is_changed_to_closed_won_only() {
    let at_status = |status, customer| Lead { status, customer, ..lead() };
    let customer = CustomerId::from_uuid(Uuid::from_u128(2));
    for before in LeadStatus::ALL {
        for after in LeadStatus::ALL {
            let check =
                |customer| at_status(before, customer).check_status_change(&at_status(after, customer));
            let is_allowed = after == before || after == LeadStatus::ClosedWon;
            let refused = Err(Refusal::AlreadyConverted(customer));
            assert_eq!(
                check(Some(customer)),
                if is_allowed { Ok(()) } else { refused },
                "{before:?} {after:?}"
            );
            assert_eq!(check(None), Ok(()), "not converted");
        }
    }
}

#[test]
fn an_archived_lead_converts_and_stays_archived() {
    let id = CustomerId::from_uuid(Uuid::from_u128(2));
    let (won, _) = lead().archive(at(11)).convert(id, user(7), at(12)).unwrap();
    assert!(won.archived);
}

#[test]
fn differences_are_told_under_the_names_of_the_wire() {
    let customer = CustomerId::from_uuid(Uuid::from_u128(2));
    let after = Lead {
        name: Name::parse("Grace").unwrap(),
        email: None,
        phone: Some(Phone::parse("110").unwrap()),
        company: None,
        status: LeadStatus::ClosedWon,
        source: Source::default(),
        tags: Tags::none(),
        owner: None,
        archived: true,
        customer: Some(customer),
        updated_at: at(11),
        ..lead()
    };
    assert_eq!(
        lead().differences(&after).changes(),
        [
            change("name", "Ada", "Grace"),
            change("email", "ada@x.example", MetaValue::Nothing),
            change("phone", "112", "110"),
            change("company", "Engines", MetaValue::Nothing),
            change("status", "In Progress", "Closed Won"),
            change("source", "Fair", "Unknown"),
            change("tags", vec!["vip".to_owned()], Vec::new()),
            change("assignedAgent", user(7).to_string(), MetaValue::Nothing),
            change("archived", false, true),
            change("customerId", MetaValue::Nothing, customer.to_string()),
        ]
    );
}

#[test]
fn a_later_moment_alone_is_no_difference() {
    assert!(lead().differences(&Lead { updated_at: at(99), ..lead() }).is_empty());
}

#[test]
fn a_search_looks_into_five_texts() {
    use SearchField::{Phone, Text};
    assert_eq!(
        lead().search_fields(),
        [Text("Ada"), Text("ada@x.example"), Phone("112"), Text("Engines"), Text("Fair")]
    );
    let bare = Lead { email: None, phone: None, company: None, ..lead() };
    assert_eq!(bare.search_fields(), [Text("Ada"), Text(""), Phone(""), Text(""), Text("Fair")]);
}

#[test]
fn a_status_is_read_exactly_as_it_is_written() {
    for status in LeadStatus::ALL {
        assert_eq!(LeadStatus::parse(status.as_str()), Ok(status));
    }
    for text in ["new", "InProgress", "In progress", " New", "Won", ""] {
        let flaw = LeadStatus::parse(text).unwrap_err();
        assert_eq!(flaw.msg, "must be one of: New, In Progress, Closed Won, Closed Lost", "{text}");
    }
}
