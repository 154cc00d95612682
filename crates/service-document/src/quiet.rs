//! Runs code that may panic and turns the panic into an answer, without its report on the terminal.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static CAUGHT_HERE: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What `run` returns, or `None` if it panicked.
///
/// The caller must make everything `run` changes inside of it: after a panic in Automerge one document in six
/// can no longer be saved, so nothing that it touched may live on.
///
/// Panics of other threads, and of this one outside of `run`, are reported as before.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !CAUGHT_HERE.try_with(Cell::get).unwrap_or(false) {
                before(info);
            }
        }));
    });
    let outer = CAUGHT_HERE.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(run));
    CAUGHT_HERE.set(outer);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_none_and_the_mark_is_taken_back() {
        assert_eq!(caught(|| 5), Some(5));
        assert_eq!(caught(|| -> u8 { panic!("inside") }), None);
        assert_eq!(caught(|| caught(|| -> u8 { panic!("deeper") }).unwrap_or(7)), Some(7));
        assert!(!CAUGHT_HERE.get());
    }
}
