//! One request on its way through a handler.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use bytes::Bytes;
use crm_app::auth::login::Device;
use crm_app::context::Ctx;
use crm_app::precondition::Precondition;
use crm_app::repeat::asked::Asked;
use crm_domain::form::Form;
use crm_domain::raw::Members;

use crate::answer::Answer;
use crate::body::{self, Limits};
use crate::client_address::client_address;
use crate::dto::people::People;
use crate::etag;
use crate::in_flight::Admitted;
use crate::problem::Problem;
use crate::query;
use crate::reply::{Render, Reply};
use crate::state::HttpState;
use crate::table::PathValues;

/// One request: what the client sent, and what there is to answer it with.
pub(crate) struct Call {
    state: HttpState,
    request: HttpRequest,
    payload: Payload,
    values: PathValues,
    room: Option<Admitted>,
    keyed: Option<Keyed>,
}

/// What only a request with a key has.
#[derive(Default)]
struct Keyed {
    /// The body, read before the handler asks for it.
    body: Bytes,
    asked: Option<Asked>,
    ctx: Option<Ctx>,
}

impl Call {
    /// A request, and the room it has among those that are being answered; what is not counted has none.
    pub(crate) fn new(
        state: HttpState,
        request: HttpRequest,
        payload: Payload,
        values: PathValues,
        room: Option<Admitted>,
    ) -> Self {
        Self { state, request, payload, values, room, keyed: None }
    }

    /// What all threads share.
    pub(crate) fn state(&self) -> &HttpState {
        &self.state
    }

    /// What the use cases work with.
    pub(crate) fn ctx(&self) -> &Ctx {
        let own = self.keyed.as_ref().and_then(|keyed| keyed.ctx.as_ref());
        own.unwrap_or_else(|| self.state.ctx())
    }

    /// The request itself.
    pub(crate) fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The answer is kept for when this request comes again.
    pub(crate) fn keep(&mut self, asked: Asked) {
        self.keyed.get_or_insert_default().asked = Some(asked);
    }

    /// How the use case's answer is written down. A request that may be repeated has it kept with what it does, so that
    /// every handler of one asks this before it calls its use case.
    pub(crate) fn reply<T: 'static>(&mut self, render: Render<T>) -> Reply<T> {
        let reply = Reply::new(render, &self.ctx().mirror);
        if let Some(keyed) = &mut self.keyed
            && let Some(asked) = keyed.asked.take()
        {
            keyed.ctx = Some(self.state.ctx().keeping(reply.keeping(asked)));
        }
        reply
    }

    /// What stands in the path where the route has `{name}`.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.values.get(name)
    }

    /// The parameters of the query.
    ///
    /// # Errors
    /// `malformed_query`.
    pub(crate) fn query(&self) -> Result<Members, Problem> {
        query::parse(self.request.query_string())
    }

    /// Where the next page is: this very request, but for the cursor.
    ///
    /// # Errors
    /// `malformed_query`.
    pub(crate) fn next_page(&self, cursor: Option<&str>) -> Result<Option<String>, Problem> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let path = self.request.path().trim_end_matches('/');
        Ok(Some(query::with_cursor(path, &self.query()?, cursor)))
    }

    /// What the client demands of the version it changes.
    ///
    /// # Errors
    /// `malformed_header`.
    pub(crate) fn precondition(&self) -> Result<Precondition, Problem> {
        etag::precondition(&self.request)
    }

    /// The same of a use case that answers nothing: `{ok:true}`.
    pub(crate) fn reply_done(&mut self) -> Reply<()> {
        self.reply(|(), _| Ok(Answer::done()))
    }

    /// The JSON object that the request must have.
    ///
    /// # Errors
    /// See [`body::read`].
    pub(crate) async fn body(&mut self) -> Result<Members, Problem> {
        let members = self.optional_body().await?;
        members.ok_or_else(body::missing)
    }

    /// The body as it was sent. It can be asked for as JSON after that.
    ///
    /// # Errors
    /// See [`body::bytes`].
    pub(crate) async fn bytes(&mut self) -> Result<Bytes, Problem> {
        let is_counted = self.room.take().is_some();
        let body = body::bytes(self.request.headers(), self.payload.take(), self.limits()).await?;
        self.come_back(is_counted).await?;
        self.keyed.get_or_insert_default().body = body.clone();
        Ok(body)
    }

    /// Reads the body, if there is one. Meanwhile others may have the room: a client that sends slowly takes none.
    async fn optional_body(&mut self) -> Result<Option<Members>, Problem> {
        if let Some(keyed) = &self.keyed {
            return body::decode(self.request.headers(), &keyed.body);
        }
        let is_counted = self.room.take().is_some();
        let members = body::read(self.request.headers(), self.payload.take(), self.limits()).await?;
        self.come_back(is_counted).await?;
        Ok(members)
    }

    /// Takes room again, if the request had some.
    async fn come_back(&mut self, is_counted: bool) -> Result<(), Problem> {
        if is_counted {
            self.room = Some(self.state.in_flight().admit().await.ok_or_else(Problem::overloaded)?);
        }
        Ok(())
    }

    /// Checks that the request has no body, or one that says nothing but what the record shows anyway.
    ///
    /// # Errors
    /// See [`body::read`]; unknown members are named.
    pub(crate) async fn empty_body(&mut self, ignored: &[&'static [&'static str]]) -> Result<(), Problem> {
        let Some(members) = self.optional_body().await? else {
            return Ok(());
        };
        let is_ignored = |name: &str| ignored.iter().any(|names| names.contains(&name));
        let rest: Members = members.into_iter().filter(|(name, _)| !is_ignored(name)).collect();
        Form::body(rest, &[], &[]).finish().map_err(Problem::invalid)
    }

    /// Everybody, for the names that bodies show.
    pub(crate) fn people(&self) -> People {
        People::now(&self.ctx().mirror)
    }

    /// What is known of the client's device.
    pub(crate) fn device(&self) -> Device {
        let user_agent = self.request.headers().get(USER_AGENT);
        Device {
            address: client_address(self.request.head(), &self.state).map(|address| address.to_string()),
            user_agent: user_agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned()),
        }
    }

    fn limits(&self) -> Limits {
        let options = self.state.options();
        Limits { size: options.body_limit, time: options.body_timeout }
    }
}
