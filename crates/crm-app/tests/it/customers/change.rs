use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::customers::change::change;
use crm_app::customers::read::CustomerDetail;
use crm_app::precondition::Precondition;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::note::Note;
use crm_domain::raw::{Members, Raw};
use crm_domain::values::name::Name;
use crm_domain::version::{Replace, Version, Versioned};

use crate::support::said::{corrupt, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts, unknown};

/// A customer of Ann's at version 4 with a note, in the store.
fn held(stage: &mut Stage) -> (Versioned<Customer>, Note) {
    let customer = Customer { notes_count: 1, ..stage.make.customer("Ada", stage.ann.id) };
    let note = stage.make.note(customer.id, stage.ann.id, "met");
    let customer = stored(&customer, 4);
    stage.holds_customer(&customer, std::slice::from_ref(&note));
    (customer, note)
}

fn id_of(customer: &Versioned<Customer>) -> String {
    customer.record().id.to_string()
}

#[tokio::test]
async fn a_changed_customer_is_written_upon_what_was_read_with_one_event() {
    let mut stage = Stage::new();
    let (before, note) = held(&mut stage);
    let written = stage.applies();
    let now = stage.make.tick();
    let body = texts([("name", "Grace")]);
    let detail =
        change(&stage.ctx(), &stage.ann(), &id_of(&before), body, &Precondition::None).await.unwrap();
    let after = Customer { name: Name::parse("Grace").unwrap(), updated_at: now, ..before.record().clone() };
    assert_eq!(detail, CustomerDetail { customer: stored(&after, 5), notes: vec![note] });
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: before.record().differences(&after),
                ..stage.event(
                    &stage.ann,
                    ActivityType::CustomerUpdated,
                    (EntityRef::Customer(after.id), 5),
                    "Customer \"Grace\" updated",
                )
            }],
            changes: vec![Change::PutCustomer(Replace { before, after })],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn what_changes_nothing_is_not_written_and_needs_no_right() {
    let mut stage = Stage::new();
    let (before, note) = held(&mut stage);
    let own = Raw::Object(texts([("_id", &stage.ann.id.to_string())]));
    let body = texts([("name", "Ada"), ("leadId", "x"), ("company", "")])
        .with("owner", own)
        .with("notesCount", Raw::Number("7".to_owned()));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    for body in [body, Members::new()] {
        let answer = change(&ctx, &ann, &id_of(&before), body, &Precondition::None).await.unwrap();
        assert_eq!(answer, CustomerDetail { customer: before.clone(), notes: vec![note.clone()] });
    }
}

#[tokio::test]
async fn an_admin_gives_a_customer_to_somebody_active() {
    let mut stage = Stage::new();
    let (before, _) = held(&mut stage);
    let written = stage.applies();
    let (ctx, root, bob) = (stage.ctx(), stage.root(), stage.bob.id);
    let to = |owner: &str| texts([("owner", owner)]);
    let answer =
        change(&ctx, &root, &id_of(&before), to(&stage.gone.id.to_string()), &Precondition::None).await;
    assert_eq!(why(answer), "owner: inactive_user");
    assert_eq!(
        why(change(&ctx, &root, &id_of(&before), to(""), &Precondition::None).await),
        "owner: required",
        "there is always somebody who owns it"
    );
    let answer = change(&ctx, &root, &id_of(&before), to(&bob.to_string()), &Precondition::None).await;
    assert_eq!(answer.unwrap().customer.record().owner, bob);
    assert_eq!(written.only().expects, [Expect::UserActive(bob), stands(&stage.root)]);
    assert_eq!(written.only().events[0].audience, [stage.root.id, stage.ann.id, bob]);
}

#[tokio::test]
async fn checks_come_in_order_and_the_version_last() {
    let mut stage = Stage::new();
    let (before, _) = held(&mut stage);
    let outdated = Precondition::OneOf(vec![Version::new(3)]);
    let (ctx, ann, bob) = (stage.ctx(), stage.ann(), stage.bob());
    let (id, to_bob) = (id_of(&before), stage.bob.id.to_string());
    let bad = texts([("name", ""), ("owner", &to_bob), ("deal", "x")]);
    assert_eq!(
        why(change(&ctx, &bob, "x", bad, &outdated).await),
        "deal: unknown_member, id: invalid, name: required"
    );
    let give = texts([("owner", &to_bob)]);
    let unknown = unknown();
    assert_eq!(why(change(&ctx, &ann, &unknown, give.clone(), &outdated).await), "no customer");
    assert_eq!(why(change(&ctx, &bob, &id, give.clone(), &outdated).await), "not owner of customer");
    assert_eq!(why(change(&ctx, &ann, &id, give, &outdated).await), "denied");
    assert_eq!(why(change(&ctx, &ann, &id, Members::new(), &outdated).await), "at version 4");
}

#[tokio::test]
async fn a_stale_decision_is_made_anew_upon_what_there_is_by_then() {
    let mut stage = Stage::new();
    let old = stored(&stage.make.customer("Ada", stage.ann.id), 4);
    let noted = Customer { notes_count: 1, ..old.record().clone() };
    let (first, fresh) = (old.clone(), stored(&noted, 5));
    stage
        .customers
        .expect_customer_with_notes()
        .times(1)
        .returning(move |_, _, _| Ok(crm_domain::access::scope::Sight::Seen((first.clone(), Vec::new()))));
    stage.holds_customer(&fresh, &[]);
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let body = texts([("name", "Grace")]);
    let detail = change(&stage.ctx(), &stage.ann(), &id_of(&old), body, &Precondition::None).await.unwrap();
    let after = Customer { name: Name::parse("Grace").unwrap(), ..noted };
    assert_eq!(detail.customer, stored(&after, 6));
    assert_eq!(written.all()[1].changes, [Change::PutCustomer(Replace { before: fresh, after })]);
}

#[tokio::test]
async fn a_customer_that_cannot_be_read_is_not_absent() {
    let mut stage = Stage::new();
    stage.customers.expect_customer_with_notes().returning(|_, _, _| Err(corrupt("customer")));
    let id = unknown();
    let answer = change(&stage.ctx(), &stage.ann(), &id, Members::new(), &Precondition::None).await;
    assert_eq!(why(answer), "corrupt customer x");
}
