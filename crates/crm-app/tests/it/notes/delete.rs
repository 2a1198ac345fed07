use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::notes::delete::delete;
use crm_app::precondition::Precondition;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::meta::Meta;
use crm_domain::version::{Replace, Version};

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, unknown};

#[tokio::test]
async fn a_deleted_note_is_gone_with_its_customers_next_version_and_one_event() {
    let mut stage = Stage::new();
    let customer = Customer { notes_count: 1, ..stage.make.customer("Ada", stage.ann.id) };
    let note = stage.make.note(customer.id, stage.ann.id, "met");
    let before = stored(&customer, 4);
    stage.holds_customer(&before, std::slice::from_ref(&note));
    let written = stage.applies();
    let (id, own) = (customer.id, note.id);
    let ctx = stage.ctx();
    delete(&ctx, &stage.ann(), &id.to_string(), &own.to_string(), &Precondition::None).await.unwrap();
    let after = Customer { notes_count: 0, ..customer };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutCustomer(Replace { before, after }), Change::DeleteNote(note)],
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("noteId", Some(own.to_string()), None).compare("notesCount", 1, 0),
                ..stage.event(
                    &stage.ann,
                    ActivityType::CustomerNoteDeleted,
                    (EntityRef::Customer(id), 5),
                    "Note on customer \"Ada\" deleted",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_note_is_deleted_by_its_author_or_an_admin() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    let note = stage.make.note(customer.id, stage.bob.id, "met");
    stage.holds_customer(&stored(&customer, 4), std::slice::from_ref(&note));
    stage.applies();
    let (ctx, outdated) = (stage.ctx(), Precondition::OneOf(vec![Version::FIRST]));
    let (id, own) = (customer.id.to_string(), note.id.to_string());
    assert_eq!(why(delete(&ctx, &stage.ann(), &id, &own, &outdated).await), "denied");
    assert_eq!(why(delete(&ctx, &stage.bob(), &id, &own, &outdated).await), "not owner of customer");
    assert_eq!(why(delete(&ctx, &stage.root(), &id, &own, &outdated).await), "at version 4");
    let unknown = unknown();
    assert_eq!(why(delete(&ctx, &stage.ann(), &id, &unknown, &outdated).await), "no note");
    assert_eq!(why(delete(&ctx, &stage.ann(), "x", "y", &outdated).await), "id: invalid, noteId: invalid");
    delete(&ctx, &stage.root(), &id, &own, &Precondition::None).await.unwrap();
}

#[tokio::test]
async fn no_note_is_deleted_while_the_store_is_away() {
    let mut stage = Stage::new();
    stage.notes.expect_note().returning(|_, _, _| Err(unavailable()));
    let id = unknown();
    let answer = delete(&stage.ctx(), &stage.ann(), &id, &id, &Precondition::None).await;
    assert_eq!(why(answer), "store unavailable");
}
