//! Sample data: what there is, that it is always the same, and what is left alone.

use rstest::rstest;

use crate::copying::rows;
use crate::support::client::Client;
use crate::support::place::Place;

#[tokio::test]
async fn the_sample_is_a_dashboard_worth_looking_at() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let (_, dashboard) = admin.get("/api/dashboard").await;
    for status in ["New", "In Progress", "Closed Won", "Closed Lost"] {
        assert!(dashboard["leadStatus"][status].as_u64().unwrap() > 0, "{dashboard}");
    }
    let days = dashboard["leadsPerDay"].as_array().unwrap();
    assert_eq!(days.len(), 14);
    assert_eq!(days.iter().map(|day| day["count"].as_u64().unwrap()).sum::<u64>(), 9, "{dashboard}");
    assert_eq!(days.last().unwrap()["count"], 1, "one came in today: {dashboard}");
    assert_eq!(dashboard["overdueTasks"], 1);
    assert_eq!(dashboard["myOpenTasks"], 1);
    server.stop();
}

#[tokio::test]
async fn the_sample_has_something_of_everything() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let mut found = Vec::new();
    let expected = [
        ("/api/auth/users", 3),
        ("/api/leads?archived=all", 10),
        ("/api/leads?archived=true", 1),
        ("/api/leads?assignedAgent=none", 1),
        ("/api/customers", 5),
        ("/api/customers?tag=converted", 1),
        ("/api/tasks", 8),
        ("/api/tasks?due=overdue", 1),
        ("/api/tasks?due=today", 1),
        ("/api/tasks?status=Open", 4),
        ("/api/tasks?status=In%20Progress", 2),
        ("/api/tasks?status=Done", 2),
    ];
    for (path, _) in expected {
        found.push((path, admin.get(path).await.1["total"].as_u64().unwrap()));
    }
    assert_eq!(found, expected);
    server.stop();
}

#[tokio::test]
async fn what_is_seeded_has_its_history_and_can_be_searched() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let (_, won) = admin.get("/api/leads?status=Closed%20Won&limit=100").await;
    let converted =
        won["items"].as_array().unwrap().iter().find(|lead| !lead["customerId"].is_null()).unwrap();
    let (_, lead) = admin.get(&format!("/api/leads/{}", converted["id"].as_str().unwrap())).await;
    let actions: Vec<&str> =
        lead["history"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["converted", "status_changed", "created"]);
    let name: String = lead["name"].as_str().unwrap().chars().take(4).collect();
    let (_, found) = admin.get(&format!("/api/leads?archived=all&q={name}")).await;
    assert!(found["items"].as_array().unwrap().iter().any(|hit| hit["id"] == lead["id"]), "{found}");
    let (_, customer) = admin.get(&format!("/api/customers/{}", lead["customerId"].as_str().unwrap())).await;
    assert_eq!(customer["notesCount"], 2, "{customer}");
    server.stop();
}

/// All ids and names there are, and all events.
fn records(random_seed: &str) -> Vec<String> {
    let place = Place::new();
    place
        .run(&["seed", "--random-seed", random_seed, "--leads", "60", "--customers", "30", "--tasks", "60"])
        .succeeded();
    let sql = place.sql();
    let mut rows = Vec::new();
    for question in [
        "SELECT hex(id) || name || email FROM user ORDER BY id",
        "SELECT hex(id) || name || email || status || archived || version FROM lead ORDER BY id",
        "SELECT hex(id) || name || version FROM customer ORDER BY id",
        "SELECT hex(id) || title || due_text || status FROM task ORDER BY id",
        "SELECT hex(id) || text FROM note ORDER BY id",
        "SELECT hex(id) || message FROM activity ORDER BY id",
    ] {
        let mut statement = sql.prepare(question).unwrap();
        let found: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(!found.is_empty(), "{question}");
        rows.extend(found);
    }
    rows
}

#[test]
fn the_same_number_makes_the_same_data_and_another_makes_other_data() {
    let one = records("7");
    assert_eq!(one, records("7"));
    assert_ne!(one, records("8"));
}

#[test]
fn a_larger_sample_has_the_amounts_asked_for_and_its_counters_and_events_agree() {
    let place = Place::new();
    let amounts = ["--agents", "7", "--leads", "900", "--customers", "400", "--tasks", "700"];
    let said = place.run(&[&["seed"], &amounts[..]].concat()).succeeded();
    assert!(said.contains("8 users, 900 leads, 400 customers"), "{said}");
    assert!(said.contains("700 tasks"), "{said}");
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[rstest]
#[case(&["--leads", "0"])]
#[case(&["--customers", "0"])]
#[case(&["--leads", "3", "--customers", "1", "--tasks", "20", "--agents", "1"])]
fn any_amounts_fit_together(#[case] amounts: &[&str]) {
    let place = Place::new();
    place.run(&[&["seed"], amounts].concat()).succeeded();
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_store_with_users_is_left_alone_unless_it_is_to_be_emptied() {
    let place = Place::seeded();
    place.sql().execute("UPDATE lead SET name = 'Mine' WHERE n = 1", []).unwrap();
    let refused = place.run(&["seed"]).refused();
    assert!(refused.contains("has 3 users") && refused.contains("--reset"), "{refused}");
    let mine = || -> u32 {
        let count = "SELECT count(*) FROM lead WHERE name = 'Mine'";
        place.sql().query_row(count, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(mine(), 1);
    place.run(&["seed", "--reset"]).succeeded();
    assert_eq!(mine(), 0);
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}

#[test]
fn with_if_empty_an_empty_store_is_filled_and_any_other_is_left_as_it_is() {
    let place = Place::new();
    let said = place.run(&["seed", "--if-empty"]).succeeded();
    assert!(said.contains("holds 3 users, 10 leads"), "{said}");
    place.sql().execute("UPDATE lead SET name = 'Mine' WHERE n = 1", []).unwrap();
    let state = || rows(&place.store());
    let before = state();
    let said = place.run(&["seed", "--if-empty"]).succeeded();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("has 3 users and") && said.contains("is left alone"), "{said}");
    assert_eq!(state(), before);
    assert_eq!(place.run(&["seed", "--if-empty", "--reset"]).code, 2, "they contradict each other");
}

#[test]
fn production_has_to_say_so_twice() {
    // What is done is told in the audit log, which is sealed with the server's secrets.
    let place = Place::new()
        .with("NODE_ENV", "production")
        .with("JWT_ACCESS_SECRET", "hWq7wZ0mT5xv9bJr2nKc8sLd4fGy6pAe")
        .with("JWT_REFRESH_SECRET", "Pz3kVt8yRb1qXn6cMj0wHs5dLf7gUa2e");
    let flags = ["--yes-in-production", "--i-know-that-everybody-knows-the-passwords"];
    for said in [&[][..], &flags[..1], &flags[1..]] {
        let refused = place.run(&[&["seed"], said].concat()).refused();
        assert!(flags.iter().all(|flag| refused.contains(flag)), "{refused}");
        assert!(!place.store().exists());
    }
    place.run(&[&["seed"], &flags[..]].concat()).succeeded();
}
