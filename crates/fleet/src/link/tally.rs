//! What went through a line.

/// Counted outside the programs at both ends, TLS and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Bytes that left the node for the hub.
    pub up: u64,
    /// Bytes that left the hub for the node.
    pub down: u64,
    /// Connections the line cut: by count of bytes, or because it went down.
    pub cuts: u64,
    /// Connections that came about.
    pub connections: u64,
    /// Connections tried while the line was down.
    pub turned_away: u64,
}
