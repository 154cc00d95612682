//! Style sheet, script and icon, which are part of the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_kit::{CSS, ICON};

const JS: &str = include_str!("../../../assets/desk.js");

/// Part of their addresses, so that a browser never uses those of another version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(in crate::desk) async fn file(Path(file): Path<String>) -> Response {
    let (kind, text) = match file.as_str() {
        "desk.css" => ("text/css; charset=utf-8", CSS),
        "desk.js" => ("text/javascript; charset=utf-8", JS),
        "desk.svg" => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
