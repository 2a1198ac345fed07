//! Who gets what from every route: the tables `access_matrix.txt` and `access_references.txt` beside this file.
//!
//! Each cell asks with a record of its own, and the cells are asked in another order each time, so that none depends on
//! another. With `CRM_UPDATE=1` the tables are written anew; read their difference as what changed for clients.

mod bodies;
mod cast;
mod references;
mod table;
mod target;

use crm_http::app::routes;
use crm_http::openapi::template;
use crm_http::route::{Access, Route, Verb};
use crm_testkit::random::Random;
use reqwest::Method;

use self::bodies::body;
use self::cast::{COLUMNS, Cast};
use self::references::references;
use self::table::Table;
use self::target::{Kind, Target};
use crate::support::checked_in::assert_unchanged;
use crate::support::client::Reply;

const WHOSE: &str = "\
# own: what the column `owner` owns; other's: what a third agent owns; oneself: whoever asks, with an account of its own.
# gone: what was deleted, ended or deactivated. `found` counts what a list holds.
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_everybody_as_the_table_says() {
    let cast = Cast::new().await;
    let rows = |route: Route| {
        let title = format!("{:<6} {}", route.verb.as_str(), template(route.path));
        let targets = Target::of(route.path);
        targets.into_iter().map(move |target| (route.clone(), title.clone(), target))
    };
    let mut table = Table::of(routes().into_iter().flat_map(rows));
    for (row, column, route, target) in table.cells(&mut Random::new()) {
        let reply = ask(&cast, column, &route, target).await;
        judge(&route, COLUMNS[column], &reply);
        table.fill(row, column, &reply);
    }
    println!("{} cells", table.count());
    assert!(table.count() >= 600, "only {} cells", table.count());
    assert_unchanged("crates/crm-http/tests/it/access_matrix.txt", &table.text(WHOSE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_names_a_record_answers_everybody_as_the_table_says() {
    let cast = Cast::new().await;
    let rows = references().into_iter().flat_map(|reference| {
        let (title, targets) = (reference.title(), reference.targets());
        targets.iter().map(move |target| (reference.clone(), title.clone(), *target))
    });
    let mut table = Table::of(rows);
    for (row, column, reference, target) in table.cells(&mut Random::new()) {
        let reply = reference.ask(&cast, column, target).await;
        assert_eq!(reply.status == 401, column > 2, "{} {}", COLUMNS[column], reply.text);
        table.fill(row, column, &reply);
    }
    println!("{} cells", table.count());
    assert!(table.count() >= 500, "only {} cells", table.count());
    assert_unchanged("crates/crm-http/tests/it/access_references.txt", &table.text(WHOSE));
}

/// What holds for every cell, whatever the table says.
fn judge(route: &Route, column: &str, reply: &Reply) {
    assert!(reply.status < 500, "{}", reply.text);
    let is_out = ["deactivated", "nobody"].contains(&column);
    if let (Access::SignedIn(_), true) = (route.access(), is_out) {
        assert_eq!(reply.status, 401, "{} {}", route.path, reply.text);
    }
}

async fn ask(cast: &Cast, column: usize, route: &Route, target: Target) -> Reply {
    let twin = if target == Target::Oneself { Some(cast.twin(column).await) } else { None };
    let path = route.path.replace("{file:.*}", "");
    let path = match &twin {
        Some(twin) => path.replace("{id}", &twin.id),
        None if path.contains("{noteId}") => cast.note(target).await,
        None if path.contains("{id}") => path.replace("{id}", &cast.made(Kind::of(route.path), target).await),
        None => path,
    };
    let client = twin.as_ref().map_or_else(|| cast.client(column), |twin| twin.client.clone());
    let method = match route.verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    };
    let request = client.request(method, &path);
    let request = match body(cast, route, twin.as_ref()) {
        None => request,
        Some(body) => request.json(&body),
    };
    client.send(request).await
}
