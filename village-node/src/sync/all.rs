//! Everything that is to go over: records until both sides are proven equal, then attached files.

use std::time::{Duration, Instant};

use exchange_driver::Progress;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::files::{FilesMoved, move_files};
use super::proven::{Patience, sync_until_proven};
use crate::action::attachments;
use crate::{Failure, Node};

/// Between two tries at a link that carries nothing.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// Exchanges until proven equal, then moves files until all that can go over has. As programs read it: the proof, and
/// `"files": {"sent", "received", "bytes_up", "bytes_down", "not_taken", "to_send", "to_fetch"}`.
///
/// # Errors
///
/// As [`sync_until_proven`]; and when files do not move for as long as `patience` allows. What went over stays.
pub async fn sync_all(
    node: &Node,
    patience: &Patience,
    on_progress: impl FnMut(&Progress),
    mut on_files: impl FnMut(&FilesMoved) + Send,
) -> Result<Value, Failure> {
    let proven = sync_until_proven(node, patience, on_progress).await?;
    node.live().missing.clear();
    let mut sum = FilesMoved::default();
    on_files(&sum);
    let (mut moved_at, mut pause) = (Instant::now(), PAUSE.0);
    loop {
        let before = sum;
        let done = move_files(node, &mut sum, &mut on_files).await;
        if sum.bytes_up + sum.bytes_down > before.bytes_up + before.bytes_down {
            (moved_at, pause) = (Instant::now(), PAUSE.0);
        }
        match done {
            Ok(()) => break,
            Err(failure)
                if failure.code == "wrong_server" || moved_at.elapsed() + pause > patience.without_progress =>
            {
                return Err(failure);
            }
            Err(_) => sleep(pause).await,
        }
        pause = (pause * 2).min(PAUSE.1);
    }
    let open = node
        .blocking(|node| {
            let replica = node.replica();
            Ok(replica.attachments_to_move(attachments::hub_life(&replica))?)
        })
        .await?;
    let mut said = proven.to_json();
    if let Some(said) = said.as_object_mut() {
        said.insert(
            "files".to_owned(),
            json!({
                "sent": sum.sent,
                "received": sum.received,
                "bytes_up": sum.bytes_up,
                "bytes_down": sum.bytes_down,
                "not_taken": sum.not_taken,
                "to_send": open.to_send,
                "to_fetch": open.to_fetch,
            }),
        );
    }
    Ok(said)
}
