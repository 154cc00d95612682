//! Transactions by service, by sector and by district, and how many of each are overdue. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use office_model::{Bilingual, Catalogue, OfficeCode, ServiceId};
use serde::{Deserialize, Serialize};

use super::documents::Need;
use super::facts::NightFacts;
use super::report::DocumentLine;

/// What the offices did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WorkPart {
    /// The day before the report's: the last whole one.
    pub(crate) day: NaiveDate,
    /// Transactions made on it, as far as they have arrived.
    pub(crate) made_day: u64,
    /// From the first of its month up to its end.
    pub(crate) made_month: u64,
    /// Each service of the catalogue.
    pub(crate) services: Vec<ServiceLine>,
    pub(crate) sectors: Vec<SectorLine>,
    pub(crate) districts: Vec<DistrictLine>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceLine {
    pub(crate) service: ServiceId,
    pub(crate) label: Bilingual,
    pub(crate) day: u64,
    pub(crate) month: u64,
    pub(crate) overdue: u64,
    pub(crate) due_today: u64,
}

/// A sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SectorLine {
    pub(crate) sector: char,
    pub(crate) label: Bilingual,
    pub(crate) day: u64,
    pub(crate) month: u64,
    pub(crate) overdue: u64,
    pub(crate) due_today: u64,
}

/// A sub-district with the offices in it; without a code: offices of the whole regency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DistrictLine {
    pub(crate) district: Option<OfficeCode>,
    pub(crate) label: Bilingual,
    pub(crate) day: u64,
    pub(crate) month: u64,
    pub(crate) overdue: u64,
    pub(crate) due_today: u64,
}

/// Four figures of something.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    day: u64,
    month: u64,
    overdue: u64,
    due_today: u64,
}

type Keys = (ServiceId, Option<OfficeCode>);

/// `needing`: all records that need a person.
pub(crate) fn part(facts: &NightFacts, needing: &[DocumentLine]) -> WorkPart {
    let mut figures: BTreeMap<Keys, Figures> = BTreeMap::new();
    for (office, service, count) in &facts.made_day {
        figures.entry((*service, office.district())).or_default().day += count;
    }
    for (office, service, count) in &facts.made_month {
        figures.entry((*service, office.district())).or_default().month += count;
    }
    for line in needing {
        let Some(service) = line.service else { continue };
        let has = |need: Need| u64::from(line.needs.iter().any(|word| word == need.as_str()));
        let of = figures.entry((service, line.office.district())).or_default();
        of.overdue += has(Need::Overdue);
        of.due_today += has(Need::DueToday);
    }
    let sum = |is: &dyn Fn(&Keys) -> bool| {
        figures.iter().filter(|(keys, _)| is(keys)).fold(Figures::default(), |sum, (_, one)| Figures {
            day: sum.day + one.day,
            month: sum.month + one.month,
            overdue: sum.overdue + one.overdue,
            due_today: sum.due_today + one.due_today,
        })
    };
    let all = sum(&|_| true);
    WorkPart {
        day: facts.date.pred_opt().unwrap_or(facts.date),
        made_day: all.day,
        made_month: all.month,
        services: services(&figures)
            .into_iter()
            .map(|(service, label)| {
                let Figures { day, month, overdue, due_today } = sum(&|(one, _)| *one == service);
                ServiceLine { service, label, day, month, overdue, due_today }
            })
            .collect(),
        sectors: sectors(&figures)
            .into_iter()
            .map(|(sector, label)| {
                let Figures { day, month, overdue, due_today } = sum(&|(one, _)| one.sector_letter() == sector);
                SectorLine { sector, label, day, month, overdue, due_today }
            })
            .collect(),
        districts: districts(facts, &figures)
            .into_iter()
            .map(|(district, label)| {
                let Figures { day, month, overdue, due_today } = sum(&|(_, one)| *one == district);
                DistrictLine { district, label, day, month, overdue, due_today }
            })
            .collect(),
    }
}

/// Those of the catalogue in its order, then those that a newer catalogue has.
fn services(figures: &BTreeMap<Keys, Figures>) -> Vec<(ServiceId, Bilingual)> {
    let catalogue = Catalogue::current();
    let mut all: Vec<_> = catalogue.services().map(|service| (service.id, service.label.clone())).collect();
    for (service, _) in figures.keys() {
        if all.iter().all(|(known, _)| known != service) {
            all.push((*service, Bilingual::new(service.as_str(), service.as_str())));
        }
    }
    all
}

fn sectors(figures: &BTreeMap<Keys, Figures>) -> Vec<(char, Bilingual)> {
    let mut all: Vec<_> =
        Catalogue::current().sectors().iter().map(|sector| (sector.letter, sector.label.clone())).collect();
    for (service, _) in figures.keys() {
        let letter = service.sector_letter();
        if all.iter().all(|(known, _)| *known != letter) {
            all.push((letter, Bilingual::new(letter, letter)));
        }
    }
    all
}

/// Those of the roster by name, those that only records name, and last the offices of no sub-district.
fn districts(facts: &NightFacts, figures: &BTreeMap<Keys, Figures>) -> Vec<(Option<OfficeCode>, Bilingual)> {
    let mut names: BTreeMap<OfficeCode, String> = BTreeMap::new();
    for code in figures.keys().filter_map(|(_, district)| *district) {
        names.insert(code, code.to_string());
    }
    for one in &facts.offices {
        if let Some(district) = &one.office.district {
            names.insert(district.code, district.name.clone());
        }
    }
    let mut all: Vec<_> =
        names.into_iter().map(|(code, name)| (Some(code), Bilingual::new(name.clone(), name))).collect();
    all.sort_by(|(_, one), (_, other)| one.id.cmp(&other.id));
    all.push((None, Bilingual::new("Satuan kerja dan fasilitas kesehatan", "Working units and health facilities")));
    all
}
