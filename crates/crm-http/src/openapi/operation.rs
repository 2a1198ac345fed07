//! One operation of the API document: what is said of it, and what follows from its route.

use std::collections::BTreeSet;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, KnownFormat, Schema, SchemaFormat};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Object, ObjectBuilder, Ref, RefOr, Required, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::keyed;
use crate::openapi::parameters::parameter;
use crate::openapi::texts;
use crate::problem::MEDIA_TYPE;
use crate::problem::kind::Kind;
use crate::route::{Access, Route, Verb};

/// What is said of the header that names a key.
const KEY: &str = "Chosen by the client for this request: 1 to 255 visible ASCII characters, such as a UUID. A success \
     is kept for 24 hours and answered again, with `Idempotency-Replayed: true`, when the same user sends the same \
     request with the same key; with another query, body or If-Match that is 422 `idempotency_key_reused`. A refusal is \
     decided anew. 409 `still_running`: the first one is being answered.";

/// The name of the one way to sign in.
pub(super) const SCHEME: &str = "bearer";

type Named = (String, RefOr<Schema>);

/// Where an answer leads: the operation, and which of its parameters are found where.
type Link = (&'static str, &'static [(&'static str, &'static str)]);

/// `*`, or entity tags in quotes with commas between.
const IF_MATCH: &str = r#"^(\*|(W/)?"[!#-~]*"( ?, ?(W/)?"[!#-~]*")*)$"#;

/// What is said of one operation.
#[derive(Clone)]
pub(super) struct Spec {
    verb: Verb,
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    query: Vec<Parameter>,
    body: Option<(RefOr<Schema>, Required)>,
    answer: Vec<(&'static str, RefOr<Schema>)>,
    status: &'static str,
    accepted: Option<(RefOr<Schema>, &'static str)>,
    headers: Vec<&'static str>,
    links: Vec<Link>,
    statuses: BTreeSet<u16>,
    schemas: Vec<Named>,
}

/// Says something of an operation.
pub(super) fn spec(verb: Verb, path: &'static str, id: &'static str, summary: &'static str) -> Spec {
    Spec {
        verb,
        path,
        id,
        tag: "service",
        summary,
        query: Vec::new(),
        body: None,
        answer: Vec::new(),
        status: "200",
        accepted: None,
        headers: Vec::new(),
        links: Vec::new(),
        statuses: BTreeSet::new(),
        schemas: Vec::new(),
    }
}

impl Spec {
    pub(super) fn tag(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    /// The parameters of its query.
    pub(super) fn query(self, query: Vec<Parameter>) -> Self {
        Self { query, ..self }.refuses(&[400])
    }

    /// The object it takes.
    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        let mut named = collect::<T>();
        close(&mut named);
        self.schemas.extend(named);
        Self { body: Some((reference::<T>(), Required::True)), ..self }.refuses(&[400, 408, 413, 415])
    }

    /// It may be sent an object, which says nothing.
    pub(super) fn may_take_nothing(self) -> Self {
        let nothing = ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
        Self { body: Some((nothing.into(), Required::False)), ..self }.refuses(&[400, 408, 413, 415])
    }

    /// What it answers.
    pub(super) fn gives<T: ToSchema>(mut self) -> Self {
        self.schemas.extend(collect::<T>());
        Self { answer: vec![("application/json", reference::<T>())], ..self }
    }

    /// It answers a list of these.
    pub(super) fn gives_list_of<T: ToSchema>(mut self) -> Self {
        self.schemas.extend(collect::<T>());
        let list = ArrayBuilder::new().items(reference::<T>()).build();
        Self { answer: vec![("application/json", list.into())], ..self }
    }

    /// It answers something that is no JSON of ours.
    pub(super) fn gives_media(mut self, media_type: &'static str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.answer.push((media_type, schema.into()));
        self
    }

    /// It may answer 202 with this, and a `Location` that this operation reads.
    pub(super) fn or_accepts<T: ToSchema>(mut self, then: &'static str) -> Self {
        self.schemas.extend(collect::<T>());
        Self { accepted: Some((reference::<T>(), then)), ..self }
    }

    /// It answers with this status instead of 200.
    pub(super) fn with_status(self, status: &'static str) -> Self {
        Self { status, ..self }
    }

    /// Its answer has these headers.
    pub(super) fn with_headers(mut self, headers: &[&'static str]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    /// What it made can be used by these operations, which take its id.
    pub(super) fn leads_to(self, operations: &[&'static str]) -> Self {
        operations.iter().fold(self, |spec, operation| spec.leads(operation, &[("id", "$response.body#/id")]))
    }

    /// Its answer tells these parameters of another operation.
    pub(super) fn leads(
        mut self,
        operation: &'static str,
        parameters: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.links.push((operation, parameters));
        self
    }

    /// It can be made to depend on the version (`If-Match`).
    pub(super) fn conditional(mut self) -> Self {
        let about = "The `ETag` of the version that may be changed; any other answers 412.";
        let tags = ObjectBuilder::new().schema_type(Type::String).pattern(Some(IF_MATCH));
        self.query.push(header("If-Match", about, tags));
        self.refuses(&[400, 412])
    }

    /// It can refuse with these statuses, beside those that follow from its route.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        self.statuses.extend(statuses);
        self
    }

    /// Whether this is about that route.
    pub(super) fn describes(&self, route: &Route) -> bool {
        self.verb == route.verb && self.path == route.path
    }

    pub(super) fn method(&self) -> HttpMethod {
        match self.verb {
            Verb::Get => HttpMethod::Get,
            Verb::Post => HttpMethod::Post,
            Verb::Patch => HttpMethod::Patch,
            Verb::Delete => HttpMethod::Delete,
        }
    }

    /// The schemas it refers to.
    pub(super) fn schemas(&self) -> Vec<Named> {
        self.schemas.clone()
    }

    /// The whole operation, with what follows from its route.
    pub(super) fn operation(&self, route: &Route) -> Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(self.id))
            .tag(self.tag)
            .summary(Some(self.summary))
            .responses(self.responses(route));
        for name in names_in(self.path) {
            operation = operation.parameter(path_parameter(name));
        }
        for own in &self.query {
            operation = operation.parameter(own.clone());
        }
        if self.can_be_unchanged() {
            operation = operation.parameter(header(
                "If-None-Match",
                "The `ETag` of what the client has; 304 if that is what there is.",
                Object::with_type(Type::String),
            ));
        }
        if route.takes_key() {
            operation = operation.parameter(key());
        }
        if let Some((schema, required)) = &self.body {
            let content = ContentBuilder::new().schema(Some(schema.clone())).build();
            let body = RequestBodyBuilder::new().content("application/json", content);
            operation = operation.request_body(Some(body.required(Some(required.clone())).build()));
        }
        if let Access::SignedIn(_) = route.access() {
            operation = operation.security(SecurityRequirement::new(SCHEME, Vec::<String>::new()));
        }
        operation.build()
    }

    fn responses(&self, route: &Route) -> ResponsesBuilder {
        let mut response = ResponseBuilder::new().description(self.summary);
        for (media_type, schema) in &self.answer {
            let content = ContentBuilder::new().schema(Some(schema.clone())).build();
            response = response.content(*media_type, content);
        }
        for name in &self.headers {
            response = response
                .header(*name, HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).build());
        }
        if route.takes_key() {
            let replayed = HeaderBuilder::new()
                .description(Some("`true` if this was done and answered before, under the same key."))
                .schema(Some(Object::with_type(Type::String)));
            response = response.header(keyed::REPLAYED_NAME, replayed.build());
        }
        for (operation, parameters) in &self.links {
            let link = LinkBuilder::new().operation_id(*operation);
            let link = parameters.iter().fold(link, |link, (name, place)| link.parameter(*name, *place));
            response = response.link(*operation, link.build());
        }
        let mut responses = ResponsesBuilder::new().response(self.status, response.build());
        if let Some((schema, then)) = &self.accepted {
            let content = ContentBuilder::new().schema(Some(schema.clone())).build();
            let location = HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).build();
            let link = LinkBuilder::new().operation_id(*then).parameter("id", "$request.path.id").build();
            let accepted = ResponseBuilder::new()
                .description("It goes on in the background; `Location` shows how it stands.")
                .content("application/json", content)
                .header("Location", location)
                .link(*then, link);
            responses = responses.response("202", accepted.build());
        }
        if self.can_be_unchanged() {
            responses =
                responses.response("304", Response::new("The client has it already (`If-None-Match`)."));
        }
        for status in self.all_statuses(route) {
            responses = responses.response(status.to_string(), Ref::from_response_name(refusal_name(status)));
        }
        responses
    }

    /// Whether it reads something that a client may have already.
    fn can_be_unchanged(&self) -> bool {
        self.verb == Verb::Get && self.headers.contains(&"ETag")
    }

    fn all_statuses(&self, route: &Route) -> BTreeSet<u16> {
        let mut statuses = self.statuses.clone();
        statuses.insert(500);
        if route.path.starts_with("/api/") {
            statuses.extend([429, 503]);
        }
        if let Access::SignedIn(_) = route.access() {
            statuses.extend([401, 403]);
        }
        if names_in(route.path).next().is_some() {
            statuses.extend([400, 404]);
        }
        if route.verb != Verb::Get {
            statuses.insert(507);
        }
        if route.takes_key() {
            statuses.extend([400, 408, 409, 413, 422]);
        }
        statuses
    }
}

/// The responses of failures, one per status, by name.
pub(super) fn refusals(problem: &str) -> Vec<(String, Response)> {
    let statuses: BTreeSet<u16> = Kind::ALL.iter().map(|kind| kind.status).collect();
    let response = |status: u16| {
        let kinds = Kind::ALL.iter().filter(|kind| kind.status == status);
        let codes: Vec<String> = kinds.map(|kind| format!("`{}` ({})", kind.code, kind.title)).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(problem))).build();
        let mut response = ResponseBuilder::new().description(codes.join(", ")).content(MEDIA_TYPE, content);
        let header = match status {
            401 => Some("WWW-Authenticate"),
            405 => Some("Allow"),
            409 | 429 | 503 => Some("Retry-After"),
            _ => None,
        };
        if let Some(name) = header {
            let schema = Object::with_type(Type::String);
            response = response.header(name, HeaderBuilder::new().schema(Some(schema)).build());
        }
        (refusal_name(status), response.build())
    };
    statuses.into_iter().map(response).collect()
}

fn refusal_name(status: u16) -> String {
    format!("Problem{status}")
}

fn names_in(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.split([':', '}']).next())
}

fn header(name: &str, about: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    ParameterBuilder::from(parameter(name, about, schema)).parameter_in(ParameterIn::Header).build()
}

fn key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(keyed::LONGEST))
        .pattern(Some("^[!-~]+$"));
    header(keyed::NAME, KEY, schema)
}

fn path_parameter(name: &'static str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let (about, schema) = if name == "file" {
        ("A file of the page.", text)
    } else {
        let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
        ("The record's id: a UUID with hyphens.", text.format(Some(uuid)))
    };
    ParameterBuilder::from(parameter(name, about, schema))
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .build()
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

/// A type's schema and those it refers to.
pub(super) fn collect<T: ToSchema + PartialSchema>() -> Vec<Named> {
    let mut named = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut named);
    named
}

/// What clients send has no members but those described, and texts of a certain shape.
fn close(named: &mut [Named]) {
    if let Some((_, RefOr::T(Schema::Object(object)))) = named.first_mut() {
        texts::describe(object);
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}
