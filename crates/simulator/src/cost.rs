//! What it costs to find and repair a few differences in an archive.

use exchange_driver::Outcome;

use crate::call::Link;
use crate::{Failure, Faults, World};

const GOOD: Link = Link { up: None, down: None, buffered: false };
/// Exchanges that must be enough.
const EXCHANGES_MAX: usize = 16;

/// Bytes of bodies, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// To send the archive the first time.
    pub archive: u64,
    /// From the loss until both sides are proven equal again.
    pub repair: u64,
}

/// One node records, is proven equal, and then `lost` of its entries vanish at the node and as many others at the hub.
///
/// # Errors
/// When they are not proven equal again soon.
pub fn cost(records: usize, lost: u64) -> Result<Cost, Failure> {
    let mut world = World::new(1, Faults::Damage)?;
    for _ in 0..records {
        world.record(0)?;
    }
    let archive = until_proven(&mut world)?;
    let node = world.nodes.first_mut().ok_or_else(|| Failure::other("no node"))?.machine.replica()?;
    let (epoch, hub) = (node.epoch(), world.hub.replica()?);
    let step = records as u64 / (2 * lost + 1);
    for index in 0..lost {
        node.lose_entry(epoch, 1 + 2 * index * step).map_err(Failure::other)?;
        hub.lose_entry(epoch, 1 + (2 * index + 1) * step).map_err(Failure::other)?;
    }
    let repair = until_proven(&mut world)?;
    Ok(Cost { archive, repair })
}

fn until_proven(world: &mut World) -> Result<u64, Failure> {
    let mut bytes = 0;
    for _ in 0..EXCHANGES_MAX {
        let ended = world.exchange(0, GOOD)?;
        bytes += ended.bytes_up + ended.bytes_down;
        if matches!(ended.outcome, Outcome::Proven { .. }) {
            return Ok(bytes);
        }
    }
    Err(Failure::Promise(format!("not proven after {EXCHANGES_MAX} exchanges")))
}
