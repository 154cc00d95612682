//! Referrals: to an office above the villages, and its answer.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use office_model::{Answer, ClerkId, OfficeCode};
use serde::Deserialize;

use super::writing::{Writing, once, write};
use super::{Told, answer, document, parse};
use crate::serve::caller::Caller;
use crate::{Act, Action};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferBody {
    office: OfficeCode,
    #[serde(default)]
    asked: String,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    answer: Answer,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

pub(super) async fn refer(
    State(shared): Told,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = async {
        let id = document(&id)?;
        caller.may_record()?;
        let ReferBody { office, asked, clerk: named } = parse(&body)?;
        let once = once(&caller, &headers, &format!("refer {id}"), &body)?;
        write(&shared, Writing { caller, named, act: Act::Refer, once }, move |_, clerk| {
            Ok(Action::Refer { id, to: office, asked: asked.clone(), clerk })
        })
        .await
    };
    answer(done.await)
}

pub(super) async fn answer_it(
    State(shared): Told,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = async {
        let id = document(&id)?;
        caller.may_answer()?;
        let AnswerBody { answer, reason, clerk: named } = parse(&body)?;
        let once = once(&caller, &headers, &format!("answer {id}"), &body)?;
        write(&shared, Writing { caller, named, act: Act::Answer, once }, move |_, clerk| {
            Ok(Action::Answer { id, answer, reason: reason.clone(), clerk })
        })
        .await
    };
    answer(done.await)
}
