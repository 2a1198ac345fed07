//! The API document: what the code makes, whole, and true.

use std::collections::BTreeSet;

use crm_app::{activity, audit, auth, customers, leads, notes, setup, tasks, users};
use crm_http::app::routes;
use crm_http::openapi::{openapi, template};
use crm_http::route::Access;
use serde_json::{Map, Value};

use crate::support::checked_in::assert_unchanged;

fn document() -> Value {
    serde_json::from_str(&openapi()).unwrap()
}

#[test]
fn the_document_that_is_checked_in_is_what_the_code_makes() {
    assert_unchanged("docs/openapi.json", &openapi());
}

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let own: BTreeSet<String> =
        routes().iter().map(|route| format!("{} {}", route.verb.as_str(), template(route.path))).collect();
    let document = document();
    let described: BTreeSet<String> = operations(&document).map(|(name, _)| name).collect();
    assert_eq!(own, described);
}

#[test]
fn the_document_says_of_every_route_who_may_ask() {
    let document = document();
    for route in routes() {
        let operation = &document["paths"][template(route.path)][route.verb.as_str().to_lowercase()];
        let needs_token = matches!(route.access(), Access::SignedIn(_));
        assert_eq!(operation["security"].is_array(), needs_token, "{}", route.path);
        assert_eq!(
            operation["responses"]["401"].is_object(),
            needs_token || is_sign_in(route.path),
            "{}",
            route.path
        );
    }
}

fn is_sign_in(path: &str) -> bool {
    ["/api/auth/login", "/api/auth/refresh"].contains(&path)
}

#[test]
fn operations_have_names_of_their_own() {
    let document = document();
    let names: Vec<&str> =
        operations(&document).map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
    let unique: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.push(reference.clone());
            }
            members.values().for_each(|member| collect_references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods: &Map<String, Value> = item.as_object().unwrap();
        methods
            .iter()
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

/// What the use cases read from bodies and queries, by operation.
const BODIES: &[(&str, &[&str])] = &[
    ("POST /api/auth/login", auth::login::WRITABLE),
    ("POST /api/auth/refresh", auth::refresh::WRITABLE),
    ("POST /api/auth/logout", auth::refresh::WRITABLE),
    ("POST /api/auth/register", users::register::WRITABLE),
    ("PATCH /api/auth/me", auth::me::WRITABLE),
    ("POST /api/auth/password", auth::password::WRITABLE),
    ("PATCH /api/auth/users/{id}", users::change::WRITABLE),
    ("POST /api/auth/bootstrap", setup::first_admin::WRITABLE),
    ("POST /api/leads", leads::form::WRITABLE),
    ("PATCH /api/leads/{id}", leads::form::WRITABLE),
    ("POST /api/leads/{id}/reassign", leads::reassign::WRITABLE),
    ("POST /api/customers", customers::form::WRITABLE),
    ("PATCH /api/customers/{id}", customers::form::WRITABLE),
    ("POST /api/customers/{id}/notes", notes::form::WRITABLE),
    ("PATCH /api/customers/{id}/notes/{noteId}", notes::form::WRITABLE),
    ("POST /api/tasks", tasks::form::WRITABLE),
    ("PATCH /api/tasks/{id}", tasks::form::WRITABLE),
];

const QUERIES: &[(&str, &[&str])] = &[
    ("GET /api/auth/users", users::list::PARAMETERS),
    ("DELETE /api/auth/users/{id}", users::deactivate::PARAMETERS),
    ("GET /api/leads", leads::list::PARAMETERS),
    ("GET /api/customers", customers::list::PARAMETERS),
    ("GET /api/customers/{id}/notes", notes::list::PARAMETERS),
    ("GET /api/tasks", tasks::list::PARAMETERS),
    ("GET /api/activity", activity::list::PARAMETERS),
    ("GET /api/audit", audit::list::PARAMETERS),
    ("GET /api/auth/history", audit::list::HISTORY_PARAMETERS),
];

#[test]
fn the_described_bodies_have_the_members_that_the_use_cases_read() {
    let document = document();
    let mut compared = 0;
    for (name, operation) in operations(&document) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(reference) = schema["$ref"].as_str() else {
            continue;
        };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        let described: BTreeSet<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let (_, read) =
            BODIES.iter().find(|(own, _)| *own == name).unwrap_or_else(|| panic!("{name} is not listed"));
        assert_eq!(described, read.iter().copied().collect(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, BODIES.len());
}

#[test]
fn the_described_queries_have_the_parameters_that_the_use_cases_read() {
    let document = document();
    let mut compared = 0;
    for (name, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: BTreeSet<String> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        if described.is_empty() {
            continue;
        }
        let (_, read) =
            QUERIES.iter().find(|(own, _)| *own == name).unwrap_or_else(|| panic!("{name} is not listed"));
        assert_eq!(described, read.iter().map(|parameter| (*parameter).to_owned()).collect(), "{name}");
        compared += 1;
    }
    assert_eq!(compared, QUERIES.len());
}
