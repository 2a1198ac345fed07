use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::customers::read::CustomerDetail;
use crm_app::leads::convert::{Conversion, convert};
use crm_app::precondition::Precondition;
use crm_domain::access::scope::Sight;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, LeadId};
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::meta::Meta;
use crm_domain::version::{Replace, Version, Versioned};
use crm_testkit::fixtures::tags;

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, unknown};

fn won(stage: &Stage) -> Versioned<Lead> {
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    let customer = Some(minted(77));
    stored(&Lead { status: LeadStatus::ClosedWon, customer, ..lead }, 5)
}

#[tokio::test]
async fn a_lead_and_its_customer_are_written_in_one_commit_with_both_events() {
    let mut stage = Stage::new();
    let before = stored(&Lead { tags: tags(&["vip"]), ..stage.make.lead("Ada", Some(stage.ann.id)) }, 4);
    stage.holds_lead(&before);
    let written = stage.applies();
    let now = stage.make.tick();
    let lead: LeadId = before.record().id;
    let answer = convert(&stage.ctx(), &stage.ann(), &lead.to_string(), &Precondition::None).await.unwrap();
    let id: CustomerId = minted(1);
    let customer = Customer {
        tags: tags(&["vip", "converted"]),
        lead: Some(lead),
        id,
        created_at: now,
        updated_at: now,
        ..stage.make.customer("Ada", stage.ann.id)
    };
    let after = Lead {
        status: LeadStatus::ClosedWon,
        customer: Some(id),
        updated_at: now,
        ..before.record().clone()
    };
    let detail = CustomerDetail { customer: stored(&customer, 1), notes: Vec::new() };
    assert_eq!(answer, Conversion { lead: stored(&after, 5), customer: Some(detail), already: false });
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            expects: vec![Expect::UserActive(stage.ann.id), stands(&stage.ann)],
            events: vec![
                Activity {
                    id: minted(3),
                    meta: Meta::new().compare("status", "New", "Closed Won").compare(
                        "customerId",
                        None,
                        Some(id.to_string())
                    ),
                    ..stage.event(
                        &stage.ann,
                        ActivityType::LeadConverted,
                        (EntityRef::Lead(lead), 5),
                        "Lead \"Ada\" converted to a customer",
                    )
                },
                Activity {
                    id: minted(4),
                    meta: Meta::new().compare("leadId", None, Some(lead.to_string())),
                    ..stage.event(
                        &stage.ann,
                        ActivityType::CustomerCreated,
                        (EntityRef::Customer(id), 1),
                        "Customer \"Ada\" created",
                    )
                },
            ],
            changes: vec![Change::PutLead(Replace { before, after }), Change::InsertCustomer(customer)],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn the_customer_is_the_agents_if_active_else_the_callers() {
    let mut stage = Stage::new();
    let root = stage.root();
    let (ann, gone, admin) = (stage.ann.id, stage.gone.id, stage.root.id);
    for (agent, owner) in [(Some(ann), ann), (Some(gone), admin), (None, admin)] {
        let lead = stage.make.lead("Ada", agent);
        stage.holds_lead(&stored(&lead, 1));
        let written = stage.applies();
        let answer = convert(&stage.ctx(), &root, &lead.id.to_string(), &Precondition::None).await.unwrap();
        assert_eq!(answer.customer.unwrap().customer.record().owner, owner);
        assert!(written.only().expects.contains(&Expect::UserActive(owner)));
    }
}

#[tokio::test]
async fn converting_again_answers_the_same_customer_and_writes_nothing() {
    let mut stage = Stage::new();
    let lead = won(&stage);
    stage.holds_lead(&lead);
    let customer = stored(&Customer { id: minted(77), ..stage.make.customer("Ada", stage.ann.id) }, 9);
    let note = stage.make.note(minted(77), stage.ann.id, "met");
    stage.holds_customer(&customer, std::slice::from_ref(&note));
    let id = lead.record().id.to_string();
    let again = convert(&stage.ctx(), &stage.ann(), &id, &Precondition::None).await.unwrap();
    let detail = CustomerDetail { customer, notes: vec![note] };
    assert_eq!(again, Conversion { lead, customer: Some(detail), already: true });
}

#[tokio::test]
async fn a_customer_that_the_caller_may_not_see_by_now_is_left_out() {
    let mut stage = Stage::new();
    let lead = won(&stage);
    stage.holds_lead(&lead);
    let customer = Customer { id: minted(77), ..stage.make.customer("Ada", stage.bob.id) };
    stage.holds_customer(&stored(&customer, 9), &[]);
    let id = lead.record().id.to_string();
    let again = convert(&stage.ctx(), &stage.ann(), &id, &Precondition::None).await.unwrap();
    assert_eq!(again, Conversion { lead, customer: None, already: true });
}

#[tokio::test]
async fn a_lead_whose_customer_was_deleted_does_not_convert_again() {
    let mut stage = Stage::new();
    let lead = won(&stage);
    stage.holds_lead(&lead);
    stage.customers.expect_customer_with_notes().returning(|_, _, _| Ok(Sight::Absent));
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), lead.record().id.to_string());
    assert_eq!(why(convert(&ctx, &ann, &id, &Precondition::None).await), "customer_deleted");
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(
        why(convert(&ctx, &ann, &id, &outdated).await),
        "customer_deleted",
        "the state before the version"
    );
}

#[tokio::test]
async fn of_two_who_convert_at_once_the_second_gets_the_firsts_customer() {
    let mut stage = Stage::new();
    let after = won(&stage);
    let before = stored(&Lead { customer: None, status: LeadStatus::New, ..after.record().clone() }, 4);
    let id = before.record().id.to_string();
    stage.leads.expect_lead().times(1).returning(move |_, _| Ok(Sight::Seen(before.clone())));
    stage.holds_lead(&after);
    let customer = stored(&Customer { id: minted(77), ..stage.make.customer("Ada", stage.ann.id) }, 1);
    stage.holds_customer(&customer, &[]);
    stage.answers([Ok(Verdict::Stale)]);
    let answer = convert(&stage.ctx(), &stage.ann(), &id, &Precondition::None).await.unwrap();
    assert!(answer.already);
    assert_eq!(answer.customer.unwrap().customer, customer);
}

#[tokio::test]
async fn nobody_converts_what_is_not_theirs_not_there_or_not_as_they_know_it() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    stage.holds_lead(&stored(&lead, 2));
    let (ctx, ann, bob, id) = (stage.ctx(), stage.ann(), stage.bob(), lead.id.to_string());
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(why(convert(&ctx, &bob, &id, &outdated).await), "not owner of lead");
    assert_eq!(why(convert(&ctx, &ann, &id, &outdated).await), "at version 2");
    let unknown = unknown();
    assert_eq!(why(convert(&ctx, &ann, &unknown, &outdated).await), "no lead");
    assert_eq!(why(convert(&ctx, &ann, "7", &outdated).await), "id: invalid");
}

#[tokio::test]
async fn a_lead_converts_at_its_last_change_when_the_clock_goes_back() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    stage.holds_lead(&stored(&lead, 1));
    let written = stage.applies();
    stage.make.clock.set(lead.updated_at.minus(std::time::Duration::from_secs(1)));
    convert(&stage.ctx(), &stage.ann(), &lead.id.to_string(), &Precondition::None).await.unwrap();
    assert!(written.only().events.iter().all(|event| event.at == lead.updated_at));
}
