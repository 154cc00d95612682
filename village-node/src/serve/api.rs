//! The pages of the local API: JSON in, JSON out.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use change_log::DocumentId;
use letter_print::Paper;
use office_model::{ClerkId, FieldPath, Status, calendar};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Shared, guard};
use crate::action::{ListQuery, NewRecord};
use crate::node::plain_url;
use crate::remote::SyncBody;
use crate::{Action, Blame, Failure, desk, json, sync};

/// Nothing larger is read.
pub(super) const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

type Told = State<Arc<Shared>>;

/// All that this server answers: the API behind its token, the desk behind its sessions, all behind the guard.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/records", get(list).post(record))
        .route("/api/v1/records/{id}", get(show).patch(edit))
        .route("/api/v1/records/{id}/step", post(step))
        .route("/api/v1/records/{id}/history", get(history))
        .route("/api/v1/records/{id}/letter.pdf", get(letter))
        .route("/api/v1/search", get(list))
        .route("/api/v1/sync", post(run_sync))
        .route("/api/v1/actions", post(act))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::token));
    api.merge(desk::router())
        .fallback(async || answer(Err(Failure::new(Blame::NotFound, "no_page", "Tidak ada.", "No such page."))))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::site))
        .with_state(shared)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditBody {
    edits: Map<String, Value>,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepBody {
    status: Status,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

async fn status(State(shared): Told) -> Response {
    answer(shared.node.perform_soon(Action::Status).await)
}

async fn list(State(shared): Told, Query(query): Query<ListParameters>) -> Response {
    match query.query() {
        Ok(query) => answer(shared.node.perform_soon(Action::List { query }).await),
        Err(failure) => answer(Err(failure)),
    }
}

async fn record(State(shared): Told, body: Bytes) -> Response {
    let done = async {
        let mut record: Map<String, Value> = parse(&body)?;
        let clerk = record.remove("clerk").filter(|clerk| !clerk.is_null());
        let clerk = match clerk {
            Some(clerk) => serde_json::from_value(clerk).map_err(|error| bad_body(&error))?,
            None => shared.clerk.clone(),
        };
        let new: NewRecord = serde_json::from_value(Value::Object(record)).map_err(|error| bad_body(&error))?;
        let answer = shared.node.perform_soon(Action::Record { records: vec![new], clerk }).await?;
        if let Some(refused) = answer.pointer("/refused/0") {
            let problems = refused.get("problems").cloned().unwrap_or_default();
            return Err(Failure::values(serde_json::from_value(problems).unwrap_or_default()));
        }
        let saved = answer.pointer("/saved/0").cloned().unwrap_or_default();
        Ok(json!({"id": saved.get("id"), "warnings": saved.get("warnings")}))
    };
    match done.await {
        Ok(value) => (StatusCode::CREATED, page(&value)).into_response(),
        Err(failure) => answer(Err(failure)),
    }
}

async fn show(State(shared): Told, Path(id): Path<String>) -> Response {
    let Ok(id) = document(&id) else { return answer(Err(Failure::no_transaction(id))) };
    answer(shared.node.perform_soon(Action::Show { id }).await)
}

async fn history(State(shared): Told, Path(id): Path<String>) -> Response {
    let Ok(id) = document(&id) else { return answer(Err(Failure::no_transaction(id))) };
    answer(shared.node.perform_soon(Action::History { id }).await)
}

/// What a letter is asked for on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LetterParameters {
    paper: Option<Paper>,
}

async fn letter(State(shared): Told, Path(id): Path<String>, Query(asked): Query<LetterParameters>) -> Response {
    let Ok(id) = document(&id) else { return answer(Err(Failure::no_transaction(id))) };
    let paper = asked.paper.unwrap_or_default();
    match shared.node.blocking(move |node| crate::action::letter::of(&node.replica(), &node.sealer(), id, paper)).await
    {
        Ok(letter) => pdf(&letter.file_name, letter.bytes),
        Err(failure) => answer(Err(failure)),
    }
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

async fn edit(State(shared): Told, Path(id): Path<String>, body: Bytes) -> Response {
    let done = async {
        let id = document(&id)?;
        let EditBody { edits, clerk } = parse(&body)?;
        let edits = edits
            .into_iter()
            .map(|(path, value)| path.parse::<FieldPath>().map(|path| (path, value)).map_err(|error| bad_body(&error)));
        let edits = edits.collect::<Result<Vec<_>, Failure>>()?;
        let clerk = clerk.unwrap_or_else(|| shared.clerk.clone());
        shared.node.perform_soon(Action::Set { id, edits, clerk }).await
    };
    answer(done.await)
}

async fn step(State(shared): Told, Path(id): Path<String>, body: Bytes) -> Response {
    let done = async {
        let id = document(&id)?;
        let StepBody { status, reason, clerk } = parse(&body)?;
        let clerk = clerk.unwrap_or_else(|| shared.clerk.clone());
        shared.node.perform_soon(Action::Step { id, to: status, reason, clerk }).await
    };
    answer(done.await)
}

async fn run_sync(State(shared): Told, body: Bytes) -> Response {
    let done = async {
        let how: SyncBody = if body.is_empty() { SyncBody::default() } else { parse(&body)? };
        let called = &shared.node.identity().hub_url;
        if let Some(hub) = how.hub.as_deref().filter(|hub| plain_url(hub) != *called) {
            return Err(hub_differs(called, hub));
        }
        let proven = sync::sync_until_proven(&shared.node, &how.patience(), |_| {}).await?;
        Ok(proven.to_json())
    };
    answer(done.await)
}

fn hub_differs(called: &str, hub: &str) -> Failure {
    Failure::new(
        Blame::State,
        "hub_differs",
        format!(
            "`village-node serve` yang sedang berjalan memanggil pusat di {called}, bukan {hub}. Tidak ada yang dikirim; \
             mulai ulang program itu."
        ),
        format!(
            "The `village-node serve` that runs calls the hub at {called}, not {hub}. Nothing was sent; start it again."
        ),
    )
}

async fn act(State(shared): Told, body: Bytes) -> Response {
    match parse(&body) {
        Ok(action) => {
            let account = match &action {
                Action::PutAccount { account, .. } => Some(account.id.clone()),
                _ => None,
            };
            let done = shared.node.perform_soon(action).await;
            // Whoever is signed in by the old password is out.
            if let Some(account) = account.filter(|_| done.is_ok()) {
                shared.sessions.close_all_of(account.as_str());
            }
            answer(done)
        }
        Err(failure) => answer(Err(failure)),
    }
}

/// List parameters as an address carries them: all texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListParameters {
    q: Option<String>,
    office: Option<String>,
    status: Option<String>,
    service: Option<String>,
    divergent: Option<bool>,
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

impl ListParameters {
    fn query(self) -> Result<ListQuery, Failure> {
        fn read<T: std::str::FromStr<Err: std::fmt::Display>>(text: Option<String>) -> Result<Option<T>, Failure> {
            text.map(|text| text.parse().map_err(|error| bad_body(&error))).transpose()
        }
        let day = |text: Option<String>| text.map(|text| calendar::parse_date(&text)).transpose();
        Ok(ListQuery {
            q: self.q,
            office: read(self.office)?,
            status: read(self.status)?,
            service: read(self.service)?,
            divergent: self.divergent.unwrap_or_default(),
            from: day(self.from)?,
            to: day(self.to)?,
            after: read(self.after)?,
            limit: self.limit,
        })
    }
}

fn document(id: &str) -> Result<DocumentId, Failure> {
    id.parse().map_err(|_| Failure::no_transaction(id.chars().take(40).collect::<String>()))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    json::parse(body).map_err(|error| bad_body(&error))
}

fn bad_body(error: &dyn std::fmt::Display) -> Failure {
    let error: String = error.to_string().chars().take(300).collect();
    Failure::input(
        "body",
        format!("Permintaan tidak dapat dibaca: {error}. Tidak ada yang berubah."),
        format!("The request cannot be read: {error}. Nothing was changed."),
    )
}

fn answer(done: Result<Value, Failure>) -> Response {
    match done {
        Ok(value) => page(&value).into_response(),
        Err(failure) => {
            let status = match failure.blame {
                Blame::Input => StatusCode::BAD_REQUEST,
                Blame::NotFound => StatusCode::NOT_FOUND,
                Blame::State => StatusCode::CONFLICT,
                Blame::Machine => StatusCode::INTERNAL_SERVER_ERROR,
                Blame::Link | Blame::Hub => StatusCode::BAD_GATEWAY,
            };
            (status, refuse(&failure)).into_response()
        }
    }
}

/// Personal data: no program on the way keeps a copy, no browser guesses its kind.
fn page(value: &Value) -> impl IntoResponse + use<> {
    ([(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], Json(value.clone()))
}

/// A failure as a page.
pub(super) fn refuse(failure: &Failure) -> impl IntoResponse + use<> {
    page(&json!(failure))
}
