//! What goes on just now, for whoever looks: one thing at a time.

use std::sync::{Mutex, PoisonError};

/// It, as long as it goes on.
pub(crate) struct Passing<T>(Mutex<Option<T>>);

impl<T> Default for Passing<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Copy> Passing<T> {
    /// What goes on now.
    pub(crate) fn now(&self) -> Option<T> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It begins, and goes on until what this gives is dropped: whoever does it may be dropped at any moment.
    pub(super) fn begin(&self, what: T) -> GoingOn<'_, T> {
        self.set(Some(what));
        GoingOn(self)
    }

    fn set(&self, what: Option<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

/// It goes on, as long as this lives.
pub(super) struct GoingOn<'a, T: Copy>(&'a Passing<T>);

impl<T: Copy> GoingOn<'_, T> {
    /// Changes what is told of it.
    pub(super) fn note(&self, change: impl FnOnce(&mut T)) {
        if let Some(what) = &mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) {
            change(what);
        }
    }
}

impl<T: Copy> Drop for GoingOn<'_, T> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_as_long_as_it_goes_on() {
        let passing = Passing::default();
        assert_eq!(passing.now(), None);
        let going_on = passing.begin(10);
        assert_eq!(passing.now(), Some(10));
        going_on.note(|count| *count += 50);
        assert_eq!(passing.now(), Some(60));
        drop(going_on);
        assert_eq!(passing.now(), None);
    }
}
