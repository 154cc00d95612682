//! Carries the bytes of one direction of one connection.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::plan::LinkPlan;
use super::proxy::Line;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// How the carrying ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The sender closed its side, or either side is gone.
    Closed,
    /// The count of bytes is up: the connection must be cut now.
    Cut,
}

/// On the line, and due at the other end.
struct Piece {
    due: Instant,
    bytes: Vec<u8>,
    last: bool,
}

/// Pieces on the line at once; more wait at the sender, as on a real line.
const PIECES: usize = 64;
const PIECE_BYTES: usize = 8 * 1024;

/// Carries until the sender ends or the line cuts.
pub(super) async fn carry(from: OwnedReadHalf, to: OwnedWriteHalf, line: &Line, way: Way) -> End {
    let (sender, receiver) = mpsc::channel(PIECES);
    let (taken, given) = tokio::join!(take(from, sender, line, way), give(to, receiver));
    // Either side may be gone without a word: that is the end of this direction, not a fault of the line.
    match (taken, given) {
        (Ok(()), Ok(end)) => end,
        _ => End::Closed,
    }
}

async fn take(mut from: OwnedReadHalf, sender: mpsc::Sender<Piece>, line: &Line, way: Way) -> io::Result<()> {
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let read = from.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        let (passed, last) = line.pass(way, bytes);
        sleep(time_on(&line.plan, passed.len())).await;
        let piece = Piece { due: Instant::now() + line.plan.latency, bytes: passed.to_vec(), last };
        if sender.send(piece).await.is_err() || last {
            return Ok(());
        }
    }
}

async fn give(mut to: OwnedWriteHalf, mut receiver: mpsc::Receiver<Piece>) -> io::Result<End> {
    while let Some(piece) = receiver.recv().await {
        sleep_until(piece.due).await;
        to.write_all(&piece.bytes).await?;
        if piece.last {
            return Ok(End::Cut);
        }
    }
    to.shutdown().await?;
    Ok(End::Closed)
}

fn time_on(plan: &LinkPlan, bytes: usize) -> Duration {
    let micros = |speed: u32| (bytes as u64).saturating_mul(1_000_000) / u64::from(speed.max(1));
    plan.bytes_per_second.map_or(Duration::ZERO, |speed| Duration::from_micros(micros(speed)))
}
