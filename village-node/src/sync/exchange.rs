//! One exchange from its plan to its line in the diary.

use std::time::{Duration, Instant};

use change_log::EpochId;
use exchange_driver::{CallPlan, NodeCall, Outcome, Progress};
use replica_store::Contact;
use sync_exchange::{Ending, Pace};
use sync_protocol::{Fault, FaultCode, WipeOrder};

use super::certificate;
use super::conversation::Talking;
use super::files::send_files;
use super::linked;
use super::proven::is_final;
use super::talk::{Ended, OWN_DATA, SILENCE, Talk, failure_of};
use crate::{Failure, Node, action, moment, wiping};

/// Those whose link broke while they waited come back spread over so long.
const SPREAD_MILLIS: u64 = 5_000;
/// Before this machine is wiped its files go; where that fails, they are tried again after so long.
const FILES_AGAIN_MILLIS: u64 = 60_000;

/// What came of one exchange.
#[derive(Debug)]
pub struct Exchanged {
    /// How it ended. One that was given up while it waited says [`Outcome::Again`].
    pub outcome: Outcome,
    /// How far it came.
    pub progress: Progress,
    /// Why the link was cut, if it was.
    pub cut: Option<Failure>,
    /// How long it waited at the hub for something new.
    pub waited: Duration,
    /// How long to wait before the next one, in milliseconds.
    pub wait_millis: u64,
}

/// Makes one exchange with the hub. `on_progress` is told how far it is whenever something moved. An exchange of this node
/// that waits at the hub is given up for it.
///
/// # Errors
///
/// When the store refuses or the hub breaks the protocol. A link that is down or breaks is no error, but
/// [`Outcome::Cut`].
pub async fn exchange_once(node: &Node, on_progress: impl FnMut(&Progress)) -> Result<Exchanged, Failure> {
    exchange_within(node, SILENCE, on_progress).await
}

/// As [`exchange_once`]; a link that carries nothing for as long as `silence` counts as cut, also while it connects.
///
/// # Errors
///
/// As [`exchange_once`].
pub(super) async fn exchange_within(
    node: &Node,
    silence: Duration,
    on_progress: impl FnMut(&Progress),
) -> Result<Exchanged, Failure> {
    exchange(node, false, silence, std::future::pending(), on_progress).await
}

/// Makes one exchange that waits at the hub until there is something new, where neither side has anything new yet. It is
/// given up as soon as `reason` is done or somebody else wants to exchange.
///
/// # Errors
///
/// As [`exchange_once`].
pub(super) async fn exchange_waiting(node: &Node, reason: impl Future<Output = ()>) -> Result<Exchanged, Failure> {
    exchange(node, true, SILENCE, reason, |_| {}).await
}

/// An exchange; one that what is stored here stopped stands in the diary, too: whoever looks is not told that all is well.
async fn exchange(
    node: &Node,
    may_wait: bool,
    silence: Duration,
    reason: impl Future<Output = ()>,
    on_progress: impl FnMut(&Progress),
) -> Result<Exchanged, Failure> {
    let at_millis = moment::now_millis();
    let done = unnoted(node, may_wait, silence, reason, on_progress).await;
    if done.as_ref().is_err_and(|failure| failure.code == OWN_DATA) {
        let contact = Contact {
            at_millis,
            outcome: STUCK.to_owned(),
            bytes_up: 0,
            bytes_down: 0,
            duration_millis: 0,
            frames: 0,
            bytes_per_second: None,
        };
        node.blocking(move |node| linked::note(&mut node.replica(), &contact)).await?;
    }
    done
}

async fn unnoted(
    node: &Node,
    may_wait: bool,
    silence: Duration,
    reason: impl Future<Output = ()>,
    mut on_progress: impl FnMut(&Progress),
) -> Result<Exchanged, Failure> {
    let mut pace = node.live().turn().await;
    let ask_first = pace.asks_first();
    let (begun, begun_millis) = (Instant::now(), moment::now_millis());
    let call = node
        .blocking(move |node| {
            let plan = CallPlan {
                ask_first,
                may_wait,
                software: super::SOFTWARE.to_owned(),
                fresh_epoch: EpochId(moment::random()?),
            };
            let mut replica = node.replica();
            let begun = NodeCall::begin(&mut replica, &node.live().identity, plan, moment::now_millis());
            begun.map_err(|error| failure_of(&error))
        })
        .await?;
    let under_way = node.live().conversation.begin(Talking::default());
    let mut talk = Talk::new(node, call, silence, &under_way);
    let ended = talk.run(reason, &mut on_progress).await?;
    let (progress, offset, waited) = (carried(&ended, talk.progress()), talk.hub_offset_millis(), talk.waited());
    let outcome = talk.end().await?;
    drop(under_way);
    if let Outcome::Wipe(order) = outcome {
        let outcome = wipe(node, order).await?;
        let wait_millis = if matches!(outcome, Outcome::Again) { 0 } else { FILES_AGAIN_MILLIS };
        return Ok(Exchanged { outcome, progress, cut: None, waited, wait_millis });
    }
    if progress.received > 0 {
        node.blocking(Node::learn).await?;
    }
    node.note_shown();
    on_progress(&progress);
    let taken = u64::try_from(begun.elapsed().saturating_sub(waited).as_millis()).unwrap_or(u64::MAX);
    let (outcome, cut, wait_millis) = match ended {
        Ended::GivenUp => (Outcome::Again, None, 0),
        // Nothing was under way: such a cut says nothing of what the link carries.
        Ended::CutWaiting(cut) => (Outcome::Cut, Some(cut), spread()?),
        Ended::Cut(cut) => (outcome, Some(cut), learn(&mut pace, &Outcome::Cut, &progress)),
        Ended::Reply => {
            let wait_millis = learn(&mut pace, &outcome, &progress);
            (outcome, None, wait_millis)
        }
    };
    let contact = Contact {
        at_millis: begun_millis,
        outcome: word(&outcome, cut.as_ref(), waited).to_owned(),
        bytes_up: progress.bytes_up,
        bytes_down: progress.bytes_down,
        duration_millis: taken,
        frames: progress.frames,
        bytes_per_second: speed(&progress, taken),
    };
    node.blocking(move |node| {
        let mut replica = node.replica();
        if let Some(offset) = offset {
            action::note_hub_offset(&mut replica, offset)?;
        }
        linked::note(&mut replica, &contact)
    })
    .await?;
    drop(pace);
    if matches!(outcome, Outcome::Proven { .. }) {
        certificate::ask_if_due(node).await;
    }
    Ok(Exchanged { outcome, progress, cut, waited, wait_millis })
}

/// Follows the order to wipe this machine. Attached files that the hub has not go first where the order says so; as long as
/// they do not, nothing is wiped and the exchange counts as refused. Once they have gone, which may take hours, the hub is
/// asked again: the order may be taken back by then, and somebody may have recorded something.
async fn wipe(node: &Node, order: WipeOrder) -> Result<Outcome, Failure> {
    if order.takes_in {
        match send_files(node).await {
            Ok(moved) if moved.sent > 0 => return Ok(Outcome::Again),
            Ok(_) => {}
            Err(failure) => {
                tracing::warn!(
                    code = failure.code,
                    text = failure.text.en,
                    "attached files go before this machine is wiped"
                );
                return Ok(Outcome::Refused(Fault::new(FaultCode::Revoked, None)));
            }
        }
    }
    let wiped = node.blocking(move |node| wiping::carry_out(node, &order)).await?;
    let Some(mut wiped) = wiped else { return Ok(Outcome::Again) };
    if let Err(failure) = wiped.go_on(node.dir()).await {
        tracing::warn!(
            code = failure.code,
            text = failure.text.en,
            "the hub is told later that this machine was wiped"
        );
    }
    Ok(Outcome::Wipe(order))
}

/// What really went over: without a connection to the hub, nothing.
fn carried(ended: &Ended, made: Progress) -> Progress {
    match ended {
        Ended::Cut(cut) if matches!(cut.code.as_str(), "unreachable" | "wrong_server") => {
            Progress { sent: 0, frames: 0, bytes_up: 0, bytes_down: 0, ..made }
        }
        _ => made,
    }
}

/// Learns from an exchange; returns how long to wait before the next, in milliseconds.
fn learn(pace: &mut Pace, outcome: &Outcome, progress: &Progress) -> u64 {
    let ending = match outcome {
        Outcome::Proven { .. } | Outcome::Again => Ending::Complete,
        Outcome::Cut => Ending::Cut,
        Outcome::Differs { retry_seconds } => Ending::Refused { retry_after_seconds: Some(*retry_seconds) },
        Outcome::Refused(fault) => Ending::Refused { retry_after_seconds: fault.retry_after_seconds },
        Outcome::Wipe(_) => Ending::Refused { retry_after_seconds: None },
    };
    pace.ended(ending, progress.bytes_up + progress.bytes_down);
    pace.wake_after_millis()
}

/// A moment by chance, in milliseconds: all nodes of a hub that goes away lose their link at once.
fn spread() -> Result<u64, Failure> {
    Ok(u64::from(u16::from_be_bytes(moment::random()?)) % SPREAD_MILLIS)
}

/// The hub answered, and shut this machine out.
pub(crate) const REVOKED: &str = "revoked";
/// The hub answered, and refused.
pub(crate) const REFUSED: &str = "refused";

/// What is stored here is damaged.
pub(crate) const STUCK: &str = OWN_DATA;

/// How a contact is noted.
fn word(outcome: &Outcome, cut: Option<&Failure>, waited: Duration) -> &'static str {
    match outcome {
        Outcome::Proven { .. } => "proven",
        Outcome::Again if !waited.is_zero() => "waited",
        Outcome::Again => "again",
        Outcome::Differs { .. } => "differs",
        Outcome::Refused(Fault { code: FaultCode::Revoked, .. }) | Outcome::Wipe(_) => REVOKED,
        Outcome::Refused(fault) if is_final(fault) => REFUSED,
        Outcome::Refused(_) => "later",
        Outcome::Cut => match cut.map(|cut| cut.code.as_str()) {
            Some("wrong_server") => "wrong_server",
            Some("unreachable") => "unreachable",
            Some("silence") => "silence",
            _ => "cut",
        },
    }
}

/// Bytes a second both ways together, where enough went over to say.
fn speed(progress: &Progress, taken_millis: u64) -> Option<u64> {
    let bytes = progress.bytes_up + progress.bytes_down;
    (bytes >= 16 * 1024 && taken_millis >= 50).then(|| bytes * 1000 / taken_millis)
}
