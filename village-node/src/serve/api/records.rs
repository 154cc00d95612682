//! Records: lists and search, one with all of it, new ones, edits, steps, history, letter.

use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use change_log::DocumentId;
use chrono::NaiveDate;
use letter_print::Paper;
use office_model::{Awaited, Bilingual, ClerkId, FieldPath, ServiceId, Status, calendar};
use replica_store::{Reader, Replica};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::writing::{Sent, Writing, change, once, write};
use super::{Told, answer, bad_body, bad_parameter, document, page, parameters, parse, pdf};
use crate::action::health::HealthListed;
use crate::action::trace::{self, warn_unnoted};
use crate::action::{self, ListQuery, NewRecord, ReferredQuery};
use crate::serve::Shared;
use crate::serve::caller::Caller;
use crate::{Act, Action, Failure, moment};

type Who = Extension<Caller>;

/// List parameters as an address carries them: all texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListParameters {
    q: Option<String>,
    office: Option<String>,
    status: Option<String>,
    service: Option<String>,
    divergent: Option<String>,
    unnumbered: Option<String>,
    referred: Option<String>,
    waiting: Option<String>,
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

impl ListParameters {
    fn query(self) -> Result<ListQuery, Failure> {
        let states = || known(Status::ALL.map(Status::as_str));
        let whom = || known(Awaited::ALL.map(Awaited::as_str));
        let answered = || known(ReferredQuery::ALL.map(ReferredQuery::word));
        Ok(ListQuery {
            q: self.q,
            office: parameter("office", self.office, || Bilingual::new("kode kantor", "the code of an office"))?,
            status: parameter("status", self.status, states)?,
            service: parameter("service", self.service, || {
                Bilingual::new("layanan seperti G01", "a service such as G01")
            })?,
            divergent: parameter("divergent", self.divergent, || known(["true", "false"]))?.unwrap_or_default(),
            unnumbered: parameter("unnumbered", self.unnumbered, || known(["true", "false"]))?.unwrap_or_default(),
            referred: parameter("referred", self.referred, answered)?,
            waiting: parameter("waiting", self.waiting, whom)?,
            from: day("from", self.from)?,
            to: day("to", self.to)?,
            after: parameter("after", self.after, || {
                Bilingual::new("`next` dari jawaban terdahulu", "`next` of an earlier answer")
            })?,
            limit: parameter("limit", self.limit, || Bilingual::new("bilangan bulat", "a whole number"))?,
        })
    }
}

/// A parameter of an address. `wanted`: what may stand there.
fn parameter<T: FromStr>(
    name: &str,
    text: Option<String>,
    wanted: impl Fn() -> Bilingual,
) -> Result<Option<T>, Failure> {
    text.map(|text| text.parse().map_err(|_| bad_parameter(name, &wanted()))).transpose()
}

fn day(name: &str, text: Option<String>) -> Result<Option<NaiveDate>, Failure> {
    text.map(|text| calendar::parse_date(&text).map_err(|fault| bad_parameter(name, &fault.text))).transpose()
}

/// One of these words.
fn known<const N: usize>(words: [&str; N]) -> Bilingual {
    let words = words.join(", ");
    Bilingual::new(format!("salah satu dari {words}"), format!("one of {words}"))
}

/// What a letter is asked for on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterParameters {
    paper: Option<Paper>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordBody {
    service: String,
    fields: Map<String, Value>,
    #[serde(default)]
    clerk: Option<ClerkId>,
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
    /// The `heads` of the record that the caller looked at.
    #[serde(default)]
    seen: Option<Vec<String>>,
}

pub(super) async fn list(
    State(shared): Told,
    Extension(caller): Who,
    asked: Result<Query<ListParameters>, QueryRejection>,
) -> Response {
    let done = async {
        caller.may_read(&shared.node).await?;
        let query = parameters(asked)?.query()?;
        let lister = Arc::clone(&shared);
        shared
            .node
            .blocking(move |node| {
                let answer = node.perform(&Action::List { query })?;
                caller.note_listed(&lister, &HealthListed::in_answer(&answer));
                Ok(answer)
            })
            .await
    };
    answer(done.await)
}

pub(super) async fn record(State(shared): Told, Extension(caller): Who, headers: HeaderMap, body: Bytes) -> Response {
    let done = async {
        caller.may_record()?;
        let RecordBody { service, fields, clerk: named } = parse(&body)?;
        let service: ServiceId = service.parse().map_err(|_| unknown_service(&service))?;
        let once = once(&caller, &headers, "record", &body)?;
        let new = NewRecord::new(service, fields, None);
        write(&shared, Writing { caller, named, act: Act::Record, once }, move |_, clerk| {
            Ok(Action::Record { records: vec![new.clone()], clerk })
        })
        .await
    };
    match done.await {
        Ok(value) => (StatusCode::CREATED, page(&value)).into_response(),
        Err(failure) => answer(Err(failure)),
    }
}

/// What is no id of a service at all. Only its beginning is said: it may be something else that went there by mistake.
fn unknown_service(id: &str) -> Failure {
    let id: String = id.chars().take(8).collect();
    Failure::input(
        "unknown_service",
        format!(
            "Layanan \"{id}\" tidak dikenal; `service` ditulis seperti G01, lihat /api/v1/services. Tidak ada yang disimpan."
        ),
        format!(
            "There is no service \"{id}\"; `service` is written like G01, see /api/v1/services. Nothing was saved."
        ),
    )
}

pub(super) async fn show(State(shared): Told, Extension(caller): Who, Path(id): Path<String>) -> Response {
    answer(read(&shared, caller, &id, trace::shows_specific, |id| Action::Show { id }).await)
}

pub(super) async fn history(State(shared): Told, Extension(caller): Who, Path(id): Path<String>) -> Response {
    answer(read(&shared, caller, &id, trace::may_have_had_specific, |id| Action::History { id }).await)
}

/// Reads one record; where specially protected data is in the answer, the audit trail says so.
async fn read(
    shared: &Shared,
    caller: Caller,
    id: &str,
    shows_specific: fn(&Reader, DocumentId) -> Result<bool, Failure>,
    action: impl Fn(DocumentId) -> Action,
) -> Result<Value, Failure> {
    caller.may_read(&shared.node).await?;
    let id = document(id)?;
    let action = action(id);
    shared
        .node
        .blocking(move |node| {
            let answer = node.perform(&action)?;
            let mut replica = node.replica();
            if shows_specific(&replica, id)? {
                warn_unnoted(caller.note(
                    &mut replica,
                    Act::SpecificRead,
                    (&id.to_string(), None),
                    moment::now_millis(),
                ));
            }
            Ok(answer)
        })
        .await
}

pub(super) async fn letter(
    State(shared): Told,
    Extension(caller): Who,
    Path(id): Path<String>,
    asked: Result<Query<LetterParameters>, QueryRejection>,
) -> Response {
    let done = async {
        caller.may_read(&shared.node).await?;
        let id = document(&id)?;
        let paper = parameters(asked)?.paper.unwrap_or_default();
        shared
            .node
            .blocking(move |node| {
                let letter = action::letter::of(&node.replica(), (&node.live().identity, &node.sealer()), id, paper)?;
                warn_unnoted(caller.note(
                    &mut node.replica(),
                    Act::Letter,
                    (&id.to_string(), None),
                    moment::now_millis(),
                ));
                Ok(letter)
            })
            .await
    };
    match done.await {
        Ok(letter) => pdf(&letter.file_name, letter.bytes),
        Err(failure) => answer(Err(failure)),
    }
}

pub(super) async fn edit(sent: Sent) -> Response {
    change(sent, Act::Edit, Caller::may_record, |id, _, EditBody { edits, clerk }| {
        let edits = edits
            .into_iter()
            .map(|(path, value)| path.parse::<FieldPath>().map(|path| (path, value)).map_err(|error| bad_body(&error)));
        let edits = edits.collect::<Result<Vec<_>, Failure>>()?;
        Ok((clerk, move |_: &Replica, clerk| Ok(Action::Set { id, edits: edits.clone(), clerk })))
    })
    .await
}

/// A request that is repeated is not to pass what was changed in between.
fn checked_unseen() -> Failure {
    Failure::input(
        "seen_missing",
        "Berkas ini sudah diperiksa dan diubah sesudahnya. Tidak ada yang berubah; untuk memeriksanya lagi, sebutkan di `seen` keadaan \
         yang dilihat (`heads` berkas).",
        "This record was checked, and changed after that. Nothing was changed; to check it again, say in `seen` what was looked \
         at (`heads` of the record).",
    )
}

pub(super) async fn step(sent: Sent) -> Response {
    // Whether the caller may depends on where the record stands: that is asked when it is done.
    change(
        sent,
        Act::Step,
        |_| Ok(()),
        |id, _, StepBody { status: to, reason, clerk, seen }| {
            Ok((clerk, move |replica: &Replica, clerk| {
                let document = action::load(replica, id)?;
                match &seen {
                    Some(seen) => action::since_seen::must_be_seen(&document, &seen.join(","))?,
                    None if action::since_check::is_checked_again(&document, to) => return Err(checked_unseen()),
                    None => {}
                }
                Ok(Action::Step { id, to, reason: reason.clone(), clerk })
            }))
        },
    )
    .await
}
