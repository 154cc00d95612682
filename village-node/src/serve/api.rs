//! The local API: JSON in, JSON out, for the programs of this machine, and of its office where the desk is open to it. `docs/openapi.json` describes it.

mod attachments;
mod changes;
mod divergences;
mod numbers;
mod own;
mod records;
mod referrals;
mod services;
mod status;
mod writing;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use change_log::DocumentId;
use office_model::Bilingual;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Shared, for_people, guard};
use crate::failure::{NO_TOKEN, NOT_FOR_ROLE};
use crate::{Blame, Failure, desk, json, parser_words};

/// Nothing larger is read.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What the server knows.
type Told = State<Arc<Shared>>;

/// The description that clients go by.
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

macro_rules! routes {
    ($($method:ident $path:literal $handler:expr;)*) => {
        /// Every route behind a token, as the description has it.
        #[cfg(test)]
        const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path),)*];

        fn routes() -> Router<Arc<Shared>> {
            Router::new()$(.route($path, $method($handler)))*
        }
    };
}

routes! {
    get "/api/v1/status" status::status;
    get "/api/v1/services" services::all;
    get "/api/v1/records" records::list;
    post "/api/v1/records" records::record;
    get "/api/v1/search" records::list;
    get "/api/v1/records/{id}" records::show;
    patch "/api/v1/records/{id}" records::edit;
    post "/api/v1/records/{id}/step" records::step;
    post "/api/v1/records/{id}/referrals" referrals::refer;
    post "/api/v1/records/{id}/answer" referrals::answer_it;
    post "/api/v1/records/{id}/number" numbers::give;
    get "/api/v1/records/{id}/history" records::history;
    get "/api/v1/records/{id}/letter.pdf" records::letter;
    post "/api/v1/records/{id}/settle" divergences::settle;
    get "/api/v1/records/{id}/attachments" attachments::list;
    post "/api/v1/records/{id}/attachments" attachments::attach;
    get "/api/v1/records/{id}/attachments/{hash}" attachments::content;
    delete "/api/v1/records/{id}/attachments/{hash}" attachments::detach;
    get "/api/v1/divergences" divergences::all;
    get "/api/v1/numbers" numbers::stock;
    get "/api/v1/changes" changes::after;
}

/// All that this server answers: the API behind its tokens, the commands behind their door, the desk behind its
/// sessions, all behind the guard.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let limit = || DefaultBodyLimit::max(BODY_BYTES_MAX);
    let api = routes().layer(limit()).layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::token));
    let own = own::router().layer(limit()).layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::door));
    api.merge(own)
        // Says how to ask, and nothing about anybody: a program reads it before it has a token.
        .route("/api/v1/openapi.json", get(async || ([(header::CONTENT_TYPE, "application/json")], OPENAPI)))
        .merge(desk::router())
        .fallback(async || answer(Err(no_page())))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::site))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), for_people::said))
        .layer(middleware::from_fn(desk_kit::safe))
        .with_state(shared)
}

fn no_page() -> Failure {
    Failure::new(
        Blame::NotFound,
        "no_page",
        "Halaman itu tidak ada. Tidak ada yang berubah; periksa alamatnya, atau mulai dari Beranda.",
        "There is no such page. Nothing was changed; check the address, or begin from the first page.",
    )
}

/// A PDF, shown by the browser under this name.
pub(crate) fn pdf(name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("inline; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
    ];
    (headers, bytes).into_response()
}

fn document(id: &str) -> Result<DocumentId, Failure> {
    id.parse().map_err(|_| Failure::no_transaction(id.chars().take(40).collect::<String>()))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    json::parse(body).map_err(|error| bad_body(&error))
}

/// Code of what cannot be read in an address.
const BAD_PARAMETER: &str = "parameter";

/// The parameters of an address.
fn parameters<T>(asked: Result<Query<T>, QueryRejection>) -> Result<T, Failure> {
    asked.map(|Query(asked)| asked).map_err(|error| unread(BAD_PARAMETER, &error.body_text()))
}

fn bad_body(error: &dyn std::fmt::Display) -> Failure {
    unread("body", error)
}

fn unread(code: &'static str, error: &dyn std::fmt::Display) -> Failure {
    let said: String = error.to_string().chars().take(300).collect();
    let Bilingual { id, en } = parser_words(&said);
    Failure::input(
        code,
        format!("Permintaan tidak dapat dibaca: {id}. Tidak ada yang berubah."),
        format!("The request cannot be read: {en}. Nothing was changed."),
    )
}

/// One parameter of an address that cannot be read. `wanted`: what may stand there.
fn bad_parameter(name: &str, wanted: &Bilingual) -> Failure {
    let Bilingual { id, en } = wanted;
    let (id, en) = (id.trim_end_matches('.'), en.trim_end_matches('.'));
    Failure::input(
        BAD_PARAMETER,
        format!("Parameter `{name}` tidak dapat dibaca: {id}. Tidak ada yang berubah."),
        format!("The parameter `{name}` cannot be read: {en}. Nothing was changed."),
    )
}

/// What was done, or why it was not.
pub(super) fn answer(done: Result<Value, Failure>) -> Response {
    match done {
        Ok(value) => page(&value).into_response(),
        Err(failure) => {
            let status = match failure.blame {
                _ if failure.code == NOT_FOR_ROLE => StatusCode::FORBIDDEN,
                _ if failure.code == NO_TOKEN => StatusCode::UNAUTHORIZED,
                Blame::Input => StatusCode::BAD_REQUEST,
                Blame::NotFound => StatusCode::NOT_FOUND,
                Blame::State => StatusCode::CONFLICT,
                Blame::Machine => StatusCode::INTERNAL_SERVER_ERROR,
                Blame::Link | Blame::Hub => StatusCode::BAD_GATEWAY,
            };
            refused(status, &failure)
        }
    }
}

/// Personal data: no program on the way keeps a copy, no browser guesses its kind.
fn page(value: &Value) -> impl IntoResponse + use<> {
    ([(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], Json(value.clone()))
}

/// A failure as a page.
pub(super) fn refused(status: StatusCode, failure: &Failure) -> Response {
    let mut response = (status, page(&json!(failure))).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[cfg(test)]
mod tests {
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
        let open = ("get", "/api/v1/openapi.json");
        let mut served: Vec<(String, String)> =
            ROUTES.iter().chain([&open]).map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
        said.sort();
        served.sort();
        assert_eq!(said, served);
        let version = described.pointer("/info/version").and_then(Value::as_str);
        assert_eq!(version, Some("1"), "the version of the paths");
    }
}
