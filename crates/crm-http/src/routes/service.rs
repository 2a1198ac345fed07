//! What operators, monitors and developers ask the server about itself.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use bytes::Bytes;
use crm_app::error::StoreError;
use crm_app::readiness::NotReady;
use utoipa_swagger_ui::Config;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::done::ReadyBody;
use crate::openapi;
use crate::problem::Problem;
use crate::problem::kind::Kind;
use crate::route::Outcome;

/// What the pages of the documentation may load: what comes from here. The page styles itself inline.
const PAGES: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                     object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// `GET /health` and `GET /healthz`: the server is alive.
pub(crate) async fn alive(_call: Call) -> Outcome {
    Ok(Answer::done())
}

/// `GET /readyz`: the server can do its work, and on which kind of store, as of a check that is at most a second old.
pub(crate) async fn ready(call: Call) -> Outcome {
    if call.state().is_stopping() {
        return Err(Problem::new(Kind::NOT_READY, "the server is about to stop").retry_after(1));
    }
    match call.state().readiness().check(call.ctx().stores.workspaces.as_ref()).await {
        Ok(()) => Answer::ok(&ReadyBody { ok: true, store: call.state().options().store }),
        Err(NotReady::Store(error)) => Err(Problem::from(StoreError::Unavailable(error.into()))),
        Err(NotReady::Late) => {
            Err(Problem::new(Kind::NOT_READY, "the store did not answer in time").retry_after(1))
        }
    }
}

/// `GET /metrics`, unless the numbers have a listener of their own.
pub(crate) async fn metrics(call: Call) -> Outcome {
    let Some(render) = call.state().metrics() else {
        return Err(Problem::new(Kind::NO_SUCH_ROUTE, "the metrics are not shown here"));
    };
    Ok(Answer::bytes(HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"), render()))
}

/// Refuses with 404 where the API document and its pages are switched off.
fn require_docs(call: &Call) -> Result<(), Problem> {
    if call.state().options().docs {
        return Ok(());
    }
    Err(Problem::new(Kind::NO_SUCH_ROUTE, "the API document is not served here"))
}

/// `GET /openapi.json`
pub(crate) async fn document(call: Call) -> Outcome {
    require_docs(&call)?;
    let json = HeaderValue::from_static("application/json");
    Ok(Answer::bytes(json, openapi::shared())
        .tagged_for_good()
        .cached(HeaderValue::from_static("public, no-cache")))
}

/// `GET /docs`
pub(crate) async fn docs(call: Call) -> Outcome {
    require_docs(&call)?;
    Ok(Answer::redirect("/docs/"))
}

/// `GET /docs/` and what its page loads.
pub(crate) async fn docs_file(call: Call) -> Outcome {
    require_docs(&call)?;
    let config: Arc<Config<'static>> = Arc::new(Config::from("/openapi.json"));
    let file = utoipa_swagger_ui::serve(call.path("file"), config)
        .map_err(|error| Problem::internal(error.to_string().into()))?
        .ok_or_else(|| Problem::new(Kind::NO_SUCH_ROUTE, "the documentation has no such page"))?;
    let media_type =
        HeaderValue::from_str(&file.content_type).map_err(|error| Problem::internal(error.into()))?;
    let answer = match file.bytes {
        Cow::Borrowed(compiled_in) => {
            Answer::bytes(media_type, Bytes::from_static(compiled_in)).tagged_for_good()
        }
        Cow::Owned(written) => Answer::bytes(media_type, written).tagged(),
    };
    Ok(answer.cached(HeaderValue::from_static("public, no-cache")).header(CONTENT_SECURITY_POLICY, PAGES))
}
