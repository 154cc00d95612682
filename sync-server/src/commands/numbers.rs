//! `numbers`: what the hub granted of letter numbers, how an office numbers, and more numbers for a machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use change_log::NodeId;
use chrono::Datelike as _;
use exchange_driver::{number_floor, number_rule};
use office_model::calendar::wib_date;
use office_model::granting::Book;
use office_model::{NumberRule, NumberScope, NumberTemplate, OfficeCode, Series};
use serde_json::{Value, json};

use super::{Answer, known, open, table, time};
use crate::act::Act;
use crate::cli::Common;
use crate::regency::{numbers_left, numbers_left_of_offices};
use crate::{Failure, clock};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sync-server numbers\n  sync-server numbers show 35.10.01.2001\n  sync-server numbers rule 35.10.01.2001 --template '[kode]/[nomor]/KEP/[kode_unit]/[tahun]' --unit 429.523.03\n  sync-server numbers grant 0C7V2E5T8R0AQ --count 300

The hub grants each machine blocks of letter numbers by itself, as many as it uses in a month.
Left is what an office's machines may still issue this year, as its page at the desk says: nothing of a machine that is shut
out, nor of a disk that was restored since."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The blocks of one office, and how it numbers.
    #[command(after_help = "Example:\n  sync-server numbers show 35.10.01.2001")]
    Show {
        /// The office.
        office: OfficeCode,
    },
    /// Set how an office numbers its letters, in blocks granted from now on.
    #[command(
        after_help = "Example:\n  sync-server numbers rule 35.10.01.2001 --template '[kode]/[nomor,3]/[kode_desa]/[bulan_romawi]/[tahun]'

Parts of a template: [kode] [nomor,3] [kode_desa] [kode_unit] [bulan] [bulan_romawi] [tahun].
A machine gets its first block with its first exchange, and a block keeps the form it was granted in: set the rule before."
    )]
    Rule {
        /// The office.
        office: OfficeCode,
        /// The form of a number.
        #[arg(long)]
        template: NumberTemplate,
        /// What `[kode_unit]` stands for.
        #[arg(long, default_value = "")]
        unit: String,
        /// Count letters of each archive code by themselves, from the first year of which nothing was granted yet.
        #[arg(long)]
        by_code: bool,
    },
    /// Grant a machine more numbers than it uses: before an outreach day.
    #[command(after_help = "Example:\n  sync-server numbers grant 0C7V2E5T8R0AQ --count 300")]
    Grant {
        /// The node.
        node: NodeId,
        /// How many, of each series.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=600))]
        count: u32,
    },
}

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    match &arguments.command {
        None => overview(common),
        Some(Command::Show { office }) => show(common, *office),
        Some(Command::Rule { office, template, unit, by_code }) => {
            let scope = if *by_code { NumberScope::Code } else { NumberScope::All };
            let rule = NumberRule::checked(template.clone(), unit.clone(), scope)
                .map_err(|fault| Failure::input(fault.text.en, "sync-server numbers rule --help shows the parts"))?;
            set_rule(common, *office, rule)
        }
        Some(Command::Grant { node, count }) => {
            let done = common.submit(&Act::GrantNumbers { node: *node, count: *count })?;
            let granted = done.get("granted").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let mut text = String::new();
            for block in granted {
                let get =
                    |key: &str| block.get(key).map_or_else(String::new, |value| value.to_string().replace('"', ""));
                let _ = writeln!(text, "{} {}: {} to {}", get("series"), get("year"), get("first"), get("last"));
            }
            if granted.is_empty() && exchange_driver::waits_for_clock(&open(&common.data)?)? {
                text.push_str("nothing is granted: this hub's clock is behind what its data knows since it was restored; set it right\n");
                return Ok(Answer::bad(done, text));
            }
            if granted.is_empty() {
                text.push_str("nothing may be granted just now: an office gets 600 numbers at once and 60 an hour, and none in the ten hours after the hub was restored\n");
                return Ok(Answer::bad(done, text));
            }
            text.push_str("the node gets them with its next exchange\n");
            Ok(Answer::new(done, text))
        }
    }
}

/// Sets it, and names the machines that go on with another form: what was granted keeps its form for ever.
fn set_rule(common: &Common, office: OfficeCode, rule: NumberRule) -> Result<Answer, Failure> {
    let (template, scope) = (rule.lease_template(), rule.scope);
    let mut done = common.submit(&Act::NumberRule { office, rule })?;
    let reader = open(&common.data)?;
    let now = clock::now_millis();
    let year = wib_date(now).map_or(i32::MAX, |today| today.year());
    let mut heard = BTreeMap::new();
    for node in reader.registered_nodes()?.into_iter().filter(|node| node.revoked_millis.is_none()) {
        heard.insert(node.id, reader.calls(node.id, 1)?.pop().map(|call| call.epoch));
    }
    let mut text = format!("office {office} numbers like that in blocks granted from now on\n");
    let (mut kept, mut began_otherwise) = (Vec::new(), BTreeSet::new());
    for state in reader.leases_since(&office, year)? {
        let lease = &state.lease;
        let left = heard.get(&lease.node).map_or(0, |epoch| numbers_left(&state, *epoch));
        let began = if lease.series == Series::all() { NumberScope::All } else { NumberScope::Code };
        if began != scope {
            began_otherwise.insert(lease.year);
        }
        if left == 0 || lease.template == template {
            continue;
        }
        let _ = writeln!(
            text,
            "machine {} still numbers {} to {} of {} in the form of before: {}",
            lease.node, state.next, lease.last, lease.year, lease.template
        );
        kept.push(json!({
            "node": lease.node, "series": lease.series.as_str(), "year": lease.year, "next": state.next,
            "last": lease.last, "template": lease.template,
        }));
    }
    if !kept.is_empty() {
        text.push_str(
            "Numbers that were granted are not exchanged: these keep that form, and the new form begins with the next block.\n\
             Where no letter may have the form of before, set the rule before the office's machines join.\n",
        );
    }
    for year in began_otherwise {
        let _ =
            writeln!(text, "{year} was begun with another way of counting: it keeps that, and its form, to its end");
    }
    if let Some(done) = done.as_object_mut() {
        done.insert("form_of_before".to_owned(), Value::Array(kept));
    }
    Ok(Answer::new(done, text))
}

fn overview(common: &Common) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    let left = numbers_left_of_offices(&reader, clock::now_millis())?;
    let mut used: BTreeMap<OfficeCode, u32> = BTreeMap::new();
    for state in reader.all_leases()? {
        let of_office = used.entry(state.lease.office).or_default();
        *of_office = of_office.saturating_add(state.used());
    }
    let offices: Vec<(OfficeCode, u32, u32)> =
        used.into_iter().map(|(office, used)| (office, left.get(&office).copied().unwrap_or_default(), used)).collect();
    let twice = reader.issued_twice(1_000)?;
    let rows: Vec<Vec<String>> = offices
        .iter()
        .map(|(office, left, used)| vec![office.to_string(), used.to_string(), left.to_string()])
        .collect();
    let mut text = table(&["office", "used", "left"], &rows);
    for (office, serial) in &twice {
        let _ = writeln!(text, "given twice: {serial} of office {office} (a machine was copied); look at both letters");
    }
    let json = json!({
        "offices": offices.iter().map(|(office, left, used)| json!({"office": office, "used": used, "left": left})).collect::<Vec<_>>(),
        "given_twice": twice.iter().map(|(office, serial)| json!({"office": office, "serial": serial.to_string()})).collect::<Vec<_>>(),
    });
    Ok(if twice.is_empty() { Answer::new(json, text) } else { Answer::bad(json, text) })
}

fn show(common: &Common, office: OfficeCode) -> Result<Answer, Failure> {
    let reader = open(&common.data)?;
    known::offices(&reader, [&office])?;
    let rule = number_rule(&reader, office)?;
    let leases = reader.leases(&office)?;
    let rows: Vec<Vec<String>> = leases
        .iter()
        .map(|state| {
            let lease = &state.lease;
            vec![
                lease.series.to_string(),
                lease.year.to_string(),
                format!("{}-{}", lease.first, lease.last),
                state.used().to_string(),
                lease.node.to_string(),
                time(Some(lease.granted_millis)),
            ]
        })
        .collect();
    let mut text = format!("template {}", rule.template);
    if !rule.unit.is_empty() {
        let _ = write!(text, ", unit {}", rule.unit);
    }
    text.push_str(if rule.scope == NumberScope::Code { ", each archive code by itself\n" } else { ", one series\n" });
    text.push_str(&table(&["series", "year", "numbers", "used", "node", "granted"], &rows));
    let blocks: Vec<Value> = leases
        .iter()
        .map(|state| {
            let lease = &state.lease;
            json!({
                "series": lease.series.as_str(), "year": lease.year, "first": lease.first, "last": lease.last,
                "next": state.next, "node": lease.node, "epoch": lease.epoch, "granted_millis": lease.granted_millis,
            })
        })
        .collect();
    let mut left_out = Vec::new();
    for (series, year) in leases.iter().map(|state| (&state.lease.series, state.lease.year)).collect::<BTreeSet<_>>() {
        let above = number_floor(&reader, &Book { office, series: series.clone(), year })?;
        if above > 0 {
            let _ = writeln!(text, "{series} {year}: since the hub was restored it grants above {above}");
            left_out.push(json!({"series": series.as_str(), "year": year, "above": above}));
        }
    }
    Ok(Answer::new(json!({"office": office, "rule": rule, "blocks": blocks, "after_restore": left_out}), text))
}
