use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::customers::create::create;
use crm_app::customers::read::CustomerDetail;
use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::raw::{Members, Raw};
use crm_domain::values::company::Company;
use crm_testkit::fixtures::tags;

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts};

#[tokio::test]
async fn a_new_customer_is_the_callers_own_and_is_written_with_its_event() {
    let mut stage = Stage::new();
    let written = stage.applies();
    let body = texts([("name", "Ada"), ("company", "Engines"), ("email", ""), ("notes", "x")])
        .with("tags", Raw::List(vec![Raw::text("vip")]));
    let detail = create(&stage.ctx(), &stage.ann(), body).await.unwrap();
    let customer = Customer {
        id: minted(1),
        company: Some(Company::parse("Engines").unwrap()),
        tags: tags(&["vip"]),
        ..stage.make.customer("Ada", stage.ann.id)
    };
    assert_eq!(detail, CustomerDetail { customer: stored(&customer, 1), notes: Vec::new() });
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            changes: vec![Change::InsertCustomer(customer)],
            expects: vec![Expect::UserActive(stage.ann.id), stands(&stage.ann)],
            events: vec![Activity {
                id: minted(3),
                ..stage.event(
                    &stage.ann,
                    ActivityType::CustomerCreated,
                    (EntityRef::Customer(minted(1)), 1),
                    "Customer \"Ada\" created",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn only_an_admin_makes_a_customer_for_somebody_else() {
    let mut stage = Stage::new();
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, bob) = (stage.ctx(), stage.bob.id);
    let body = || texts([("name", "Ada"), ("owner", &bob.to_string())]);
    assert_eq!(why(create(&ctx, &stage.ann(), body()).await), "denied");
    for actor in [stage.root(), stage.bob()] {
        assert_eq!(create(&ctx, &actor, body()).await.unwrap().customer.record().owner, bob);
    }
    assert_eq!(written.all()[0].events[0].audience, [stage.root.id, bob]);
    assert_eq!(written.all()[1].events[0].audience, [bob]);
}

#[tokio::test]
async fn a_customer_always_has_an_active_owner() {
    let mut stage = Stage::new();
    let ctx = stage.ctx();
    let body = texts([("name", "Ada"), ("owner", &stage.gone.id.to_string())]);
    assert_eq!(why(create(&ctx, &stage.root(), body).await), "owner: inactive_user");
    assert_eq!(why(create(&ctx, &Actor::system("tests"), texts([("name", "Ada")])).await), "denied");
}

#[tokio::test]
async fn every_bad_member_of_a_new_customer_is_told_at_once() {
    let mut stage = Stage::new();
    let body = texts([("nmae", "Ada"), ("email", "x"), ("status", "New"), ("owner", "me")])
        .with("phone", Raw::Bool(true))
        .with("tags", Raw::List(vec![Raw::Null]));
    assert_eq!(
        why(create(&stage.ctx(), &stage.ann(), body).await),
        "nmae: unknown_member, status: unknown_member, name: required, email: invalid, phone: wrong_type, \
         tags[0]: wrong_type, owner: invalid"
    );
    assert_eq!(why(create(&stage.ctx(), &stage.ann(), Members::new()).await), "name: required");
}
