//! All routes at a glance, and how a request finds its own.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use crm_domain::access::action::Action::{
    AssignLead, ChangeCustomer, ChangeLead, ChangeTask, ChangeUser, ConvertLead, CreateCustomer, CreateLead,
    CreateTask, CreateUser, DeactivateUser, DeleteCustomer, DeleteTask, ManageSelf, ReadActivity, ReadAudit,
    ReadCustomers, ReadDashboard, ReadLeads, ReadTasks, ReadUsers, WriteNote,
};

use crate::dispatch::{dispatch, refuse_unrouted};
use crate::problem::Problem;
use crate::problem::kind::Kind;
use crate::route::Route;
use crate::route::Verb::{Delete, Get, Patch, Post};
use crate::routes::{
    activity, audit, auth, customers, dashboard, leads, notes, service, sessions, setup, tasks, users,
};
use crate::state::HttpState;
use crate::table::Table;

/// Every route there is. What no line names is 404, what no method names is 405.
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    vec![
        Route::open  (Post,   "/api/auth/login",                                    auth::login).hashing(),
        Route::open  (Post,   "/api/auth/refresh",                                  auth::refresh),
        Route::open  (Post,   "/api/auth/logout",                                   auth::logout),
        Route::signed(Post,   "/api/auth/register",                CreateUser,      users::register).hashing(),
        Route::signed(Get,    "/api/auth/me",                      ManageSelf,      auth::me),
        Route::signed(Patch,  "/api/auth/me",                      ManageSelf,      auth::rename_me),
        Route::signed(Post,   "/api/auth/password",                ManageSelf,      auth::change_password).hashing(),
        Route::signed(Get,    "/api/auth/sessions",                ManageSelf,      sessions::list),
        Route::signed(Delete, "/api/auth/sessions",                ManageSelf,      sessions::end_others),
        Route::signed(Delete, "/api/auth/sessions/{id}",           ManageSelf,      sessions::end),
        Route::signed(Get,    "/api/auth/history",                 ManageSelf,      audit::history),
        Route::signed(Get,    "/api/auth/users",                   ReadUsers,       users::list),
        Route::signed(Get,    "/api/auth/users/{id}",              ReadUsers,       users::read),
        Route::signed(Patch,  "/api/auth/users/{id}",              ChangeUser,      users::change).hashing(),
        Route::signed(Delete, "/api/auth/users/{id}",              DeactivateUser,  users::deactivate),
        Route::signed(Get,    "/api/auth/users/{id}/transfer",     ReadUsers,       users::transfer),
        Route::signed(Get,    "/api/auth/users/{id}/sessions",     ReadUsers,       sessions::list_of_user),
        Route::signed(Post,   "/api/auth/users/{id}/sessions/revoke", ChangeUser,   sessions::revoke),
        Route::open  (Get,    "/api/auth/bootstrap/check",                          setup::check),
        Route::open  (Post,   "/api/auth/bootstrap",                                setup::set_up).hashing(),

        Route::signed(Get,    "/api/leads",                        ReadLeads,       leads::list),
        Route::signed(Post,   "/api/leads",                        CreateLead,      leads::create),
        Route::signed(Get,    "/api/leads/{id}",                   ReadLeads,       leads::read),
        Route::signed(Patch,  "/api/leads/{id}",                   ChangeLead,      leads::change),
        Route::signed(Delete, "/api/leads/{id}",                   ChangeLead,      leads::delete),
        Route::signed(Patch,  "/api/leads/{id}/archive",           ChangeLead,      leads::archive),
        Route::signed(Patch,  "/api/leads/{id}/unarchive",         ChangeLead,      leads::unarchive),
        Route::signed(Post,   "/api/leads/{id}/reassign",          AssignLead,      leads::reassign),
        Route::signed(Post,   "/api/leads/{id}/convert",           ConvertLead,     leads::convert),

        Route::signed(Get,    "/api/customers",                    ReadCustomers,   customers::list),
        Route::signed(Post,   "/api/customers",                    CreateCustomer,  customers::create),
        Route::signed(Get,    "/api/customers/{id}",               ReadCustomers,   customers::read),
        Route::signed(Patch,  "/api/customers/{id}",               ChangeCustomer,  customers::change),
        Route::signed(Delete, "/api/customers/{id}",               DeleteCustomer,  customers::delete),
        Route::signed(Get,    "/api/customers/{id}/notes",         ReadCustomers,   notes::list),
        Route::signed(Post,   "/api/customers/{id}/notes",         WriteNote,       notes::add),
        Route::signed(Patch,  "/api/customers/{id}/notes/{noteId}", WriteNote,      notes::edit),
        Route::signed(Delete, "/api/customers/{id}/notes/{noteId}", WriteNote,      notes::delete),

        Route::signed(Get,    "/api/tasks",                        ReadTasks,       tasks::list),
        Route::signed(Post,   "/api/tasks",                        CreateTask,      tasks::create),
        Route::signed(Get,    "/api/tasks/{id}",                   ReadTasks,       tasks::read),
        Route::signed(Patch,  "/api/tasks/{id}",                   ChangeTask,      tasks::change),
        Route::signed(Delete, "/api/tasks/{id}",                   DeleteTask,      tasks::delete),

        Route::signed(Get,    "/api/activity",                     ReadActivity,    activity::list),
        Route::signed(Get,    "/api/audit",                        ReadAudit,       audit::list),
        Route::signed(Get,    "/api/dashboard",                    ReadDashboard,   dashboard::show),

        Route::open  (Get,    "/health",                                            service::alive).unlimited(),
        Route::open  (Get,    "/healthz",                                           service::alive).unlimited(),
        Route::open  (Get,    "/readyz",                                            service::ready).unlimited(),
        Route::open  (Get,    "/metrics",                                           service::metrics).unlimited(),
        Route::open  (Get,    "/openapi.json",                                      service::document),
        Route::open  (Get,    "/docs",                                              service::docs),
        Route::open  (Get,    "/docs/{file:.*}",                                    service::docs_file),
    ]
}

/// Lets every request find its route.
pub(crate) fn configure(state: HttpState) -> impl FnOnce(&mut ServiceConfig) {
    let table = Rc::new(Table::of(routes()));
    move |config| {
        config.default_service(web::to(move |request: HttpRequest, payload: web::Payload| {
            let (state, table) = (state.clone(), Rc::clone(&table));
            async move { routed(&table, state, request, payload.into_inner()).await }
        }));
    }
}

async fn routed(table: &Table, state: HttpState, request: HttpRequest, payload: Payload) -> HttpResponse {
    let Some(found) = table.find(request.match_info().as_str()) else {
        let problem = Problem::new(Kind::NO_SUCH_ROUTE, "there is no such route");
        return refuse_unrouted(&state, &request, &problem);
    };
    match found.routes.iter().find(|route| route.verb.serves(request.method())) {
        Some(route) => dispatch(route, state, request, payload, found.values).await,
        None => no_such_method(&state, &request, &found.routes),
    }
}

fn no_such_method(state: &HttpState, request: &HttpRequest, routes: &[Route]) -> HttpResponse {
    let methods = routes.iter().flat_map(|route| match route.verb {
        Get => vec!["GET", "HEAD"],
        other @ (Post | Patch | Delete) => vec![other.as_str()],
    });
    let allow = methods.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ");
    if request.method() == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header((ALLOW, allow)).finish();
    }
    let problem = Problem::new(Kind::METHOD_NOT_ALLOWED, format!("this route has only {allow}")).allow(allow);
    refuse_unrouted(state, request, &problem)
}
