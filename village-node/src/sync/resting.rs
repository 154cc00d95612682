//! What gives a reason to call the hub while there is nothing else to do.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Clocks are compared so often.
const TICK: Duration = Duration::from_secs(5);
/// The wall clock ran so far ahead of the timer, in milliseconds: the machine slept.
const SLEPT_MILLIS: i64 = 20_000;

/// Why it is time to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// It waited long enough.
    Due,
    /// Somebody listens where the hub is, after nobody did.
    Open,
    /// Something was recorded.
    Recorded,
    /// The machine slept, and the link with it.
    Slept,
    /// It is the node's minute of the night.
    Night,
}

/// A node that has nothing to do.
pub(super) struct Resting<Wall> {
    recorded: watch::Receiver<()>,
    /// The device clock, in milliseconds since 1970 UTC. The timer stands still while the machine sleeps, the wall clock
    /// does not.
    wall: Wall,
}

impl<Wall: Fn() -> i64> Resting<Wall> {
    pub(super) const fn new(recorded: watch::Receiver<()>, wall: Wall) -> Self {
        Self { recorded, wall }
    }

    /// Begins an exchange with all that is recorded now.
    pub(super) fn note_recorded(&mut self) {
        self.recorded.mark_unchanged();
    }

    /// Waits for a reason to call, at most so long. `night_millis`: when the nightly exchange is due, by the device clock.
    pub(super) async fn reason(&mut self, at_most: Duration, night_millis: i64) -> Reason {
        let until = Instant::now() + at_most;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Reason::Due;
            }
            let (wall, timer) = ((self.wall)(), Instant::now());
            // A record waits out the back-off only while the link is known to be bad: then that is short anyway.
            // The sender lives as long as the node.
            if timeout(left.min(TICK), self.recorded.changed()).await.is_ok() {
                return Reason::Recorded;
            }
            let ran = i64::try_from(timer.elapsed().as_millis()).unwrap_or(i64::MAX);
            let now = (self.wall)();
            if now.saturating_sub(wall) > ran.saturating_add(SLEPT_MILLIS) {
                return Reason::Slept;
            }
            if now >= night_millis {
                return Reason::Night;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    /// A wall clock that goes with the timer, and may be put ahead.
    struct Wall {
        began: Instant,
        ahead: Cell<i64>,
    }

    impl Wall {
        fn new() -> Self {
            Self { began: Instant::now(), ahead: Cell::new(0) }
        }

        fn now(&self) -> i64 {
            i64::try_from(self.began.elapsed().as_millis()).unwrap() + self.ahead.get()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_no_longer_than_told() {
        let (_tell, recorded) = watch::channel(());
        let wall = Wall::new();
        let mut resting = Resting::new(recorded, || wall.now());
        assert_eq!(resting.reason(Duration::from_secs(63), i64::MAX).await, Reason::Due);
        assert_eq!(wall.began.elapsed().as_secs(), 63);
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_is_noticed_even_when_it_came_before_the_rest() {
        let (tell, recorded) = watch::channel(());
        let wall = Wall::new();
        let mut resting = Resting::new(recorded, || wall.now());
        tell.send_replace(());
        assert_eq!(resting.reason(LONG, i64::MAX).await, Reason::Recorded);
        tell.send_replace(());
        resting.note_recorded();
        assert_eq!(resting.reason(LONG, i64::MAX).await, Reason::Due, "that one is under way");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wall_clock_ahead_of_the_timer_means_that_the_machine_slept() {
        let (_tell, recorded) = watch::channel(());
        let wall = Wall::new();
        let mut resting = Resting::new(recorded, || wall.now());
        let sleeps = async {
            tokio::time::sleep(Duration::from_secs(12)).await;
            wall.ahead.set(8 * 3_600_000);
            std::future::pending::<()>().await;
        };
        let reason = tokio::select! {
            reason = resting.reason(LONG, i64::MAX) => reason,
            () = sleeps => unreachable!(),
        };
        assert_eq!((reason, wall.began.elapsed().as_secs()), (Reason::Slept, 15), "noticed at the next tick");
        wall.ahead.set(-8 * 3_600_000);
        assert_eq!(resting.reason(Duration::from_secs(60), i64::MAX).await, Reason::Due, "set back: nobody slept");
    }

    #[tokio::test(start_paused = true)]
    async fn the_minute_of_the_night_comes_by_the_wall_clock() {
        let (_tell, recorded) = watch::channel(());
        let wall = Wall::new();
        let mut resting = Resting::new(recorded, || wall.now());
        assert_eq!(resting.reason(LONG, 61_000).await, Reason::Night);
        assert_eq!(wall.began.elapsed().as_secs(), 65);
    }
}
