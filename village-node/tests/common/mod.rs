//! A data folder with a node in it, and the real program run on it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use change_log::{HubId, NodeId};
use serde_json::{Value, json};
use tempfile::TempDir;
use village_node::{Bytes32, Identity, Node, NodeOptions, establish};

/// Nobody listens there: port 9 is for discarding.
pub(crate) const NO_HUB: &str = "https://127.0.0.1:9";

/// A folder that holds a node, as an enrolment would have left it.
pub(crate) fn enrolled() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    drop(node_in(dir.path()));
    dir
}

pub(crate) fn node_in(dir: &Path) -> Node {
    let secret = [7; 32];
    let hub_key = sync_protocol::SigningKey::from_seed(&[8; 32]).verifying_key();
    let key = sync_protocol::SigningKey::from_seed(&secret).verifying_key();
    let identity = Identity {
        office: "35.10.01.2001".parse().unwrap(),
        node: NodeId::from_public_key(&key.to_bytes()),
        hub: HubId::from_public_key(&hub_key.to_bytes()),
        hub_public_key: Bytes32(hub_key.to_bytes()),
        hub_url: NO_HUB.to_owned(),
        server_pin: Bytes32([9; 32]),
        secret_key: Bytes32(secret),
        sealing: None,
    };
    establish(dir, &identity, &NodeOptions::default()).unwrap()
}

/// The node of a folder that no program has.
#[allow(dead_code, reason = "not every test file looks into one")]
pub(crate) fn open(dir: &Path) -> Node {
    Node::open(dir, &NodeOptions::default()).unwrap()
}

pub(crate) fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_village-node"));
    command.arg("--data").arg(dir).args(arguments);
    command.env_remove("VILLAGE_NODE_DATA").env("VILLAGE_NODE_CLERK", "siti");
    command
}

pub(crate) fn run(dir: &Path, arguments: &[&str]) -> Output {
    command(dir, arguments).output().unwrap()
}

#[allow(dead_code, reason = "not every test file feeds standard input")]
pub(crate) fn run_with_input(dir: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let piped = || Stdio::piped();
    let mut child = command(dir, arguments).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// The JSON a command printed; it must have succeeded.
#[allow(dead_code, reason = "not every test file asks for what succeeds")]
pub(crate) fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A domicile letter's form.
pub(crate) fn fields(name: &str) -> Value {
    json!({
        "nik": "3510014107900001", "nama": name, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    })
}

/// Names the head in the office's profile, who signs its letters.
#[allow(dead_code, reason = "not every test file signs")]
pub(crate) fn name_head(dir: &Path, name: &str) {
    let file = dir.join("profile.json");
    std::fs::write(&file, json!({"letterhead": {"signers": {"kepala": {"name": name}}}}).to_string()).unwrap();
    let output = run(dir, &["profile", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// The form of a home-care report (`S03`), which tells of somebody's health.
#[allow(dead_code, reason = "not every test file needs specially protected data")]
pub(crate) fn care_fields() -> Value {
    let mut form = fields("Budi");
    let form_fields = form.as_object_mut().unwrap();
    form_fields.retain(|key, _| key != "keperluan" && key != "penandatangan");
    let own =
        json!({"nik": "3510014107500001", "tgl_lahir": "1950-07-01", "tinggal_sendiri": true, "kondisi": "Sakit tua"});
    form_fields.extend(own.as_object().unwrap().clone());
    form
}

/// Records one letter and gives its id.
#[allow(dead_code, reason = "not every test file records one by one")]
pub(crate) fn record(dir: &Path, name: &str) -> String {
    let output = run(dir, &["record", "--service", "G01", "--json", &fields(name).to_string()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}
