//! `GET /arus`: word to a browser that something changed (server-sent events). It then asks for its page again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::page::Answer;
use super::visitor::{Visitor, is_good};
use crate::serve::Hub;

/// Between two words, however much changes.
const PAUSE: Duration = Duration::from_secs(1);
/// Without a word for so long a comment is sent: what is between here and the browser keeps the connection.
const SILENCE: Duration = Duration::from_secs(20);

/// One browser that listens.
struct Listener {
    hub: Arc<Hub>,
    token: String,
    rounds: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    is_first: bool,
    _seat: OwnedSemaphorePermit,
}

pub(super) async fn stream(visitor: Visitor, State(hub): State<Arc<Hub>>) -> Answer {
    let Ok(seat) = Arc::clone(&hub.desk.streams).try_acquire_owned() else {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    let listener = Listener {
        rounds: hub.writer.rounds(),
        stopping: hub.stopping.clone(),
        token: visitor.token,
        is_first: true,
        _seat: seat,
        hub,
    };
    let words = stream::unfold(listener, async |mut listener| {
        let word = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from_static(word.as_bytes())), listener))
    });
    let mut response = Response::new(Body::from_stream(words));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    Ok(response)
}

impl Listener {
    /// The next word; nothing when the session is over or the server stops.
    async fn next(&mut self) -> Option<&'static str> {
        if std::mem::take(&mut self.is_first) {
            // Reached at once, whatever comes later; a lost connection is tried again after five seconds.
            return Some("retry: 5000\n\n");
        }
        let word = tokio::select! {
            changed = self.rounds.changed() => {
                changed.ok()?;
                "data: 1\n\n"
            }
            () = tokio::time::sleep(SILENCE) => ":\n\n",
            _ = self.stopping.wait_for(|stop| *stop) => return None,
        };
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = self.stopping.wait_for(|stop| *stop) => return None,
        }
        // What came meanwhile is part of this word.
        self.rounds.mark_unchanged();
        let session = self.hub.desk.sessions.find(&self.token, Instant::now(), false)?;
        let is_open = !session.locked && is_good(&self.hub, &session).await.unwrap_or(false);
        is_open.then_some(word)
    }
}
