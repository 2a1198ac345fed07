//! The notes on customers.

use crm_app::commit::change::Change;
use crm_app::paging::{Position, PositionKey, Start};
use crm_app::ports::customers::Customers;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::notes::Notes;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Sight;
use crm_domain::ids::CustomerId;
use crm_domain::note::Note;
use crm_domain::values::prose::Prose;

use super::StoreBuilder;
use super::support::world::{World, everything, seen};
use crate::actors::own;

/// Notes come newest first, by creation and then by id; an edit moves none; the latest are the first of them.
pub async fn notes_come_newest_first<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let (customer, notes) = with_notes(&mut world).await;
    let (found, slice) = page(&world, customer, &Start::Offset(0), 100).await;
    assert_eq!((slice.as_slice(), found), (notes.as_slice(), 7));
    for limit in [0, 1, 5, 100] {
        let detail = world.store().customer_with_notes(&everything(), customer, limit).await.unwrap();
        let latest = &notes[..notes.len().min(usize::try_from(limit).unwrap())];
        assert_eq!(seen(detail).1, latest, "{limit}");
    }
}

/// By pages and by cursors each note is seen once, and the last page says that it is the last.
pub async fn a_walk_over_notes_sees_each_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let (customer, notes) = with_notes(&mut world).await;
    for limit in [1, 2, 3, 7] {
        for by_cursor in [false, true] {
            let mut seen_notes: Vec<Note> = Vec::new();
            loop {
                let start = match seen_notes.last() {
                    Some(last) if by_cursor => Start::After(place(last)),
                    Some(_) | None => Start::Offset(u64::try_from(seen_notes.len()).unwrap()),
                };
                let found = world.store().notes(&everything(), customer, &start, limit).await.unwrap();
                let slice = seen(found).1;
                seen_notes.extend(slice.items);
                if !slice.more {
                    break;
                }
            }
            assert_eq!(seen_notes, notes, "{limit} {by_cursor}");
        }
    }
}

/// A note that is edited keeps its place and gets its new text; one that is deleted is gone.
pub async fn a_note_is_edited_and_deleted_with_its_customer<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let (id, notes) = with_notes(&mut world).await;
    let make = world.make.clone();
    let edited = notes[3].clone().edit(Prose::parse("another text").unwrap(), make.tick());
    world.write(make.commit().edit_note(&world.customer(id).await, &edited).done()).await;
    world.write(make.commit().delete_note(&world.customer(id).await, &notes[4]).done()).await;
    let mut expected = notes.clone();
    expected[3] = edited;
    let deleted = expected.remove(4);
    let (count, found) = page(&world, id, &Start::Offset(0), 100).await;
    assert_eq!((found, count), (expected, 6));
    let (_, note) = seen(world.store().note(&everything(), id, deleted.id).await.unwrap());
    assert_eq!(note, None);
}

/// The notes of a deleted customer are hidden with it, and removed a batch after the other, and no others.
pub async fn notes_are_gone_with_their_customer<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let (id, notes) = with_notes(&mut world).await;
    let make = world.make.clone();
    assert_eq!(world.store().inventory().await.unwrap().notes, 8);
    world.write(make.commit().delete_customer(&world.customer(id).await, &[]).done()).await;
    let store = world.shared();
    assert_eq!(store.note(&everything(), id, notes[0].id).await.unwrap(), Sight::Absent);
    assert_eq!(store.notes(&everything(), id, &Start::Offset(0), 5).await.unwrap(), Sight::Absent);
    assert_eq!(store.customer_with_notes(&everything(), id, 5).await.unwrap(), Sight::Absent);
    assert_eq!(store.note_ids(&own(make.mint()), id, 5).await.unwrap(), []);
    for left in [7_u32, 2] {
        let batch = store.note_ids(&everything(), id, 5).await.unwrap();
        assert_eq!(batch.len(), left.min(5) as usize);
        let remove = Change::DeleteNotes(batch);
        world.write(make.commit().change(remove.clone()).done()).await;
        world.write(make.commit().change(remove).done()).await;
    }
    assert_eq!(store.note_ids(&everything(), id, 5).await.unwrap(), []);
    assert_eq!(store.inventory().await.unwrap().notes, 1);
}

/// A customer with seven notes, the middle three of one moment and the second edited last, newest first; and another
/// customer with one.
async fn with_notes<B: StoreBuilder>(world: &mut World<'_, B>) -> (CustomerId, Vec<Note>) {
    let make = world.make.clone();
    let author = world.add_user("author", Role::Agent).await.record().id;
    let id = world.add_customer("customer", author).await.record().id;
    let other = world.add_customer("other", author).await;
    world
        .write(make.commit().add_note(&other, &make.note(other.record().id, author, "elsewhere")).done())
        .await;
    let mut notes = Vec::new();
    for number in 0..7 {
        if !(3..5).contains(&number) {
            make.tick();
        }
        let note = make.note(id, author, &format!("note {number}"));
        world.write(make.commit().add_note(&world.customer(id).await, &note).done()).await;
        notes.push(note);
    }
    notes[1] = notes[1].clone().edit(Prose::parse("edited").unwrap(), make.tick());
    world.write(make.commit().edit_note(&world.customer(id).await, &notes[1]).done()).await;
    notes.reverse();
    (id, notes)
}

async fn page<B: StoreBuilder>(
    world: &World<'_, B>,
    customer: CustomerId,
    start: &Start,
    limit: u32,
) -> (u64, Vec<Note>) {
    let (customer, slice) = seen(world.store().notes(&everything(), customer, start, limit).await.unwrap());
    assert!(!slice.more);
    (customer.record().notes_count, slice.items)
}

fn place(note: &Note) -> Position {
    Position { key: PositionKey::Time(note.created_at), id: note.id.uuid() }
}
