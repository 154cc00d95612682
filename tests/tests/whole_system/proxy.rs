//! A link between node and hub that counts bytes, breaks after exactly so many of them, and is as slow as it is told to be.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};

/// Bytes that a narrow connection takes in at once; the system doubles it for its own needs.
const NARROW: usize = 2304;

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the node to the hub.
    Up,
    /// From the hub to the node.
    Down,
}

/// How a line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// Both sides see an end (FIN).
    End,
    /// Both sides see the connection reset (RST).
    Reset,
}

/// A break to come.
struct Cut {
    way: Way,
    how: Break,
    /// Connections of before do not count.
    first: u64,
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
    connections: AtomicU64,
    /// Bytes that passed to the hub, and from it.
    passed: [AtomicU64; 2],
    /// Bytes a second in each direction; 0: as fast as they come.
    pace: AtomicU64,
    /// Whether only little fits on the way at once.
    narrow: AtomicBool,
}

/// A TCP proxy on a free port.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Proxy {
    pub(crate) fn to(hub: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            hub: Mutex::new(hub),
            line: Mutex::new(Line::Up),
            connections: AtomicU64::new(0),
            passed: Default::default(),
            pace: AtomicU64::new(0),
            narrow: AtomicBool::new(false),
        });
        let (accepting, accepts) = (Arc::clone(&shared), listener.try_clone().unwrap());
        // Ends with the test process.
        thread::spawn(move || {
            for node in accepts.incoming().map_while(Result::ok) {
                join(&accepting, node);
            }
        });
        Self { address, listener, shared }
    }

    /// The hub is elsewhere now.
    pub(crate) fn lead_to(&self, hub: SocketAddr) {
        *self.shared.hub.lock().unwrap() = hub;
    }

    /// Lets so many bytes of new connections pass in a direction, then does `act`, hangs up, and stays down.
    pub(crate) fn break_after(&self, way: Way, bytes: usize, act: impl FnOnce() + Send + 'static) {
        self.arm(way, Break::End, bytes, Box::new(act));
    }

    /// Lets so many bytes of new connections pass in a direction, then breaks, and stays down.
    pub(crate) fn cut_after(&self, way: Way, how: Break, bytes: usize) {
        self.arm(way, how, bytes, Box::new(|| {}));
    }

    fn arm(&self, way: Way, how: Break, left: usize, act: Box<dyn FnOnce() + Send>) {
        let first = self.shared.connections.load(Ordering::SeqCst);
        *self.shared.line.lock().unwrap() = Line::Breaks(Cut { way, how, first, left, act });
    }

    /// Bytes that passed in a direction so far.
    pub(crate) fn passed(&self, way: Way) -> u64 {
        self.shared.passed[usize::from(way == Way::Down)].load(Ordering::SeqCst)
    }

    /// From now on no more than so many bytes a second pass in each direction; 0: as fast as they come.
    pub(crate) fn slow(&self, bytes_a_second: u64) {
        self.shared.pace.store(bytes_a_second, Ordering::SeqCst);
    }

    /// From now on new connections take in so little at once that a sender never gets rid of a whole segment of its own, as with
    /// the small windows of radio links.
    pub(crate) fn narrow(&self) {
        // Before a connection comes: what a window was offered for once cannot be taken back.
        set_socket_recv_buffer_size(&self.listener, NARROW).unwrap();
        self.shared.narrow.store(true, Ordering::SeqCst);
    }

    /// Connections so far.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Whether the break came.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(*self.shared.line.lock().unwrap(), Line::Down)
    }

    pub(crate) fn mend(&self) {
        *self.shared.line.lock().unwrap() = Line::Up;
    }
}

/// The two sockets of a connection. They close with its value.
struct Pair {
    number: u64,
    node: TcpStream,
    hub: TcpStream,
    reset: AtomicBool,
}

impl Pair {
    fn hang_up(&self, how: Break) {
        let both = [&self.node, &self.hub];
        if how == Break::Reset {
            self.reset.store(true, Ordering::SeqCst);
            for socket in both {
                set_socket_linger(socket, Some(Duration::ZERO)).unwrap();
            }
        }
        // A socket that is to be reset says nothing before it closes.
        let way = if self.reset.load(Ordering::SeqCst) { Shutdown::Read } else { Shutdown::Both };
        for socket in both {
            // The other side may have gone before.
            let _ = socket.shutdown(way);
        }
    }
}

fn join(shared: &Arc<Shared>, node: TcpStream) {
    let number = shared.connections.fetch_add(1, Ordering::SeqCst);
    if matches!(*shared.line.lock().unwrap(), Line::Down) {
        return;
    }
    let Ok(hub) = TcpStream::connect(*shared.hub.lock().unwrap()) else { return };
    for socket in [&node, &hub] {
        socket.set_nodelay(true).unwrap();
    }
    let pair = Arc::new(Pair { number, node, hub, reset: AtomicBool::new(false) });
    for way in [Way::Up, Way::Down] {
        let (shared, pair) = (Arc::clone(shared), Arc::clone(&pair));
        thread::spawn(move || pair.hang_up(carry(&shared, way, &pair)));
    }
}

/// Carries bytes until the connection ends; says how to end it for the other direction too.
fn carry(shared: &Shared, way: Way, pair: &Pair) -> Break {
    let (mut from, mut to) = match way {
        Way::Up => (&pair.node, &pair.hub),
        Way::Down => (&pair.hub, &pair.node),
    };
    let mut buffer = [0; 16 * 1024];
    let fits = if shared.narrow.load(Ordering::SeqCst) { NARROW / 4 } else { buffer.len() };
    while let Ok(read @ 1..) = from.read(&mut buffer[..fits]) {
        let (some, cut) = allowed(shared, way, pair.number, read);
        shared.passed[usize::from(way == Way::Down)].fetch_add(some as u64, Ordering::SeqCst);
        if let Some(micros) = (some as u64 * 1_000_000).checked_div(shared.pace.load(Ordering::SeqCst)) {
            thread::sleep(Duration::from_micros(micros));
        }
        if to.write_all(&buffer[..some]).is_err() && cut.is_none() {
            return Break::End;
        }
        if let Some(cut) = cut {
            (cut.act)();
            return cut.how;
        }
    }
    Break::End
}

/// How many of these bytes pass, and what happens then.
fn allowed(shared: &Shared, way: Way, number: u64, bytes: usize) -> (usize, Option<Cut>) {
    let mut line = shared.line.lock().unwrap();
    match &mut *line {
        Line::Breaks(cut) if cut.way == way && cut.first <= number => {
            if cut.left > bytes {
                cut.left -= bytes;
                return (bytes, None);
            }
            let Line::Breaks(cut) = std::mem::replace(&mut *line, Line::Down) else { unreachable!() };
            (cut.left, Some(cut))
        }
        Line::Up | Line::Breaks(_) => (bytes, None),
        Line::Down => (0, None),
    }
}
