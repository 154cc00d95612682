//! What a machine that was wiped shows in place of the desk: plainly that it was, and what to do.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::Failure;
use crate::wiping::Wiped;

/// So often the hub is told, until it has heard.
const REPORT_EVERY: Duration = Duration::from_secs(60);

#[derive(Template)]
#[template(path = "wiped.html")]
struct WipedPage {
    text_id: String,
    text_en: String,
    version: &'static str,
}

/// Shows it until `over` comes, and tells the hub meanwhile.
///
/// # Errors
///
/// When the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    dir: PathBuf,
    mut wiped: Wiped,
    over: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let page = WipedPage { text_id: wiped.text_id(), text_en: wiped.text_en(), version: env!("CARGO_PKG_VERSION") };
    let page = Arc::new(page.render().unwrap_or_else(|_| format!("{}\n\n{}", wiped.text_id(), wiped.text_en())));
    let router = Router::new()
        .route("/aset/desk.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], desk_kit::CSS)))
        .route("/aset/desk.svg", get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], desk_kit::ICON)))
        .fallback(async move || told(&page))
        .layer(axum::middleware::from_fn(desk_kit::safe));
    let reporting = tokio::spawn(async move {
        loop {
            match wiped.go_on(&dir).await {
                Ok(()) => break,
                Err(failure) => tracing::warn!(code = failure.code, text = failure.text.en, "the hub is told later"),
            }
            tokio::time::sleep(REPORT_EVERY).await;
        }
    });
    let served = axum::serve(listener, router).with_graceful_shutdown(over).await;
    reporting.abort();
    served.map_err(|error| super::stopped(&error))
}

/// Gone, and not to be kept by the browser: the machine may join again.
fn told(page: &str) -> Response {
    let head = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::GONE, head, page.to_owned()).into_response()
}
