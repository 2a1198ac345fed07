use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::leads::archive::{archive, unarchive};
use crm_app::precondition::Precondition;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::lead::Lead;
use crm_domain::meta::Meta;
use crm_domain::version::{Replace, Version};

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, unknown};

#[tokio::test]
async fn a_lead_is_put_away_with_its_event() {
    let mut stage = Stage::new();
    let before = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 1);
    stage.holds_lead(&before);
    let written = stage.applies();
    let id = before.record().id;
    archive(&stage.ctx(), &stage.ann(), &id.to_string(), &Precondition::None).await.unwrap();
    let after = Lead { archived: true, ..before.record().clone() };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutLead(Replace { before, after })],
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("archived", false, true),
                ..stage.event(
                    &stage.ann,
                    ActivityType::LeadArchived,
                    (EntityRef::Lead(id), 2),
                    "Lead \"Ada\" archived",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_lead_is_taken_back_with_its_event() {
    let mut stage = Stage::new();
    let away = Lead { archived: true, ..stage.make.lead("Ada", None) };
    stage.holds_lead(&stored(&away, 2));
    let written = stage.applies();
    unarchive(&stage.ctx(), &stage.root(), &away.id.to_string(), &Precondition::None).await.unwrap();
    let event = &written.only().events[0];
    assert_eq!((event.kind, event.entity_version), (ActivityType::LeadUnarchived, Version::new(3)));
    assert_eq!(event.message, "Lead \"Ada\" taken out of the archive");
}

#[tokio::test]
async fn doing_it_again_writes_nothing() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    stage.holds_lead(&stored(&lead, 1));
    unarchive(&stage.ctx(), &stage.ann(), &lead.id.to_string(), &Precondition::Any).await.unwrap();
    stage.holds_lead(&stored(&Lead { archived: true, ..lead.clone() }, 2));
    archive(&stage.ctx(), &stage.ann(), &lead.id.to_string(), &Precondition::Any).await.unwrap();
}

#[tokio::test]
async fn nobody_archives_what_is_not_theirs_not_there_or_not_as_they_know_it() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    stage.holds_lead(&stored(&lead, 2));
    let (ctx, ann, bob, id) = (stage.ctx(), stage.ann(), stage.bob(), lead.id.to_string());
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(why(archive(&ctx, &bob, &id, &outdated).await), "not owner of lead");
    assert_eq!(why(archive(&ctx, &ann, &id, &outdated).await), "at version 2");
    assert_eq!(why(unarchive(&ctx, &ann, &id, &outdated).await), "at version 2");
    let unknown = unknown();
    assert_eq!(why(archive(&ctx, &ann, &unknown, &outdated).await), "no lead");
    assert_eq!(why(archive(&ctx, &ann, "7", &outdated).await), "id: invalid");
}

#[tokio::test]
async fn of_two_who_archive_at_once_the_second_finds_it_done() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    let (before, after) = (stored(&lead, 1), stored(&Lead { archived: true, ..lead.clone() }, 2));
    stage
        .leads
        .expect_lead()
        .times(1)
        .returning(move |_, _| Ok(crm_domain::access::scope::Sight::Seen(before.clone())));
    stage.holds_lead(&after);
    stage.answers([Ok(Verdict::Stale)]);
    archive(&stage.ctx(), &stage.ann(), &lead.id.to_string(), &Precondition::None).await.unwrap();
}
