//! A team moves here from the Node.js backend.

use std::os::unix::fs::PermissionsExt;

use crm_testkit::mongod;
use crm_testkit::node_backend::crowd::Crowd;
use crm_testkit::node_backend::{NodeBackend, PASSWORD};
use serde_json::Value;

use crate::support::client::Client;
use crate::support::place::Place;

const TEAM: Crowd = Crowd { leads: 40, customers: 12, tasks: 12 };

fn numbers(out: &str, kind: &str) -> Vec<u64> {
    let line = out.lines().find(|line| line.starts_with(kind)).unwrap_or_else(|| panic!("{out}"));
    line[kind.len()..].split_whitespace().map(|number| number.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_team_moves_and_signs_in_with_the_passwords_it_had() {
    let node = NodeBackend::crowd(TEAM);
    let database = mongod::database().await;
    node.store(database.uri(), database.name()).await;
    let place = Place::new();
    let from = database.database_uri();
    let import = ["store", "import-node", "--from", &from];

    let dry = place.run(&[&import[..], &["--dry-run"]].concat()).succeeded();
    assert_eq!(numbers(&dry, "leads"), [40, 40, 0, 0, 0]);
    assert!(dry.contains("nothing was written") && !place.store().exists(), "{dry}");

    let first = place.run(&import).succeeded();
    assert_eq!(numbers(&first, "users"), [8, 8, 0, 0, 0]);
    assert_eq!(numbers(&first, "tasks"), [12, 12, 0, 0, 0]);
    assert_eq!(numbers(&first, "deals"), [1, 1, 1, 0, 0]);
    let second = place.run(&import).succeeded();
    assert_eq!(numbers(&second, "leads"), [40, 0, 0, 40, 0]);
    assert_eq!(numbers(&second, "activities")[1], 0);
    place.run(&["doctor", "--recount"]).succeeded();

    let server = place.serve();
    let kept = || -> String {
        let sql = "SELECT password FROM user WHERE email = 'agent1@crm.com'";
        place.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(kept(), node.hash());
    let agent = Client::sign_in(server.url(), "Agent1@crm.com", PASSWORD).await;
    assert!(kept().starts_with("$argon2id$"), "hashed anew");
    let (status, leads) = agent.get("/api/leads?limit=100&archived=all").await;
    assert_eq!(status, 200);
    let own = leads["total"].as_u64().unwrap();
    assert!(own > 0 && own < 40, "{own}");
    let id = leads["items"][0]["id"].as_str().unwrap();
    let (status, lead) = agent.get(&format!("/api/leads/{id}")).await;
    assert_eq!(status, 200);
    assert_eq!(lead["history"].as_array().unwrap().last().unwrap()["action"], "created");
    let admin = Client::sign_in(server.url(), "admin@crm.com", PASSWORD).await;
    assert_eq!(admin.get("/api/leads?archived=all").await.1["total"], 40);
    assert_eq!(admin.get("/api/auth/bootstrap/check").await.1["canBootstrap"], false);
    server.stop();
}

#[tokio::test]
async fn what_is_left_out_ends_with_three_and_stands_in_the_report() {
    let mut node = NodeBackend::crowd(TEAM);
    let gone = node.id();
    let orphan = node.create_customer(gone, "Orphan");
    let lead = node.leads[0].get_object_id("_id").unwrap();
    node.lead(lead).insert("email", "nobody at nowhere");
    let database = mongod::database().await;
    node.store(database.uri(), database.name()).await;
    let place = Place::new().with("CRM_IMPORT_FROM", &database.database_uri());
    let report = place.folder().join("findings.jsonl");
    let report = report.to_str().unwrap();

    let ended = place.run(&["store", "import-node", "--report", report]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert_eq!(numbers(&ended.out, "customers"), [13, 12, 0, 0, 1]);
    assert!(ended.out.contains(&format!("customer {} \"Orphan\", left out: its owner", orphan.to_hex())));
    assert_eq!(std::fs::metadata(report).unwrap().permissions().mode() & 0o777, 0o600);
    let lines = std::fs::read_to_string(report).unwrap();
    let findings: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |id: String| findings.iter().find(|finding| finding["id"] == id.as_str()).unwrap();
    assert_eq!(of(orphan.to_hex())["outcome"], "left_out");
    let mended = of(lead.to_hex());
    assert_eq!((&mended["field"], &mended["value"]), (&"email".into(), &"nobody at nowhere".into()));

    let nobody = place.run(&["store", "import-node", "--orphans-to", "x@y.example"]).refused();
    assert!(nobody.contains("there is no account with the email x@y.example"), "{nobody}");
    let adopted = place.run(&["store", "import-node", "--orphans-to", "admin@crm.com"]);
    // The event that it was made comes along with it.
    assert_eq!(adopted.code, 0, "{adopted:?}");
    assert_eq!(numbers(&adopted.out, "customers"), [13, 1, 1, 12, 0]);
}

#[tokio::test]
async fn an_address_that_does_not_lead_there_is_refused_without_its_password() {
    let place = Place::new();
    for (from, why) in [
        (
            "mongodb://root:hunter2@127.0.0.1:1/crm?serverSelectionTimeoutMS=200",
            "no server can be reached at 127.0.0.1:1",
        ),
        ("postgres://root:hunter2@db/crm", "the address is none of a MongoDB"),
    ] {
        let ended = place.run(&["store", "import-node", "--from", from]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.err.contains(why), "{ended:?}");
        assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
        assert!(!place.store().exists());
    }
    let bad = place.run(&["store", "import-node", "--from", "mongodb://127.0.0.1:1", "--to", "x"]).refused();
    assert!(bad.contains("--to must start with"), "{bad}");
}
