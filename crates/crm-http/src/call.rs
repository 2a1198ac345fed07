//! One request on its way through a handler.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use crm_app::auth::login::Device;
use crm_app::context::Ctx;
use crm_app::precondition::Precondition;
use crm_domain::form::Form;
use crm_domain::raw::Members;

use crate::body::{self, Limits};
use crate::client_address::client_address;
use crate::dto::people::People;
use crate::etag;
use crate::in_flight::Admitted;
use crate::problem::Problem;
use crate::query;
use crate::state::HttpState;

/// One request: what the client sent, and what there is to answer it with.
pub(crate) struct Call {
    state: HttpState,
    request: HttpRequest,
    payload: Payload,
    room: Option<Admitted>,
}

impl Call {
    /// A request, and the room it has among those that are being answered; what is not counted has none.
    pub(crate) fn new(
        state: HttpState,
        request: HttpRequest,
        payload: Payload,
        room: Option<Admitted>,
    ) -> Self {
        Self { state, request, payload, room }
    }

    /// What all threads share.
    pub(crate) fn state(&self) -> &HttpState {
        &self.state
    }

    /// What the use cases work with.
    pub(crate) fn ctx(&self) -> &Ctx {
        self.state.ctx()
    }

    /// What stands in the path where the route has `{name}`.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
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

    /// The JSON object that the request must have.
    ///
    /// # Errors
    /// See [`body::read`].
    pub(crate) async fn body(&mut self) -> Result<Members, Problem> {
        let members = self.optional_body().await?;
        members.ok_or_else(body::missing)
    }

    /// Reads the body, if there is one. Meanwhile others may have the room: a client that sends slowly takes none.
    async fn optional_body(&mut self) -> Result<Option<Members>, Problem> {
        let is_counted = self.room.take().is_some();
        let limits = self.limits();
        let members = body::read(self.request.headers(), self.payload.take(), limits).await?;
        if is_counted {
            self.room = Some(self.state.in_flight().admit().await.ok_or_else(Problem::overloaded)?);
        }
        Ok(members)
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
        let trusts = |peer| (self.state.options().trusts_proxy)(peer);
        let user_agent = self.request.headers().get(USER_AGENT);
        Device {
            address: client_address(self.request.head(), trusts).map(|address| address.to_string()),
            user_agent: user_agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned()),
        }
    }

    fn limits(&self) -> Limits {
        let options = self.state.options();
        Limits { size: options.body_limit, time: options.body_timeout }
    }
}
