//! One exchange, as the hub lives it: what arrives.

use std::sync::Arc;

use change_log::{ChainHash, Entry, EpochId, NodeId, Position};
use office_model::OfficeCode;
use replica_store::{
    Admission, HubDone, HubWork, IngestBatch, IngestOutcome, LastBackup, NodeContact, Reader, Returned, SignedHead,
    StoreError,
};
use sync_exchange::{CURSOR, FORK, Standing, UNRESOLVED, fault, standing};
use sync_protocol::batch::{BatchDecoder, Item};
use sync_protocol::{
    Ack, BackupAge, End, FaultCode, Frame, FrameKind, FrameReader, Hello, Repair, SUPPORTED, SignedHello, VerifyingKey,
    Welcome, WipeOrder,
};

use crate::held::Held;
use crate::hub_commit::{CommitOutcome, HubCommit, counter_key, told_key};
use crate::hub_repair::HubRepair;
use crate::hub_reply::Reply;
use crate::hub_told::CallEnd;
use crate::node_call::entries_to_recall;
use crate::out_of_step::OutOfStep;
use crate::wipe::wipe_order;
use crate::{DriverError, GoneBack, HubIdentity};

/// So many bytes are acknowledged together: each acknowledgement costs the link some forty bytes.
const ACKNOWLEDGED_TOGETHER: usize = 2 * 1024;

/// What the caller has to do next, in order.
#[derive(Debug)]
pub enum HubStep {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Make this durable, then tell [`HubCall::committed`].
    Commit(HubCommit),
}

/// One exchange at the hub.
#[derive(Debug)]
pub struct HubCall {
    pub(crate) identity: Arc<HubIdentity>,
    pub(crate) caller: Option<Caller>,
    pub(crate) reply: Reply,
    /// Most calls have none.
    pub(crate) repair: Box<HubRepair>,
    frames: FrameReader,
    /// Made for the first batch: a call that only asks needs none.
    decoder: Option<BatchDecoder>,
    waiting_for_welcome: Option<i64>,
    /// The chain at the end of the node's log here, when the node believes in another end.
    chain_held: Option<(Position, ChainHash)>,
    /// The node sends from a place above what the hub has: nothing is taken, the welcome says where to begin.
    above_end: bool,
    /// Bytes of batches that arrived since the last acknowledgement.
    unacknowledged: usize,
    complete: bool,
    pub(crate) over: bool,
    /// The node was shut out, and what it still holds is taken in before it wipes itself.
    pub(crate) leaving: Option<WipeOrder>,
    /// For the diary: who signed the hello, the log it is about and where that log ends there; how far it came.
    pub(crate) signed_by: Option<(NodeId, EpochId, Position)>,
    /// Who it says it is that nobody here knows; nothing checks that.
    stranger: Option<NodeId>,
    /// What the node was told is not here any more.
    gone_back: Option<GoneBack>,
    /// The hub's, as it was when the node said hello.
    life: Option<EpochId>,
    /// It was told something that is not here, as an earlier call of it showed.
    pub(crate) out_of_step: Option<OutOfStep>,
    pub(crate) held_at_hello: Position,
    pub(crate) appended_to: Position,
    pub(crate) end: CallEnd,
}

/// Who calls, its signature checked.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) hello: Hello,
    pub(crate) office: OfficeCode,
    pub(crate) head: SignedHead,
    /// Where the feed goes on for it, and whether its cursor names the hub's epoch of that feed.
    pub(crate) feed_after: u64,
    pub(crate) ingested: bool,
}

impl HubCall {
    /// Waits for a hello.
    pub fn new(identity: Arc<HubIdentity>) -> Self {
        Self {
            identity,
            caller: None,
            reply: Reply::default(),
            repair: Box::default(),
            frames: FrameReader::new(),
            decoder: None,
            waiting_for_welcome: None,
            chain_held: None,
            above_end: false,
            unacknowledged: 0,
            complete: false,
            over: false,
            leaving: None,
            signed_by: None,
            stranger: None,
            gone_back: None,
            life: None,
            out_of_step: None,
            held_at_hello: 0,
            appended_to: 0,
            end: CallEnd::Open,
        }
    }

    /// Takes bytes of the request as they come, cut anywhere. `now_millis`: milliseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the store cannot be read. What a node does wrong is answered with a fault instead.
    pub fn receive(&mut self, store: &Reader, bytes: &[u8], now_millis: i64) -> Result<Vec<HubStep>, DriverError> {
        let mut steps = Vec::new();
        if self.over {
            return Ok(steps);
        }
        self.frames.push(bytes);
        while !self.over {
            match self.frames.next() {
                Ok(Some(frame)) => self.take(store, &frame, now_millis, &mut steps)?,
                Ok(None) => break,
                Err(_) => self.refuse(FaultCode::Malformed, &mut steps),
            }
        }
        Ok(steps)
    }

    /// Goes on after a commit. Commits must be told in the order they were asked for.
    ///
    /// # Errors
    /// When a commit is told that was never asked for.
    pub fn committed(&mut self, outcome: CommitOutcome) -> Result<Vec<HubStep>, DriverError> {
        let mut steps = Vec::new();
        let CommitOutcome(done) = outcome;
        match done {
            _ if self.over => {}
            HubDone::Noted => {}
            HubDone::Returned(all) => {
                if all.contains(&Returned::Forgotten)
                    && let Some((life, (node, ..))) = self.life.zip(self.signed_by)
                {
                    let known_until_millis = self.out_of_step.and_then(|since| since.known_until_millis);
                    self.gone_back = Some(GoneBack { life, node, known_until_millis });
                    self.refuse(CURSOR, &mut steps);
                }
            }
            HubDone::CounterUsed => self.refuse(FaultCode::Replayed, &mut steps),
            HubDone::EpochTaken => self.refuse(FORK, &mut steps),
            HubDone::NoNode => self.refuse(FaultCode::UnknownNode, &mut steps),
            HubDone::Admitted { position } => self.admitted(position, &mut steps)?,
            HubDone::Ingested(outcome) => self.ingested(outcome, &mut steps)?,
            HubDone::Failed(error) => return Err(error.into()),
            HubDone::Skipped => return Err(DriverError::Unexpected("a commit after one that failed")),
        }
        Ok(steps)
    }

    /// The request ended. `complete`: by its own end, not by a cut.
    pub fn request_ended(&mut self, complete: bool) {
        self.complete &= complete;
        self.over |= !self.complete;
    }

    /// The office that calls, once its hello was found good.
    pub fn office(&self) -> Option<OfficeCode> {
        self.caller.as_ref().map(|caller| caller.office)
    }

    /// Who calls and is not enrolled here, as it says itself: nobody can check it.
    pub const fn stranger(&self) -> Option<NodeId> {
        self.stranger
    }

    /// That the store went back to an older state since it told this node something, where the node proves it by what the hub
    /// signed: another life of it is to begin, before anything is granted ([`begin_life_gone_back`](crate::begin_life_gone_back)).
    pub const fn gone_back(&self) -> Option<GoneBack> {
        self.gone_back
    }

    /// Whether nothing more is read or said: a fault was sent, or the request was cut off.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The node's request is complete: the reply may be made.
    pub const fn is_complete(&self) -> bool {
        self.complete && !self.over
    }

    fn take(
        &mut self,
        store: &Reader,
        frame: &Frame,
        now_millis: i64,
        steps: &mut Vec<HubStep>,
    ) -> Result<(), DriverError> {
        match (frame.kind, &self.caller, self.complete) {
            (FrameKind::Hello, None, _) => self.hello(store, &frame.payload, now_millis, steps),
            (FrameKind::Batch, Some(_), false) => self.batch(store, &frame.payload, steps),
            (FrameKind::Repair, Some(_), false) => {
                self.repair(store, &frame.payload, steps);
                Ok(())
            }
            (FrameKind::End, Some(_), false) if End::decode(&frame.payload).is_ok() => {
                self.complete = true;
                Ok(())
            }
            (FrameKind::Unknown(_), Some(_), _) => Ok(()),
            _ => {
                self.refuse(FaultCode::Malformed, steps);
                Ok(())
            }
        }
    }

    fn hello(
        &mut self,
        store: &Reader,
        payload: &[u8],
        now_millis: i64,
        steps: &mut Vec<HubStep>,
    ) -> Result<(), DriverError> {
        let Ok(signed) = SignedHello::decode(payload) else {
            self.refuse(FaultCode::Malformed, steps);
            return Ok(());
        };
        if SUPPORTED.negotiate(signed.claimed_versions()).is_err() {
            self.refuse(FaultCode::Version, steps);
            return Ok(());
        }
        let Some(node) = store.registered_node(signed.claimed_node())? else {
            self.stranger = Some(signed.claimed_node());
            self.refuse(FaultCode::UnknownNode, steps);
            return Ok(());
        };
        let key = VerifyingKey::from_bytes(&node.public_key);
        let hello = key.ok().and_then(|key| signed.verify(&key, self.identity.hub, node.office).ok());
        let Some(hello) = hello else {
            self.refuse(FaultCode::Signature, steps);
            return Ok(());
        };
        self.signed_by = Some((hello.node, hello.epoch, hello.position));
        self.life = Some(store.epoch());
        self.out_of_step = OutOfStep::of(store, node.id)?;
        if node.revoked_millis.is_some() {
            self.leaving = wipe_order(store, node.id)?.filter(|order| order.takes_in);
            if self.leaving.is_none() {
                return self.shut_out(store, node.id, steps);
            }
        }
        let last = store.setting(&counter_key(hello.node, hello.epoch))?.and_then(|bytes| bytes.try_into().ok());
        if hello.counter <= last.map_or(0, u64::from_be_bytes) {
            self.refuse(FaultCode::Replayed, steps);
            return Ok(());
        }
        let log = store.log(hello.epoch)?;
        let held = log.as_ref().map_or(0, |log| log.position);
        let there = if log.is_some() { chain_there(store, hello.epoch, hello.position)? } else { None };
        if standing(hello.chain, held, there) == Standing::Forked {
            self.refuse(FORK, steps);
            return Ok(());
        }
        let told = told_key(hello.node, hello.epoch);
        let was_told = store.setting(&told)?.is_some_and(|life| life == store.epoch().0);
        let Some(feed_after) = feed_after(store, &hello, node.office)? else {
            // Perhaps the store went back: what the hub signed, and the node gives back, will prove it. Where it had been told
            // in this life, the store had not gone back yet when it was admitted last.
            if OutOfStep::of(store, node.id)?.is_none() {
                let known_until_millis = node.last_contact_millis.filter(|_| was_told);
                steps.push(HubStep::Commit(OutOfStep { known_until_millis }.keep(store.epoch(), node.id)));
            }
            self.refuse(CURSOR, steps);
            return Ok(());
        };
        let is_new = !was_told && hello.cursor.is_some_and(|cursor| cursor.position == feed_after);
        let setting = is_new.then(|| Box::new((told, store.epoch().0.to_vec())));
        self.above_end = hello.acknowledged > held;
        let elsewhere = held != hello.acknowledged && held < hello.position;
        self.chain_held = log.as_ref().filter(|_| elsewhere).map(|log| (log.position, log.chain));
        self.waiting_for_welcome = Some(now_millis);
        let contact = NodeContact {
            at_millis: now_millis,
            version: hello.software.clone(),
            clock_offset_millis: Some(now_millis.saturating_sub(hello.millis)),
            backup: hello.backup().map(|age| match age {
                BackupAge::Never => LastBackup::Never,
                BackupAge::Days(days) => LastBackup::Days(days),
            }),
        };
        let signed_head = SignedHead { position: hello.position, chain: hello.chain, bytes: payload.to_vec() };
        steps.push(HubStep::Commit(HubCommit(HubWork::Admit(Admission {
            node: hello.node,
            office: node.office,
            epoch: hello.epoch,
            counter_key: counter_key(hello.node, hello.epoch),
            counter: hello.counter,
            head: signed_head.clone(),
            contact,
            setting,
        }))));
        self.caller = Some(Caller { hello, office: node.office, head: signed_head, feed_after, ingested: false });
        self.reply.hub_epoch = Some(feed_epoch(store, node.office)?);
        Ok(())
    }

    fn admitted(&mut self, position: u64, steps: &mut Vec<HubStep>) -> Result<(), DriverError> {
        let (Some(caller), Some(millis)) = (&self.caller, self.waiting_for_welcome.take()) else {
            return Err(DriverError::Unexpected("an admission that was not asked for"));
        };
        (self.held_at_hello, self.appended_to) = (position, position);
        // Always told before the first feed frame; the feed may only begin while this exchange lasts.
        let known = caller.hello.cursor.map(|cursor| cursor.hub_epoch);
        let hub_epoch = self.reply.hub_epoch.filter(|epoch| Some(*epoch) != known);
        let chain = self.chain_held.filter(|(held, _)| *held == position).map(|(_, chain)| chain);
        let welcome = Welcome { version: SUPPORTED.max, millis, acknowledged: position, hub_epoch, flags: 0, chain };
        steps.push(HubStep::Send(welcome.encode()));
        Ok(())
    }

    fn repair(&mut self, store: &Reader, payload: &[u8], steps: &mut Vec<HubStep>) {
        let Some(caller) = &mut self.caller else { return };
        // Admitted by the hello's signature, once.
        let admitted = caller.hello.repair.take() == Some(Repair::fingerprint_of(payload));
        let message = Repair::decode(payload).ok().filter(|message| admitted && message.counter < caller.hello.counter);
        match message.map(|message| self.repair.take(store, message)) {
            Some(Ok(entries)) if entries.is_empty() => {}
            Some(Ok(entries)) => {
                let office = caller.office;
                steps.push(HubStep::Commit(HubCommit(HubWork::Return { office, entries })));
            }
            Some(Err(_)) | None => self.refuse(FaultCode::Malformed, steps),
        }
    }

    fn batch(&mut self, store: &Reader, payload: &[u8], steps: &mut Vec<HubStep>) -> Result<(), DriverError> {
        let Some(caller) = &self.caller else { return Ok(()) };
        if self.above_end {
            return Ok(());
        }
        if self.leaving.is_none() && self.is_shut_out(store)? {
            let node = caller.hello.node;
            return self.shut_out(store, node, steps);
        }
        self.unacknowledged += payload.len();
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            none => {
                let mut decoder = BatchDecoder::new();
                let hello = &caller.hello;
                decoder.expect(hello.epoch, hello.acknowledged, hello.millis)?;
                if !hello.is_spelled_out() {
                    let known = entries_to_recall(store, hello.epoch, hello.acknowledged, hello.position);
                    // Rows that the disk lost cannot be recalled: the decoder then finds that nothing fits.
                    decoder.recall(&known.unwrap_or_default());
                }
                none.insert(decoder)
            }
        };
        let items = match decoder.decode(payload, &Held(store)) {
            Ok(items) => items,
            // What it names may be another entry here: then nothing that follows in it makes sense.
            Err(_) if !caller.hello.is_spelled_out() => {
                self.refuse(UNRESOLVED, steps);
                return Ok(());
            }
            Err(_) => {
                self.refuse(FaultCode::Malformed, steps);
                return Ok(());
            }
        };
        let entries: Option<Vec<Entry>> = items
            .into_iter()
            .map(|item| match item {
                Item::Entry(entry) if entry.epoch == caller.hello.epoch && entry.position <= caller.hello.position => {
                    Some(entry)
                }
                _ => None,
            })
            .collect();
        let Some(entries) = entries else {
            self.refuse(FaultCode::Malformed, steps);
            return Ok(());
        };
        let reaches_head = entries.last().is_some_and(|last| last.position == caller.hello.position);
        let signed_head = reaches_head.then(|| caller.head.clone());
        let batch = IngestBatch { epoch: caller.hello.epoch, entries, signed_head };
        steps.push(HubStep::Commit(HubCommit(HubWork::Ingest(batch))));
        Ok(())
    }

    fn ingested(&mut self, outcome: IngestOutcome, steps: &mut Vec<HubStep>) -> Result<(), DriverError> {
        let Some(caller) = &mut self.caller else {
            return Err(DriverError::Unexpected("a commit that was not asked for"));
        };
        match outcome {
            IngestOutcome::Appended { position, chain } => {
                caller.ingested = true;
                self.appended_to = position;
                if position == caller.hello.position && chain != caller.hello.chain {
                    self.refuse(FORK, steps);
                } else if position == caller.hello.position || self.unacknowledged >= ACKNOWLEDGED_TOGETHER {
                    self.unacknowledged = 0;
                    steps.push(HubStep::Send(Ack { position }.encode()));
                }
            }
            IngestOutcome::Gap { .. } => self.above_end = true,
            IngestOutcome::Fork { .. } => self.refuse(FORK, steps),
            IngestOutcome::UnknownLog => self.refuse(FaultCode::Log, steps),
        }
        Ok(())
    }

    pub(crate) fn refuse(&mut self, code: FaultCode, steps: &mut Vec<HubStep>) {
        self.over = true;
        self.end = CallEnd::Refused(code);
        steps.push(HubStep::Send(fault(code).encode()));
    }
}

/// The hub's chain at a place of a log; `None` beyond its end, or where entries were lost and cannot tell.
fn chain_there(store: &Reader, epoch: EpochId, position: Position) -> Result<Option<ChainHash>, DriverError> {
    match store.log_chain_at(epoch, position) {
        Err(StoreError::NotHeld { .. } | StoreError::Damaged(_)) => Ok(None),
        chain => Ok(chain?),
    }
}

/// The epoch of an office's feed. One that does not exist yet will begin in the hub's present epoch.
fn feed_epoch(store: &Reader, office: OfficeCode) -> Result<EpochId, DriverError> {
    Ok(store.feed_head(office.as_str())?.map_or_else(|| store.epoch(), |head| head.hub_epoch))
}

/// The chain of a feed at a position; `None` beyond its end. One that does not exist yet has its beginning.
pub(crate) fn feed_chain_at(
    store: &Reader,
    audience: &str,
    epoch: EpochId,
    position: Position,
) -> Result<Option<ChainHash>, StoreError> {
    if position == 0 { Ok(Some(ChainHash::of_feed(epoch, audience))) } else { store.feed_chain_at(audience, position) }
}

/// Where the office's feed goes on for a node; `None` when its cursor names no place in it and it showed no ladder.
fn feed_after(store: &Reader, hello: &Hello, office: OfficeCode) -> Result<Option<u64>, DriverError> {
    let Some(cursor) = hello.cursor else { return Ok(Some(0)) };
    let audience = office.as_str();
    let same_feed = feed_epoch(store, office)? == cursor.hub_epoch;
    let is_there = |position, chain| -> Result<bool, DriverError> {
        match feed_chain_at(store, audience, cursor.hub_epoch, position) {
            // Entries around it were lost: it cannot be told apart, and the feed goes on above.
            Err(StoreError::Damaged(_)) => Ok(same_feed),
            there => Ok(same_feed && there? == Some(chain)),
        }
    };
    if is_there(cursor.position, cursor.chain)? {
        return Ok(Some(cursor.position));
    }
    let Some(ladder) = &hello.ladder else { return Ok(None) };
    for rung in ladder.iter().rev() {
        if is_there(rung.position, rung.chain)? {
            return Ok(Some(rung.position));
        }
    }
    Ok(Some(0))
}
