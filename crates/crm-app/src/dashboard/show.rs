//! Reading the dashboard.

use chrono::NaiveDate;
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;

use crate::context::Ctx;
use crate::error::AppError;
use crate::ports::dashboard::{DashboardFigures, DashboardQuery};

/// How many local days the series of new leads has.
pub const DAYS: usize = 14;

/// The dashboard as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardView {
    /// The figures.
    pub figures: DashboardFigures,
    /// The days of the series, oldest first, today last.
    pub days: Vec<NaiveDate>,
    /// The IANA name of the zone that cuts the days.
    pub zone: &'static str,
}

/// Reads the dashboard over what the actor may see.
///
/// # Errors
/// [`AppError::Store`].
pub async fn show(ctx: &Ctx, actor: &Actor) -> Result<DashboardView, AppError> {
    let grant = authorize(actor, Action::ReadDashboard)?;
    let (calendar, now) = (ctx.calendar(), ctx.now());
    let days = calendar.last_days(now, DAYS);
    let query = DashboardQuery { me: actor.user_id(), days, now };
    let figures = ctx.stores.dashboard.dashboard(grant.scope(), &query).await?;
    Ok(DashboardView { figures, days: query.days, zone: calendar.zone_name() })
}
