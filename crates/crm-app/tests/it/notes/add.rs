use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::notes::add::{NoteAdded, add};
use crm_app::precondition::Precondition;
use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::meta::Meta;
use crm_domain::note::Note;
use crm_domain::raw::Members;
use crm_domain::version::{Replace, Version};

use crate::support::said::{corrupt, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts, unknown};

#[tokio::test]
async fn a_note_is_written_with_its_customers_next_version_and_one_event() {
    let mut stage = Stage::new();
    let customer = Customer { notes_count: 5, ..stage.make.customer("Ada", stage.ann.id) };
    let earlier: Vec<Note> =
        (0..5).map(|_| stage.make.note(customer.id, stage.bob.id, "old")).rev().collect();
    let before = stored(&customer, 4);
    stage.holds_customer(&before, &earlier);
    let written = stage.applies();
    let now = stage.make.tick();
    let id = customer.id;
    let body = texts([("text", " met\r\nher "), ("author", "x")]);
    let answer = add(&stage.ctx(), &stage.ann(), &id.to_string(), body, &Precondition::None).await.unwrap();
    let note = Note { id: minted(1), ..stage.make.note(id, stage.ann.id, "met\nher") };
    let latest = std::iter::once(note.clone()).chain(earlier[..4].to_vec()).collect();
    assert_eq!(answer, NoteAdded { note: note.clone(), latest });
    let after = Customer { notes_count: 6, updated_at: now, ..customer };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            changes: vec![Change::PutCustomer(Replace { before, after }), Change::InsertNote(note.clone())],
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(3),
                meta: Meta::new().compare("noteId", None, Some(note.id.to_string())).compare(
                    "notesCount",
                    5,
                    6
                ),
                ..stage.event(
                    &stage.ann,
                    ActivityType::CustomerNoteAdded,
                    (EntityRef::Customer(id), 5),
                    "Note added to customer \"Ada\"",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_note_is_never_older_than_its_customers_last_change() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    stage.holds_customer(&stored(&customer, 1), &[]);
    stage.applies();
    stage.make.clock.set(customer.updated_at.minus(std::time::Duration::from_secs(1)));
    let (id, body) = (customer.id.to_string(), texts([("text", "met")]));
    let answer = add(&stage.ctx(), &stage.ann(), &id, body, &Precondition::None).await.unwrap();
    assert_eq!(answer.note.created_at, customer.updated_at);
}

#[tokio::test]
async fn a_note_upon_what_changed_meanwhile_is_decided_anew() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    let old = stored(&customer, 1);
    stage
        .customers
        .expect_customer_with_notes()
        .times(1)
        .returning(move |_, _, _| Ok(crm_domain::access::scope::Sight::Seen((old.clone(), Vec::new()))));
    let rival = stage.make.note(customer.id, stage.ann.id, "first");
    let fresh = Customer { notes_count: 1, ..customer };
    stage.holds_customer(&stored(&fresh, 2), std::slice::from_ref(&rival));
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let (id, body) = (fresh.id.to_string(), texts([("text", "second")]));
    let answer = add(&stage.ctx(), &stage.ann(), &id, body, &Precondition::None).await.unwrap();
    assert_eq!(answer.latest, [answer.note.clone(), rival]);
    assert_eq!(written.all()[1].events[0].entity_version, Version::new(3));
}

#[tokio::test]
async fn checks_come_in_order_and_the_version_last() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    stage.holds_customer(&stored(&customer, 2), &[]);
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), customer.id.to_string());
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    let body = || texts([("text", "met")]);
    assert_eq!(
        why(add(&ctx, &ann, "7", texts([("txt", "met")]), &outdated).await),
        "txt: unknown_member, id: invalid, text: required"
    );
    let unknown = unknown();
    assert_eq!(why(add(&ctx, &ann, &unknown, body(), &outdated).await), "no customer");
    assert_eq!(why(add(&ctx, &stage.bob(), &id, body(), &outdated).await), "not owner of customer");
    assert_eq!(why(add(&ctx, &ann, &id, body(), &outdated).await), "at version 2");
    assert_eq!(why(add(&ctx, &Actor::system("tests"), &id, body(), &outdated).await), "denied");
    let blank = texts([("text", " \n ")]);
    assert_eq!(why(add(&ctx, &ann, &id, blank, &Precondition::None).await), "text: required");
}

#[tokio::test]
async fn a_customer_that_cannot_be_read_gets_no_note() {
    let mut stage = Stage::new();
    stage.customers.expect_customer_with_notes().returning(|_, _, _| Err(corrupt("customer")));
    let id = unknown();
    let body = texts([("text", "met")]);
    let answer = add(&stage.ctx(), &stage.ann(), &id, body, &Precondition::None).await;
    assert_eq!(why(answer), "corrupt customer x");
    let missing = add(&stage.ctx(), &stage.ann(), &id, Members::new(), &Precondition::None).await;
    assert_eq!(why(missing), "text: required");
}
