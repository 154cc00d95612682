//! The world of a run: two villages with two nodes each, the sub-district of one of them, a health facility, one hub, and what
//! happens to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use change_log::{DocumentId, EpochId};
use exchange_driver::{CallPlan, HubIdentity, NodeIdentity, Outcome, begin_life, is_granted};
use office_model::{Answer, OfficeCode, Serial, Status};
use replica_store::{
    Clock, ListFilter, NewPublication, NewReplica, Numbering, Page, Refusal, Replica, Role, StoreError,
};
use serde_json::{Map, Value, json};
use service_document::{NewTransaction, Stamp, TransactionDocument};
use sync_exchange::{Ending, Pace};
use sync_protocol::SigningKey;

use crate::Failure;
use crate::call::{Ended, Link, exchange};
use crate::dice::Dice;
use crate::machine::Machine;

/// When runs begin: on an ordinary day; some hours before the year turns in WIB; before next year's numbers are granted.
const STARTS: [i64; 3] = [1_790_000_000_000, 1_798_700_000_000, 1_796_040_000_000];
/// A service whose letters may need the sub-district.
const CONDITIONAL: &str = "S01";
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
const OFFICES: [&str; 2] = ["35.10.01.2001", "35.10.24.2008"];
const NODES_PER_OFFICE: usize = 2;
/// The sub-district of the first office, and a health facility that both refer to, with one node each.
const ABOVE: [&str; 2] = ["35.10.01", CLINIC];
const CLINIC: &str = "35.10.H.001";
/// After healing, this many rounds of calls must be enough for everybody.
const ROUNDS_TO_HEAL: usize = 32;
/// Machines cloned in one run.
const COPIES_MAX: usize = 2;

/// Which faults a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    /// Cuts at any byte, lost replies, crashes of node and hub between any two commits.
    Links,
    /// The same, and backups put back on either side.
    Restores,
    /// The faults of links, and disks that lose single entries or miscount them, on either side.
    Damage,
    /// The faults of links, and machines cloned while they run: both go on.
    Copies,
}

/// One node of the world.
pub(crate) struct SimNode {
    pub(crate) machine: Machine,
    pub(crate) identity: NodeIdentity,
    pub(crate) pace: Pace,
    /// What its clerks were told is saved, with the office's name for it.
    pub(crate) saved: BTreeMap<DocumentId, String>,
    pub(crate) restored: bool,
    pub(crate) cloned: bool,
}

/// How often the offices above the villages did their part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Decisions of the sub-district.
    pub decided: u64,
    /// Answers of the health facility.
    pub answered: u64,
}

/// The world.
pub struct World {
    pub(crate) hub: Machine,
    pub(crate) hub_identity: Arc<HubIdentity>,
    pub(crate) nodes: Vec<SimNode>,
    pub(crate) hub_restored: bool,
    /// Every letter number that a clerk was told, on whichever disk it stood, with the name of its record.
    pub(crate) numbers: BTreeMap<(OfficeCode, Serial), String>,
    /// Numbers that were told twice.
    pub(crate) twice: Vec<(OfficeCode, Serial)>,
    done: Done,
    dice: Dice,
    now: i64,
    pub(crate) faults: Faults,
    folder: tempfile::TempDir,
}

/// Plays one run of `steps` happenings and checks everything promised. Says what the offices above the
/// villages did.
///
/// # Errors
/// A [`Failure`] that says what was promised and not kept.
pub fn run(seed: u64, steps: usize, faults: Faults) -> Result<Done, Failure> {
    let mut world = World::new(seed, faults)?;
    for _ in 0..steps {
        world.step()?;
    }
    world.heal()?;
    world.check()?;
    Ok(world.done)
}

impl World {
    /// A world before anything happened.
    ///
    /// # Errors
    /// When files cannot be made.
    pub fn new(seed: u64, faults: Faults) -> Result<Self, Failure> {
        let mut dice = Dice::new(seed);
        let folder = tempfile::tempdir().map_err(Failure::other)?;
        let hub_key = SigningKey::from_seed(&dice.bytes());
        let hub_id = hub_key.verifying_key().hub_id();
        let new = NewReplica {
            role: Role::Hub,
            office: None,
            hub: hub_id,
            node: None,
            epoch: EpochId(dice.bytes()),
            machine: "hub".to_owned(),
        };
        let mut hub = Machine::create(&folder.path().join("hub"), &new)?;
        let now = STARTS.get(dice.below(STARTS.len())).copied().unwrap_or_default();
        begin_life(hub.replica()?, true, now).map_err(Failure::other)?;
        let mut nodes = Vec::new();
        let villages = OFFICES.iter().cycle().take(OFFICES.len() * NODES_PER_OFFICE);
        for (index, code) in villages.chain(&ABOVE).enumerate() {
            let office: OfficeCode = code.parse().map_err(Failure::other)?;
            let key = SigningKey::from_seed(&dice.bytes());
            let public = key.verifying_key();
            let new = NewReplica {
                role: Role::Node,
                office: Some(office),
                hub: hub_id,
                node: Some(public.node_id()),
                epoch: EpochId(dice.bytes()),
                machine: format!("node-{index}"),
            };
            let machine = Machine::create(&folder.path().join(&new.machine), &new)?;
            hub.replica()?.register_node(public.node_id(), office, public.to_bytes(), 0).map_err(Failure::other)?;
            nodes.push(SimNode {
                machine,
                identity: NodeIdentity {
                    key,
                    node: public.node_id(),
                    office,
                    hub: hub_id,
                    hub_key: hub_key.verifying_key(),
                },
                pace: Pace::new(dice.number()),
                saved: BTreeMap::new(),
                restored: false,
                cloned: false,
            });
        }
        let hub_identity = Arc::new(HubIdentity { key: hub_key, hub: hub_id });
        let (numbers, twice) = (BTreeMap::new(), Vec::new());
        Ok(Self {
            hub,
            hub_identity,
            nodes,
            hub_restored: false,
            numbers,
            twice,
            done: Done::default(),
            dice,
            now,
            faults,
            folder,
        })
    }

    fn step(&mut self) -> Result<(), Failure> {
        // A hub that was restored grants no numbers for ten hours: such runs take days.
        let scale = if self.faults == Faults::Restores { 10 } else { 1 };
        self.now += 1000 * scale * i64::try_from(1 + self.dice.below(600)).unwrap_or(1);
        let node = self.dice.below(self.nodes.len());
        match self.dice.below(100) {
            0..=29 => self.record(node),
            30..=49 => self.change(node),
            50..=89 => self.call(node, true),
            90..=92 => self.crash(node),
            93..=94 => self.crash_hub(),
            _ if self.faults == Faults::Links => self.call(node, false),
            _ if self.faults == Faults::Damage => self.damage(node),
            95..=97 if self.faults == Faults::Copies => self.copy(node),
            _ if self.faults == Faults::Copies => self.call(node, false),
            95 => self.nodes.get_mut(node).map_or(Ok(()), |node| node.machine.backup()),
            96..=97 => self.hub.backup(),
            98 => self.restore(node),
            _ => self.restore_hub(),
        }
    }

    fn clock(&self, node: usize) -> Clock {
        Clock { millis: self.now, hub_offset_millis: None, clerk: format!("petugas{node}") }
    }

    pub(crate) fn record(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let label = format!("{:016x}", self.dice.number());
        let dies = self.dice.chance(5).then(|| self.dice.below(2) as u64);
        let service = if self.dice.chance(25) { "P06" } else { CONDITIONAL };
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        if !node.identity.office.is_village() {
            return self.judge_above(index);
        }
        let mut fields = Map::new();
        fields.insert("nama".to_owned(), json!(format!("Warga {label}")));
        fields.insert("isi".to_owned(), json!(label));
        let new = NewTransaction {
            office: node.identity.office,
            service: service.parse().map_err(Failure::other)?,
            catalogue_version: 1,
            fields,
            number: None,
            serials: None,
        };
        let replica = node.machine.replica()?;
        if let Some(commits) = dies {
            replica.crash_after(commits);
        }
        let (hub, key) = (node.identity.hub, node.identity.hub_key);
        let trusts = |lease: &service_document::Lease| is_granted(lease, hub, &key);
        let numbering = Numbering { code: &|_, _| Some("470".to_owned()), trusts: &trusts };
        match replica.create_numbered(std::slice::from_ref(&new), &numbering, &clock) {
            Ok(made) => {
                for (document, given) in made {
                    node.saved.insert(document, label.clone());
                    let Some(given) = given else { continue };
                    let number = (node.identity.office, given.serial);
                    if self.numbers.insert(number.clone(), label.clone()).is_some() {
                        self.twice.push(number);
                    }
                }
                if dies.is_some() { self.crash(index) } else { Ok(()) }
            }
            // A crash that was planned and did not come to pass must not hang over what follows.
            Err(StoreError::EpochSpent) => self.crash(index).and_then(|()| self.begin_epoch(index)),
            Err(error) if dies.is_none() => Err(Failure::other(error)),
            Err(_) => self.crash(index),
        }
    }

    fn judge_above(&mut self, index: usize) -> Result<(), Failure> {
        let office = self.nodes.get(index).map(|node| node.identity.office);
        if office.is_some_and(|office| office.as_str() == CLINIC) { self.answer(index) } else { self.decide(index) }
    }

    /// A health facility answers what was referred to it, anew as well.
    fn answer(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let (which, answer) = (self.dice.number(), self.dice.below(Answer::ALL.len()));
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let (office, replica) = (node.identity.office, node.machine.replica()?);
        let listed = replica.list(&ListFilter::default(), Page { after: None, count: 40 }).map_err(Failure::other)?;
        let Some(row) = listed.get(usize::try_from(which).unwrap_or(0) % listed.len().max(1)) else { return Ok(()) };
        let answer = Answer::ALL.get(answer).copied().unwrap_or(Answer::Selesai);
        let act = |document: &mut TransactionDocument, stamp: &Stamp| {
            document.answer(office, answer, Some("alamat kurang"), stamp)
        };
        match replica.change(row.document, &clock, act) {
            Ok(change) => {
                self.done.answered += u64::from(change.is_some());
                Ok(())
            }
            // What its disk lost may be the very referral.
            Err(StoreError::Document(_) | StoreError::NoDocument(_)) => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    /// A sub-district decides about a record that waits for it.
    fn decide(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let (which, signs) = (self.dice.number(), self.dice.chance(60));
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let replica = node.machine.replica()?;
        let filter = ListFilter { status: Some("menunggu_camat".to_owned()), ..ListFilter::default() };
        let listed = replica.list(&filter, Page { after: None, count: 40 }).map_err(Failure::other)?;
        let Some(row) = listed.get(usize::try_from(which).unwrap_or(0) % listed.len().max(1)) else { return Ok(()) };
        // As the program does: what its disk lost may be the very step that the decision would answer.
        let waits = match replica.document(row.document) {
            Ok(document) => document.is_some_and(|document| document.row().status == row.status),
            Err(StoreError::Document(_)) => false,
            Err(error) => return Err(Failure::other(error)),
        };
        if !waits {
            return Ok(());
        }
        let to = if signs { Status::Ditandatangani } else { Status::Dikembalikan };
        match replica.step(row.document, to, Some("berkas kurang"), &clock) {
            Ok(_) => {
                self.done.decided += 1;
                Ok(())
            }
            Err(StoreError::Document(_) | StoreError::NoDocument(_)) => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    fn begin_epoch(&mut self, index: usize) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        node.machine.replica()?.begin_epoch(fresh).map_err(Failure::other)
    }

    /// An edit or a step on any record this node can see.
    fn change(&mut self, index: usize) -> Result<(), Failure> {
        let clock = self.clock(index);
        let (which, what, value) = (self.dice.number(), self.dice.below(8), self.dice.below(5));
        if (which >> 32).is_multiple_of(24) {
            self.publish(index, (which >> 40).is_multiple_of(2))?;
        }
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        if !node.identity.office.is_village() {
            return self.judge_above(index);
        }
        let replica = node.machine.replica()?;
        let listed = replica.list(&ListFilter::default(), Page { after: None, count: 40 }).map_err(Failure::other)?;
        let Some(row) = listed.get(usize::try_from(which).unwrap_or(0) % listed.len().max(1)) else { return Ok(()) };
        let done = match what {
            0 => replica.step(row.document, Status::Diajukan, None, &clock).map(drop),
            // On to the sub-district, where the service goes there.
            1..=4 => {
                [Status::Diajukan, Status::Diperiksa, Status::MenungguCamat].into_iter().try_for_each(
                    |to| match replica.step(row.document, to, None, &clock) {
                        Ok(_) | Err(StoreError::Document(_)) => Ok(()),
                        Err(error) => Err(error),
                    },
                )
            }
            5 => replica.step(row.document, Status::Dibatalkan, Some("salah ketik"), &clock).map(drop),
            6 => {
                let to = CLINIC.parse().map_err(Failure::other)?;
                let act = |document: &mut TransactionDocument, stamp: &Stamp| document.refer(&[(to, "mohon")], stamp);
                replica.change(row.document, &clock, act).map(drop)
            }
            _ => {
                let path = "lokasi".parse().map_err(Failure::other)?;
                let edits = [(path, Value::from(format!("Dusun {value}")))];
                replica.edit(row.document, &edits, &clock).map(drop)
            }
        };
        match done {
            // A step that the rules do not allow from where the record is now, or a record that the disk lost.
            Ok(()) | Err(StoreError::Document(_) | StoreError::NoDocument(_)) => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    /// The office of this node is told what it works by: by itself, or by the hub.
    fn publish(&mut self, index: usize, by_hub: bool) -> Result<(), Failure> {
        let clock = self.clock(index);
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let topic = if by_hub { "notice/1" } else { "profile" };
        let body = format!("{{\"at\":{}}}", self.now);
        let new = [NewPublication { office: node.identity.office, topic: topic.to_owned(), body }];
        let replica = if by_hub { self.hub.replica()? } else { node.machine.replica()? };
        match replica.publish(&new, &|_| None, &clock) {
            Ok(_) => Ok(()),
            Err(StoreError::EpochSpent) if by_hub => Ok(()),
            Err(StoreError::EpochSpent) => self.begin_epoch(index),
            Err(error) => Err(Failure::other(error)),
        }
    }

    fn call(&mut self, index: usize, faulty: bool) -> Result<(), Failure> {
        let mut link = Link { up: None, down: None, buffered: self.dice.chance(30) };
        if faulty {
            let scale = 1 << (6 + self.dice.below(9));
            link.up = self.dice.chance(45).then(|| self.dice.below(scale));
            link.down = self.dice.chance(45).then(|| self.dice.below(scale));
            if self.dice.chance(8) {
                let commits = self.dice.below(8) as u64;
                self.hub.replica()?.crash_after(commits);
            }
            if self.dice.chance(8) {
                let commits = self.dice.below(8) as u64;
                if let Some(node) = self.nodes.get_mut(index) {
                    node.machine.replica()?.crash_after(commits);
                }
            }
        }
        let ended = self.exchange(index, link)?;
        match &ended.outcome {
            Outcome::Refused(fault) => {
                return Err(Failure::Promise(format!("an honest node was refused: {:?}", fault.code)));
            }
            Outcome::Wipe(_) => return Err(Failure::Promise("an honest node was told to wipe itself".to_owned())),
            Outcome::Proven { .. } | Outcome::Again | Outcome::Differs { .. } | Outcome::Cut => {}
        }
        if faulty && (ended.hub_died || self.dice.chance(4)) {
            self.crash_hub()?;
        }
        if faulty && (ended.node_died || self.dice.chance(4)) {
            self.crash(index)?;
        }
        // A crash that was planned and did not come to pass must not hang over the next step.
        if faulty {
            self.crash(index)?;
            self.crash_hub()?;
        }
        Ok(())
    }

    pub(crate) fn exchange(&mut self, index: usize, link: Link) -> Result<Ended, Failure> {
        let fresh_epoch = EpochId(self.dice.bytes());
        let now = self.now;
        let node = self.nodes.get_mut(index).ok_or_else(|| Failure::other("no such node"))?;
        let plan = CallPlan {
            ask_first: node.pace.asks_first(),
            may_wait: true,
            software: "simulator".to_owned(),
            fresh_epoch,
        };
        let ended = exchange(&mut node.machine, &mut self.hub, (&node.identity, &self.hub_identity), plan, link, now)?;
        let ending = match &ended.outcome {
            Outcome::Proven { .. } | Outcome::Again | Outcome::Differs { .. } => Ending::Complete,
            Outcome::Cut => Ending::Cut,
            Outcome::Refused(fault) => Ending::Refused { retry_after_seconds: fault.retry_after_seconds },
            Outcome::Wipe(_) => Ending::Refused { retry_after_seconds: None },
        };
        node.pace.ended(ending, ended.bytes_up + ended.bytes_down);
        Ok(ended)
    }

    fn crash(&mut self, index: usize) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        self.nodes.get_mut(index).map_or(Ok(()), |node| node.machine.crash(fresh))
    }

    fn crash_hub(&mut self) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        self.hub.crash(fresh)?;
        begin_life(self.hub.replica()?, false, self.now).map_err(Failure::other)
    }

    fn restore(&mut self, index: usize) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        // What it never sent is gone with the disk: only what the hub acknowledged must come back.
        let sent = sent_documents(node.machine.replica()?)?;
        if node.machine.restore(fresh)? {
            node.restored = true;
            node.saved.retain(|document, _| sent.contains(document));
        }
        Ok(())
    }

    fn restore_hub(&mut self) -> Result<(), Failure> {
        let fresh = EpochId(self.dice.bytes());
        self.hub_restored |= self.hub.restore(fresh)?;
        begin_life(self.hub.replica()?, false, self.now).map_err(Failure::other)
    }

    /// A disk loses something that somebody else still holds, or miscounts.
    fn damage(&mut self, index: usize) -> Result<(), Failure> {
        let (what, which) = (self.dice.below(8), self.dice.number());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        let office = node.identity.office;
        let (ours, hub) = (node.machine.replica()?, self.hub.replica()?);
        let mut places = Vec::new();
        ours.survey(&office, |holding| places.push((holding.epoch, holding.position))).map_err(Failure::other)?;
        let Some((epoch, position)) = places.get(usize::try_from(which).unwrap_or(0) % places.len().max(1)).copied()
        else {
            return Ok(());
        };
        match (what, hub.entry(epoch, position)) {
            (0..=2, Ok(Some(_))) => ours.lose_entry(epoch, position).map(drop),
            (3..=5, Ok(Some(_))) => hub.lose_entry(epoch, position).map(drop),
            (6, _) => {
                if which & 1 == 0 {
                    ours.skew_digest(&office)
                } else {
                    hub.skew_digest(&office)
                }
            }
            (7, Ok(Some(_))) => {
                let code = "told-wrong".to_owned();
                let refusal = Refusal { number: 0, position, code, detail: String::new() };
                ours.mark_refused(epoch, &[refusal]).map(drop)
            }
            _ => Ok(()),
        }
        .map_err(Failure::other)
    }

    /// A machine is cloned while it runs; both go on under one name.
    fn copy(&mut self, index: usize) -> Result<(), Failure> {
        if self.nodes.len() >= OFFICES.len() * NODES_PER_OFFICE + ABOVE.len() + COPIES_MAX {
            return Ok(());
        }
        let fresh = EpochId(self.dice.bytes());
        let dir = self.folder.path().join(format!("copy-{}", self.nodes.len()));
        let pace = Pace::new(self.dice.number());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        // What two clones hold that the hub took from neither is recorded anew by both: see the decision on forks.
        if std::mem::replace(&mut node.cloned, true) {
            return Ok(());
        }
        let machine = node.machine.copy(&dir, fresh)?;
        let copy = SimNode {
            machine,
            identity: node.identity.clone(),
            pace,
            saved: node.saved.clone(),
            restored: node.restored,
            cloned: true,
        };
        self.nodes.push(copy);
        Ok(())
    }

    /// A day later, no more faults: everybody calls until proven. More rounds than allowed means something is stuck.
    fn heal(&mut self) -> Result<(), Failure> {
        // What the hub refused and then lost is looked for once a day.
        self.now += DAY_MILLIS;
        let mut quiet_rounds = 0;
        for _ in 0..ROUNDS_TO_HEAL {
            let mut all_proven = true;
            for index in 0..self.nodes.len() {
                self.now += 20_000;
                let ended = self.exchange(index, Link { up: None, down: None, buffered: false })?;
                all_proven &= matches!(ended.outcome, Outcome::Proven { .. });
            }
            // In the first such round a node may have been proven before another one sent something new.
            quiet_rounds = if all_proven { quiet_rounds + 1 } else { 0 };
            if quiet_rounds == 2 {
                return Ok(());
            }
        }
        Err(Failure::Promise(format!("not all proven after {ROUNDS_TO_HEAL} rounds on healed links")))
    }
}

/// Documents whose first change the hub acknowledged.
fn sent_documents(replica: &Replica) -> Result<Vec<DocumentId>, Failure> {
    let mut documents = Vec::new();
    for log in replica.logs().map_err(Failure::other)?.into_iter().filter(|log| log.own) {
        let count = usize::try_from(log.acknowledged).unwrap_or(usize::MAX);
        let entries = replica.entries(log.epoch, 0, count, usize::MAX).map_err(Failure::other)?;
        documents.extend(entries.into_iter().map(|entry| entry.document));
    }
    Ok(documents)
}
