//! Who may ask: only this machine's own pages and programs, and no page of another site, wherever its name points.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::Shared;
use super::api::{BODY_BYTES_MAX, refuse};
use crate::Failure;

/// Lets a request of this machine through, or says why not: asked for under its own name, by none but its own pages.
pub(super) async fn site(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = host.or_else(|| request.uri().authority().map(ToString::to_string));
    if !host.is_some_and(|host| is_ours(&host, shared.address)) {
        return refusal(StatusCode::FORBIDDEN, "host", "asked for under another machine's name");
    }
    if let Some(origin) = request.headers().get(ORIGIN) {
        let own = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        if !own.is_some_and(|origin| is_ours(origin, shared.address)) {
            return refusal(StatusCode::FORBIDDEN, "origin", "asked for by another site's page");
        }
    }
    // A browser says where a form comes from; programs have a token instead.
    let is_form = request.method() == Method::POST && !request.uri().path().starts_with("/api/");
    if is_form && !request.headers().contains_key(ORIGIN) {
        return refusal(StatusCode::FORBIDDEN, "origin", "it does not say which page it comes from");
    }
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX as u64) {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than any request needs");
    }
    next.run(request).await
}

/// Lets a program through that can read the token.
pub(super) async fn token(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if has_token(request.headers(), &shared.token) {
        return next.run(request).await;
    }
    refusal(StatusCode::UNAUTHORIZED, "token", "send the content of api.token as bearer token")
}

/// Whether a name stands for this server: loopback names with its port. Any other name is DNS rebinding.
fn is_ours(host: &str, address: SocketAddr) -> bool {
    let port = address.port();
    [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}"), address.to_string()]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(host))
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let told = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let told = told.strip_prefix("Bearer ").unwrap_or_default();
    // Hashes: how long a comparison takes tells nothing about the token.
    Sha256::digest(told) == Sha256::digest(token)
}

fn refusal(status: StatusCode, code: &str, why: &str) -> Response {
    let failure =
        Failure::input(code, "Permintaan ini tidak diizinkan.", format!("This request is not allowed: {why}."));
    (status, refuse(&failure)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_the_port_are_ours() {
        let address = "127.0.0.1:7217".parse().unwrap();
        for host in ["127.0.0.1:7217", "localhost:7217", "LOCALHOST:7217", "[::1]:7217"] {
            assert!(is_ours(host, address), "{host}");
        }
        for host in ["evil.example:7217", "127.0.0.1:80", "127.0.0.1", "localhost.evil.example:7217", ""] {
            assert!(!is_ours(host, address), "{host}");
        }
    }
}
