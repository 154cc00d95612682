//! Letter numbers: how many are left, and one for a letter that has none.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use office_model::ClerkId;
use serde::Deserialize;

use super::writing::{Writing, once, write};
use super::{Told, answer, document, parse};
use crate::serve::caller::Caller;
use crate::{Act, Action};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberBody {
    #[serde(default)]
    clerk: Option<ClerkId>,
}

pub(super) async fn stock(State(shared): Told, Extension(caller): Extension<Caller>) -> Response {
    let done = async {
        caller.may_read()?;
        shared.node.perform_soon(Action::Numbers).await
    };
    answer(done.await)
}

pub(super) async fn give(
    State(shared): Told,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = async {
        let id = document(&id)?;
        caller.may_record()?;
        let NumberBody { clerk: named } = parse(&body)?;
        let once = once(&caller, &headers, &format!("number {id}"), &body)?;
        write(&shared, Writing { caller, named, act: Act::Number, once }, move |_, clerk| {
            Ok(Action::IssueNumber { id, clerk })
        })
        .await
    };
    answer(done.await)
}
