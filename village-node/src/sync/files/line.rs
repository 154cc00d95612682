//! Which attached file is on the line just now, and how much of it is over.

use change_log::BlobHash;
use serde_json::{Value, json};

use crate::sync::passing::{GoingOn, Passing};

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the hub.
    Up,
    /// From the hub.
    Down,
}

/// A file that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moving {
    pub(crate) hash: BlobHash,
    pub(crate) way: Way,
    /// So many bytes are where it goes: by the hub's own word, or on this machine. What left here may be lost on the way.
    pub(crate) held: u64,
    pub(crate) size: u64,
}

impl Moving {
    /// As programs read it.
    pub(crate) fn to_json(self) -> Value {
        let way = match self.way {
            Way::Up => "up",
            Way::Down => "down",
        };
        json!({"hash": self.hash, "way": way, "held": self.held, "size": self.size})
    }
}

/// What is on the line: one file at a time.
pub(crate) type Line = Passing<Moving>;

impl GoingOn<'_, Moving> {
    /// So many bytes of the file are over.
    pub(super) fn held(&self, bytes: u64) {
        self.note(|moving| moving.held = bytes.min(moving.size));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_of_a_file_is_over_than_all_of_it() {
        let line = Line::default();
        let on_line = line.begin(Moving { hash: BlobHash([7; 32]), way: Way::Up, held: 10, size: 100 });
        for (over, held) in [(60, 60), (200, 100)] {
            on_line.held(over);
            assert_eq!(line.now().map(|moving| moving.held), Some(held));
        }
    }
}
