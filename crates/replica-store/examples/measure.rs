//! Measures one replica of each kind: `cargo run --release -p replica-store --example measure -- 10000`.
//!
//! Prints, for so many transactions of three changes each: how fast a node records, the hub takes in and judges, how
//! many bytes each file needs a transaction, and how long lists and searches take.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use change_log::{ChainHash, EpochId, HubId, NodeId};
use office_model::{OfficeCode, Status};
use replica_store::{
    Admission, Clock, DirectGate, HubWork, IngestBatch, JudgingWalk, ListFilter, NewReplica, NodeContact, Page,
    Replica, Role, SignedHead,
};
use serde_json::json;
use service_document::NewTransaction;

const EPOCH: EpochId = EpochId([1; 16]);

fn main() -> Result<(), Box<dyn Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let office: OfficeCode = "35.10.01.2001".parse()?;
    let node_id = NodeId([1; 8]);
    let node_dir = dir.path().join("node");
    let hub_dir = dir.path().join("hub");
    let mut node = Replica::create(&node_dir, &new(Role::Node, Some(office), EPOCH))?;
    let mut hub = Replica::create(&hub_dir, &new(Role::Hub, None, EpochId([2; 16])))?;
    hub.register_node(node_id, office, [1; 32], 0)?;
    let contact = NodeContact { at_millis: 0, version: String::new(), clock_offset_millis: None, backup: None };
    let counter_key = "counter".to_owned();
    let head = SignedHead { position: 0, chain: ChainHash::of_log(EPOCH), bytes: Vec::new() };
    let admission =
        Admission { node: node_id, office, epoch: EPOCH, counter_key, counter: 1, head, contact, setting: None };
    hub.hub_commit(&[vec![HubWork::Admit(admission)]])?;

    let began = Instant::now();
    record(&mut node, office, count)?;
    report("recorded by 3 changes each", count, began);
    let began = Instant::now();
    for number in 0..100 {
        node.create_transaction(&transaction(office, count + number)?, &clock(number)?)?;
    }
    report("recorded one by one, synced", 100, began);

    let began = Instant::now();
    let mut after = 0;
    let mut read_for = 0.0;
    loop {
        let reading = Instant::now();
        let entries = node.entries(EPOCH, after, 3_000, usize::MAX)?;
        read_for += reading.elapsed().as_secs_f64();
        let Some(last) = entries.last() else { break };
        after = last.position;
        hub.hub_commit(&[vec![HubWork::Ingest(IngestBatch { epoch: EPOCH, entries, signed_head: None })]])?;
    }
    report("taken in by the hub, durable", count, began);
    println!("{read_for:>10.2} s of it reading them at the node");
    let began = Instant::now();
    let mut judged_for = 0.0;
    loop {
        let cases = hub.cases(&mut JudgingWalk::default(), 2_000)?;
        if cases.is_empty() {
            break;
        }
        let judging = Instant::now();
        let verdicts = replica_store::Gate::judge_all(&mut DirectGate, &cases)?;
        judged_for += judging.elapsed().as_secs_f64();
        hub.apply_verdicts(&cases, &verdicts, 0)?;
    }
    report("judged and shown by the hub", count, began);
    println!("{judged_for:>10.2} s of it in the gate");

    let page = Page::default();
    for (what, filter) in [
        ("first page", ListFilter::default()),
        ("first page of an office", ListFilter { office: Some(office), ..ListFilter::default() }),
        ("first page of a status", ListFilter { status: Some("draf".to_owned()), ..ListFilter::default() }),
        ("divergent", ListFilter { divergent: true, ..ListFilter::default() }),
    ] {
        let began = Instant::now();
        let rows = hub.list(&filter, page)?.len();
        println!("{:>10.2} ms  {what}: {rows} rows", began.elapsed().as_secs_f64() * 1e3);
    }
    for typed in ["warga", "warga 77", "3510016506", "nobody"] {
        let began = Instant::now();
        let rows = hub.search(typed, &ListFilter::default(), page)?.len();
        println!("{:>10.2} ms  search \"{typed}\": {rows} rows", began.elapsed().as_secs_f64() * 1e3);
    }
    let began = Instant::now();
    let sound = hub.verify()?.is_sound();
    report(if sound { "verified, sound" } else { "verified, NOT sound" }, count, began);
    drop((node, hub));
    size("node", &node_dir, count + 100)?;
    size("hub", &hub_dir, count + 100)?;
    tables(&hub_dir.join("replica.db"), count + 100)?;
    let began = Instant::now();
    drop(Replica::open(&hub_dir, "here", EpochId([3; 16]))?);
    println!("{:>10.2} ms  open and close", began.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

fn record(node: &mut Replica, office: OfficeCode, count: u64) -> Result<(), Box<dyn Error>> {
    for first in (0..count).step_by(1000) {
        let last = count.min(first + 1000);
        let many = (first..last).map(|number| transaction(office, number)).collect::<Result<Vec<_>, _>>()?;
        let clock = clock(first)?;
        let ids = node.create_transactions(&many, &clock)?;
        for status in [Status::Diajukan, Status::Diperiksa] {
            node.change_many(&ids, &clock, |document, stamp| document.step(status, None, stamp).map(Some))?;
        }
    }
    Ok(())
}

fn new(role: Role, office: Option<OfficeCode>, epoch: EpochId) -> NewReplica {
    let node = office.map(|_| NodeId([1; 8]));
    NewReplica { role, office, hub: HubId([9; 16]), node, epoch, machine: "here".to_owned() }
}

fn clock(number: u64) -> Result<Clock, Box<dyn Error>> {
    let millis = 1_760_000_000_000 + i64::try_from(number)? * 60_000;
    Ok(Clock { millis, hub_offset_millis: Some(-250), clerk: "siti".to_owned() })
}

fn transaction(office: OfficeCode, number: u64) -> Result<NewTransaction, Box<dyn Error>> {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let fields = json!({
        "nama": format!("Warga {} Nomor {}", mixed % 997, mixed % 9973),
        "nik": format!("3510{:012}", mixed % 1_000_000_000_000),
        "keperluan": "melamar pekerjaan",
        "alamat": format!("Dusun Krajan RT {:02} RW {:02}", mixed % 20, mixed % 7),
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    Ok(NewTransaction { office, service: "A01".parse()?, catalogue_version: 1, fields, number: None, serials: None })
}

fn report(what: &str, count: u64, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = count as f64 / seconds;
    println!("{rate:>10.0} a second: {what} ({seconds:.2} s)");
}

fn size(what: &str, dir: &Path, count: u64) -> Result<(), Box<dyn Error>> {
    let mut bytes = 0;
    for file in std::fs::read_dir(dir)? {
        bytes += file?.metadata()?.len();
    }
    println!("{:>10} bytes a transaction at the {what}", bytes / count);
    Ok(())
}

fn tables(database: &Path, count: u64) -> Result<(), Box<dyn Error>> {
    let connection = rusqlite::Connection::open(database)?;
    let mut statement =
        connection.prepare("SELECT name, sum(pgsize) s FROM dbstat GROUP BY name ORDER BY s DESC LIMIT 14")?;
    for row in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))? {
        let (name, bytes) = row?;
        println!("{:>10} in {name}", bytes.unsigned_abs() / count);
    }
    Ok(())
}
