//! Finding records over the whole regency, reading one, what waits for people, statistics, and files to take away.

mod allowance;
mod download;
mod filter;
mod record;
mod search;
mod statistics;
mod texts;
mod waiting;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use change_log::DocumentId;
use desk_kit::{Halt, go};

use super::page::Fault;
use super::visitor::Visitor;
use crate::act::Act;
use crate::serve::Hub;
pub(super) use allowance::Allowance;
use allowance::Allowed;

/// Their addresses.
pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/cari", get(search::page))
        .route("/cari/unduh", post(download::file).get(async || go("/cari")))
        .route("/berkas/{id}", get(record::page))
        .route("/berkas/{id}/buka", post(record::open).get(back))
        .route("/menunggu", get(waiting::page))
        .route("/menunggu/ulang", post(waiting::judge_again).get(async || go("/menunggu")))
        .route("/statistik", get(statistics::page))
}

/// Seconds that a viewer must wait before the next search; nothing where it may be now. That somebody is held up is noted once.
///
/// # Errors
///
/// When that cannot be noted.
async fn must_wait(visitor: &Visitor, hub: &Hub) -> Result<Option<u64>, Halt> {
    // Operators are shown what viewers could only find out by trying.
    if visitor.session.role.sees_personal_data() {
        return Ok(None);
    }
    let by = visitor.session.name.clone();
    let Allowed::Later { wait, is_first } = hub.desk.searches.ask(&by, Instant::now()) else { return Ok(None) };
    if is_first {
        let noted = Act::Note { by, act: "searches_limited".to_owned(), subject: String::new() };
        hub.writer.act(noted).await.map_err(Fault::from)?;
    }
    Ok(Some(allowance::seconds(wait)))
}

/// Where whoever signs in again, unlocks the screen or switches the language on a record that was opened goes.
async fn back(Path(id): Path<String>) -> Response {
    match id.parse::<DocumentId>() {
        Ok(id) => go(&format!("/berkas/{id}")),
        Err(_) => go("/cari"),
    }
}
