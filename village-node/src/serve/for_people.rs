//! Failures as people read them: a page in both languages with a way back, where a program gets JSON.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use desk_kit::{FaultPage, came_from, html_instead_of};

use super::Shared;
use super::api::refused;
use super::entrance::{Entrance, Via};
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
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let from = host.map_or_else(String::new, |host| came_from(request.headers(), host));
    let is_other = from.split('?').next() != Some(request.uri().path());
    let back = if request.method() == Method::POST || is_other { from } else { String::new() };
    let asker = Asker::of(&request);
    let response = next.run(request).await;
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    if let Some(page) = response.extensions().get::<FaultPage>() {
        let page = FaultPage { back, ..page.clone() };
        return with_page(response, &page, (&shared, asker)).await;
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
        return with_page(Response::from_parts(parts, Body::empty()), &page, (&shared, asker)).await;
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

/// Who asks, as the request says it.
struct Asker {
    via: Via,
    token: String,
    /// The page that was asked for; the first one where it was asked for by another way: what was sent is not there any more.
    at: String,
}

impl Asker {
    fn of(request: &Request) -> Option<Self> {
        let via = request.extensions().get::<Entrance>()?.via();
        let at = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
        let at = at.map_or("/", PathAndQuery::as_str).to_owned();
        Some(Self { via, token: token_of(request.headers(), via)?, at })
    }

    /// The session, where somebody is signed in and not locked out.
    fn session(self, shared: &Shared) -> Option<Session> {
        let mut session = shared.sessions.find(&self.token, self.via, Instant::now(), false)?;
        session.at = self.at;
        session.moving = shared.node.live().line.now();
        session.talking = shared.node.live().conversation.now();
        (!session.locked).then_some(session)
    }
}

/// The same answer, with this page as what people see: inside the desk for whoever is signed in.
async fn with_page(response: Response, page: &FaultPage, (shared, asker): (&Arc<Shared>, Option<Asker>)) -> Response {
    // Where no first page is to be had, there is no desk.
    let session = asker.filter(|_| !page.home.is_empty()).and_then(|asker| asker.session(shared));
    let inside = match session {
        Some(session) => fault_inside(shared, session, page).await,
        None => None,
    };
    match inside {
        Some(text) => html_instead_of(response, text),
        None => page.instead_of(response),
    }
}

/// Whether whoever asks reads JSON: a program that says so, or the script of a page. Whoever says nothing is at a browser.
fn is_of_a_program(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepted = text(ACCEPT.as_str());
    let is_script = !matches!(text("sec-fetch-dest"), "" | "document" | "iframe" | "frame");
    !accepted.contains("text/html") && (accepted.contains("json") || is_script)
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
