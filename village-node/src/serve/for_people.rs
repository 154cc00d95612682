//! Failures as people read them: a page in both languages with a way back, where a program gets JSON.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST, REFERER};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use desk_kit::{FaultPage, html_response, own_page};

use super::Shared;
use super::api::refused;
use super::entrance::Entrance;
use super::guard::WRONG_HOST;
use crate::desk::people::sessions::Session;
use crate::desk::people::visitor::token_of;
use crate::desk::{fault_inside, fault_page};
use crate::{Blame, Failure};

/// A failure is short; more is not read.
const FAILURE_BYTES_MAX: usize = 64 * 1024;

/// Has every failure say itself in the form that whoever asked reads.
pub(super) async fn said(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let is_program = request.uri().path().starts_with("/api/");
    let wants_page = !is_program && !is_of_a_program(request.headers());
    // Asked for again, the page from which a form came is that form; a page that leads to itself leads nowhere new.
    let from = came_from(request.headers());
    let is_other = from.split('?').next() != Some(request.uri().path());
    let back = if request.method() == Method::POST || is_other { from } else { String::new() };
    let session = session_of(&shared, &request);
    let response = next.run(request).await;
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    if let Some(page) = response.extensions().get::<FaultPage>() {
        let page = FaultPage { back, ..page.clone() };
        return with_page(response, &page, (&shared, session)).await;
    }
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, FAILURE_BYTES_MAX).await.unwrap_or_default();
    let told: Option<Failure> = serde_json::from_slice(&bytes).ok();
    if wants_page {
        let failure = told.unwrap_or_else(|| plain(parts.status));
        let page = FaultPage { back, ..fault_page(failure.text, failure.code) };
        // Asked for under a wrong name, its first page would be refused as well.
        let page = if page.code == WRONG_HOST { FaultPage { back: String::new(), home: "", ..page } } else { page };
        return with_page(Response::from_parts(parts, Body::empty()), &page, (&shared, session)).await;
    }
    if told.is_none() && is_program {
        let mut response = refused(parts.status, &plain(parts.status));
        if let Some(allowed) = parts.headers.get(axum::http::header::ALLOW) {
            response.headers_mut().insert(axum::http::header::ALLOW, allowed.clone());
        }
        return response;
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The session of whoever asks, where somebody is signed in and not locked out.
fn session_of(shared: &Shared, request: &Request) -> Option<Session> {
    let via = request.extensions().get::<Entrance>()?.via();
    let token = token_of(request.headers(), via)?;
    let mut session = shared.sessions.find(&token, via, Instant::now(), false).filter(|session| !session.locked)?;
    // Asked for again by another way, what was sent is not there any more.
    let at = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    at.map_or("/", PathAndQuery::as_str).clone_into(&mut session.at);
    session.moving = shared.node.live().line.now();
    session.talking = shared.node.live().conversation.now();
    Some(session)
}

/// The same answer, with this page as what people see: inside the desk for whoever is signed in.
async fn with_page(
    response: Response,
    page: &FaultPage,
    (shared, session): (&Arc<Shared>, Option<Session>),
) -> Response {
    let (parts, _) = response.into_parts();
    let inside = match session.filter(|_| !page.home.is_empty()) {
        Some(session) => fault_inside(shared, session, page).await,
        None => None,
    };
    let mut made = match inside {
        Some(text) => (parts.status, html_response(text)).into_response(),
        None => page.halt(parts.status).into_response(),
    };
    for (name, value) in &parts.headers {
        if name != axum::http::header::CONTENT_LENGTH && name != CONTENT_TYPE {
            made.headers_mut().insert(name, value.clone());
        }
    }
    made
}

/// Whether whoever asks reads JSON: a program that says so, or the script of a page. Whoever says nothing is at a browser.
fn is_of_a_program(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepted = text(ACCEPT.as_str());
    let is_script = !matches!(text("sec-fetch-dest"), "" | "document" | "iframe" | "frame");
    !accepted.contains("text/html") && (accepted.contains("json") || is_script)
}

/// The page of ours from which somebody came; empty where it is none.
fn came_from(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let (Some(from), Some(host)) = (text(REFERER), text(HOST)) else { return String::new() };
    let ours = from.strip_prefix("http://").or_else(|| from.strip_prefix("https://"));
    let path = ours.and_then(|rest| rest.strip_prefix(host)).filter(|path| path.starts_with('/'));
    path.map_or_else(String::new, |path| own_page(path).to_owned())
}

/// What a status says by itself, where nobody said more.
fn plain(status: StatusCode) -> Failure {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Failure::input(
            "method",
            "Alamat itu tidak dapat diminta dengan cara ini. Tidak ada yang berubah; kembali dan mulai dari halamannya.",
            "That address cannot be asked for in this way. Nothing was changed; go back and begin from its page.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => Failure::input(
            "too_large",
            "Yang dikirim terlalu besar. Tidak ada yang disimpan; kirim lebih sedikit.",
            "What was sent is too large. Nothing was saved; send less.",
        ),
        _ if status.is_client_error() => Failure::input(
            "request",
            "Permintaan itu tidak dapat dibaca. Tidak ada yang berubah; kembali dan coba lagi.",
            "That request cannot be read. Nothing was changed; go back and try again.",
        ),
        _ => Failure::new(
            Blame::Machine,
            "internal",
            "Kesalahan program. Yang sudah tersimpan aman; coba lagi, dan laporkan bila berulang.",
            "Internal fault. What was saved is safe; try again, and report it if it comes again.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_way_back_is_a_page_of_ours() {
        let from = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
            headers.insert(REFERER, HeaderValue::from_static(referer));
            came_from(&headers)
        };
        assert_eq!(from("http://127.0.0.1:8080/berkas/x?kata=y"), "/berkas/x?kata=y");
        for bad in ["http://127.0.0.1:80801/", "https://evil.example/127.0.0.1:8080/", "javascript:alert(1)", ""] {
            assert_eq!(from(bad), "", "{bad}");
        }
    }
}
