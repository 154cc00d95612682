//! How many connections there may be at once, in all and from one machine.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Enough for every PC of an office.
const ALL: usize = 128;
/// A browser opens six at most, and a machine may run some.
const OF_ONE: usize = 24;

/// All places.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: Mutex<BTreeMap<IpAddr, usize>>,
}

/// One that is taken, until its value ends.
#[derive(Debug)]
pub(super) struct Place {
    among: Arc<Places>,
    of: IpAddr,
}

impl Places {
    /// Takes one; nothing when all are taken, or those of that machine.
    pub(super) fn take(self: &Arc<Self>, of: IpAddr) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let count = taken.entry(of).or_default();
        if all < ALL && *count < OF_ONE {
            *count += 1;
            return Some(Place { among: Arc::clone(self), of });
        }
        if *count == 0 {
            taken.remove(&of);
        }
        None
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.among.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_cannot_take_the_places_of_the_others() {
        let places = Arc::new(Places::default());
        let ip = |last: u8| IpAddr::from([192, 168, 1, last]);
        let mut held: Vec<Place> = (0..OF_ONE).map_while(|_| places.take(ip(1))).collect();
        assert_eq!(held.len(), OF_ONE);
        assert!(places.take(ip(1)).is_none() && places.take(ip(2)).is_some());
        held.pop();
        held.extend(places.take(ip(1)));
        assert_eq!(held.len(), OF_ONE);
        for machine in 2..=9 {
            held.extend((0..OF_ONE).map_while(|_| places.take(ip(machine))));
        }
        assert_eq!(held.len(), ALL);
        assert!(places.take(ip(10)).is_none());
        drop(held);
        assert!(places.taken.lock().unwrap().is_empty());
    }
}
