//! How SQLite runs what is asked of it.

use std::collections::{BTreeMap, BTreeSet};

use crm_domain::values::search_query::SearchQuery;
use crm_sqlite::shapes::{self, Asked};

use crate::support::World;

/// Whether a step of a plan looks at every row of a table, or sorts.
fn is_slow(step: &str) -> bool {
    let walks_an_index = ["USING INDEX", "USING COVERING INDEX", "VIRTUAL TABLE INDEX"];
    let scans = step.starts_with("SCAN")
        && !walks_an_index.iter().any(|walk| step.contains(walk))
        && !step.starts_with("SCAN (subquery")
        && !step.starts_with("SCAN activity_audience")
        // Some dozens of row numbers.
        && !step.ends_with("_unindexed")
        && step != "SCAN CONSTANT ROW";
    scans || step.contains("TEMP B-TREE")
}

fn asked(world: &World) -> Asked {
    Asked {
        user: world.users[0].id,
        lead: world.leads[0].id,
        customer: world.customers[0].id,
        now: world.leads[world.leads.len() / 2].updated_at,
        short: SearchQuery::parse("a b").unwrap(),
        long: SearchQuery::parse("acme or").unwrap(),
        longest: SearchQuery::parse("corporation").unwrap(),
    }
}

#[tokio::test]
async fn no_shape_scans_a_table_or_has_sqlite_sort() {
    let world = World::of(60);
    let store = world.stored().await;
    let mut slow = BTreeMap::new();
    let mut statements = BTreeSet::new();
    for shape in shapes::all(&asked(&world)) {
        for plan in store.trials(&shape).await.unwrap().into_iter().flat_map(|trial| trial.plans) {
            statements.insert(plan.sql.clone());
            if plan.steps.iter().any(|step| is_slow(step)) {
                slow.insert(plan.sql, (shape.name.clone(), plan.steps));
            }
        }
    }
    assert_eq!(slow, BTreeMap::new());
    let indexes =
        ["lead_search MATCH", "customer_search MATCH", "task_search MATCH", "lead_tag.tag =", "UNION ALL"];
    for index in indexes.into_iter().chain([
        "lead_unindexed",
        "INDEXED BY lead_put_away",
        "INDEXED BY lead_by_owner_text",
        "OFFSET ?2",
    ]) {
        assert!(statements.iter().any(|sql| sql.contains(index)), "no shape asks {index}");
    }
}

#[tokio::test]
async fn every_way_to_a_list_leads_to_the_same_page_and_total() {
    let world = World::of(90);
    let store = world.stored().await;
    let mut answers = BTreeSet::new();
    for shape in shapes::all(&asked(&world)) {
        let trials = store.trials(&shape).await.unwrap();
        for trial in &trials {
            assert_eq!(trial.answer, trials[0].answer, "{}: {:#?}", shape.name, trial.plans);
        }
        answers.insert(trials[0].answer.clone());
    }
    assert!(answers.len() > 100, "only {} answers differ", answers.len());
}

#[tokio::test]
async fn walks_of_several_values_are_merged_without_a_sort() {
    let world = World::of(60);
    let store = world.stored().await;
    let shapes = shapes::all(&asked(&world));
    let shape =
        shapes.iter().find(|shape| shape.name == "tasks, of one owner, 2 statuses, due None, first page");
    let trials = store.trials(shape.unwrap()).await.unwrap();
    let walk = trials[0].plans.iter().find(|plan| plan.sql.contains("UNION ALL")).unwrap();
    assert_eq!(
        walk.steps,
        [
            "MERGE (UNION ALL)",
            "LEFT",
            "SEARCH task USING COVERING INDEX task_by_owner (owner=? AND status=?)",
            "RIGHT",
            "SEARCH task USING COVERING INDEX task_by_owner (owner=? AND status=?)",
        ]
    );
}

#[tokio::test]
async fn a_common_term_is_looked_for_in_the_texts_of_the_owner_without_a_record() {
    let world = World::of(60);
    let store = world.stored().await;
    let shapes = shapes::all(&asked(&world));
    let name = "leads, of one owner, search of those not archived, by UpdatedAt";
    let shape = shapes.iter().find(|shape| shape.name == name).unwrap();
    let trials = store.trials(shape).await.unwrap();
    let plans: Vec<_> = trials.into_iter().flat_map(|trial| trial.plans).collect();
    let rows = "SELECT lead.n FROM lead INDEXED BY lead_by_owner_text";
    let texts = plans.iter().find(|plan| plan.sql.starts_with(rows)).unwrap();
    let way = "SEARCH lead USING COVERING INDEX lead_by_owner_text (owner=? AND archived=?)";
    assert_eq!(texts.steps, [way], "{}", texts.sql);
}

#[tokio::test]
async fn the_history_of_a_lead_is_read_without_a_record_of_an_event() {
    let world = World::of(60);
    let store = world.stored().await;
    let shapes = shapes::all(&asked(&world));
    let plans = store.trials(shapes.iter().find(|shape| shape.name.contains("history")).unwrap()).await;
    let [plan] = &plans.unwrap()[0].plans[..] else { panic!("a history is one statement") };
    let way = "SEARCH activity USING COVERING INDEX activity_of_lead (entity_id=?)";
    assert_eq!(plan.steps, [way], "{}", plan.sql);
}

#[test]
fn a_walk_is_told_from_a_scan() {
    assert!(is_slow("SCAN lead"));
    assert!(is_slow("USE TEMP B-TREE FOR ORDER BY"));
    assert!(is_slow("USE TEMP B-TREE FOR LAST TERM OF ORDER BY"));
    assert!(!is_slow("SCAN lead USING COVERING INDEX lead_by_creation"));
    assert!(!is_slow("SEARCH lead USING INTEGER PRIMARY KEY (rowid=?)"));
}
