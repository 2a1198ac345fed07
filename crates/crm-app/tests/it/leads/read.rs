use crm_app::leads::read::read;
use crm_domain::access::scope::Sight;
use crm_domain::version::Version;

use crate::support::said::{corrupt, why};
use crate::support::stage::Stage;
use crate::support::{stored, unknown};

#[tokio::test]
async fn a_lead_comes_with_its_last_fifty_events() {
    let mut stage = Stage::new();
    let lead = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 3);
    let event = stage.make.minimal_event(lead.record().id, Version::new(3));
    let (held, told) = (lead.clone(), event.clone());
    stage.leads.expect_lead_with_history().withf(|_, _, limit| *limit == 50).returning(move |scope, _, _| {
        Ok(Sight::judge(scope, held.record().owner, (held.clone(), vec![told.clone().into()])))
    });
    let (ctx, id) = (stage.ctx(), lead.record().id.to_string());
    let detail = read(&ctx, &stage.ann(), &id).await.unwrap();
    assert_eq!((detail.lead, detail.history), (lead, vec![event.into()]));
    assert_eq!(why(read(&ctx, &stage.bob(), &id).await), "not owner of lead");
    assert!(read(&ctx, &stage.root(), &id).await.is_ok());
}

#[tokio::test]
async fn a_lead_that_cannot_be_read_is_not_absent() {
    let mut stage = Stage::new();
    stage.leads.expect_lead_with_history().times(1).returning(|_, _, _| Err(corrupt("lead")));
    stage.leads.expect_lead_with_history().returning(|_, _, _| Ok(Sight::Absent));
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), unknown());
    assert_eq!(why(read(&ctx, &ann, &id).await), "corrupt lead x");
    assert_eq!(why(read(&ctx, &ann, &id).await), "no lead");
    assert_eq!(why(read(&ctx, &ann, "").await), "id: invalid");
}
