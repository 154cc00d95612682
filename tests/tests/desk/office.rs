//! An office with its machines, and the hub that they belong to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use whole_system::root;

use crate::browser::Browser;
use crate::programs::{sync_server, village_node};

pub(crate) const OFFICE: &str = "35.10.01.2001";
/// Who signs the office's letters.
pub(crate) const HEAD: &str = "SUGENG HARTONO";
pub(crate) const SECRET: &str = "rahasia-1";

/// A process that ends with its value.
pub(crate) struct Running(Child);

impl Running {
    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program; the JSON of its first line.
fn start(mut command: Command) -> (Running, Value) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Running(child), serde_json::from_str(&line).unwrap())
}

fn done(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// A hub and a folder for everything.
pub(crate) struct Office {
    dir: TempDir,
    hub: Option<Running>,
    hub_url: String,
}

/// One machine that serves its desk.
pub(crate) struct Machine {
    pub(crate) data: PathBuf,
    pub(crate) url: String,
    pub(crate) first_account: Option<String>,
    /// Where the other PCs of the office find it, when it is open to them.
    pub(crate) lan_url: Option<String>,
    lan: Option<&'static str>,
    serving: Option<Running>,
}

impl Office {
    /// A hub that serves.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("hub");
        let roster = root().join("data/banyuwangi-offices.csv");
        done(sync_server(&data).arg("init").arg("--roster").arg(roster));
        let mut office = Self { dir, hub: None, hub_url: String::new() };
        office.publish_profile(&json!({"letterhead": {"signers": {"kepala": {"name": HEAD}}}}));
        office.hub_up("127.0.0.1:0");
        office
    }

    fn hub_up(&mut self, listen: &str) {
        let mut command = sync_server(&self.dir.path().join("hub"));
        command.args(["serve", "--json", "--listen", listen]);
        let (running, said) = start(command);
        self.hub = Some(running);
        said["listening"].as_str().unwrap().clone_into(&mut self.hub_url);
    }

    /// Where the hub listens.
    pub(crate) fn hub_address(&self) -> SocketAddr {
        self.hub_url.trim_start_matches("https://").parse().unwrap()
    }

    /// The centre says what stands on the office's paper, and through whose hands its records go.
    pub(crate) fn publish_profile(&self, profile: &Value) {
        let file = self.dir.path().join("profile.json");
        std::fs::write(&file, profile.to_string()).unwrap();
        let hub = self.dir.path().join("hub");
        done(sync_server(&hub).args(["handbook", "publish", "profile", "--office", OFFICE]).arg(file));
    }

    /// The centre tells everybody which offices there are.
    pub(crate) fn publish_roster(&self, csv: &str) {
        let file = self.dir.path().join("offices.csv");
        std::fs::write(&file, csv).unwrap();
        done(sync_server(&self.dir.path().join("hub")).args(["handbook", "publish", "roster"]).arg(file));
    }

    /// The link is gone.
    pub(crate) fn hub_gone(&mut self) {
        self.hub = None;
    }

    /// The link is back.
    pub(crate) fn hub_back(&mut self) {
        let address = self.hub_url.trim_start_matches("https://").to_owned();
        self.hub_up(&address);
    }

    /// A machine joins, and serves.
    pub(crate) fn machine(&self, name: &str) -> Machine {
        self.machine_on(name, OFFICE, None)
    }

    /// The hub shuts a machine out.
    pub(crate) fn shut_out(&self, machine: &Machine) {
        let node = machine.says(&["status"])["node"].as_str().unwrap().to_owned();
        done(sync_server(&self.dir.path().join("hub")).args(["revoke", &node, "--reason", "hilang", "--json"]));
    }

    /// A machine of another office joins, and serves.
    pub(crate) fn machine_of(&self, name: &str, office: &str) -> Machine {
        self.machine_on(name, office, None)
    }

    /// A machine joins, and serves, for the office's other PCs as well.
    pub(crate) fn machine_on_lan(&self, name: &str) -> Machine {
        self.machine_on(name, OFFICE, Some("127.0.0.2:0"))
    }

    fn machine_on(&self, name: &str, office: &str, lan: Option<&'static str>) -> Machine {
        let code = done(sync_server(&self.dir.path().join("hub")).args(["enrol", office, "--json"]));
        let data = self.dir.path().join(name);
        let code = code["code"].as_str().unwrap();
        done(village_node(&data).args(["enrol", "--hub", &self.hub_url, "--code", code, "--json"]));
        let mut machine = Machine { lan, ..Machine::of_folder(data) };
        machine.serve();
        machine
    }
}

impl Machine {
    /// A folder that nobody serves.
    pub(crate) fn of_folder(data: PathBuf) -> Self {
        Self { data, url: String::new(), first_account: None, lan_url: None, lan: None, serving: None }
    }

    /// Serves, where it did before if it did.
    pub(crate) fn serve(&mut self) {
        let mut command = village_node(&self.data);
        let before = self.url.strip_prefix("http://").unwrap_or("127.0.0.1:0");
        command.args(["serve", "--json", "--listen", before]);
        command.args(self.lan.iter().flat_map(|lan| ["--lan", lan]));
        let (running, said) = start(command);
        self.lan_url = said.pointer("/lan/addresses/0").and_then(Value::as_str).map(str::to_owned);
        self.url = format!("http://{}", said["address"].as_str().unwrap());
        self.first_account = said["first_account"].as_str().map(str::to_owned);
        self.serving = Some(running);
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.serving.take().unwrap().kill();
    }

    /// Makes an account on the command line.
    pub(crate) fn account(&self, name: &str, role: &str) {
        let mut command = village_node(&self.data);
        command.args(["account", "put", name, "--name", "Siti Aminah", "--role", role, "--json"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{SECRET}\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// What a command of this machine prints.
    pub(crate) fn says(&self, arguments: &[&str]) -> Value {
        done(village_node(&self.data).args(arguments).arg("--json"))
    }

    /// What is written where a command of this machine refuses.
    pub(crate) fn refuses(&self, arguments: &[&str]) -> String {
        let output = village_node(&self.data).args(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Records one letter; its id.
    pub(crate) fn record(&self, name: &str) -> String {
        let fields = serde_json::json!({
            "nik": "3510014107900001", "nama": name, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
            "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
            "rw": "02", "dusun": "Krajan", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
        });
        let made = done(
            village_node(&self.data).args(["record", "--service", "G01", "--json", &fields.to_string()]).arg("--json"),
        );
        made["id"].as_str().unwrap().to_owned()
    }

    /// A window in which somebody of this role is signed in.
    pub(crate) async fn signed_in(&self, name: &str, role: &str) -> Browser {
        self.account(name, role);
        let browser = Browser::open().await;
        self.sign_in(&browser, name).await;
        browser
    }

    pub(crate) async fn sign_in(&self, browser: &Browser, name: &str) {
        self.sign_in_at(&self.url, browser, name).await;
    }

    /// Signs in by one of the ways to this desk.
    pub(crate) async fn sign_in_at(&self, url: &str, browser: &Browser, name: &str) {
        browser.go(&format!("{url}/masuk")).await;
        browser.type_in("#name", name).await;
        browser.type_in("#secret", SECRET).await;
        browser.click("main button.main").await;
        browser.find("#bilah").await;
    }
}
