//! Exchanges that wait at the hub until there is something new for their office.
//!
//! One holds a socket and a few kilobytes: no place among the exchanges, no reader, no codec.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use office_model::OfficeCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::Judged;
use crate::settings::Settings;

/// Who waits for what.
pub(crate) struct Waiting {
    seats: Arc<Semaphore>,
    seats_max: u32,
    longest: Duration,
    offices: Mutex<HashMap<OfficeCode, watch::Sender<()>>>,
}

impl Waiting {
    pub(super) fn new(settings: &Settings) -> Self {
        let seats_max = if settings.wait_seconds == 0 { 0 } else { settings.waiting() };
        Self {
            seats: Arc::new(Semaphore::new(seats_max)),
            seats_max: u32::try_from(seats_max).unwrap_or(u32::MAX),
            longest: Duration::from_secs(settings.wait_seconds.into()),
            offices: Mutex::default(),
        }
    }

    /// A seat for one that waits, if one is left.
    pub(super) fn seat(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.seats).try_acquire_owned().ok()
    }

    /// How many wait.
    pub(crate) fn seated(&self) -> usize {
        usize::try_from(self.seats_max).unwrap_or(usize::MAX).saturating_sub(self.seats.available_permits())
    }

    /// Done when nobody waits any more.
    pub(super) async fn all_left(&self) {
        // The semaphore is never closed.
        let _ = self.seats.acquire_many(self.seats_max).await;
    }

    /// How long the next one may wait: up to an eighth less than the longest, so that those who came together, after
    /// the hub was away, do not come back together. `chance`: any number.
    pub(super) fn patience(&self, chance: u8) -> Duration {
        self.longest.saturating_sub(self.longest / 8 * u32::from(chance) / 256)
    }

    /// Hears of what is told about an office from now on.
    pub(super) fn listen(&self, office: OfficeCode) -> watch::Receiver<()> {
        let mut offices = self.offices.lock().unwrap_or_else(PoisonError::into_inner);
        offices.entry(office).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// Tells those who wait for an office that its feed may have grown. What a village sends may be brought before its
    /// sub-district, and what a sub-district decides concerns its villages: so they hear of each other.
    pub(super) fn tell(&self, office: OfficeCode) {
        let offices = self.offices.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, listeners) in offices.iter() {
            if *code == office || code.district() == Some(office) || office.district() == Some(*code) {
                listeners.send_replace(());
            }
        }
    }

    /// The same for all offices.
    pub(crate) fn tell_all(&self) {
        let offices = self.offices.lock().unwrap_or_else(PoisonError::into_inner);
        for listeners in offices.values() {
            listeners.send_replace(());
        }
    }
}

/// Tells what exchanges brought as soon as the gate has judged it.
pub(super) fn tell_when_judged(waiting: &Arc<Waiting>, judged: &Judged, office: OfficeCode, round: u64) {
    let (waiting, judged) = (Arc::clone(waiting), judged.clone());
    tokio::spawn(async move {
        judged.round(round).await;
        waiting.tell(office);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(waiting_max: usize, wait_seconds: u32) -> Waiting {
        Waiting::new(&Settings { waiting_max: Some(waiting_max), wait_seconds, ..Settings::default() })
    }

    #[test]
    fn seats_are_counted_and_none_is_given_where_waiting_is_off() {
        let two = waiting(2, 60);
        let (first, second) = (two.seat(), two.seat());
        assert!(first.is_some() && second.is_some() && two.seat().is_none());
        drop(first);
        assert!(two.seat().is_some());
        assert!(waiting(2, 0).seat().is_none());
    }

    #[test]
    fn patience_is_spread_but_never_above_the_longest() {
        let one = waiting(1, 240);
        assert_eq!(one.patience(0), Duration::from_secs(240));
        assert!(one.patience(255) > Duration::from_secs(210) && one.patience(255) < Duration::from_secs(211));
    }

    #[tokio::test]
    async fn only_those_of_the_office_hear() {
        let all = waiting(2, 60);
        let (one, other) = ("35.10.01.2001".parse().unwrap(), "35.10.01.2002".parse().unwrap());
        let (mut of_one, mut of_other) = (all.listen(one), all.listen(other));
        let (district, other_district) = ("35.10.01".parse().unwrap(), "35.10.02".parse().unwrap());
        let (mut of_district, of_other_district) = (all.listen(district), all.listen(other_district));
        all.tell(one);
        assert!(of_one.changed().await.is_ok());
        assert!(of_district.changed().await.is_ok(), "it may have been brought before its sub-district");
        assert!(!of_other.has_changed().unwrap());
        all.tell(district);
        assert!(of_one.changed().await.is_ok() && of_other.changed().await.is_ok());
        assert!(!of_other_district.has_changed().unwrap());
        all.tell_all();
        assert!(of_one.has_changed().unwrap() && of_other.changed().await.is_ok());
    }
}
