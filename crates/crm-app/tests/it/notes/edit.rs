use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::notes::edit::edit;
use crm_app::precondition::Precondition;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::meta::Meta;
use crm_domain::note::Note;
use crm_domain::raw::{Members, Raw};
use crm_domain::values::prose::Prose;
use crm_domain::version::{Replace, Version, Versioned};

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts, unknown};

/// A customer of Ann's at version 4 with a note by Bob.
fn held(stage: &mut Stage) -> (Versioned<Customer>, Note) {
    let customer = Customer { notes_count: 1, ..stage.make.customer("Ada", stage.ann.id) };
    let note = stage.make.note(customer.id, stage.bob.id, "met");
    let customer = stored(&customer, 4);
    stage.holds_customer(&customer, std::slice::from_ref(&note));
    (customer, note)
}

#[tokio::test]
async fn an_edited_note_is_written_with_its_customers_next_version_and_one_event() {
    let mut stage = Stage::new();
    let (before, note) = held(&mut stage);
    let written = stage.applies();
    let now = stage.make.tick();
    let (id, body) = (before.record().id, texts([("text", "met twice"), ("editedAt", "x")]));
    let (customer, own) = (id.to_string(), note.id.to_string());
    let edited = edit(&stage.ctx(), &stage.root(), &customer, &own, body, &Precondition::None).await.unwrap();
    let new = Note { text: Prose::parse("met twice").unwrap(), edited_at: Some(now), ..note };
    assert_eq!(edited, new);
    let after = Customer { updated_at: now, ..before.record().clone() };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutCustomer(Replace { before, after }), Change::PutNote(new)],
            expects: vec![stands(&stage.root)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("text", "met", "met twice"),
                audience: vec![stage.root.id, stage.ann.id],
                ..stage.event(
                    &stage.root,
                    ActivityType::CustomerNoteEdited,
                    (EntityRef::Customer(id), 5),
                    "Note on customer \"Ada\" edited",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn the_same_text_changes_nothing() {
    let mut stage = Stage::new();
    let (customer, note) = held(&mut stage);
    let (ctx, root) = (stage.ctx(), stage.root());
    let (id, own) = (customer.record().id.to_string(), note.id.to_string());
    for body in [texts([("text", " met ")]), Members::new()] {
        assert_eq!(edit(&ctx, &root, &id, &own, body, &Precondition::None).await.unwrap(), note);
    }
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(why(edit(&ctx, &root, &id, &own, Members::new(), &outdated).await), "at version 4");
}

#[tokio::test]
async fn a_note_is_edited_by_its_author_or_an_admin() {
    let mut stage = Stage::new();
    let (customer, note) = held(&mut stage);
    let (ctx, outdated) = (stage.ctx(), Precondition::OneOf(vec![Version::FIRST]));
    let (id, own) = (customer.record().id.to_string(), note.id.to_string());
    let body = || texts([("text", "other")]);
    assert_eq!(why(edit(&ctx, &stage.ann(), &id, &own, body(), &outdated).await), "denied");
    assert_eq!(why(edit(&ctx, &stage.bob(), &id, &own, body(), &outdated).await), "not owner of customer");
    let unknown = unknown();
    assert_eq!(why(edit(&ctx, &stage.ann(), &id, &unknown, body(), &outdated).await), "no note");
    assert_eq!(why(edit(&ctx, &stage.ann(), &unknown, &own, body(), &outdated).await), "no customer");
}

#[tokio::test]
async fn an_author_edits_their_own_note() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    let note = stage.make.note(customer.id, stage.ann.id, "met");
    stage.holds_customer(&stored(&customer, 1), std::slice::from_ref(&note));
    stage.applies();
    let (id, own) = (customer.id.to_string(), note.id.to_string());
    let body = texts([("text", "other")]);
    let edited = edit(&stage.ctx(), &stage.ann(), &id, &own, body, &Precondition::None).await.unwrap();
    assert_eq!(edited.text.as_str(), "other");
}

#[tokio::test]
async fn every_bad_member_is_told_at_once() {
    let mut stage = Stage::new();
    let body = Members::new().with("text", Raw::Null).with("title", Raw::Null);
    let answer = edit(&stage.ctx(), &stage.ann(), "x", "y", body, &Precondition::None).await;
    assert_eq!(why(answer), "title: unknown_member, id: invalid, noteId: invalid, text: required");
}
