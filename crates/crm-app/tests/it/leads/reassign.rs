use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::leads::reassign::reassign;
use crm_app::precondition::Precondition;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::lead::Lead;
use crm_domain::meta::Meta;
use crm_domain::raw::{Members, Raw};
use crm_domain::version::{Replace, Version, Versioned};

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts};

fn held(stage: &mut Stage) -> Versioned<Lead> {
    let lead = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 4);
    stage.holds_lead(&lead);
    lead
}

#[tokio::test]
async fn an_admin_gives_a_lead_to_somebody_active() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    let (id, bob) = (before.record().id, stage.bob.id);
    let body = texts([("assignedAgent", &bob.to_string())]);
    let lead =
        reassign(&stage.ctx(), &stage.root(), &id.to_string(), body, &Precondition::None).await.unwrap();
    let after = Lead { owner: Some(bob), ..before.record().clone() };
    assert_eq!(lead, stored(&after, 5));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutLead(Replace { before, after })],
            expects: vec![Expect::UserActive(bob), stands(&stage.root)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("assignedAgent", stage.ann.id.to_string(), bob.to_string()),
                audience: vec![stage.root.id, stage.ann.id, bob],
                ..stage.event(
                    &stage.root,
                    ActivityType::LeadReassigned,
                    (EntityRef::Lead(id), 5),
                    "Lead \"Ada\" assigned to bob",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn an_admin_takes_a_lead_from_everybody() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    let id = before.record().id.to_string();
    let body = Members::new().with("assignedAgent", Raw::Null);
    let lead = reassign(&stage.ctx(), &stage.root(), &id, body, &Precondition::None).await.unwrap();
    assert_eq!(lead.record().owner, None);
    assert_eq!(written.only().expects, [stands(&stage.root)]);
}

#[tokio::test]
async fn giving_a_lead_to_whoever_has_it_writes_nothing() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let body = texts([("assignedAgent", &stage.ann.id.to_string())]);
    let id = before.record().id.to_string();
    let lead = reassign(&stage.ctx(), &stage.root(), &id, body, &Precondition::None).await.unwrap();
    assert_eq!(lead, before);
}

#[tokio::test]
async fn agents_are_denied_before_their_input_is_looked_at() {
    let mut stage = Stage::new();
    let answer = reassign(&stage.ctx(), &stage.ann(), "7", Members::new(), &Precondition::None).await;
    assert_eq!(why(answer), "denied");
}

#[tokio::test]
async fn somebody_must_be_named_and_be_active() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (ctx, root, id) = (stage.ctx(), stage.root(), before.record().id.to_string());
    let answer = reassign(&ctx, &root, "7", texts([("agent", "x")]), &Precondition::None).await;
    assert_eq!(why(answer), "agent: unknown_member, id: invalid, assignedAgent: required");
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    let to_gone = texts([("assignedAgent", &stage.gone.id.to_string())]);
    assert_eq!(why(reassign(&ctx, &root, &id, to_gone, &outdated).await), "assignedAgent: inactive_user");
    let to_bob = texts([("assignedAgent", &stage.bob.id.to_string())]);
    assert_eq!(why(reassign(&ctx, &root, &id, to_bob, &outdated).await), "at version 4");
}
