//! What two people entered differently, and a decision between the values.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::response::Response;
use change_log::DocumentId;
use office_model::{ClerkId, FieldPath, ServiceId};
use replica_store::Replica;
use serde::Deserialize;
use serde_json::Value;

use super::writing::{Sent, change};
use super::{Told, answer, parameters};
use crate::action::rows_of;
use crate::serve::caller::Caller;
use crate::{Act, Action, Failure, moment};

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
        caller.may_read()?;
        let limit = rows_of(parameters(asked)?.limit)?;
        shared
            .node
            .blocking(move |node| {
                let found = node.perform(&Action::Divergences { limit })?;
                for id in specific(&found) {
                    caller.note(&mut node.replica(), Act::SpecificRead, (id, None), moment::now_millis())?;
                }
                Ok(found)
            })
            .await
    };
    answer(done.await)
}

/// The records of which specially protected data is shown.
fn specific(found: &Value) -> Vec<DocumentId> {
    let rows = found.get("transactions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let is_specific = |row: &&Value| {
        let service = text(row, "service").and_then(|id| id.parse::<ServiceId>().ok());
        let Some(service) = service.and_then(|id| office_model::Catalogue::current().service(&id)) else { return true };
        let paths = row.get("divergences").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let paths = paths.iter().filter_map(|one| text(one, "path")?.parse::<FieldPath>().ok());
        paths.into_iter().any(|path| service.field(path.root()).is_some_and(|field| field.specific.is_some()))
    };
    rows.iter().filter(is_specific).filter_map(|row| text(row, "id")?.parse().ok()).collect()
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
