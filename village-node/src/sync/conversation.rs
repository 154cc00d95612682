//! The exchange that runs just now: whether the hub answered in it, and how far it is.

use exchange_driver::Progress;

use super::passing::{GoingOn, Passing};

/// An exchange under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Talking {
    /// When the hub first answered in it: device clock, milliseconds since 1970 UTC.
    pub(crate) heard_millis: Option<i64>,
    /// How far it is; nothing has moved of one that waits for news.
    pub(crate) progress: Progress,
}

/// What is said just now: a node makes one exchange at a time.
pub(crate) type Conversation = Passing<Talking>;

impl GoingOn<'_, Talking> {
    /// How far it is; `heard_millis` is kept from the first time on that there is one.
    pub(super) fn tell(&self, heard_millis: Option<i64>, progress: Progress) {
        self.note(|talking| {
            *talking = Talking { heard_millis: talking.heard_millis.or(heard_millis), progress };
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_since_when_the_hub_answered() {
        let conversation = Conversation::default();
        let under_way = conversation.begin(Talking::default());
        let said = || conversation.now().map(|talking| (talking.heard_millis, talking.progress.sent));
        for (heard, sent, first) in [(None, 3, None), (Some(10), 4, Some(10)), (Some(20), 5, Some(10))] {
            under_way.tell(heard, Progress { sent, ..Progress::default() });
            assert_eq!(said(), Some((first, sent)));
        }
    }
}
