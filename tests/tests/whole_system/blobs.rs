//! Attached files between two machines of an office, over links that break, and what strangers get of them.

use std::io::Write as _;
use std::thread::sleep;
use std::time::{Duration, Instant};

use change_log::BlobHash;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sync_protocol::{BlobAct, BlobRequest, SigningKey};
use village_node::Identity;

use crate::door::{answer, tls};
use crate::night::{day_of, now};
use crate::programs::village_node;
use crate::proxy::{Break, Way};
use crate::regency::{Machine, Regency};

const SIZE: usize = 2 * 1024 * 1024;

/// Made-up bytes that cannot be packed and pass for a photo.
fn photo(seed: u64) -> Vec<u8> {
    photo_of(seed, SIZE)
}

fn photo_of(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xda];
    bytes.extend(
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u8::try_from(state >> 56).unwrap()
        })
        .take(size - 6),
    );
    bytes.extend([0xff, 0xd9]);
    bytes
}

fn record(machine: &Machine) -> String {
    let form = json!({
        "nik": "3510014107900001", "nama": "Siti Contoh", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    let made = machine.said(&["record", "--service", "G01", "--json", &form.to_string(), "--json"]);
    made["id"].as_str().unwrap().to_owned()
}

fn attach(machine: &Machine, id: &str, bytes: &[u8]) -> BlobHash {
    let file = machine.data.join("kk siti.jpg");
    std::fs::write(&file, bytes).unwrap();
    let said = machine.said(&["attach", id, file.to_str().unwrap(), "--kind", "A1", "--json"]);
    assert_eq!((said["type"].as_str(), said["kind"].as_str()), (Some("image/jpeg"), Some("A1")));
    assert_eq!(said["name"], "kk siti.jpg");
    said["hash"].as_str().unwrap().parse().unwrap()
}

fn state(machine: &Machine, id: &str) -> String {
    let said = machine.said(&["attachments", id, "--json"]);
    said["attachments"][0]["state"].as_str().unwrap().to_owned()
}

/// A sync that may fail; what it said.
fn sync(machine: &Machine, patience: &str) -> (bool, Value) {
    let output = machine.sync(patience).wait_with_output().unwrap();
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// Syncs over a link that breaks after so many bytes each time, until all is over. How often it broke.
fn sync_cut(regency: &Regency, machine: &Machine, way: Way, every: usize) -> u64 {
    for cuts in 0..200 {
        let how = if cuts % 2 == 0 { Break::End } else { Break::Reset };
        regency.link.cut_after(way, how, every);
        let (done, said) = sync(machine, "0");
        regency.link.mend();
        if done && said["files"]["to_send"] == 0 && said["files"]["to_fetch"] == 0 {
            return cuts;
        }
    }
    panic!("it never comes to an end");
}

/// A signed request by hand.
fn ask(regency: &Regency, machine: &Machine, method: &str, hash: BlobHash, body: &[u8]) -> String {
    let identity = Identity::load(&machine.data).unwrap();
    let act = if method == "PUT" { BlobAct::Send(hash) } else { BlobAct::Get(hash) };
    let signed = BlobRequest::sign(&SigningKey::from_seed(&identity.secret_key.0), identity.hub, act);
    let mut stream = tls(regency.hub.address);
    let head = format!(
        "{method} /v1/blobs/{hash} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\nx-node: {}\r\nx-signature: {}\r\n\
         content-length: {}\r\n\r\n",
        signed.node,
        HEXLOWER.encode(&signed.signature.0),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The hub may have said no before it took all.
    let _ = stream.write_all(body).and_then(|()| stream.flush());
    String::from_utf8_lossy(&answer(&mut stream)).into_owned()
}

#[test]
fn a_file_goes_to_the_other_machine_however_often_the_link_breaks() {
    let regency = Regency::new(51, &[]);
    let (counter, laptop) = (regency.join("counter"), regency.join("laptop"));
    let id = record(&counter);
    let bytes = photo(1);
    let hash = attach(&counter, &id, &bytes);
    assert_eq!(state(&counter, &id), "here_only");
    // Loopback outruns any hub: what lay unread in its socket goes with a connection that is reset.
    let cuts = sync_cut(&regency, &counter, Way::Up, 64 * 1024);
    assert!((32..150).contains(&cuts), "{cuts}");
    assert_eq!(state(&counter, &id), "at_hub");
    let before = regency.link.passed(Way::Down);
    let cuts = sync_cut(&regency, &laptop, Way::Down, 64 * 1024);
    let got = regency.link.passed(Way::Down) - before;
    assert!((32..150).contains(&cuts), "{cuts}");
    // Each time a connection is made, and an exchange.
    let most = SIZE as u64 * 105 / 100 + (cuts + 1) * 8192;
    assert!(got < most, "{got} bytes came down in {cuts} cuts, {most} are allowed");
    let file = laptop.data.join("got.jpg");
    laptop.said(&["attachment", &hash.to_string(), file.to_str().unwrap(), "--json"]);
    assert_eq!(std::fs::read(file).unwrap(), bytes);
    for machine in [&counter, &laptop] {
        let verified = machine.said(&["verify", "--json"]);
        assert_eq!((verified["sound"].as_bool(), verified["files"].as_u64()), (Some(true), Some(1)), "{verified}");
        let (_, said) = sync(machine, "20");
        assert_eq!((said["files"]["bytes_up"].as_u64(), said["files"]["bytes_down"].as_u64()), (Some(0), Some(0)));
    }
    assert_eq!(regency.hub.says(&["verify"]).1["files"], 1);
    laptop.said(&["detach", &id, &hash.to_string(), "--json"]);
    assert!(sync(&laptop, "20").0 && sync(&counter, "20").0);
    assert_eq!(counter.said(&["attachments", &id, "--json"])["attachments"], json!([]));
}

/// What `status` says of files on their way, until `done`; each number of bytes that were over, in order.
fn watch(machine: &Machine, way: &str, mut done: impl FnMut(&Value) -> bool) -> Vec<u64> {
    let begun = Instant::now();
    let mut seen = Vec::new();
    loop {
        let files = machine.said(&["status", "--json"])["files"].take();
        if files["moving"]["way"] == way {
            seen.extend(files["moving"]["held"].as_u64());
        }
        if done(&files) {
            seen.dedup();
            return seen;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{files}");
        sleep(Duration::from_millis(100));
    }
}

#[test]
fn how_much_of_a_file_is_over_is_told_while_it_moves_and_after_a_cut() {
    const LARGE: usize = 6 * 1024 * 1024;
    let regency = Regency::new(55, &[]);
    let (counter, laptop) = (regency.join("counter"), regency.join("laptop"));
    let id = record(&counter);
    attach(&counter, &id, &photo_of(5, LARGE));
    let held = |machine: &Machine| machine.said(&["attachments", &id, "--json"])["attachments"][0]["held"].as_u64();
    assert_eq!(held(&counter), Some(0));
    regency.link.slow(400 * 1024);
    regency.link.cut_after(Way::Up, Break::End, LARGE * 2 / 3);
    let serving = counter.serve();
    let seen = watch(&counter, "up", |files| regency.link.is_broken() && files["moving"].is_null());
    // By the hub's word: some of it is over long before all is, and never more than passed.
    assert!(seen.iter().any(|held| (1..LARGE as u64 * 2 / 3).contains(held)) && seen.is_sorted(), "{seen:?}");
    let before = seen.last().copied();
    assert!(held(&counter) >= before, "{:?} {seen:?}", held(&counter));
    let status = counter.said(&["status", "--json"]);
    assert_eq!(status["files"]["to_send_held"].as_u64(), held(&counter), "{status}");
    regency.link.mend();
    let seen = watch(&counter, "up", |files| files["to_send"] == 0);
    assert!(seen.is_sorted() && seen.first() >= before.as_ref(), "it goes on from there: {before:?}, {seen:?}");
    assert_eq!((state(&counter, &id).as_str(), held(&counter)), ("at_hub", Some(LARGE as u64)));
    assert!(serving.stop());

    regency.link.cut_after(Way::Down, Break::End, LARGE / 2);
    let serving = laptop.serve();
    let seen = watch(&laptop, "down", |_| regency.link.is_broken());
    assert!(seen.len() > 3 && seen.is_sorted() && seen.last() < Some(&(LARGE as u64)), "{seen:?}");
    assert!(serving.stop());
    // It is on the disk: another program knows it as well.
    let files = laptop.said(&["status", "--json"])["files"].take();
    let here = files["to_fetch_held"].as_u64();
    assert!(here > Some(LARGE as u64 / 3) && held(&laptop) == here, "{files}");
    regency.link.mend();
    let serving = laptop.serve();
    let seen = watch(&laptop, "down", |files| files["to_fetch"] == 0);
    assert!(seen.is_sorted() && seen.first() >= here.as_ref(), "{here:?}, {seen:?}");
    assert!(serving.stop());
}

#[test]
fn the_hub_gives_a_file_to_its_office_alone_and_takes_no_other_bytes_for_it() {
    let regency = Regency::new(52, &[]);
    let counter = regency.join("counter");
    let foreign = regency.join_as("35.10.01.2002", "foreign");
    let id = record(&counter);
    let bytes = photo(2);
    // Known to the hub from the record, before any byte of the file came.
    let hash = attach(&counter, &id, &bytes);
    std::fs::rename(counter.data.join("blobs"), counter.data.join("elsewhere")).unwrap();
    assert!(sync(&counter, "20").0);
    for (machine, word) in [(&foreign, "not_named"), (&counter, "not_here")] {
        let said = ask(&regency, machine, "GET", hash, b"");
        assert!(said.starts_with("HTTP/1.1 404") && said.contains(word), "{said}");
    }
    // Without a byte of it: what lies unread when the hub hangs up would take its answer along.
    let said = ask(&regency, &foreign, "PUT", hash, b"");
    assert!(said.contains("not_named"), "{said}");
    let mut tampered = bytes.clone();
    tampered[SIZE / 2] ^= 1;
    let said = ask(&regency, &counter, "PUT", hash, &tampered);
    assert!(said.starts_with("HTTP/1.1 422") && said.contains("other_content"), "{said}");
    let longer = [&bytes[..], b"x"].concat();
    let said = ask(&regency, &counter, "PUT", hash, &longer);
    assert!(said.starts_with("HTTP/1.1 413") && said.contains("too_large"), "{said}");
    assert!(ask(&regency, &counter, "GET", hash, b"").contains("not_here"));
    let said = ask(&regency, &counter, "PUT", hash, &bytes);
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("\"whole\":true"), "{said}");
    assert!(ask(&regency, &foreign, "GET", hash, b"").contains("not_named"));
    // What was lost here comes back from the hub.
    assert!(sync(&counter, "20").0);
    let file = counter.data.join("got.jpg");
    counter.said(&["attachment", &hash.to_string(), file.to_str().unwrap(), "--json"]);
    assert_eq!(std::fs::read(file).unwrap(), bytes);
}

#[test]
fn backups_have_the_files_and_whoever_lost_a_disk_has_them_again() {
    let mut regency = Regency::new(54, &[]);
    let counter = regency.join("counter");
    let id = record(&counter);
    let (first, second) = (photo(3), photo(4));
    let hash = attach(&counter, &id, &first);
    assert!(sync(&counter, "20").0);
    let folder = regency.folder().to_owned();
    let at = |name: &str| folder.join(name).display().to_string();
    let said = regency.hub.says(&["backup", &at("first.backup")]).1;
    assert_eq!((&said["files"], &said["files_missing"], &said["private"]), (&json!(1), &json!(0), &json!(true)));
    let later = attach(&counter, &id, &second);
    assert!(sync(&counter, "20").0);
    regency.hub.stop();
    regency.hub.set("SYNC_SERVER_BACKUP_DIR", &at("nights"));
    let date = day_of(now()).to_string();
    let report = regency.hub.says(&["nightly", "--early", "--date", &date]).1;
    assert_eq!((&report["backup"]["state"], &report["backup"]["files"]), (&json!("made"), &json!(2)), "{report}");
    let night = report["backup"]["file"].as_str().unwrap().to_owned();

    // The hub's disk is gone, and so are the files on the machine they came from.
    std::fs::rename(&regency.hub.data, folder.join("gone")).unwrap();
    std::fs::remove_dir_all(counter.data.join("blobs")).unwrap();
    let (done, said) = regency.hub.says(&["restore", &night]);
    assert_eq!((done, &said["files"]), (0, &json!(2)), "{said}");
    let verified = regency.hub.says(&["verify"]).1;
    assert_eq!((&verified["sound"], &verified["files"]), (&json!(true), &json!(2)), "{verified}");
    regency.restart();
    let laptop = regency.join("laptop");
    assert!(sync(&laptop, "20").0);
    let file = at("got.jpg");
    for (hash, bytes) in [(hash, &first), (later, &second)] {
        laptop.said(&["attachment", &hash.to_string(), &file, "--json"]);
        assert!(std::fs::read(&file).unwrap() == *bytes);
    }

    // A machine of the office, with no hub in reach.
    regency.hub.stop();
    let stick = at("stick");
    std::fs::create_dir(&stick).unwrap();
    let backup = format!("{stick}/desa.backup");
    let said = laptop.said(&["backup", &backup, "--json"]);
    assert_eq!((&said["files"], &said["files_missing"]), (&json!(2), &json!(0)));
    std::fs::remove_dir_all(laptop.data.join("blobs")).unwrap();
    assert_eq!(laptop.said(&["restore", &backup, "--replace", "--json"])["files"], 2);
    laptop.said(&["attachment", &later.to_string(), &file, "--json"]);
    assert!(std::fs::read(&file).unwrap() == second);
    // What the machine had lost before stands in no backup of it, and is said.
    let said = counter.said(&["backup", &at("counter.backup"), "--json"]);
    assert_eq!((&said["files"], &said["files_missing"]), (&json!(1), &json!(1)), "the first is in a backup beside it");
}

#[test]
fn what_cannot_be_attached_is_said_at_once() {
    let regency = Regency::new(53, &[]);
    let counter = regency.join("counter");
    let id = record(&counter);
    let cases: [(&str, &[u8], &str); 5] = [
        ("x.html", b"<html><script>alert(1)</script>", "file_type"),
        ("x.jpg", b"<html><script>alert(1)</script>", "file_broken"),
        ("x.jpg", b"", "file_empty"),
        ("x.jpg", &[0xff, 0xd8, 0xff, 0xda, 1, 2, 3], "file_broken"),
        ("x.jpg", &vec![0xff; 10 * 1024 * 1024 + 1], "file_too_large"),
    ];
    let paper = counter.data.join("kk.pdf");
    std::fs::write(&paper, b"%PDF-1.4\n%%EOF\n").unwrap();
    let paper = paper.to_str().unwrap();
    let output = village_node(&counter.data).args(["attach", &id, paper, "--kind", "ZZ", "--json"]).output().unwrap();
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((output.status.code(), said["error"]["code"].as_str()), (Some(2), Some("kind")));
    for (name, bytes, code) in cases {
        let file = counter.data.join(name);
        std::fs::write(&file, bytes).unwrap();
        let output =
            village_node(&counter.data).args(["attach", &id, file.to_str().unwrap(), "--json"]).output().unwrap();
        let said: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!((output.status.code(), said["error"]["code"].as_str()), (Some(2), Some(code)));
    }
    assert_eq!(counter.said(&["attachments", &id, "--json"])["attachments"], json!([]));
    // The same paper again without a word of what it is stays what it was.
    counter.said(&["attach", &id, paper, "--kind", "A1", "--json"]);
    let again = counter.said(&["attach", &id, paper, "--json"]);
    assert_eq!((&again["kind"], &again["change"]), (&json!("A1"), &Value::Null), "{again}");
}
