//! Which attached file is on the line just now, and how much of it is over.

use std::sync::{Mutex, PoisonError};

use change_log::BlobHash;
use serde_json::{Value, json};

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
#[derive(Default)]
pub(crate) struct Line(Mutex<Option<Moving>>);

impl Line {
    /// The file that moves now.
    pub(crate) fn now(&self) -> Option<Moving> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file begins to move, until what this gives is dropped: whoever moves it may be dropped at any moment.
    pub(super) fn begin(&self, moving: Moving) -> OnLine<'_> {
        self.set(Some(moving));
        OnLine(self)
    }

    fn set(&self, moving: Option<Moving>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moving;
    }
}

/// The file that moves, as long as this lives.
pub(super) struct OnLine<'a>(&'a Line);

impl OnLine<'_> {
    /// So many bytes of it are over.
    pub(super) fn held(&self, bytes: u64) {
        if let Some(moving) = &mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) {
            moving.held = bytes.min(moving.size);
        }
    }
}

impl Drop for OnLine<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_on_the_line_as_long_as_somebody_moves_it() {
        let line = Line::default();
        let moving = Moving { hash: BlobHash([7; 32]), way: Way::Up, held: 10, size: 100 };
        let on_line = line.begin(moving);
        assert_eq!(line.now(), Some(moving));
        on_line.held(60);
        assert_eq!(line.now().map(|moving| moving.held), Some(60));
        on_line.held(200);
        assert_eq!(line.now().map(|moving| moving.held), Some(100), "never more than all of it");
        drop(on_line);
        assert_eq!(line.now(), None);
    }
}
