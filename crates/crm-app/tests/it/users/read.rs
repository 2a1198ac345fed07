use crm_app::users::read::read;

use crate::support::said::{corrupt, why};
use crate::support::stage::Stage;
use crate::support::{stored, unknown};

#[tokio::test]
async fn only_admins_read_users() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 3);
    stage.holds_user(&ann);
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.ann.id.to_string());
    assert_eq!(read(&ctx, &root, &id).await.unwrap(), ann);
    assert_eq!(why(read(&ctx, &stage.ann(), "x").await), "denied", "not even oneself, and before the id");
    let unknown = unknown();
    assert_eq!(why(read(&ctx, &root, &unknown).await), "no user");
    assert_eq!(why(read(&ctx, &root, "me").await), "id: invalid");
}

#[tokio::test]
async fn a_user_that_cannot_be_read_is_not_absent() {
    let mut stage = Stage::new();
    stage.users.expect_user().returning(|_, _| Err(corrupt("user")));
    assert_eq!(why(read(&stage.ctx(), &stage.root(), &stage.ann.id.to_string()).await), "corrupt user x");
}
