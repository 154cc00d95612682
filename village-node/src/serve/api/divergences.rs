//! What two people entered differently, and a decision between the values.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::response::Response;
use office_model::{ClerkId, FieldPath};
use replica_store::Replica;
use serde::Deserialize;
use serde_json::Value;

use super::writing::{Sent, change};
use super::{Told, answer, parameters};
use crate::action::rows_of;
use crate::action::trace::warn_unnoted;
use crate::serve::caller::Caller;
use crate::{Act, Action, Failure, action, moment};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettleBody {
    path: FieldPath,
    value: Value,
    #[serde(default)]
    clerk: Option<ClerkId>,
}

pub(super) async fn all(
    State(shared): Told,
    Extension(caller): Extension<Caller>,
    asked: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let done = async {
        caller.may_read(&shared.node).await?;
        let limit = rows_of(parameters(asked)?.limit)?;
        shared
            .node
            .blocking(move |node| {
                let found = node.perform(&Action::Divergences { limit })?;
                for id in action::divergences::specific(&found) {
                    let noted = caller.note(
                        &mut node.replica(),
                        Act::SpecificRead,
                        (&id.to_string(), None),
                        moment::now_millis(),
                    );
                    warn_unnoted(noted);
                }
                Ok(found)
            })
            .await
    };
    answer(done.await)
}

pub(super) async fn settle(sent: Sent) -> Response {
    change(sent, Act::Settle, Caller::may_record, |id, _, SettleBody { path, value, clerk }| {
        let act = move |_: &Replica, clerk| {
            Ok::<_, Failure>(Action::Settle { id, path: path.clone(), value: value.clone(), clerk })
        };
        Ok((clerk, act))
    })
    .await
}
