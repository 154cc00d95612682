//! Connections that have not asked for anything yet. When all places are taken, the oldest of them makes room: whoever
//! opens connections and says nothing must not keep an office out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// All of them, the oldest first.
#[derive(Default)]
pub(super) struct Silent {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    waiting: BTreeMap<u64, Arc<Notify>>,
}

/// One of them, until it asks for something. Forgotten with its value.
pub(super) struct Guest {
    among: Arc<Silent>,
    number: u64,
    sent_away: Arc<Notify>,
}

impl Silent {
    pub(super) fn enter(self: &Arc<Self>) -> Guest {
        let sent_away = Arc::new(Notify::new());
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let number = inner.next;
        inner.next += 1;
        inner.waiting.insert(number, Arc::clone(&sent_away));
        Guest { among: Arc::clone(self), number, sent_away }
    }

    /// Sends the oldest away. False when there is none.
    pub(super) fn make_room(&self) -> bool {
        let oldest = self.inner.lock().unwrap_or_else(PoisonError::into_inner).waiting.pop_first();
        let found = oldest.is_some();
        if let Some((_, guest)) = oldest {
            guest.notify_one();
        }
        found
    }
}

impl Guest {
    /// It asked for something: nobody sends it away any more.
    pub(super) fn spoke(&self) {
        self.among.inner.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&self.number);
    }

    /// Ends when it is to go.
    pub(super) async fn sent_away(&self) {
        self.sent_away.notified().await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.spoke();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_that_said_nothing_goes_first() {
        let silent = Arc::new(Silent::default());
        let guests = [silent.enter(), silent.enter(), silent.enter()];
        guests[0].spoke();
        assert!(silent.make_room());
        guests[1].sent_away().await;
        let [_, _, third] = guests;
        drop(third);
        assert!(!silent.make_room());
    }
}
