//! A link between node and hub that counts bytes and breaks after exactly so many of them.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the node to the hub.
    Up,
    /// From the hub to the node.
    Down,
}

/// A break to come.
struct Cut {
    way: Way,
    /// Bytes that still pass.
    left: usize,
    /// Done when they have passed, before the sockets are shut.
    act: Box<dyn FnOnce() + Send>,
}

enum Line {
    Up,
    Breaks(Cut),
    /// Broken: who connects is hung up on until the line is mended.
    Down,
}

struct Shared {
    hub: Mutex<SocketAddr>,
    line: Mutex<Line>,
    passed: [AtomicU64; 2],
}

/// A TCP proxy on a free port.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    pub(crate) fn to(hub: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            hub: Mutex::new(hub),
            line: Mutex::new(Line::Up),
            passed: [AtomicU64::new(0), AtomicU64::new(0)],
        });
        let accepting = Arc::clone(&shared);
        // Ends with the test process.
        thread::spawn(move || {
            for node in listener.incoming().map_while(Result::ok) {
                join(&accepting, &node);
            }
        });
        Self { address, shared }
    }

    /// The hub is elsewhere now.
    pub(crate) fn lead_to(&self, hub: SocketAddr) {
        *self.shared.hub.lock().unwrap() = hub;
    }

    /// Lets so many more bytes pass in a direction, then does `act`, hangs up, and stays down.
    pub(crate) fn break_after(&self, way: Way, bytes: usize, act: impl FnOnce() + Send + 'static) {
        *self.shared.line.lock().unwrap() = Line::Breaks(Cut { way, left: bytes, act: Box::new(act) });
    }

    /// Whether the break came.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(*self.shared.line.lock().unwrap(), Line::Down)
    }

    pub(crate) fn mend(&self) {
        *self.shared.line.lock().unwrap() = Line::Up;
    }

    /// Bytes that passed in a direction since the start.
    pub(crate) fn passed(&self, way: Way) -> u64 {
        self.shared.passed[way as usize].load(Ordering::SeqCst)
    }
}

fn join(shared: &Arc<Shared>, node: &TcpStream) {
    if matches!(*shared.line.lock().unwrap(), Line::Down) {
        return;
    }
    let Ok(hub) = TcpStream::connect(*shared.hub.lock().unwrap()) else { return };
    for (way, from, to) in [(Way::Up, node, &hub), (Way::Down, &hub, node)] {
        let (shared, from, to) = (Arc::clone(shared), from.try_clone().unwrap(), to.try_clone().unwrap());
        from.set_nodelay(true).unwrap();
        thread::spawn(move || {
            carry(&shared, way, &from, &to);
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        });
    }
}

fn carry(shared: &Shared, way: Way, mut from: &TcpStream, mut to: &TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let (some, cut) = allowed(shared, way, read);
        if to.write_all(&buffer[..some]).is_err() && cut.is_none() {
            return;
        }
        shared.passed[way as usize].fetch_add(some as u64, Ordering::SeqCst);
        if let Some(cut) = cut {
            return (cut.act)();
        }
    }
}

/// How many of these bytes pass, and what happens then.
fn allowed(shared: &Shared, way: Way, bytes: usize) -> (usize, Option<Cut>) {
    let mut line = shared.line.lock().unwrap();
    match &mut *line {
        Line::Breaks(cut) if cut.way == way && cut.left <= bytes => {
            let Line::Breaks(cut) = std::mem::replace(&mut *line, Line::Down) else { unreachable!() };
            (cut.left, Some(cut))
        }
        Line::Breaks(cut) if cut.way == way => {
            cut.left -= bytes;
            (bytes, None)
        }
        Line::Up | Line::Breaks(_) => (bytes, None),
        Line::Down => (0, None),
    }
}
