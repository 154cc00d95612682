//! A hub with operators, and offices that call it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use change_log::{EpochId, NodeId};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use replica_store::{AlarmChange, NewDelivery, Replica};
use serde_json::Value;
use sha1::Sha1;
use tempfile::TempDir;
use whole_system::root;

use crate::browser::Browser;
use crate::programs::{sync_server, village_node};

pub(crate) const SECRET: &str = "rahasia-panjang-1";

pub(crate) const OFFICE: &str = "35.10.01.2001";

/// A process that ends with its value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn done(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// Gives a command a line on its standard input; what it says.
fn tell(command: &mut Command, line: &str) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// A hub that serves.
pub(crate) struct Hub {
    dir: TempDir,
    pub(crate) data: PathBuf,
    pub(crate) url: String,
    _serving: Running,
}

impl Hub {
    /// A hub of the regency.
    pub(crate) fn new() -> Self {
        Self::with(&std::fs::read_to_string(root().join("data/banyuwangi-offices.csv")).unwrap())
    }

    /// A hub with this roster.
    pub(crate) fn with(roster: &str) -> Self {
        Self::prepared(roster, |_| {})
    }

    /// A hub of the regency that makes backups, in a folder with a long name.
    pub(crate) fn with_backups() -> Self {
        let roster = std::fs::read_to_string(root().join("data/banyuwangi-offices.csv")).unwrap();
        Self::prepared(&roster, |data| {
            let settings = "backup_dir = \"cadangan_malam_pusat_kabupaten_banyuwangi_di_disk_luar\"\n";
            std::fs::write(data.join("sync-server.toml"), settings).unwrap();
        })
    }

    /// A hub of the regency in which an office has been silent for a month, no backup was made, a disk was nearly full, and word
    /// of that did not arrive.
    pub(crate) fn alarmed() -> Self {
        let roster = std::fs::read_to_string(root().join("data/banyuwangi-offices.csv")).unwrap();
        Self::prepared(&roster, |data| {
            let (mut hub, _) = Replica::open(data, "test", EpochId([9; 16])).unwrap();
            let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
            let before = now - 30 * 24 * 3_600_000;
            hub.register_node(NodeId([7; 8]), OFFICE.parse().unwrap(), [7; 32], before).unwrap();
            let watch = serde_json::json!({ "since_millis": before, "until_millis": now });
            hub.set_setting("alarm/watch", watch.to_string().as_bytes()).unwrap();
            let (kind, subject) = ("disk_low".to_owned(), String::new());
            let begun =
                AlarmChange::Begun { kind: kind.clone(), subject: subject.clone(), detail: "812 MB".to_owned() };
            let event = format!("alarm_disk_low_{}_begun", now - 7_200_000);
            let word = NewDelivery { channel: "webhook".to_owned(), event, body: Vec::new() };
            hub.change_alarms(&[begun], &[word], now - 7_200_000).unwrap();
            hub.change_alarms(&[AlarmChange::Ended { kind, subject }], &[], now - 3_600_000).unwrap();
        })
    }

    fn prepared(roster: &str, prepare: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("hub");
        let file = dir.path().join("roster.csv");
        std::fs::write(&file, roster).unwrap();
        done(sync_server(&data).arg("init").arg("--roster").arg(file));
        prepare(&data);
        Self::serving(dir, data)
    }

    /// A hub that was made of a backup of another one.
    pub(crate) fn restored(backup: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("hub");
        done(sync_server(&data).arg("restore").arg(backup));
        Self::serving(dir, data)
    }

    fn serving(dir: TempDir, data: PathBuf) -> Self {
        let log = std::fs::File::create(dir.path().join("hub.log")).unwrap();
        let mut command = sync_server(&data);
        // The night that a report tells of ends with its day: what a test records before belongs to it at any hour.
        command.args(["serve", "--json", "--listen", "127.0.0.1:0"]).env("SYNC_SERVER_REPORT_MINUTE", "1439");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["listening"].as_str().unwrap().to_owned();
        Self { dir, data, url, _serving: Running(child) }
    }

    /// What the server logged.
    pub(crate) fn told(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("hub.log")).unwrap()
    }

    /// What one of its commands says.
    pub(crate) fn says(&self, arguments: &[&str]) -> Value {
        done(sync_server(&self.data).args(arguments).arg("--json"))
    }

    /// Makes an account; its authenticator.
    pub(crate) fn operator(&self, name: &str, role: &str) -> App {
        let mut command = sync_server(&self.data);
        command.args(["operator", "add", name, "--shown", "Wayan Sudarma", "--role", role, "--json"]);
        App::of(&tell(&mut command, &format!("{SECRET}\n")))
    }

    /// A window in which somebody of this role is signed in.
    pub(crate) async fn signed_in(&self, name: &str, role: &str) -> Browser {
        let app = self.operator(name, role);
        let browser = window().await;
        self.sign_in(&browser, name, SECRET, &app.code(0)).await;
        browser.find("#kini").await;
        browser
    }

    /// Fills the form in and sends it.
    pub(crate) async fn sign_in(&self, browser: &Browser, name: &str, secret: &str, code: &str) {
        browser.go(&format!("{}/masuk", self.url)).await;
        browser.type_in("#name", name).await;
        browser.type_in("#secret", secret).await;
        browser.type_in("#code", code).await;
        browser.click("main button.main").await;
    }

    /// A machine of an office joins.
    pub(crate) fn machine(&self, office: &str, name: &str) -> Machine {
        let code = self.says(&["enrol", office]);
        let data = self.dir.path().join(name);
        let code = code["code"].as_str().unwrap();
        done(village_node(&data).args(["enrol", "--hub", &self.url, "--code", code, "--json"]));
        Machine { data }
    }
}

/// The day it is in WIB.
pub(crate) fn today() -> String {
    (chrono::Utc::now().naive_utc() + chrono::TimeDelta::hours(7)).date().to_string()
}

/// A window that takes the hub's certificate as if its PC trusted it.
pub(crate) async fn window() -> Browser {
    Browser::open_with(&["--ignore-certificate-errors".to_owned()]).await
}

/// An authenticator app.
pub(crate) struct App(Vec<u8>);

impl App {
    pub(crate) fn of(said: &Value) -> Self {
        let secret = said["code_secret"].as_str().unwrap();
        assert!(said["code_url"].as_str().unwrap().contains(secret));
        Self(BASE32_NOPAD.decode(secret.as_bytes()).unwrap())
    }

    /// The code so many steps from now.
    pub(crate) fn code(&self, steps: i64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let step = (i64::try_from(now).unwrap() / 30 + steps).cast_unsigned();
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let word = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }
}

/// A machine of an office.
pub(crate) struct Machine {
    data: PathBuf,
}

impl Machine {
    pub(crate) fn folder(&self) -> &Path {
        &self.data
    }

    /// Makes an account of somebody who works there.
    pub(crate) fn account(&self, name: &str, role: &str) {
        let mut command = village_node(&self.data);
        command.args(["account", "put", name, "--name", "Siti Aminah", "--role", role, "--json"]);
        tell(&mut command, &format!("{SECRET}\n"));
    }

    /// What a command of this machine prints.
    pub(crate) fn says(&self, arguments: &[&str]) -> Value {
        done(village_node(&self.data).args(arguments).arg("--json"))
    }

    /// Records one letter; its id.
    pub(crate) fn record(&self, name: &str) -> String {
        let fields = serde_json::json!({
            "nik": "3510014107900001", "nama": name, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
            "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
            "rw": "02", "dusun": "Krajan", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
        });
        let made = self.says(&["record", "--service", "G01", "--json", &fields.to_string()]);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A call at another address of its hub, which does not take it.
    pub(crate) fn is_refused_at(&self, hub: &Hub) {
        let called =
            village_node(&self.data).args(["sync", "--patience", "0"]).env("VILLAGE_NODE_HUB", &hub.url).output();
        assert!(!called.unwrap().status.success());
    }

    /// One whole exchange: proven equal at its end.
    pub(crate) fn sync(&self) {
        self.says(&["sync"]);
    }
}
