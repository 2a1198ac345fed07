//! How long it takes to write a lead, and a page of them, as JSON.
#![expect(clippy::unwrap_used, reason = "a measurement stops where something is not as it should be")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crm_domain::lead::LeadStatus;
use crm_domain::timestamp::Timestamp;
use crm_http::dto::lead::LeadBody;
use crm_http::dto::people::PersonBody;
use crm_http::dto::values::{IdText, Instant, LeadStatusWord};
use uuid::Uuid;

fn lead() -> LeadBody<'static> {
    let id = IdText(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057));
    let at = Instant(Timestamp::parse("2026-11-23T10:00:00.250Z").unwrap());
    LeadBody {
        id,
        legacy_id: id,
        name: "Łucja Côté",
        email: Some("lucja.cote4711@example.com"),
        phone: Some("+1 555 0142 4711"),
        company: Some("Ærø Shipping A/S"),
        status: LeadStatusWord(LeadStatus::InProgress),
        source: "Trade fair",
        tags: vec!["europe", "renewal"],
        assigned_agent: Some(PersonBody {
            id,
            legacy_id: id,
            name: "Wanjiru Lindqvist",
            email: "agent1@crm.com",
        }),
        archived: false,
        customer_id: None,
        created_at: at,
        updated_at: at,
        version: 3,
    }
}

fn bodies(c: &mut Criterion) {
    let page = vec![lead(); 10];
    c.bench_function("a lead as JSON", |b| b.iter(|| serde_json::to_vec(black_box(&page.first())).unwrap()));
    c.bench_function("ten leads as JSON", |b| b.iter(|| serde_json::to_vec(black_box(&page)).unwrap()));
}

criterion_group!(benches, bodies);
criterion_main!(benches);
