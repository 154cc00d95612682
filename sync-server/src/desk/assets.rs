//! Style sheets, script and icon, which are part of the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const HUB_CSS: &str = include_str!("../../assets/hub.css");
const JS: &str = include_str!("../../assets/hub.js");

/// Part of their addresses, so that a browser never uses those of another version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) async fn file(Path(file): Path<String>) -> Response {
    let (kind, text) = match file.as_str() {
        "desk.css" => ("text/css; charset=utf-8", desk_kit::CSS),
        "hub.css" => ("text/css; charset=utf-8", HUB_CSS),
        "hub.js" => ("text/javascript; charset=utf-8", JS),
        "desk.svg" => ("image/svg+xml", desk_kit::ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
