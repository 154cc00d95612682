//! `GET /healthz` and `GET /readyz`: whether the program lives, and whether it can do its work: read, write through to the
//! disk, and have the writer's turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use replica_store::Reader;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Hub;
use crate::disk;

/// Anybody may ask: the disk is asked no oftener.
const AT_MOST_EVERY: Duration = Duration::from_secs(2);
/// For each part.
const PATIENCE: Duration = Duration::from_secs(5);

/// The last answer.
#[derive(Debug, Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, Parts)>>);

/// What the hub needs, and whether it has it.
type Parts = [(&'static str, bool); 3];

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(hub): State<Arc<Hub>>) -> Response {
    let parts = look(&hub).await;
    let stopping = *hub.stopping.borrow();
    let is_ready = parts.iter().all(|(_, good)| *good) && !stopping;
    let line = |(part, good): &(&str, bool)| format!("{part} {}\n", if *good { "ok" } else { "failed" });
    let mut text: String = parts.iter().map(line).collect();
    if stopping {
        text.push_str("stopping\n");
    }
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn look(hub: &Hub) -> Parts {
    let mut kept = hub.readiness.0.lock().await;
    if let Some((at, parts)) = *kept
        && at.elapsed() < AT_MOST_EVERY
    {
        return parts;
    }
    let dir = hub.readers.dir().to_owned();
    let read = timeout(PATIENCE, hub.readers.with(Reader::open_alarms));
    let write = timeout(PATIENCE, tokio::task::spawn_blocking(move || disk::probe(&dir)));
    let writer = timeout(PATIENCE, hub.writer.run(|_| Ok(())));
    let (read, write, writer) = tokio::join!(read, write, writer);
    let parts = [
        ("read", matches!(read, Ok(Ok(Ok(_))))),
        ("write", matches!(write, Ok(Ok(Ok(()))))),
        ("writer", matches!(writer, Ok(Ok(())))),
    ];
    if let Some((part, _)) = parts.iter().find(|(_, good)| !good) {
        tracing::error!(part, "the hub is not ready");
    }
    *kept = Some((Instant::now(), parts));
    parts
}
