//! What the server answers: exchanges, enrolments, certificates, attached files, letters' seals, whether it lives and works,
//! its figures, and the operator's desk. `docs/hub-openapi.json` describes what machines may ask for.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware;
use axum::routing::{get, post, put};

use super::{Hub, blobs, certificate, enrolment, exchange, health, letter_page, metrics_page, trace, wiped};
use crate::desk;

/// Longest body of a request that is no exchange, in bytes.
const BODY_MAX: usize = 4096;

/// What machines may call, method and path each; the description beside the docs names the same ones.
macro_rules! routes {
    ($($method:ident $path:literal $handler:expr;)+) => {
        fn machines() -> Router<Arc<Hub>> {
            Router::new()$(.route($path, $method($handler)))+
        }

        #[cfg(test)]
        const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path)),+];
    };
}

routes! {
    post "/v1/exchange" exchange::exchange;
    post "/v1/enrol" enrolment::enrol;
    post "/v1/certificate" certificate::certificate;
    post "/v1/wiped" wiped::wiped;
    post "/v1/blobs" blobs::ask;
    get "/v1/blobs/{hash}" blobs::get;
    put "/v1/blobs/{hash}" blobs::put;
    get "/l/" letter_page::nothing;
    get "/l/style.css" letter_page::style;
    get "/l/{seal}" letter_page::page;
    get "/healthz" health::alive;
    get "/readyz" health::ready;
    get "/metrics" metrics_page::page;
    get "/openapi.json" async || ([(header::CONTENT_TYPE, "application/json")], OPENAPI);
}

/// The description of what machines may call.
const OPENAPI: &str = include_str!("../../../docs/hub-openapi.json");

/// All routes.
pub(super) fn router(hub: Arc<Hub>) -> Router {
    let machines = machines().layer(DefaultBodyLimit::max(BODY_MAX));
    machines.merge(desk::router(&hub)).fallback(desk::nowhere).layer(middleware::from_fn(trace::follow)).with_state(hub)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_route_is_described_and_every_description_is_a_route() {
        let described: Value = serde_json::from_str(OPENAPI).unwrap();
        let paths = described.get("paths").and_then(Value::as_object).unwrap();
        let mut said: Vec<(String, String)> = Vec::new();
        for (path, operations) in paths {
            let methods = operations.as_object().unwrap().keys().filter(|key| *key != "parameters");
            said.extend(methods.map(|method| (method.clone(), path.clone())));
        }
        let mut served: Vec<(String, String)> =
            ROUTES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
        said.sort();
        served.sort();
        assert_eq!(said, served);
    }
}
