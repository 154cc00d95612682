//! A disk that takes nothing more: nobody loses what they typed, and everybody still reads.

use rusqlite::Connection;

use crate::doors::{ask, status};
use crate::office::{Machine, Office};

/// From now on the disk refuses all that people do.
fn refuse(machine: &Machine) {
    let database = Connection::open(machine.data.join("replica.db")).unwrap();
    for table in ["entry", "draft", "audit"] {
        let sql =
            format!("CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END");
        database.execute_batch(&sql).unwrap();
    }
}

/// And takes it again.
fn accept(machine: &Machine) {
    let database = Connection::open(machine.data.join("replica.db")).unwrap();
    database.execute_batch("DROP TRIGGER no_entry; DROP TRIGGER no_draft; DROP TRIGGER no_audit").unwrap();
}

#[tokio::test]
async fn what_is_typed_while_the_disk_takes_nothing_stands_in_the_form_and_can_be_saved_later() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Ani Dahulu");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/P06", machine.url)).await;
    refuse(&machine);
    browser.type_in("[name=isi]", "Lampu jalan padam").await;
    browser.save_key().await;
    browser.until("document.querySelector('.flash')").await;
    assert_eq!(browser.value("[name=isi]").await, "Lampu jalan padam");
    assert_eq!(browser.path().await, "/baru/P06");
    // The own screen is locked and opened again, others come in, and letters are printed.
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("Ani Dahulu").await;
    browser.run("document.querySelector('[action=\"/kunci/sekarang\"] button').click()").await;
    browser.until("document.querySelector('[name=secret]')").await;
    machine.sign_in(&browser, "siti").await;
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    browser.type_in("[name=keperluan]", " dan lain-lain").await;
    browser.save_key().await;
    browser.until("document.querySelector('.flash')").await;
    let typed = browser.value("[name=keperluan]").await;
    assert!(typed.ends_with(" dan lain-lain"), "{typed}");
    // Programs read and print as well.
    let token = std::fs::read_to_string(machine.data.join("api.token")).unwrap();
    let owner = format!("Bearer {}", token.trim());
    let letter = ask(&machine, "GET", &format!("/api/v1/records/{id}/letter.pdf"), &[("Authorization", &owner)], "");
    assert!(status(&letter) == 200 && letter.contains("%PDF"), "{letter}");
    accept(&machine);
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    assert!(
        machine.says(&["show", &id])["record"]["fields"]["keperluan"].as_str().unwrap().ends_with(" dan lain-lain")
    );
}
