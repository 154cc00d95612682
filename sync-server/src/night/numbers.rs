//! Letter numbers: those that are missing and those given twice, each explained, and the blocks that were granted. Pure.

use std::collections::{BTreeMap, BTreeSet};

use change_log::{DocumentId, NodeId};
use chrono::Datelike as _;
use office_model::OfficeCode;
use office_model::register::{Block, BlockState, GapReason, Stretch, account};
use serde::{Deserialize, Serialize};

use super::documents::LISTED;
use super::facts::{BookFacts, NightFacts, Twice};

/// What the registers of letter numbers say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NumbersPart {
    /// Registers: one an office, series and year.
    pub(crate) books: u64,
    /// Serials that letters have.
    pub(crate) issued: u64,
    /// Serials below an issued one of the same block that no letter here has.
    pub(crate) missing: u64,
    /// Serials that nobody will issue any more.
    pub(crate) closed: u64,
    /// Serials that several letters have.
    pub(crate) twice: u64,
    /// At most [`LISTED`], as of duplicates and of blocks.
    pub(crate) gaps: Vec<GapLine>,
    #[serde(default)]
    pub(crate) gaps_left_out: u64,
    pub(crate) duplicates: Vec<DuplicateLine>,
    /// Blocks granted since the report before, and serials in them.
    pub(crate) granted_blocks: u64,
    pub(crate) granted_numbers: u64,
    pub(crate) granted: Vec<GrantedLine>,
}

impl NumbersPart {
    /// Rows of gaps and duplicates that the report has no room for.
    pub(crate) const fn left_out(&self) -> u64 {
        self.gaps_left_out + self.twice.saturating_sub(self.duplicates.len() as u64)
    }

    /// The same of the blocks that were granted.
    pub(crate) const fn granted_left_out(&self) -> u64 {
        self.granted_blocks.saturating_sub(self.granted.len() as u64)
    }
}

/// Serials that stand for no letter, and will not by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GapLine {
    pub(crate) office: OfficeCode,
    pub(crate) series: String,
    pub(crate) year: i32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// The machine that holds the block; nothing for serials in no block.
    pub(crate) node: Option<NodeId>,
    /// A word of [`Why`].
    pub(crate) why: String,
}

/// A serial that several letters have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DuplicateLine {
    pub(crate) office: OfficeCode,
    pub(crate) serial: String,
    pub(crate) documents: Vec<DocumentId>,
    /// A word of [`Why`].
    pub(crate) why: String,
}

/// A block that was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantedLine {
    pub(crate) office: OfficeCode,
    pub(crate) node: NodeId,
    pub(crate) series: String,
    pub(crate) year: i32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) granted_millis: i64,
}

/// What explains a gap or a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its machine has entries that have not arrived: the letter may be among them.
    OnItsWay,
    /// Changes of the office are quarantined: the letter may be among them.
    Quarantined,
    /// All that its machine has arrived, and this letter is not in it: its disk lost it.
    Lost,
    /// The machine's database was restored, copied or replaced, or it was shut out: the rest of its block is void.
    Closed,
    /// The hub left them out after it was restored from a backup.
    LeftOut,
    /// No grant is known here.
    NotGranted,
    /// A machine's database was copied, and both copies went on until that was noticed.
    Copied,
    /// Several machines were granted it: the hub was restored from a backup that knew the first grant not.
    GrantedTwice,
}

impl Why {
    pub(crate) const ALL: [Self; 8] = [
        Self::Lost,
        Self::Copied,
        Self::GrantedTwice,
        Self::Quarantined,
        Self::OnItsWay,
        Self::NotGranted,
        Self::Closed,
        Self::LeftOut,
    ];

    /// The word in the report.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OnItsWay => "on_its_way",
            Self::Quarantined => "quarantined",
            Self::Lost => "lost",
            Self::Closed => "closed",
            Self::LeftOut => "left_out",
            Self::NotGranted => "not_granted",
            Self::Copied => "copied",
            Self::GrantedTwice => "granted_twice",
        }
    }
}

pub(crate) fn part(facts: &NightFacts) -> NumbersPart {
    let unsent: BTreeMap<NodeId, bool> = facts
        .offices
        .iter()
        .flat_map(|office| &office.nodes)
        // Who never said what it has may have more.
        .map(|node| (node.id, node.unsent.is_none_or(|count| count > 0)))
        .collect();
    let quarantined: BTreeSet<OfficeCode> =
        facts.offices.iter().filter(|office| office.quarantined > 0).map(|office| office.office.code).collect();
    let mut gaps: Vec<(usize, GapLine)> = Vec::new();
    for book in &facts.books {
        gaps.extend(of_book(book, facts.date.year()).into_iter().map(|(mut why, first, last, node)| {
            if why == Why::Lost {
                why = match node {
                    Some(node) if unsent.get(&node).copied().unwrap_or(false) => Why::OnItsWay,
                    _ if quarantined.contains(&book.office) => Why::Quarantined,
                    _ => Why::Lost,
                };
            }
            let line = GapLine {
                office: book.office,
                series: book.series.to_string(),
                year: book.year,
                first,
                last,
                node,
                why: why.as_str().to_owned(),
            };
            (Why::ALL.iter().position(|known| *known == why).unwrap_or(usize::MAX), line)
        }));
    }
    let serials = |is: &dyn Fn(&str) -> bool| {
        let fitting = gaps.iter().filter(|(_, gap)| is(&gap.why));
        fitting.map(|(_, gap)| u64::from(gap.last - gap.first) + 1).sum::<u64>()
    };
    let missing = serials(&|why| matches!(why, "on_its_way" | "quarantined" | "lost"));
    let closed = serials(&|why| why == "closed");
    gaps.sort_by(|(rank, one), (other_rank, other)| {
        (rank, one.office, &one.series, one.year, one.first).cmp(&(
            other_rank,
            other.office,
            &other.series,
            other.year,
            other.first,
        ))
    });
    let blocks = facts.granted.iter();
    NumbersPart {
        books: facts.books.len() as u64,
        issued: facts.books.iter().map(|book| book.issued.len() as u64).sum(),
        missing,
        closed,
        twice: facts.twice.len() as u64,
        gaps_left_out: gaps.len().saturating_sub(LISTED) as u64,
        gaps: gaps.into_iter().map(|(_, gap)| gap).take(LISTED).collect(),
        duplicates: facts
            .twice
            .iter()
            .take(LISTED)
            .map(|twice| DuplicateLine {
                office: twice.office,
                serial: twice.serial.to_string(),
                documents: twice.records.clone(),
                why: of_twice(&facts.books, twice).as_str().to_owned(),
            })
            .collect(),
        granted_blocks: facts.granted.len() as u64,
        granted_numbers: blocks.clone().map(|block| u64::from(block.last.saturating_sub(block.first)) + 1).sum(),
        granted: blocks
            .take(LISTED)
            .map(|block| GrantedLine {
                office: block.office,
                node: block.node,
                series: block.series.to_string(),
                year: block.year,
                first: block.first,
                last: block.last,
                granted_millis: block.at_millis,
            })
            .collect(),
    }
}

/// What explains that several letters have a serial: by how many machines it was granted to.
fn of_twice(books: &[BookFacts], twice: &Twice) -> Why {
    let serial = &twice.serial;
    let of_it =
        |book: &&BookFacts| (book.office, &book.series, book.year) == (twice.office, &serial.series, serial.year);
    let blocks = books.iter().filter(of_it).flat_map(|book| &book.blocks);
    let holders: BTreeSet<NodeId> =
        blocks.filter(|block| (block.first..=block.last).contains(&serial.serial)).map(|block| block.node).collect();
    match holders.len() {
        0 => Why::NotGranted,
        1 => Why::Copied,
        _ => Why::GrantedTwice,
    }
}

type Gap = (Why, u32, u32, Option<NodeId>);

/// What is not free in a book. What years before left unused is nobody's concern any more.
fn of_book(book: &BookFacts, this_year: i32) -> Vec<Gap> {
    let blocks: Vec<Block<NodeId>> = book
        .blocks
        .iter()
        .map(|block| Block {
            first: block.first,
            last: block.last,
            holder: block.node,
            state: if block.is_open && book.year >= this_year { BlockState::Open } else { BlockState::Closed },
        })
        .collect();
    let issued: BTreeSet<u32> = book.issued.keys().copied().collect();
    let gaps = account(&issued, &blocks, 1).into_iter().filter_map(|stretch| match stretch {
        Stretch::Issued(_) => None,
        Stretch::Gap { first, last, reason } => match reason {
            GapReason::Free(_) => None,
            GapReason::Lost(_) if book.year < this_year => None,
            GapReason::Lost(node) => Some((Why::Closed, first, last, Some(node))),
            GapReason::Missing(node) => Some((Why::Lost, first, last, Some(node))),
            GapReason::LeftOut if last <= book.floor => Some((Why::LeftOut, first, last, None)),
            GapReason::LeftOut => Some((Why::NotGranted, first, last, None)),
        },
    });
    gaps.collect()
}
