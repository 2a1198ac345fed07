use crm_app::ports::workspace::Workspace;
use crm_app::setup::check::can_set_up;
use crm_domain::calendar::Calendar;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;

#[tokio::test]
async fn the_first_admin_can_be_set_up_until_the_store_has_had_one() {
    for set_up in [false, true] {
        let mut stage = Stage::new();
        let workspace = Workspace { calendar: Calendar::utc(), set_up, setup_token: None };
        stage.workspaces.expect_workspace().returning(move || Ok(workspace));
        assert_eq!(can_set_up(&stage.ctx()).await.unwrap(), !set_up);
    }
    let mut stage = Stage::new();
    stage.workspaces.expect_workspace().returning(|| Err(unavailable()));
    assert_eq!(why(can_set_up(&stage.ctx()).await), "store unavailable");
}
