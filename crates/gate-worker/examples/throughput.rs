//! Measures what the child process costs: `cargo run --release -p gate-worker --example throughput -- 10000`.
//!
//! Judges so many transactions of three changes each on the calling thread and in a child, in turns, in batches of the
//! hub's size; prints the best and the middle turn of each, what a batch of one costs, how long a child takes to
//! start, and what it holds in memory afterwards.

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use change_log::{ChainHash, EpochId, HubId, NodeId};
use gate_worker::{ProcessGate, SUBCOMMAND, WorkerCommand};
use office_model::{OfficeCode, Status};
use replica_store::{
    Admission, Case, Clock, DirectGate, Durability, Gate, HubWork, IngestBatch, JudgingWalk, NewReplica, NodeContact,
    Replica, Role, SignedHead,
};
use serde_json::json;
use service_document::NewTransaction;

const EPOCH: EpochId = EpochId([1; 16]);
/// Documents the hub judges in one commit.
const BATCH: usize = 1000;
const TURNS: usize = 9;

fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some(SUBCOMMAND) {
        return gate_worker::run();
    }
    match measure(argument.as_deref().unwrap_or("10000")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(count: &str) -> Result<(), Box<dyn Error>> {
    let cases = cases(count.parse()?)?;
    let mut child = ProcessGate::new(WorkerCommand::this_program());
    let first = cases.get(..1).ok_or("at least one")?;
    let began = Instant::now();
    child.judge_all(first)?;
    println!("start and first document: {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    for batch in [BATCH, 1] {
        let cases = cases.get(..cases.len().min(batch * 10_000)).unwrap_or_default();
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            here.push(judge(&mut DirectGate, cases, batch)?);
            there.push(judge(&mut child, cases, batch)?);
        }
        here.sort_unstable();
        there.sort_unstable();
        for (what, turn) in [("best", 0), ("middle", TURNS / 2)] {
            #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
            let micros =
                |turns: &[Duration]| turns.get(turn).map_or(0.0, Duration::as_secs_f64) * 1e6 / cases.len() as f64;
            let (here, there) = (micros(&here), micros(&there));
            let ratio = there / here;
            println!(
                "batches of {batch}, {what} turn: {here:.1} µs a document here, {there:.1} in a child, ratio {ratio:.3}"
            );
        }
    }
    let status = child.child_id().map(|id| std::fs::read_to_string(format!("/proc/{id}/status"))).transpose()?;
    for line in
        status.unwrap_or_default().lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("RssAnon"))
    {
        println!("child, idle again: {line}");
    }
    Ok(())
}

fn judge(gate: &mut dyn Gate, cases: &[Case], batch: usize) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    for some in cases.chunks(batch) {
        let verdicts = gate.judge_all(some)?;
        if verdicts.iter().any(|verdict| verdict.row.is_none()) {
            return Err("a document was not accepted".into());
        }
    }
    Ok(began.elapsed())
}

/// Transactions of three changes each that wait at a hub.
fn cases(count: usize) -> Result<Vec<Case>, Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let office: OfficeCode = "35.10.01.2001".parse()?;
    let mut node = replica(&dir.path().join("node"), Role::Node, Some(office), EPOCH)?;
    let mut hub = replica(&dir.path().join("hub"), Role::Hub, None, EpochId([2; 16]))?;
    let clock = Clock { millis: 1_760_000_000_000, hub_offset_millis: Some(-250), clerk: "siti".to_owned() };
    let many = (0..count).map(|number| transaction(office, number)).collect::<Result<Vec<_>, _>>()?;
    let ids = node.create_transactions(&many, &clock)?;
    for status in [Status::Diajukan, Status::Diperiksa] {
        node.change_many(&ids, &clock, |document, stamp| document.step(status, None, stamp).map(Some))?;
    }
    let node_id = NodeId([1; 8]);
    hub.register_node(node_id, office, [1; 32], 0)?;
    let contact = NodeContact { at_millis: 0, version: "1".to_owned(), clock_offset_millis: None, backup: None };
    let head = SignedHead { position: 0, chain: ChainHash::of_log(EPOCH), bytes: Vec::new() };
    let counter_key = "counter".to_owned();
    let admission =
        Admission { node: node_id, office, epoch: EPOCH, counter_key, counter: 1, head, contact, setting: None };
    hub.hub_commit(&[vec![HubWork::Admit(admission)]])?;
    let entries = node.entries(EPOCH, 0, usize::MAX, usize::MAX)?;
    hub.hub_commit(&[vec![HubWork::Ingest(IngestBatch { epoch: EPOCH, entries, signed_head: None })]])?;
    Ok(hub.cases(&mut JudgingWalk::default(), count)?)
}

fn replica(
    dir: &std::path::Path,
    role: Role,
    office: Option<OfficeCode>,
    epoch: EpochId,
) -> Result<Replica, Box<dyn Error>> {
    let node = office.map(|_| NodeId([1; 8]));
    let new = NewReplica { role, office, hub: HubId([9; 16]), node, epoch, machine: "here".to_owned() };
    Ok(Replica::create_with(dir, &new, Durability::Test)?)
}

fn transaction(office: OfficeCode, number: usize) -> Result<NewTransaction, Box<dyn Error>> {
    let fields = json!({
        "nama": format!("Warga Nomor {number}"),
        "nik": format!("3510{number:012}"),
        "keperluan": "melamar pekerjaan",
        "alamat": format!("Dusun Krajan RT {:02} RW {:02}", number % 20, number % 7),
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    Ok(NewTransaction { office, service: "A01".parse()?, catalogue_version: 1, fields, number: None, serials: None })
}
