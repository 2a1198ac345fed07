use crm_app::dashboard::show::{DashboardView, show};
use crm_app::mirror::Snapshot;
use crm_app::ports::dashboard::{DashboardFigures, DashboardQuery};
use crm_domain::access::scope::Reach;
use crm_domain::calendar::{Calendar, parse_day};
use crm_testkit::fixtures::moment;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;

#[tokio::test]
async fn the_series_has_fourteen_local_days_the_last_of_which_is_today() {
    let mut stage = Stage::new();
    stage.mirror.replace(Snapshot::new([], Calendar::parse("Pacific/Auckland").unwrap()));
    let now = moment("2026-04-05T12:30:00Z");
    stage.make.clock.set(now);
    let days: Vec<_> = (24..=31)
        .map(|day| format!("2026-03-{day}"))
        .chain((1..=6).map(|day| format!("2026-04-0{day}")))
        .map(|day| parse_day(&day).unwrap())
        .collect();
    let figures =
        DashboardFigures { customers: 7, leads_per_day: vec![1; 14], ..DashboardFigures::default() };
    let (ann, told) = (stage.ann.id, figures.clone());
    let query = DashboardQuery { me: Some(ann), days: days.clone(), now };
    stage
        .dashboard
        .expect_dashboard()
        .withf(move |scope, asked| scope.reach() == Reach::OwnedBy(ann) && *asked == query)
        .returning(move |_, _| Ok(told.clone()));
    let view = show(&stage.ctx(), &stage.ann()).await.unwrap();
    assert_eq!(view, DashboardView { figures, days, zone: "Pacific/Auckland" });
}

#[tokio::test]
async fn an_admins_dashboard_reaches_everything() {
    let mut stage = Stage::new();
    stage
        .dashboard
        .expect_dashboard()
        .times(1)
        .withf(|scope, _| scope.reach() == Reach::Everything)
        .returning(|_, _| Ok(DashboardFigures::default()));
    stage.dashboard.expect_dashboard().returning(|_, _| Err(unavailable()));
    let (ctx, root) = (stage.ctx(), stage.root());
    assert_eq!(show(&ctx, &root).await.unwrap().zone, "UTC");
    assert_eq!(why(show(&ctx, &root).await), "store unavailable");
}
