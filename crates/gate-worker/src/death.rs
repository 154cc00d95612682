//! How a child came to its end while it had questions to answer.

use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// It did not answer in time and was killed.
    Silent(Duration),
    /// It ended.
    Ended(ExitStatus),
    /// It answered something else.
    Nonsense,
}

impl Death {
    /// How often a document may bring a child down that has nothing else to judge, until it is held guilty. It was
    /// among the suspects once before.
    pub(crate) fn is_proof(self, deaths: u32) -> bool {
        deaths
            >= match self {
                Self::Silent(_) => 1,
                // A person or the system may have done it.
                Self::Ended(status) if is_from_outside(status) => 5,
                Self::Ended(_) | Self::Nonsense => 2,
            }
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(limit) => write!(f, "no answer in {} s", limit.as_secs()),
            Self::Ended(status) => match (status.code(), signal(*status)) {
                (_, Some(signal)) => write!(f, "ended by signal {signal}"),
                (code, None) => write!(f, "ended with code {}", code.unwrap_or(-1)),
            },
            Self::Nonsense => f.write_str("unreadable answer"),
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// HUP, INT, QUIT, KILL, TERM: signals that a faulty program does not send itself.
fn is_from_outside(status: ExitStatus) -> bool {
    matches!(signal(status), Some(1 | 2 | 3 | 9 | 15))
}
