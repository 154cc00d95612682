//! Forms that came from somebody who was signed out or locked out meanwhile, or from a page of a session of before: what was
//! typed goes along to the sign-in, and is sent once who comes back says so. Nothing is done with it before.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use desk_kit::{FaultPage, Form, Halt, Language, destination, go, old_page, own_page};

use super::page::{Answer, Fault, Page, html};
use super::sign_in::{self, Way};
use super::texts::Worded as _;
use super::visitor::COOKIE;
use crate::serve::Hub;

/// Longest form that is carried along: a whole catalogue.
const BODY_BYTES_MAX: usize = super::handbook::text::BODY_BYTES_MAX;
/// Fields that are typed anew: no page holds a secret.
const SECRETS: [&str; 5] = ["secret", "new", "again", "code", "carried"];

/// What somebody typed before they were asked who they are: the form as it was sent, as JSON of its pairs.
#[derive(Debug, Clone, Default)]
pub(super) struct Carried(pub(super) String);

impl Carried {
    /// As the page that asked carries it.
    pub(super) fn of(form: &Form) -> Self {
        Self(form.get("carried").to_owned())
    }

    fn of_pairs(pairs: &[(String, String)]) -> Self {
        Self(serde_json::to_string(pairs).unwrap_or_default())
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let pairs: Vec<(String, String)> = serde_json::from_str(&self.0).unwrap_or_default();
        pairs.into_iter().filter(|(name, _)| name != "form_token").collect()
    }
}

#[derive(Template)]
#[template(path = "carried.html")]
struct CarriedPage {
    page: Page,
    to: String,
    form_token: String,
    pairs: Vec<(String, String)>,
}

/// Where somebody goes who has just been let in: on, or to what they had typed. `to`: as addresses carry it.
pub(super) fn onward(to: &str, carried: &Carried, (form_token, language): (String, Language)) -> Answer {
    let (to, pairs) = (destination(to), carried.pairs());
    if pairs.is_empty() {
        return Ok(go(&to));
    }
    let page = Page::outside(language, language.texts().carried);
    html(&CarriedPage { page, to, form_token, pairs })
}

/// Whether a form was refused because its page is of a session of before.
fn is_of_before(response: &Response) -> bool {
    response.extensions().get::<FaultPage>().is_some_and(|page| page.text == old_page())
}

/// What was typed on a page of a session of before, shown to whoever is signed in now: they signed in again beside it. It came
/// from a page of our own, as every form that gets here, and is sent once they say so.
fn again(hub: &Hub, headers: &HeaderMap, at: &str, carried: &Carried) -> Option<Response> {
    let session = COOKIE.token_of(headers).and_then(|token| hub.desk.sessions.find(&token, Instant::now(), false))?;
    let pairs = carried.pairs();
    if pairs.is_empty() {
        return None;
    }
    let page = Page::outside(session.language, session.language.texts().carried);
    let to = own_page(at).to_owned();
    let mut response = html(&CarriedPage { page, to, form_token: session.form_token.clone(), pairs }).ok()?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Some(response)
}

/// What was typed; nothing where a secret is in it, or it cannot be read.
async fn pairs(sent: Parts, bytes: Bytes) -> Option<Vec<(String, String)>> {
    let again = Request::from_parts(sent, Body::from(bytes));
    let axum::Form(pairs) = axum::Form::<Vec<(String, String)>>::from_request(again, &()).await.ok()?;
    let is_secret = pairs.iter().any(|(name, _)| SECRETS.contains(&name.as_str()));
    if is_secret { None } else { Some(pairs) }
}

/// Keeps the form of whoever is sent to the way in, or signed in again beside the page that it came from.
pub(super) async fn kept(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    let is_form = request.method() == Method::POST && kind.starts_with(b"application/x-www-form-urlencoded");
    if !is_form || matches!(request.uri().path(), "/masuk" | "/kunci" | "/keluar" | "/kunci/sekarang") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return IntoResponse::into_response(Halt::from(Fault::too_large()));
    };
    let (sent, headers) = (parts.clone(), parts.headers.clone());
    let at = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if is_of_before(&response) {
        return match pairs(sent, bytes).await {
            Some(pairs) => again(&hub, &headers, &at, &Carried::of_pairs(&pairs)).unwrap_or(response),
            None => response,
        };
    }
    let leads = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    let Some((way, to)) = leads.split_once("?ke=").filter(|_| response.status() == StatusCode::SEE_OTHER) else {
        return response;
    };
    let Some(pairs) = pairs(sent, bytes).await.filter(|_| BASE64URL_NOPAD.decode(to.as_bytes()).is_ok()) else {
        return response;
    };
    let carried = Carried::of_pairs(&pairs);
    let page = match way {
        "/masuk" => {
            let way = Way { to: to.to_owned(), carried, ..Way::default() };
            sign_in::sign_in(&hub, way, String::new(), String::new()).await
        }
        "/kunci" => sign_in::locked(&hub, &headers, (to.to_owned(), carried), String::new()),
        _ => return response,
    };
    page.unwrap_or_else(IntoResponse::into_response)
}
