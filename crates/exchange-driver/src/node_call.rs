//! One exchange, as the node lives it: what it sends.

use change_log::{Digest, Entry, EpochId, Position};
use replica_store::{LogState, Reader, Replica};
use sync_exchange::{Ladder, frame_bytes};
use sync_protocol::batch::{BatchDecoder, BatchEncoder, Item, recalled};
use sync_protocol::{
    BackupAge, Cursor, End, Fault, FrameKind, FrameReader, Hello, Rung, SUPPORTED, Verdict, Welcome, WipeOrder,
    write_frame,
};

use crate::held::Held;
use crate::node_repair::NodeRepair;
use crate::node_wait::{Waiting, has_no_news};
use crate::{DriverError, NodeIdentity, Progress};

/// Settings of the replica in which an exchange leaves word for the next.
pub(crate) mod notes {
    pub(crate) const COUNTER: &str = "exchange/counter";
    pub(crate) const LADDER: &str = "exchange/ladder";
    pub(crate) const SHOW_LADDER: &str = "exchange/show-ladder";
    pub(crate) const SPELL_OUT: &str = "exchange/spell-out";
    /// The hub is asked to spell everything out.
    pub(crate) const ASK_IN_FULL: &str = "exchange/ask-in-full";
    /// What the last check of refusals was about.
    pub(crate) const CHECKED: &str = "exchange/checked";
    pub(crate) const REPAIR: &str = "exchange/repair";
}

/// Packed bytes a change is taken to need before the first frame told better.
const BYTES_PER_CHANGE: usize = 14;
const ENTRIES_PER_FRAME_MAX: usize = 2048;
const RAW_BYTES_PER_FRAME_MAX: usize = 512 * 1024;

/// How to make an exchange.
#[derive(Debug, Clone)]
pub struct CallPlan {
    /// Ask what the hub has, and wait for the answer, before anything of the log is sent: the link breaks often.
    pub ask_first: bool,
    /// Let the hub hold its verdict back until there is something new, if this node has nothing new itself.
    pub may_wait: bool,
    /// The program and its version, for the hub's list.
    pub software: String,
    /// 16 random bytes, used when this folder turns out to be a copy and a new epoch must begin.
    pub fresh_epoch: EpochId,
}

/// One exchange of a node.
#[derive(Debug)]
pub struct NodeCall {
    pub(crate) identity: NodeIdentity,
    pub(crate) plan: CallPlan,
    pub(crate) log: LogState,
    pub(crate) audience: String,
    pub(crate) ladder: Ladder,
    pub(crate) frames: FrameReader,
    pub(crate) decoder: BatchDecoder,
    pub(crate) welcome: Option<Welcome>,
    pub(crate) verdict: Option<(Verdict, Digest)>,
    pub(crate) fault: Option<Fault>,
    /// The hub orders this machine to wipe itself; its signature was good.
    pub(crate) wipe: Option<WipeOrder>,
    pub(crate) received_new: u64,
    pub(crate) progress: Progress,
    pub(crate) more_logs: bool,
    pub(crate) call_again: bool,
    /// Of this exchange.
    pub(crate) counter: u64,
    /// What was held at its start.
    pub(crate) held: Digest,
    pub(crate) repair: NodeRepair,
    /// Nothing of the log is sent this time.
    pub(crate) only_asks: bool,
    pub(crate) waiting: Waiting,
    /// When it began, by this machine's clock, and what the hub's clock was ahead of it.
    pub(crate) begun_millis: i64,
    pub(crate) hub_offset_millis: Option<i64>,
    sending: Sending,
    encoder: BatchEncoder,
    /// What the hub holds of the log and where it ends, until the encoder has learnt from it.
    recall: Option<(Position, Position)>,
    sent_to: Position,
    bytes_per_change: usize,
}

/// What the request goes on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextFrame {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Nothing before more of the reply was received, or [`NodeCall::stop_waiting`].
    Wait,
    /// Nothing: it is complete.
    Complete,
}

/// How far the request is.
#[derive(Debug)]
enum Sending {
    /// The hello is yet to be sent.
    Hello(Vec<u8>),
    /// The hub is to say first what it has.
    Asked,
    /// Batches, then the end.
    Batches,
    /// All is sent.
    Complete,
}

/// How old the last backup is; nothing where the clock makes no sense of it: it was far ahead then, or is far behind now.
fn backup_age(made_millis: Option<i64>, now_millis: i64) -> Option<BackupAge> {
    const DAY_MILLIS: i64 = 24 * 3_600_000;
    let Some(made) = made_millis else { return Some(BackupAge::Never) };
    let age = now_millis.saturating_sub(made);
    let days = u8::try_from(age.max(0) / DAY_MILLIS).unwrap_or(BackupAge::DAYS_MAX);
    (age >= -DAY_MILLIS).then_some(BackupAge::Days(days))
}

impl NodeCall {
    /// Prepares an exchange: makes its counter durable and signs the hello. `now_millis`: milliseconds since 1970 UTC by
    /// this machine's clock.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn begin(
        replica: &mut Replica,
        identity: &NodeIdentity,
        plan: CallPlan,
        now_millis: i64,
    ) -> Result<Self, DriverError> {
        if replica.epoch_spent() {
            replica.begin_epoch(plan.fresh_epoch)?;
        }
        let repair = NodeRepair::begin(replica, identity, &plan, now_millis)?;
        let counter = number(replica, notes::COUNTER)? + 1;
        let (log, more_logs) = log_to_send(replica, &repair, counter)?;
        let audience = identity.office.as_str().to_owned();
        replica.set_setting(notes::COUNTER, &counter.to_be_bytes())?;
        let ladder = Ladder::from_bytes(&replica.setting(notes::LADDER)?.unwrap_or_default());
        let show_ladder = number(replica, notes::SHOW_LADDER)? > 0;
        let ask_in_full = number(replica, notes::ASK_IN_FULL)? > 0;
        let spell_out = number(replica, notes::SPELL_OUT)? > 0;
        let cursor = replica.feed_cursor(&audience)?.map(|cursor| Cursor {
            hub_epoch: cursor.hub_epoch,
            position: cursor.position,
            chain: cursor.chain,
        });
        let rungs = || ladder.rungs().iter().map(|rung| Rung { position: rung.position, chain: rung.chain }).collect();
        let digest = replica.office_digest(&identity.office)?;
        let is_quiet = !plan.ask_first && !more_logs && !repair.note.is_under_way() && !repair.checks;
        let asked_to_wait = plan.may_wait && is_quiet && has_no_news(replica, &identity.office, &log, digest)?;
        let hello = Hello {
            versions: SUPPORTED,
            node: identity.node,
            epoch: log.epoch,
            position: log.position,
            chain: log.chain,
            counter,
            acknowledged: log.acknowledged,
            refusals_known: log.refusals,
            cursor,
            digest,
            millis: now_millis,
            software: plan.software.clone(),
            repair: repair.message.as_ref().map(sync_protocol::Repair::fingerprint),
            ladder: show_ladder.then(rungs),
            flags: if lacks_receipt(&log) { Hello::WANTS_RECEIPT } else { 0 }
                | if asked_to_wait { Hello::WAIT } else { 0 }
                | if ask_in_full { Hello::SPELL_OUT } else { 0 }
                | if spell_out { Hello::SPELLED_OUT } else { 0 }
                | if repair.checks { Hello::CHECKS } else { 0 }
                | backup_age(replica.last_backup_millis()?, now_millis).map_or(0, BackupAge::flags),
        };
        let hello = hello.sign(&identity.key, identity.hub, identity.office).encode();
        let to_send = log.position - log.acknowledged;
        let mut encoder = if spell_out { BatchEncoder::plain_only() } else { BatchEncoder::new() };
        encoder.expect(log.epoch, log.acknowledged, now_millis)?;
        let mut decoder = BatchDecoder::new();
        decoder.expect(log.epoch, log.acknowledged, now_millis)?;
        let only_asks = repair.offered == Some(log.epoch);
        Ok(Self {
            identity: identity.clone(),
            sent_to: log.acknowledged,
            audience,
            ladder,
            frames: FrameReader::new(),
            decoder,
            welcome: None,
            verdict: None,
            fault: None,
            wipe: None,
            received_new: 0,
            progress: Progress { to_send, ..Progress::default() },
            more_logs,
            call_again: false,
            counter,
            held: digest,
            repair,
            only_asks,
            waiting: if asked_to_wait { Waiting::Asked } else { Waiting::No },
            begun_millis: now_millis,
            hub_offset_millis: None,
            sending: Sending::Hello(hello),
            encoder,
            recall: Some((log.acknowledged, log.position)),
            bytes_per_change: BYTES_PER_CHANGE,
            plan,
            log,
        })
    }

    /// The next piece of the request body.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn next_frame(&mut self, replica: &Reader) -> Result<NextFrame, DriverError> {
        let all_sent = self.only_asks || self.sent_to >= self.log.position;
        let bytes = match std::mem::replace(&mut self.sending, Sending::Batches) {
            Sending::Hello(mut hello) => {
                hello.extend(self.repair.message.iter().flat_map(sync_protocol::Repair::encode));
                if self.plan.ask_first && !all_sent {
                    self.sending = Sending::Asked;
                }
                hello
            }
            Sending::Asked if self.welcome.is_none() => {
                self.sending = Sending::Asked;
                return Ok(NextFrame::Wait);
            }
            Sending::Asked | Sending::Batches if !all_sent => self.batch(replica)?,
            Sending::Asked | Sending::Batches => {
                self.sending = Sending::Complete;
                End.encode()
            }
            Sending::Complete => {
                self.sending = Sending::Complete;
                return Ok(NextFrame::Complete);
            }
        };
        self.progress.frames += 1;
        self.progress.bytes_up += bytes.len() as u64;
        Ok(NextFrame::Bytes(bytes))
    }

    /// No answer comes before the request is complete (something in between holds it back): it only asks, then.
    pub fn stop_waiting(&mut self) {
        self.only_asks = true;
        self.sending = Sending::Batches;
    }

    /// Goes on from what the hub really has, if it was asked first.
    pub(crate) fn answered(&mut self, acknowledged: Position) {
        if matches!(self.sending, Sending::Asked) {
            self.sent_to = acknowledged.clamp(self.sent_to, self.log.position.max(self.sent_to));
            self.progress.to_send = self.log.position - self.sent_to;
        }
    }

    fn batch(&mut self, replica: &Reader) -> Result<Vec<u8>, DriverError> {
        let wanted = frame_bytes(self.progress.bytes_up) / self.bytes_per_change.max(1);
        let left = usize::try_from(self.log.position - self.sent_to).unwrap_or(usize::MAX);
        let count = wanted.clamp(1, ENTRIES_PER_FRAME_MAX).min(left);
        let entries = replica.entries(self.log.epoch, self.sent_to, count, RAW_BYTES_PER_FRAME_MAX)?;
        let Some(last) = entries.last().map(|entry| entry.position) else {
            return Err(DriverError::Unexpected("the log ends before its head"));
        };
        if let Some((acknowledged, head)) = self.recall.take() {
            self.encoder.recall(&entries_to_recall(replica, self.log.epoch, acknowledged, head)?);
        }
        let items: Vec<Item> = entries.into_iter().map(Item::Entry).collect();
        let payload = self.encoder.encode(&items, &Held(replica))?;
        self.sent_to = last;
        self.progress.sent += items.len() as u64;
        self.bytes_per_change = (payload.len() / items.len().max(1)).max(1);
        let mut frame = Vec::with_capacity(payload.len() + 4);
        write_frame(&mut frame, FrameKind::Batch, &payload);
        Ok(frame)
    }

    /// The hub's clock minus this machine's, in milliseconds, once the hub said its time. Off by at most half of what the
    /// hub took to answer.
    pub const fn hub_offset_millis(&self) -> Option<i64> {
        self.hub_offset_millis
    }

    /// How far it is.
    pub const fn progress(&self) -> Progress {
        self.progress
    }
}

/// The log to speak of: the one the hub is to be asked about, else the oldest own one with unsent entries, else the
/// current one; and whether others wait too.
fn log_to_send(replica: &Replica, repair: &NodeRepair, counter: u64) -> Result<(LogState, bool), DriverError> {
    let logs = replica.logs()?;
    let waits = |log: &&LogState| log.own && log.acknowledged < log.position;
    let unsent = logs.iter().any(|log| waits(&log));
    let offered = logs.iter().find(|log| Some(log.epoch) == repair.offered);
    let older = logs.iter().filter(waits).find(|log| log.epoch != replica.epoch());
    // A receipt that a cut line swallowed: with nothing else to do, every second exchange asks about an earlier log.
    let idle = !unsent && !repair.note.is_under_way() && counter.is_multiple_of(2);
    let forgotten = logs.iter().filter(|_| idle);
    let forgotten = forgotten.into_iter().find(|log| log.own && log.epoch != replica.epoch() && lacks_receipt(log));
    let current = logs.iter().find(|log| log.epoch == replica.epoch());
    let chosen = offered.or(older).or(forgotten).or(current).ok_or(DriverError::NotEnrolled)?;
    let others_wait = logs.iter().filter(waits).any(|log| log.epoch != chosen.epoch);
    Ok((chosen.clone(), others_wait))
}

/// What both sides learn from before the first batch: the last entries up to the acknowledged one, of a log that ends at
/// `head`.
pub(crate) fn entries_to_recall(
    replica: &Reader,
    epoch: EpochId,
    acknowledged: Position,
    head: Position,
) -> Result<Vec<Entry>, DriverError> {
    let count = recalled(head.saturating_sub(acknowledged)).min(acknowledged);
    if count == 0 {
        return Ok(Vec::new());
    }
    let count_max = usize::try_from(count).unwrap_or(usize::MAX);
    Ok(replica.entries(epoch, acknowledged - count, count_max, RAW_BYTES_PER_FRAME_MAX)?)
}

/// The hub holds more of the log than the receipt kept for it says.
pub(crate) fn lacks_receipt(log: &LogState) -> bool {
    log.acknowledged > log.receipted
}

pub(crate) fn number(replica: &Reader, key: &str) -> Result<u64, DriverError> {
    let bytes = replica.setting(key)?.unwrap_or_default();
    Ok(bytes.try_into().map_or(0, u64::from_be_bytes))
}
