//! The local API of real machines: the example client as it stands in `docs/`, and changes that come from elsewhere.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use whole_system::root;

use crate::regency::{Machine, Regency};

/// Far more than it takes: the test measures, it does not judge how fast this machine is.
const DEADLINE: Duration = Duration::from_secs(60);

/// A `serve` as an application sees it.
pub(crate) struct Api {
    address: String,
    token: String,
}

impl Api {
    /// Lets an application in at a machine that serves.
    fn of(machine: &Machine, name: &str) -> Self {
        Self::with_role(machine, name, "petugas")
    }

    /// Lets an application in that may do what this role may.
    pub(crate) fn with_role(machine: &Machine, name: &str, role: &str) -> Self {
        let token =
            machine.said(&["application", "add", name, "--role", role, "--json"])["token"].as_str().unwrap().to_owned();
        let door = std::fs::read(machine.data.join("serve.json")).unwrap();
        let door: Value = serde_json::from_slice(&door).unwrap();
        Self { address: door["address"].as_str().unwrap().to_owned(), token }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (address, token, length) = (&self.address, &self.token, body.len());
        let head = format!("{method} /api/v1{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n");
        write!(stream, "{head}connection: close\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Follows the feed until so many changes were told.
    fn follow(&self, count: usize) -> Vec<Value> {
        let (begun, mut after, mut told) = (Instant::now(), String::new(), Vec::new());
        while told.len() < count {
            assert!(begun.elapsed() < DEADLINE, "{} of {count} changes told", told.len());
            let page = self.ask("GET", &format!("/changes?after={after}&wait=20&limit=3"), "");
            page["next"].as_str().unwrap().clone_into(&mut after);
            // Blocks of letter numbers are documents, too.
            let of_records = page["changes"].as_array().unwrap().iter().filter(|one| one["kind"] != "other");
            told.extend(of_records.cloned());
        }
        told
    }
}

/// Proven equal with the hub, and nothing wrong with it.
fn is_whole(machine: &Machine) {
    assert_eq!(machine.said(&["sync", "--json"])["proven"], true);
    assert_eq!(machine.said(&["verify", "--json"])["sound"], true);
}

fn example(api: &Api, place: &Path) -> String {
    let mut python = Command::new("python3");
    python.arg(root().join("docs/example-client/client.py"));
    python.env("VILLAGE_NODE_URL", format!("http://{}", api.address)).env("VILLAGE_NODE_TOKEN", &api.token);
    let output = python.env("VILLAGE_NODE_PLACE", place).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_example_client_does_what_its_page_says_with_the_hub_away() {
    let mut regency = Regency::new(31, &[]);
    let machine = regency.join("counter");
    let _serving = machine.serve();
    crate::regency::kill(&regency.hub.process);
    let api = Api::of(&machine, "contoh");
    let place = machine.data.join("place");
    let said = example(&api, &place);
    let id = machine.ids().pop().unwrap();
    let expected = format!(
        "recorded {id}\nread draf\nedited Guru\nstepped to diajukan\nfound 1\nrefused invalid\n\
         feed: record {id} app.contoh\nfeed: edit {id} app.contoh\nfeed: step {id} app.contoh\n"
    );
    assert_eq!(said, expected);
    // The second run goes on where the first one was in the feed.
    let again = example(&api, &place);
    assert_eq!(again.lines().filter(|line| line.starts_with("feed: ")).count(), 3, "{again}");
    assert_eq!(machine.ids().len(), 2);
    let refused = Api { token: "0".repeat(64), ..api };
    let mut python = Command::new("python3");
    python.arg(root().join("docs/example-client/client.py"));
    python.env("VILLAGE_NODE_URL", format!("http://{}", refused.address)).env("VILLAGE_NODE_TOKEN", &refused.token);
    assert!(!python.output().unwrap().status.success());
    regency.restart();
    is_whole(&machine);
}

#[test]
fn what_other_machines_record_and_differ_in_reaches_the_feed_and_is_settled_by_an_application() {
    let mut regency = Regency::new(32, &[]);
    let (counter, outreach) = (regency.join("counter"), regency.join("outreach"));
    let _serving = (counter.serve(), outreach.serve());
    let (here, there) = (Api::of(&counter, "desa"), Api::of(&outreach, "keliling"));
    let fields = json!({
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01",
        "no_kk": "3510011707150001", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa",
        "rt": 1, "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    let new = json!({"service": "G01", "fields": fields}).to_string();
    let id = here.ask("POST", "/records", &new)["id"].as_str().unwrap().to_owned();
    let begun = Instant::now();
    let arrived = there.follow(1);
    println!("told on the other machine after {:?}", begun.elapsed());
    let first = arrived.first().unwrap();
    assert_eq!((&first["id"], &first["kind"], &first["here"]), (&json!(id), &json!("record"), &json!(false)));
    assert_eq!((&first["clerk"], &first["service"]), (&json!("app.desa"), &json!("G01")));

    // Both change the same field while the hub is away.
    crate::regency::kill(&regency.hub.process);
    for (api, work) in [(&here, "Guru"), (&there, "Nelayan")] {
        api.ask("PATCH", &format!("/records/{id}"), &json!({"edits": {"pekerjaan": work}}).to_string());
    }
    regency.restart();
    let told = [here.follow(3), there.follow(3)];
    let hashes = |told: &[Value]| {
        let mut hashes: Vec<String> = told.iter().map(|one| one["change"].to_string()).collect();
        hashes.sort();
        hashes
    };
    assert_eq!(hashes(&told[0]), hashes(&told[1]), "both were told of the same changes, each once");
    let found = here.ask("GET", "/divergences", "");
    assert_eq!(found["transactions"][0]["divergences"][0]["path"], "pekerjaan", "{found}");
    let settle = json!({"path": "pekerjaan", "value": "Guru"}).to_string();
    let settled = here.ask("POST", &format!("/records/{id}/settle"), &settle);
    let keys: Vec<&String> = settled.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "change", "path", "value"], "as the description has it");
    assert_eq!(here.ask("GET", "/divergences", "")["transactions"], json!([]));
    let last = there.follow(4).pop().unwrap();
    assert_eq!((&last["kind"], &last["paths"]), (&json!("settle"), &json!(["pekerjaan"])));
    is_whole(&counter);
    is_whole(&outreach);
}
