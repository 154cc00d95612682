//! `rebuild-views`: makes rows, search and digests again.

use office_model::counted;
use serde_json::Value;

use super::Answer;
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sync-server rebuild-views")]
pub(crate) struct Arguments {}

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    let done = common.submit(&Act::RebuildViews)?;
    let count = done.get("documents").and_then(Value::as_u64).unwrap_or_default();
    Ok(Answer::new(
        done,
        format!("rows, search and digests of {} were made again\n", counted(count, "document", "documents")),
    ))
}
