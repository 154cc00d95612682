//! The exchange that runs just now: whether the hub answered in it, and how far it is.

use std::sync::{Mutex, PoisonError};

use exchange_driver::Progress;

/// An exchange under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Talking {
    /// When the hub first answered in it: device clock, milliseconds since 1970 UTC.
    pub(crate) heard_millis: Option<i64>,
    /// How far it is; nothing has moved of one that waits for news.
    pub(crate) progress: Progress,
}

/// What is said just now: a node makes one exchange at a time.
#[derive(Default)]
pub(crate) struct Conversation(Mutex<Option<Talking>>);

impl Conversation {
    /// The exchange that runs now.
    pub(crate) fn now(&self) -> Option<Talking> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An exchange begins, until what this gives is dropped: whoever makes it may be dropped at any moment.
    pub(super) fn begin(&self) -> UnderWay<'_> {
        self.set(Some(Talking { heard_millis: None, progress: Progress::default() }));
        UnderWay(self)
    }

    fn set(&self, talking: Option<Talking>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = talking;
    }
}

/// The exchange, as long as this lives.
pub(super) struct UnderWay<'a>(&'a Conversation);

impl UnderWay<'_> {
    /// How far it is; `heard_millis` is kept from the first time on that there is one.
    pub(super) fn note(&self, heard_millis: Option<i64>, progress: Progress) {
        if let Some(talking) = &mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) {
            talking.heard_millis = talking.heard_millis.or(heard_millis);
            talking.progress = progress;
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_as_long_as_it_runs_and_since_when_the_hub_answered() {
        let conversation = Conversation::default();
        assert!(conversation.now().is_none());
        let under_way = conversation.begin();
        under_way.note(None, Progress { sent: 3, ..Progress::default() });
        let said = |talking: Talking| (talking.heard_millis, talking.progress.sent);
        assert_eq!(conversation.now().map(said), Some((None, 3)));
        under_way.note(Some(10), Progress { sent: 4, ..Progress::default() });
        under_way.note(Some(20), Progress { sent: 5, ..Progress::default() });
        assert_eq!(conversation.now().map(said), Some((Some(10), 5)));
        drop(under_way);
        assert!(conversation.now().is_none());
    }
}
