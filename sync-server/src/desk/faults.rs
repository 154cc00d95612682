//! Failures as people read them: a page in both languages with a way back, also where no handler of ours was asked.

use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use desk_kit::{FaultPage, came_from};

use super::page::Fault;

/// Has every failure say itself on a page, where a page was asked for.
pub(super) async fn said(request: Request, next: Next) -> Response {
    let wants_page = accepts_pages(request.headers());
    // Asked for again, the page from which a form came is that form; a page that was asked for itself leads nowhere new.
    let back = if request.method() == Method::POST { way_back(&request) } else { String::new() };
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if let Some(page) = response.extensions().get::<FaultPage>() {
        let page = FaultPage { back, ..page.clone() };
        return page.instead_of(response);
    }
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // What nobody knows is not found, as before there was a desk.
    if is_page || !wants_page || status == StatusCode::NOT_FOUND {
        return response;
    }
    let page = FaultPage { back, ..Fault::plain(status).page() };
    page.instead_of(response)
}

/// An address that there is not: a page for people; for all others nothing, as before there was a desk.
pub(crate) async fn nowhere(request: Request) -> Response {
    let response = StatusCode::NOT_FOUND.into_response();
    if !accepts_pages(request.headers()) {
        return response;
    }
    desk_kit::secured(Fault::plain(StatusCode::NOT_FOUND).page().instead_of(response))
}

fn accepts_pages(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"))
}

/// The page of ours from which a form came. HTTP/2 has the host in the address.
fn way_back(request: &Request) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    host.map_or_else(String::new, |host| came_from(request.headers(), host))
}
