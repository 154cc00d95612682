//! A node that holds the records of years.

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use change_log::DocumentId;
use indicatif::ProgressBar;
use office_model::{Catalogue, OfficeCode, calendar};
use replica_store::{Clock, Reader, Replica};
use service_document::NewTransaction;
use village_node::NodeOptions;

use super::serving;
use crate::demo::DemoError;
use crate::demo::hub::Hub;
use crate::generate::{Generator, Record, Step};

/// Who signs in.
pub(super) const CLERK: &str = "siti";
/// The password of a node that lives for a bench.
pub(super) const SECRET: &str = "hanya-untuk-ukur";
/// Records that are saved with one sync.
const BATCH: usize = 1_000;
/// One record in so many takes its steps: a million records with all of theirs would take hours to make.
const STEPPED: usize = 10;
/// The records lie over so much time: three years.
const SPAN_MILLIS: i64 = 3 * 365 * 24 * 3_600_000;

pub(super) struct Archive {
    pub(super) dir: PathBuf,
}

impl Archive {
    /// The node in this folder; made and filled when it is not there.
    pub(super) async fn take_up(dir: &Path, office: OfficeCode, count: usize, seed: u64) -> Result<Self, DemoError> {
        let archive = Self { dir: dir.to_owned() };
        if dir.join("filled").exists() {
            return Ok(archive);
        }
        if dir.exists() {
            let text = format!("{} was left half filled: remove it, and begin again", dir.display());
            return Err(DemoError::Internal(text));
        }
        let hub_dir = tempfile::tempdir()?;
        let codes = crate::demo::hub::make(hub_dir.path(), crate::demo::hub::ROSTER, &[office])?;
        let hub = Hub::start(hub_dir.path()).await?;
        let code = codes.first().map_or("", String::as_str);
        let url = format!("https://{}", hub.address);
        let enrolled = village_node::enrol(dir, &url, code, &NodeOptions::default()).await?;
        hub.stop().await?;
        fill(&mut enrolled.node.replica(), office, (count, seed))?;
        std::fs::write(dir.join("filled"), b"")?;
        Ok(archive)
    }

    /// An account for the clerk, with the command that is there for it.
    pub(super) fn account(&self) -> Result<(), DemoError> {
        let mut command = serving::program(&self.dir)?;
        command.args(["account", "put", CLERK, "--name", "Siti Aminah", "--role", "petugas"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{SECRET}")?;
        }
        if child.wait()?.success() { Ok(()) } else { Err(DemoError::Internal("no account could be made".to_owned())) }
    }

    /// Its records, and its bytes on the disk.
    pub(super) fn size(&self) -> Result<(u64, u64), DemoError> {
        let mut bytes = 0;
        for file in std::fs::read_dir(&self.dir)? {
            let known = file?.metadata()?;
            bytes += if known.is_file() { known.len() } else { 0 };
        }
        Ok((Reader::open(&self.dir)?.counts()?.transactions, bytes))
    }
}

fn fill(replica: &mut Replica, office: OfficeCode, (count, seed): (usize, u64)) -> Result<(), DemoError> {
    let now = sync_server::clock::now_millis();
    let today = calendar::wib_date(now).ok_or_else(|| DemoError::Internal("the clock shows no day".to_owned()))?;
    let mut generator = Generator::new(office, seed, today);
    let bar = ProgressBar::new(count as u64);
    for first in (0..count).step_by(BATCH) {
        let records: Vec<Record> = generator.by_ref().take(BATCH.min(count - first)).collect();
        let part = i64::try_from(first).unwrap_or(0) * SPAN_MILLIS / i64::try_from(count).unwrap_or(1).max(1);
        let clock = Clock { millis: now - SPAN_MILLIS + part, hub_offset_millis: None, clerk: CLERK.to_owned() };
        let new: Vec<NewTransaction> =
            records.iter().enumerate().map(|(index, record)| transaction(office, record, first + index)).collect();
        let ids = replica.create_transactions(&new, &clock)?;
        let steps: Vec<(DocumentId, Vec<Step>)> =
            ids.into_iter().zip(records.into_iter().map(|record| record.steps)).step_by(STEPPED).collect();
        let longest = steps.iter().map(|(_, steps)| steps.len()).max().unwrap_or(0);
        for number in 0..longest {
            let due = steps.iter().filter_map(|(id, steps)| steps.get(number).map(|step| (*id, step)));
            let (those, mut to_take): (Vec<DocumentId>, VecDeque<&Step>) = due.unzip();
            replica.change_many(&those, &clock, |document, stamp| match to_take.pop_front() {
                Some(step) => document.step(step.to, step.reason.as_deref(), stamp).map(Some),
                None => Ok(None),
            })?;
        }
        bar.inc(new.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Every third has a letter number, as one that was written into an older book.
fn transaction(office: OfficeCode, record: &Record, number: usize) -> NewTransaction {
    let letter = number.is_multiple_of(3).then(|| format!("470/{}/429.523/2026", number / 3 + 1));
    NewTransaction {
        office,
        service: record.service,
        catalogue_version: Catalogue::current().version(),
        fields: record.fields.clone(),
        number: letter,
        serials: None,
    }
}
