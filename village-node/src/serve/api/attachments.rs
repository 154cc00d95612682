//! Attached files of a record: listed, put, got out again, taken away.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::response::Response;
use change_log::DocumentId;
use office_model::ClerkId;
use serde::Deserialize;
use serde_json::Value;

use super::{Told, answer, document, parameters};
use crate::action::NewFile;
use crate::action::attachments::no_file;
use crate::serve::Shared;
use crate::serve::caller::Caller;
use crate::serve::files::{hash_of, served};
use crate::{Act, Action, Failure, moment};

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
    body: Bytes,
) -> Response {
    let done = async {
        let id = document(&id)?;
        let FileParameters { name, kind, clerk } = parameters(asked)?;
        let file = NewFile::new(&name, &kind, &body);
        act(&shared, caller, Act::Attach, (id, clerk), move |clerk| Action::Attach { id, file: file.clone(), clerk })
            .await
    };
    answer(done.await)
}

pub(super) async fn detach(
    State(shared): Told,
    Extension(caller): Who,
    Path((id, hash)): Path<(String, String)>,
    asked: Result<Query<WhoParameters>, QueryRejection>,
) -> Response {
    let done = async {
        let (id, hash) = (document(&id)?, hash_of(&hash)?);
        let WhoParameters { clerk } = parameters(asked)?;
        act(&shared, caller, Act::Detach, (id, clerk), move |clerk| Action::Detach { id, hash, clerk }).await
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
                caller.note(&mut replica, Act::SpecificRead, (id, None), moment::now_millis())
            })
            .await?;
        shared.node.attached_file(hash).await
    };
    match done.await {
        Ok((file, bytes)) => served(&file, bytes),
        Err(failure) => answer(Err(failure)),
    }
}

/// Does it as the caller, and notes it.
async fn act(
    shared: &Shared,
    caller: Caller,
    what: Act,
    (id, named): (DocumentId, Option<ClerkId>),
    action: impl Fn(ClerkId) -> Action + Send + 'static,
) -> Result<Value, Failure> {
    caller.may_record()?;
    shared
        .node
        .blocking(move |node| {
            node.act(|doing| {
                let author = caller.author(doing.replica, named.as_ref())?;
                let action = action(author.clerk.clone());
                caller.check(doing.replica, &action)?;
                let answer = doing.perform(&action)?;
                caller.note(doing.replica, what, (id, Some(&author)), doing.now_millis)?;
                Ok(answer)
            })
        })
        .await
}
