//! Looks whether a restored hub got something back from one office that others are to be told.

use std::time::Duration;

use super::Hub;
use crate::Failure;
use crate::act::Act;
use crate::handbook::Sight;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(60);

/// Tells whatever there is to tell, as it comes back.
pub(super) async fn run(hub: &Hub) {
    let mut seen = None;
    loop {
        if let Err(failure) = look(hub, &mut seen).await {
            tracing::error!(%failure, "what came back could not be told to other offices: it is tried again");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn look(hub: &Hub, seen: &mut Option<Sight>) -> Result<(), Failure> {
    let sight = hub.readers.with(Sight::of).await??;
    if sight.is_some() && sight != *seen {
        let done = hub.writer.act(Act::TellAgain).await?;
        let told = done.get("told").and_then(serde_json::Value::as_u64).unwrap_or_default();
        if told > 0 {
            tracing::info!(told, "told again what came back from other offices");
        }
    }
    *seen = sight;
    Ok(())
}
