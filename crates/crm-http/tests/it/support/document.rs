//! The API document as the judge of every reply.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::support::checked_in::from_root;
use crate::support::client::Reply;

/// The document as it is checked in.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = std::fs::read_to_string(from_root("docs/openapi.json")).unwrap();
    serde_json::from_str(&text).unwrap()
});

type Validators = Mutex<HashMap<String, Arc<Validator>>>;

static VALIDATORS: LazyLock<Validators> = LazyLock::new(Validators::default);

/// Panics if the reply is not what the document says.
pub(crate) fn check(method: &Method, path: &str, reply: &Reply) {
    let what = format!("{method} {path} → {}\n{}", reply.status, reply.text);
    assert!(reply.has("x-request-id"), "no request id: {what}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    if *method == Method::HEAD {
        assert_eq!(reply.text, "", "a HEAD with a body: {what}");
        return;
    }
    if reply.status >= 400 {
        check_problem(reply, &what);
    }
    let Some(operation) = operation(method, path) else {
        assert!(reply.status >= 400 || *method == Method::OPTIONS, "not in the document: {what}");
        return;
    };
    let response = &operation["responses"][reply.status.to_string()];
    assert!(!response.is_null(), "a status that the document does not know: {what}");
    if reply.status < 400 {
        check_success(method, path, response, reply, &what);
    }
}

fn check_problem(reply: &Reply, what: &str) {
    assert_eq!(reply.header("content-type"), "application/problem+json", "{what}");
    fits(&json!({ "$ref": "#/components/schemas/Problem" }), "Problem", reply, what);
    assert_eq!(reply.body["status"], json!(reply.status), "{what}");
    assert_eq!(reply.body["message"], reply.body["detail"], "{what}");
    assert_eq!(reply.body["requestId"], json!(reply.header("x-request-id")), "{what}");
    assert_eq!(reply.status == 401, reply.has("www-authenticate"), "{what}");
    let waits = matches!(reply.status, 429 | 503) || reply.body["code"] == "still_running";
    assert_eq!(waits, reply.has("retry-after"), "{what}");
}

fn check_success(method: &Method, path: &str, response: &Value, reply: &Reply, what: &str) {
    let content = response["content"].as_object().cloned().unwrap_or_default();
    let Some(schema) = content.get("application/json").map(|content| content["schema"].clone()) else {
        return;
    };
    assert_eq!(reply.header("content-type"), "application/json", "{what}");
    let name = format!("{method} {} {}", template_of(path).unwrap_or_default(), reply.status);
    fits(&schema, &name, reply, what);
    for header in response["headers"].as_object().into_iter().flat_map(Map::keys) {
        // A last page links to nothing, and most answers are given for the first time.
        let is_seldom = ["Link", "Idempotency-Replayed"].contains(&header.as_str());
        assert!(is_seldom || reply.has(header), "no {header}: {what}");
    }
}

fn fits(schema: &Value, name: &str, reply: &Reply, what: &str) {
    let mut validators = VALIDATORS.lock().unwrap();
    let validator = validators.entry(name.to_owned()).or_insert_with(|| Arc::new(strict(schema)));
    let validator = Arc::clone(validator);
    drop(validators);
    let errors: Vec<String> = validator.iter_errors(&reply.body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{what}");
}

/// A validator that also refuses members that the document does not name.
fn strict(schema: &Value) -> Validator {
    let mut components = DOCUMENT["components"].clone();
    for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
        close(schema, false);
    }
    let mut whole = schema.clone();
    close(&mut whole, false);
    whole["components"] = components;
    jsonschema::draft202012::options().should_validate_formats(true).build(&whole).unwrap()
}

/// Forbids unknown members wherever a schema stands for a whole value.
fn close(schema: &mut Value, is_part: bool) {
    match schema {
        Value::Object(members) => {
            for (name, inner) in members.iter_mut() {
                close_members(name, inner);
            }
            // A named schema that stands alone may also be a part of another, so that it is closed where it is used.
            let is_use = members.contains_key("$ref");
            if is_use && !is_part {
                members.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn close_members(name: &str, inner: &mut Value) {
    match (name, inner) {
        ("properties", Value::Object(properties)) => {
            for property in properties.values_mut() {
                close(property, false);
            }
        }
        ("allOf", Value::Array(parts)) => {
            for part in parts {
                close(part, true);
            }
        }
        ("oneOf" | "anyOf", Value::Array(choices)) => {
            for choice in choices {
                close(choice, false);
            }
        }
        ("items" | "additionalProperties", inner) => close(inner, false),
        (_, _) => {}
    }
}

/// The operation of a request, if the document has it.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let operation = &DOCUMENT["paths"][template_of(path)?][method.as_str().to_lowercase()];
    (!operation.is_null()).then_some(operation)
}

/// The template that a path fits.
pub(crate) fn template_of(path: &str) -> Option<&'static str> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let path = if path.starts_with("/docs") { path } else { path.strip_suffix('/').unwrap_or(path) };
    let fits = |template: &str| {
        let (own, asked) = (template.split('/'), path.split('/'));
        own.clone().count() == asked.clone().count()
            && own.zip(asked).all(|(own, asked)| {
                own == asked || own.starts_with('{') && (!asked.is_empty() || path == "/docs/")
            })
    };
    paths
        .keys()
        .map(String::as_str)
        .find(|template| *template == path)
        .or_else(|| paths.keys().map(String::as_str).find(|template| fits(template)))
}
