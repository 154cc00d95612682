//! What is odd and taken all the same is said to everybody who can put it right; what would end something asks first.

use serde_json::json;

use crate::office::{Machine, Office};

/// A record with a man's name for a woman's NIK.
fn odd(machine: &Machine) -> String {
    let fields = json!({
        "nik": "3510014107900001", "nama": "Slamet Riyadi", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "L",
        "no_kk": "3510011707150001",
        "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1, "rw": "02", "dusun": "Krajan",
        "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    machine.says(&["record", "--service", "G01", "--json", &fields.to_string()])["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_odd_is_said_whenever_the_form_is_shown_and_to_whoever_checks() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/G01", machine.url)).await;
    browser.type_in("[name=nik]", "3510014107900001").await;
    browser.choose("[name=jk]", "L").await;
    // The name is missing: the page comes back, and says both.
    browser.click("#simpan").await;
    browser.find("#masalah").await;
    let said = browser.find("[data-field=nik] .warning").await.text().await.unwrap();
    assert!(said.contains("Jenis kelamin menurut NIK berbeda"), "{said}");
    let id = odd(&machine);
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    browser.find("[data-field=nik] .warning").await;
    // Whoever checks and signs did not see the form.
    let head = machine.signed_in("kades", "kepala").await;
    for step in ["diajukan", "diperiksa"] {
        head.go(&format!("{}/berkas/{id}", machine.url)).await;
        let said = head.find("#janggal li").await.text().await.unwrap();
        assert!(said.starts_with("NIK: Jenis kelamin menurut NIK berbeda"), "{said}");
        assert_eq!(head.violations().await, [""; 0]);
        head.click(&format!("form.steps button[value={step}]")).await;
        head.find(&format!("header.record .status.{step}")).await;
    }
    head.click("form.steps button[value=ditandatangani]").await;
    head.find("header.record .status.ditandatangani").await;
    assert_eq!(head.count("#janggal").await, 0, "it is on paper now");
}

#[tokio::test]
async fn what_was_filled_in_by_nobodys_hand_is_warned_of_as_well() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = odd(&machine);
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/G02?dari={id}", machine.url)).await;
    browser.find("[data-field=nik] .warning").await;
    // It goes once nothing is odd any more, though nobody touched that field.
    browser.choose("[name=jk]", "P").await;
    browser.click("[name=pekerjaan]").await;
    browser.until("!document.querySelector('[data-field=nik] .warning')").await;
}

#[tokio::test]
async fn a_draft_that_has_a_number_is_not_ended_by_one_press() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.click("form.steps button[value=dibatalkan]").await;
    browser.find("#langkah-ditolak").await;
    assert_eq!(machine.says(&["show", &id])["status"], "draf");
    browser.type_in("#reason", "Salah orang").await;
    browser.click("form.steps button[value=dibatalkan]").await;
    browser.find("header.record .status.dibatalkan").await;
}

#[tokio::test]
async fn a_list_says_what_was_not_sent_yet() {
    let mut office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    office.hub_gone();
    machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas", machine.url)).await;
    assert_eq!(browser.find("table.list .unsent").await.text().await.unwrap(), "belum terkirim");
    office.hub_back();
    machine.says(&["sync"]);
    browser.go(&format!("{}/berkas", machine.url)).await;
    browser.find("table.list td a").await;
    assert_eq!(browser.count("table.list .unsent").await, 0);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_inside_the_desk_and_in_one_language() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/01a2259d-d370-7696-87c6-9a5134b4c114", machine.url)).await;
    browser.find("#gagal").await;
    for there in ["header nav a[href='/berkas']", "#bilah .link"] {
        assert_eq!(browser.count(there).await, 1, "{there}");
    }
    let text = browser.text().await;
    assert!(text.contains("Tidak dapat dilakukan") && text.contains("no_transaction"), "{text}");
    assert!(!text.contains("There is no"), "{text}");
    assert_eq!(browser.violations().await, [""; 0]);
    assert!(!browser.overflows().await);
}
