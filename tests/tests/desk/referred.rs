//! The desks of a village that refers a record and of the health facility that answers.

use serde_json::json;

use crate::browser::Browser;
use crate::looks::{is_well, keep_picture};
use crate::office::{Machine, Office, SECRET};

const CLINIC: &str = "35.10.H.001";

fn home_care(village: &Machine) -> String {
    let fields = json!({
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "dusun": "Krajan", "pasien": {"nik": "3510014107900001", "nama": "Siti Aminah"},
        "keluhan": "Sesak napas", "mendesak": "tinggi",
        "lokasi": "Dusun Krajan", "puskesmas": "Pesanggaran",
    });
    village.says(&["record", "--service", "H03", "--json", &fields.to_string()])["id"].as_str().unwrap().to_owned()
}

/// An officer of the facility, whose account the administrator makes: nobody else of it keeps accounts.
async fn officer(machine: &Machine) -> Browser {
    let browser = Browser::open().await;
    browser.go(machine.first_account.as_deref().unwrap()).await;
    let roles =
        browser.run("return [...document.querySelectorAll('#role option')].map((one) => one.value).join()").await;
    assert_eq!(roles, "admin", "who keeps the accounts of such an office");
    for (name, value) in [("#name", "admin"), ("#shown", "Admin Klinik"), ("#secret", SECRET)] {
        browser.type_in(name, value).await;
    }
    browser.click("main button.main").await;
    browser.find("#bilah").await;
    browser.go(&format!("{}/akun", machine.url)).await;
    for absent in ["kepala", "camat"] {
        assert_eq!(browser.count(&format!("#role option[value={absent}]")).await, 0, "no role here: {absent}");
    }
    for (name, value) in [("#name", "bidan"), ("#shown", "Bidan Wati"), ("#secret", SECRET)] {
        browser.type_in(name, value).await;
    }
    browser.find("#role").await.select_by_value("petugas_unit").await.unwrap();
    browser.click("form[action='/akun'] button.main").await;
    browser.says("Bidan Wati").await;
    machine.sign_in(&browser, "bidan").await;
    browser
}

#[tokio::test]
async fn a_village_refers_a_record_and_the_health_facility_answers_it() {
    let office = Office::new();
    office.publish_roster(&fleet::roster::with_above());
    let (village, clinic) = (office.machine("counter"), office.machine_of("clinic", CLINIC));
    let id = home_care(&village);
    village.record("Budi Santoso");
    village.says(&["sync"]);
    let clerk = village.signed_in("siti", "petugas").await;
    clerk.go(&format!("{}/berkas/{id}", village.url)).await;
    clerk.click("#rujukan summary").await;
    clerk.find("#refer-office").await.select_by_value(CLINIC).await.unwrap();
    clerk.type_in("#refer-asked", "Mohon kunjungan rumah").await;
    clerk.click("#rujukan details button").await;
    clerk.says("Tersimpan.").await;
    for part in ["Puskesmas Pesanggaran", "Mohon kunjungan rumah", "Belum dijawab"] {
        clerk.says(part).await;
    }
    clerk.go(&village.url).await;
    clerk.says("Menunggu jawaban rujukan").await;
    village.says(&["sync"]);
    clinic.says(&["sync"]);

    let browser = officer(&clinic).await;
    browser.go(&clinic.url).await;
    is_well(&browser, "what is to be answered").await;
    keep_picture(&browser, "clinic-home").await;
    let text = browser.text().await;
    for part in ["Puskesmas Pesanggaran", "Rujukan untuk dijawab", "Siti Aminah", "Desa Sarongan"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("Budi Santoso"), "what was not referred is not here");
    assert_eq!(browser.count("a[href='/baru']").await, 0, "a facility makes no records");
    browser.click(&format!("a[href='/berkas/{id}']")).await;
    browser.says("Sesak napas").await;
    for absent in ["a[href$='/ubah']", "#lampirkan", "form[action$='/langkah']", "a[href^='/baru']", "#refer-office"] {
        assert_eq!(browser.count(absent).await, 0, "{absent}");
    }
    // To refuse needs a reason; what was typed is not lost.
    browser.click("button[value=ditolak]").await;
    browser.find("#rujukan-ditolak").await;
    is_well(&browser, "a referral that is to be answered").await;
    keep_picture(&browser, "referral-id").await;
    browser.type_in("#answer-reason", "sudah dikunjungi, dirawat di rumah").await;
    browser.click("button[value=selesai]").await;
    browser.says("Tersimpan.").await;
    browser.says("Selesai ditangani").await;
    browser.go(&clinic.url).await;
    browser.says("Rujukan yang sudah dijawab").await;
    clinic.says(&["sync"]);
    village.says(&["sync"]);

    clerk.go(&village.url).await;
    clerk.says("Rujukan sudah dijawab").await;
    clerk.click("a[href*='rujukan=answered'], tr.row a").await;
    let text = clerk.text().await;
    for part in ["Selesai ditangani", "dirawat di rumah", "Jawaban dari Puskesmas Pesanggaran", "bidan"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    is_well(&clerk, "a record that was referred").await;
    keep_picture(&clerk, "referred").await;
    clerk.click("#rujukan summary").await;
    is_well(&clerk, "where to refer to").await;
    keep_picture(&clerk, "refer").await;
    clerk.screen(360, 740).await;
    assert!(!clerk.overflows().await);
    keep_picture(&clerk, "refer-360").await;
}

#[tokio::test]
async fn where_nobody_keeps_the_accounts_the_desk_says_how_an_account_comes_to_be_that_does() {
    let office = Office::new();
    office.publish_roster(&fleet::roster::with_above());
    let clinic = office.machine_of("clinic", CLINIC);
    let browser = clinic.signed_in("bidan", "petugas_unit").await;
    for path in ["/", "/akun/saya"] {
        browser.go(&format!("{}{path}", clinic.url)).await;
        browser.says("village-node account put admin").await;
        assert_eq!(browser.violations().await, [""; 0], "{path}");
    }
    clinic.account("admin", "admin");
    browser.go(&clinic.url).await;
    assert_eq!(browser.count("#belum-ada-admin").await, 0);
}

#[tokio::test]
async fn a_report_that_no_office_of_the_roster_would_get_says_so() {
    let office = Office::new();
    let village = office.machine("counter");
    let id = home_care(&village);
    let clerk = village.signed_in("siti", "petugas").await;
    clerk.go(&format!("{}/berkas/{id}", village.url)).await;
    assert!(clerk.text().await.contains("tidak memuat kantor yang dituju"));
    is_well(&clerk, "a report without an office").await;
}

#[tokio::test]
async fn who_finds_health_records_is_on_the_trail_once_and_nobody_else_is_named_there() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.record("Budi Santoso");
    let clerk = machine.signed_in("petugas1", "petugas").await;
    clerk.go(&format!("{}/berkas?q=budi", machine.url)).await;
    clerk.says("Budi Santoso").await;
    let head = machine.signed_in("kades", "kepala").await;
    let trail = format!("{}/akun/jejak", machine.url);
    let rows = "return Array.from(document.querySelectorAll('#jejak tbody tr')).map(one => one.innerText).join('\\n')";
    head.go(&trail).await;
    let noted = head.run(rows).await.as_str().unwrap().to_owned();
    assert!(!noted.contains("berkas kesehatan"), "{noted}");

    home_care(&machine);
    for page in ["/berkas?q=3510014107900001", "/berkas?q=siti", "/berkas?q=siti%20aminah", "/berkas", "/"] {
        clerk.go(&format!("{}{page}", machine.url)).await;
        clerk.says("Siti Aminah").await;
    }
    head.go(&trail).await;
    let noted = head.run(rows).await.as_str().unwrap().to_owned();
    let told: Vec<&str> = noted.lines().filter(|line| line.contains("berkas kesehatan")).collect();
    assert!(matches!(told[..], [one] if one.contains("petugas1") && one.contains("H03 (1)")), "{noted}");
    assert!(!noted.contains("Siti Aminah") && !noted.contains("3510014107900001"), "{noted}");
    for browser in [&clerk, &head] {
        is_well(browser, "trail").await;
    }
}
