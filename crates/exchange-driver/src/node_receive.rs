//! One exchange, as the node lives it: what it makes of the reply.

use replica_store::{FeedCursor, FeedItem, Gate, Refusal, Replica};
use sync_exchange::{CURSOR, FORK, UNRESOLVED};
use sync_protocol::batch::Item;
use sync_protocol::{
    Ack, Fault, FaultCode, Frame, FrameKind, LogName, Receipt, Refusals, Verdict, VerdictState, Welcome,
};

use crate::feed_frame::FeedFrame;
use crate::held::Held;
use crate::node_call::{NodeCall, notes, number};
use crate::node_wait::Waiting;
use crate::{DriverError, Outcome};

/// Documents judged in one commit.
const DOCUMENTS_PER_COMMIT: usize = 500;

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
            self.take(replica, gate, &frame, now_millis)?;
        }
        Ok(())
    }

    /// Closes the exchange: the reply ended or the link was cut.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn end(mut self, replica: &mut Replica, now_millis: i64) -> Result<Outcome, DriverError> {
        if let Some(fault) = self.fault.take() {
            return self.refused(replica, fault);
        }
        let Some((verdict, ours)) = self.verdict.take() else { return Ok(Outcome::Cut) };
        if number(replica, notes::SHOW_LADDER)? > 0 {
            replica.set_setting(notes::SHOW_LADDER, &[])?;
        }
        if number(replica, notes::SPELL_OUT)? > 0 && !self.plan.probe {
            replica.set_setting(notes::SPELL_OUT, &[])?;
        }
        let all_sent = replica.logs()?.iter().all(|log| !log.own || log.acknowledged >= log.position);
        if verdict.digest == ours && all_sent {
            replica.proven(&self.identity.office, now_millis, ours)?;
            if number(replica, notes::DIFFERED)? > 0 {
                replica.set_setting(notes::DIFFERED, &[])?;
            }
            // What came down was new to us: one more, tiny exchange lets the hub know that it arrived.
            let confirmed = self.received_new == 0 && verdict.state == VerdictState::Proven;
            return Ok(if confirmed { Outcome::Proven { digest: ours } } else { Outcome::Again });
        }
        if all_sent && !self.call_again && !self.more_logs && !self.plan.probe && verdict.state != VerdictState::More {
            let differed = number(replica, notes::DIFFERED)? + 1;
            replica.set_setting(notes::DIFFERED, &differed.to_be_bytes())?;
        }
        Ok(Outcome::Again)
    }

    fn refused(&self, replica: &mut Replica, fault: Fault) -> Result<Outcome, DriverError> {
        let again = 1u64.to_be_bytes();
        match fault.code {
            UNRESOLVED => replica.set_setting(notes::SPELL_OUT, &again)?,
            CURSOR => replica.set_setting(notes::SHOW_LADDER, &again)?,
            FORK if self.log.epoch == replica.epoch() => replica.begin_epoch(self.plan.fresh_epoch)?,
            FaultCode::Replayed => {}
            _ => return Ok(Outcome::Refused(fault)),
        }
        Ok(Outcome::Again)
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
            FrameKind::FeedBatch => self.feed(replica, &frame.payload),
            FrameKind::Verdict => {
                let verdict = Verdict::decode(&frame.payload)?;
                while replica.judge_pending(gate, now_millis, DOCUMENTS_PER_COMMIT)?.documents > 0 {}
                self.remember_place(replica)?;
                let ours = replica.office_digest(&self.identity.office)?;
                self.verdict = Some((verdict, ours));
                Ok(())
            }
            FrameKind::Fault => {
                self.fault = Some(Fault::decode(&frame.payload)?);
                Ok(())
            }
            FrameKind::Unknown(_) => Ok(()),
            FrameKind::Hello | FrameKind::Batch | FrameKind::End => {
                Err(DriverError::Unexpected("the hub sent what only a node sends"))
            }
        }
    }

    fn welcomed(&mut self, replica: &mut Replica, welcome: Welcome) -> Result<(), DriverError> {
        if welcome.acknowledged < self.log.acknowledged {
            // The hub was restored from a backup: it gets again what it lost.
            replica.rewind_acknowledged(self.log.epoch, welcome.acknowledged)?;
            self.call_again = true;
        } else {
            let acknowledged = welcome.acknowledged.min(self.log.position);
            replica.acknowledge(self.log.epoch, acknowledged)?;
            self.progress.acknowledged = acknowledged - self.log.acknowledged;
        }
        if welcome.acknowledged > self.log.position && self.log.epoch == replica.epoch() {
            // The hub knows more of our own log than we do: an old backup was put back. What is missing comes back in
            // the feed; nobody may write in this epoch again.
            replica.begin_epoch(self.plan.fresh_epoch)?;
            self.call_again = true;
        }
        if self.only_asks && welcome.acknowledged < self.log.position {
            self.call_again = true;
            if !self.log.own {
                replica.set_setting(notes::ASKED, &self.log.epoch.0)?;
            }
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
        Ok(replica.store_receipt(self.log.epoch, receipt.position, receipt.chain, &receipt.encode())?)
    }

    fn refusals(&self, replica: &mut Replica, refusals: Refusals) -> Result<(), DriverError> {
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
            let rung = self.ladder.at(frame.after);
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
        let Some(cursor) = replica.feed_cursor(&self.audience)? else { return Ok(()) };
        let rung = sync_exchange::Rung { position: cursor.position, chain: cursor.chain };
        if self.ladder.rungs().last() != Some(&rung) {
            self.ladder.climb(rung);
            replica.set_setting(notes::LADDER, &self.ladder.to_bytes())?;
        }
        Ok(())
    }
}
