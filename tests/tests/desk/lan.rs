//! Several clerks at once: one at the machine of the desk, one at another PC of the office, over TLS.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::office::{Machine, Office};

/// The root certificate, as the page gives it away at the machine itself.
fn root_of(machine: &Machine) -> CertificateDer<'static> {
    let address = machine.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /jaringan/sertifikat.crt HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    CertificateDer::from(answer[head + 4..].to_vec())
}

/// A window on a PC where the root of that machine was installed.
async fn other_pc(machine: &Machine) -> Browser {
    let root = root_of(machine);
    let key = ParsedCertificate::try_from(&root).unwrap().subject_public_key_info();
    Browser::open_trusting(&Sha256::digest(&key)).await
}

/// Saves a domicile letter by the form.
async fn save(browser: &Browser, url: &str, name: &str) {
    browser.go(&format!("{url}/baru/G01")).await;
    let values = [
        ("nik", "3510014107900001"),
        ("no_kk", "3510011707150001"),
        ("nama", name),
        ("tempat_lahir", "Muncar"),
        ("tgl_lahir", "01-07-1990"),
        ("pekerjaan", "Guru"),
        ("rt", "1"),
        ("rw", "1"),
        ("keperluan", "Bank"),
    ];
    for (field, value) in values {
        if field == "tgl_lahir" {
            // The NIK tells it: what came between clearing and typing would stand before what is typed.
            browser.until("document.querySelector('[name=tgl_lahir]').value").await;
        }
        let field = browser.find(&format!("[name={field}]")).await;
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }
    for (field, value) in [("jk", "P"), ("status_kawin", "kawin"), ("warga", "desa"), ("penandatangan", "kepala")] {
        browser.find(&format!("[name={field}]")).await.select_by_value(value).await.unwrap();
    }
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
}

#[tokio::test]
async fn two_clerks_work_at_once_on_two_pcs_and_see_each_others_records() {
    let office = Office::new();
    let machine = office.machine_on_lan("counter");
    let lan_url = machine.lan_url.clone().unwrap();
    assert!(lan_url.starts_with("https://127.0.0.2:"), "{lan_url}");
    let here = machine.signed_in("siti", "petugas").await;
    machine.account("budi", "petugas");
    let there = other_pc(&machine).await;
    machine.sign_in_at(&lan_url, &there, "budi").await;
    let url = machine.url.clone();
    tokio::join!(save(&here, &url, "Siti Aminah"), save(&there, &lan_url, "Wayan Sudarma"));
    for (browser, url) in [(&here, &url), (&there, &lan_url)] {
        browser.go(&format!("{url}/berkas")).await;
        browser.says("Siti Aminah").await;
        browser.says("Wayan Sudarma").await;
        assert_eq!(browser.complaints().await, [""; 0]);
    }
    let rows = machine.says(&["list"]);
    let by = rows["rows"].as_array().unwrap().iter().map(|row| row["created_by"].as_str().unwrap());
    let mut by: Vec<&str> = by.collect();
    by.sort_unstable();
    assert_eq!(by, ["budi", "siti"]);
    // Each edits what the other made.
    there.go(&format!("{lan_url}/berkas?q=Siti")).await;
    there.click("tr.row a").await;
    there.find("a[href$='/ubah']").await;
    there.click("a[href$='/ubah']").await;
    there.type_in("[name=pekerjaan]", " Madrasah").await;
    there.click("#simpan").await;
    there.says("Tersimpan.").await;
    here.go(&format!("{url}/berkas?q=Siti")).await;
    here.click("tr.row a").await;
    here.says("Guru Madrasah").await;
}

#[tokio::test]
async fn the_page_of_the_office_says_how_other_pcs_get_in_and_a_pc_without_the_root_does_not() {
    let office = Office::new();
    let machine = office.machine_on_lan("counter");
    let lan_url = machine.lan_url.clone().unwrap();
    let here = machine.signed_in("kades", "kepala").await;
    here.go(&format!("{}/kantor", machine.url)).await;
    here.says(&lan_url).await;
    let shown = here.find("#sidik-jari").await.text().await.unwrap().replace(' ', "");
    assert_eq!(shown, data_encoding::HEXLOWER.encode(&Sha256::digest(root_of(&machine))));
    assert_eq!(here.violations().await, [""; 0]);
    assert!(!here.overflows().await);
    let stranger = Browser::open().await;
    let warning = stranger.look_at(&format!("{lan_url}/masuk")).await;
    assert!(warning.contains("ERR_CERT_AUTHORITY_INVALID") && !warning.contains("Masuk"), "{warning}");

    // Whoever sits at the other PC stands in the trail with its address.
    let there = other_pc(&machine).await;
    machine.sign_in_at(&lan_url, &there, "kades").await;
    there.go(&format!("{lan_url}/akun/jejak")).await;
    there.says("127.0.0.1").await;
    there.go(&format!("{lan_url}/masuk/pertama?kunci=x")).await;
    there.says("tidak dari komputer lain").await;
}

#[tokio::test]
async fn a_desk_that_is_not_open_to_others_says_how_to_open_it() {
    let office = Office::new();
    let machine = office.machine("counter");
    assert_eq!(machine.lan_url, None);
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/kantor", machine.url)).await;
    browser.says("lan = \"0.0.0.0:7218\"").await;
    assert_eq!(browser.count("a[href='/jaringan/sertifikat.crt']").await, 0);
}
