//! Letter numbers: how many are left, and one for a letter that has none.

use axum::extract::{Extension, State};
use axum::response::Response;
use office_model::ClerkId;
use replica_store::Replica;
use serde::Deserialize;

use super::writing::{Sent, change};
use super::{Told, answer};
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
        caller.may_read(&shared.node).await?;
        shared.node.perform_soon(Action::Numbers).await
    };
    answer(done.await)
}

pub(super) async fn give(sent: Sent) -> Response {
    change(sent, Act::Number, Caller::may_record, |id, _, NumberBody { clerk }| {
        Ok((clerk, move |_: &Replica, clerk| Ok(Action::IssueNumber { id, clerk })))
    })
    .await
}
