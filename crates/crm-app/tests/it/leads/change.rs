use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::leads::change::change;
use crm_app::precondition::Precondition;
use crm_domain::access::scope::Sight;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::meta::Meta;
use crm_domain::raw::{Members, Raw};
use crm_domain::values::name::Name;
use crm_domain::values::tag::Tags;
use crm_domain::version::{Replace, Version, Versioned};
use crm_testkit::fixtures::tags;
use parking_lot::Mutex;

use crate::support::said::{corrupt, unavailable, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts, unknown};

/// A lead of Ann's at version 4, in the store.
fn held(stage: &mut Stage) -> Versioned<Lead> {
    let lead = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 4);
    stage.holds_lead(&lead);
    lead
}

fn id_of(lead: &Versioned<Lead>) -> String {
    lead.record().id.to_string()
}

#[tokio::test]
async fn a_changed_lead_is_written_upon_what_was_read_with_one_event() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    let now = stage.make.tick();
    let body = texts([("name", "Grace"), ("phone", "112")]);
    let changed =
        change(&stage.ctx(), &stage.ann(), &id_of(&before), body, &Precondition::None).await.unwrap();
    let after = Lead {
        name: Name::parse("Grace").unwrap(),
        phone: Some(crm_domain::values::phone::Phone::parse("112").unwrap()),
        updated_at: now,
        ..before.record().clone()
    };
    assert_eq!(changed, stored(&after, 5));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutLead(Replace { before: before.clone(), after: after.clone() })],
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: before.record().differences(&after),
                ..stage.event(
                    &stage.ann,
                    ActivityType::LeadUpdated,
                    (EntityRef::Lead(after.id), 5),
                    "Lead \"Grace\" updated",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn what_changes_nothing_is_not_written() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let same = texts([("name", " Ada "), ("status", "New"), ("source", ""), ("email", "")]);
    for body in [Members::new(), same] {
        let answer = change(&ctx, &ann, &id_of(&before), body, &Precondition::None).await.unwrap();
        assert_eq!(answer, before);
    }
}

#[tokio::test]
async fn an_agent_may_send_back_what_they_read() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let own = Raw::Object(texts([("id", &stage.ann.id.to_string()), ("name", "ann")]));
    let body = texts([("id", "x"), ("createdAt", "x"), ("customerId", "x")])
        .with("assignedAgent", own)
        .with("tags", Raw::List(Vec::new()))
        .with("archived", Raw::Bool(false))
        .with("history", Raw::List(vec![Raw::Null]));
    let answer = change(&stage.ctx(), &stage.ann(), &id_of(&before), body, &Precondition::None).await;
    assert_eq!(answer.unwrap(), before);
}

#[tokio::test]
async fn an_agent_gives_no_lead_away() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (ctx, ann) = (stage.ctx(), stage.ann());
    for to in [stage.bob.id.to_string(), String::new()] {
        let body = texts([("name", "Grace"), ("assignedAgent", &to)]);
        let answer = change(&ctx, &ann, &id_of(&before), body, &Precondition::None).await;
        assert_eq!(why(answer), "denied", "{to}");
    }
}

#[tokio::test]
async fn a_lead_changes_hands_only_while_its_new_owner_is_active() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    let body = texts([("assignedAgent", &stage.bob.id.to_string())]);
    change(&stage.ctx(), &stage.root(), &id_of(&before), body, &Precondition::None).await.unwrap();
    let commit = written.only();
    assert_eq!(commit.expects, [Expect::UserActive(stage.bob.id), stands(&stage.root)]);
    assert_eq!(commit.events[0].kind, ActivityType::LeadReassigned);
    assert_eq!(commit.events[0].message, "Lead \"Ada\" assigned to bob");
    assert_eq!(commit.events[0].audience, [stage.root.id, stage.ann.id, stage.bob.id]);
}

#[tokio::test]
async fn an_inactive_owner_is_refused_unless_they_own_it_already() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let body = |owner: UserId| texts([("assignedAgent", &owner.to_string())]);
    let (ctx, root) = (stage.ctx(), stage.root());
    let answer = change(&ctx, &root, &id_of(&before), body(stage.gone.id), &Precondition::None).await;
    assert_eq!(why(answer), "assignedAgent: inactive_user");
    stage.deactivates(&stage.ann);
    let answer = change(&ctx, &root, &id_of(&before), body(stage.ann.id), &Precondition::None).await;
    assert_eq!(answer.unwrap(), before);
}

#[tokio::test]
async fn the_event_has_the_most_specific_type_that_fits() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.answers((0..5).map(|_| Ok(Verdict::Applied)));
    let (ctx, root) = (stage.ctx(), stage.root());
    let told = [
        (
            texts([("status", "Closed Lost")]),
            "lead_status_changed: Lead \"Ada\" moved from New to Closed Lost",
        ),
        (texts([("assignedAgent", "")]), "lead_reassigned: Lead \"Ada\" assigned to nobody"),
        (Members::new().with("archived", Raw::Bool(true)), "lead_archived: Lead \"Ada\" archived"),
        (texts([("status", "Closed Lost"), ("assignedAgent", "")]), "lead_updated: Lead \"Ada\" updated"),
        (texts([("source", "Fair")]), "lead_updated: Lead \"Ada\" updated"),
    ];
    for (body, _) in &told {
        change(&ctx, &root, &id_of(&before), body.clone(), &Precondition::None).await.unwrap();
    }
    for (commit, (_, told)) in written.all().iter().zip(&told) {
        let event = &commit.events[0];
        assert_eq!(format!("{}: {}", event.kind.as_str(), event.message), *told);
    }
}

#[tokio::test]
async fn tags_are_replaced_as_a_whole() {
    let mut stage = Stage::new();
    let lead = Lead { tags: tags(&["old"]), ..stage.make.lead("Ada", None) };
    stage.holds_lead(&stored(&lead, 1));
    stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, root, id) = (stage.ctx(), stage.root(), lead.id.to_string());
    for (sent, kept) in [(Raw::List(vec![Raw::text("new")]), tags(&["new"])), (Raw::Null, Tags::none())] {
        let body = Members::new().with("tags", sent);
        let changed = change(&ctx, &root, &id, body, &Precondition::None).await.unwrap();
        assert_eq!(changed.record().tags, kept);
    }
}

#[tokio::test]
async fn a_leads_moment_of_change_stays_when_the_clock_goes_back() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    stage.make.clock.set(stage.now().minus(Duration::from_mins(1)));
    let body = texts([("name", "Grace")]);
    let changed =
        change(&stage.ctx(), &stage.ann(), &id_of(&before), body, &Precondition::None).await.unwrap();
    assert_eq!(changed.record().updated_at, before.record().updated_at);
    assert_eq!(written.only().events[0].at, before.record().updated_at);
}

#[tokio::test]
async fn every_bad_member_is_told_at_once_before_anything_is_read() {
    let mut stage = Stage::new();
    let body = texts([("name", " "), ("email", "x"), ("status", "Won"), ("asignedAgent", "")])
        .with("archived", Raw::Null)
        .with("assignedAgent", Raw::text(unknown()));
    let answer = change(&stage.ctx(), &stage.ann(), "7", body, &Precondition::None).await;
    assert_eq!(
        why(answer),
        "asignedAgent: unknown_member, id: invalid, name: required, email: invalid, status: invalid, \
         archived: required, assignedAgent: unknown_user"
    );
}

#[tokio::test]
async fn somebody_elses_lead_is_told_from_one_that_does_not_exist() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (ctx, bob) = (stage.ctx(), stage.bob());
    let body = || texts([("name", "Grace")]);
    assert_eq!(
        why(change(&ctx, &bob, &id_of(&before), body(), &Precondition::None).await),
        "not owner of lead"
    );
    let unknown = unknown();
    assert_eq!(why(change(&ctx, &bob, &unknown, body(), &Precondition::None).await), "no lead");
}

#[tokio::test]
async fn the_version_is_checked_last_and_even_if_nothing_changes() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let outdated = Precondition::OneOf(vec![Version::new(2), Version::new(3)]);
    let (ctx, ann, bob) = (stage.ctx(), stage.ann(), stage.bob());
    let (id, give) = (id_of(&before), texts([("assignedAgent", &stage.bob.id.to_string())]));
    assert_eq!(why(change(&ctx, &bob, &id, give.clone(), &outdated).await), "not owner of lead");
    assert_eq!(why(change(&ctx, &ann, &id, give, &outdated).await), "denied");
    assert_eq!(why(change(&ctx, &ann, &id, texts([("name", "Grace")]), &outdated).await), "at version 4");
    assert_eq!(why(change(&ctx, &ann, &id, Members::new(), &outdated).await), "at version 4");
    let good = Precondition::OneOf(vec![Version::new(3), Version::new(4)]);
    for precondition in [good, Precondition::Any] {
        assert_eq!(change(&ctx, &ann, &id, Members::new(), &precondition).await.unwrap(), before);
    }
}

#[tokio::test]
async fn a_stale_decision_is_made_anew_upon_what_there_is_by_then() {
    let mut stage = Stage::new();
    let old = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 4);
    let rival = Lead { status: LeadStatus::InProgress, ..old.record().clone() };
    let fresh = stored(&rival, 5);
    let reads = Arc::new(Mutex::new(vec![fresh.clone(), old.clone()]));
    stage.leads.expect_lead().times(2).returning(move |_, _| Ok(Sight::Seen(reads.lock().pop().unwrap())));
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let body = texts([("name", "Grace")]);
    let changed = change(&stage.ctx(), &stage.ann(), &id_of(&old), body, &Precondition::None).await.unwrap();
    let after = Lead { name: Name::parse("Grace").unwrap(), ..rival };
    assert_eq!(changed, stored(&after, 6), "the rival's status is not lost");
    let [first, second] = written.all().try_into().unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(second.changes, [Change::PutLead(Replace { before: fresh, after })]);
    assert_eq!(second.events[0].meta, Meta::new().compare("name", "Ada", "Grace"));
    assert_eq!(second.events[0].entity_version, Version::new(6));
}

#[tokio::test]
async fn a_client_that_named_its_version_learns_of_the_rivals_change() {
    let mut stage = Stage::new();
    let old = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 4);
    let reads = Arc::new(Mutex::new(vec![stored(old.record(), 5), old.clone()]));
    stage.leads.expect_lead().times(2).returning(move |_, _| Ok(Sight::Seen(reads.lock().pop().unwrap())));
    stage.answers([Ok(Verdict::Stale)]);
    let precondition = Precondition::OneOf(vec![Version::new(4)]);
    let body = texts([("name", "Grace")]);
    let answer = change(&stage.ctx(), &stage.ann(), &id_of(&old), body, &precondition).await;
    assert_eq!(why(answer), "at version 5");
}

#[tokio::test]
async fn what_the_store_cannot_do_comes_through() {
    let mut stage = Stage::new();
    let mut answers = vec![corrupt("lead"), unavailable()];
    stage.leads.expect_lead().times(2).returning(move |_, _| Err(answers.pop().unwrap()));
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), unknown());
    let body = || texts([("name", "Grace")]);
    assert_eq!(why(change(&ctx, &ann, &id, body(), &Precondition::None).await), "store unavailable");
    assert_eq!(why(change(&ctx, &ann, &id, body(), &Precondition::None).await), "corrupt lead x");
}

#[tokio::test]
async fn the_status_of_a_converted_lead_stays_closed_won() {
    let mut stage = Stage::new();
    let customer = Some(stage.make.mint());
    let won = Lead { customer, status: LeadStatus::ClosedWon, ..stage.make.lead("Ada", Some(stage.ann.id)) };
    let won = stored(&won, 4);
    stage.holds_lead(&won);
    let written = stage.applies();
    let (ctx, ann, root) = (stage.ctx(), stage.ann(), stage.root());
    let status = |status: &str| texts([("status", status)]);
    for other in ["New", "In Progress", "Closed Lost"] {
        for actor in [&ann, &root] {
            let answer = change(&ctx, actor, &id_of(&won), status(other), &Precondition::None).await;
            assert_eq!(why(answer), "already_converted", "{other}");
        }
    }
    let given = texts([("status", "New"), ("assignedAgent", &stage.bob.id.to_string())]);
    let answer = change(&ctx, &ann, &id_of(&won), given, &Precondition::None).await;
    assert_eq!(why(answer), "denied", "the right to a field comes before the state");
    let same = change(&ctx, &ann, &id_of(&won), status("Closed Won"), &Precondition::None).await.unwrap();
    assert_eq!(same, won);
    let renamed = texts([("status", "Closed Won"), ("name", "Ada L.")]);
    change(&ctx, &ann, &id_of(&won), renamed, &Precondition::None).await.unwrap();
    assert_eq!(written.all().len(), 1);
}
