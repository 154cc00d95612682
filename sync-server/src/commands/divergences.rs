//! `divergences`: fields with several values that wait for a person at the office.

use std::fmt::Write as _;

use replica_store::{ListFilter, Page};
use serde_json::{Value, json};

use super::{Answer, list, load, open};
use crate::Failure;
use crate::act::Act;
use crate::cli::Common;
use crate::operators::by_command;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sync-server divergences --json\n\nAn office settles one with: village-node settle ID PATH VALUE\nReading them is noted in the audit trail."
)]
pub(crate) struct Arguments {
    /// So many transactions at most.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let filter = ListFilter { divergent: true, ..ListFilter::default() };
    let (mut transactions, mut text) = (Vec::new(), String::new());
    let rows = reader.list(&filter, Page { after: None, count: arguments.limit })?;
    if !rows.is_empty() {
        // Values of records, names and NIKs among them. Noted first: nobody reads them unnoted.
        let (by, subject) = (by_command("divergences"), rows.len().to_string());
        common.submit(&Act::Note { by, act: "divergences_read".to_owned(), subject })?;
    }
    for row in rows {
        let document = load(&reader, row.document)?;
        let mut line = list::row(&row);
        if let Some(line) = line.as_object_mut() {
            line.insert("divergences".to_owned(), json!(document.divergences()));
        }
        transactions.push(line);
        for divergence in document.divergences() {
            let shown = |value: &Value| if value.is_null() { "[taken away]".to_owned() } else { value.to_string() };
            let said: Vec<String> =
                divergence.values.iter().map(|one| format!("{} ({})", shown(&one.value), one.clerk)).collect();
            let _ = writeln!(text, "{} {} {}: {}", row.document, row.office, divergence.path, said.join(" | "));
        }
    }
    if text.is_empty() {
        text.push_str("nothing to settle\n");
    }
    Ok(Answer::new(json!({ "transactions": transactions }), text))
}
