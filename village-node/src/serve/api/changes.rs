//! The change feed: what became visible on this machine since a client last asked; one that is up to date may wait.

use std::time::{Duration, Instant};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::response::Response;
use office_model::Bilingual;
use serde::Deserialize;
use serde_json::Value;

use super::{Told, answer, bad_parameter, parameters};
use crate::action::changes::{self, FeedPlace, Told as Changes};
use crate::right::Right;
use crate::serve::Shared;
use crate::serve::caller::Caller;
use crate::{Failure, Node};

/// So many changes in one answer when nothing is said.
const LIMIT: usize = 100;
/// A client waits so long at most.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// One that waits looks by itself so often, in case nobody woke it.
const LOOK: Duration = Duration::from_secs(2);
/// In place of a cursor: where the feed ends now.
const END: &str = "end";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    after: Option<String>,
    limit: Option<usize>,
    /// Seconds.
    wait: Option<u64>,
}

pub(super) async fn after(
    State(shared): Told,
    Extension(caller): Extension<Caller>,
    asked: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    answer(told(&shared, &caller, asked).await)
}

async fn told(
    shared: &Shared,
    caller: &Caller,
    asked: Result<Query<Parameters>, QueryRejection>,
) -> Result<Value, Failure> {
    caller.may_read(&shared.node).await?;
    let Parameters { after, limit, wait } = parameters(asked)?;
    let place = match after.as_deref() {
        None | Some("") => FeedPlace::default(),
        Some(END) => shared.node.blocking(|node| changes::end(&node.replica())).await?,
        Some(cursor) => cursor.parse()?,
    };
    let limit = limit.unwrap_or(LIMIT);
    if limit == 0 {
        let most = changes::CHANGES_MAX;
        let wanted = Bilingual::new(format!("bilangan dari 1 sampai {most}"), format!("a number from 1 to {most}"));
        return Err(bad_parameter("limit", &wanted));
    }
    let until = Instant::now() + Duration::from_secs(wait.unwrap_or(0)).min(WAIT_MAX);
    let (mut showings, right) = (shared.node.showings(), caller.right());
    loop {
        // What shows from here on wakes, also when it does before the waiting begins.
        showings.mark_unchanged();
        let changes = look(&shared.node, &right, place, limit).await?;
        let left = until.saturating_duration_since(Instant::now());
        if !changes.changes.is_empty() || left.is_zero() {
            return Ok(changes.to_json());
        }
        // The sender lives as long as the node; at the latest the next look finds what it did not tell.
        let _ = tokio::time::timeout(LOOK.min(left), showings.changed()).await;
    }
}

/// Reads with a connection of its own: making documents out of many changes keeps no clerk waiting. Whoever waited may have
/// lost the right to it meanwhile.
async fn look(node: &Node, right: &Right, place: FeedPlace, limit: usize) -> Result<Changes, Failure> {
    let right = right.clone();
    node.blocking(move |node| {
        let reader = node.replica().reader()?;
        right.check(&reader)?;
        changes::after(&reader, place, limit)
    })
    .await
}
