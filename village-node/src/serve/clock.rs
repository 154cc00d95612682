//! Notices while the program runs that this machine's clock was set right: what an exchange told of it before holds no more.

use std::time::{Duration, Instant};

use replica_store::Replica;
use tokio::time::sleep;

use crate::{Failure, Node, action, moment};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);

/// Two clocks at one moment: the one that people set, and the one that only ever goes on.
#[derive(Debug, Clone, Copy)]
struct Reading {
    wall_millis: i64,
    steady: Instant,
}

impl Reading {
    fn now() -> Self {
        Self { wall_millis: moment::now_millis(), steady: Instant::now() }
    }

    /// By how many milliseconds the clock was set since an earlier reading, back below 0.
    fn set_since(&self, earlier: &Self) -> i64 {
        let passed = self.steady.saturating_duration_since(earlier.steady).as_millis();
        self.wall_millis.saturating_sub(earlier.wall_millis).saturating_sub(i64::try_from(passed).unwrap_or(i64::MAX))
    }
}

/// Looks as long as the program serves.
pub(super) async fn watch(node: Node) {
    let mut before = Reading::now();
    note(&node, action::note_started).await;
    loop {
        sleep(EVERY).await;
        let now = Reading::now();
        let set_by = now.set_since(&before);
        before = now;
        if set_by.abs() < action::SET_MILLIS_MIN {
            continue;
        }
        note(&node, move |replica| action::note_clock_set(replica, set_by)).await;
    }
}

async fn note(node: &Node, what: impl FnOnce(&mut Replica) -> Result<(), Failure> + Send + 'static) {
    if let Err(failure) = node.blocking(move |node| what(&mut node.replica())).await {
        tracing::warn!(code = failure.code, text = failure.text.en, "what is known of the clock is not noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_is_not_taken_for_what_was_set() {
        let before = Reading::now();
        let at = |seconds: u64, wall: i64| Reading {
            wall_millis: before.wall_millis + wall,
            steady: before.steady + Duration::from_secs(seconds),
        };
        assert_eq!(at(5, 5_000).set_since(&before), 0);
        assert_eq!(at(5, 3_605_000).set_since(&before), 3_600_000);
        assert_eq!(at(5, -3_595_000).set_since(&before), -3_600_000);
    }
}
