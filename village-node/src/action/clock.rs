//! What is known of this machine's clock: how far it was off when the hub was heard, whether that can still be, and whether
//! what it shows can be at all. Times are milliseconds since 1970 UTC.

use replica_store::{Reader, Replica};

use crate::{Blame, Failure, moment};

/// The setting where exchanges leave hub clock minus device clock, in milliseconds, as decimal digits.
const HUB_OFFSET: &str = "hub_offset_millis";
/// When that was told, by the device clock, as decimal digits.
const TOLD_AT: &str = "hub_offset_told_at";
/// Set to 1 where the program was off since, and the clock may have been set back meanwhile.
const IN_DOUBT: &str = "hub_offset_in_doubt";
/// So long it need not be written anew.
const FRESH_MILLIS: i64 = 3_600_000;
/// A clock that is off by less is not worth bytes in every change.
const NOTABLE_MILLIS: i64 = 60_000;
/// Who sets a clock by hand sets it to within so much.
const NEARLY_MILLIS: i64 = 2 * 60_000;
/// By less no clock is taken to have been set: a machine that slept for a while looks the same.
pub(crate) const SET_MILLIS_MIN: i64 = 10 * 60_000;
/// A known offset stands until another one differs by as much.
const WOBBLE_MILLIS: i64 = 5_000;
const DAY_MILLIS: i64 = 24 * 3_600_000;
/// After so long without the hub somebody has to say whether the day is right: batteries of old clocks run down.
const ALONE_MILLIS_MAX: i64 = 60 * DAY_MILLIS;

/// What the last exchange told, and what can be of it by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockState {
    /// Hub clock minus device clock, 0 where nothing was ever told.
    Known { offset: i64 },
    /// It shows a time from before the hub was last heard: it is behind by at least so much.
    Behind { at_least: i64 },
    /// It was off by so much (behind above 0), or the hub was not heard for long: whether it is right by now, somebody has to say.
    /// Until then it is taken to be.
    Doubtful { was_off: Option<i64> },
}

impl ClockState {
    /// As it stands now.
    pub(crate) fn of(reader: &Reader) -> Self {
        let Some(offset) = kept(reader, HUB_OFFSET) else { return Self::Known { offset: 0 } };
        let told = kept(reader, TOLD_AT);
        match told.map_or(Self::Known { offset }, |told| Self::judge(offset, told, moment::now_millis())) {
            Self::Known { offset } if is_day_ahead(offset) && kept(reader, IN_DOUBT) == Some(1) => {
                Self::Doubtful { was_off: Some(offset) }
            }
            state => state,
        }
    }

    /// `told`: when the offset was told, and `now`, both by the device clock.
    fn judge(offset: i64, told: i64, now: i64) -> Self {
        let hub_then = told.saturating_add(offset);
        let passed = now.saturating_sub(told);
        // By less it was only brought into step.
        if passed <= -SET_MILLIS_MIN {
            // It was ahead, and was set right; or it fell back.
            return if now >= hub_then.saturating_sub(NEARLY_MILLIS) {
                Self::Known { offset: 0 }
            } else {
                Self::Behind { at_least: hub_then.saturating_sub(now) }
            };
        }
        // Had it been set right, so much would seem to have passed at least.
        if offset >= DAY_MILLIS && passed >= offset.saturating_sub(NEARLY_MILLIS) {
            return Self::Doubtful { was_off: Some(offset) };
        }
        if passed >= ALONE_MILLIS_MAX {
            return Self::Doubtful { was_off: None };
        }
        Self::Known { offset }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Known { .. } => "known",
            Self::Behind { .. } => "behind",
            Self::Doubtful { .. } => "doubtful",
        }
    }

    /// What is to be added to the device clock.
    const fn offset(self) -> i64 {
        match self {
            Self::Known { offset } => offset,
            Self::Behind { at_least } => at_least,
            Self::Doubtful { .. } => 0,
        }
    }
}

/// Hub clock minus device clock in milliseconds, as far as it is known; nothing where the clock is right or nothing is known.
pub(crate) fn hub_offset(reader: &Reader) -> Option<i64> {
    kept(reader, HUB_OFFSET)?;
    Some(ClockState::of(reader).offset())
}

fn kept(reader: &Reader, key: &str) -> Option<i64> {
    let bytes = reader.setting(key).ok().flatten()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

/// A clock that was as much ahead shows nothing by which it could be told that it was set right.
const fn is_day_ahead(offset: i64) -> bool {
    offset <= -DAY_MILLIS
}

/// Takes notice that the program starts: nobody saw whether the clock was set while it was off.
pub(crate) fn note_started(replica: &mut Replica) -> Result<(), Failure> {
    if kept(replica, HUB_OFFSET).is_some_and(is_day_ahead) && kept(replica, IN_DOUBT) != Some(1) {
        replica.set_setting(IN_DOUBT, b"1")?;
    }
    Ok(())
}

/// Keeps what an exchange told of the hub's clock; small wobbles are not worth a write.
pub(crate) fn note_hub_offset(replica: &mut Replica, offset_millis: i64) -> Result<(), Failure> {
    let now = moment::now_millis();
    if kept(replica, IN_DOUBT) == Some(1) {
        replica.set_setting(IN_DOUBT, b"0")?;
    }
    let is_known = matches!(ClockState::of(replica), ClockState::Known { offset } if (offset - offset_millis).abs() < WOBBLE_MILLIS)
        && kept(replica, HUB_OFFSET).is_some_and(|kept| (kept - offset_millis).abs() < WOBBLE_MILLIS);
    let is_fresh = kept(replica, TOLD_AT).is_some_and(|told| (now - told).abs() < FRESH_MILLIS);
    if !is_fresh || !is_known {
        replica.set_setting(TOLD_AT, now.to_string().as_bytes())?;
    }
    if is_known {
        return Ok(());
    }
    Ok(replica.set_setting(HUB_OFFSET, offset_millis.to_string().as_bytes())?)
}

/// Takes notice that the clock was set by so many milliseconds: where that is as much as it was off, it is right from now on.
/// A machine that slept looks the same, but not by that very time.
pub(crate) fn note_clock_set(replica: &mut Replica, set_by: i64) -> Result<(), Failure> {
    // What stands by now was judged after it was set: what was told counts.
    match kept(replica, HUB_OFFSET).and_then(|offset| left_over(offset, set_by)) {
        Some(left) => note_hub_offset(replica, left),
        None => Ok(()),
    }
}

/// Somebody who looked at a calendar says that the clock is right, where that is in doubt.
///
/// # Errors
///
/// When it cannot be right, or the disk refuses.
pub(crate) fn believe(replica: &mut Replica) -> Result<(), Failure> {
    match ClockState::of(replica) {
        ClockState::Known { .. } => Ok(()),
        ClockState::Doubtful { .. } => note_hub_offset(replica, 0),
        ClockState::Behind { .. } => Err(doubtful(replica)),
    }
}

/// Refuses what bears a date on paper while the date may be wrong.
///
/// # Errors
///
/// When the clock cannot be right, or somebody has to say first whether it is.
pub(super) fn must_be_believed(reader: &Reader) -> Result<(), Failure> {
    match ClockState::of(reader) {
        ClockState::Known { .. } => Ok(()),
        ClockState::Behind { .. } | ClockState::Doubtful { .. } => Err(doubtful(reader)),
    }
}

fn doubtful(reader: &Reader) -> Failure {
    // With the time: a clock may be an hour slow and show the right day.
    let date = desk_kit::moments::long(moment::now_millis());
    if matches!(ClockState::of(reader), ClockState::Behind { .. }) {
        return Failure::new(
            Blame::Input,
            "clock_behind",
            format!(
                "Jam komputer ini menunjukkan {date}, lebih awal daripada kontak terakhir dengan pusat: jam ini salah. Tidak ada yang \
                 berubah, berkasnya utuh; betulkan tanggal dan jam komputer, lalu ulangi."
            ),
            format!(
                "This machine's clock shows {date}, which is before the hub was last heard: it is wrong. Nothing was changed, the \
                 record is whole; set the machine's date and time right, then do it again."
            ),
        );
    }
    Failure::new(
        Blame::Input,
        "clock_doubtful",
        format!(
            "Jam komputer ini menunjukkan {date}, dan belum pasti benar. Tidak ada yang berubah, berkasnya utuh; cocokkan tanggalnya \
             dan jawab di bilah atas halaman, atau sinkronkan, lalu ulangi."
        ),
        format!(
            "This machine's clock shows {date}, and nobody knows whether that is right. Nothing was changed, the record is whole; \
             compare the date and answer in the bar on top of the page, or sync, then do it again."
        ),
    )
}

/// What is left of an offset where the clock was set by as much; nothing where it was not.
fn left_over(offset: i64, set_by: i64) -> Option<i64> {
    let left = offset.saturating_sub(set_by);
    (set_by.abs() >= SET_MILLIS_MIN && left.abs() < NEARLY_MILLIS).then_some(left)
}

/// The offset as it is stamped on changes: in whole minutes, and only where the clock is really wrong.
pub(crate) fn notable_offset(reader: &Reader) -> Option<i64> {
    hub_offset(reader).filter(|offset| offset.abs() >= NOTABLE_MILLIS).map(|offset| offset - offset % NOTABLE_MILLIS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: i64 = 1_000 * DAY_MILLIS;

    fn judged(offset: i64, now: i64) -> ClockState {
        ClockState::judge(offset, TOLD, now)
    }

    #[test]
    fn a_clock_that_was_ahead_and_is_set_right_is_believed_again() {
        let offset = -400 * DAY_MILLIS;
        assert_eq!(
            judged(offset, 610 * DAY_MILLIS),
            ClockState::Known { offset: 0 },
            "ten days after the hub was heard"
        );
        assert_eq!(judged(offset, 1_010 * DAY_MILLIS), ClockState::Known { offset }, "still ahead");
        let behind = ClockState::Behind { at_least: 10 * DAY_MILLIS };
        assert_eq!(judged(offset, 590 * DAY_MILLIS), behind, "before the hub was heard: it is wrong in another way");
    }

    #[test]
    fn a_clock_that_fell_back_is_behind_what_is_known() {
        assert_eq!(judged(0, TOLD - 49 * DAY_MILLIS), ClockState::Behind { at_least: 49 * DAY_MILLIS });
        let slow = 3 * DAY_MILLIS;
        assert_eq!(judged(slow, TOLD - DAY_MILLIS), ClockState::Behind { at_least: slow + DAY_MILLIS });
    }

    #[test]
    fn a_clock_that_is_brought_into_step_by_moments_is_as_good_as_before() {
        for offset in [0, -1_500, 3 * DAY_MILLIS, -400 * DAY_MILLIS] {
            for back in [1, 2_000, SET_MILLIS_MIN - 1] {
                assert_eq!(judged(offset, TOLD - back), ClockState::Known { offset }, "{offset} {back}");
            }
        }
        // Set by as much as it was off, as near as links let anybody measure.
        let offset = -3_600_000;
        assert_eq!(judged(offset, TOLD + offset - 1_000), ClockState::Known { offset: 0 });
    }

    #[test]
    fn a_slow_clock_is_in_doubt_only_once_it_may_have_been_set_right() {
        let offset = 39 * DAY_MILLIS;
        assert_eq!(judged(offset, TOLD + 30 * DAY_MILLIS), ClockState::Known { offset });
        let doubtful = ClockState::Doubtful { was_off: Some(offset) };
        for now in [TOLD + offset, TOLD + offset + 3_600_000, TOLD + 50 * DAY_MILLIS] {
            assert_eq!(judged(offset, now), doubtful);
        }
        let small = 3_600_000;
        assert_eq!(judged(small, TOLD + 2 * small), ClockState::Known { offset: small }, "no day is wrong by it");
    }

    #[test]
    fn after_two_months_alone_somebody_has_to_say_whether_the_day_is_right() {
        assert_eq!(judged(0, TOLD + 59 * DAY_MILLIS), ClockState::Known { offset: 0 });
        assert_eq!(judged(0, TOLD + 60 * DAY_MILLIS), ClockState::Doubtful { was_off: None });
    }

    #[test]
    fn a_clock_that_is_set_while_the_program_runs_is_right_where_it_was_set_by_as_much_as_it_was_off() {
        assert_eq!(left_over(10 * DAY_MILLIS, 10 * DAY_MILLIS - 45_000), Some(45_000));
        assert_eq!(left_over(-400 * DAY_MILLIS, -400 * DAY_MILLIS), Some(0));
        for (offset, set_by) in [
            (10 * DAY_MILLIS, 0),
            (10 * DAY_MILLIS, 8 * 3_600_000),
            (10 * DAY_MILLIS, -10 * DAY_MILLIS),
            (0, 0),
            (180_000, 170_000),
        ] {
            assert_eq!(left_over(offset, set_by), None, "{offset} {set_by}");
        }
    }
}
