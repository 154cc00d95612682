//! `verify`: checks everything stored. Exit code 0 only when nothing is wrong.

use std::fmt::Write as _;

use exchange_driver::Covered;
use office_model::counted;
use replica_store::{OpenError, ProblemKind, Reader, Role};
use serde_json::json;

use super::late_bar::LateBar;
use super::{Answer, open};
use crate::act::Act;
use crate::cli::Common;
use crate::{Failure, HealthNote, admin};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server verify --json && echo sound")]
pub(crate) struct Arguments {}

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    // A database too damaged to be looked into is a finding like others.
    if let Some(error) = Reader::open(&common.data).err().filter(OpenError::is_damage) {
        note(common, 1);
        return Ok(unreadable(&error));
    }
    let reader = open(&common.data)?;
    let mut bar = LateBar::new(common.json);
    let verified = exchange_driver::verify_hub(&reader, &mut |done, all| bar.set(done, all));
    bar.finish();
    let verified = verified?;
    let report = &verified.report;
    let mut problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let mut advice: Vec<String> = verified.advice(Role::Hub).into_iter().map(|advice| advice.en).collect();
    let keys = crate::keys::HubKeys::load(&common.data)?;
    if keys.hub()? != reader.hub() {
        problems.push("the key file belongs to another hub than the database".to_owned());
        advice.push(format!("Put the {} of this hub back beside its database.", crate::keys::FILE));
    }
    let bare: Vec<&Covered> = verified.covered.iter().filter(|log| log.signed < log.position).collect();
    let sound = problems.is_empty();
    note(common, problems.len() as u64);
    let json = json!({
        "sound": sound,
        "logs": report.logs,
        "entries": report.entries,
        "documents": report.documents,
        "files": report.blobs,
        "feeds": report.feeds,
        "problems": problems,
        "advice": advice,
        "signatures": verified.covered.iter().map(|log| {
            json!({ "log": log.epoch.to_string(), "position": log.position, "signed": log.signed })
        }).collect::<Vec<_>>(),
    });
    let figures = format!(
        "{}, {}, {}, {}, {}",
        counted(report.logs, "log", "logs"),
        counted(report.entries, "change", "changes"),
        counted(report.documents, "document", "documents"),
        counted(report.feeds, "feed", "feeds"),
        counted(report.blobs, "attached file", "attached files"),
    );
    let mut text = if sound {
        format!("sound: {figures}\n")
    } else {
        let count = counted(problems.len() as u64, "problem", "problems");
        format!("{count} in {figures}\n{}\n{}\n", problems.join("\n"), advice.join("\n"))
    };
    for log in bare {
        let Covered { epoch, position, signed } = log;
        let _ = writeln!(
            text,
            "log {epoch}: signed up to {signed} of {position}; its node signs the rest with its next complete exchange"
        );
    }
    Ok(if sound { Answer::new(json, text) } else { Answer::bad(json, text) })
}

/// Tells the server that runs: alarms begin and end by it. Where none runs nobody watches, and nothing is written.
fn note(common: &Common, problems: u64) {
    if admin::is_served(&common.data) {
        // Its database may be what is damaged.
        let _ = common.submit(&Act::Health { note: HealthNote::Verified { problems } });
    }
}

fn unreadable(error: &OpenError) -> Answer {
    let error = error.to_string();
    let advice = exchange_driver::advice(ProblemKind::File, Role::Hub).en;
    let text = format!("{error}\n{advice}\n");
    let json = json!({
        "sound": false,
        "logs": 0,
        "entries": 0,
        "documents": 0,
        "feeds": 0,
        "problems": [error],
        "advice": [advice],
        "signatures": [],
    });
    Answer::bad(json, text)
}
