//! Failures as people read them: a page in both languages with a way back, also where no handler of ours was asked.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use desk_kit::{FaultPage, came_from};

use super::page::Fault;
use crate::{Blame, Failure};

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

/// An address that there is not: a page for people, whatever their program accepts; JSON where a program asks.
pub(crate) async fn nowhere(request: Request) -> Response {
    let status = StatusCode::NOT_FOUND;
    if is_of_program(request.uri().path()) || !accepts_pages(request.headers()) {
        let failure = Failure::new(
            Blame::NotFound,
            "there is no such address at this hub",
            "GET /openapi.json says which there are; people begin at /",
        );
        return desk_kit::secured((status, Json(failure)).into_response());
    }
    desk_kit::secured(Fault::plain(status).page().instead_of(status.into_response()))
}

/// Whether only programs ask for such an address.
fn is_of_program(path: &str) -> bool {
    ["/api", "/v1"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Whether whoever asks may be shown a page: also who does not say what it takes.
fn accepts_pages(headers: &HeaderMap) -> bool {
    let Some(accepted) = headers.get(ACCEPT) else { return true };
    accepted.to_str().is_ok_and(|accepted| ["text/html", "text/*", "*/*"].iter().any(|kind| accepted.contains(kind)))
}

/// The page of ours from which a form came. HTTP/2 has the host in the address.
fn way_back(request: &Request) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    host.map_or_else(String::new, |host| came_from(request.headers(), host))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn who_asks_is_told_by_the_address_and_by_what_is_accepted() {
        assert!(["/api", "/api/v1/x", "/v1/nonada"].into_iter().all(is_of_program));
        assert!(!["/", "/nonada", "/apik", "/v10"].into_iter().any(is_of_program));
        let with = |accepted: &'static str| HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accepted))]);
        assert!(accepts_pages(&HeaderMap::new()));
        assert!(["*/*", "text/html,application/xml;q=0.9"].map(with).iter().all(accepts_pages));
        assert!(!accepts_pages(&with("application/json")));
    }
}
