//! A real hub and real offices, each in a folder of its own, joined by links that break.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use fleet::generate::{Generator, LineForm, write_lines};
use serde_json::Value;
use tempfile::TempDir;
use whole_system::root;

use crate::programs::{sync_server, village_node};
use crate::proxy::Proxy;

pub(crate) const OFFICE: &str = "35.10.01.2001";
/// The profile of an office that says who signs its letters: nobody signs without a name.
const NAMED: &str = "{\"letterhead\":{\"signers\":{\"kepala\":{\"name\":\"SUGENG HARTONO\"}}}}";

/// A process that others may kill.
pub(crate) type Victim = Arc<Mutex<Option<Child>>>;

/// `kill -9`, and waits until it is gone.
pub(crate) fn kill(victim: &Victim) {
    if let Some(mut child) = victim.lock().unwrap().take() {
        // One that ended by itself is gone as well.
        let _ = child.kill();
        child.wait().unwrap();
    }
}

/// A hub with its data folder. Ends with its value.
pub(crate) struct Hub {
    pub(crate) data: PathBuf,
    settings: Vec<(String, String)>,
    pub(crate) process: Victim,
    pub(crate) address: SocketAddr,
}

impl Hub {
    fn new(data: PathBuf, settings: &[(&'static str, &'static str)]) -> Self {
        let roster = root().join("data/banyuwangi-offices.csv");
        done(sync_server(&data).arg("init").arg("--roster").arg(roster));
        let mut hub = Self {
            data,
            settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            process: Victim::default(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        hub.start();
        hub
    }

    /// Starts the server on a free port.
    pub(crate) fn start(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let mut command = sync_server(&self.data);
        command.args(["serve", "--listen", "127.0.0.1:0"]).envs(self.settings.iter().cloned());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on https://");
        self.address = address.unwrap_or_else(|| panic!("no listener: {line}{}", self.told())).parse().unwrap();
        *self.process.lock().unwrap() = Some(child);
    }

    /// Sets a variable of its environment, from the next start or command on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    /// Ends the server.
    pub(crate) fn stop(&self) {
        kill(&self.process);
    }

    /// What the server logged.
    pub(crate) fn told(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap()
    }

    pub(crate) fn is_up(&self) -> bool {
        let mut process = self.process.lock().unwrap();
        process.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// One of its commands: exit code, and the JSON it printed on standard output.
    pub(crate) fn says(&self, arguments: &[&str]) -> (i32, Value) {
        let mut command = sync_server(&self.data);
        let output = command.args(arguments).arg("--json").envs(self.settings.iter().cloned()).output().unwrap();
        (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
    }

    fn code(&self, office: &str) -> String {
        let offered = json(&done(sync_server(&self.data).args(["enrol", office, "--json"])));
        offered["code"].as_str().unwrap().to_owned()
    }

    /// Ids of all transactions in its list, sorted; one that is there twice is here twice.
    fn ids(&self) -> Vec<String> {
        let list = json(&done(sync_server(&self.data).args(["list", "--limit", "100000", "--json"])));
        sorted_ids(list["rows"].as_array().unwrap())
    }

    fn verified(&self) -> Value {
        json(&done(sync_server(&self.data).args(["verify", "--json"])))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        kill(&self.process);
    }
}

/// A hub, a link, and as many machines of one office as have joined.
pub(crate) struct Regency {
    pub(crate) hub: Hub,
    pub(crate) link: Proxy,
    generator: Generator,
    /// Ids of all that was recorded.
    pub(crate) recorded: BTreeSet<String>,
    dir: TempDir,
}

impl Regency {
    pub(crate) fn new(seed: u64, settings: &[(&'static str, &'static str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let hub = Hub::new(dir.path().join("hub"), settings);
        let link = Proxy::to(hub.address);
        let generator = Generator::new(OFFICE.parse().unwrap(), seed, "2026-11-23".parse().unwrap());
        Self { hub, link, generator, recorded: BTreeSet::new(), dir }
    }

    /// Where everything is.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// The centre says who signs the letters of [`OFFICE`].
    pub(crate) fn name_head(&self) {
        let profile = self.dir.path().join("profile.json");
        std::fs::write(&profile, NAMED).unwrap();
        done(sync_server(&self.hub.data).args(["handbook", "publish", "profile", "--office", OFFICE]).arg(profile));
    }

    /// A machine joins over the link.
    pub(crate) fn join(&self, name: &str) -> Machine {
        self.join_as(OFFICE, name)
    }

    /// A machine of another office joins.
    pub(crate) fn join_as(&self, office: &str, name: &str) -> Machine {
        let machine = Machine { data: self.dir.path().join(name) };
        let hub = format!("https://{}", self.link.address);
        done(village_node(&machine.data).args(["enrol", "--hub", &hub, "--code", &self.hub.code(office)]));
        machine
    }

    /// A machine that the hub forgot is enrolled again.
    pub(crate) fn rejoin(&self, machine: &Machine) {
        let hub = format!("https://{}", self.link.address);
        let code = self.hub.code(OFFICE);
        done(village_node(&machine.data).args(["enrol", "--again", "--hub", &hub, "--code", &code]));
    }

    /// Records so many made-up transactions on a machine.
    pub(crate) fn record(&mut self, machine: &Machine, count: usize) {
        let mut lines = Vec::new();
        write_lines(&mut lines, &mut self.generator, count, LineForm::Form).unwrap();
        let mut command = village_node(&machine.data);
        command.args(["record", "--lines", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&lines).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let before = self.recorded.len();
        self.recorded.extend(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned));
        assert_eq!(self.recorded.len(), before + count);
    }

    /// The hub comes back after a kill, and the link with it.
    pub(crate) fn restart(&mut self) {
        self.hub.start();
        self.link.lead_to(self.hub.address);
        self.link.mend();
    }

    /// A whole exchange over a whole link: proven equal, whatever was recorded.
    pub(crate) fn prove_any(&self, machine: &Machine) {
        self.link.mend();
        let output = machine.sync("20").wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "not proven: {told}\nthe hub: {}", self.hub.told());
    }

    /// A whole exchange over a whole link: proven equal, and every transaction counted once.
    pub(crate) fn prove(&self, machine: &Machine) {
        self.link.mend();
        let output = machine.sync("20").wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "not proven: {told}\nthe hub: {}", self.hub.told());
        let digest = json(&output)["digest"].as_str().unwrap().to_owned();
        let entries = self.recorded.len() + machine.leases();
        assert_eq!(digest.split(':').next(), Some(entries.to_string().as_str()));
    }

    /// Everything recorded is on the hub and on the machine exactly once, and both find nothing wrong with themselves.
    pub(crate) fn check(&self, machine: &Machine) {
        self.check_data(machine);
        let told = self.hub.told();
        assert!(!told.contains("ERROR"), "{told}");
    }

    /// [`Regency::check`], whatever the hub had to complain of.
    pub(crate) fn check_data(&self, machine: &Machine) {
        self.prove(machine);
        let recorded: Vec<String> = self.recorded.iter().cloned().collect();
        let is =
            |ids: Vec<String>, place: &str| assert!(ids == recorded, "{place}: {} of {}", ids.len(), recorded.len());
        is(self.hub.ids(), "hub");
        is(machine.ids(), "machine");
        for verified in [self.hub.verified(), machine.said(&["verify", "--json"])] {
            assert_eq!(verified["sound"], true, "{verified}");
            // A record that was only made is one change.
            assert_eq!(verified["entries"], recorded.len() + machine.leases(), "{verified}");
        }
        let status = machine.said(&["status", "--json"]);
        assert_eq!(status["proven_now"], true, "{status}");
        for figure in ["unsent", "pending", "quarantined", "refused_by_hub", "set_aside", "divergent"] {
            assert_eq!(status[figure], 0, "{figure} in {status}");
        }
        assert!(self.hub.is_up());
        let told = self.hub.told();
        assert!(!told.contains("panicked"), "{told}");
    }
}

/// A machine of the office.
pub(crate) struct Machine {
    pub(crate) data: PathBuf,
}

impl Machine {
    /// Blocks of letter numbers that the hub granted its office: one change each.
    fn leases(&self) -> usize {
        self.said(&["numbers", "--json"])["leases"].as_array().unwrap().len()
    }

    /// `sync`, under way.
    pub(crate) fn sync(&self, patience: &str) -> Child {
        let mut command = village_node(&self.data);
        command.args(["sync", "--json", "--patience", patience]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// One exchange; true when both sides are proven equal.
    pub(crate) fn try_once(&self) -> bool {
        self.sync("0").wait_with_output().unwrap().status.success()
    }

    /// One exchange by a process that `victim` names as soon as it runs, until it ends in one way or the other.
    pub(crate) fn try_as(&self, victim: &Victim) {
        let mut place = victim.lock().unwrap();
        let mut child = self.sync("0");
        let mut out = child.stdout.take().unwrap();
        *place = Some(child);
        drop(place);
        out.read_to_end(&mut Vec::new()).unwrap();
        kill(victim);
    }

    /// `serve`, until the value is dropped.
    pub(crate) fn serve(&self) -> Serving {
        let mut command = village_node(&self.data);
        command.args(["serve", "--listen", "127.0.0.1:0", "--json"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        Serving(child)
    }

    /// Says who signs the letters of its office.
    pub(crate) fn name_head(&self) {
        let profile = self.data.with_extension("profile.json");
        std::fs::write(&profile, NAMED).unwrap();
        self.said(&["profile", profile.to_str().unwrap(), "--json"]);
    }

    /// The JSON a command printed; it must have succeeded.
    pub(crate) fn said(&self, arguments: &[&str]) -> Value {
        json(&done(village_node(&self.data).args(arguments)))
    }

    /// Ids of all transactions in its list, sorted; one that is there twice is here twice.
    pub(crate) fn ids(&self) -> Vec<String> {
        sorted_ids(&self.rows())
    }

    /// Its whole list, the last to arrive first.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut page = self.said(&["list", "--limit", "1000", "--json"]);
        loop {
            rows.extend(page["rows"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { return rows };
            page = self.said(&["list", "--limit", "1000", "--json", "--after", next]);
        }
    }
}

/// A machine that serves.
pub(crate) struct Serving(Child);

impl Serving {
    /// `kill -TERM`, and whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        let done = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        done.success() && self.0.wait().unwrap().success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sorted_ids(rows: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

pub(crate) fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}{}", String::from_utf8_lossy(&output.stdout));
    output
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}
