//! Everything a replica holds checked, signatures included: nodes' signed heads at the hub, the hub's receipts at a node.

use change_log::{EpochId, Position};
use office_model::Bilingual;
use replica_store::{Claim, LogState, ProblemKind, Reader, Role, StoreError, Testimony, VerifyReport, Watch};
use sync_protocol::{FrameKind, FrameReader, LogName, Receipt, SignedHello, VerifyingKey};

use crate::NodeIdentity;
use crate::advice::advice;

/// What was found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What the store found, and which signatures do not fit.
    pub report: VerifyReport,
    /// Every log that a signature should cover, and how far it does.
    pub covered: Vec<Covered>,
}

/// How far a signature covers a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// The log.
    pub epoch: EpochId,
    /// Up to here it should be signed: at the hub its end, at a node what the hub acknowledged.
    pub position: Position,
    /// Up to here it is. The next complete exchange covers the rest.
    pub signed: Position,
}

impl Verified {
    /// What to do, one piece of advice for each kind of problem found. Feeds and rows are made from the logs: while those
    /// are in doubt nothing is said of what does not fit them.
    pub fn advice(&self, role: Role) -> Vec<Bilingual> {
        let mut kinds: Vec<ProblemKind> = self.report.problems.iter().map(|problem| problem.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.first().is_some_and(|&first| first <= ProblemKind::Signature) {
            kinds.retain(|&kind| kind <= ProblemKind::Signature);
        }
        kinds.into_iter().map(|kind| advice(kind, role)).collect()
    }
}

/// Verifies a node. `watch` is told how much is done, and how much there is.
///
/// # Errors
/// When the database cannot be read for another reason than damage, which is a problem of the report.
pub fn verify_node(replica: &Reader, identity: &NodeIdentity, watch: &mut Watch<'_>) -> Result<Verified, StoreError> {
    let report = replica.verify_with(&mut |testimony| receipt(identity, testimony), watch)?;
    let own = logs(replica, &report)?.into_iter().filter(|log| log.own);
    let covered = own.map(|log| Covered { epoch: log.epoch, position: log.acknowledged, signed: log.receipted });
    Ok(Verified { report, covered: covered.collect() })
}

/// Verifies a hub. Logs of revoked nodes are verified like all others: what they signed before stands.
///
/// # Errors
/// When the database cannot be read for another reason than damage, which is a problem of the report.
pub fn verify_hub(replica: &Reader, watch: &mut Watch<'_>) -> Result<Verified, StoreError> {
    let report = replica.verify_with(&mut |testimony| head(replica, testimony), watch)?;
    // Without a node: of a life of this hub that a backup did not know, given back by the offices. Its leases are signed.
    let of_nodes = logs(replica, &report)?.into_iter().filter(|log| !log.own && log.node.is_some());
    let covered = of_nodes.map(|log| Covered { epoch: log.epoch, position: log.position, signed: log.signed });
    Ok(Verified { report, covered: covered.collect() })
}

/// The logs; none when the report says already that they cannot be read.
fn logs(replica: &Reader, report: &VerifyReport) -> Result<Vec<LogState>, StoreError> {
    match replica.logs() {
        Err(error) if error.is_damage() && !report.is_sound() => Ok(Vec::new()),
        logs => logs,
    }
}

fn receipt(identity: &NodeIdentity, testimony: Testimony<'_>) -> (Vec<Claim>, Vec<String>) {
    let Testimony { log, receipt, .. } = testimony;
    one("the hub's receipt", log.receipted, receipt, |bytes| {
        let mut frames = FrameReader::new();
        frames.push(bytes);
        let frame = frames.next().ok().flatten().filter(|frame| frame.kind == FrameKind::Receipt);
        let receipt = frame.and_then(|frame| Receipt::decode(&frame.payload).ok()).ok_or("cannot be read")?;
        let name = LogName { hub: identity.hub, office: identity.office, node: identity.node, epoch: log.epoch };
        receipt.verify(&identity.hub_key, &name).map_err(|_| "does not carry the hub's signature")?;
        Ok((receipt.position, receipt.chain))
    })
}

fn head(replica: &Reader, testimony: Testimony<'_>) -> (Vec<Claim>, Vec<String>) {
    let Testimony { log, head, .. } = testimony;
    if log.own {
        return (Vec::new(), Vec::new());
    }
    one("its signed head", log.signed, head, |bytes| {
        let signed = SignedHello::decode(bytes).map_err(|_| "cannot be read")?;
        // Another node of the office may have brought the log back; revoked or not, its key is still known.
        let node = replica.registered_node(signed.claimed_node()).ok().flatten();
        let node = node.ok_or("is of a node that is not in the registry")?;
        let key = VerifyingKey::from_bytes(&node.public_key).map_err(|_| "is of a node whose key is no key")?;
        let hello = signed.verify(&key, replica.hub(), node.office);
        let hello = hello.map_err(|_| "does not carry the signature of the node's registered key")?;
        if hello.epoch != log.epoch || log.office != Some(node.office) {
            return Err("is for another log");
        }
        Ok((hello.position, hello.chain))
    })
}

/// What one signed statement claims, or what is wrong with it. `position`: what the log's row says that it covers.
fn one(
    by: &'static str,
    position: Position,
    bytes: Option<&[u8]>,
    read: impl FnOnce(&[u8]) -> Result<(Position, change_log::ChainHash), &'static str>,
) -> (Vec<Claim>, Vec<String>) {
    let Some(bytes) = bytes else {
        let lost = (position > 0).then(|| format!("{by} for position {position} is missing"));
        return (Vec::new(), lost.into_iter().collect());
    };
    match read(bytes) {
        Ok((signed, _)) if signed != position => {
            (Vec::new(), vec![format!("{by} is for position {signed}, not for {position}")])
        }
        Ok((position, chain)) => (vec![Claim { by, position, chain }], Vec::new()),
        Err(fault) => (Vec::new(), vec![format!("{by} {fault}")]),
    }
}

#[cfg(test)]
mod tests {
    use replica_store::Problem;

    use super::*;

    #[test]
    fn nothing_made_from_the_logs_is_called_the_only_fault_while_the_logs_are_in_doubt() {
        use ProblemKind::{Feed, File, Log, Signature, View};
        let told = |kinds: &[ProblemKind]| {
            let problems = kinds.iter().map(|&kind| Problem { kind, text: String::new() }).collect();
            let report = VerifyReport { problems, ..VerifyReport::default() };
            Verified { report, covered: Vec::new() }.advice(Role::Hub)
        };
        for cause in [File, Log, Signature] {
            assert_eq!(told(&[View, cause, Feed]), vec![advice(cause, Role::Hub)]);
        }
        assert_eq!(told(&[View, Feed]), vec![advice(Feed, Role::Hub), advice(View, Role::Hub)]);
    }
}
