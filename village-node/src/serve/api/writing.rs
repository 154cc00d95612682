//! What changes records: once for each `Idempotency-Key`, with its trace in the audit trail, all in one commit.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use change_log::DocumentId;
use office_model::ClerkId;
use replica_store::{Asked, Replica, RequestKey};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Told, answer, document, parse};
use crate::action::trace;
use crate::node::Doing;
use crate::serve::Shared;
use crate::serve::caller::Caller;
use crate::{Act, Action, Blame, Failure};

/// The header by which an asker knows a request again.
const KEY: &str = "idempotency-key";
/// Longest value of it.
const KEY_MAX: usize = 200;

/// One request that changes a record.
pub(super) struct Writing {
    pub(super) caller: Caller,
    /// Whom the body names.
    pub(super) named: Option<ClerkId>,
    /// As the audit trail says it.
    pub(super) act: Act,
    /// How it is known again, if it is to be done once.
    pub(super) once: Option<RequestKey>,
}

/// A request to change one record, as it came.
pub(super) type Sent = (Told, Extension<Caller>, Path<String>, HeaderMap, Bytes);

/// Does what a request wants of one record, and answers it. `may`: whether the caller may at all. `of`: the person whom the
/// body names, and the action that it makes of the author.
pub(super) async fn change<B, A>(
    (State(shared), Extension(caller), Path(id), headers, body): Sent,
    act: Act,
    may: impl FnOnce(&Caller) -> Result<(), Failure>,
    of: impl FnOnce(DocumentId, &Caller, B) -> Result<(Option<ClerkId>, A), Failure>,
) -> Response
where
    B: DeserializeOwned,
    A: Fn(&Replica, ClerkId) -> Result<Action, Failure> + Send + 'static,
{
    let done = async {
        let id = document(&id)?;
        may(&caller)?;
        let (named, make) = of(id, &caller, parse(&body)?)?;
        let once = once(&caller, &headers, &format!("{} {id}", act.as_str()), &body)?;
        write(&shared, Writing { caller, named, act, once }, make).await
    };
    answer(done.await)
}

/// How a request is known again. `path`: what it is about, beside its body.
///
/// # Errors
///
/// When the key is empty, too long, or not plain text.
pub(super) fn once(
    caller: &Caller,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<Option<RequestKey>, Failure> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_MAX).contains(&key.len())).ok_or_else(|| {
        Failure::input(
            "idempotency_key",
            "Idempotency-Key terdiri dari 1 sampai 200 karakter ASCII. Tidak ada yang disimpan.",
            "An Idempotency-Key has 1 to 200 ASCII characters. Nothing was saved.",
        )
    })?;
    let body = Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize().into();
    Ok(Some(RequestKey { application: caller.name().to_owned(), key: key.to_owned(), body }))
}

/// Does what `act` makes of the store and the author. Asked for again under its key, it is only answered again.
///
/// # Errors
///
/// Whatever the action says, and when the key was used for something else: nothing was changed then.
pub(super) async fn write(
    shared: &Shared,
    writing: Writing,
    act: impl Fn(&Replica, ClerkId) -> Result<Action, Failure> + Send + 'static,
) -> Result<Value, Failure> {
    let right = writing.caller.right();
    shared.node.blocking(move |node| node.act(&right, |doing| written(doing, &writing, &act))).await
}

fn written(
    doing: &mut Doing<'_>,
    writing: &Writing,
    act: &impl Fn(&Replica, ClerkId) -> Result<Action, Failure>,
) -> Result<Value, Failure> {
    if let Some(once) = &writing.once {
        match doing.replica.asked(once)? {
            Asked::Never => {}
            Asked::Before(answer) => return serde_json::from_str(&answer).map_err(|_| unreadable()),
            Asked::Otherwise => return Err(used_otherwise()),
        }
    }
    let author = writing.caller.author(doing.replica, writing.named.as_ref())?;
    let action = act(doing.replica, author.clerk.clone())?;
    writing.caller.check(doing.replica, &action)?;
    let said = doing.perform(&action)?;
    let answer = match &action {
        Action::Record { .. } => the_one(&said)?,
        _ => said,
    };
    let id = answer.get("id").and_then(Value::as_str).and_then(|id| id.parse::<DocumentId>().ok());
    if let Some(id) = id {
        let about = trace::about(writing.act, id, &answer);
        writing.caller.note(doing.replica, writing.act, (&about, Some(&author)), doing.now_millis)?;
    }
    if let Some(once) = &writing.once {
        doing.replica.keep_answer(once, &answer.to_string(), doing.now_millis)?;
    }
    Ok(answer)
}

/// What came of one record: `{"id", "number", "warnings"}`.
fn the_one(said: &Value) -> Result<Value, Failure> {
    if let Some(refused) = said.pointer("/refused/0") {
        let problems = refused.get("problems").cloned().unwrap_or_default();
        return Err(Failure::values(serde_json::from_value(problems).unwrap_or_default()));
    }
    let saved = said.pointer("/saved/0").cloned().unwrap_or_default();
    let (id, number, warnings) = (saved.get("id"), saved.get("number"), saved.get("warnings"));
    Ok(serde_json::json!({"id": id, "number": number, "warnings": warnings}))
}

fn used_otherwise() -> Failure {
    Failure::new(
        Blame::State,
        "idempotency_key_used",
        "Idempotency-Key itu sudah dipakai untuk permintaan lain. Tidak ada yang berubah; pakai kunci baru untuk setiap \
         permintaan.",
        "That Idempotency-Key was used for another request. Nothing was changed; use a new key for each request.",
    )
}

fn unreadable() -> Failure {
    Failure::machine(
        "answer_damaged",
        "Jawaban terdahulu rusak, tetapi permintaan itu sudah dilaksanakan. Baca berkasnya.",
        "The earlier answer is damaged, but the request was done then. Read the record.",
    )
}
