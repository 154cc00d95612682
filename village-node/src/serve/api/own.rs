//! What the commands of this program ask the `serve` that has their folder. No contract: both are of one version.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::{Told, answer, parse};
use crate::action::owner;
use crate::action::trace::{By, note_act, warn_unnoted};
use crate::node::plain_url;
use crate::remote::{ActionBody, SyncBody};
use crate::serve::Shared;
use crate::serve::files::{hash_of, served};
use crate::{Act, Action, Blame, Failure, Node, moment, sync};

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/own/sync", post(run_sync))
        .route("/api/own/actions", post(act))
        .route("/api/own/attachments/{hash}", get(attached_file))
}

async fn run_sync(State(shared): Told, body: Bytes) -> Response {
    let done = async {
        let how: SyncBody = if body.is_empty() { SyncBody::default() } else { parse(&body)? };
        let called = &shared.node.identity().hub_url;
        if let Some(hub) = how.hub.as_deref().filter(|hub| plain_url(hub) != *called) {
            return Err(hub_differs(called, hub));
        }
        sync::sync_all(&shared.node, &how.patience(), |_| {}, |_| {}).await
    };
    answer(done.await)
}

fn hub_differs(called: &str, hub: &str) -> Failure {
    Failure::new(
        Blame::State,
        "hub_differs",
        format!(
            "`village-node serve` yang sedang berjalan memanggil pusat di {called}, bukan {hub}. Tidak ada yang dikirim; \
             mulai ulang program itu."
        ),
        format!(
            "The `village-node serve` that runs calls the hub at {called}, not {hub}. Nothing was sent; start it again."
        ),
    )
}

async fn attached_file(
    State(shared): Told,
    Path(hash): Path<String>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Response {
    let asker = words.get("asker").cloned().unwrap_or_default();
    let done = async {
        let reader = asker.clone();
        shared.node.blocking(move |node| owner::check_reading(&node.replica(), &reader)).await?;
        let file = shared.node.attached_file(hash_of(&hash)?).await?;
        let noted = move |node: &Node| {
            let by = (asker.as_str(), By::Owner);
            warn_unnoted(note_act(&mut node.replica(), Act::Attachment, &hash, by, moment::now_millis()));
            Ok(())
        };
        shared.node.blocking(noted).await?;
        Ok(file)
    };
    match done.await {
        Ok((file, bytes)) => served(&file, bytes),
        Err(failure) => answer(Err(failure)),
    }
}

async fn act(State(shared): Told, body: Bytes) -> Response {
    match parse::<ActionBody<'_>>(&body) {
        Ok(ActionBody { action, asker }) => {
            let action = action.into_owned();
            let account = match &action {
                Action::PutAccount { account, .. } => Some(account.id.clone()),
                _ => None,
            };
            let is_status = matches!(action, Action::Status);
            let done = shared.node.blocking(move |node| node.perform_for_owner(&action, &asker, &mut |_, _| ())).await;
            let done = done.map(|said| if is_status { shared.lan.borrow().told_with(said) } else { said });
            // Whoever is signed in by the old password is out.
            if let Some(account) = account.filter(|_| done.is_ok()) {
                shared.sessions.close_all_of(account.as_str());
            }
            answer(done)
        }
        Err(failure) => answer(Err(failure)),
    }
}
