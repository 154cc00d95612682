//! What the server answers: exchanges, enrolments, certificates, attached files, letters' seals, whether it lives, and the
//! operator's desk.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::{Hub, blobs, certificate, enrolment, exchange, letter_page, wiped};
use crate::desk;

/// Longest body of a request that is no exchange, in bytes.
const BODY_MAX: usize = 4096;

/// All routes.
pub(super) fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/v1/exchange", post(exchange::exchange))
        .route("/v1/enrol", post(enrolment::enrol))
        .route("/v1/certificate", post(certificate::certificate))
        .route("/v1/wiped", post(wiped::wiped))
        .route("/v1/blobs", post(blobs::ask))
        .route("/v1/blobs/{hash}", get(blobs::get).put(blobs::put))
        .route("/l/", get(letter_page::nothing))
        .route("/l/style.css", get(letter_page::style))
        .route("/l/{seal}", get(letter_page::page))
        .route("/healthz", get(async || "ok\n"))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .merge(desk::router(&hub))
        .with_state(hub)
}
