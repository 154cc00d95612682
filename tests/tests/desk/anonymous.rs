//! Complaints of people who stay unknown, and how what is no letter goes its way.

use crate::browser::Browser;
use crate::office::{Machine, Office};

/// A complaint of somebody unknown, by command; its id.
fn complaint(machine: &Machine) -> String {
    let fields = r#"{"kategori": "jalan", "isi": "Lampu padam", "anonim": true}"#;
    machine.says(&["record", "--service", "P06", "--json", fields])["id"].as_str().unwrap().to_owned()
}

/// A complaint of somebody known, by command; its id.
fn known_complaint(machine: &Machine) -> String {
    let known = r#"{"nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01",
        "no_kk": "3510011707150001", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa",
        "rt": 1, "rw": 2, "kategori": "air", "isi": "Pipa bocor", "anonim": false}"#;
    machine.says(&["record", "--service", "P06", "--json", known])["id"].as_str().unwrap().to_owned()
}

async fn choose(browser: &Browser, name: &str, value: &str) {
    browser.find(&format!("[name={name}]")).await.select_by_value(value).await.unwrap();
}

/// Presses the button that clears the citizen's fields, away from the buttons at the foot of the window.
async fn clear(browser: &Browser) {
    browser.run("document.querySelector('#kosongkan-warga').scrollIntoView({block: 'center'})").await;
    browser.click("#kosongkan-warga button").await;
}

#[tokio::test]
async fn a_complaint_of_somebody_unknown_holds_nothing_of_them() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/P06", machine.url)).await;
    browser.says("Warga yang ingin tetap tidak dikenal").await;
    browser.type_in("[name=nik]", "3510014107900001").await;
    browser.type_in("[name=isi]", "Lampu jalan padam").await;
    choose(&browser, "kategori", "jalan").await;
    choose(&browser, "anonim", "ya").await;
    browser.find("[data-field=nik] .problem").await;
    browser.says("Pengaduan anonim tidak menyimpan NIK.").await;
    assert_eq!(browser.run("return document.querySelector('[name=nama]').required").await, false);
    assert!(browser.text().await.contains("Nama lengkap (dikosongkan)"));
    assert_eq!(browser.violations().await, [""; 0]);
    // Nothing is cleared before somebody says so, and saved neither.
    browser.click("#simpan").await;
    browser.find("#masalah").await;
    assert_eq!(machine.says(&["status"])["transactions"], 0);
    assert_eq!(browser.value("[name=nik]").await, "3510014107900001");
    assert!(browser.text().await.contains("Nama lengkap (dikosongkan)"));
    assert_eq!(browser.count("#masalah li").await, browser.count("[data-field] .problem").await);
    clear(&browser).await;
    assert_eq!(browser.value("[name=nik]").await, "");
    browser.until("!document.querySelector('[data-field=nik] .problem')").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    let id = browser.path().await.trim_start_matches("/berkas/").to_owned();
    let shown = machine.says(&["show", &id]);
    let kept: Vec<_> = shown["record"]["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    for (place, heading) in [(format!("/berkas/{id}"), "h1"), ("/berkas".to_owned(), "td a"), ("/".to_owned(), "td a")]
    {
        browser.go(&format!("{}{place}", machine.url)).await;
        assert_eq!(browser.find(heading).await.text().await.unwrap(), "Anonim", "{place}");
    }
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert_eq!(browser.count("a[href^='/baru?dari=']").await, 0, "nobody is known for whom another one could be made");
    // Somebody is named only with all that a record of somebody needs.
    browser.click("a[href$='/ubah']").await;
    choose(&browser, "anonim", "tidak").await;
    browser.click("#simpan").await;
    browser.says("Nama lengkap wajib diisi.").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn what_stood_there_is_cleared_before_a_complaint_becomes_anonymous() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = known_complaint(&machine);
    let refused = machine.refuses(&["set", &id, "anonim=ya"]);
    assert!(refused.contains("Pengaduan anonim tidak menyimpan Nama lengkap."), "{refused}");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    choose(&browser, "anonim", "ya").await;
    clear(&browser).await;
    browser.says("Riwayat berkas ini tetap memuat nama").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    assert_eq!(browser.find("h1").await.text().await.unwrap(), "Anonim");
    browser.go(&format!("{}/berkas?q=Siti", machine.url)).await;
    browser.says("Tidak ditemukan.").await;
}

#[tokio::test]
async fn whoever_stays_unknown_is_not_named_by_settling() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    let id = known_complaint(&counter);
    for machine in [&counter, &laptop] {
        machine.says(&["sync"]);
    }
    office.hub_gone();
    counter.says(&[
        "set",
        &id,
        "anonim=true",
        "nik=",
        "nama=",
        "tempat_lahir=",
        "tgl_lahir=",
        "no_kk=",
        "jk=",
        "status_kawin=",
        "pekerjaan=",
        "warga=",
        "rt=",
        "rw=",
    ]);
    laptop.says(&["set", &id, "nama=Siti Lain"]);
    office.hub_back();
    for machine in [&counter, &laptop, &counter] {
        machine.says(&["sync"]);
    }
    let said = counter.refuses(&["settle", &id, "nama", "Siti Lain"]);
    assert!(said.contains("anonim"), "{said}");
    counter.says(&["settle", &id, "nama", ""]);
    assert_eq!(counter.says(&["show", &id])["record"]["fields"].get("nama"), None);
}

#[tokio::test]
async fn what_is_no_letter_is_dealt_with_and_not_signed() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = complaint(&machine);
    let head = machine.signed_in("kades", "kepala").await;
    for step in ["diajukan", "diperiksa"] {
        machine.says(&["step", &id, step]);
    }
    head.go(&machine.url).await;
    head.says("Menunggu tanda tangan atau keputusan").await;
    head.click("td a").await;
    head.says("Menunggu kepala (keputusan).").await;
    let signs = head.find("form.steps button[value=ditandatangani]").await;
    assert_eq!(signs.text().await.unwrap(), "Sudah ditangani");
    signs.click().await.unwrap();
    head.says("Tersimpan.").await;
    assert_eq!(head.find("header .status").await.text().await.unwrap(), "Ditangani");
    head.click("form.steps button[value=siap_diambil]").await;
    head.says("Menunggu warga (disampaikan).").await;
    assert_eq!(head.find("header .status").await.text().await.unwrap(), "Siap disampaikan");
    assert_eq!(head.find("form.steps button[value=selesai]").await.text().await.unwrap(), "Sudah disampaikan");
    let text = head.text().await;
    assert!(!text.contains("itandatangani") && !text.contains("diambil"), "{text}");
    assert_eq!(machine.says(&["show", &id])["status"], "siap_diambil", "what is stored is the word for all");
    head.go(&format!("{}/berkas?layanan=P06", machine.url)).await;
    assert_eq!(head.find("#status option[value=ditandatangani]").await.text().await.unwrap(), "Ditangani");
}

#[tokio::test]
async fn nothing_is_attached_to_what_was_cancelled() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = complaint(&machine);
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.find("#lampirkan").await;
    machine.says(&["step", &id, "dibatalkan", "--reason", "Salah layanan"]);
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.find("#buat-ulang").await;
    assert_eq!(browser.count("#lampirkan").await, 0);
}
