//! `status`: the hub at a glance.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use office_model::OfficeCode;
use replica_store::Node;
use serde_json::{Value, json};

use super::handbook::ROSTER_UNTOLD;
use super::{Answer, open, table, time};
use crate::alarm::tried_again;
use crate::cli::Common;
use crate::flags::Flags;
use crate::keys::HubKeys;
use crate::night::{Window, late};
use crate::regency::facts::{all_shut_out, last_contacts};
use crate::{Failure, admin, clock, handbook, init};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sync-server status\n  sync-server status --json")]
pub(crate) struct Arguments {}

/// What a figure for programs tells of.
const DAY_MILLIS: i64 = 24 * 3_600_000;
/// So many offices that are behind are shown to people; programs get all.
const BEHIND_LINES: usize = 10;

pub(crate) fn run(common: &Common, _arguments: &Arguments) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let now = clock::now_millis();
    let (counts, nodes, codes) = (reader.counts()?, reader.registered_nodes()?, reader.codes()?);
    let roster = init::roster(&reader)?;
    let known = nodes.len();
    let alarms: u64 = tried_again(&codes, &nodes, now).map(|code| code.tries_after_use).sum();
    let (shut_out, contacts) = (all_shut_out(&nodes), last_contacts(&nodes));
    let mut of_office: BTreeMap<OfficeCode, Vec<Node>> = BTreeMap::new();
    for node in nodes.into_iter().filter(|node| node.revoked_millis.is_none()) {
        of_office.entry(node.office).or_default().push(node);
    }
    let admitted: usize = of_office.values().map(Vec::len).sum();
    let recently = |node: &&Node| node.proven.is_some_and(|(at, _)| at >= now - DAY_MILLIS);
    let recently_proven = of_office.values().flatten().filter(recently).count();
    let window = Window::last(now, common.settings(&Flags::default())?.report_minute);
    let is_kept = |node: &&Node| node.proven.is_some_and(|(at, _)| window.is_kept(at));
    let proven = of_office.values().flatten().filter(is_kept).count();
    let begun = time(Some(window.begins_millis));
    let mut found: Vec<(Option<usize>, Value, Vec<String>)> = Vec::new();
    for office in roster.iter() {
        let nodes = of_office.get(&office.code).map_or(&[][..], Vec::as_slice);
        let proofs = nodes.iter().map(|node| (node.enrolled_millis, node.proven.map(|(at, _)| at)));
        let shut_out_millis = shut_out.get(&office.code).copied();
        let (state, since) = late::stands(proofs, shut_out_millis, window.begins_millis);
        let rank = late::BEHIND.iter().position(|behind| *behind == state);
        if rank.is_none() {
            continue;
        }
        let contact = contacts.get(&office.code).copied();
        let line = vec![office.code.to_string(), office.full_name(), state.to_owned(), time(since), time(contact)];
        let of_office = json!({
            "office": office.code,
            "name": office.full_name(),
            "state": state,
            "since_millis": since,
            "last_contact_millis": contact,
        });
        found.push((rank, of_office, line));
    }
    // The worst first; then by code.
    found.sort_by_key(|(rank, ..)| *rank);
    let is_any_shut_out = found.iter().any(|(rank, ..)| *rank == Some(0));
    let (behind, lines): (Vec<Value>, Vec<Vec<String>>) =
        found.into_iter().map(|(_, of_office, line)| (of_office, line)).unzip();
    let open_codes = codes.iter().filter(|code| code.used.is_none() && code.expires_millis > now).count();

    let entries: u64 = reader.logs()?.iter().map(|log| log.position).sum();
    let running = admin::is_served(&common.data);
    let rows = [
        ("hub", format!("{} ({})", reader.hub(), if running { "running" } else { "not running: sync-server serve" })),
        ("offices", format!("{}, {} with a machine, {} behind", roster.len(), of_office.len(), behind.len())),
        ("machines", format!("{admitted}, {proven} proven equal since {begun}, {} revoked", known - admitted)),
        ("transactions", counts.transactions.to_string()),
        ("changes", entries.to_string()),
        ("pending", counts.pending.to_string()),
        ("quarantined", with_next(counts.quarantined, "sync-server quarantine")),
        ("divergent", with_next(counts.divergent, "sync-server divergences; the offices settle them")),
        ("open codes", open_codes.to_string()),
    ];
    let mut text: String = rows.map(|(name, value)| format!("{name:<14}{value}\n")).concat();
    if counts.set_aside > 0 {
        let _ = writeln!(text, "set aside     {} (from data folders that were copied)", counts.set_aside);
    }
    if alarms > 0 {
        text.push_str("ALARM: a used enrolment code was tried again: ask who had it, and revoke what is not yours\n");
    }
    let roster_untold = handbook::roster_is_untold(&reader, &HubKeys::load(&common.data)?)?;
    if roster_untold {
        let _ = writeln!(text, "\n{ROSTER_UNTOLD}");
    }
    if !lines.is_empty() {
        text.push_str(&said_behind(&lines, &begun, is_any_shut_out));
    }
    let json = json!({
        "hub": reader.hub(),
        "epoch": reader.epoch(),
        "running": running,
        "offices": roster.len(),
        "roster_untold": roster_untold,
        "offices_enrolled": of_office.len(),
        "offices_behind": behind,
        "nodes": admitted,
        "nodes_revoked": known - admitted,
        "late_before_millis": window.begins_millis,
        "nodes_proven": proven,
        "nodes_proven_last_24_hours": recently_proven,
        "transactions": counts.transactions,
        "changes": entries,
        "pending": counts.pending,
        "quarantined": counts.quarantined,
        "divergent": counts.divergent,
        "set_aside": counts.set_aside,
        "codes_open": open_codes,
        "codes_tried_again": alarms,
    });
    Ok(Answer::new(json, text))
}

/// A figure, and where to look when it is not 0.
fn with_next(count: u64, next: &str) -> String {
    if count == 0 { "0".to_owned() } else { format!("{count}: {next}") }
}

/// The offices that are behind, the first of them line by line.
fn said_behind(lines: &[Vec<String>], begun: &str, is_any_shut_out: bool) -> String {
    let shown = lines.get(..BEHIND_LINES).unwrap_or(lines);
    let mut text = format!(
        "\nBehind: not proven equal since {begun}, when the last night that is over began. Ask whether their machines run and their links are up.\n"
    );
    if is_any_shut_out {
        text.push_str(
            "shut_out: all machines of that office are shut out, it cannot send: enrol a new one (sync-server enrol OFFICE).\n",
        );
    }
    text.push_str(&table(&["office", "name", "state", "since", "last contact"], shown));
    if lines.len() > shown.len() {
        let _ = writeln!(text, "and {} more: sync-server offices --enrolled", lines.len() - shown.len());
    }
    text
}
