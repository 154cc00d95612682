//! Who may no more may no more at once: also what they had begun before, and whoever is just signing in.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

mod common;
#[path = "common/served.rs"]
mod served;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{json_of, record, run, run_with_input, text};
use replica_store::Reader;
use serde_json::{Value, json};
use served::Served;

const SECRET: &str = "rahasia-9";
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// Somebody at a browser.
struct Desk {
    cookie: String,
    form_token: String,
}

/// What ends somebody's right.
type End<'a> = &'a dyn Fn(&Desk);

/// A request whose body has not come whole.
struct Held {
    stream: TcpStream,
    rest: String,
}

impl Held {
    fn begin(served: &Served, line: &str, headers: &str, body: &str) -> Self {
        let mut stream = TcpStream::connect(&served.address).unwrap();
        let (begun, rest) = body.split_at(5);
        let length = body.len();
        write!(stream, "{line} HTTP/1.1\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{begun}")
            .unwrap();
        // What was asked for must be looked at before anything else comes.
        std::thread::sleep(std::time::Duration::from_millis(500));
        Self { stream, rest: rest.to_owned() }
    }

    /// Status and the whole answer.
    fn end(mut self) -> (u16, String) {
        self.stream.write_all(self.rest.as_bytes()).unwrap();
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }
}

fn account(served: &Served, name: &str, role: &str) {
    let put = ["account", "put", name, "--name", "Siti Aminah", "--role", role];
    let output = run_with_input(served.dir.path(), &put, format!("{SECRET}\n").as_bytes());
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn browser(served: &Served) -> String {
    format!("host: {0}\r\norigin: http://{0}\r\n{FORM}", served.address)
}

/// What a browser holds after it was sent this as name and secret; nothing where it was not let in.
fn sign_in(served: &Served, name: &str, secret: &str) -> Option<String> {
    let body = format!("name={name}&secret={secret}");
    let (_, answer, _) = served.ask_raw("POST /masuk", &browser(served), &body);
    let (_, cookie) = answer.split_once("set-cookie: ")?;
    cookie.split(';').next().map(str::to_owned)
}

impl Desk {
    fn of(served: &Served, name: &str) -> Self {
        let cookie = sign_in(served, name, SECRET).unwrap();
        let (_, _, page) = served.ask_raw("GET /", &format!("{}cookie: {cookie}\r\n", browser(served)), "");
        let page = text(&page);
        let (_, after) = page.split_once("name=\"form_token\" value=\"").unwrap();
        Self { form_token: after.split('"').next().unwrap().to_owned(), cookie }
    }

    fn headers(&self, served: &Served) -> String {
        format!("{}cookie: {}\r\n", browser(served), self.cookie)
    }

    fn body(&self, pairs: &str) -> String {
        format!("form_token={}&{pairs}", self.form_token)
    }

    fn post(&self, served: &Served, path: &str, pairs: &str) -> u16 {
        served.ask_raw(&format!("POST {path}"), &self.headers(served), &self.body(pairs)).0
    }

    fn hold(&self, served: &Served, path: &str, pairs: &str) -> Held {
        Held::begin(served, &format!("POST {path}"), &self.headers(served), &self.body(pairs))
    }

    fn is_in(&self, served: &Served) -> bool {
        served.ask_raw("GET /", &self.headers(served), "").0 == 200
    }
}

fn status_of(served: &Served, id: &str) -> Value {
    json_of(&run(served.dir.path(), &["show", id, "--json"]))["status"].clone()
}

#[test]
fn what_was_begun_before_is_not_done_any_more() {
    let served = Served::start();
    account(&served, "kades", "kepala");
    let kades = Desk::of(&served, "kades");
    let id = record(served.dir.path(), "Siti Aminah");
    let step = format!("/berkas/{id}/langkah");
    let cancels = "to=dibatalkan&reason=salah";
    let ends: [(&str, End<'_>); 4] = [
        ("shut", &|_| assert_eq!(kades.post(&served, "/akun/wakil/tutup", ""), 303)),
        ("of another role", &|_| {
            assert_eq!(kades.post(&served, "/akun/wakil/ubah", "shown=Siti&role=petugas"), 303);
        }),
        ("locked", &|desk| assert_eq!(desk.post(&served, "/kunci/sekarang", ""), 303)),
        ("signed out", &|desk| assert_eq!(desk.post(&served, "/keluar", ""), 303)),
    ];
    for (how, end) in ends {
        account(&served, "wakil", "kepala");
        let desk = Desk::of(&served, "wakil");
        let held = desk.hold(&served, &step, cancels);
        let makes = "name=tamu&shown=Tamu&role=kepala&secret=rahasia-7";
        let account = desk.hold(&served, "/akun", makes);
        end(&desk);
        for held in [held, account] {
            let (status, answer) = held.end();
            assert!(status == 403 && answer.contains("Tidak ada yang berubah"), "{how}: {answer}");
        }
        assert_eq!(status_of(&served, &id), "draf", "{how}");
        let reader = Reader::open(served.dir.path()).unwrap();
        assert_eq!(reader.account("tamu").unwrap(), None, "{how}");
    }
    assert!(kades.is_in(&served));
    assert_eq!(kades.hold(&served, &step, cancels).end().0, 303, "who still may has all the time");
    assert_eq!(status_of(&served, &id), "dibatalkan");
}

#[test]
fn a_form_that_comes_too_late_goes_along_to_the_sign_in() {
    let served = Served::start();
    account(&served, "kades", "kepala");
    account(&served, "wakil", "kepala");
    let (kades, desk) = (Desk::of(&served, "kades"), Desk::of(&served, "wakil"));
    let held = desk.hold(&served, "/baru/G01", "nama=Budi+Santoso");
    assert_eq!(kades.post(&served, "/akun/wakil/tutup", ""), 303);
    let (status, answer) = held.end();
    assert!(status == 200 && answer.contains("Budi Santoso"), "{answer}");
    assert_eq!(json_of(&run(served.dir.path(), &["list", "--json"]))["rows"], json!([]));
}

#[test]
fn a_token_that_is_revoked_opens_nothing_that_it_began() {
    let served = Served::start();
    let id = record(served.dir.path(), "Siti Aminah");
    let dir = served.dir.path();
    let made = json_of(&run(dir, &["application", "add", "e-desa", "--role", "petugas", "--json"]));
    let token = made["token"].as_str().unwrap().to_owned();
    let body = json!({"status": "dibatalkan", "reason": "salah"}).to_string();
    let step = format!("POST /api/v1/records/{id}/step");
    let held = Held::begin(&served, &step, &served.with(&token), &body);
    let files = format!("POST /api/v1/records/{id}/attachments?name=kk.pdf");
    let file = Held::begin(&served, &files, &served.with(&token), "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n");
    assert!(run(dir, &["application", "revoke", "e-desa"]).status.success());
    for held in [held, file] {
        let (status, answer) = held.end();
        assert!(status == 401 && answer.contains("\"code\":\"token\""), "{answer}");
    }
    // Let in anew, it has another token.
    assert!(run(dir, &["application", "add", "e-desa", "--role", "petugas"]).status.success());
    assert_eq!(served.ask(&step, &served.with(&token), &body).0, 401);
    assert_eq!(status_of(&served, &id), "draf");
    let shown = json_of(&run(dir, &["attachments", &id, "--json"]));
    assert_eq!(shown["attachments"], json!([]));
}

#[test]
fn a_program_that_waits_for_changes_is_told_of_none_after_its_token_was_revoked() {
    let served = Served::start();
    let dir = served.dir.path();
    let made = json_of(&run(dir, &["application", "add", "e-desa", "--role", "petugas", "--json"]));
    let headers = served.with(made["token"].as_str().unwrap());
    let (status, end) = served.ask("GET /api/v1/changes?after=end", &headers, "");
    assert_eq!(status, 200, "{end}");
    let waits = format!("GET /api/v1/changes?after={}&wait=30", end["next"].as_str().unwrap());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| served.ask(&waits, &headers, ""));
        // It must have begun to wait; however far it is by then, it is told of nothing.
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert!(run(dir, &["application", "revoke", "e-desa"]).status.success());
        record(dir, "Siti Aminah");
        let (status, answer) = waiting.join().unwrap();
        assert_eq!((status, &answer["code"]), (401, &json!("token")), "{answer}");
    });
}

#[test]
fn whoever_makes_a_record_again_has_read_it_and_the_new_one_is_valid_from_its_own_day() {
    let served = Served::start();
    account(&served, "siti", "petugas");
    let form = json!({
        "nik": "3510014107900001", "nama": "Budi Santoso", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01",
        "no_kk": "3510011707150001", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa",
        "rt": 1, "rw": 2, "keperluan": "Melamar pekerjaan", "penandatangan": "kepala", "berlaku_sampai": "2199-12-30",
        "ada_perkara": true, "keterangan": "Perkara lama",
    });
    let made = run(served.dir.path(), &["record", "--service", "P02", "--json", &form.to_string(), "--json"]);
    let id = json_of(&made)["id"].as_str().unwrap().to_owned();
    let siti = Desk::of(&served, "siti");
    let again = format!("GET /baru/P02?ulang={id}");
    let (status, _, page) = served.ask_raw(&again, &siti.headers(&served), "");
    let page = text(&page);
    assert!(status == 200 && page.contains("Perkara lama") && !page.contains("2199"), "{page}");
    let noted = Reader::open(served.dir.path()).unwrap().audit(50).unwrap();
    let read = noted.iter().filter(|item| item.act == "specific_read" && item.subject == id && item.clerk == "siti");
    assert_eq!(read.count(), 1, "{noted:?}");
}

#[test]
fn nobody_is_let_in_whose_account_was_shut_while_their_secret_was_looked_at() {
    let served = Served::start();
    account(&served, "kades", "kepala");
    let kades = Desk::of(&served, "kades");
    for round in 0..8 {
        let name = format!("tamu{round}");
        account(&served, &name, "petugas");
        let over = AtomicBool::new(false);
        let held: Vec<String> = std::thread::scope(|scope| {
            let tries = || {
                let mut held = Vec::new();
                while !over.load(Ordering::SeqCst) {
                    held.extend(sign_in(&served, &name, SECRET));
                }
                held
            };
            let trying: Vec<_> = (0..3).map(|_| scope.spawn(tries)).collect();
            std::thread::sleep(std::time::Duration::from_millis(300));
            assert_eq!(kades.post(&served, &format!("/akun/{name}/tutup"), ""), 303);
            std::thread::sleep(std::time::Duration::from_millis(200));
            over.store(true, Ordering::SeqCst);
            trying.into_iter().flat_map(|one| one.join().unwrap()).collect()
        });
        for cookie in held {
            let desk = Desk { cookie, form_token: String::new() };
            assert!(!desk.is_in(&served), "round {round}");
        }
    }
}

#[test]
fn an_own_new_password_keeps_the_session_and_ends_the_others() {
    let served = Served::start();
    account(&served, "kades", "kepala");
    let (here, there) = (Desk::of(&served, "kades"), Desk::of(&served, "kades"));
    let change = format!("secret={SECRET}&new=rahasia-8&again=rahasia-8");
    assert_eq!(here.post(&served, "/akun/saya", &change), 303);
    assert!(here.is_in(&served) && !there.is_in(&served));
    let makes = "name=budi&shown=Budi&role=petugas&secret=rahasia-7";
    assert_eq!(here.post(&served, "/akun", makes), 303, "and it may still change things");
    assert!(sign_in(&served, "budi", "rahasia-7").is_some());
    assert!(sign_in(&served, "kades", SECRET).is_none() && sign_in(&served, "kades", "rahasia-8").is_some());
}

#[test]
fn what_was_typed_as_a_name_that_nobody_has_is_not_kept() {
    let served = Served::start();
    account(&served, "kades", "kepala");
    assert!(sign_in(&served, "kata-sandi-rahasia", "kades").is_none());
    assert!(sign_in(&served, "kades", "salah-salah").is_none());
    let acts = Reader::open(served.dir.path()).unwrap().audit(100).unwrap();
    assert!(!format!("{acts:?}").contains("kata-sandi"), "{acts:?}");
    let failed: Vec<&str> =
        acts.iter().filter(|item| item.act == "sign_in_failed").map(|item| item.clerk.as_str()).collect();
    assert_eq!(failed, ["kades", "(tidak dikenal)"]);
    let kades = Desk::of(&served, "kades");
    let (_, _, trail) = served.ask_raw("GET /akun/jejak", &kades.headers(&served), "");
    assert!(text(&trail).contains("<bdi>nama tak dikenal</bdi>"));
}

/// Most memory that the program has had, and has now, in KiB.
#[cfg(target_os = "linux")]
fn memory(served: &Served) -> (u64, u64) {
    let said = std::fs::read_to_string(format!("/proc/{}/status", served.process())).unwrap();
    let of = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    (of("VmHWM:"), of("VmRSS:"))
}

#[cfg(target_os = "linux")]
#[test]
fn many_who_sign_in_at_once_take_turns_and_no_more_memory_than_a_few() {
    let served = Served::start();
    account(&served, "kades", "kepala");
    let (_, before) = memory(&served);
    std::thread::scope(|scope| {
        let served = &served;
        for name in 0..60 {
            scope.spawn(move || sign_in(served, &format!("nama{name}"), "salah-salah"));
        }
        // Whoever comes in the midst of it has a turn, too.
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(sign_in(served, "kades", SECRET).is_some());
    });
    let (most, after) = memory(&served);
    let (most, after) = (most.saturating_sub(before) / 1024, after.saturating_sub(before) / 1024);
    println!("{most} MiB more at most, {after} MiB more afterwards");
    assert!(most < 150, "{most} MiB more at most, {after} MiB more afterwards");
}
