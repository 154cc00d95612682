//! What an exchange told of a node, for the hub's diary.

use change_log::{EpochId, NodeId, Position};
use replica_store::{HubWork, NodeCall};
use sync_exchange::{CURSOR, FORK, UNRESOLVED};
use sync_protocol::{FaultCode, VerdictState};

use crate::{HubCall, HubCommit};

/// Who called about which log, and how far it came. The node's signature was good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTold {
    /// The node.
    pub node: NodeId,
    /// The log it called about.
    pub epoch: EpochId,
    /// Where it said that this log ends.
    pub claimed: Position,
    /// Changes that were taken from it.
    pub changes: u64,
    end: CallEnd,
}

/// How an exchange ended, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CallEnd {
    /// Not by its own end.
    #[default]
    Open,
    Refused(FaultCode),
    Verdict(VerdictState),
}

impl CallTold {
    /// The diary's word for how it ended. `waited`: the verdict was held back until there was news.
    pub fn outcome(&self, waited: bool) -> String {
        match self.end {
            CallEnd::Open => "cut".to_owned(),
            // A repair begins with the next exchange.
            CallEnd::Refused(FORK | CURSOR | UNRESOLVED) | CallEnd::Verdict(VerdictState::More) => "again".to_owned(),
            CallEnd::Refused(code) => format!("refused {}", code.number()),
            CallEnd::Verdict(VerdictState::Proven) if waited => "waited".to_owned(),
            CallEnd::Verdict(VerdictState::Proven) => "proven".to_owned(),
            CallEnd::Verdict(_) => "differs".to_owned(),
        }
    }
}

impl HubCall {
    /// What is known so far; nothing before the node's signature was found good.
    pub fn told(&self) -> Option<CallTold> {
        let (node, epoch, claimed) = self.signed_by?;
        let changes = self.appended_to.saturating_sub(self.held_at_hello);
        Some(CallTold { node, epoch, claimed, changes, end: self.end })
    }
}

impl HubCommit {
    /// A line of the diary.
    pub const fn called(call: NodeCall) -> Self {
        Self(HubWork::Called(call))
    }
}
