//! Which block of letter numbers the hub may grant next, so that no number is ever granted twice: not by a hub that was
//! restored from a backup either, which has forgotten what it granted since, and to whom.
//!
//! Of one book (an office's series and year) a hub grants at most [`BURST`] numbers at once and one more every
//! [`PACE_MILLIS`], as a bucket that fills. So from any moment on it is known how far grants can have gone since: below
//! a line that rises from there. A hub that was restored goes on above the line of the moment that it remembers, and not
//! before the line has risen by another [`BURST`], with an empty bucket. By that it stays itself under the lines of all
//! moments before, from which it may be restored again. So no two lives of a hub grant one number, however often it is
//! restored; with one exception, against which nothing at the hub helps: that somebody works on with an older backup
//! first, and then with a newer one from before. Then the hub knows only of the blocks whose nodes it knows, from them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::wib_date;
use crate::office_code::OfficeCode;
use crate::serial::{SERIAL_MAX, Series};

/// Fewest numbers of a block.
pub const BLOCK_MIN: u32 = 20;
/// What a node is expected to use in 30 days before it has used any.
pub const NEWCOMER_USE: u32 = 100;
/// Most numbers of a block that is sized by use.
pub const BLOCK_MAX: u32 = 500;
/// So many numbers of a book may be granted at once.
pub const BURST: u32 = 600;
/// In so many milliseconds one more may be granted.
pub const PACE_MILLIS: i64 = 60_000;
/// So long a restored hub grants nothing: until the line has risen by [`BURST`] numbers, one for rounding, and what its clock may
/// be behind unseen. A little over ten hours, in which offices live on the blocks they have.
pub const PAUSE_MILLIS: i64 = (BURST as i64 + 1 + UNSEEN as i64) * PACE_MILLIS;
/// Clocks are brought into step by less than this; by more they are set, and it is seen.
pub const SET_MILLIS_MIN: i64 = UNSEEN as i64 * PACE_MILLIS;
/// So many numbers may be granted in a time that a clock can be behind unseen.
const UNSEEN: u32 = 10;
/// A life that began so much later than anything that is known before it, and later than it is by now, began by a clock
/// that was ahead.
const AHEAD_MILLIS_MIN: i64 = 7 * 24 * 3_600_000;

/// Numbers that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Book {
    /// The office that issues them.
    pub office: OfficeCode,
    /// Its series.
    pub series: Series,
    /// The year, in WIB.
    pub year: i32,
}

/// What was granted of a book: serials from `first` to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// The lowest serial.
    pub first: u32,
    /// The highest serial.
    pub last: u32,
    /// When, by the hub's clock, in milliseconds since 1970 UTC.
    pub at_millis: i64,
}

/// One life of the hub's database: from its creation, or from its restoration to an older state, to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    began_millis: i64,
    /// Not the first one.
    restored: bool,
    /// What is known of books from before.
    known: Vec<Known>,
    /// Of all other books of these years nothing had been granted at this moment.
    unseen: BTreeMap<i32, i64>,
    /// No life before this one ended earlier, as far as is known.
    #[serde(default)]
    known_until_millis: i64,
}

/// A moment of a book that lives before knew for certain, the last one: this serial was the highest granted then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    office: OfficeCode,
    series: String,
    year: i32,
    highest: u32,
    at_millis: i64,
}

impl Known {
    fn is_of(&self, book: &Book) -> bool {
        self.office == book.office && self.series == book.series.as_str() && self.year == book.year
    }
}

impl Life {
    /// The first life of a hub.
    pub fn first(began_millis: i64) -> Self {
        Self {
            began_millis,
            restored: false,
            known: Vec::new(),
            unseen: BTreeMap::new(),
            known_until_millis: began_millis,
        }
    }

    /// Whether another one was before it, of which it may have forgotten something.
    pub const fn is_restored(&self) -> bool {
        self.restored
    }

    /// When it began, in milliseconds since 1970 UTC.
    pub const fn began_millis(&self) -> i64 {
        self.began_millis
    }

    /// The life that begins at `began_millis` with an older state of this one: with all blocks that the state knows
    /// (`granted`; those of lives before do no harm), and nothing after `known_until_millis`.
    #[must_use]
    pub fn restored(&self, granted: &BTreeMap<Book, Vec<Granted>>, known_until_millis: i64, began_millis: i64) -> Self {
        self.followed_by(granted, known_until_millis, (known_until_millis, began_millis))
    }

    /// The life that begins at `began_millis`, of which `granted` is known as it stood at `at_millis`.
    fn followed_by(
        &self,
        granted: &BTreeMap<Book, Vec<Granted>>,
        at_millis: i64,
        (known_until_millis, began_millis): (i64, i64),
    ) -> Self {
        let first_year = wib_date(known_until_millis).map_or(i32::MIN, |date| date.year());
        let unseen = |year: i32| (year, self.unseen.get(&year).copied().unwrap_or(known_until_millis));
        Self {
            began_millis,
            restored: true,
            known: self.known_at(granted, at_millis, first_year),
            unseen: (first_year..=last_year(began_millis)).map(unseen).collect(),
            known_until_millis,
        }
    }

    /// What is known at a moment: of books of which this life granted something, that; of others, what was known before.
    fn known_at(&self, granted: &BTreeMap<Book, Vec<Granted>>, at_millis: i64, first_year: i32) -> Vec<Known> {
        let mut known = self.known.clone();
        for (book, blocks) in granted {
            // Where this life granted nothing, it could have, up to the line that it stands above: that of before.
            if blocks.iter().any(|block| self.is_own(block)) {
                let highest = self.standing(book, blocks, at_millis).highest;
                let (office, series, year) = (book.office, book.series.to_string(), book.year);
                known.retain(|known| !known.is_of(book));
                known.push(Known { office, series, year, highest, at_millis });
            }
        }
        known.retain(|known| known.year >= first_year);
        known.sort_by(|a, b| (a.office, &a.series, a.year).cmp(&(b.office, &b.series, b.year)));
        known
    }

    /// This life as it is to go on where its beginning was told by a wrong clock, as `now_millis` shows; nothing where nothing
    /// speaks for that. `before_set`: what the clock showed when it was seen to be set ahead just now.
    ///
    /// A beginning that was too early leaves a line that is too low, one that was too late keeps offices waiting.
    #[must_use]
    pub fn taken_up(
        &self,
        granted: &BTreeMap<Book, Vec<Granted>>,
        now_millis: i64,
        before_set: Option<i64>,
    ) -> Option<Self> {
        if !self.restored || now_millis < self.known_until_millis {
            return None;
        }
        // Later it has granted numbers above its line, and others have them already that it does not know.
        let was_paused = before_set.is_some_and(|before| before < self.began_millis.saturating_add(PAUSE_MILLIS));
        let was_behind = self.is_waiting() || (was_paused && now_millis > self.began_millis);
        let was_ahead = now_millis < self.began_millis.saturating_sub(SET_MILLIS_MIN)
            && self.known_until_millis > 0
            && self.began_millis.saturating_sub(self.known_until_millis) > AHEAD_MILLIS_MIN;
        if !was_behind && !was_ahead {
            return None;
        }
        Some(self.followed_by(granted, now_millis, (self.known_until_millis, now_millis)))
    }

    /// Whether [`Life::taken_up`] is worth asking for: it needs all that was ever granted.
    pub const fn is_in_doubt(&self, now_millis: i64, before_set: Option<i64>) -> bool {
        self.restored && (before_set.is_some() || self.is_waiting() || now_millis < self.began_millis)
    }

    /// Whether it began by a clock that was behind what is known: until that is set right nothing is granted.
    pub const fn is_waiting(&self) -> bool {
        self.restored && self.began_millis < self.known_until_millis
    }

    /// Up to which serial lives before may have granted numbers of a book.
    pub fn floor(&self, book: &Book) -> u32 {
        let known = self.known.iter().find(|known| known.is_of(book)).map(|known| (known.highest, known.at_millis));
        let unseen = || self.unseen.get(&book.year).map(|at| (0, *at));
        let Some((highest, at)) = known.or_else(unseen) else { return 0 };
        let passed = self.began_millis.saturating_sub(at).max(0) / PACE_MILLIS;
        // Rounded up: the number that the last moment allowed was perhaps granted.
        let since = u32::try_from(passed).unwrap_or(u32::MAX).saturating_add(1);
        highest.saturating_add(BURST + UNSEEN).saturating_add(since)
    }

    /// How a book stands at `now_millis`. `granted`: all its blocks that are known, in any order.
    pub fn standing(&self, book: &Book, granted: &[Granted], now_millis: i64) -> Standing {
        let mut own: Vec<&Granted> = granted.iter().filter(|block| self.is_own(block)).collect();
        own.sort_by_key(|block| block.at_millis);
        let mut standing = Standing {
            highest: granted.iter().map(|block| block.last).fold(self.floor(book), u32::max),
            allowed: if self.restored { 0 } else { BURST },
            filled_millis: self.began_millis + if self.restored { PAUSE_MILLIS } else { 0 },
        };
        for block in own {
            standing.fill_until(block.at_millis.min(now_millis));
            let count = block.last.saturating_sub(block.first).saturating_add(1);
            standing.allowed = standing.allowed.saturating_sub(count);
        }
        standing.fill_until(now_millis);
        if self.is_waiting() {
            standing.allowed = 0;
        }
        standing
    }

    /// A restored hub grants nothing in the moment it begins: what is of that moment is of the life before.
    const fn is_own(&self, block: &Granted) -> bool {
        !self.restored || (block.at_millis > self.began_millis && !self.is_waiting())
    }
}

/// How a book stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// No number above was ever granted, by any life of the hub.
    pub highest: u32,
    /// So many may be granted now.
    pub allowed: u32,
    /// Up to when the bucket was filled: the clock may be behind it.
    filled_millis: i64,
}

impl Standing {
    /// The next block: as many as `wanted` numbers, fewer when fewer are allowed; `None` when none are.
    pub fn next(&self, wanted: u32) -> Option<(u32, u32)> {
        let count = wanted.min(self.allowed);
        let last = self.highest.checked_add(count).filter(|last| *last <= SERIAL_MAX)?;
        (count > 0).then_some((self.highest + 1, last))
    }

    fn fill_until(&mut self, millis: i64) {
        let more = millis.saturating_sub(self.filled_millis).max(0) / PACE_MILLIS;
        self.allowed = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(self.allowed).min(BURST);
        self.filled_millis += more * PACE_MILLIS;
    }
}

/// The years whose numbers may be granted at a moment: the present one in WIB, and from 1 December the next.
pub fn open_years(millis: i64) -> impl Iterator<Item = i32> {
    let year = wib_date(millis).unwrap_or(NaiveDate::MIN).year();
    year..=last_year(millis)
}

fn last_year(millis: i64) -> i32 {
    let date = wib_date(millis).unwrap_or(NaiveDate::MIN);
    date.year() + i32::from(date.month() == 12)
}

/// How many numbers a node needs: none while it has half of what it uses in 30 days (at least [`BLOCK_MIN`], at most
/// [`BLOCK_MAX`]), else as many as that.
pub fn numbers_needed(left: u32, used_in_30_days: u32) -> u32 {
    let block = used_in_30_days.clamp(BLOCK_MIN, BLOCK_MAX);
    if left.saturating_mul(2) < block { block } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn book() -> Book {
        Book { office: "35.10.01.2001".parse().unwrap(), series: Series::all(), year: 1970 }
    }

    #[test]
    fn a_node_gets_what_it_uses_in_a_month() {
        assert_eq!(numbers_needed(0, 0), BLOCK_MIN);
        assert_eq!(numbers_needed(9, 0), BLOCK_MIN);
        assert_eq!(numbers_needed(10, 0), 0);
        assert_eq!(numbers_needed(10, 100), 100);
        assert_eq!(numbers_needed(50, 100), 0);
        assert_eq!(numbers_needed(0, 9_000), BLOCK_MAX);
    }

    #[test]
    fn the_year_turns_in_wib_and_the_next_one_opens_in_december() {
        let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis();
        let open = |text| open_years(at(text)).collect::<Vec<_>>();
        assert_eq!(open("2026-11-30T16:59:59Z"), [2026]);
        assert_eq!(open("2026-11-30T17:00:00Z"), [2026, 2027]);
        assert_eq!(open("2026-12-31T17:00:00Z"), [2027]);
    }

    #[test]
    fn blocks_follow_each_other_and_end_with_the_bucket() {
        let life = Life::first(0);
        let mut granted = Vec::new();
        for (wanted, expected) in [(20, (1, 20)), (80, (21, 100)), (500, (101, 600))] {
            let block = life.standing(&book(), &granted, 1_000).next(wanted).unwrap();
            assert_eq!(block, expected);
            granted.push(Granted { first: block.0, last: block.1, at_millis: 1_000 });
        }
        assert_eq!(life.standing(&book(), &granted, 1_000).next(20), None);
        assert_eq!(life.standing(&book(), &granted, 1_000 + PACE_MILLIS).next(20), Some((601, 601)));
        // A clock that was set back gives nothing away.
        assert_eq!(life.standing(&book(), &granted, 0).next(20), None);
    }

    #[test]
    fn a_restored_hub_leaves_a_gap_and_waits() {
        let granted = BTreeMap::from([(book(), vec![Granted { first: 1, last: 20, at_millis: 0 }])]);
        let life = Life::first(0).restored(&granted, 0, 10 * PACE_MILLIS);
        let floor = 20 + BURST + UNSEEN + 11;
        let at = |millis| life.standing(&book(), &granted[&book()], 10 * PACE_MILLIS + millis).next(20);
        assert_eq!(at(PAUSE_MILLIS), None);
        assert_eq!(at(PAUSE_MILLIS + PACE_MILLIS), Some((floor + 1, floor + 1)));
        assert_eq!(at(PAUSE_MILLIS + 20 * PACE_MILLIS), Some((floor + 1, floor + 20)));
        let other = Book { series: "470".parse().unwrap(), ..book() };
        assert_eq!(life.floor(&other), BURST + UNSEEN + 11);
        assert_eq!(life.floor(&Book { year: 1971, ..book() }), 0);
        let kept: Life = serde_json::from_str(&serde_json::to_string(&life).unwrap()).unwrap();
        assert_eq!(kept, life);
    }

    #[test]
    fn a_hub_restored_by_a_clock_that_is_behind_waits_until_it_is_set_right() {
        let day = 24 * 3_600_000;
        let block = |last, at_millis| Granted { first: 1, last, at_millis };
        let granted = BTreeMap::from([(book(), vec![block(100, day)])]);
        let life = Life::first(0).restored(&granted, 2 * day, 0);
        assert!(life.is_waiting());
        for now in [0, PAUSE_MILLIS * 2] {
            assert_eq!(life.standing(&book(), &granted[&book()], now).next(20), None, "{now}");
            assert_eq!(life.taken_up(&granted, now, Some(now)), None);
        }
        let right = life.taken_up(&granted, 4 * day, None).unwrap();
        assert!(!right.is_waiting() && right.taken_up(&granted, 5 * day, None).is_none());
        let floor = right.standing(&book(), &granted[&book()], 4 * day).highest;
        assert!(floor >= 100 + BURST + 2 * 1440, "{floor}: two days at full pace");
        assert_eq!(right.began_millis(), 4 * day);
        // Behind by less than is known, it is seen when the clock is set while nothing was granted yet.
        let unseen = Life::first(0).restored(&granted, 2 * day, 3 * day);
        assert_eq!(unseen.taken_up(&granted, 4 * day, None), None);
        assert_eq!(unseen.taken_up(&granted, 4 * day, Some(3 * day + 5)), Some(right));
    }

    #[test]
    fn a_hub_restored_by_a_clock_that_is_ahead_goes_on_once_it_is_set_right() {
        let (day, years) = (24 * 3_600_000, 400 * 24 * 3_600_000);
        let granted = BTreeMap::from([(book(), vec![Granted { first: 1, last: 100, at_millis: day }])]);
        let life = Life::first(1).restored(&granted, 2 * day, 2 * day + years);
        let right = life.taken_up(&granted, 3 * day, None).unwrap();
        let standing = right.standing(&book(), &granted[&book()], 3 * day + 2 * PAUSE_MILLIS);
        assert_eq!(standing.next(1), Some((100 + BURST + UNSEEN + 1440 + 2, 100 + BURST + UNSEEN + 1440 + 2)));
        let other = Book { series: "470".parse().unwrap(), ..book() };
        assert_eq!(right.floor(&other), BURST + UNSEEN + 1441, "of books of which nothing was known, too");
        // A clock that fell back a little is no reason.
        let honest = Life::first(1).restored(&granted, 2 * day, 3 * day);
        assert_eq!(honest.taken_up(&granted, 3 * day - 3_600_000, None), None);
    }

    /// A hub as it lives: its state can be put back to any older one, and it never learns of what it granted since.
    #[derive(Debug, Clone)]
    struct Hub {
        life: Life,
        granted: Vec<Granted>,
    }

    #[derive(Debug, Clone)]
    enum Act {
        Grant(u32),
        Backup,
        Restore(prop::sample::Index),
        /// By a clock that is wrong by so many paces until it is set right, some of them later.
        RestoreWrong(prop::sample::Index, i64),
        GiveBack(prop::sample::Index),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            5 => (1_u32..600).prop_map(Act::Grant),
            1 => Just(Act::Backup),
            2 => any::<prop::sample::Index>().prop_map(Act::Restore),
            1 => (any::<prop::sample::Index>(), -4_000_i64..20_000).prop_map(|(at, off)| Act::RestoreWrong(at, off)),
            1 => any::<prop::sample::Index>().prop_map(Act::GiveBack),
        ]
    }

    /// What happens to a hub, with what it grants. `forgiving`: an older backup may be followed by a newer one, but all
    /// offices give back what they have before the hub grants.
    fn live(acts: &[(Act, i64, i64)], forgiving: bool) -> Result<(), TestCaseError> {
        let mut now = 0;
        let first = Hub { life: Life::first(0), granted: Vec::new() };
        let (mut hub, mut backups, mut all) = (first.clone(), vec![(first, 0)], Vec::<Granted>::new());
        for (act, pause, long) in acts {
            now += pause + if *long == 0 { 900 * PACE_MILLIS } else { 0 };
            let give_back = |hub: &mut Hub, block: Granted| {
                if !hub.granted.contains(&block) {
                    hub.granted.push(block);
                }
            };
            match act {
                Act::Grant(wanted) => {
                    if forgiving {
                        for block in &all {
                            give_back(&mut hub, *block);
                        }
                    }
                    let next = hub.life.standing(&book(), &hub.granted, now).next(*wanted);
                    let Some((first, last)) = next else { continue };
                    let clash = all.iter().find(|other| first <= other.last && other.first <= last);
                    prop_assert_eq!(clash, None, "{} to {} at {}", first, last, now);
                    let block = Granted { first, last, at_millis: now };
                    all.push(block);
                    hub.granted.push(block);
                }
                Act::Backup => backups.push((hub.clone(), now)),
                Act::Restore(which) | Act::RestoreWrong(which, _) => {
                    let (old, known_until) = which.get(&backups).clone();
                    let granted = BTreeMap::from([(book(), old.granted.clone())]);
                    let off = if let Act::RestoreWrong(_, off) = act { off * PACE_MILLIS } else { 0 };
                    let mut life = old.life.restored(&granted, known_until, now + off);
                    // While it is wrong, as much time goes by as the pause leaves.
                    now += if off == 0 { 0 } else { pause * 8 };
                    if off != 0
                        && let Some(right) = life.taken_up(&granted, now, (off <= -SET_MILLIS_MIN).then_some(now + off))
                    {
                        life = right;
                    }
                    hub = Hub { life, granted: old.granted };
                    backups.retain(|(_, at)| forgiving || *at <= known_until);
                }
                // Some office still had the lease.
                Act::GiveBack(which) if !all.is_empty() => give_back(&mut hub, *which.get(&all)),
                Act::GiveBack(_) => {}
            }
        }
        Ok(())
    }

    fn acts() -> impl Strategy<Value = Vec<(Act, i64, i64)>> {
        prop::collection::vec((act(), 0_i64..8 * PACE_MILLIS, 0_i64..10), 1..80)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_number_is_granted_twice_by_any_life(acts in acts()) {
            live(&acts, false)?;
        }

        #[test]
        fn nor_after_a_newer_backup_when_all_give_back_what_they_have(acts in acts()) {
            live(&acts, true)?;
        }
    }
}
