//! Finding records over the whole regency, reading one, what waits for people, statistics, and files to take away.

mod download;
mod filter;
mod record;
mod search;
mod statistics;
mod texts;
mod waiting;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use change_log::DocumentId;
use desk_kit::go;

use crate::serve::Hub;

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

/// Where whoever signs in again, unlocks the screen or switches the language on a record that was opened goes.
async fn back(Path(id): Path<String>) -> Response {
    match id.parse::<DocumentId>() {
        Ok(id) => go(&format!("/berkas/{id}")),
        Err(_) => go("/cari"),
    }
}
