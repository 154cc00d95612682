//! Which requests come near the desk: under a name of this hub, and forms from its own pages alone.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::page::refusal;
use crate::serve::Hub;

/// Lets a request through, or says why not.
pub(super) async fn site(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let Some(host) = host.or_else(|| request.uri().authority().map(ToString::to_string)) else {
        return refusal(StatusCode::FORBIDDEN, "host");
    };
    if !is_ours(&host, &hub.desk.names) {
        return refusal(StatusCode::FORBIDDEN, "host");
    }
    let origin = request.headers().get(ORIGIN);
    if let Some(origin) = origin {
        let own = origin.to_str().ok().and_then(|origin| origin.strip_prefix("https://"));
        if !own.is_some_and(|origin| origin.eq_ignore_ascii_case(&host)) {
            return refusal(StatusCode::FORBIDDEN, "origin");
        }
    }
    if request.method() == Method::POST && origin.is_none() {
        return refusal(StatusCode::FORBIDDEN, "origin");
    }
    next.run(request).await
}

/// Whether this hub may be asked under that name, with or without a port. Addresses are good: a page of another site that
/// has its own name lead here needs a name. So is what the settings say.
fn is_ours(host: &str, names: &[String]) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        return inner.split_once(']').is_some_and(|(address, _)| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.parse::<IpAddr>().is_ok() || names.iter().any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_of_ours_are_let_through() {
        let names = ["localhost".to_owned(), "hub.example.go.id".to_owned()];
        for host in ["127.0.0.1:8217", "10.0.0.5", "[::1]:8217", "localhost:8217", "HUB.example.go.id"] {
            assert!(is_ours(host, &names), "{host}");
        }
        for host in ["evil.example:8217", "", "[evil]:8217", "127.0.0.1.evil.example", "hub.example.go.id.evil.example"]
        {
            assert!(!is_ours(host, &names), "{host}");
        }
    }
}
