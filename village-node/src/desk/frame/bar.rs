//! The state bar of every page: the link, what is unsent, when both sides were last proven equal.

use exchange_driver::Progress;
use office_model::counted;
use replica_store::{Contact, Reader};

use crate::action::{ClockState, hub_offset, now, numbers};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::texts::Texts;
use crate::desk::moments;
use crate::sync::{LinkState, Linked, Talking};
use crate::{Failure, moment};

/// A clock that is off by less is not worth a word.
const CLOCK_NOTABLE_MILLIS: i64 = 2 * 60_000;
/// With fewer the bar says so loudly.
const FEW_NUMBERS: u32 = 10;

/// What the bar says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bar {
    /// Whether the hub was reached last time; nothing when it was never called.
    pub(crate) up: Option<bool>,
    pub(crate) since: String,
    /// Nothing goes on: the hub shut this machine out or refused for another reason, or what is stored here is damaged.
    pub(crate) turned_away: Option<TurnedAway>,
    pub(crate) unsent: u64,
    /// Attached files that never went to a hub.
    pub(crate) files_waiting: u64,
    /// The attached file that moves just now, as words; empty where none does.
    pub(crate) moving: String,
    /// How far the exchange is that runs just now, as words; empty where there is little to exchange.
    pub(crate) syncing: String,
    pub(crate) refused: u64,
    /// When both sides were last proven equal; empty for never.
    pub(crate) proven: String,
    /// Nothing was recorded or received since.
    pub(crate) equal_now: bool,
    /// Letters that this machine can still number; nothing when it was never granted any.
    pub(crate) numbers_left: Option<u32>,
    /// It needs letter numbers and was never granted any.
    pub(crate) lacks_numbers: bool,
    /// Minutes that this machine's clock is behind, ahead below 0; 0 when it is right.
    pub(crate) clock_minutes: i64,
    /// It is behind by more than that, nobody knows by how much.
    pub(crate) is_at_least: bool,
    /// The day and time it shows, where somebody has to say whether that is right; else empty.
    pub(crate) in_doubt: String,
}

/// Why nothing goes on between this machine and the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnedAway {
    /// It shut this machine out.
    Revoked,
    /// Another reason, which the page of the link tells.
    Refused,
    /// It does not get that far: what is stored here is damaged.
    Stuck,
}

impl Bar {
    /// As it stands now.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn of(reader: &Reader, now_millis: i64) -> Result<Self, Failure> {
        let Some(office) = reader.office() else { return Ok(Self::default()) };
        let (unsent, refused) = reader.unsent_and_refused()?;
        let proof = reader.last_proof(&office)?;
        let equal_now = unsent == 0
            && proof.is_some_and(|proof| reader.office_digest(&office).is_ok_and(|digest| digest == proof.digest));
        let linked = Linked::of(reader)?;
        let clock = ClockState::of(reader);
        let offset = hub_offset(reader).unwrap_or_default();
        let numbers_left = numbers::left(reader, now_millis)?;
        Ok(Self {
            up: linked.map(|linked| linked.state == LinkState::Reached),
            turned_away: linked.and_then(|linked| turned_away(linked.state)),
            // By the hub's clock, as it is kept.
            since: linked.map_or_else(String::new, |linked| moments::short(linked.since_millis, now(reader))),
            unsent,
            files_waiting: reader.files_unsent()?,
            moving: String::new(),
            syncing: String::new(),
            refused,
            proven: proof.map_or_else(String::new, |proof| moments::short(proof.at_millis, now_millis)),
            equal_now,
            numbers_left,
            lacks_numbers: numbers_left.is_none() && office.is_village(),
            clock_minutes: if offset.abs() < CLOCK_NOTABLE_MILLIS { 0 } else { offset / 60_000 },
            is_at_least: matches!(clock, ClockState::Behind { .. }),
            in_doubt: match clock {
                ClockState::Doubtful { .. } => moments::long(now_millis),
                ClockState::Known { .. } | ClockState::Behind { .. } => String::new(),
            },
        })
    }
}

/// An exchange of fewer changes is over before anybody reads how far it is.
const SYNC_NOTABLE: u64 = 20;

impl Bar {
    /// As it stands while an exchange runs, by a clock that the hub's is so much ahead of: a link on which the hub answers is there, whatever the last one found.
    pub(crate) fn while_talking(self, talking: Option<Talking>, offset_millis: i64, language: Language) -> Self {
        let Some(talking) = talking else { return self };
        let Progress { to_send, acknowledged, .. } = talking.progress;
        let t = language.texts();
        let notable = to_send >= SYNC_NOTABLE && acknowledged < to_send;
        let syncing =
            if notable { format!("{} {acknowledged} {} {to_send}", t.syncing, t.out_of) } else { String::new() };
        let heard = talking.heard_millis.filter(|_| self.up != Some(true) && self.turned_away.is_none());
        match heard {
            Some(heard) => {
                let by_hub = |millis: i64| millis.saturating_add(offset_millis);
                let since = moments::short(by_hub(heard), by_hub(moment::now_millis()));
                Self { up: Some(true), since, syncing, ..self }
            }
            None => Self { syncing, ..self },
        }
    }
}

impl Bar {
    /// Whether the hub shut this machine out.
    pub(crate) fn is_shut_out(&self) -> bool {
        self.turned_away == Some(TurnedAway::Revoked)
    }

    /// Whether the hub answers, and refuses.
    pub(crate) fn is_refused(&self) -> bool {
        self.turned_away == Some(TurnedAway::Refused)
    }

    /// Whether nothing goes on because of what is stored here.
    pub(crate) fn is_stuck(&self) -> bool {
        self.turned_away == Some(TurnedAway::Stuck)
    }

    /// By how much the clock is wrong, and what to do about it.
    pub(crate) fn clock(&self, t: &Texts) -> String {
        let off = how_long(self.clock_minutes.unsigned_abs(), t);
        let way = match (self.is_at_least, self.clock_minutes > 0) {
            (true, _) => t.clock_behind_at_least,
            (false, true) => t.clock_behind,
            (false, false) => t.clock_ahead,
        };
        format!("{way} {off}. {}", t.clock_advice)
    }

    /// How many attached files wait to be sent.
    pub(crate) fn files(&self, t: &Texts) -> String {
        counted(self.files_waiting, t.file_unsent, t.files_unsent)
    }

    /// How many letter numbers are left; nothing where none were ever granted.
    pub(crate) fn numbers(&self, t: &Texts) -> Option<String> {
        self.numbers_left.map(|left| counted(left.into(), t.number_left, t.numbers_left))
    }

    /// Whether no number is left, and the hub was asked: another sync would change nothing.
    pub(crate) fn awaits_numbers(&self) -> bool {
        let is_linked = self.up == Some(true) && self.equal_now;
        is_linked && (self.lacks_numbers || self.numbers_left == Some(0))
    }

    /// Whether letters will soon go without a number.
    pub(crate) fn has_few_numbers(&self) -> bool {
        self.numbers_left.is_some_and(|left| left < FEW_NUMBERS)
    }
}

/// So many minutes in the unit that fits.
pub(crate) fn how_long(minutes: u64, t: &Texts) -> String {
    match minutes {
        0..120 => counted(minutes, t.minute, t.minutes),
        120..2880 => format!("{} {}", minutes / 60, t.hours),
        _ => format!("{} {}", minutes / 1440, t.days),
    }
}

/// Whether a contact reached the hub.
pub(in crate::desk) fn is_reached(contact: &Contact) -> bool {
    LinkState::of(contact) == LinkState::Reached
}

const fn turned_away(state: LinkState) -> Option<TurnedAway> {
    match state {
        LinkState::Revoked => Some(TurnedAway::Revoked),
        LinkState::Refused => Some(TurnedAway::Refused),
        LinkState::Stuck => Some(TurnedAway::Stuck),
        LinkState::Reached | LinkState::Unreached => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_told_in_the_unit_that_fits() {
        let t = Language::English.texts();
        let said = |clock_minutes| Bar { clock_minutes, ..Bar::default() }.clock(t);
        assert!(said(3).starts_with("This machine's clock is slow by 3 minutes."));
        assert!(said(-600).starts_with("This machine's clock is fast by 10 hours."));
        assert!(said(-575_999).starts_with("This machine's clock is fast by 399 days."));
        let fallen = Bar { clock_minutes: 3_000, is_at_least: true, ..Bar::default() }.clock(t);
        assert!(fallen.starts_with("This machine's clock is wrong: slow by at least 2 days."), "{fallen}");
    }

    #[test]
    fn nobody_is_told_to_sync_for_numbers_who_just_did() {
        let linked = || Bar { up: Some(true), equal_now: true, ..Bar::default() };
        assert!(Bar { lacks_numbers: true, ..linked() }.awaits_numbers());
        assert!(Bar { numbers_left: Some(0), ..linked() }.awaits_numbers());
        assert!(!Bar { numbers_left: Some(1), ..linked() }.awaits_numbers() && !linked().awaits_numbers());
        for bar in [Bar { up: Some(false), ..linked() }, Bar { equal_now: false, ..linked() }] {
            assert!(!Bar { lacks_numbers: true, ..bar }.awaits_numbers(), "it helps there");
        }
    }

    #[test]
    fn a_link_on_which_the_hub_answers_is_up_though_nothing_is_over_yet() {
        let down = || Bar { up: Some(false), since: "07:45".to_owned(), ..Bar::default() };
        let progress = Progress { to_send: 30_000, sent: 9_000, acknowledged: 604, ..Progress::default() };
        let while_heard =
            |bar: Bar, heard_millis| bar.while_talking(Some(Talking { heard_millis, progress }), 0, Language::English);
        let heard = while_heard(down(), Some(moment::now_millis()));
        assert_eq!((heard.up, heard.syncing.as_str()), (Some(true), "Syncing… 604 of 30000"));
        assert_ne!(heard.since, "07:45");
        assert_eq!(while_heard(down(), None).up, Some(false), "nobody answered yet");
        let up = while_heard(Bar { up: Some(true), since: "06:00".to_owned(), ..Bar::default() }, Some(1));
        assert_eq!(up.since, "06:00", "it was there before");
        let out = Bar { turned_away: Some(TurnedAway::Revoked), ..down() };
        assert_eq!(while_heard(out, Some(1)).up, Some(false));
        assert_eq!(down().while_talking(None, 0, Language::English), down());
    }

    #[test]
    fn one_is_told_from_several() {
        let t = Language::English.texts();
        let of = |left, files_waiting| {
            let bar = Bar { numbers_left: Some(left), files_waiting, clock_minutes: 1, ..Bar::default() };
            (bar.numbers(t).unwrap(), bar.files(t), bar.clock(t))
        };
        let (numbers, files, clock) = of(1, 1);
        assert_eq!((numbers.as_str(), files.as_str()), ("1 letter number left", "1 file waits to be sent"));
        assert!(clock.contains("by 1 minute."), "{clock}");
        let (numbers, files, _) = of(0, 2);
        assert_eq!((numbers.as_str(), files.as_str()), ("0 letter numbers left", "2 files wait to be sent"));
    }
}
