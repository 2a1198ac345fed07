//! Strangers who guess, and an owner whom they do not keep out; also over a restart.

use std::sync::Arc;
use std::time::Duration;

use crm_app::auth::guard::Guard;
use crm_app::auth::login::{Device, SignIn, login};
use crm_app::context::Ctx;
use crm_app::error::AppError;
use crm_domain::access::role::Role;
use crm_domain::throttle::limits::Limits;
use crm_testkit::blinding::PlainBlinding;

use super::office::Office;
use crate::support::said::why;
use crate::support::texts;

async fn sign_in(ctx: &Ctx, address: &str, password: &str) -> Result<SignIn, AppError> {
    let device = Device { address: Some(address.to_owned()), user_agent: None };
    login(ctx, texts([("email", "ann@crm.example"), ("password", password)]), device).await
}

#[tokio::test]
async fn a_thousand_guesses_from_twenty_addresses_reach_nothing_and_the_owner_signs_in_each_time() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    sign_in(&office.ctx, "198.51.100.1", "ann-secret").await.unwrap();
    let (mut looked_at, mut signed_in) = (0, 0);
    for number in 0..1_000 {
        let answer = sign_in(&office.ctx, &format!("192.0.2.{}", number % 20), "guess").await;
        looked_at += u32::from(why(answer) == "invalid credentials");
        if number % 10 == 0 {
            office.clock.advance(Duration::from_mins(10));
            signed_in += u32::from(sign_in(&office.ctx, "198.51.100.1", "ann-secret").await.is_ok());
        }
    }
    assert!(looked_at <= 100, "{looked_at}");
    assert_eq!(signed_in, 100);
}

#[tokio::test]
async fn a_restart_forgets_neither_failures_nor_where_the_owner_signed_in() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    sign_in(&office.ctx, "198.51.100.1", "ann-secret").await.unwrap();
    for number in 0..5 {
        assert!(sign_in(&office.ctx, &format!("192.0.2.{number}"), "guess").await.is_err());
    }
    let keep = async |ctx: &Ctx| ctx.guard.keep(&*ctx.stores.throttles, ctx.now()).await.unwrap();
    keep(&office.ctx).await;
    let guard = || Arc::new(Guard::new(Limits::default(), Arc::new(PlainBlinding)));
    let restarted = Ctx { guard: guard(), ..office.ctx.clone() };
    keep(&restarted).await;
    assert_eq!(why(sign_in(&restarted, "192.0.2.99", "ann-secret").await), "throttled for 1 s");
    sign_in(&restarted, "198.51.100.1", "ann-secret").await.unwrap();
    // What one server counts another learns of.
    office.clock.advance(Duration::from_secs(1));
    assert_eq!(why(sign_in(&restarted, "192.0.2.99", "guess").await), "invalid credentials");
    keep(&restarted).await;
    keep(&office.ctx).await;
    assert_eq!(why(sign_in(&office.ctx, "192.0.2.98", "guess").await), "throttled for 2 s");
}
