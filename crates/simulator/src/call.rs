//! One exchange over a link that may be cut at any byte in either direction.

use std::sync::Arc;

use exchange_driver::{
    CallPlan, GoneBack, HubCall, HubIdentity, HubStep, NextFrame, NodeCall, NodeIdentity, Outcome, commit_all, judge,
};
use replica_store::{DirectGate, Reader};

use crate::Failure;
use crate::machine::Machine;

/// How many more bytes a direction carries; `None`: as many as come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) up: Option<usize>,
    pub(crate) down: Option<usize>,
    /// The hub sends its acknowledgements at once, or they wait for the end of the request (a proxy in between buffers).
    pub(crate) buffered: bool,
}

/// What became of an exchange.
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    pub(crate) hub_died: bool,
    pub(crate) node_died: bool,
    /// The hub's data went back unseen, as the node showed.
    pub(crate) gone_back: Option<GoneBack>,
}

struct HubSide<'a> {
    machine: &'a mut Machine,
    reader: Reader,
    call: HubCall,
    out: Vec<u8>,
    died: bool,
}

/// Lets the node call the hub once.
pub(crate) fn exchange(
    node: &mut Machine,
    hub: &mut Machine,
    identities: (&NodeIdentity, &Arc<HubIdentity>),
    plan: CallPlan,
    mut link: Link,
    now: i64,
) -> Result<Ended, Failure> {
    let (identity, hub_identity) = identities;
    let mut ended =
        Ended { outcome: Outcome::Cut, bytes_up: 0, bytes_down: 0, hub_died: false, node_died: false, gone_back: None };
    let Ok(mut call) = NodeCall::begin(node.replica()?, identity, plan, now) else {
        ended.node_died = true;
        return Ok(ended);
    };
    let reader = hub.replica()?.reader().map_err(Failure::other)?;
    let hub_call = HubCall::new(Arc::clone(hub_identity));
    let mut side = HubSide { machine: hub, reader, call: hub_call, out: Vec::new(), died: false };
    let mut whole = true;
    loop {
        let frame = match call.next_frame(node.replica()?).map_err(Failure::other)? {
            NextFrame::Bytes(frame) => frame,
            NextFrame::Wait => {
                call.stop_waiting();
                continue;
            }
            NextFrame::Complete => break,
        };
        let carried = carry(&mut link.up, &frame);
        side.receive(carried, now)?;
        whole = carried.len() == frame.len();
        if !link.buffered && !deliver(&mut call, node, &mut side.out, &mut link, now)? {
            ended.node_died = true;
            break;
        }
        if !whole || side.died || link.down == Some(0) {
            break;
        }
    }
    side.call.request_ended(whole && !ended.node_died);
    if whole && !side.died && !ended.node_died {
        side.answer(now)?;
        ended.node_died = !deliver(&mut call, node, &mut side.out, &mut link, now)?;
    }
    ended.hub_died = side.died;
    ended.gone_back = side.call.gone_back();
    let progress = call.progress();
    (ended.bytes_up, ended.bytes_down) = (progress.bytes_up, progress.bytes_down);
    if !ended.node_died {
        match call.end(node.replica()?, now) {
            Ok(outcome) => ended.outcome = outcome,
            Err(_) => ended.node_died = true,
        }
    }
    Ok(ended)
}

fn carry<'a>(budget: &mut Option<usize>, bytes: &'a [u8]) -> &'a [u8] {
    let count = budget.map_or(bytes.len(), |budget| budget.min(bytes.len()));
    if let Some(budget) = budget {
        *budget -= count;
    }
    bytes.get(..count).unwrap_or(bytes)
}

/// False when the node died of it.
fn deliver(
    call: &mut NodeCall,
    node: &mut Machine,
    out: &mut Vec<u8>,
    link: &mut Link,
    now: i64,
) -> Result<bool, Failure> {
    let bytes = std::mem::take(out);
    let carried = carry(&mut link.down, &bytes);
    match call.receive(node.replica()?, &mut DirectGate, carried, now) {
        Ok(()) => Ok(true),
        Err(exchange_driver::DriverError::Store(_)) => Ok(false),
        Err(error) => Err(Failure::other(error)),
    }
}

impl HubSide<'_> {
    fn receive(&mut self, bytes: &[u8], now: i64) -> Result<(), Failure> {
        if self.died {
            return Ok(());
        }
        let steps = self.call.receive(&self.reader, bytes, now).map_err(Failure::other)?;
        self.work(steps)
    }

    fn work(&mut self, steps: Vec<HubStep>) -> Result<(), Failure> {
        let mut steps = std::collections::VecDeque::from(steps);
        while let Some(step) = steps.pop_front() {
            match step {
                HubStep::Send(bytes) => self.out.extend(bytes),
                HubStep::Commit(commit) => {
                    let Ok(outcomes) = commit_all(self.machine.replica()?, vec![vec![commit]]) else {
                        self.died = true;
                        return Ok(());
                    };
                    for outcome in outcomes.into_iter().flatten() {
                        let more = self.call.committed(outcome).map_err(Failure::other)?;
                        for step in more.into_iter().rev() {
                            steps.push_front(step);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, now: i64) -> Result<(), Failure> {
        loop {
            match judge(self.machine.replica()?, &mut DirectGate, now) {
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => {
                    self.died = true;
                    return Ok(());
                }
            }
        }
        if let Some(grants) = self.call.grants(&self.reader, now).map_err(Failure::other)?
            && commit_all(self.machine.replica()?, vec![vec![grants]]).is_err()
        {
            self.died = true;
            return Ok(());
        }
        // The wait itself takes no time here.
        if self.call.may_wait(&self.reader).map_err(Failure::other)? {
            let closing = self.call.closing_commits(now);
            if commit_all(self.machine.replica()?, vec![closing]).is_err() {
                self.died = true;
                return Ok(());
            }
        }
        while let Some(bytes) = self.call.reply(&self.reader, now).map_err(Failure::other)? {
            self.out.extend(bytes);
        }
        let closing = self.call.closing_commits(now);
        if !closing.is_empty() {
            self.died |= commit_all(self.machine.replica()?, vec![closing]).is_err();
        }
        Ok(())
    }
}
