//! Attached files of a record: listed, put, got out again, taken away.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use office_model::ClerkId;
use serde::Deserialize;
use serde_json::json;

use super::writing::{Writing, once, write};
use super::{Told, answer, document, parameters};
use crate::action::NewFile;
use crate::action::attachments::no_file;
use crate::action::trace::warn_unnoted;
use crate::serve::caller::Caller;
use crate::serve::files::{hash_of, served};
use crate::{Act, Action, moment};

type Who = Extension<Caller>;

/// What the bytes of the body are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileParameters {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    clerk: Option<ClerkId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhoParameters {
    clerk: Option<ClerkId>,
}

pub(super) async fn list(State(shared): Told, Extension(caller): Who, Path(id): Path<String>) -> Response {
    let done = async {
        caller.may_read(&shared.node).await?;
        shared.node.perform_soon(Action::Attachments { id: document(&id)? }).await
    };
    answer(done.await)
}

/// Attached again, the same bytes are the same file: nothing is done twice.
pub(super) async fn attach(
    State(shared): Told,
    Extension(caller): Who,
    Path(id): Path<String>,
    asked: Result<Query<FileParameters>, QueryRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = async {
        caller.may_record()?;
        let id = document(&id)?;
        let FileParameters { name, kind, clerk: named } = parameters(asked)?;
        let about = json!(["attach", id, name, kind, named]).to_string();
        let once = once(&caller, &headers, &about, &body)?;
        let file = NewFile::new(&name, &kind, &body);
        let writing = Writing { caller, named, act: Act::Attach, once };
        write(&shared, writing, move |_, clerk| Ok(Action::Attach { id, file: file.clone(), clerk })).await
    };
    answer(done.await)
}

pub(super) async fn detach(
    State(shared): Told,
    Extension(caller): Who,
    Path((id, hash)): Path<(String, String)>,
    asked: Result<Query<WhoParameters>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let done = async {
        caller.may_record()?;
        let (id, hash) = (document(&id)?, hash_of(&hash)?);
        let WhoParameters { clerk: named } = parameters(asked)?;
        let once = once(&caller, &headers, &json!(["detach", id, hash, named]).to_string(), &[])?;
        let writing = Writing { caller, named, act: Act::Detach, once };
        write(&shared, writing, move |_, clerk| Ok(Action::Detach { id, hash, clerk })).await
    };
    answer(done.await)
}

pub(super) async fn content(
    State(shared): Told,
    Extension(caller): Who,
    Path((id, hash)): Path<(String, String)>,
) -> Response {
    let done = async {
        caller.may_read(&shared.node).await?;
        let (id, hash) = (document(&id)?, hash_of(&hash)?);
        shared
            .node
            .blocking(move |node| {
                let mut replica = node.replica();
                if !replica.attachments(id)?.iter().any(|file| file.hash == hash) {
                    return Err(no_file());
                }
                // What a scan shows nobody knows.
                warn_unnoted(caller.note(
                    &mut replica,
                    Act::SpecificRead,
                    (&id.to_string(), None),
                    moment::now_millis(),
                ));
                Ok(())
            })
            .await?;
        shared.node.attached_file(hash).await
    };
    match done.await {
        Ok((file, bytes)) => served(&file, bytes),
        Err(failure) => answer(Err(failure)),
    }
}
