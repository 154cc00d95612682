//! From a record to a letter's seal, and from its QR code to the page that says whether it is genuine.

use std::path::Path;

use serde_json::{Value, json};
use village_node::{Identity, NodeOptions, establish};
use whole_system::folder;

use crate::door::{ask, get};
use crate::night::now;
use crate::programs::village_node;
use crate::regency::{Machine, Regency};

const PUBLIC: &str = "https://surat.example.go.id";
const NAME: &str = "SITI D'CONTOH";

/// A regency whose office has somebody to sign.
fn signing(seed: u64, settings: &[(&'static str, &'static str)]) -> Regency {
    let regency = Regency::new(seed, settings);
    regency.name_head();
    regency
}

/// A record of a letter, and its number where it got one.
fn record(machine: &Machine) -> (String, String) {
    record_of(machine, NAME)
}

fn record_of(machine: &Machine, name: &str) -> (String, String) {
    let form = json!({
        "nik": "3510014107900001", "nama": name, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    let made = machine.said(&["record", "--service", "G01", "--json", &form.to_string(), "--json"]);
    (made["id"].as_str().unwrap().to_owned(), made["number"].as_str().unwrap_or_default().to_owned())
}

/// Takes it through to the signature.
fn sign(machine: &Machine, id: &str) {
    steps(machine, id, &["diajukan", "diperiksa", "ditandatangani"]);
}

fn steps(machine: &Machine, id: &str, steps: &[&str]) {
    for step in steps {
        machine.said(&["step", id, step, "--json"]);
    }
}

/// The letter printed: the PDF, and what is said of it.
fn letter(machine: &Machine, id: &str) -> (Vec<u8>, Value) {
    let file = machine.data.join("letter.pdf");
    let said = machine.said(&["letter", id, file.to_str().unwrap(), "--json"]);
    (std::fs::read(file).unwrap(), said)
}

fn sealed(machine: &Machine, id: &str) -> String {
    let (_, said) = letter(machine, id);
    assert_eq!(said["unsealed"], Value::Null);
    said["seal_url"].as_str().unwrap().to_owned()
}

/// What a command of a machine said, and its exit code.
fn says(data: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = village_node(data).args(arguments).arg("--json").output().unwrap();
    let said = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
    (output.status.code().unwrap(), serde_json::from_slice(said).unwrap_or_default())
}

fn path(url: &str) -> &str {
    &url[url.find("/l/").unwrap()..]
}

/// A PNG of one pixel.
const DOT: &[u8] = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn a_crest_that_the_hub_publishes_stands_on_new_letters_and_changes_none_that_is_signed() {
    let regency = signing(38, &[]);
    let office = regency.join("office");
    regency.prove_any(&office);
    let (before, _) = record(&office);
    sign(&office, &before);
    let has_picture = |pdf: &[u8]| pdf.windows(15).any(|window| window == b"/Subtype /Image");
    let (paper, _) = letter(&office, &before);
    assert!(!has_picture(&paper));
    let hub = |arguments: &[&str]| regency.hub.says(arguments);
    let file = regency.folder().join("lambang.png");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "no picture").unwrap();
    assert_eq!(hub(&["handbook", "crest", path]).0, 2);
    assert_eq!(hub(&["handbook", "crest", "--remove"]).0, 2, "there is none");
    std::fs::write(&file, data_encoding::BASE64.decode(DOT).unwrap()).unwrap();
    // Another one takes its place.
    for _ in 0..2 {
        assert_eq!(hub(&["handbook", "crest", path]).0, 0);
    }
    regency.prove_any(&office);
    let (after, _) = record(&office);
    sign(&office, &after);
    let (crested, _) = letter(&office, &after);
    assert!(has_picture(&crested));
    assert_eq!(letter(&office, &before).0, paper, "to the last byte");
    assert_eq!(hub(&["handbook", "crest", "--remove"]).0, 0);
    regency.prove_any(&office);
    assert_eq!(letter(&office, &after).0, crested);
    let (last, _) = record(&office);
    assert!(!has_picture(&letter(&office, &last).0));
}

#[test]
fn what_another_machine_wrote_while_a_letter_was_signed_changes_no_letter() {
    let regency = signing(35, &[]);
    let (front, back) = (regency.join("front"), regency.join("back"));
    regency.prove_any(&front);
    let (id, _) = record(&front);
    steps(&front, &id, &["diajukan", "diperiksa"]);
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    // With no link: the head signs here, somebody changes the record there.
    steps(&front, &id, &["ditandatangani"]);
    let (paper, said) = letter(&front, &id);
    back.said(&["set", &id, "nama=SITI LAIN", "keperluan=Utang", "--json"]);
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    assert_eq!(front.said(&["show", &id, "--json"])["record"]["fields"]["nama"], "SITI LAIN");
    for machine in [&front, &back] {
        let (now, told) = letter(machine, &id);
        let seal = told["seal_url"].as_str().unwrap();
        let page = get(regency.hub.address, path(seal));
        assert!(page.contains("SITI D&#39;CONTOH") && !page.contains("SITI LAIN"), "{page}");
        assert!(now == paper && told["seal_url"] == said["seal_url"], "the same paper, to the last byte");
    }
    // Nobody signs what is not decided.
    let (other, _) = record(&front);
    regency.prove_any(&front);
    regency.prove_any(&back);
    front.said(&["set", &other, "keperluan=Sekolah", "--json"]);
    back.said(&["set", &other, "keperluan=Bekerja", "--json"]);
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    steps(&front, &other, &["diajukan", "diperiksa"]);
    let output = village_node(&front.data).args(["step", &other, "ditandatangani", "--json"]).output().unwrap();
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((output.status.code(), &said["error"]["code"]), (Some(3), &json!("undecided")), "{said}");
    front.said(&["settle", &other, "keperluan", "Sekolah", "--json"]);
    steps(&front, &other, &["ditandatangani"]);
}

#[test]
fn what_stands_apart_goes_nowhere_undecided_and_outside_of_editing_nobody_adds_to_it() {
    let regency = signing(36, &[]);
    let (front, back) = (regency.join("front"), regency.join("back"));
    let all = || [&front, &back, &front].iter().for_each(|machine| regency.prove_any(machine));
    all();
    let (id, _) = record(&front);
    all();
    front.said(&["set", &id, "pekerjaan=Guru A", "--json"]);
    back.said(&["set", &id, "pekerjaan=Guru B", "--json"]);
    all();
    steps(&front, &id, &["diajukan", "diperiksa"]);
    let (code, said) = says(&front.data, &["step", &id, "ditandatangani"]);
    assert_eq!((code, &said["error"]["code"]), (3, &json!("undecided")), "{said}");
    assert_eq!(says(&front.data, &["step", &id, "dibatalkan", "--reason", "Salah orang"]).0, 0);
    let settle = |value: &str| says(&front.data, &["settle", &id, "pekerjaan", value]);
    let (code, said) = settle("Presiden");
    assert_eq!((code, &said["error"]["code"]), (3, &json!("only_what_stands")), "{said}");
    assert_eq!(settle("Guru B").0, 0);
}

#[test]
fn two_letters_with_one_number_are_both_told_of() {
    let regency = signing(34, &[]);
    let front = regency.join("front");
    // Numbers are granted to a machine that has shown itself.
    regency.prove_any(&front);
    regency.prove_any(&front);
    let back = Machine { data: regency.folder().join("back") };
    folder::image(&front.data, &back.data).unwrap();
    for (machine, name) in [(&front, "Ani Contoh"), (&back, "Budi Contoh")] {
        // Ids are of a place and a second: two copies that write at one place in one second are told apart later.
        let second = now() / 1000;
        while now() / 1000 == second {
            std::thread::yield_now();
        }
        record_of(machine, name);
    }
    for machine in [&front, &back, &front, &back, &front] {
        regency.prove_any(machine);
    }
    let rows = regency.hub.says(&["list"]).1["rows"].take();
    let letters: Vec<(String, String)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let id = row["id"].as_str().unwrap().to_owned();
            sign(&front, &id);
            let url = sealed(&front, &id);
            (id, url)
        })
        .collect();
    assert_eq!(letters.len(), 2);
    regency.prove_any(&front);
    let number = |id: &str| front.said(&["show", id, "--json"])["number"].as_str().unwrap().to_owned();
    assert_eq!(number(&letters[0].0), number(&letters[1].0), "both went on from one place");
    for (_, url) in &letters {
        let page = get(regency.hub.address, path(url));
        assert!(page.contains("Nomor surat ini ada pada dua surat"), "{page}");
        let (code, found) = regency.hub.says(&["check-letter", url]);
        assert_eq!((code, &found["verdict"], &found["genuine"]), (4, &json!("number_twice"), &json!(false)), "{found}");
    }
    // Once one of them is withdrawn, the other one is as good as any.
    let (id, url) = &letters[0];
    front.said(&["step", id, "dibatalkan", "--reason", "nomor ganda", "--json"]);
    regency.prove_any(&front);
    assert!(get(regency.hub.address, path(url)).contains("tidak berlaku lagi"));
    let page = get(regency.hub.address, path(&letters[1].1));
    assert!(page.contains("Segel surat ini asli"), "{page}");
}

/// Another character in the signature of a seal.
fn altered(url: &str) -> String {
    let place = url.len() - 50;
    let other = if url.as_bytes()[place] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &url[..place], &url[place + 1..])
}

fn why(machine: &Machine, id: &str) -> String {
    let (_, said) = letter(machine, id);
    assert_eq!(said["seal_url"], Value::Null);
    said["unsealed"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_letters_seal_is_made_without_a_link_and_checked_by_anybody() {
    let regency = signing(31, &[("SYNC_SERVER_LOG", "trace"), ("SYNC_SERVER_PUBLIC_URL", PUBLIC)]);
    let machine = regency.join("office");
    // The hub grants the first numbers.
    regency.prove_any(&machine);
    let (id, number) = record(&machine);
    assert!(number.starts_with("400.12.2.1/1/"), "{number}");
    assert_eq!(why(&machine, &id), "not_signed");
    steps(&machine, &id, &["diajukan", "diperiksa"]);
    assert_eq!(why(&machine, &id), "not_signed");
    steps(&machine, &id, &["ditandatangani"]);
    let (first, said) = letter(&machine, &id);
    let url = said["seal_url"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&format!("{PUBLIC}/l/")), "{url}");
    assert_eq!(letter(&machine, &id), (first, said), "printed again, it is another letter");

    // Nothing was sent yet, and all can be checked: at the office, and at the hub.
    let (code, found) = says(&machine.data, &["check-letter", &url]);
    assert_eq!((code, &found["name"], &found["number"]), (0, &json!(NAME), &json!(number)), "{found}");
    let (code, known) = regency.hub.says(&["hub-key"]);
    assert_eq!(code, 0);
    let nowhere = machine.data.join("nowhere");
    let key = known["public_key"].as_str().unwrap();
    let (code, found) = says(&nowhere, &["check-letter", &url.to_lowercase(), "--hub-key", key]);
    assert_eq!((code, &found["genuine"]), (0, &json!(true)));
    assert_eq!(says(&nowhere, &["check-letter", &altered(&url), "--hub-key", key]).0, 4);
    assert_eq!(says(&nowhere, &["check-letter", "nothing", "--hub-key", key]).0, 2);
    let page = get(regency.hub.address, path(&url));
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for shown in ["SITI D&#39;CONTOH", &number, "Desa Sarongan, Kec. Pesanggaran", "belum sampai ke pusat"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    for kept in ["3510014107900001", "Petani", "Membuka rekening", &id] {
        assert!(!page.contains(kept), "the page shows {kept}");
    }
    let head = page.split_once("\r\n\r\n").unwrap().0.to_lowercase();
    for header in ["cache-control: no-store", "referrer-policy: no-referrer", "default-src 'none'", "nosniff"] {
        assert!(head.contains(header), "{header} in {head}");
    }

    regency.prove_any(&machine);
    assert!(get(regency.hub.address, path(&url)).contains("dengan nomor yang sama"));
    let (code, found) = regency.hub.says(&["check-letter", &url]);
    assert_eq!((code, &found["verdict"], &found["at_hub"]["other_number"]), (0, &json!("genuine"), &json!(false)));

    // What is altered says nothing of anything.
    let page = get(regency.hub.address, path(&altered(&url)));
    assert!(page.starts_with("HTTP/1.1 404") && page.contains("TIDAK asli"), "{page}");
    assert!(!page.contains("CONTOH") && !page.contains(&number) && !page.contains("Sarongan"), "{page}");
    assert_eq!(regency.hub.says(&["check-letter", &altered(&url)]).0, 4);
    assert_eq!(regency.hub.says(&["check-letter", &url[..url.len() - 4]]).0, 2);
    assert_eq!(regency.hub.says(&["check-letter", "nothing"]).0, 2);
    for cut in ["/l/", "/l/nothing", &path(&url)[..40]] {
        let page = get(regency.hub.address, cut);
        assert!(page.starts_with("HTTP/1.1 404") && page.contains("bukan segel surat"), "{cut}: {page}");
    }
    assert!(get(regency.hub.address, "/l/style.css").contains("text/css"));
    let head = ask(regency.hub.address, "HEAD", path(&url));
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    for method in ["POST", "PUT", "DELETE"] {
        assert!(ask(regency.hub.address, method, path(&url)).starts_with("HTTP/1.1 405"), "{method}");
    }

    steps(&machine, &id, &["siap_diambil"]);
    assert_eq!(sealed(&machine, &id), url, "the same letter, later");
    let (code, _) = says(&machine.data, &["step", &id, "dibatalkan", "--reason", "Salah ketik"]);
    assert_eq!(code, 0);
    let file = machine.data.join("cancelled.pdf");
    assert_eq!(says(&machine.data, &["letter", &id, file.to_str().unwrap()]).0, 3, "it has no letter any more");
    assert!(!file.exists());
    // The office's own machines know, without a link.
    let (code, found) = says(&machine.data, &["check-letter", &url]);
    assert_eq!((code, &found["verdict"], &found["held"]), (4, &json!("void"), &json!(true)), "{found}");
    regency.prove_any(&machine);
    assert!(get(regency.hub.address, path(&url)).contains("tidak berlaku lagi"));
    let (code, found) = regency.hub.says(&["check-letter", &url]);
    assert_eq!((code, &found["verdict"]), (4, &json!("void")));

    // No letter is ever named in the log, however much is logged.
    let told = regency.hub.told();
    assert!(told.contains("a node was admitted"), "{told}");
    for secret in ["CONTOH", number.as_str(), &path(&url)[3..60]] {
        assert!(!told.contains(secret), "{secret} was logged");
    }
}

#[test]
fn letters_of_a_machine_that_was_shut_out_are_to_be_asked_about() {
    let regency = signing(32, &[]);
    let machine = regency.join("office");
    let (id, before) = record(&machine);
    // Nobody signs a paper that would get its number by hand.
    steps(&machine, &id, &["diajukan", "diperiksa"]);
    let (code, refused) = says(&machine.data, &["step", &id, "ditandatangani"]);
    assert_eq!((code, &refused["error"]["code"], before.as_str()), (2, &json!("without_number"), ""), "{refused}");
    regency.prove_any(&machine);
    machine.said(&["number", &id, "--json"]);
    steps(&machine, &id, &["ditandatangani"]);
    // No public address is set: letters name the hub where the node calls it.
    let url = sealed(&machine, &id);
    assert!(url.starts_with(&format!("https://{}/l/", regency.link.address)), "{url}");
    // Another one, which the hub has, and one that it has not.
    let known = {
        let (id, _) = record(&machine);
        sign(&machine, &id);
        sealed(&machine, &id)
    };
    regency.prove_any(&machine);
    let (hidden, number) = record(&machine);
    sign(&machine, &hidden);
    let url = sealed(&machine, &hidden);
    let node = Identity::load(&machine.data).unwrap().node.to_string();
    assert_eq!(regency.hub.says(&["revoke", &node]).0, 0);
    let (code, found) = regency.hub.says(&["check-letter", &known]);
    assert_eq!((code, &found["verdict"], found["revoked_millis"].is_i64()), (0, &json!("genuine"), true), "{found}");
    let page = get(regency.hub.address, path(&known));
    assert!(page.contains("Segel surat ini asli") && page.contains("tidak dipakai lagi sejak"), "{page}");
    let page = get(regency.hub.address, path(&url));
    assert!(page.contains("Tanyakan dahulu") && page.contains("dikeluarkan pada") && page.contains(&number), "{page}");
    let (code, found) = regency.hub.says(&["check-letter", &url]);
    assert_eq!((code, &found["verdict"], found["revoked_millis"].is_i64()), (4, &json!("revoked"), true));
    // Who has a lost machine has its key, and could send letters until it was shut out.
    assert_eq!(regency.hub.says(&["wipe", &node, "--reason", "dicuri"]).0, 0);
    let (code, found) = regency.hub.says(&["check-letter", &known]);
    assert_eq!((code, &found["verdict"]), (4, &json!("revoked")), "{found}");
}

#[test]
fn a_node_that_joined_before_there_were_certificates_gets_its_own() {
    let regency = signing(33, &[("SYNC_SERVER_PUBLIC_URL", PUBLIC)]);
    let machine = regency.join("office");
    let identity = Identity::load(&machine.data).unwrap();
    assert_eq!(identity.sealing.as_ref().unwrap().public_url.as_deref(), Some(PUBLIC));
    let data = machine.data.with_extension("old");
    let old = Identity { sealing: None, ..identity.clone() };
    drop(establish(&data, &old, &NodeOptions::default()).unwrap());
    let before = Machine { data };
    assert!(!std::fs::read_to_string(Identity::file(&before.data)).unwrap().contains("sealing"));
    regency.prove_any(&before);
    let (id, number) = record(&before);
    sign(&before, &id);
    assert_eq!(Identity::load(&before.data).unwrap(), identity, "the same node gets the same certificate");
    let url = sealed(&before, &id);
    assert!(get(regency.hub.address, path(&url)).contains(&number));
    // A lost file comes back from the database, the certificate with it.
    std::fs::remove_file(Identity::file(&before.data)).unwrap();
    assert_eq!(sealed(&before, &id), url);
}

/// What a command of a machine refuses with.
fn code(machine: &Machine, arguments: &[&str]) -> Value {
    let (_, said) = says(&machine.data, arguments);
    said["error"]["code"].clone()
}

#[test]
fn what_two_machines_signed_apart_is_printed_no_more_and_doubted_by_the_hub() {
    let regency = signing(36, &[]);
    let (front, back) = (regency.join("front"), regency.join("back"));
    regency.prove_any(&front);
    let (id, _) = record(&front);
    steps(&front, &id, &["diajukan", "diperiksa"]);
    for machine in [&front, &back] {
        regency.prove_any(machine);
    }
    // With no link: one signs it as it is, another one changes it first.
    steps(&front, &id, &["ditandatangani"]);
    back.said(&["set", &id, "nama=SITI LAIN", "--json"]);
    steps(&back, &id, &["ditandatangani"]);
    let papers = [sealed(&front, &id), sealed(&back, &id)];
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    let file = front.data.join("again.pdf");
    assert_eq!(code(&front, &["letter", &id, file.to_str().unwrap()]), "signed_apart");
    // In lists it stands with what people must decide, though there is nothing to settle.
    let apart = |said: &Value, key: &str| {
        let rows = said[key].as_array().unwrap();
        rows.iter().map(|row| (row["id"].clone(), row["two_papers"].clone())).collect::<Vec<_>>()
    };
    let this = vec![(json!(id), json!(true))];
    assert_eq!(apart(&front.said(&["list", "--divergent", "--json"]), "rows"), this);
    let found = front.said(&["divergences", "--json"]);
    assert_eq!((apart(&found, "transactions"), &found["transactions"][0]["divergences"]), (this.clone(), &json!([])));
    assert_eq!(front.said(&["status", "--json"])["divergent"], 1);
    let (_, at_hub) = regency.hub.says(&["list", "--divergent"]);
    assert_eq!(apart(&at_hub, "rows"), this);
    for url in &papers {
        let (code, found) = regency.hub.says(&["check-letter", url]);
        assert_eq!((code, &found["verdict"]), (4, &json!("signed_apart")), "{found}");
        assert!(get(regency.hub.address, path(url)).contains("ada dalam dua rupa"));
    }
    front.said(&["step", &id, "dibatalkan", "--reason", "ditandatangani dua kali", "--json"]);
    assert_eq!(front.said(&["divergences", "--json"])["transactions"], json!([]));
    regency.prove_any(&front);
    assert!(get(regency.hub.address, path(&papers[1])).contains("tidak berlaku lagi"));
}

#[test]
fn nobody_signs_or_gives_a_number_by_settling_and_nothing_is_signed_twice() {
    let regency = signing(37, &[]);
    let (front, back) = (regency.join("front"), regency.join("back"));
    regency.prove_any(&front);
    let (id, number) = record(&front);
    steps(&front, &id, &["diajukan", "diperiksa"]);
    for machine in [&front, &back] {
        regency.prove_any(machine);
    }
    // Signed here, sent back and changed there.
    steps(&front, &id, &["ditandatangani"]);
    let (paper, _) = letter(&front, &id);
    back.said(&["step", &id, "dikembalikan", "--reason", "KTP buram", "--json"]);
    back.said(&["set", &id, "nama=SITI LAIN", "--json"]);
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    let book = front.data.join("agenda.csv");
    front.said(&["register", "agenda", book.to_str().unwrap(), "--from", "2026-01-01", "--to", "2099-12-31", "--json"]);
    let book = std::fs::read_to_string(&book).unwrap();
    assert!(book.contains("dua keadaan, belum diputuskan"), "{book}");
    for nowhere in ["selesai", "draf", "dibatalkan"] {
        assert_eq!(code(&front, &["settle", &id, "status", nowhere]), "stands_nowhere", "{nowhere}");
    }
    front.said(&["settle", &id, "status", "ditandatangani", "--json"]);
    assert!(letter(&front, &id).0 == paper, "the letter is the one that was signed");
    regency.prove_any(&front);
    let (code_of, found) = regency.hub.says(&["check-letter", &sealed(&front, &id)]);
    assert_eq!((code_of, &found["verdict"], &found["name"]), (0, &json!("genuine"), &json!(NAME)));
    // Taken as sent back instead, it is not signed again: its paper may be out.
    let (again, _) = record(&front);
    steps(&front, &again, &["diajukan", "diperiksa"]);
    for machine in [&front, &back] {
        regency.prove_any(machine);
    }
    steps(&front, &again, &["ditandatangani"]);
    back.said(&["step", &again, "dikembalikan", "--reason", "KTP buram", "--json"]);
    for machine in [&front, &back, &front] {
        regency.prove_any(machine);
    }
    front.said(&["settle", &again, "status", "dikembalikan", "--json"]);
    steps(&front, &again, &["draf", "diajukan", "diperiksa"]);
    assert_eq!(code(&front, &["step", &again, "ditandatangani"]), "signed_before");
    // Numbers that were given apart: one of the two stands, of a signed letter that of its paper.
    assert_ne!(number, "");
}
