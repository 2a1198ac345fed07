use crm_app::customers::read::{CustomerDetail, read};

use crate::support::said::why;
use crate::support::stage::Stage;
use crate::support::{stored, unknown};

#[tokio::test]
async fn a_customer_comes_with_its_latest_five_notes() {
    let mut stage = Stage::new();
    let customer = stored(&stage.make.customer("Ada", stage.ann.id), 3);
    let notes: Vec<_> =
        (0..7).map(|_| stage.make.note(customer.record().id, stage.bob.id, "met")).rev().collect();
    stage.holds_customer(&customer, &notes);
    let (ctx, id) = (stage.ctx(), customer.record().id.to_string());
    let detail = read(&ctx, &stage.ann(), &id).await.unwrap();
    assert_eq!(detail, CustomerDetail { customer, notes: notes[..5].to_vec() });
    assert_eq!(why(read(&ctx, &stage.bob(), &id).await), "not owner of customer");
    let unknown = unknown();
    assert_eq!(why(read(&ctx, &stage.root(), &unknown).await), "no customer");
    assert_eq!(why(read(&ctx, &stage.root(), "x").await), "id: invalid");
}
