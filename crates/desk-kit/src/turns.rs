//! Who may have a secret looked at now. Each look takes a core and 19 MiB for a while: a few at a time, the others one after
//! the other as they came, so that whoever comes in a flood has a turn, too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Language;
use crate::secret::Memory;

/// So many wait at most: at 0.1 s a look, nobody for more than some seconds.
const WAITING_MAX: usize = 256;
/// So many from one machine: it takes no more of the places than its own.
const WAITING_OF_ONE_MAX: usize = 64;

/// The turns of everybody. `K`: where somebody comes from.
#[derive(Debug)]
pub struct Turns<K: Ord>(Arc<Places<K>>);

#[derive(Debug)]
struct Places<K: Ord> {
    free: Arc<Semaphore>,
    waiting: Mutex<BTreeMap<K, usize>>,
    /// As many as ever went on together.
    memory: Mutex<Vec<Memory>>,
}

/// One turn, for as long as it lives: also on a thread that goes on when nobody waits for its answer any more.
#[derive(Debug)]
pub struct Turn<K: Ord> {
    memory: Memory,
    waited: Waiting<K>,
    _place: OwnedSemaphorePermit,
}

/// A place in the queue.
#[derive(Debug)]
struct Waiting<K: Ord> {
    places: Arc<Places<K>>,
    from: K,
}

impl<K: Ord> Turn<K> {
    /// What a look takes.
    pub const fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }
}

impl<K: Ord> Drop for Turn<K> {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        self.waited.places.memory.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

impl<K: Ord> Drop for Waiting<K> {
    fn drop(&mut self) {
        let mut waiting = self.places.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.from);
            }
        }
    }
}

impl<K: Ord + Clone> Turns<K> {
    /// Has so many go on together.
    pub fn new(together: usize) -> Self {
        let (waiting, memory) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Places { free: Arc::new(Semaphore::new(together)), waiting, memory }))
    }

    /// Waits for a turn; nothing where too many wait already.
    pub async fn take(&self, from: K) -> Option<Turn<K>> {
        let waited = self.wait(from)?;
        let place = Arc::clone(&self.0.free).acquire_owned().await.ok()?;
        let memory = self.0.memory.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        Some(Turn { memory, waited, _place: place })
    }

    fn wait(&self, from: K) -> Option<Waiting<K>> {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.values().sum::<usize>() >= WAITING_MAX {
            return None;
        }
        let count = waiting.entry(from.clone()).or_default();
        if *count >= WAITING_OF_ONE_MAX {
            return None;
        }
        *count += 1;
        drop(waiting);
        Some(Waiting { places: Arc::clone(&self.0), from })
    }
}

/// What to say to whom there was no turn for.
pub const fn no_turn(language: Language) -> &'static str {
    language.pick(
        "Terlalu banyak yang masuk pada saat yang sama. Tidak ada yang berubah; coba lagi setelah beberapa detik.",
        "Too many are signing in at the same time. Nothing was changed; try again in some seconds.",
    )
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_few_go_on_together_and_the_others_follow_as_they_came() {
        let turns = Turns::<u8>::new(2);
        let mut context = Context::from_waker(Waker::noop());
        let (mut one, mut two) = (pin!(turns.take(1)), pin!(turns.take(1)));
        let (mut three, mut four) = (pin!(turns.take(1)), pin!(turns.take(2)));
        let (Poll::Ready(Some(first)), Poll::Ready(Some(_second))) =
            (one.as_mut().poll(&mut context), two.as_mut().poll(&mut context))
        else {
            panic!("both had a place")
        };
        assert!(three.as_mut().poll(&mut context).is_pending() && four.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert!(four.as_mut().poll(&mut context).is_pending(), "another one came before");
        assert!(three.as_mut().poll(&mut context).is_ready());
    }

    #[test]
    fn one_machine_takes_no_more_than_its_own_places_and_gives_them_back() {
        let turns = Turns::<u8>::new(1);
        let mut held: Vec<_> = (0..WAITING_OF_ONE_MAX).map(|_| turns.wait(1).unwrap()).collect();
        assert!(turns.wait(1).is_none() && turns.wait(2).is_some());
        held.pop();
        held.push(turns.wait(1).unwrap());
        held.clear();
        assert!(turns.0.waiting.lock().unwrap().is_empty());
        let all: Vec<_> = (0..=u8::MAX).map(|from| turns.wait(from).unwrap()).collect();
        assert!(turns.wait(7).is_none(), "nor do all of them together fill the memory");
        drop(all);
    }
}
