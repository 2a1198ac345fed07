//! Search text is literal, whatever it looks like.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use crate::support::world::World;

const NAMES: [&str; 9] = [
    "Paren ( Ltd",
    "Dot .* Star",
    "Hundred % Sure",
    "Under_score",
    "Quote \" Marks",
    "Back\\slash",
    "Emoji \u{1f680} Inc",
    "Ærø Øl Łódź Straße",
    "Plain",
];

#[rstest]
#[case("(", &[0])]
#[case(".*", &[1])]
#[case("%", &[2])]
#[case("_", &[3])]
#[case("\"", &[4])]
#[case("\\", &[5])]
#[case("\u{1f680}", &[6])]
#[case("Ærø", &[7])]
#[case("aero", &[7])]
#[case("ŁODZ strasse", &[7])]
#[case("øL", &[7])]
#[case("plain (", &[])]
#[case("a", &[0, 1, 4, 5, 7, 8])]
#[tokio::test]
async fn a_search_finds_what_contains_every_term(#[case] q: &str, #[case] expected: &[usize]) {
    let world = World::new().await;
    for name in NAMES {
        world.owner.post("/api/leads", &json!({ "name": name, "source": "none" })).await.expect(201);
    }
    let request = world.owner.request(Method::GET, "/api/leads").query(&[("q", q), ("sort", "createdAt")]);
    let reply = world.owner.send(request).await.expect(200);
    let mut found = reply.items("name");
    let mut expected: Vec<&str> = expected.iter().map(|at| NAMES[*at]).collect();
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected, "{q}");
    assert_eq!(reply.body["total"], expected.len());
}

#[tokio::test]
async fn a_search_has_two_hundred_characters_at_most() {
    let world = World::new().await;
    let name = "é".repeat(200);
    world.owner.post("/api/leads", &json!({ "name": name })).await.expect(201);
    for list in ["leads", "customers", "tasks"] {
        let search = |q: String| {
            let request = world.owner.request(Method::GET, &format!("/api/{list}")).query(&[("q", q)]);
            world.owner.send(request)
        };
        let found = search(name.clone()).await.expect(200).body["total"].clone();
        assert_eq!(found, u64::from(list == "leads"), "{list}");
        assert_eq!(search("x".repeat(201)).await.bad_fields(), ["q too_long"], "{list}");
        assert_eq!(search("a\u{0}b".to_owned()).await.bad_fields(), ["q control_character"], "{list}");
    }
}
