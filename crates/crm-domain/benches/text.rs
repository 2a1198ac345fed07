//! How long it takes to make text ready for search.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crm_domain::fold::{fold, search_key};

const FIELDS: [&str; 5] =
    ["Łucja Côté", "lucja.cote4711@example.com", "+1 555 0142 4711", "Ærø Shipping A/S", "Trade fair"];

fn text(c: &mut Criterion) {
    c.bench_function("fold, ASCII", |b| b.iter(|| fold(black_box("Lucja.Cote4711@Example.com"))));
    c.bench_function("fold, beyond ASCII", |b| b.iter(|| fold(black_box("Łucja Côté of Ærø Shipping"))));
    c.bench_function("search key of a lead", |b| b.iter(|| search_key(black_box(FIELDS))));
}

criterion_group!(benches, text);
criterion_main!(benches);
