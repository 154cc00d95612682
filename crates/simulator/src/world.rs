//! The world of a run: two villages with two nodes each, the sub-district of one of them, a health facility, one hub, and what
//! happens to them.

mod mishaps;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use change_log::{DocumentId, EpochId};
use exchange_driver::{CallPlan, HubIdentity, NodeIdentity, Outcome, begin_life, begin_life_gone_back};
use office_model::{OfficeCode, OfficeKind, Roster, Serial};
use replica_store::{Clock, NewReplica, Role};
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
/// Working units and health facilities of the regency.
const UNITS: u32 = 58;
const CLINICS: u32 = 60;
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
    /// The hub's files were put back, and nothing at opening told so.
    pub(crate) went_back_unseen: bool,
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
    play(World::new(seed, faults)?, steps)
}

/// The same with a node for each office of the regency: its villages and sub-districts, 58 working units and 60 health facilities;
/// with the faults of links.
///
/// # Errors
/// As [`run`].
pub fn run_regency(seed: u64, steps: usize) -> Result<Done, Failure> {
    let above = (1..=UNITS).map(|n| format!("35.10.U.{n:03}")).chain((1..=CLINICS).map(|n| format!("35.10.H.{n:03}")));
    let above = above.map(|code| code.parse().map_err(Failure::other)).collect::<Result<Vec<OfficeCode>, _>>()?;
    let offices: Vec<OfficeCode> = Roster::current().iter().map(|office| office.code).chain(above).collect();
    play(World::of(seed, Faults::Links, &offices)?, steps)
}

fn play(mut world: World, steps: usize) -> Result<Done, Failure> {
    let faults = world.faults;
    for _ in 0..steps {
        world.step()?;
    }
    if faults == Faults::Restores && world.dice.chance(50) {
        world.forget()?;
    }
    world.heal()?;
    world.check()?;
    Ok(world.done)
}

impl World {
    /// The small world before anything happened.
    ///
    /// # Errors
    /// When files cannot be made.
    pub fn new(seed: u64, faults: Faults) -> Result<Self, Failure> {
        let villages = OFFICES.iter().cycle().take(OFFICES.len() * NODES_PER_OFFICE);
        let offices = villages.chain(&ABOVE).map(|code| code.parse().map_err(Failure::other));
        Self::of(seed, faults, &offices.collect::<Result<Vec<_>, _>>()?)
    }

    /// A world before anything happened, with a node for each of these offices.
    ///
    /// # Errors
    /// When files cannot be made.
    fn of(seed: u64, faults: Faults, offices: &[OfficeCode]) -> Result<Self, Failure> {
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
        begin_life(hub.replica()?, hub_key.verifying_key(), true, now).map_err(Failure::other)?;
        let mut nodes = Vec::new();
        for (index, office) in offices.iter().copied().enumerate() {
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
            went_back_unseen: false,
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

    /// One of the offices that villages refer to.
    fn referred_to(&self, which: u64) -> Option<OfficeCode> {
        let offices: Vec<OfficeCode> = self.nodes.iter().map(|node| node.identity.office).filter(answers).collect();
        usize::try_from(which % offices.len().max(1) as u64).ok().and_then(|at| offices.get(at).copied())
    }

    fn clock(&self, node: usize) -> Clock {
        Clock { millis: self.now, hub_offset_millis: None, clerk: format!("petugas{node}") }
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
        if let Some(gone) = ended.gone_back {
            if !self.went_back_unseen {
                return Err(Failure::Promise("the hub's data did not go back, and a call says that it did".to_owned()));
            }
            begin_life_gone_back(self.hub.replica()?, gone, EpochId(self.dice.bytes()), now).map_err(Failure::other)?;
        }
        let ending = match &ended.outcome {
            Outcome::Proven { .. } | Outcome::Again | Outcome::Differs { .. } => Ending::Complete,
            Outcome::Cut => Ending::Cut,
            Outcome::Refused(fault) => Ending::Refused { retry_after_seconds: fault.retry_after_seconds },
            Outcome::Wipe(_) => Ending::Refused { retry_after_seconds: None },
        };
        node.pace.ended(ending, ended.bytes_up + ended.bytes_down);
        Ok(ended)
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

/// Whether records are referred to an office.
fn answers(office: &OfficeCode) -> bool {
    matches!(office.kind(), OfficeKind::WorkingUnit | OfficeKind::HealthFacility)
}
