//! Measures a node with many records: `cargo run --release -p replica-store --example million -- DIR 1000000`.
//!
//! Builds the node in DIR once (a second run takes it up again), then prints the latency of saving beside that of a bare
//! sync on the same disk, of lists and searches with every filter, memory, and the time to open and list.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use change_log::{EpochId, HubId, NodeId};
use office_model::{OfficeCode, Status};
use replica_store::{Clock, Durability, ListFilter, NewReplica, Page, Replica, Role};
use serde_json::json;
use service_document::NewTransaction;

const GIVEN: [&str; 20] = [
    "Ahmad",
    "Slamet",
    "Supriyadi",
    "Supriyanto",
    "Siti",
    "Sri",
    "Muhammad",
    "Agus",
    "Dewi",
    "Endang",
    "Hariyanto",
    "Nur",
    "Wahyuni",
    "Suparman",
    "Sutrisno",
    "Sugianto",
    "Kartini",
    "Ni",
    "Putu",
    "Yuliana",
];
const FAMILY: [&str; 16] = [
    "Santoso",
    "Susanto",
    "Wibowo",
    "Aminah",
    "Lestari",
    "Rahayu",
    "Hidayat",
    "Saputra",
    "Wulandari",
    "Handayani",
    "Setiawan",
    "Kurniawan",
    "Hasanah",
    "Pratama",
    "Utami",
    "Purnomo",
];
const SERVICES: [&str; 5] = ["A01", "A02", "P06", "P01", "A03"];
const TYPED: [&str; 24] = [
    "s",
    "su",
    "sup",
    "supr",
    "supriy",
    "supriyadi",
    "muhammad",
    "siti",
    "siti aminah",
    "agus wib",
    "ni put",
    "supri sant",
    "35",
    "3510",
    "351001",
    "3510014",
    "35100141",
    "3510014107",
    "3510014107900001",
    "470",
    "470/12",
    "429",
    "2026",
    "zzzz",
];
const SAVES: u64 = 300;
const TIMES: u64 = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).ok_or("a folder, please")?;
    let dir = Path::new(&dir);
    let count: u64 = std::env::args().nth(2).map_or(Ok(1_000_000), |text| text.parse())?;
    let office: OfficeCode = "35.10.01.2001".parse()?;
    if !dir.join("replica.db").exists() {
        build(dir, office, count)?;
    }
    let began = Instant::now();
    let (mut node, _) = Replica::open(dir, "here", EpochId([3; 16]))?;
    let shown = node.list(&ListFilter::default(), Page::default())?.len();
    println!("{:>9.2} ms  open and list the first {shown}", millis(began));
    println!("{:>9} records, {} bytes each on the disk", node.counts()?.transactions, bytes(dir)? / count);

    let mut sync = File::create(dir.join("sync.probe"))?;
    let (mut bare, mut saves) = (Vec::new(), Vec::new());
    for number in 0..SAVES {
        let began = Instant::now();
        sync.write_all(&[7; 4096])?;
        sync.sync_data()?;
        bare.push(millis(began));
        let new = transaction(office, count + number)?;
        let began = Instant::now();
        node.create_transaction(&new, &clock(count + number)?)?;
        saves.push(millis(began));
    }
    std::fs::remove_file(dir.join("sync.probe"))?;
    report("one write of 4 KiB with its sync", bare, "");
    report("one record saved (two syncs)", saves, "");

    for (what, filter) in filters(office) {
        measure(&format!("list: {what}"), || Ok(node.list(&filter, Page::default())?.len()))?;
        for typed in ["su", "siti aminah", "3510"] {
            measure(&format!("search \"{typed}\": {what}"), || {
                Ok(node.search(typed, &filter, Page::default())?.len())
            })?;
        }
    }
    let all = ListFilter::default();
    for typed in TYPED {
        measure(&format!("search \"{typed}\""), || Ok(node.search(typed, &all, Page::default())?.len()))?;
    }
    for line in std::fs::read_to_string("/proc/self/status")?.lines().filter(|line| line.starts_with("Vm")) {
        if line.starts_with("VmRSS") || line.starts_with("VmHWM") {
            println!("{line}");
        }
    }
    Ok(())
}

fn filters(office: OfficeCode) -> Vec<(&'static str, ListFilter)> {
    let all = ListFilter::default();
    let status = |word: &str| ListFilter { status: Some(word.to_owned()), ..all.clone() };
    let service = |id: &str| ListFilter { service: Some(id.to_owned()), ..all.clone() };
    vec![
        ("everything", all.clone()),
        ("this office", ListFilter { office: Some(office), ..all.clone() }),
        ("status of most", status("draf")),
        ("status of one in 100", status("diajukan")),
        ("status of none", status("ditolak")),
        ("service of one in 5", service("P06")),
        ("service of none", service("B02")),
        ("service and rare status", ListFilter { service: Some("P06".to_owned()), ..status("diajukan") }),
        ("office and rare status", ListFilter { office: Some(office), ..status("diajukan") }),
        ("to be settled", ListFilter { divergent: true, ..all }),
    ]
}

fn build(dir: &Path, office: OfficeCode, count: u64) -> Result<(), Box<dyn Error>> {
    let (node, epoch) = (Some(NodeId([1; 8])), EpochId([1; 16]));
    let new =
        NewReplica { role: Role::Node, office: Some(office), hub: HubId([9; 16]), node, epoch, machine: "here".into() };
    let mut node = Replica::create_with(dir, &new, Durability::Test)?;
    let began = Instant::now();
    for first in (0..count).step_by(2000) {
        let many: Result<Vec<_>, _> =
            (first..count.min(first + 2000)).map(|number| transaction(office, number)).collect();
        let ids = node.create_transactions(&many?, &clock(first)?)?;
        let some: Vec<_> = ids.into_iter().step_by(100).collect();
        node.change_many(&some, &clock(first)?, |document, stamp| {
            document.step(Status::Diajukan, None, stamp).map(Some)
        })?;
    }
    println!("{:>9.1} s   to build {count} records", began.elapsed().as_secs_f64());
    Ok(())
}

fn measure(what: &str, mut act: impl FnMut() -> Result<usize, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut took = Vec::new();
    let mut rows = 0;
    for _ in 0..TIMES {
        let began = Instant::now();
        rows = act()?;
        took.push(millis(began));
    }
    report(what, took, &format!(", {rows} rows"));
    Ok(())
}

fn report(what: &str, mut took: Vec<f64>, more: &str) {
    took.sort_by(f64::total_cmp);
    let at = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default();
    println!("{:>9.2} ms p50 {:>9.2} ms p99  {what}{more}", at(50), at(99));
}

fn millis(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn bytes(dir: &Path) -> Result<u64, Box<dyn Error>> {
    std::fs::read_dir(dir)?.try_fold(0, |sum, file| Ok(sum + file?.metadata()?.len()))
}

fn clock(number: u64) -> Result<Clock, Box<dyn Error>> {
    let millis = 1_760_000_000_000 + i64::try_from(number)? * 60_000;
    Ok(Clock { millis, hub_offset_millis: None, clerk: "siti".to_owned() })
}

fn transaction(office: OfficeCode, number: u64) -> Result<NewTransaction, Box<dyn Error>> {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
    let pick = |from: &[&'static str], shift: u32| {
        from.iter().cycle().nth(usize::try_from(mixed >> shift).unwrap_or(0) % from.len()).copied().unwrap_or_default()
    };
    let (day, month, year) = (1 + mixed % 28 + 40 * (mixed >> 9 & 1), 1 + (mixed >> 5) % 12, 50 + (mixed >> 11) % 50);
    let fields = json!({
        "nama": format!("{} {}", pick(&GIVEN, 3), pick(&FAMILY, 13)),
        "nik": format!("351001{day:02}{month:02}{year:02}{:04}", 1 + (mixed >> 20) % 20),
        "keperluan": "melamar pekerjaan",
    });
    let service = SERVICES.iter().cycle().nth(usize::try_from(number % 5)?).copied().unwrap_or("A01").parse()?;
    let letter = number.is_multiple_of(3).then(|| format!("470/{}/429.523/2026", number % 5000));
    let fields = fields.as_object().cloned().unwrap_or_default();
    Ok(NewTransaction { office, service, catalogue_version: 1, fields, number: letter, serials: None })
}
