//! Lost machines: real processes that are shut out and wipe themselves, and what is left in their folders.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use fleet::link::{Link, LinkPlan};
use serde_json::{Value, json};
use whole_system::folder;

use crate::door::{answer, head, tls};
use crate::programs::village_node;
use crate::regency::{Machine, Regency, kill};

const NAME: &str = "Siti Rahasiawati";
const NIK: &str = "3510014107900001";

fn record(machine: &Machine) {
    let form = json!({
        "nik": NIK, "nama": NAME, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    machine.said(&["record", "--service", "G01", "--json", &form.to_string(), "--json"]);
}

fn node(regency: &Regency) -> String {
    regency.hub.says(&["nodes"]).1[0]["node"].as_str().unwrap().to_owned()
}

fn listed(regency: &Regency) -> Value {
    regency.hub.says(&["nodes"]).1[0].clone()
}

/// All bytes of all files below a folder.
fn content(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { content(&path) } else { std::fs::read(&path).unwrap() }).collect()
}

fn holds(folder: &Path, word: &str) -> bool {
    content(folder).windows(word.len()).any(|piece| piece == word.as_bytes())
}

fn is_clean(machine: &Machine) {
    for secret in [NAME, NIK, "secret_key"] {
        assert!(!holds(&machine.data, secret), "{secret} is still there");
    }
    for name in ["replica.db", "replica.db-wal", "replica.head", "replica.seat", "identity.json", "api.token", "blobs"]
    {
        assert!(!machine.data.join(name).exists(), "{name} is still there");
    }
}

/// How a command ends in the folder of a machine, and what it says.
fn run(machine: &Machine, arguments: &[&str]) -> (i32, String) {
    let output = village_node(&machine.data).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_lost_machine_wipes_itself_when_it_calls_and_says_so_to_clerk_and_hub() {
    let regency = Regency::new(21, &[]);
    let machine = regency.join("laptop");
    record(&machine);
    regency.prove_any(&machine);
    record(&machine);
    assert!(holds(&machine.data, NAME));
    let id = node(&regency);
    let (code, ordered) = regency.hub.says(&["wipe", &id, "--reason", "hilang di jalan"]);
    assert_eq!((code, ordered["wipe"]["takes_in"].as_bool()), (0, Some(false)), "{ordered}");
    let (code, told) = run(&machine, &["sync"]);
    assert!(code == 3 && told.contains("sudah dihapus isinya") && told.contains("it was wiped"), "{code}: {told}");
    assert!(told.contains("1 perubahan belum sempat terkirim"), "{told}");
    is_clean(&machine);
    let listed = listed(&regency);
    assert_eq!((&listed["wiped"]["unsent"], &listed["revoked_because"]), (&json!(1), &json!("hilang di jalan")));
    assert!(listed["wiped"]["at_millis"].is_i64(), "{listed}");
    // Every command says what happened, and a backup is not put back by mistake.
    for arguments in [&["status"][..], &["list"], &["record", "--service", "G01", "--json", "{}"]] {
        let (code, told) = run(&machine, arguments);
        assert!(code == 3 && told.contains("was wiped"), "{arguments:?}: {told}");
    }
    assert_eq!(regency.hub.says(&["list"]).1["rows"].as_array().unwrap().len(), 1, "what the hub had stays");
    // With a new code the machine joins again.
    let again = regency.hub.says(&["enrol", crate::regency::OFFICE]).1;
    let hub = format!("https://{}", regency.link.address);
    let (code, told) = run(&machine, &["enrol", "--hub", &hub, "--code", again["code"].as_str().unwrap()]);
    assert_eq!(code, 0, "{told}");
    regency.prove_any(&machine);
}

#[test]
fn a_desk_that_serves_is_taken_down_and_shows_that_the_machine_was_wiped() {
    let regency = Regency::new(22, &[]);
    let machine = regency.join("counter");
    record(&machine);
    regency.prove_any(&machine);
    let mut command = village_node(&machine.data);
    command.args(["serve", "--listen", "127.0.0.1:0", "--json"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let said: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let address: std::net::SocketAddr = said["address"].as_str().unwrap().parse().unwrap();
    regency.hub.says(&["wipe", &node(&regency), "--reason", "dicuri"]);
    // The second line comes when the page of the desk has made way.
    let said: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert!(said["wiped_millis"].is_i64(), "{said}");
    let page = get(address, "/berkas");
    assert!(page.starts_with("HTTP/1.1 410") && page.contains("Komputer ini sudah dihapus isinya"), "{page}");
    assert!(page.contains("This machine was wiped") && page.contains("content-security-policy"), "{page}");
    is_clean(&machine);
    until(|| listed(&regency)["wiped"]["unsent"] == json!(0));
    let victim = std::sync::Arc::new(std::sync::Mutex::new(Some(child)));
    kill(&victim);
}

#[test]
fn what_was_not_sent_is_taken_in_before_a_machine_of_ours_is_wiped() {
    let regency = Regency::new(23, &[]);
    let machine = regency.join("old");
    record(&machine);
    regency.prove_any(&machine);
    record(&machine);
    record(&machine);
    let id = node(&regency);
    let (code, replaced) = regency.hub.says(&["replace", &id, "--reason", "diganti", "--take-in"]);
    assert!(code == 0 && replaced["code"].is_string(), "{replaced}");
    let (code, told) = run(&machine, &["sync"]);
    assert!(code == 3 && told.contains("Semua yang dicatat di sini sudah ada di pusat"), "{told}");
    is_clean(&machine);
    assert_eq!(listed(&regency)["wiped"]["unsent"], 0);
    assert_eq!(regency.hub.says(&["list"]).1["rows"].as_array().unwrap().len(), 3);
    assert_eq!(regency.hub.says(&["verify"]).1["sound"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_while_files_go_is_taken_in_too() {
    let regency = Regency::new(26, &[]);
    let machine = regency.join("old");
    record(&machine);
    regency.prove_any(&machine);
    let id = machine.said(&["list", "--json"])["rows"][0]["id"].as_str().unwrap().to_owned();
    let photo = regency.folder().join("kk.pdf");
    std::fs::write(&photo, [b"%PDF-1.7".as_slice(), &vec![b'x'; 600_000], b"%%EOF"].concat()).unwrap();
    machine.said(&["attach", &id, photo.to_str().unwrap(), "--json"]);
    regency.hub.says(&["replace", &node(&regency), "--reason", "diganti", "--take-in"]);
    // A line on which the file takes some ten seconds.
    let plan = LinkPlan { bytes_per_second: Some(60_000), ..LinkPlan::default() };
    let line = Link::open(regency.hub.address, plan, 1).await.unwrap();
    let mut command = village_node(&machine.data);
    command.args(["serve", "--listen", "127.0.0.1:0", "--json"]);
    command.env("VILLAGE_NODE_HUB", format!("https://{}", line.address()));
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    lines.next().unwrap().unwrap();
    until(|| line.tally().up > 100_000);
    record(&machine);
    assert!(listed(&regency)["wiped"].is_null());
    until(|| !listed(&regency)["wiped"].is_null());
    assert_eq!(listed(&regency)["wiped"]["unsent"], 0);
    assert_eq!(regency.hub.says(&["list"]).1["rows"].as_array().unwrap().len(), 2);
    let victim = std::sync::Arc::new(std::sync::Mutex::new(Some(child)));
    kill(&victim);
    is_clean(&machine);
}

#[test]
fn strangers_order_nothing_and_report_nothing() {
    let regency = Regency::new(24, &[]);
    let machine = regency.join("laptop");
    record(&machine);
    regency.prove_any(&machine);
    let id = node(&regency);
    let said =
        |signature: &str| json!({"node": id, "ordered_millis": 5, "unsent": 0, "signature": signature}).to_string();
    let report = |body: &str| {
        let mut stream = tls(regency.hub.address);
        stream.write_all(head("/v1/wiped", body.len() as u64).as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        String::from_utf8_lossy(&answer(&mut stream)).into_owned()
    };
    for (body, status) in [(said(&"00".repeat(64)), "403"), (said("zz"), "400"), ("{}".to_owned(), "400")] {
        let told = report(&body);
        assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{told}");
    }
    assert_eq!(listed(&regency)["wiped"], Value::Null);
    // Shut out without an order: nothing is removed.
    regency.hub.says(&["revoke", &id]);
    let (code, told) = run(&machine, &["sync", "--patience", "0"]);
    assert!(code == 6 && told.contains("revoked this machine's access"), "{code}: {told}");
    assert_eq!(machine.said(&["list", "--json"])["rows"].as_array().unwrap().len(), 1);
    assert!(holds(&machine.data, NAME));
}

#[test]
fn a_wipe_that_was_interrupted_goes_on_with_the_next_start() {
    let regency = Regency::new(25, &[]);
    let machine = regency.join("laptop");
    record(&machine);
    regency.prove_any(&machine);
    let copy = regency.folder().join("copy");
    folder::copy(&machine.data, &copy).unwrap();
    regency.hub.says(&["wipe", &node(&regency)]);
    assert_eq!(run(&machine, &["sync"]).0, 3);
    // As if the power had gone right after the first step.
    std::fs::copy(machine.data.join("wiped.json"), copy.join("wiped.json")).unwrap();
    let half = Machine { data: copy };
    assert!(holds(&half.data, NAME));
    let (code, told) = run(&half, &["list"]);
    assert!(code == 3 && told.contains("was wiped"), "{told}");
    is_clean(&half);
}

fn get(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    std::io::Read::read_to_string(&mut stream, &mut page).unwrap();
    page
}

fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(40), "it never came to be so");
        std::thread::sleep(Duration::from_millis(50));
    }
}
