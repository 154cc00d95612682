//! `status`: the hub at a glance.

use serde_json::json;

use super::{Answer, open};
use crate::cli::Common;
use crate::{Failure, admin, clock, init};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sync-server status\n  sync-server status --json")]
pub(crate) struct Arguments {}

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let (counts, nodes, codes) = (reader.counts()?, reader.registered_nodes()?, reader.codes()?);
    let roster = init::roster(&reader)?;
    let admitted = nodes.iter().filter(|node| node.revoked_millis.is_none());
    let day_ago = clock::now_millis() - 24 * 3_600_000;
    let proven = admitted.clone().filter(|node| node.proven.is_some_and(|(at, _)| at >= day_ago)).count();
    let (admitted, running) = (admitted.count(), admin::is_served(&common.data));
    let open_codes =
        codes.iter().filter(|code| code.used.is_none() && code.expires_millis > clock::now_millis()).count();
    let alarms: u64 = codes.iter().map(|code| code.tries_after_use).sum();
    let entries: u64 = reader.logs()?.iter().map(|log| log.position).sum();
    let json = json!({
        "hub": reader.hub(),
        "epoch": reader.epoch(),
        "running": running,
        "offices": roster.len(),
        "nodes": admitted,
        "nodes_revoked": nodes.len() - admitted,
        "nodes_proven_last_24_hours": proven,
        "transactions": counts.transactions,
        "changes": entries,
        "pending": counts.pending,
        "quarantined": counts.quarantined,
        "divergent": counts.divergent,
        "set_aside": counts.set_aside,
        "codes_open": open_codes,
        "codes_tried_again": alarms,
    });
    let mut text = format!(
        "hub           {} ({})\noffices       {}\nnodes         {admitted}, proven in the last 24 hours {proven}\n\
         transactions  {}\nchanges       {entries}\npending       {}\nquarantined   {}\ndivergent     {}\n",
        reader.hub(),
        if running { "running" } else { "not running" },
        roster.len(),
        counts.transactions,
        counts.pending,
        counts.quarantined,
        counts.divergent,
    );
    if alarms > 0 {
        text.push_str("ALARM: a used enrolment code was tried again: ask who had it, and revoke what is not yours\n");
    }
    Ok(Answer::new(json, text))
}
