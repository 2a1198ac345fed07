//! How long it takes to check an access token, which every request does, and to make one.
#![expect(clippy::unwrap_used, reason = "a measurement stops where something is not as it should be")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use crm_app::ports::tokens::{AccessClaims, Tokens};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::timestamp::Timestamp;
use crm_security::tokens::{JwtTokens, TokenSecrets};
use secrecy::ExposeSecret;

fn tokens(c: &mut Criterion) {
    let secrets = TokenSecrets {
        access: "an access secret of more than 32 bytes".into(),
        refresh: "a refresh secret of more than 32 bytes".into(),
    };
    let tokens = JwtTokens::new(&secrets, Duration::from_mins(15)).unwrap();
    let now = Timestamp::parse("2026-11-23T10:00:00Z").unwrap();
    let claims = AccessClaims {
        user: UserId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(),
        session: SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8058").unwrap(),
        access_version: 1,
    };
    let token = tokens.issue(&claims, now).unwrap();
    c.bench_function("check of an access token", |b| {
        b.iter(|| tokens.read(black_box(token.expose_secret()), now).unwrap());
    });
    c.bench_function("making an access token", |b| b.iter(|| tokens.issue(black_box(&claims), now).unwrap()));
}

criterion_group!(benches, tokens);
criterion_main!(benches);
