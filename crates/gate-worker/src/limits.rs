//! What the child may take.

use std::io;

/// Address space of the child, in bytes. The largest document needs a small part of it; the rest is for the program
/// itself, its stacks and what the allocator keeps. (Unix only.)
pub const MEMORY_MAX: u64 = 512 * 1024 * 1024;

/// Stack of the thread that judges.
pub(crate) const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Limits this process, for good. No core file either: it would hold personal data.
#[cfg(unix)]
pub(crate) fn apply() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    for (resource, wanted) in [(Resource::As, MEMORY_MAX), (Resource::Core, 0)] {
        let limit = Some(getrlimit(resource).maximum.map_or(wanted, |most| most.min(wanted)));
        setrlimit(resource, Rlimit { current: limit, maximum: limit })?;
    }
    Ok(())
}

/// Nothing of the kind here: a memory blow-up ends with the machine's own means.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(crate) fn apply() -> io::Result<()> {
    Ok(())
}
