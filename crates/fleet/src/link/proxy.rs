//! Listens where the node calls and carries to the hub.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::plan::{Flap, LinkPlan};
use super::pump::{self, End, Way};
use super::tally::Tally;
use crate::generate::Dice;

/// A line that could not be laid. Nothing was begun.
#[derive(Debug, thiserror::Error)]
#[error("no local port could be opened for a line ({0}): close programs that hold many connections, then run again")]
pub struct LinkError(#[from] io::Error);

/// One line on loopback. Ends, with all it carries, when dropped.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    line: Arc<Line>,
    accepting: JoinHandle<()>,
    flapping: Mutex<Option<JoinHandle<()>>>,
    seed: u64,
}

/// What all connections of a line share.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) plan: LinkPlan,
    count: Mutex<Count>,
    up: watch::Sender<bool>,
}

#[derive(Debug)]
struct Count {
    tally: Tally,
    /// Bytes until the next cut.
    left: u64,
}

impl Link {
    /// Lays a line to `hub`, up at once. The seed decides when it goes down once [`Link::flap`] was called.
    ///
    /// # Errors
    ///
    /// When no local port can be opened.
    pub async fn open(hub: SocketAddr, plan: LinkPlan, seed: u64) -> Result<Self, LinkError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let left = plan.cut_every.unwrap_or(u64::MAX).max(1);
        let count = Mutex::new(Count { tally: Tally::default(), left });
        let line = Arc::new(Line { plan, count, up: watch::Sender::new(true) });
        let accepting = tokio::spawn(accept(listener, hub, Arc::clone(&line)));
        Ok(Self { address, line, accepting, flapping: Mutex::new(None), seed })
    }

    /// Begins to go up and down by itself, if the plan says so.
    pub fn flap(&self) {
        let begun = self
            .line
            .plan
            .flap
            .map(|flap| tokio::spawn(go_up_and_down(Arc::clone(&self.line), flap, Dice::new(self.seed))));
        self.replace_flapping(begun);
    }

    /// Where the node calls.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the line down, which cuts all it carries, or up again. A line that flaps goes on flapping from there.
    pub fn set_up(&self, up: bool) {
        self.line.up.send_replace(up);
    }

    /// Whether it is up.
    pub fn is_up(&self) -> bool {
        *self.line.up.borrow()
    }

    /// What went through so far. Bytes count when they enter the line: a cut may swallow some of them.
    pub fn tally(&self) -> Tally {
        self.line.count().tally
    }

    /// Stops going up and down by itself, and stays up.
    pub fn calm(&self) {
        self.replace_flapping(None);
        self.set_up(true);
    }

    fn replace_flapping(&self, new: Option<JoinHandle<()>>) {
        let mut flapping = self.flapping.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = std::mem::replace(&mut *flapping, new) {
            old.abort();
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Connections see the line go down and end; the rest ends here.
        self.replace_flapping(None);
        self.set_up(false);
        self.accepting.abort();
    }
}

impl Line {
    /// The part of these bytes that still gets through, and whether the line is cut right after it.
    pub(super) fn pass<'a>(&self, way: Way, bytes: &'a [u8]) -> (&'a [u8], bool) {
        let mut count = self.count();
        let fits = usize::try_from(count.left).unwrap_or(usize::MAX).min(bytes.len());
        let passed = bytes.get(..fits).unwrap_or(bytes);
        count.left -= fits as u64;
        match way {
            Way::Up => count.tally.up += fits as u64,
            Way::Down => count.tally.down += fits as u64,
        }
        let cut = count.left == 0;
        if cut {
            count.left = self.plan.cut_every.unwrap_or(u64::MAX).max(1);
        }
        (passed, cut)
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, hub: SocketAddr, line: Arc<Line>) {
    loop {
        // Out of file handles: the callers wait in the queue until some are free.
        let Ok((node, _)) = listener.accept().await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        if *line.up.borrow() {
            tokio::spawn(connection(node, hub, Arc::clone(&line)));
        } else {
            line.count().tally.turned_away += 1;
        }
    }
}

async fn connection(node: TcpStream, hub: SocketAddr, line: Arc<Line>) {
    let mut up = line.up.subscribe();
    let Ok(hub) = TcpStream::connect(hub).await else { return };
    // Small frames must not wait for the acknowledgement of others: the plan alone says how late bytes are.
    if node.set_nodelay(true).and_then(|()| hub.set_nodelay(true)).is_err() {
        return;
    }
    line.count().tally.connections += 1;
    let (from_node, to_node) = node.into_split();
    let (from_hub, to_hub) = hub.into_split();
    let both = async {
        let upward = pump::carry(from_node, to_hub, &line, Way::Up);
        let downward = pump::carry(from_hub, to_node, &line, Way::Down);
        tokio::pin!(upward, downward);
        // A closed direction leaves the other open; a cut ends both.
        tokio::select! {
            end = &mut upward => if end == End::Cut { end } else { downward.await },
            end = &mut downward => if end == End::Cut { end } else { upward.await },
        }
    };
    let cut = tokio::select! {
        end = both => end == End::Cut,
        _ = up.wait_for(|up| !up) => true,
    };
    if cut {
        line.count().tally.cuts += 1;
    }
}

async fn go_up_and_down(line: Arc<Line>, flap: Flap, mut dice: Dice) {
    loop {
        sleep(drawn(&mut dice, flap.up)).await;
        line.up.send_replace(false);
        sleep(drawn(&mut dice, flap.down)).await;
        line.up.send_replace(true);
    }
}

fn drawn(dice: &mut Dice, (least, most): (Duration, Duration)) -> Duration {
    let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    Duration::from_millis(dice.between(millis(least), millis(most)).into())
}
