//! What a report holds. What is kept is its JSON, a contract: see `docs/json.md`.

use std::collections::BTreeMap;

use change_log::{DocumentId, NodeId};
use chrono::NaiveDate;
use office_model::{Bilingual, OfficeCode, ServiceId};
use serde::{Deserialize, Serialize};

use super::facts::{NightFacts, NodeNight};
use super::numbers::{self, NumbersPart};
use super::work::{self, WorkPart};
use super::{documents, late};

/// The report of a night. Reports of earlier versions hold nothing below `offices`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The day on whose morning the night ended.
    pub(crate) date: NaiveDate,
    /// When it was made.
    pub(crate) made_millis: i64,
    /// How many offices are `proven`, `late`, `never` proven, `shut_out`, `not_enrolled`.
    pub(crate) totals: BTreeMap<String, u64>,
    /// Changes kept out of their records.
    pub(crate) quarantined: u64,
    /// By code.
    pub(crate) offices: Vec<OfficeLine>,
    #[serde(flatten)]
    pub(crate) whole: Option<Whole>,
}

/// What reports hold since they are whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Whole {
    /// The version of the program that made it.
    pub(crate) version: String,
    /// It tells of what happened from here,
    pub(crate) from_millis: i64,
    /// up to here.
    pub(crate) until_millis: i64,
    /// It was made later than it was due.
    pub(crate) caught_up: bool,
    pub(crate) work: WorkPart,
    pub(crate) needs: Needs,
    /// Records that need a person, the worst first; at most [`documents::LISTED`].
    pub(crate) documents: Vec<DocumentLine>,
    pub(crate) documents_left_out: u64,
    pub(crate) numbers: NumbersPart,
    pub(crate) check: CheckLine,
    pub(crate) backup: BackupLine,
}

/// An office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfficeLine {
    pub(crate) office: OfficeCode,
    pub(crate) name: String,
    /// `proven`, `late`, `never`, `shut_out`, `not_enrolled`.
    pub(crate) state: String,
    pub(crate) since_millis: Option<i64>,
    pub(crate) nodes: Vec<NodeLine>,
    pub(crate) entries: u64,
    /// Why it is late: a word of [`late::Reason`].
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// Its sub-district.
    #[serde(default)]
    pub(crate) district: Option<OfficeCode>,
}

/// A machine of an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NodeLine {
    pub(crate) node: NodeId,
    /// When it was shut out.
    #[serde(default)]
    pub(crate) shut_out_millis: Option<i64>,
    pub(crate) proven_millis: Option<i64>,
    pub(crate) last_contact_millis: Option<i64>,
    /// Why it is late.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// How its last call ended: the diary's word.
    #[serde(default)]
    pub(crate) last_outcome: Option<String>,
    /// Calls in the night, and of these cut and refused.
    #[serde(default)]
    pub(crate) calls: u64,
    #[serde(default)]
    pub(crate) cuts: u64,
    #[serde(default)]
    pub(crate) refused: u64,
    /// Entries that it said it has and the hub has not.
    #[serde(default)]
    pub(crate) unsent: Option<u64>,
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// That is below the hub's.
    #[serde(default)]
    pub(crate) is_old: bool,
}

/// What the machines of an office did, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfficeSum {
    pub(crate) last_contact_millis: Option<i64>,
    pub(crate) calls: u64,
    pub(crate) cuts: u64,
    pub(crate) refused: u64,
    pub(crate) unsent: Option<u64>,
}

impl OfficeLine {
    /// What its machines did in the night. When it was heard and what it has not sent is told by those that may call, or where none
    /// is left by those that might.
    pub(crate) fn sum(&self) -> OfficeSum {
        let sum = |figure: fn(&NodeLine) -> u64| self.nodes.iter().map(figure).sum::<u64>();
        let counted = || self.nodes.iter().filter(|node| node.shut_out_millis.is_none() || self.state == "shut_out");
        OfficeSum {
            last_contact_millis: counted().filter_map(|node| node.last_contact_millis).max(),
            calls: sum(|node| node.calls),
            cuts: sum(|node| node.cuts),
            refused: sum(|node| node.refused),
            unsent: counted().filter_map(|node| node.unsent).reduce(u64::saturating_add),
        }
    }
}

/// How many records need a person, by why. One may need it for several reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Needs {
    /// Records in all.
    pub(crate) documents: u64,
    pub(crate) overdue: u64,
    pub(crate) due_today: u64,
    pub(crate) quarantined: u64,
    pub(crate) divergent: u64,
    pub(crate) waiting_camat: u64,
}

/// A record that needs a person. Without personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocumentLine {
    pub(crate) id: DocumentId,
    pub(crate) office: OfficeCode,
    pub(crate) service: Option<ServiceId>,
    pub(crate) status: Option<String>,
    pub(crate) made_millis: Option<i64>,
    /// The last day of the promised time, while that runs.
    pub(crate) due: Option<NaiveDate>,
    /// Working days since then.
    pub(crate) days_late: u32,
    /// Words of [`documents::Need`], the worst first.
    pub(crate) needs: Vec<String>,
    /// Why a change of it is quarantined.
    pub(crate) quarantine: Option<String>,
}

/// Whether all that is stored is sound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckLine {
    pub(crate) sound: bool,
    pub(crate) checked_millis: i64,
    pub(crate) logs: u64,
    pub(crate) entries: u64,
    pub(crate) documents: u64,
    pub(crate) feeds: u64,
    pub(crate) files: u64,
    /// What is wrong, the first few.
    pub(crate) problems: Vec<String>,
    pub(crate) problems_left_out: u64,
    /// What to do about it.
    pub(crate) advice: Vec<Bilingual>,
}

/// The night's backup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackupLine {
    /// `made`: written and checked. `off`: no folder is set. `missed`: the night was caught up with later. `failed`: it
    /// was not written, or, where `file` is said, not all attached files were copied.
    pub(crate) state: String,
    pub(crate) file: Option<String>,
    pub(crate) bytes: Option<u64>,
    pub(crate) made_millis: Option<i64>,
    /// It was opened and everything in it checked.
    pub(crate) verified: bool,
    /// Why it failed.
    pub(crate) error: Option<String>,
    /// Backups in the folder, this one included.
    pub(crate) kept: Option<u64>,
    /// Attached files that are whole in its folder `blobs`; nothing in reports from before they were copied.
    pub(crate) files: Option<u64>,
    /// Attached files that are gone or damaged at the hub, and not in that folder either.
    pub(crate) files_missing: Option<u64>,
}

/// The little that a list of nights shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Brief {
    pub(crate) date: NaiveDate,
    pub(crate) made_millis: i64,
    pub(crate) totals: BTreeMap<String, u64>,
    pub(crate) quarantined: u64,
    pub(crate) needs: Option<Needs>,
    pub(crate) work: Option<BriefWork>,
    pub(crate) check: Option<BriefCheck>,
    pub(crate) backup: Option<BackupLine>,
}

/// Transactions of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct BriefWork {
    pub(crate) made_day: u64,
}

/// Whether the check was sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct BriefCheck {
    pub(crate) sound: bool,
}

impl Report {
    /// The report of a night.
    pub(crate) fn of(facts: NightFacts) -> Self {
        let span = facts.span;
        let offices: Vec<OfficeLine> = facts
            .offices
            .iter()
            .map(|one| {
                let judged = late::judge(one, &span, &facts.version);
                OfficeLine {
                    office: one.office.code,
                    name: one.office.full_name(),
                    state: judged.state.to_owned(),
                    since_millis: judged.since_millis,
                    nodes: one.nodes.iter().chain(&one.gone).map(|node| node_line(node, &facts)).collect(),
                    entries: one.entries,
                    reason: judged.reason.map(|reason| reason.as_str().to_owned()),
                    district: one.office.district.as_ref().map(|district| district.code),
                }
            })
            .collect();
        let mut totals: BTreeMap<String, u64> = late::STATES.iter().map(|state| ((*state).to_owned(), 0)).collect();
        for line in &offices {
            *totals.entry(line.state.clone()).or_default() += 1;
        }
        let needing = documents::needing(&facts);
        let needs = documents::count(&needing);
        let work = work::part(&facts, &needing);
        let numbers = numbers::part(&facts);
        let left_out = needing.len().saturating_sub(documents::LISTED) as u64;
        Self {
            date: facts.date,
            made_millis: span.made_millis,
            totals,
            quarantined: facts.quarantined,
            offices,
            whole: Some(Whole {
                version: facts.version,
                from_millis: span.from_millis,
                until_millis: span.until_millis,
                caught_up: span.made_millis.saturating_sub(span.until_millis) > late::ON_TIME_MILLIS,
                work,
                needs,
                documents: needing.into_iter().take(documents::LISTED).collect(),
                documents_left_out: left_out,
                numbers,
                check: facts.check,
                backup: facts.backup,
            }),
        }
    }

    /// How many offices have this state.
    pub(crate) fn count(&self, state: &str) -> u64 {
        self.totals.get(state).copied().unwrap_or_default()
    }

    /// How many offices have, or had, a machine and are not proven.
    pub(crate) fn behind_count(&self) -> u64 {
        behind_count(&self.totals)
    }

    /// The name of an office; its code when the report has none.
    pub(crate) fn name_of(&self, office: OfficeCode) -> String {
        let found = self.offices.iter().find(|line| line.office == office);
        found.map_or_else(|| office.to_string(), |line| line.name.clone())
    }

    /// The offices that have, or had, a machine and are not proven, the worst first: those that cannot call at all, then the
    /// longest waiting.
    pub(crate) fn behind(&self) -> Vec<&OfficeLine> {
        let mut behind: Vec<_> =
            self.offices.iter().filter(|line| late::BEHIND.contains(&line.state.as_str())).collect();
        let rank = |line: &OfficeLine| {
            let rank = |reason| late::Reason::ALL.iter().position(|known| known.as_str() == reason);
            line.reason.as_deref().and_then(rank).unwrap_or(usize::MAX)
        };
        behind.sort_by_key(|line| (line.state != "shut_out", line.since_millis, rank(line), line.office));
        behind
    }
}

/// Of these totals: how many offices are behind.
pub(crate) fn behind_count(totals: &BTreeMap<String, u64>) -> u64 {
    late::BEHIND.iter().filter_map(|state| totals.get(*state)).sum()
}

fn node_line(node: &NodeNight, facts: &NightFacts) -> NodeLine {
    let in_night: Vec<_> = node.calls.iter().filter(|call| call.at_millis >= facts.span.night_millis).collect();
    let count = |is: fn(&str) -> bool| in_night.iter().filter(|call| is(&call.outcome)).count() as u64;
    NodeLine {
        node: node.id,
        shut_out_millis: node.revoked_millis,
        proven_millis: node.proven_millis,
        last_contact_millis: node.last_contact_millis,
        reason: match node.revoked_millis {
            Some(_) => Some(late::Reason::ShutOut),
            None => late::reason(node, &facts.span, &facts.version),
        }
        .map(|reason| reason.as_str().to_owned()),
        last_outcome: node.calls.first().map(|call| call.outcome.clone()),
        calls: in_night.len() as u64,
        cuts: count(|outcome| outcome == "cut"),
        refused: count(|outcome| outcome.starts_with("refused")),
        unsent: node.unsent,
        version: node.version.clone(),
        is_old: late::is_old(node, &facts.version),
    }
}
