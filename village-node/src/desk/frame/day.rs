//! The last 24 hours of the link diary, as a strip: when the hub was reached, when it was tried in vain.

use replica_store::Contact;

use crate::desk::frame::bar::is_reached;

const SLOT_MILLIS: i64 = 15 * 60_000;
const SLOTS: usize = 96;

/// The strip; a slot is a quarter of an hour, the last one is now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) runs: Vec<Run>,
    /// Slots in which the hub was reached.
    reached: usize,
}

/// Slots in a row that are alike.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) count: usize,
    pub(crate) reached: bool,
}

impl Day {
    /// Of contacts, the latest first.
    pub(crate) fn of(contacts: &[Contact], now_millis: i64) -> Self {
        let start = now_millis - SLOT_MILLIS * i64::try_from(SLOTS).unwrap_or_default();
        let slot = |millis: i64| usize::try_from((millis - start) / SLOT_MILLIS).unwrap_or_default().min(SLOTS - 1);
        let mut slots = [None; SLOTS];
        for contact in contacts {
            let end = contact.at_millis.saturating_add_unsigned(contact.duration_millis);
            // Before the strip, or of a clock that was wrong.
            if end < start || contact.at_millis > now_millis {
                continue;
            }
            let (first, last) = (slot(contact.at_millis), slot(end));
            for state in slots.iter_mut().take(last + 1).skip(first) {
                *state = Some(state.unwrap_or_default() || is_reached(contact));
            }
        }
        let mut day = Self::default();
        for (at, state) in slots.into_iter().enumerate() {
            let Some(reached) = state else { continue };
            day.reached += usize::from(reached);
            match day.runs.last_mut().filter(|run| run.reached == reached && run.start + run.count == at) {
                Some(run) => run.count += 1,
                None => day.runs.push(Run { start: at, count: 1, reached }),
            }
        }
        day
    }

    /// Hours and minutes in which the hub was reached, to a quarter of an hour.
    pub(crate) const fn reached(&self) -> (usize, usize) {
        (self.reached / 4, self.reached % 4 * 15)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(minutes_ago: i64, minutes: u64, outcome: &str) -> Contact {
        Contact {
            at_millis: NOW - minutes_ago * 60_000,
            outcome: outcome.to_owned(),
            bytes_up: 0,
            bytes_down: 0,
            duration_millis: minutes * 60_000,
            frames: 0,
            bytes_per_second: None,
        }
    }

    const NOW: i64 = 1_795_712_400_000;

    #[test]
    fn a_strip_shows_what_the_diary_says_and_nothing_else() {
        let contacts = [
            contact(-5, 0, "proven"),
            contact(1, 0, "cut"),
            contact(5, 0, "proven"),
            contact(40, 20, "waited"),
            contact(50, 0, "unreachable"),
            contact(200, 0, "unreachable"),
            contact(3000, 0, "proven"),
        ];
        let day = Day::of(&contacts, NOW);
        let run = |start, count, reached| Run { start, count, reached };
        assert_eq!(day.runs, [run(82, 1, false), run(92, 1, false), run(93, 3, true)]);
        assert_eq!(day.reached(), (0, 45));
        assert_eq!(Day::of(&[], NOW), Day::default());
        assert_eq!(Day::of(&[contact(3000, 6000, "waited")], NOW).reached(), (24, 0));
    }
}
