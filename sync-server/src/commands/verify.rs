//! `verify`: checks everything stored. Exit code 0 only when nothing is wrong.

use serde_json::json;

use super::{Answer, open};
use crate::Failure;
use crate::cli::Common;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server verify --json && echo sound")]
pub(crate) struct Arguments {}

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let mut report = reader.verify()?;
    let keys = crate::keys::HubKeys::load(&common.data)?;
    if keys.hub()? != reader.hub() {
        report.problems.push("the key file belongs to another hub than the database".to_owned());
    }
    let json = json!({
        "sound": report.is_sound(),
        "logs": report.logs,
        "entries": report.entries,
        "documents": report.documents,
        "feeds": report.feeds,
        "problems": report.problems,
    });
    let figures = format!(
        "{} logs, {} changes, {} transactions, {} feeds",
        report.logs, report.entries, report.documents, report.feeds
    );
    if report.is_sound() {
        return Ok(Answer::new(json, format!("sound: {figures}\n")));
    }
    let next = "next: sync-server rebuild-views repairs rows, search and digests; for the rest restore a backup \
                (sync-server restore FILE), the nodes then send again what it lacks";
    let text = format!("{} problems in {figures}\n{}\n{next}\n", report.problems.len(), report.problems.join("\n"));
    Ok(Answer::bad(json, text))
}
