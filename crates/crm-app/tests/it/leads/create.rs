use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::leads::create::create;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::raw::{Members, Raw};
use crm_domain::session::end::EndReason;
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::source::Source;
use crm_domain::values::tag::Tags;
use crm_domain::version::{Version, Versioned};
use crm_testkit::fixtures::tags;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted, session, stands};
use crate::support::{texts, unknown};

fn new_lead(stage: &Stage, id: u64, owner: Option<UserId>) -> Lead {
    Lead {
        id: minted(id),
        name: Name::parse("Ada").unwrap(),
        email: None,
        phone: None,
        company: None,
        status: LeadStatus::New,
        source: Source::default(),
        tags: Tags::none(),
        owner,
        archived: false,
        customer: None,
        created_at: stage.now(),
        updated_at: stage.now(),
    }
}

#[tokio::test]
async fn an_agents_new_lead_is_their_own_and_is_written_with_its_event() {
    let mut stage = Stage::new();
    let written = stage.applies();
    let lead = create(&stage.ctx(), &stage.ann(), texts([("name", " Ada ")])).await.unwrap();
    let ann = Some(stage.ann.id);
    assert_eq!(lead, Versioned::stored(new_lead(&stage, 1, ann), Version::FIRST));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            changes: vec![Change::InsertLead(new_lead(&stage, 1, ann))],
            expects: vec![Expect::UserActive(stage.ann.id), stands(&stage.ann)],
            events: vec![Activity {
                id: minted(3),
                ..stage.event(
                    &stage.ann,
                    ActivityType::LeadCreated,
                    (EntityRef::Lead(minted(1)), 1),
                    "Lead \"Ada\" created",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn an_admins_new_lead_is_nobodys_unless_they_name_somebody() {
    let mut stage = Stage::new();
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, root) = (stage.ctx(), stage.root());
    let lead = create(&ctx, &root, texts([("name", "Ada")])).await.unwrap();
    assert_eq!(lead.record().owner, None);
    let person = Raw::Object(texts([("id", &stage.bob.id.to_string())]));
    let body = texts([("name", "Ada")]).with("assignedAgent", person);
    let lead = create(&ctx, &root, body).await.unwrap();
    assert_eq!(lead.record().owner, Some(stage.bob.id));
    let [unassigned, assigned] = written.all().try_into().unwrap();
    assert_eq!(unassigned.expects, [stands(&stage.root)]);
    assert_eq!(assigned.expects, [Expect::UserActive(stage.bob.id), stands(&stage.root)]);
    assert_eq!(assigned.events[0].audience, [stage.root.id, stage.bob.id]);
}

#[tokio::test]
async fn every_member_of_a_new_lead_is_taken() {
    let mut stage = Stage::new();
    stage.applies();
    let body = texts([
        ("name", "Ada"),
        ("email", "ADA@x.example"),
        ("phone", "112"),
        ("company", "Engines"),
        ("status", "Closed Lost"),
        ("source", "Fair"),
    ])
    .with("tags", Raw::List(vec![Raw::text("VIP"), Raw::text("vip")]))
    .with("archived", Raw::Bool(true));
    let lead = create(&stage.ctx(), &stage.root(), body).await.unwrap();
    assert_eq!(
        *lead.record(),
        Lead {
            email: Some(Email::parse("ada@x.example").unwrap()),
            phone: Some(Phone::parse("112").unwrap()),
            company: Some(Company::parse("Engines").unwrap()),
            status: LeadStatus::ClosedLost,
            source: Source::parse("Fair").unwrap(),
            tags: tags(&["VIP"]),
            archived: true,
            ..new_lead(&stage, 1, None)
        }
    );
}

#[tokio::test]
async fn every_bad_member_of_a_new_lead_is_told_at_once() {
    let mut stage = Stage::new();
    let body = texts([
        ("email", "nobody"),
        ("phone", "call me"),
        ("status", "Won"),
        ("assignedAgent", &unknown()),
        ("colour", "red"),
    ])
    .with("tags", Raw::List(vec![Raw::text("ok"), Raw::Bool(true)]));
    assert_eq!(
        why(create(&stage.ctx(), &stage.ann(), body).await),
        "colour: unknown_member, name: required, email: invalid, phone: invalid, status: invalid, \
         tags[1]: wrong_type, assignedAgent: unknown_user"
    );
}

#[tokio::test]
async fn a_lead_is_never_made_for_somebody_who_was_deactivated() {
    let mut stage = Stage::new();
    let body = texts([("name", "Ada"), ("assignedAgent", &stage.gone.id.to_string())]);
    assert_eq!(why(create(&stage.ctx(), &stage.root(), body).await), "assignedAgent: inactive_user");
}

#[tokio::test]
async fn an_agent_makes_leads_for_themselves_only() {
    let mut stage = Stage::new();
    stage.applies();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let for_bob = texts([("name", "Ada"), ("assignedAgent", &stage.bob.id.to_string())]);
    assert_eq!(why(create(&ctx, &ann, for_bob).await), "denied");
    let for_self = texts([("name", "Ada"), ("assignedAgent", &stage.ann.id.to_string())]);
    assert_eq!(create(&ctx, &ann, for_self).await.unwrap().record().owner, Some(stage.ann.id));
}

#[tokio::test]
async fn bad_input_is_told_before_the_missing_right() {
    let mut stage = Stage::new();
    let body = texts([("assignedAgent", &stage.bob.id.to_string())]);
    assert_eq!(why(create(&stage.ctx(), &stage.ann(), body).await), "name: required");
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_as_a_new_lead() {
    let mut stage = Stage::new();
    stage.applies();
    let body =
        ["id", "_id", "__v", "createdAt", "updatedAt", "version", "history", "notes", "deals", "customerId"]
            .into_iter()
            .fold(texts([("name", "Ada"), ("email", ""), ("assignedAgent", "")]), |body: Members, name| {
                body.with(name, Raw::Number("1".to_owned()))
            });
    let lead = create(&stage.ctx(), &stage.ann(), body).await.unwrap();
    assert_eq!(*lead.record(), new_lead(&stage, 1, Some(stage.ann.id)));
}

#[tokio::test]
async fn an_id_that_is_taken_is_minted_anew() {
    let mut stage = Stage::new();
    let written = stage.answers([Ok(Verdict::Duplicate(UniqueKey::Id)), Ok(Verdict::Applied)]);
    let lead = create(&stage.ctx(), &stage.ann(), texts([("name", "Ada")])).await.unwrap();
    let [first, second] = written.all().try_into().unwrap();
    assert_ne!(first.id, second.id);
    assert_ne!(first.changes, second.changes);
    assert_eq!(second.changes, [Change::InsertLead(lead.record().clone())]);
}

#[tokio::test]
async fn a_store_that_fails_is_not_asked_again() {
    let mut stage = Stage::new();
    stage.answers([Err(unavailable()), Err(crm_app::error::StoreError::Full)]);
    let (ctx, ann) = (stage.ctx(), stage.ann());
    assert_eq!(why(create(&ctx, &ann, texts([("name", "Ada")])).await), "store unavailable");
    assert_eq!(why(create(&ctx, &ann, texts([("name", "Ada")])).await), "store full");
}

#[tokio::test]
async fn whoever_was_deactivated_meanwhile_makes_nothing() {
    let mut stage = Stage::new();
    let ann = stage.ann();
    stage.deactivates(&stage.ann);
    assert_eq!(why(create(&stage.ctx(), &ann, texts([("name", "Ada")])).await), "token refused");
    let end =
        Change::EndSession { id: session(), user: stage.bob.id, at: stage.now(), why: EndReason::Ended };
    stage.mirror.apply(&[end]);
    assert_eq!(why(create(&stage.ctx(), &stage.bob(), texts([("name", "Ada")])).await), "token refused");
}
