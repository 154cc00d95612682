//! The last 24 hours of the link diary, as a strip: when the hub was reached, when it was tried in vain.

use office_model::counted;
use replica_store::Contact;

use crate::desk::frame::bar::is_reached;
use crate::desk::frame::texts::Texts;
use crate::desk::moments;

const SLOT_MILLIS: i64 = 15 * 60_000;
const SLOTS: usize = 96;

/// The strip; a slot is a quarter of an hour, the last one is now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) runs: Vec<Run>,
    /// For how long the hub was reached, milliseconds.
    reached_millis: i64,
    /// When the program was started, where nothing was noted before in these 24 hours.
    since_millis: Option<i64>,
}

/// Slots in a row that are alike.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) count: usize,
    pub(crate) reached: bool,
}

/// A slot of which something was noted.
#[derive(Debug, Clone, Copy)]
struct Slot {
    reached: bool,
    /// From the beginning of the first contact in it that reached the hub to the end of the last one.
    first: i64,
    last: i64,
}

impl Day {
    /// Of contacts, the latest first. `started_millis`: when this program was started.
    pub(crate) fn of(contacts: &[Contact], now_millis: i64, started_millis: i64) -> Self {
        let start = now_millis - SLOT_MILLIS * i64::try_from(SLOTS).unwrap_or_default();
        let slot = |millis: i64| usize::try_from((millis - start) / SLOT_MILLIS).unwrap_or_default().min(SLOTS - 1);
        let mut slots: [Option<Slot>; SLOTS] = [None; SLOTS];
        let mut is_older = false;
        for contact in contacts {
            let end = contact.at_millis.saturating_add_unsigned(contact.duration_millis);
            // Before the strip, or of a clock that was wrong.
            if end < start || contact.at_millis > now_millis {
                continue;
            }
            is_older |= contact.at_millis < started_millis;
            let (first, last) = (slot(contact.at_millis), slot(end));
            for (at, state) in slots.iter_mut().enumerate().take(last + 1).skip(first) {
                let begins = start + SLOT_MILLIS * i64::try_from(at).unwrap_or_default();
                let (from, to) = (contact.at_millis.max(begins), end.min(begins + SLOT_MILLIS).min(now_millis));
                let known = state.get_or_insert(Slot { reached: false, first: i64::MAX, last: i64::MIN });
                if is_reached(contact) {
                    (known.reached, known.first, known.last) = (true, known.first.min(from), known.last.max(to));
                }
            }
        }
        let mut day =
            Self { since_millis: (!is_older && started_millis > start).then_some(started_millis), ..Self::default() };
        let mut before: Option<Slot> = None;
        for (at, state) in slots.into_iter().enumerate() {
            let Some(slot) = state else {
                before = None;
                continue;
            };
            if slot.reached {
                // Between two contacts in slots next to each other it was there as well.
                let from = before.filter(|before| before.reached).map_or(slot.first, |before| before.last);
                day.reached_millis += (slot.last - from).max(0);
            }
            before = Some(slot);
            let reached = slot.reached;
            match day.runs.last_mut().filter(|run| run.reached == reached && run.start + run.count == at) {
                Some(run) => run.count += 1,
                None => day.runs.push(Run { start: at, count: 1, reached }),
            }
        }
        day
    }

    /// For how long the hub was reached, in words: never longer than the program ran.
    pub(crate) fn reached(&self, t: &Texts) -> String {
        let minutes = (self.reached_millis / 60_000).unsigned_abs();
        match (minutes / 60, minutes % 60) {
            (0, 0) if self.reached_millis > 0 => t.under_a_minute.to_owned(),
            (0, minutes) => counted(minutes, t.minute, t.minutes),
            (hours, 0) => counted(hours, t.hour, t.hours),
            (hours, minutes) => {
                format!("{} {}", counted(hours, t.hour, t.hours), counted(minutes, t.minute, t.minutes))
            }
        }
    }

    /// Of which time that is said.
    pub(crate) fn said_of(&self, now_millis: i64, t: &Texts) -> String {
        match self.since_millis {
            None => t.last_day.to_owned(),
            Some(since) => format!("{} {} {}", t.since_start, moments::short(since, now_millis), t.reached_for),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::frame::language::{Language, Worded as _};

    fn contact(minutes_ago: i64, minutes: u64, outcome: &str) -> Contact {
        Contact {
            at_millis: NOW - minutes_ago * MINUTE,
            outcome: outcome.to_owned(),
            bytes_up: 0,
            bytes_down: 0,
            duration_millis: minutes * 60_000,
            frames: 0,
            bytes_per_second: None,
        }
    }

    const NOW: i64 = 1_795_712_400_000;
    const MINUTE: i64 = 60_000;
    const LONG_AGO: i64 = NOW - 100 * 24 * 60 * MINUTE;

    fn said(contacts: &[Contact], started_millis: i64) -> (String, String) {
        let t = Language::English.texts();
        let day = Day::of(contacts, NOW, started_millis);
        (day.said_of(NOW, t), day.reached(t))
    }

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
        let day = Day::of(&contacts, NOW, LONG_AGO);
        let run = |start, count, reached| Run { start, count, reached };
        assert_eq!(day.runs, [run(82, 1, false), run(92, 1, false), run(93, 3, true)]);
        // From 40 minutes ago to 5 minutes ago.
        assert_eq!(day.reached_millis, 35 * MINUTE);
        assert_eq!(Day::of(&[], NOW, LONG_AGO), Day::default());
        assert_eq!(said(&[contact(3000, 6000, "waited")], LONG_AGO).1, "24 hours");
        assert_eq!(said(&[contact(90, 89, "waited")], LONG_AGO).1, "1 hour 29 minutes");
        assert_eq!(said(&[contact(90, 61, "waited")], LONG_AGO).1, "1 hour 1 minute");
    }

    #[test]
    fn the_hub_was_never_reached_for_longer_than_the_program_ran() {
        let since_start = [contact(1, 0, "proven"), contact(28, 20, "waited")];
        let (of, reached) = said(&since_start, NOW - 28 * MINUTE);
        assert_eq!(
            (of.as_str(), reached.as_str()),
            ("Since this program was started at 26-11-2026 23:32 the hub could be reached for", "27 minutes",)
        );
        // It ran before, too.
        let both = [contact(1, 0, "proven"), contact(300, 2, "proven")];
        let (of, reached) = said(&both, NOW - 28 * MINUTE);
        assert!(of.starts_with("In the last 24 hours"), "{of}");
        assert_eq!(reached, "2 minutes", "hours between two contacts are not known");
        let blink = Contact { duration_millis: 900, ..contact(3, 0, "proven") };
        assert_eq!(said(&[blink], LONG_AGO).1, "less than a minute");
        assert_eq!(said(&[contact(3, 1, "cut")], LONG_AGO).1, "0 minutes");
    }
}
