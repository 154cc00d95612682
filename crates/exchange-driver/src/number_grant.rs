//! Blocks of letter numbers, as the hub grants them: when a node has called and what it sent is judged.

use std::collections::BTreeMap;

use change_log::{EpochId, HubId, NodeId};
use office_model::granting::{Book, Granted, Life, NEWCOMER_USE, numbers_needed, open_years};
use office_model::{NumberRule, NumberScope, NumberTemplate, OfficeCode, Series};
use replica_store::{HubWork, LeaseState, Reader, Replica};
use serde::{Deserialize, Serialize};
use service_document::Lease;
use sync_protocol::{Signature, VerifyingKey};

use crate::publishing::know_own;
use crate::{DriverError, HubCall, HubCommit, HubIdentity};

/// The setting that tells which life of the hub this is.
const LIFE: &str = "numbers/life";
/// What a node used in so many milliseconds tells how many numbers it needs.
const MONTH_MILLIS: i64 = 30 * 24 * 3_600_000;

#[derive(Serialize, Deserialize)]
struct KeptLife {
    epoch: EpochId,
    life: Life,
}

/// Whether the hub granted a lease.
pub fn is_granted(lease: &Lease, hub: HubId, key: &VerifyingKey) -> bool {
    key.verify("lease", &lease.signed_bytes(hub), &Signature(lease.signature)).is_ok()
}

/// The setting that keeps how an office numbers its letters.
fn rule_key(office: OfficeCode) -> String {
    format!("numbers/rule/{office}")
}

/// How an office numbers its letters: as it was set at this hub, or as offices do that nothing was set for.
///
/// # Errors
/// When the store cannot be read, or what it keeps is no rule.
pub fn number_rule(store: &Reader, office: OfficeCode) -> Result<NumberRule, DriverError> {
    match store.setting(&rule_key(office))? {
        Some(kept) => serde_json::from_slice(&kept).map_err(|_| DriverError::Unexpected("a number rule that is none")),
        None => Ok(NumberRule::default()),
    }
}

/// Sets how an office numbers its letters, in the blocks that are granted from now on. What is counted together changes
/// with the first year of which nothing was granted yet.
///
/// # Errors
/// When the disk refuses.
pub fn set_number_rule(replica: &mut Replica, office: OfficeCode, rule: &NumberRule) -> Result<(), DriverError> {
    let kept = serde_json::to_vec(rule).map_err(|_| DriverError::Unexpected("a number rule that cannot be kept"))?;
    Ok(replica.set_setting(&rule_key(office), &kept)?)
}

/// To be called when a hub's store was made (`new`) or opened: notes that another life of it began, if its epoch is new, and has
/// it know what the hub's `key` signed. Until then it grants nothing, and takes back nothing that it wrote in a life it forgot.
/// Before anybody calls: what the store knows from now on, the backup did not. A life that began by a wrong clock is taken up
/// anew, as by [`take_up_life`].
///
/// # Errors
/// When the store cannot be read or written.
pub fn begin_life(replica: &mut Replica, key: VerifyingKey, new: bool, now_millis: i64) -> Result<(), DriverError> {
    begin(replica, key, new, (now_millis, i64::MAX))
}

/// As [`begin_life`], where somebody says that the clock is right: what the store knows of later times is of one that was ahead.
///
/// # Errors
/// When the store cannot be read or written.
pub fn begin_life_by_a_right_clock(
    replica: &mut Replica,
    key: VerifyingKey,
    new: bool,
    now_millis: i64,
) -> Result<(), DriverError> {
    begin(replica, key, new, (now_millis, now_millis))
}

/// `known_at_most`: nothing later is believed.
fn begin(
    replica: &mut Replica,
    key: VerifyingKey,
    new: bool,
    (now_millis, known_at_most): (i64, i64),
) -> Result<(), DriverError> {
    know_own(replica, key);
    let kept = kept_life(replica)?;
    let epoch = replica.epoch();
    if kept.as_ref().is_some_and(|kept| kept.epoch == epoch) {
        return take_up_life(replica, now_millis, None).map(|_| ());
    }
    let life = if new && kept.is_none() {
        Life::first(now_millis)
    } else {
        let mut known_until = i64::MIN;
        for node in replica.registered_nodes()? {
            let proven = node.proven.map(|(at, _)| at);
            let times = [Some(node.enrolled_millis), node.last_contact_millis, proven];
            known_until = times.into_iter().flatten().fold(known_until, i64::max);
        }
        let granted = replica.all_leases()?.into_iter().map(|state| state.lease.granted_millis);
        known_until = granted.fold(known_until, i64::max);
        following(replica, kept, (known_until, known_at_most), now_millis)?
    };
    keep(replica, &KeptLife { epoch, life })
}

/// The life that follows the one of a store which knew everything until `known_until`, as far as that was not after
/// `known_at_most`.
fn following(
    replica: &Replica,
    kept: Option<KeptLife>,
    (known_until, known_at_most): (i64, i64),
    now_millis: i64,
) -> Result<Life, DriverError> {
    // A store from before there were leases: perhaps an old backup.
    let before = kept.map_or_else(|| Life::first(0), |kept| kept.life);
    let known_until = known_until.max(before.began_millis()).min(known_at_most);
    Ok(before.restored(&books(&replica.all_leases()?), known_until, now_millis))
}

/// A life of the hub whose store went back to an older state unseen: its files were copied over, or its whole machine was
/// put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoneBack {
    /// The life: the epoch that the store writes in.
    pub life: EpochId,
    /// The node that was told more in it than the store knows.
    pub node: NodeId,
    /// A moment at which the store had not gone back yet, milliseconds since 1970 UTC; nothing where only the beginning of that
    /// life is known to be one.
    pub known_until_millis: Option<i64>,
}

/// Begins another life of a hub's store in the epoch `fresh` (16 random bytes), since a call showed that it went back; says
/// whether it did, which it does not where another one has begun since.
///
/// # Errors
/// When the store cannot be read or written.
pub fn begin_life_gone_back(
    replica: &mut Replica,
    gone: GoneBack,
    fresh: EpochId,
    now_millis: i64,
) -> Result<bool, DriverError> {
    if replica.epoch() != gone.life {
        return Ok(false);
    }
    let known_until = gone.known_until_millis.unwrap_or(i64::MIN);
    let life = following(replica, kept_life(replica)?, (known_until, i64::MAX), now_millis)?;
    replica.together(|replica| {
        replica.begin_epoch(fresh)?;
        keep(replica, &KeptLife { epoch: fresh, life })
    })?;
    Ok(true)
}

fn keep(replica: &mut Replica, life: &KeptLife) -> Result<(), DriverError> {
    let kept = serde_json::to_vec(life);
    let kept = kept.map_err(|_| DriverError::Unexpected("a life of the hub that cannot be kept"))?;
    Ok(replica.set_setting(LIFE, &kept)?)
}

/// Has the hub's present life begin anew by the clock of now, where it began by a clock that was wrong (see [`Life::taken_up`]);
/// says whether it did. `before_set`: what the clock showed when it was seen to be set ahead just now, by
/// [`SET_MILLIS_MIN`](office_model::granting::SET_MILLIS_MIN) or more.
///
/// # Errors
/// When the store cannot be read or written.
pub fn take_up_life(replica: &mut Replica, now_millis: i64, before_set: Option<i64>) -> Result<bool, DriverError> {
    let Some(kept) = kept_life(replica)?.filter(|kept| kept.epoch == replica.epoch()) else { return Ok(false) };
    if !kept.life.is_in_doubt(now_millis, before_set) {
        return Ok(false);
    }
    let Some(life) = kept.life.taken_up(&books(&replica.all_leases()?), now_millis, before_set) else {
        return Ok(false);
    };
    keep(replica, &KeptLife { life, ..kept })?;
    Ok(true)
}

/// Whether the hub's clock is behind what its store knows since it was restored: until it is set right no numbers are granted.
///
/// # Errors
/// When the store cannot be read.
pub fn waits_for_clock(store: &Reader) -> Result<bool, DriverError> {
    Ok(kept_life(store)?.is_some_and(|kept| kept.life.is_waiting()))
}

/// When the hub's present life began, milliseconds since 1970 UTC; nothing before [`begin_life`].
///
/// # Errors
/// When the store cannot be read.
pub fn life_began(store: &Reader) -> Result<Option<i64>, DriverError> {
    Ok(kept_life(store)?.map(|kept| kept.life.began_millis()))
}

/// When the hub's present life began, milliseconds since 1970 UTC, where it is not its first.
///
/// # Errors
/// When the store cannot be read.
pub fn restored_at(store: &Reader) -> Result<Option<i64>, DriverError> {
    let life = kept_life(store)?.map(|kept| kept.life);
    Ok(life.filter(Life::is_restored).map(|life| life.began_millis()))
}

fn kept_life(store: &Reader) -> Result<Option<KeptLife>, DriverError> {
    let Some(kept) = store.setting(LIFE)? else { return Ok(None) };
    serde_json::from_slice(&kept).map(Some).map_err(|_| DriverError::Unexpected("a life of the hub that is none"))
}

fn books(leases: &[LeaseState]) -> BTreeMap<Book, Vec<Granted>> {
    let mut books: BTreeMap<Book, Vec<Granted>> = BTreeMap::new();
    for LeaseState { lease, .. } in leases {
        let book = Book { office: lease.office, series: lease.series.clone(), year: lease.year };
        let granted = Granted { first: lease.first, last: lease.last, at_millis: lease.granted_millis };
        books.entry(book).or_default().push(granted);
    }
    books
}

/// Where a book begins to be numbered by the present life of the hub: serials up to this one were left out, since lives
/// before it may have granted them. 0 when nothing was.
///
/// # Errors
/// When the store cannot be read.
pub fn number_floor(store: &Reader, book: &Book) -> Result<u32, DriverError> {
    Ok(kept_life(store)?.map_or(0, |kept| kept.life.floor(book)))
}

/// The blocks that a node needs now, signed. `extra`: so many of each series beyond what it uses.
///
/// # Errors
/// When the store cannot be read.
pub fn blocks_needed(
    store: &Reader,
    identity: &HubIdentity,
    (node, epoch, office): (NodeId, EpochId, OfficeCode),
    extra: u32,
    now_millis: i64,
) -> Result<Vec<Lease>, DriverError> {
    // Offices above the villages decide on letters and write none.
    if !office.is_village() {
        return Ok(Vec::new());
    }
    let Some(kept) = kept_life(store)?.filter(|kept| kept.epoch == store.epoch()) else { return Ok(Vec::new()) };
    // What years before were granted plays no part: the cost of a call does not grow with them.
    let since = open_years(now_millis - MONTH_MILLIS).next().unwrap_or(i32::MIN);
    let leases = store.leases_since(&office, since)?;
    let books = books(&leases);
    let rule = number_rule(store, office)?;
    let mut blocks = Vec::new();
    for year in open_years(now_millis) {
        let (counted, template) = form_of(&rule, leases.iter().filter(|state| state.lease.year == year));
        for series in counted {
            let of_node = leases.iter().filter(|state| state.lease.node == node && state.lease.series == series);
            let of_epoch = of_node.clone().filter(|state| state.lease.epoch == epoch && state.lease.year == year);
            let left: u32 = of_epoch.map(LeaseState::left).sum();
            let is_new = of_node.clone().next().is_none();
            let recent = of_node.filter(|state| state.lease.granted_millis > now_millis - MONTH_MILLIS);
            let used = if is_new { NEWCOMER_USE } else { recent.map(LeaseState::used).sum() };
            let needed = numbers_needed(left, used).max(extra);
            if needed == 0 {
                continue;
            }
            let book = Book { office, series: series.clone(), year };
            let granted = books.get(&book).map_or(&[][..], Vec::as_slice);
            let Some((first, last)) = kept.life.standing(&book, granted, now_millis).next(needed) else { continue };
            let mut lease = Lease {
                office,
                node,
                epoch,
                series,
                year,
                first,
                last,
                template: template.clone(),
                granted_millis: now_millis,
                signature: [0; 64],
            };
            lease.signature = identity.key.sign(&lease.signed_bytes(identity.hub)).0;
            blocks.push(lease);
        }
    }
    Ok(blocks)
}

/// What an office counts in a year, and the form of its numbers. It counts as it began the year, in a form that tells
/// apart what is counted apart: two letters would have one number otherwise.
fn form_of<'a>(rule: &NumberRule, mut of_year: impl Iterator<Item = &'a LeaseState>) -> (Vec<Series>, NumberTemplate) {
    let Some(LeaseState { lease, .. }) = of_year.next() else { return (rule.series(), rule.lease_template()) };
    let began = if lease.series == Series::all() { NumberScope::All } else { NumberScope::Code };
    if began == rule.scope {
        return (rule.series(), rule.lease_template());
    }
    (NumberRule { scope: began, ..rule.clone() }.series(), lease.template.clone())
}

impl HubCall {
    /// What is to be committed so that the node has the letter numbers it needs. To be called once, when all commits were
    /// told and judging has caught up with this office, before the reply is made.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn grants(&self, store: &Reader, now_millis: i64) -> Result<Option<HubCommit>, DriverError> {
        let Some(caller) = self.caller.as_ref().filter(|_| self.is_complete() && self.leaving.is_none()) else {
            return Ok(None);
        };
        // Who was told more than is here has perhaps a block of which nothing is here either, and gives it back first.
        if self.out_of_step.is_some() || caller.hello.cursor.is_some_and(|cursor| cursor.position != caller.feed_after)
        {
            return Ok(None);
        }
        let of = (caller.hello.node, caller.hello.epoch, caller.office);
        let blocks = blocks_needed(store, &self.identity, of, 0, now_millis)?;
        Ok(if blocks.is_empty() { None } else { Some(HubCommit(HubWork::Grant(blocks))) })
    }
}
