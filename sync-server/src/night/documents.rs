//! Records that need a person on the day that begins: late ones, those due on it, quarantined, divergent, waiting. Pure.

use std::collections::BTreeMap;

use change_log::DocumentId;
use office_model::calendar::wib_date;
use office_model::{Catalogue, Status};

use super::facts::{NightFacts, OpenRecord};
use super::report::{DocumentLine, Needs};

/// So many are listed: more than a regency's offices leave open, so that the files have every line, and still little enough to keep.
/// All are counted.
pub(crate) const LISTED: usize = 20_000;

/// Why a record needs a person, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The service's promised time is over.
    Overdue,
    /// It ends on this day.
    DueToday,
    /// A change of it is kept out.
    Quarantined,
    /// Two values for one field wait to be settled.
    Divergent,
    /// It waits for the camat.
    WaitingCamat,
}

impl Need {
    pub(crate) const ALL: [Self; 5] =
        [Self::Overdue, Self::DueToday, Self::Quarantined, Self::Divergent, Self::WaitingCamat];

    /// The word in the report.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::DueToday => "due_today",
            Self::Quarantined => "quarantined",
            Self::Divergent => "divergent",
            Self::WaitingCamat => "waiting_camat",
        }
    }
}

/// All of them, the worst first: the longest overdue, then by what they need, then the oldest.
pub(crate) fn needing(facts: &NightFacts) -> Vec<DocumentLine> {
    let mut lines: BTreeMap<DocumentId, DocumentLine> = BTreeMap::new();
    for record in &facts.open {
        let line = of_record(record, facts);
        if !line.needs.is_empty() {
            lines.insert(record.id, line);
        }
    }
    for kept in &facts.kept_out {
        let line = lines.entry(kept.id).or_insert_with(|| DocumentLine {
            id: kept.id,
            office: kept.office,
            service: kept.row.as_ref().map(|(service, ..)| *service),
            status: kept.row.as_ref().map(|(_, status, _)| status.clone()),
            made_millis: kept.row.as_ref().map_or(kept.at_millis, |(.., made)| Some(*made)),
            due: None,
            days_late: 0,
            needs: Vec::new(),
            quarantine: None,
        });
        let word = Need::Quarantined.as_str();
        if line.quarantine.is_none() {
            let behind = line.needs.iter().filter(|need| rank(need) < Need::Quarantined as usize).count();
            line.needs.insert(behind, word.to_owned());
            line.quarantine = Some(kept.code.clone());
        }
    }
    let mut lines: Vec<DocumentLine> = lines.into_values().collect();
    lines.sort_by_key(|line| {
        let first = line.needs.first().map_or(usize::MAX, |need| rank(need));
        (std::cmp::Reverse(line.days_late), first, line.made_millis, line.id)
    });
    lines
}

fn rank(need: &str) -> usize {
    Need::ALL.iter().position(|known| known.as_str() == need).unwrap_or(usize::MAX)
}

fn of_record(record: &OpenRecord, facts: &NightFacts) -> DocumentLine {
    let status: Option<Status> = record.status.parse().ok();
    let made = wib_date(record.made_millis);
    let catalogue = Catalogue::of_version(record.catalogue).unwrap_or_else(Catalogue::current);
    let promised = catalogue.service(&record.service).map(|service| service.promised);
    let runs = status.is_some_and(Status::is_promised);
    let due = promised.zip(made).filter(|_| runs).map(|(promised, made)| promised.due(made, &facts.holidays));
    let is_late = due.is_some_and(|due| due < facts.date);
    let needs = [
        (Need::Overdue, is_late),
        (Need::DueToday, due == Some(facts.date)),
        (Need::Divergent, record.divergences > 0),
        (Need::WaitingCamat, status == Some(Status::MenungguCamat)),
    ];
    let days_late = due.filter(|_| is_late).map_or(0, |due| facts.holidays.working_days_between(due, facts.date));
    DocumentLine {
        id: record.id,
        office: record.office,
        service: Some(record.service),
        status: Some(record.status.clone()),
        made_millis: Some(record.made_millis),
        due,
        days_late,
        needs: needs.into_iter().filter(|(_, is)| *is).map(|(need, _)| need.as_str().to_owned()).collect(),
        quarantine: None,
    }
}

/// How many need what.
pub(crate) fn count(lines: &[DocumentLine]) -> Needs {
    let count = |need: Need| lines.iter().filter(|line| line.needs.iter().any(|word| word == need.as_str())).count();
    Needs {
        documents: lines.len() as u64,
        overdue: count(Need::Overdue) as u64,
        due_today: count(Need::DueToday) as u64,
        quarantined: count(Need::Quarantined) as u64,
        divergent: count(Need::Divergent) as u64,
        waiting_camat: count(Need::WaitingCamat) as u64,
    }
}
