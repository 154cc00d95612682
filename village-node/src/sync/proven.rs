//! Exchanges until both sides are proven to hold the same, or nothing moves any more.

use std::time::{Duration, Instant};

use change_log::Digest;
use exchange_driver::{Outcome, Progress};
use serde_json::{Value, json};
use sync_protocol::{Fault, FaultCode};
use tokio::time::sleep;

use super::exchange::{Exchanged, exchange_within};
use super::talk::SILENCE;
use crate::{Blame, Failure, Node, Wiped};

/// When to stop trying.
#[derive(Debug, Clone)]
pub struct Patience {
    /// After so long without anything new sent or received. Zero: one try, however long the link takes over it.
    pub without_progress: Duration,
    /// After so many exchanges that the hub answered with "more to do" and that moved nothing.
    pub idle_rounds: u32,
}

/// So long a try may take at least, where patience allows it at all: a far hub answers late.
const TRY_MIN: Duration = Duration::from_secs(5);

impl Patience {
    /// How long the link may carry nothing in the next try, when nothing new came for `idle`.
    fn silence(&self, idle: Duration) -> Duration {
        let all = self.without_progress;
        if all.is_zero() { SILENCE } else { all.saturating_sub(idle).max(TRY_MIN.min(all)).min(SILENCE) }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { without_progress: Duration::from_secs(20), idle_rounds: 8 }
    }
}

/// Proof, and what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proven {
    /// Both sides have this digest.
    pub digest: Digest,
    /// Exchanges it took.
    pub exchanges: u64,
    /// How many of them were cut.
    pub cuts: u64,
    /// Bytes of bodies sent.
    pub bytes_up: u64,
    /// Bytes of bodies received.
    pub bytes_down: u64,
}

impl Proven {
    /// As programs read it.
    pub fn to_json(&self) -> Value {
        json!({
            "proven": true,
            "digest": self.digest.to_string(),
            "exchanges": self.exchanges,
            "cuts": self.cuts,
            "bytes_up": self.bytes_up,
            "bytes_down": self.bytes_down,
        })
    }
}

/// What the store holds of the way to go: it rises whenever an exchange achieved something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    acknowledged: u64,
    held: u64,
    feed: u64,
}

/// Exchanges until proven equal. Waits between tries as the link deserves.
///
/// # Errors
///
/// When the hub refuses for good, or nothing moved for as long as `patience` allows. What was sent and received stays.
pub async fn sync_until_proven(
    node: &Node,
    patience: &Patience,
    mut on_progress: impl FnMut(&Progress),
) -> Result<Proven, Failure> {
    let mut sum = Proven { digest: Digest::default(), exchanges: 0, cuts: 0, bytes_up: 0, bytes_down: 0 };
    let (mut moved, mut idle) = (Instant::now(), 0);
    let mut mark = mark_of(node).await?;
    loop {
        let silence = patience.silence(moved.elapsed());
        let Exchanged { outcome, progress, cut, wait_millis, .. } =
            exchange_within(node, silence, &mut on_progress).await?;
        sum.exchanges += 1;
        sum.bytes_up += progress.bytes_up;
        sum.bytes_down += progress.bytes_down;
        if matches!(outcome, Outcome::Wipe(_)) {
            return Err(wiped(node));
        }
        let now = mark_of(node).await?;
        if now == mark {
            idle += 1;
        } else {
            (mark, moved, idle) = (now, Instant::now(), 0);
        }
        let waited_long = moved.elapsed() + Duration::from_millis(wait_millis) > patience.without_progress;
        match outcome {
            Outcome::Proven { digest } => return Ok(Proven { digest, ..sum }),
            Outcome::Differs { .. } => return Err(stuck()),
            Outcome::Again if idle > patience.idle_rounds => return Err(stuck()),
            Outcome::Again => {}
            Outcome::Refused(fault) if is_final(&fault) || waited_long => return Err(refused(&fault)),
            Outcome::Cut if waited_long => return Err(cut.unwrap_or_else(broken)),
            Outcome::Cut => {
                sum.cuts += 1;
                // Another server, or none that speaks for the hub: waiting does not help.
                if let Some(cut) = cut.filter(|cut| cut.code == "wrong_server") {
                    return Err(cut);
                }
                sleep(Duration::from_millis(wait_millis)).await;
            }
            Outcome::Refused(_) | Outcome::Wipe(_) => sleep(Duration::from_millis(wait_millis)).await,
        }
    }
}

async fn mark_of(node: &Node) -> Result<Mark, Failure> {
    node.blocking(|node| {
        let replica = node.replica();
        let office = node.identity().office;
        let acknowledged = replica.logs()?.iter().filter(|log| log.own).map(|log| log.acknowledged).sum();
        let held = replica.office_digest(&office)?.count;
        let feed = replica.feed_cursor(office.as_str())?.map_or(0, |cursor| cursor.position);
        Ok(Mark { acknowledged, held, feed })
    })
    .await
}

/// Whether trying again cannot help.
pub(super) fn is_final(fault: &Fault) -> bool {
    matches!(
        fault.code,
        FaultCode::Malformed | FaultCode::Version | FaultCode::UnknownNode | FaultCode::Revoked | FaultCode::Signature
    )
}

fn refused(fault: &Fault) -> Failure {
    let code = format!("hub_{:?}", fault.code).to_lowercase();
    Failure::new(Blame::Hub, &code, fault.text_id.clone(), fault.text_en.clone())
}

/// What is left of the node says so.
fn wiped(node: &Node) -> Failure {
    match Wiped::load(node.dir()) {
        Ok(Some(wiped)) => wiped.failure(),
        Ok(None) => refused(&Fault::new(FaultCode::Revoked, None)),
        Err(failure) => failure,
    }
}

fn broken() -> Failure {
    Failure::new(
        Blame::Link,
        "cut",
        "Sambungan terputus. Yang sudah diterima pusat tetap diterima; jalankan `sync` lagi nanti.",
        "The link broke. What the hub has received stays received; run `sync` again later.",
    )
}

fn stuck() -> Failure {
    Failure::new(
        Blame::Hub,
        "not_proven",
        "Komputer ini dan pusat belum terbukti sama, dan pertukaran tidak lagi menambah apa pun. Data aman; laporkan \
         kepada operator pusat.",
        "This machine and the hub are not proven equal, and exchanges move nothing any more. Data is safe; tell the \
         hub's operator.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_bounds_every_try() {
        let seconds = Duration::from_secs;
        let of = |patience, idle| {
            Patience { without_progress: seconds(patience), ..Patience::default() }.silence(seconds(idle))
        };
        assert_eq!(of(3, 0), seconds(3));
        assert_eq!(of(20, 0), seconds(20));
        assert_eq!(of(20, 8), seconds(12));
        assert_eq!(of(20, 19), TRY_MIN);
        assert_eq!(of(600, 0), SILENCE);
        assert_eq!(of(0, 0), SILENCE);
    }
}
