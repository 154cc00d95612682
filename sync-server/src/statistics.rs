//! How many records were made, by whom and when: sums over what the store counted. Pure.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use office_model::{Catalogue, OfficeCode, Roster};
use replica_store::Tally;

/// What a table's lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Services,
    Service,
    /// sectors of services,
    Sector,
    /// sub-districts; units and facilities of the regency are one line,
    District,
    /// offices,
    Office,
    /// statuses.
    Status,
}

impl By {
    pub(crate) const ALL: [Self; 5] = [Self::Service, Self::Sector, Self::District, Self::Office, Self::Status];

    /// The word in addresses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "layanan",
            Self::Sector => "sektor",
            Self::District => "kecamatan",
            Self::Office => "kantor",
            Self::Status => "status",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }

    /// By which key a count goes to a line; empty for an office without a sub-district.
    fn key(self, tally: &Tally) -> String {
        match self {
            Self::Service => tally.service.to_string(),
            Self::Sector => tally.service.as_str().chars().take(1).collect(),
            Self::District => tally.office.district().map(|code| code.to_string()).unwrap_or_default(),
            Self::Office => tally.office.to_string(),
            Self::Status => tally.status.clone(),
        }
    }
}

/// Key and count of each line, the most first.
pub(crate) fn lines(kinds: &[Tally], by: By) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for tally in kinds {
        *sums.entry(by.key(tally)).or_default() += tally.count;
    }
    let mut lines: Vec<_> = sums.into_iter().collect();
    lines.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    lines
}

/// What a line is called in Indonesian and English; the key where nothing better is known.
pub(crate) fn label(by: By, key: &str, roster: &Roster) -> Option<office_model::Bilingual> {
    let catalogue = Catalogue::current();
    let same = |text: String| office_model::Bilingual::new(text.clone(), text);
    match by {
        By::Service => {
            let service = catalogue.service(&key.parse().ok()?)?;
            Some(office_model::Bilingual::new(
                format!("{key} {}", service.label.id),
                format!("{key} {}", service.label.en),
            ))
        }
        By::Sector => {
            let letter = key.chars().next()?;
            catalogue.sectors().iter().find(|sector| sector.letter == letter).map(|sector| sector.label.clone())
        }
        By::District => {
            let code: OfficeCode = key.parse().ok()?;
            let office = roster.get(code)?;
            Some(same(office.district.as_ref().map_or_else(|| office.name.clone(), |district| district.name.clone())))
        }
        By::Office => roster.get(key.parse().ok()?).map(|office| same(office.full_name())),
        By::Status => key.parse::<office_model::Status>().ok().map(office_model::Status::label),
    }
}

/// First day and count of each day, or of each month, between two days, both included; those without a record, too.
/// `days`: counts by days since 1970.
pub(crate) fn over_time(
    days: &BTreeMap<i64, u64>,
    (from, to): (NaiveDate, NaiveDate),
    is_monthly: bool,
) -> Vec<(NaiveDate, u64)> {
    let first = |day: NaiveDate| if is_monthly { day.with_day(1).unwrap_or(day) } else { day };
    let mut sums: BTreeMap<NaiveDate, u64> =
        from.iter_days().take_while(|day| *day <= to).map(|day| (first(day), 0)).collect();
    for (number, count) in days {
        let day =
            chrono::DateTime::from_timestamp_millis(number.saturating_mul(86_400_000)).map(|day| day.date_naive());
        if let Some(sum) = day.and_then(|day| sums.get_mut(&first(day))) {
            *sum += count;
        }
    }
    sums.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(office: &str, service: &str, count: u64) -> Tally {
        let (office, service) = (office.parse().unwrap(), service.parse().unwrap());
        Tally { office, service, status: "draf".to_owned(), count }
    }

    #[test]
    fn sums_are_by_what_was_asked_and_the_most_comes_first() {
        let all = [
            tally("35.10.01.2001", "G01", 2),
            tally("35.10.01.2002", "G02", 3),
            tally("35.10.02.2001", "S01", 4),
            tally("35.10.U.001", "G01", 1),
        ];
        let pairs = |list: &[(&str, u64)]| list.iter().map(|(key, sum)| ((*key).to_owned(), *sum)).collect::<Vec<_>>();
        assert_eq!(lines(&all, By::District), pairs(&[("35.10.01", 5), ("35.10.02", 4), ("", 1)]));
        assert_eq!(lines(&all, By::Sector), pairs(&[("G", 6), ("S", 4)]));
        assert_eq!(lines(&all, By::Service), pairs(&[("S01", 4), ("G01", 3), ("G02", 3)]));
    }

    #[test]
    fn days_without_a_record_are_drawn_too() {
        let day = |number: i64| chrono::DateTime::from_timestamp_millis(number * 86_400_000).unwrap().date_naive();
        let days = BTreeMap::from([(20_000, 2), (20_001, 3), (20_040, 5)]);
        let months = over_time(&days, (day(20_000), day(20_040)), true);
        assert_eq!((months.len(), months.iter().map(|(_, sum)| sum).sum::<u64>()), (2, 10), "{months:?}");
        let some = over_time(&days, (day(20_000), day(20_002)), false);
        assert_eq!(some.iter().map(|(_, sum)| *sum).collect::<Vec<_>>(), [2, 3, 0]);
    }
}
