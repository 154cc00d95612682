//! One exchange, as the node lives it: what it makes of the reply.

use change_log::{ChainHash, EpochId, Position};
use replica_store::{FeedCursor, FeedItem, Gate, Refusal, Replica, StoreError};
use sync_exchange::{CURSOR, FORK, Next, Repair, Round, UNRESOLVED};
use sync_protocol::batch::Item;
use sync_protocol::{
    Ack, Comparison, Fault, FaultCode, Frame, FrameKind, LogName, Receipt, Refusals, Verdict, VerdictState, Welcome,
    WipeOrder, WipeTarget,
};

use crate::feed_frame::FeedFrame;
use crate::held::Held;
use crate::node_call::{NodeCall, notes, number};
use crate::node_wait::Waiting;
use crate::{DriverError, Outcome};

/// Documents judged in one commit.
const DOCUMENTS_PER_COMMIT: usize = 500;
/// By so many exchanges a copy of this folder may be ahead.
const COUNTER_LEAP: u64 = 1 << 20;

impl NodeCall {
    /// Takes bytes of the reply as they come, cut anywhere. `now_millis`: milliseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the hub breaks the protocol or the store refuses. What was taken before stays.
    pub fn receive(
        &mut self,
        replica: &mut Replica,
        gate: &mut dyn Gate,
        bytes: &[u8],
        now_millis: i64,
    ) -> Result<(), DriverError> {
        self.progress.bytes_down += bytes.len() as u64;
        if self.welcome.is_some() {
            self.waiting = Waiting::No;
        }
        self.frames.push(bytes);
        while let Some(frame) = self.frames.next()? {
            self.progress.frames += 1;
            if !self.repair.unreadable {
                self.take(replica, gate, &frame, now_millis)?;
            }
        }
        Ok(())
    }

    /// Closes the exchange: the reply ended or the link was cut.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn end(mut self, replica: &mut Replica, now_millis: i64) -> Result<Outcome, DriverError> {
        if let Some(order) = self.wipe.take() {
            return wiped(replica, order);
        }
        if let Some(fault) = self.fault.take() {
            return self.refused(replica, fault);
        }
        if self.repair.unreadable {
            return Ok(Outcome::Again);
        }
        let Some((verdict, ours)) = self.verdict.take() else { return Ok(Outcome::Cut) };
        if number(replica, notes::SHOW_LADDER)? > 0 {
            replica.set_setting(notes::SHOW_LADDER, &[])?;
        }
        if number(replica, notes::ASK_IN_FULL)? > 0 {
            replica.set_setting(notes::ASK_IN_FULL, &[])?;
        }
        if number(replica, notes::SPELL_OUT)? > 0 && !self.only_asks {
            replica.set_setting(notes::SPELL_OUT, &[])?;
        }
        let all_sent = replica.logs()?.iter().all(|log| !log.own || log.acknowledged >= log.position);
        if verdict.digest == ours && all_sent {
            return self.equal(replica, &verdict, now_millis);
        }
        if self.repair.offered.take().is_some() {
            replica.set_setting(notes::REPAIR, &self.repair.note.to_bytes())?;
            return Ok(Outcome::Again);
        }
        let exhausted = all_sent && !self.call_again && !self.more_logs && !self.plan.ask_first;
        let (true, VerdictState::Differ, Some(salt)) = (exhausted, verdict.state, verdict.salt) else {
            return Ok(Outcome::Again);
        };
        self.repair.moved |= ours != self.held;
        let round = Round {
            now_millis,
            counts_apart: ours.count.abs_diff(verdict.digest.count),
            ..self.repair.round(self.counter, salt)
        };
        // A check that found something goes on as a repair.
        let mut note = if self.repair.note.checks { Repair::default() } else { self.repair.note.clone() };
        let next = note.ended(&round);
        replica.set_setting(notes::REPAIR, &note.to_bytes())?;
        match next {
            Next::Again => Ok(Outcome::Again),
            Next::Later { seconds } => {
                replica.record_anew()?;
                Ok(Outcome::Differs { retry_seconds: seconds })
            }
        }
    }

    fn equal(&self, replica: &mut Replica, verdict: &Verdict, now_millis: i64) -> Result<Outcome, DriverError> {
        // By the hub's clock: one that was ahead would else stand above all that is proven once it is right.
        let at_millis = now_millis.saturating_add(self.hub_offset_millis.unwrap_or_default());
        replica.proven(&self.identity.office, at_millis, verdict.digest)?;
        let checks = self.repair.note.is_under_way() || self.repair.checks;
        let checks = checks && self.check(replica, verdict, now_millis)?;
        // What a fork set aside comes back as records of this epoch.
        let recorded = replica.record_anew()?;
        // What came down was new to us: one more, tiny exchange lets the hub know that it arrived.
        let confirmed =
            !checks && self.received_new == 0 && recorded.changes == 0 && verdict.state == VerdictState::Proven;
        Ok(if confirmed { Outcome::Proven { digest: verdict.digest } } else { Outcome::Again })
    }

    fn refused(&mut self, replica: &mut Replica, fault: Fault) -> Result<Outcome, DriverError> {
        let again = 1u64.to_be_bytes();
        match fault.code {
            UNRESOLVED => replica.set_setting(notes::SPELL_OUT, &again)?,
            CURSOR => replica.set_setting(notes::SHOW_LADDER, &again)?,
            FORK if self.log.own => self.forked(replica)?,
            FaultCode::Replayed => self.outrun(replica)?,
            _ => return Ok(Outcome::Refused(fault)),
        }
        Ok(Outcome::Again)
    }

    /// Somebody else wrote on in this log: a copy of this folder. What only this one holds of it is set aside when the
    /// comparison names it, and recorded anew.
    fn forked(&mut self, replica: &mut Replica) -> Result<(), DriverError> {
        if self.log.epoch == replica.epoch() {
            replica.begin_epoch(self.plan.fresh_epoch)?;
        }
        replica.mark_forked(self.log.epoch)?;
        self.only_asks = true;
        self.call_again = true;
        Ok(())
    }

    /// Somebody else speaks in our epoch, most likely a copy of this folder: whether it also wrote, the next hello shows.
    fn outrun(&self, replica: &mut Replica) -> Result<(), DriverError> {
        if self.log.epoch == replica.epoch() {
            replica.begin_epoch(self.plan.fresh_epoch)?;
        }
        let counter = self.counter.saturating_add(COUNTER_LEAP);
        Ok(replica.set_setting(notes::COUNTER, &counter.to_be_bytes())?)
    }

    fn take(
        &mut self,
        replica: &mut Replica,
        gate: &mut dyn Gate,
        frame: &Frame,
        now_millis: i64,
    ) -> Result<(), DriverError> {
        match frame.kind {
            FrameKind::Welcome => {
                let welcome = Welcome::decode(&frame.payload)?;
                let half_way = self.begun_millis.midpoint(now_millis);
                self.hub_offset_millis = Some(welcome.millis.saturating_sub(half_way));
                self.welcomed(replica, welcome)
            }
            FrameKind::Ack => self.acknowledged(replica, Ack::decode(&frame.payload)?),
            FrameKind::Receipt => self.receipt(replica, &Receipt::decode(&frame.payload)?),
            FrameKind::Refusals => self.refusals(replica, Refusals::decode(&frame.payload)?),
            FrameKind::FeedBatch => match self.feed(replica, &frame.payload) {
                // This disk lost entries that it showed to hold; once the hub sends them in full they are back.
                Err(error) if error.is_unresolved() && number(replica, notes::ASK_IN_FULL)? == 0 => {
                    replica.set_setting(notes::ASK_IN_FULL, &1u64.to_be_bytes())?;
                    self.repair.unreadable = true;
                    Ok(())
                }
                // In full, and still not what its place here leads to: the hub went another way below it. The feed is read
                // from its start, and what is held is skipped.
                Err(DriverError::Store(StoreError::FeedChain(_))) => {
                    replica.reset_feed_cursor(&self.audience, None)?;
                    self.ladder = sync_exchange::Ladder::default();
                    replica.set_setting(notes::LADDER, &self.ladder.to_bytes())?;
                    self.repair.unreadable = true;
                    Ok(())
                }
                done => done,
            },
            FrameKind::Verdict => {
                let verdict = Verdict::decode(&frame.payload)?;
                while replica.judge_pending(gate, now_millis, DOCUMENTS_PER_COMMIT)?.documents > 0 {}
                self.remember_place(replica)?;
                let ours = replica.office_digest(&self.identity.office)?;
                self.verdict = Some((verdict, ours));
                Ok(())
            }
            FrameKind::WipeOrder => {
                let order = WipeOrder::decode(&frame.payload)?;
                let target =
                    WipeTarget { hub: self.identity.hub, office: self.identity.office, node: self.identity.node };
                order.verify(&self.identity.hub_key, &target)?;
                self.wipe = Some(order);
                Ok(())
            }
            FrameKind::Fault => {
                self.fault = Some(Fault::decode(&frame.payload)?);
                Ok(())
            }
            FrameKind::Unknown(_) => Ok(()),
            FrameKind::Comparison => {
                self.repair.comparison = Some(Comparison::decode(&frame.payload)?);
                Ok(())
            }
            FrameKind::RepairBatch => {
                let entries = self.repair.decode(replica, &frame.payload)?;
                let applied = replica.take_missing(&self.identity.office, &entries)?;
                self.received_new += applied.new;
                self.progress.received += applied.new;
                Ok(())
            }
            FrameKind::Hello | FrameKind::Batch | FrameKind::End | FrameKind::Repair => {
                Err(DriverError::Unexpected("the hub sent what only a node sends"))
            }
        }
    }

    fn welcomed(&mut self, replica: &mut Replica, welcome: Welcome) -> Result<(), DriverError> {
        let there = welcome.acknowledged.min(self.log.position);
        let other = welcome.chain.filter(|_| there == welcome.acknowledged);
        let ours = chain_held(replica, self.log.epoch, there)?;
        if other.is_some() && ours.is_some() && ours != other {
            self.forked(replica)?;
            self.welcome = Some(welcome);
            return Ok(());
        }
        if welcome.acknowledged < self.log.acknowledged {
            // The hub was restored from a backup: it gets again what it lost.
            replica.rewind_acknowledged(self.log.epoch, welcome.acknowledged)?;
            self.call_again = true;
            self.only_asks |= self.plan.ask_first;
        } else {
            let acknowledged = welcome.acknowledged.min(self.log.position);
            replica.acknowledge(self.log.epoch, acknowledged)?;
            self.progress.acknowledged = acknowledged - self.log.acknowledged;
            self.answered(acknowledged);
        }
        if welcome.acknowledged > self.log.position && self.log.epoch == replica.epoch() {
            // The hub knows more of our own log than we do: an old backup was put back. What is missing comes back in
            // the feed; nobody may write in this epoch again.
            replica.begin_epoch(self.plan.fresh_epoch)?;
            self.call_again = true;
        }
        if self.only_asks && welcome.acknowledged < self.log.position {
            self.call_again = true;
        }
        self.welcome = Some(welcome);
        Ok(())
    }

    fn acknowledged(&mut self, replica: &mut Replica, ack: Ack) -> Result<(), DriverError> {
        // A hub that knows more of this log than this folder does says so in its welcome.
        let position = ack.position.min(self.log.position);
        replica.acknowledge(self.log.epoch, position)?;
        self.progress.acknowledged = position.saturating_sub(self.log.acknowledged);
        Ok(())
    }

    fn receipt(&self, replica: &mut Replica, receipt: &Receipt) -> Result<(), DriverError> {
        let log = LogName {
            hub: self.identity.hub,
            office: self.identity.office,
            node: self.identity.node,
            epoch: self.log.epoch,
        };
        receipt.verify(&self.identity.hub_key, &log)?;
        match replica.store_receipt(self.log.epoch, receipt.position, receipt.chain, &receipt.encode()) {
            // This disk lost entries and cannot check it now. It is asked for again.
            Err(StoreError::NotHeld { .. } | StoreError::Damaged(_)) => Ok(()),
            stored => Ok(stored?),
        }
    }

    fn refusals(&mut self, replica: &mut Replica, refusals: Refusals) -> Result<(), DriverError> {
        let repaired = refusals.repaired;
        let refusals: Vec<Refusal> = refusals
            .refusals
            .into_iter()
            .map(|refusal| Refusal {
                number: refusal.number,
                position: refusal.position,
                code: refusal.code,
                detail: refusal.detail,
            })
            .collect();
        if let Some(epoch) = repaired {
            replica.mark_refused(epoch, &refusals)?;
            return Ok(());
        }
        Ok(replica.apply_refusals(self.log.epoch, &refusals)?)
    }

    fn feed(&mut self, replica: &mut Replica, payload: &[u8]) -> Result<(), DriverError> {
        let frame = FeedFrame::decode(payload)?;
        let items = self.decoder.decode(frame.batch, &Held(replica))?;
        let cursor = replica.feed_cursor(&self.audience)?;
        let told = self.welcome.and_then(|welcome| welcome.hub_epoch);
        let hub_epoch = told.or(cursor.map(|cursor| cursor.hub_epoch));
        let hub_epoch = hub_epoch.ok_or(DriverError::Unexpected("a feed without the hub's epoch"))?;
        let at = cursor.filter(|cursor| cursor.hub_epoch == hub_epoch).map_or(0, |cursor| cursor.position);
        if frame.after != at || cursor.is_some_and(|cursor| cursor.hub_epoch != hub_epoch) {
            // The hub goes on from a place further back: it was restored, and the feed took another way from there.
            // The beginning has another chain in each life of the feed.
            let rung = Some(frame.after).filter(|after| *after > 0).and_then(|after| self.ladder.at(after));
            let back = rung.map(|rung| FeedCursor { hub_epoch, position: rung.position, chain: rung.chain });
            if frame.after > 0 && back.is_none() {
                return Err(DriverError::Unexpected("the feed goes on from a place this node never named"));
            }
            replica.reset_feed_cursor(&self.audience, back)?;
        }
        let items: Vec<FeedItem> = items
            .into_iter()
            .map(|item| match item {
                Item::Entry(entry) => FeedItem::Entry(entry),
                Item::Own { epoch, position } => FeedItem::Own { epoch, position },
            })
            .collect();
        let cursor = FeedCursor { hub_epoch, position: frame.position, chain: frame.chain };
        let applied = replica.apply_feed(&self.audience, &items, cursor)?;
        self.received_new += applied.new;
        self.progress.received += applied.new;
        Ok(())
    }

    fn remember_place(&mut self, replica: &mut Replica) -> Result<(), DriverError> {
        let Some(cursor) = replica.feed_cursor(&self.audience)?.filter(|cursor| cursor.position > 0) else {
            return Ok(());
        };
        let rung = sync_exchange::Rung { position: cursor.position, chain: cursor.chain };
        if self.ladder.rungs().last() != Some(&rung) {
            self.ladder.climb(rung);
            replica.set_setting(notes::LADDER, &self.ladder.to_bytes())?;
        }
        Ok(())
    }
}

/// What the hub has not is sent first, where the operator wants it.
fn wiped(replica: &Replica, order: WipeOrder) -> Result<Outcome, DriverError> {
    let waits = replica.logs()?.iter().any(|log| log.own && log.acknowledged < log.position);
    Ok(if order.takes_in && waits { Outcome::Again } else { Outcome::Wipe(order) })
}

/// Our chain at a place of a log; `None` where entries were lost and cannot tell.
fn chain_held(replica: &Replica, epoch: EpochId, position: Position) -> Result<Option<ChainHash>, DriverError> {
    match replica.log_chain_at(epoch, position) {
        Err(StoreError::NotHeld { .. } | StoreError::Damaged(_)) => Ok(None),
        chain => Ok(chain?),
    }
}
