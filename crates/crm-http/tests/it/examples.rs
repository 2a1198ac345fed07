//! The request files in `examples/http`: each request is sent, and the status beside it must come back.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use crm_app::users::register::{NewUser, create};
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::values::password::NewPassword;
use crm_http::app::routes;
use crm_http::openapi::template;
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;

use crate::support::checked_in::from_root;
use crate::support::client::Reply;
use crate::support::document::template_of;
use crate::support::server::TestServer;

const FILES: [&str; 10] =
    ["auth", "users", "leads", "customers", "notes", "tasks", "activity", "audit", "dashboard", "service"];

/// One request of a file.
struct Example {
    title: String,
    status: u16,
    name: Option<String>,
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[rstest]
#[tokio::test]
async fn every_example_works(
    #[values(
        "auth",
        "users",
        "leads",
        "customers",
        "notes",
        "tasks",
        "activity",
        "audit",
        "dashboard",
        "service"
    )]
    file: &str,
) {
    let server = seeded().await;
    let nobody = server.nobody();
    let mut replies: HashMap<String, Reply> = HashMap::new();
    for example in read(file) {
        let fill = |text: &str| filled(text, &replies);
        let path = fill(&example.url);
        let mut request = nobody.request(example.method, path.strip_prefix("{{base}}").unwrap());
        for (name, value) in &example.headers {
            request = request.header(name, fill(value));
        }
        if !example.body.is_empty() {
            request = request.body(fill(&example.body));
        }
        let reply = nobody.send(request).await;
        assert_eq!(reply.status, example.status, "{file}.http, {}: {}", example.title, reply.text);
        if let Some(name) = example.name {
            replies.insert(name, reply);
        }
    }
}

#[test]
fn every_route_has_an_example() {
    let shown: BTreeSet<String> = FILES
        .iter()
        .flat_map(|file| read(file))
        .filter_map(|example| {
            let path = example.url.strip_prefix("{{base}}").unwrap();
            let path = path.split('?').next().unwrap();
            Some(format!("{} {}", example.method, template_of(path)?))
        })
        .collect();
    for route in routes() {
        let route = format!("{} {}", route.verb.as_str(), template(route.path));
        assert!(shown.contains(&route), "{route} has no example in examples/http");
    }
}

#[test]
fn every_request_file_is_replayed() {
    let files: BTreeSet<String> = fs::read_dir(from_root("examples/http"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, FILES.iter().map(|file| format!("{file}.http")).collect());
}

/// A server with the sample accounts, whose passwords follow no rule.
async fn seeded() -> TestServer {
    let server = TestServer::start().await;
    for (name, email, password, role) in [
        ("Admin", "admin@crm.com", "Admin@123", Role::Admin),
        ("Agent One", "agent1@crm.com", "Agent@123", Role::Agent),
        ("Agent Two", "agent2@crm.com", "Agent@123", Role::Agent),
    ] {
        let account = NewUser {
            name: PersonName::parse(name).unwrap(),
            email: Email::parse(email).unwrap(),
            password: NewPassword::of_sample_account(password),
            role,
        };
        create(server.ctx(), &Actor::system("tests"), &account).await.unwrap();
    }
    server
}

fn read(file: &str) -> Vec<Example> {
    let text = fs::read_to_string(from_root(&format!("examples/http/{file}.http"))).unwrap();
    let (head, requests) = text.split_once("\n### ").unwrap();
    assert!(head.contains("@base = http://127.0.0.1:3000"), "{file}.http says where the server is");
    requests.split("\n### ").map(parse).collect()
}

fn parse(block: &str) -> Example {
    let mut lines = block.lines();
    let title = lines.next().unwrap();
    let (_, status) = title.rsplit_once('→').unwrap_or_else(|| panic!("no status in: {title}"));
    let mut name = None;
    let mut lines = lines.skip_while(|line| match line.strip_prefix("# @name ") {
        Some(own) => {
            name = Some(own.to_owned());
            true
        }
        None => false,
    });
    let (method, url) = lines.next().unwrap().split_once(' ').unwrap();
    let headers = lines.by_ref().take_while(|line| !line.is_empty());
    let headers = headers.map(|line| line.split_once(": ").unwrap());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (method, url) = (method.parse().unwrap(), url.to_owned());
    let body = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    Example {
        title: title.to_owned(),
        status: status.trim().parse().unwrap(),
        name,
        method,
        url,
        headers,
        body,
    }
}

/// The text with what earlier replies said: `{{name.response.body.$.member}}`, `{{name.response.headers.Name}}`.
fn filled(text: &str, replies: &HashMap<String, Reply>) -> String {
    let mut pieces = text.split("{{");
    let mut whole = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let (reference, rest) = piece.split_once("}}").unwrap();
        if reference == "base" {
            whole.push_str("{{base}}");
        } else {
            whole.push_str(&value_of(reference, replies));
        }
        whole.push_str(rest);
    }
    whole
}

fn value_of(reference: &str, replies: &HashMap<String, Reply>) -> String {
    let (name, path) = reference.split_once(".response.").unwrap();
    let reply = replies.get(name).unwrap_or_else(|| panic!("{reference}: nothing has that name yet"));
    if let Some(header) = path.strip_prefix("headers.") {
        return reply.header(header).to_owned();
    }
    let path = path.strip_prefix("body.$.").unwrap().replace('[', ".").replace(']', "");
    let found = path.split('.').fold(&reply.body, |value: &Value, member| match member.parse::<usize>() {
        Ok(at) => &value[at],
        Err(_) => &value[member],
    });
    found.as_str().unwrap_or_else(|| panic!("{reference} is no text in {}", reply.text)).to_owned()
}
