//! Records as lines, and back.

use crm_app::archive::lines::{read, write};
use crm_app::archive::{Batch, Event, Kind, SignIn};
use crm_app::commit::replay::{Replay, ReplayKey};
use crm_app::ports::workspace::Workspace;
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::meta::{FieldChange, Meta, MetaValue};
use crm_domain::timestamp::Timestamp;
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::version::{Version, Versioned};
use crm_testkit::fixtures::Maker;

/// One record of each kind with a value in every field, then one with as little as there can be.
fn records() -> Vec<Batch> {
    let make = Maker::new();
    let (full, minimal) = (make.full_user(), make.minimal_user());
    let stored = Version::new(u64::from(u32::MAX) + 7);
    let values = [
        MetaValue::Nothing,
        MetaValue::Flag(true),
        MetaValue::Number(u64::MAX),
        MetaValue::Text("null".to_owned()),
        MetaValue::Texts(vec![String::new(), "\"\n".to_owned()]),
        MetaValue::Texts(Vec::new()),
    ];
    let change = |value: &MetaValue| FieldChange {
        field: "x".to_owned(),
        from: value.clone(),
        to: MetaValue::Text(String::new()),
    };
    let event = Event {
        activity: crm_domain::activity::Activity {
            meta: Meta::stored(values.iter().map(change).collect()),
            ..make.full_event(make.mint(), stored, &[full.id, minimal.id])
        },
        commit: make.mint(),
        ordinal: 3,
    };
    let replay = Replay {
        key: ReplayKey { user: full.id, target: "POST /x".to_owned(), key: "ä\n".to_owned() },
        body_hash: [0xfe; 32],
        status: 201,
        body: vec![0, 255, 128],
        etag: Some("\"7-x\"".to_owned()),
        location: None,
        expires_at: Timestamp::MAX,
    };
    let customer = make.full_customer(full.id);
    vec![
        Batch::Workspace(Workspace {
            calendar: Calendar::parse("Asia/Kathmandu").unwrap(),
            set_up: true,
            setup_token: None,
        }),
        Batch::Leads(vec![Versioned::stored(make.full_lead(full.id), stored)]),
        Batch::Leads(vec![Versioned::stored(make.minimal_lead(None), Version::FIRST)]),
        Batch::Customers(vec![Versioned::stored(customer.clone(), stored)]),
        Batch::Customers(vec![Versioned::stored(make.minimal_customer(full.id), Version::FIRST)]),
        Batch::Cleanups(vec![CustomerCleanup {
            customer: customer.id,
            deleted_by: full.id,
            deleted_at: Timestamp::MIN,
        }]),
        Batch::Notes(vec![make.full_note(customer.id, full.id)]),
        Batch::Notes(vec![make.minimal_note(customer.id, full.id)]),
        Batch::Tasks(vec![Versioned::stored(make.full_task(full.id), stored)]),
        Batch::Tasks(vec![Versioned::stored(make.minimal_task(full.id), Version::FIRST)]),
        Batch::Transfers(vec![Transfer {
            from: full.id,
            to: minimal.id,
            by: full.id,
            begun_at: Timestamp::MIN,
            moved: Moved { leads: u64::MAX, customers: 1, tasks: 0 },
            finished_at: None,
        }]),
        Batch::Transfers(vec![Transfer {
            from: full.id,
            to: minimal.id,
            by: full.id,
            begun_at: Timestamp::MIN,
            moved: Moved::default(),
            finished_at: Some(Timestamp::MAX),
        }]),
        Batch::Events(vec![event]),
        Batch::Events(vec![Event {
            activity: make.minimal_event(make.mint(), Version::FIRST),
            commit: make.mint(),
            ordinal: 0,
        }]),
        Batch::Replays(vec![replay]),
        Batch::Sessions(vec![SignIn { session: make.full_session(&full), commit: make.mint() }]),
        Batch::Sessions(vec![SignIn { session: make.minimal_session(&full), commit: make.mint() }]),
        Batch::Users(vec![Versioned::stored(full, stored)]),
        Batch::Users(vec![Versioned::stored(minimal, Version::FIRST)]),
    ]
}

fn line(batch: &Batch) -> String {
    let mut bytes = Vec::new();
    write(batch, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_record_is_one_line_that_reads_back_equal() {
    for record in records() {
        let line = line(&record);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        assert!(line.starts_with(&format!("{{\"kind\":\"{}\",", record.kind().as_str())), "{line}");
        assert_eq!(read(line.as_bytes()).unwrap(), record);
    }
    let kinds: Vec<Kind> = records().iter().map(Batch::kind).collect();
    assert!(Kind::ALL.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
}

#[test]
fn several_records_are_as_many_lines_in_their_order() {
    let make = Maker::new();
    let leads: Vec<_> =
        ["a", "b"].map(|name| Versioned::stored(make.lead(name, None), Version::FIRST)).into();
    let both = line(&Batch::Leads(leads.clone()));
    let each: String = leads.into_iter().map(|lead| line(&Batch::Leads(vec![lead]))).collect();
    assert_eq!(both, each);
}

#[test]
fn what_is_no_record_is_not_taken_for_one() {
    let make = Maker::new();
    let user = make.user("x", Role::Agent);
    let good = line(&Batch::Users(vec![Versioned::stored(user, Version::FIRST)]));
    for bad in [
        String::new(),
        "{}".to_owned(),
        "{\"kind\":\"deal\"}".to_owned(),
        good.replace("agent", "owner"),
        good.replace("\"active\":true,", ""),
        good.replace("\"active\":true", "\"active\":true,\"more\":1"),
        good.replace("\"created_at\":\"", "\"created_at\":\"x"),
    ] {
        assert_ne!(bad, good);
        assert!(read(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn a_complaint_about_a_line_does_not_quote_it() {
    let make = Maker::new();
    let user = make.user("x", Role::Agent);
    let line = line(&Batch::Users(vec![Versioned::stored(user.clone(), Version::FIRST)]));
    let error = read(line.replace("\"role\":\"", "\"role\":\"secret ").as_bytes()).unwrap_err();
    let told = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(told.contains("role") && !told.contains("secret"), "{told}");
    assert!(!told.contains(user.password.expose()), "{told}");
}
