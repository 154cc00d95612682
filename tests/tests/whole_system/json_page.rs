//! `docs/json.md`: what each command prints under `--json`, compared with what the programs print.
//!
//! `WRITE_JSON_PAGE=1 cargo test -p whole-system json_page` writes the page anew.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use whole_system::root;

use crate::programs::{sync_server, village_node};
use crate::regency::OFFICE;

const HEAD: &str = "# JSON of the commands

What `--json` prints on standard output, as one line, and on standard error when a command fails. Keys and kinds of values
are a contract: keys may be added, none is taken away or changes its kind within a major version. A test runs all commands and
compares. The examples are from a real run of made-up records; of each list the first entry is shown.

Times are milliseconds since 1970 UTC (`..._millis`). Hashes, keys and epochs are hexadecimal digits. A digest is the count and
the sum of change hashes: `2:67e0...`. What is not known is `null`. Values of fields (`from`, `to`, `value`) are of any kind.
When a record was made and changed (`created_millis`, `changed_millis`) is told by the hub's clock, where the machine knew how far its own was off; `millis` of a change is the device's
own, `hub_offset_millis` what is to be added to it.
`clock_state` of `village-node status` is `known`, `behind` (the clock shows a time from before the hub was last heard) or `doubtful` (somebody has to say whether it is right).

`open` and `past` of `sync-server alarms` are lists of
`{\"kind\", \"office\", \"office_name\", \"began_millis\", \"ended_millis\", \"detail\"}` (`office` is `null` for the hub itself), `undelivered` one of
`{\"channel\", \"event\", \"made_millis\", \"tries\", \"due_millis\", \"given_up\", \"error\"}`; they are empty below. `alarms test` ends with exit code 4 where a way that is set failed.

`sync-server quarantine` prints a list of
`{\"id\", \"epoch\", \"position\", \"hash\", \"waits\", \"source\", \"code\", \"detail\", \"at_millis\"}`, which is empty below.
`village-node config` prints a settings file and knows no `--json`.

Where a letter bears no seal, `seal_url` of `village-node letter` is `null` and `unsealed` is `{\"code\", \"text\": {\"id\", \"en\"}}`; codes are `not_signed`,
`no_number`, `undecided`, `signed_apart`, `no_certificate`, `too_long`. `verdict` of `check-letter` is `genuine`, or with exit code 4 `not_genuine` (and nothing else but
`genuine`), or `void` where this machine holds its record (`held`) as cancelled or refused; and at the hub `revoked`, `number_twice`, `other_number`, `other_paper`, `signed_apart` or `void`.

`late_before_millis` of `sync-server status` is when the last night that is over began: who was not proven equal since is
late; `nodes_proven` counts the machines that were.
`nightly` and `offices_behind` of `sync-server status` hold in `state` how an office stands: `proven`, `late`, `never`, `shut_out` (it had machines, and all are shut out; since
`since_millis`), `not_enrolled`; those that are behind stand worst first. `shut_out_millis` of `offices` is `null` where a machine may call, or none ever joined.
`left` of `sync-server numbers` is what the machines of an office that may call can still issue this year. `node`, `machine` and `office` of a change in
`sync-server history` say where it was made; they are `null` where the hub made it itself.
`untold` of `handbook` and `roster_untold` of `status`: the hub goes by a roster that was never published.
`nightly` holds in `reason` why an office is late: `shut_out`, `old_version`, `refused`, `differs`, `never_called`, `silent`, `hub_off`, `cut`, `not_done`; in `needs` of a record
`overdue`, `due_today`, `quarantined`, `divergent`, `waiting_camat`; in `why` of numbers `lost`, `copied`, `quarantined`, `on_its_way`, `not_granted`, `granted_twice`, `closed`, `left_out`; in
`state` of the backup `made`, `off`, `missed`, `failed`. Of a list below, all are counted and at most so many listed: 20000 records, gaps, duplicates and blocks each (`documents_left_out`, `gaps_left_out`: how many more there are), 20
problems. `private` of `backup` is false where the disk keeps no permissions. Gaps are `{\"office\", \"series\", \"year\", \"first\", \"last\", \"node\", \"why\"}`, duplicates `{\"office\", \"serial\", \"documents\", \"why\"}`. Reports made before
there was all this hold nothing below `offices`, and of an office neither `reason` nor `district`. A machine with `shut_out_millis` is told of in the night in which it was shut out or called, and
as long as its office has no other. `form_of_before` of `numbers rule`: what machines may still issue in another form, as it was granted.
`settings` of `sync-server restore`: `back` (as in the backup; `settings_keys` names what is set in them), `same` (they were here), `beside` (others are here and stay), `none` (the backup has none).

`held` of `village-node attachments` is how many bytes of a file are where it goes: at the hub, as far as it said so since the program began, of one that is `here_only`; on this machine of one that is
`not_here`. `to_send_held` and `to_fetch_held` of `status` are their sums, `moving` is `null` or the file that moves: `{\"hash\", \"way\", \"held\", \"size\"}` with `way` `up` or `down`.
`warning` of `village-node attach` is `null` or, of a file that is kept though it seems to be damaged inside, `{\"id\", \"en\"}`.

`lan` of `village-node serve` and `village-node status` is `null` where the desk is not open to the office's other PCs, and for `status` where no `serve` runs.
`fingerprint` is the SHA-256 of the root certificate. Where the desk could not be opened, `listening` and `fingerprint` are `null` and `failure` is
`{\"blame\", \"code\", \"text\": {\"id\", \"en\"}}`; the desk of the machine serves all the same.
";

/// The programs run, and what they said.
struct Page {
    dir: TempDir,
    said: Vec<(String, Value)>,
}

impl Page {
    /// Runs a program on the folder of that name; keeps what it said under its command line.
    fn run(&mut self, folder: &str, arguments: &[&str]) -> Value {
        let output = self.program(folder, arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        self.note(folder, arguments, &value);
        value
    }

    /// Makes an account; its password comes from standard input.
    fn put_account(&mut self) {
        let arguments = ["account", "put", "siti", "--name", "Siti Aminah", "--role", "kepala"];
        let mut command = self.program("counter", &arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"rahasia-1\n").unwrap();
        let output = child.wait_with_output().unwrap();
        self.note("counter", &["account", "put"], &serde_json::from_slice(&output.stdout).unwrap());
    }

    fn program(&self, folder: &str, arguments: &[&str]) -> Command {
        let data = self.dir.path().join(folder);
        let mut command = if folder.starts_with("hub") { sync_server(&data) } else { village_node(&data) };
        command.args(arguments).arg("--json").current_dir(self.dir.path());
        // The night of a report ends with its day: it shows the same at any hour.
        command.env("SYNC_SERVER_REPORT_MINUTE", "1439");
        command
    }

    /// Starts `serve`; keeps its first line.
    fn serve(&mut self, folder: &str) -> Serving {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        if !folder.starts_with("hub") {
            arguments.extend(["--lan", "127.0.0.2:0"]);
        }
        let mut command = self.program(folder, &arguments);
        let mut serving = Serving(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(serving.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.note(folder, &arguments, &serde_json::from_str(&line).unwrap());
        serving
    }

    fn note(&mut self, folder: &str, arguments: &[&str], value: &Value) {
        let program = if folder.starts_with("hub") { "sync-server" } else { "village-node" };
        let shown: Vec<String> = arguments.iter().map(|argument| self.public(argument)).collect();
        // Ids and values differ from run to run: the first words name the command.
        let words: Vec<&str> = shown.iter().map(String::as_str).take_while(|word| is_word(word)).collect();
        let title = format!("{program} {}", words.join(" "));
        if self.said.iter().all(|(known, _)| *known != title) {
            let value = serde_json::from_str(&self.public(&value.to_string())).unwrap();
            self.said.push((title, value));
        }
    }

    /// Whatever shuts machines out.
    fn shut_out(&mut self, nodes: &[String]) {
        self.run("hub", &["revoke", &nodes[0]]);
        self.run("hub", &["wipe", &nodes[0]]);
        self.run("hub", &["replace", &nodes[1], "--wipe"]);
    }

    /// A record is referred to the sub-district, which answers.
    fn refer(&mut self, hub: &str, id: &str) {
        let code = self.run("hub", &["enrol", "35.10.01"])["code"].as_str().unwrap().to_owned();
        self.run("above", &["enrol", "--hub", hub, "--code", &code]);
        self.run("counter", &["refer", id, "35.10.01", "--asked", "Mohon diperiksa"]);
        for folder in ["counter", "above"] {
            self.run(folder, &["sync"]);
        }
        self.run("above", &["answer", id, "selesai", "--reason", "sudah diperiksa"]);
        for folder in ["above", "counter"] {
            self.run(folder, &["sync"]);
        }
    }

    /// The people of the hub.
    fn operators(&mut self) {
        let secret = self.dir.path().join("Secret");
        std::fs::write(&secret, "rahasia-panjang-1\n").unwrap();
        let secret = secret.to_str().unwrap().to_owned();
        self.run("hub", &["operator", "add", "wayan1", "--shown", "Wayan Sudarma", "--secret-file", &secret]);
        self.run("hub", &["operator", "password", "wayan1", "--secret-file", &secret]);
        for what in ["code", "disable", "enable"] {
            self.run("hub", &["operator", what, "wayan1"]);
        }
        self.run("hub", &["operator", "list"]);
    }

    /// What the centre tells offices.
    fn handbook(&mut self) {
        self.run("hub", &["handbook", "notice", "Libur", "--until", "2999-12-31"]);
        let roster = self.run("hub", &["handbook", "show", "roster"])["text"].as_str().unwrap().to_owned();
        let file = self.dir.path().join("Offices");
        std::fs::write(&file, roster).unwrap();
        self.run("hub", &["handbook", "publish", "roster", file.to_str().unwrap()]);
        self.run("hub", &["handbook"]);
        self.run("hub", &["handbook", "withdraw", "1"]);
    }

    /// Alarms, and a channel at whose end nobody is.
    fn alarms(&mut self) {
        self.run("hub", &["alarms"]);
        let trial = self
            .program("hub", &["alarms", "test"])
            .env("SYNC_SERVER_WEBHOOK_URL", "http://127.0.0.1:9/")
            .env("SYNC_SERVER_WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
            .output()
            .unwrap();
        assert_eq!(trial.status.code(), Some(4), "nobody is there");
        self.note("hub", &["alarms", "test"], &serde_json::from_slice(&trial.stdout).unwrap());
    }

    /// Without the folder of this run.
    fn public(&self, text: &str) -> String {
        text.replace(self.dir.path().to_str().unwrap(), "/srv")
    }
}

struct Serving(std::process::Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_word(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
}

fn form(name: &str) -> Value {
    json!({
        "nik": "3510014107900001", "nama": name, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    })
}

/// Runs every command of both programs.
fn run_all() -> Vec<(String, Value)> {
    let mut page = Page { dir: tempfile::tempdir().unwrap(), said: Vec::new() };
    let roster = root().join("data/banyuwangi-offices.csv");
    page.run("hub", &["init", "--roster", roster.to_str().unwrap()]);
    let serving = page.serve("hub");
    let url = page.said.last().unwrap().1["listening"].as_str().unwrap().to_owned();
    let mut nodes = Vec::new();
    for folder in ["counter", "laptop"] {
        let code = page.run("hub", &["enrol", OFFICE])["code"].as_str().unwrap().to_owned();
        let joined = page.run(folder, &["enrol", "--hub", &url, "--code", &code]);
        nodes.push(joined["node"].as_str().unwrap().to_owned());
    }
    let made = page.run("counter", &["record", "--service", "G01", "--json", &form("Siti Aminah").to_string()]);
    let id = made["id"].as_str().unwrap().to_owned();
    let lines = page.dir.path().join("lines");
    std::fs::write(&lines, format!("{}\n{{}}\n", json!({"service": "G01", "fields": form("Budi")}))).unwrap();
    let some = page.program("counter", &["record", "--lines", lines.to_str().unwrap()]).output().unwrap();
    page.note("counter", &["record", "--lines"], &serde_json::from_slice(&some.stdout).unwrap());
    let scan = page.dir.path().join("Scan");
    std::fs::write(&scan, b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<<>>\nstartxref\n9\n%%EOF\n").unwrap();
    let attached = page.run("counter", &["attach", &id, "Scan", "--kind", "A1"]);
    page.run("counter", &["sync"]);
    page.run("laptop", &["sync"]);
    let hash = attached["hash"].as_str().unwrap().to_owned();
    page.run("counter", &["attachments", &id]);
    page.run("counter", &["attachment", &hash, "Copy"]);
    page.run("laptop", &["detach", &id, &hash]);
    page.run("counter", &["set", &id, "pekerjaan=Guru"]);
    page.run("laptop", &["set", &id, "pekerjaan=Nelayan"]);
    page.run("counter", &["step", &id, "diajukan"]);
    for folder in ["laptop", "counter"] {
        page.run(folder, &["sync"]);
    }
    page.refer(&url, &id);
    for reading in [&["divergences"][..], &["list"], &["show", &id], &["history", &id], &["status"], &["verify"]] {
        page.run("counter", reading);
        page.run("hub", reading);
    }
    page.run("counter", &["search", "Aminah"]);
    let profile = json!({"letterhead": {"signers": {"kepala": {"name": "SUGENG HARTONO"}}}});
    std::fs::write(page.dir.path().join("Profile"), profile.to_string()).unwrap();
    page.run("counter", &["profile", "Profile"]);
    let sealed = page.run("counter", &["record", "--service", "G01", "--json", &form("Ani Contoh").to_string()]);
    let sealed = sealed["id"].as_str().unwrap().to_owned();
    for step in ["diajukan", "diperiksa", "ditandatangani"] {
        page.run("counter", &["step", &sealed, step]);
    }
    let seal = page.run("counter", &["letter", &sealed, "Letter.pdf"])["seal_url"].as_str().unwrap().to_owned();
    for folder in ["counter", "hub"] {
        page.run(folder, &["check-letter", &seal]);
    }
    page.run("counter", &["register", "agenda", "agenda.pdf", "--from", "2026-07-01", "--to", "2026-07-31"]);
    page.run("hub", &["hub-key"]);
    page.run("counter", &["number", &id]);
    page.run("counter", &["numbers"]);
    page.run("counter", &["numbers", "--register"]);
    page.run("hub", &["numbers"]);
    page.run("hub", &["numbers", "show", OFFICE]);
    page.run("hub", &["numbers", "rule", OFFICE, "--template", "[kode]/[nomor]/[kode_desa]/[tahun]"]);
    page.run("hub", &["numbers", "grant", &nodes[0], "--count", "30"]);
    page.put_account();
    page.run("counter", &["account", "list"]);
    page.run("counter", &["application", "add", "desa-1"]);
    page.run("counter", &["application", "list"]);
    page.run("counter", &["application", "revoke", "desa-1"]);
    page.run("counter", &["settle", &id, "pekerjaan", "Guru"]);
    page.run("counter", &["export", &id, "letter"]);
    let mut doctor = page.program("counter", &["doctor"]);
    page.note("counter", &["doctor"], &serde_json::from_slice(&doctor.output().unwrap().stdout).unwrap());
    page.run("counter", &["backup", "Office"]);
    page.run("restored", &["restore", "Office"]);
    drop(page.serve("counter"));
    page.run("hub", &["rename", &nodes[0], "Loket"]);
    page.run("hub", &["people", &nodes[0]]);
    page.run("hub", &["export", "--format=csv", "--out=All.csv"]);
    for reading in [&["offices", "--enrolled"][..], &["nodes"], &["quarantine"], &["quarantine", "retry"]] {
        page.run("hub", reading);
    }
    page.operators();
    page.handbook();
    page.run("hub", &["rebuild-views"]);
    page.run("hub", &["nightly", "--early", "--date", &today()]);
    page.run("hub", &["nightly", "--format", "xlsx", "--out", "Night.xlsx", "--early", "--date", &today()]);
    page.run("hub", &["config", "example"]);
    page.alarms();
    page.run("hub", &["backup", "Hub"]);
    page.run("hub-restored", &["restore", "Hub"]);
    page.shut_out(&nodes);
    drop(serving);
    let refused = |folder: &str| {
        let output = page.program(folder, &["show", "0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40"]).output().unwrap();
        assert!(!output.status.success());
        serde_json::from_slice(&output.stderr).unwrap()
    };
    let failures = [refused("counter"), refused("hub")];
    let titles = ["village-node: a failure", "sync-server: a failure"].map(str::to_owned);
    page.said.extend(titles.into_iter().zip(failures));
    page.said.sort_by(|(one, _), (other, _)| one.cmp(other));
    page.said
}

/// The day it is in WIB.
fn today() -> String {
    (chrono::Utc::now().naive_utc() + chrono::TimeDelta::hours(7)).date().to_string()
}

/// An example: of lists the first entry, of long texts the beginning.
fn example(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().take(1).map(example).collect(),
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), example(value))).collect()),
        Value::String(text) if text.chars().count() > 200 => {
            Value::from(text.chars().take(80).chain("...".chars()).collect::<String>())
        }
        other => other.clone(),
    }
}

fn written(said: &[(String, Value)]) -> String {
    let mut page = HEAD.to_owned();
    for (title, value) in said {
        let text = serde_json::to_string_pretty(&example(value)).unwrap();
        page.extend(["\n## `", title, "`\n\n```json\n", &text, "\n```\n"]);
    }
    page
}

/// The examples of the page by their titles.
fn documented(page: &str) -> Map<String, Value> {
    let sections = page.split("\n## `").skip(1);
    let one = |section: &str| {
        let (title, rest) = section.split_once("`\n").unwrap();
        let text = rest.split_once("```json\n").unwrap().1.split_once("\n```").unwrap().0;
        (title.to_owned(), serde_json::from_str(text).unwrap())
    };
    sections.map(one).collect()
}

/// Whether a value has the keys and kinds of an example; what is `null` in either says nothing.
fn compare(example: &Value, value: &Value, place: &str) {
    match (example, value) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Array(examples), Value::Array(list)) => {
            for entry in list {
                examples.first().into_iter().for_each(|example| compare(example, entry, place));
            }
        }
        (Value::Object(example), Value::Object(map)) => {
            let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(example), keys(map), "keys of {place}");
            // The values of fields are of any kind.
            for (key, value) in map.iter().filter(|(key, _)| !matches!(key.as_str(), "from" | "to" | "value")) {
                compare(&example[key], value, &format!("{place}.{key}"));
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(example),
            std::mem::discriminant(value),
            "{place}: the page has {example}, the program said {value}"
        ),
    }
}

/// The commands that a program's help names.
fn commands(mut program: Command) -> Vec<String> {
    let help = String::from_utf8(program.arg("--help").output().unwrap().stdout).unwrap();
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn the_page_of_json_says_what_the_programs_say() {
    let path = root().join("docs/json.md");
    let said = run_all();
    if std::env::var_os("WRITE_JSON_PAGE").is_some() {
        std::fs::write(&path, written(&said)).unwrap();
    }
    let documented = documented(&std::fs::read_to_string(&path).unwrap());
    let titles = |list: Vec<&String>| list.into_iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(titles(documented.keys().collect()), titles(said.iter().map(|(title, _)| title).collect()));
    for (title, value) in &said {
        compare(&documented[title], value, title);
    }
    let nowhere = root();
    for (program, name) in [(sync_server(&nowhere), "sync-server"), (village_node(&nowhere), "village-node")] {
        for command in commands(program) {
            let title = format!("{name} {command}");
            let is_there = documented.keys().any(|known| *known == title || known.starts_with(&format!("{title} ")));
            assert!(
                is_there || matches!(title.as_str(), "village-node config" | "sync-server help" | "village-node help"),
                "{title}"
            );
        }
    }
}
