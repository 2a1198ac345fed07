//! The least that a server of this kind does: one route of actix that writes a struct as JSON.

use actix_web::{App, HttpResponse, HttpServer, web};
use crm_server::output;
use serde::Serialize;

use crate::Outcome;

/// Where it is asked.
pub(crate) const PATH: &str = "/record";

#[derive(Debug, Clone, Serialize)]
struct Record {
    id: u64,
    name: &'static str,
    text: String,
}

/// Serves at a free port, which it says, with one thread for each core as the server does.
///
/// # Errors
/// No port is free, or serving fails.
pub(crate) fn serve(bytes: usize) -> Outcome<()> {
    let mut record = Record { id: 1, name: "a record", text: String::new() };
    let fixed = serde_json::to_vec(&record)?.len();
    record.text = "x".repeat(bytes.saturating_sub(fixed));
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(record.clone())).route(PATH, web::get().to(answer))
        })
        .shutdown_timeout(1)
        .bind(("127.0.0.1", 0))?;
        for address in server.addrs() {
            output::say(&format!("the bare route listens at http://{address}"));
        }
        server.run().await?;
        Ok(())
    })
}

async fn answer(record: web::Data<Record>) -> HttpResponse {
    HttpResponse::Ok().json(record.get_ref())
}
