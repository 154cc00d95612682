//! `quarantine`: changes that were not accepted, and judging them again.

use change_log::DocumentId;
use office_model::counted;
use replica_store::{EntryState, RefusalSource};
use serde_json::{Value, json};

use super::{Answer, open, table, time};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server quarantine\n  sync-server quarantine retry\n  sync-server quarantine retry ID"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// So many at most.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Judge them again: of one transaction, or all.
    #[command(
        after_help = "Examples:\n  sync-server quarantine retry\n  sync-server quarantine retry 0198c5a0-7f3e-7c11-9a55-0f4be2a3c1d2"
    )]
    Retry {
        /// The transaction.
        id: Option<DocumentId>,
    },
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    if let Some(What::Retry { id }) = &arguments.what {
        let done = common.submit(&Act::Retry { by: by_command("quarantine retry"), document: *id })?;
        let count = done.get("retried").and_then(Value::as_u64).unwrap_or_default();
        let text = format!(
            "{} judged again; sync-server quarantine shows what stays out\n",
            counted(count, "change is", "changes are")
        );
        return Ok(Answer::new(done, text));
    }
    let (mut list, mut lines): (Vec<Value>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    for one in open(&common.data)?.quarantine(arguments.limit)? {
        let source = match one.source {
            RefusalSource::Door => "door",
            RefusalSource::Gate => "gate",
            RefusalSource::Hub => "hub",
        };
        lines.push(vec![
            one.document.to_string(),
            one.epoch.to_string(),
            one.position.to_string(),
            one.code.clone(),
            one.detail.clone(),
            time(one.at_millis),
        ]);
        list.push(json!({
            "id": one.document,
            "epoch": one.epoch,
            "position": one.position,
            "hash": one.hash,
            "waits": one.state == EntryState::Parked,
            "source": source,
            "code": one.code,
            "detail": one.detail,
            "at_millis": one.at_millis,
        }));
    }
    Ok(Answer::new(Value::Array(list), table(&["id", "log", "position", "code", "detail", "since"], &lines)))
}
