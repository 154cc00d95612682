//! The driver of `serve`: exchanges when something was recorded, when the link comes back, at the nightly minute,
//! and when the machine wakes from sleep.

use std::time::{Duration, SystemTime};

use exchange_driver::Outcome;
use tokio::time::{Instant, sleep, timeout};

use super::exchange::exchange_once;
use super::night;
use crate::action::hub_offset;
use crate::{Failure, Node, moment};

/// While nothing happens the hub is asked so often whether it has something new.
const IDLE: Duration = Duration::from_secs(60);
/// Several records typed one after the other go in one exchange.
const GATHER: Duration = Duration::from_millis(300);
/// Clocks are compared so often.
const TICK: Duration = Duration::from_secs(5);
/// The wall clock ran so far ahead of the timer: the machine slept.
const SLEPT: Duration = Duration::from_secs(20);
/// Not even a hub that keeps saying "more" is called more often.
const SPIN_MAX: u32 = 50;

/// Runs until it is dropped. It holds no state that matters: whatever is unsent stands in the log.
pub async fn drive(node: Node) {
    let mut rounds = 0;
    loop {
        let wait = match exchange_once(&node, |_| {}).await {
            Ok(exchanged) => match exchanged.outcome {
                Outcome::Again if rounds < SPIN_MAX => {
                    rounds += 1;
                    continue;
                }
                Outcome::Proven { .. } | Outcome::Again => IDLE,
                Outcome::Cut => Duration::from_millis(exchanged.wait_millis.max(250)),
                Outcome::Refused(fault) => {
                    tracing::warn!(code = ?fault.code, text = fault.text_en, "the hub refused the exchange");
                    Duration::from_millis(exchanged.wait_millis.max(1_000))
                }
            },
            Err(failure) => {
                tracing::warn!(code = failure.code, text = failure.text.en, "an exchange failed");
                IDLE
            }
        };
        rounds = 0;
        rest(&node, wait).await;
    }
}

/// Waits until it is time to call again, or something gives a reason to.
async fn rest(node: &Node, wait: Duration) {
    let until = Instant::now() + wait;
    let night = next_night(node).await.unwrap_or(i64::MAX);
    let recorded = node.recorded();
    tokio::pin!(recorded);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        let wall = SystemTime::now();
        let step = left.min(TICK);
        // A record waits out the back-off only while the link is known to be bad: then `wait` is short anyway.
        if timeout(step, &mut recorded).await.is_ok() {
            sleep(GATHER).await;
            return;
        }
        let passed = wall.elapsed().unwrap_or_default();
        if passed > step + SLEPT {
            tracing::info!(seconds = passed.as_secs(), "the machine slept; calling the hub at once");
            return;
        }
        if moment::now_millis() >= night {
            return;
        }
    }
}

/// When the nightly exchange is due, on this machine's clock.
async fn next_night(node: &Node) -> Result<i64, Failure> {
    node.blocking(|node| {
        let offset = hub_offset(&node.replica()).unwrap_or_default();
        Ok(night::next_after(&node.identity().office, moment::now_millis() + offset) - offset)
    })
    .await
}
