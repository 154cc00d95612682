//! The citizen's part of a form: what is needed of them, where their card says they live, and records of before.

use change_log::EpochId;
use fantoccini::key::Key;
use replica_store::{Clock, Replica};
use serde_json::{Value, json};
use service_document::NewTransaction;

use crate::browser::Browser;
use crate::looks::is_well;
use crate::office::{Machine, OFFICE, Office};

/// Fills in the form of a police record letter, all but the family card number.
async fn police_record(browser: &Browser) {
    for (name, value) in [
        ("nik", "3510014107900001"),
        ("nama", "Siti Aminah"),
        ("tempat_lahir", "Jember"),
        ("tgl_lahir", "01-07-1990"),
        ("pekerjaan", "Guru"),
        ("rt", "1"),
        ("rw", "2"),
        ("keperluan", "Melamar pekerjaan"),
    ] {
        let field = browser.find(&format!("[name={name}]")).await;
        // The page may fill in what the NIK tells until somebody is in the field: all of it is typed over, from within.
        let (control, released) = (char::from(Key::Control), char::from(Key::Null));
        field.send_keys(&format!("{control}a{released}{value}")).await.unwrap();
    }
    for (name, value) in [("jk", "P"), ("status_kawin", "kawin"), ("penandatangan", "kepala"), ("ada_perkara", "tidak")]
    {
        browser.find(&format!("[name={name}]")).await.select_by_value(value).await.unwrap();
    }
}

#[tokio::test]
async fn where_the_card_says_another_address_it_is_asked_for_and_what_is_needed_is_told() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.screen(1024, 600).await;
    browser.go(&format!("{}/baru/P02", machine.url)).await;
    police_record(&browser).await;
    // Behind where they come from, and before where they stay.
    browser.find("[name=warga]").await.select_by_value("luar").await.unwrap();
    browser.run("document.querySelector('[name=warga]').focus()").await;
    let tab = char::from(Key::Tab);
    browser.keys(&format!("{tab}Jl. Melati 5, Jember{tab}Krajan")).await;
    assert_eq!(browser.value("[name=alamat_ktp]").await, "Jl. Melati 5, Jember");
    assert_eq!(browser.value("[name=dusun]").await, "Krajan");
    is_well(&browser, "form").await;
    assert!(!browser.overflows().await);
    browser.click("#simpan").await;
    browser.says("Nomor KK wajib diisi.").await;
    assert_eq!(browser.value("[name=alamat_ktp]").await, "Jl. Melati 5, Jember");
    browser.type_in("[name=no_kk]", "35.10.01 170715-0001").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    let id = browser.path().await.trim_start_matches("/berkas/").split('?').next().unwrap().to_owned();
    let fields = machine.says(&["show", &id])["record"]["fields"].clone();
    assert_eq!((&fields["no_kk"], &fields["dusun"]), (&json!("3510011707150001"), &json!("Krajan")));
    browser.says("Alamat menurut KTP, bila lain").await;
    browser.says("Jl. Melati 5, Jember").await;
    browser.says("Kapan diteruskan ke camat: Bila kepolisian memintanya.").await;
}

/// A record that an earlier build made, which asked for no family card number.
fn of_before(machine: &mut Machine) -> String {
    machine.kill();
    let head = std::fs::read_to_string(machine.data.join("replica.head")).unwrap();
    let name = head.split_whitespace().nth(4).unwrap().to_owned();
    let (mut replica, opened) = Replica::open(&machine.data, &name, EpochId([7; 16])).unwrap();
    assert_eq!(opened.epoch_began, None);
    let Value::Object(fields) = json!({
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1, "rw": 2, "dusun": "Krajan",
        "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    }) else {
        unreachable!()
    };
    let new = NewTransaction {
        office: OFFICE.parse().unwrap(),
        service: "G01".parse().unwrap(),
        catalogue_version: 1,
        fields,
        number: None,
        serials: Some(Vec::new()),
    };
    let clock =
        Clock { millis: chrono::Utc::now().timestamp_millis(), hub_offset_millis: None, clerk: "siti".to_owned() };
    let id = replica.create_transaction(&new, &clock).unwrap().to_string();
    drop(replica);
    machine.serve();
    id
}

#[tokio::test]
async fn a_record_without_a_family_card_number_is_changed_without_one_and_asked_for_it_when_it_is_made_again() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let id = of_before(&mut machine);
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    assert_eq!(browser.value("[name=no_kk]").await, "");
    browser.type_in("[name=pekerjaan]", " tambak").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    let shown = machine.says(&["show", &id]);
    assert_eq!(shown["record"]["fields"]["pekerjaan"], "Petani tambak");
    assert_eq!(shown["record"]["fields"]["no_kk"], Value::Null);
    machine.says(&["step", &id, "dibatalkan", "--reason", "Dibuat ulang"]);
    browser.go(&format!("{}/baru/G01?ulang={id}", machine.url)).await;
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    browser.click("#simpan").await;
    browser.says("Nomor KK wajib diisi.").await;
}
