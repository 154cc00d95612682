//! Attached files that nothing names any more go by themselves: looked for when the program begins to serve, and each night.

use std::time::Duration;

use tokio::time::sleep;

use crate::action::hub_offset;
use crate::{Failure, Node, moment, sync};

/// The clock is looked at so often: it may be set, and a machine sleeps.
const LOOK: Duration = Duration::from_secs(600);

/// Looks as long as the program serves.
pub(crate) async fn drive(node: Node) {
    loop {
        if let Err(failure) = sweep(&node).await {
            tracing::warn!(code = failure.code, text = failure.text.en, "files that nothing names were not looked for");
        }
        let night = next_night(&node).await.unwrap_or(i64::MAX);
        while moment::now_millis() < night {
            sleep(LOOK).await;
        }
    }
}

/// Counts alone are told: a name, or what a file is called by, is personal data.
async fn sweep(node: &Node) -> Result<(), Failure> {
    let swept = node
        .blocking(|node| {
            let is_moving = |hash| node.live().line.now().is_some_and(|moving| moving.hash == hash);
            Ok(node.replica().sweep_files(moment::now_millis(), is_moving)?)
        })
        .await?;
    if swept.removed + swept.waiting > 0 {
        tracing::info!(removed = swept.removed, waiting = swept.waiting, "attached files that nothing names any more");
    }
    Ok(())
}

async fn next_night(node: &Node) -> Result<i64, Failure> {
    node.blocking(|node| {
        let offset = hub_offset(&node.replica()).unwrap_or_default();
        Ok(sync::next_night(&node.identity().office, moment::now_millis() + offset) - offset)
    })
    .await
}
