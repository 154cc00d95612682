//! The driver of `serve`: exchanges when something was recorded, when the hub has news, when the link comes back, at the
//! nightly minute, and when the machine wakes from sleep.

use std::time::Duration;

use exchange_driver::Outcome;
use tokio::time::sleep;

use super::exchange::{Exchanged, exchange_waiting};
use super::files::{FilesMoved, move_files};
use super::resting::{Reason, Resting};
use super::{knock, night};
use crate::action::attachments::hub_life;
use crate::action::hub_offset;
use crate::{Failure, Node, moment};

/// A hub that lets nobody wait is asked so often whether it has something new.
const IDLE: Duration = Duration::from_secs(60);
/// A hub that held its verdict for less did not let the node wait,
const HELD: Duration = Duration::from_secs(5);
/// which may happen now and then.
const DECLINED_MAX: u32 = 3;
/// Several records typed one after the other go in one exchange.
const GATHER: Duration = Duration::from_millis(300);
/// A waiting exchange ends by itself long before.
const AT_MOST: Duration = Duration::from_secs(3600);
/// Attached files move for so long before an exchange looks whether there is news.
const BURST: Duration = Duration::from_secs(60);
/// After a cut while files moved, the next try; at most.
const FILES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// Not even a hub that keeps saying "more" is called more often without anything moved.
const SPIN_MAX: u32 = 50;

/// Runs until it is dropped, or the hub had this machine wiped. It holds no state that matters: whatever is unsent stands in the log.
pub async fn drive(node: Node) {
    let mut resting = Resting::new(node.recordings(), moment::now_millis);
    // The first verdict is not to be waited for: it shows a clerk that the link is up.
    let mut may_wait = false;
    let (mut rounds, mut declined) = (0, 0);
    let mut stuck = FILES.0;
    // Somebody may listen there who is not the hub: the next call waits as long as after any cut.
    let mut is_misled = false;
    loop {
        let night = next_night(&node).await.unwrap_or(i64::MAX);
        resting.note_recorded();
        let mut reason = None;
        let exchanged = if may_wait {
            exchange_waiting(&node, async { reason = Some(resting.reason(AT_MOST, night).await) }).await
        } else {
            super::exchange_once(&node, |_| {}).await
        };
        let waited = may_wait;
        may_wait = match &exchanged {
            Ok(Exchanged { outcome: Outcome::Proven { .. }, .. }) => true,
            // Files move behind a proof: one that the hub holds back for minutes would hold them up as well.
            Ok(Exchanged { outcome: Outcome::Again, .. }) => !files_wait(&node).await.unwrap_or_default(),
            _ => false,
        };
        let is_cut = matches!(&exchanged, Ok(Exchanged { outcome: Outcome::Cut, .. }));
        let proven = matches!(&exchanged, Ok(Exchanged { outcome: Outcome::Proven { .. }, .. }));
        let mut pause = match exchanged {
            Ok(Exchanged { outcome: Outcome::Again, progress, .. }) => {
                rounds = if progress.sent + progress.received > 0 || reason.is_some() { 0 } else { rounds + 1 };
                (rounds >= SPIN_MAX).then_some(IDLE)
            }
            Ok(Exchanged { outcome: Outcome::Proven { .. }, waited: held, progress, .. }) => {
                rounds = 0;
                // What it sent or received, or a reason of its own, ended the wait: the hub declined nothing.
                let is_idle = reason.is_none() && progress.sent + progress.received == 0;
                declined = if waited && is_idle && held < HELD { declined + 1 } else { 0 };
                (declined >= DECLINED_MAX).then_some(IDLE)
            }
            Ok(Exchanged { outcome: Outcome::Cut, wait_millis, .. }) => {
                Some(Duration::from_millis(wait_millis.max(250)))
            }
            Ok(Exchanged { outcome: Outcome::Differs { retry_seconds }, wait_millis, .. }) => {
                tracing::warn!(retry_seconds, "this machine and the hub differ; see `status`");
                Some(Duration::from_millis(wait_millis.max(1_000)))
            }
            Ok(Exchanged { outcome: Outcome::Refused(fault), wait_millis, .. }) => {
                tracing::warn!(code = ?fault.code, text = fault.text_en, "the hub refused the exchange");
                Some(Duration::from_millis(wait_millis.max(1_000)))
            }
            Ok(Exchanged { outcome: Outcome::Wipe(_), .. }) => return,
            Err(failure) => {
                tracing::warn!(code = failure.code, text = failure.text.en, "an exchange failed");
                Some(IDLE)
            }
        };
        if proven && reason.is_none() {
            let (mut moved, mut untold) = (FilesMoved::default(), |_: &FilesMoved| {});
            let done = tokio::select! {
                done = move_files(&node, &mut moved, &mut untold) => Some(done),
                // Records go first, and news of the office is not kept waiting by large files.
                why = resting.reason(BURST, night) => {
                    reason = Some(why);
                    may_wait = false;
                    None
                }
            };
            let went = moved.bytes_up + moved.bytes_down > 0;
            match done {
                Some(Err(failure)) => {
                    tracing::info!(code = failure.code, text = failure.text.en, "attached files go on later");
                    stuck = if went { FILES.0 } else { (stuck * 2).min(FILES.1) };
                    may_wait = false;
                    pause = Some(stuck);
                }
                Some(Ok(())) => stuck = FILES.0,
                None => {}
            }
        }
        if let Some(pause) = pause {
            reason = Some(tokio::select! {
                why = resting.reason(pause, night) => why,
                () = knock::until_open(&node.live().url), if is_cut && !is_misled => Reason::Open,
            });
        }
        is_misled = reason == Some(Reason::Open);
        match reason {
            Some(Reason::Recorded) => sleep(GATHER).await,
            Some(Reason::Slept) => {
                tracing::info!("the machine slept; calling the hub at once");
                may_wait = false;
                if let Err(failure) = node.live().reconnect() {
                    tracing::warn!(code = failure.code, text = failure.text.en, "the old connection is kept");
                }
            }
            Some(Reason::Night) => may_wait = false,
            Some(Reason::Open | Reason::Due) | None => {}
        }
    }
}

/// Whether attached files are to move, as far as this machine knows.
async fn files_wait(node: &Node) -> Result<bool, Failure> {
    node.blocking(|node| {
        let replica = node.replica();
        let to_fetch = replica.blobs_to_fetch()?;
        Ok(!replica.blobs_to_send(hub_life(&replica))?.is_empty()
            || to_fetch.iter().any(|blob| node.live().missing.is_due(blob.hash)))
    })
    .await
}

/// When the nightly exchange is due, on this machine's clock.
async fn next_night(node: &Node) -> Result<i64, Failure> {
    node.blocking(|node| {
        let offset = hub_offset(&node.replica()).unwrap_or_default();
        Ok(night::next_after(&node.identity().office, moment::now_millis() + offset) - offset)
    })
    .await
}
