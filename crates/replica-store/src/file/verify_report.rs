//! What verification is given, and what it finds.

use std::fmt;

use change_log::{ChainHash, Position};

use crate::LogState;

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// Logs looked at.
    pub logs: u64,
    /// Entries looked at.
    pub entries: u64,
    /// Documents looked at.
    pub documents: u64,
    /// Feeds looked at.
    pub feeds: u64,
    /// Attached files looked at.
    pub blobs: u64,
    /// What is wrong, at most [`PROBLEMS_MAX`]. Empty: all is as it should be.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where to look for the cause and the cure.
    pub kind: ProblemKind,
    /// What is wrong, one sentence.
    pub text: String,
}

/// What kind of data is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The database file itself.
    File,
    /// Entries and chains: what was recorded.
    Log,
    /// What somebody else signed about a log.
    Signature,
    /// The hub's lists of what each office gets.
    Feed,
    /// Attached files: the other side may have them.
    Blob,
    /// Rows, search, digests: made from the entries, and can be made again.
    View,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A chain value that somebody else vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who and with what, as a sentence names it: "the hub's receipt".
    pub by: &'static str,
    /// The position.
    pub position: Position,
    /// The chain there.
    pub chain: ChainHash,
}

/// What is known of a log beside its entries: its signed head, its receipt.
#[derive(Debug, Clone, Copy)]
pub struct Testimony<'a> {
    /// The log.
    pub log: &'a LogState,
    /// The signed head kept with it.
    pub head: Option<&'a [u8]>,
    /// The receipt kept with it.
    pub receipt: Option<&'a [u8]>,
}

/// Takes a testimony apart: what it claims, and what is wrong with it.
pub type Examiner<'e> = dyn FnMut(Testimony<'_>) -> (Vec<Claim>, Vec<String>) + 'e;

/// Told of how much is done, and of how much in all.
pub type Watch<'w> = dyn FnMut(u64, u64) + 'w;

/// More problems than this are not listed.
pub const PROBLEMS_MAX: usize = 1000;

impl VerifyReport {
    /// Whether nothing is wrong.
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn problem(&mut self, kind: ProblemKind, text: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { kind, text });
        }
    }
}
