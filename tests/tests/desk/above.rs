//! The desk of a sub-district: what waits for the camat, and the decision.

use serde_json::json;

use crate::browser::Browser;
use crate::office::{Machine, Office, SECRET};

/// A letter that was passed on to the camat.
fn passed_on(village: &Machine) -> String {
    let fields = json!({
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "dusun": "Krajan", "keperluan": "Beasiswa anak", "penandatangan": "kepala", "penghasilan": 900_000,
        "tanggungan": 3,
    });
    // Nothing is passed on without a number.
    village.says(&["sync"]);
    let made = village.says(&["record", "--service", "S01", "--json", &fields.to_string()]);
    let id = made["id"].as_str().unwrap().to_owned();
    for to in ["diajukan", "diperiksa", "menunggu_camat"] {
        village.says(&["step", &id, to]);
    }
    id
}

/// The camat makes the first account of the sub-district's machine, on its page.
async fn camat(machine: &Machine) -> Browser {
    let browser = Browser::open().await;
    browser.go(machine.first_account.as_deref().unwrap()).await;
    assert_eq!(browser.count("#role option[value=kepala]").await, 0, "a village's roles are no roles here");
    browser.says("salah satu dari ini: Camat, Admin.").await;
    browser.type_in("#name", "wayan").await;
    browser.type_in("#shown", "Wayan Sudarma").await;
    browser.find("#role").await.select_by_value("camat").await.unwrap();
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.find("#bilah").await;
    browser
}

#[tokio::test]
async fn a_letter_goes_to_the_camat_under_its_condition_and_can_be_taken_back() {
    let office = Office::new();
    let (village, above) = (office.machine("counter"), office.machine_of("kecamatan", "35.10.01"));
    let id = passed_on(&village);
    village.says(&["sync"]);
    above.says(&["sync"]);
    let (clerk, camat) = (village.signed_in("siti", "petugas").await, camat(&above).await);
    camat.go(&format!("{}/berkas/{id}", above.url)).await;
    camat.find("form.steps button[value=ditandatangani]").await;
    // Nobody's receiver asked for it after all.
    clerk.go(&format!("{}/berkas/{id}", village.url)).await;
    clerk.says("Tarik kembali dari camat").await;
    assert_eq!(clerk.count("form.steps button.main").await, 0, "it is no usual step");
    clerk.click("form.steps button[value=diperiksa]").await;
    clerk.says("Tersimpan.").await;
    clerk.says("Kapan diteruskan ke camat: Bila diminta oleh penerima surat.").await;
    clerk.find("form.steps button.main[value=ditandatangani]").await;
    assert_eq!(clerk.violations().await, [""; 0]);
    village.says(&["sync"]);
    above.says(&["sync"]);
    camat.go(&format!("{}/berkas/{id}", above.url)).await;
    camat.says("Diperiksa").await;
    assert_eq!(camat.count("form.steps button").await, 0, "it does not wait for the camat any more");
    clerk.click("form.steps button[value=ditandatangani]").await;
    clerk.find("header.record .status.ditandatangani").await;
    assert!(!clerk.text().await.contains("Kapan diteruskan ke camat"));
}

#[tokio::test]
async fn a_camat_sees_what_waits_and_decides_and_the_village_sees_it() {
    let office = Office::new();
    let (village, above) = (office.machine("counter"), office.machine_of("kecamatan", "35.10.01"));
    let id = passed_on(&village);
    village.record("Budi Santoso");
    village.says(&["sync"]);
    above.says(&["sync"]);
    let browser = camat(&above).await;
    browser.go(&above.url).await;
    let text = browser.text().await;
    for part in ["Kecamatan Pesanggaran", "Menunggu camat", "Siti Aminah", "Desa Sarongan"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("Budi Santoso"), "what was not brought is not here");
    assert_eq!(browser.count("a[href='/baru']").await, 0, "a sub-district makes no records");
    browser.click(&format!("a[href='/berkas/{id}']")).await;
    browser.says("Beasiswa anak").await;
    for absent in [
        "a[href$='/ubah']",
        "#lampirkan",
        "form[action$='/nomor']",
        "a[href^='/baru']",
        "a[href*='surat.pdf']",
        "#segel",
        "button[value=diperiksa]",
    ] {
        assert_eq!(browser.count(absent).await, 0, "{absent}");
    }
    // Sending back needs a reason; then it is signed after all.
    browser.click("button[value=dikembalikan]").await;
    browser.find("#langkah-ditolak").await;
    // Who approves is named on the letter, and whoever decides is told before that the name is missing.
    browser.find("#tanpa-nama-camat a[href='/kantor']").await;
    browser.go(&format!("{}/kantor", above.url)).await;
    browser.type_in("#head_name", "WAYAN SUDARMA, S.Sos.").await;
    browser.click("main button.main").await;
    browser.says("Tersimpan.").await;
    browser.go(&format!("{}/berkas/{id}", above.url)).await;
    assert_eq!(browser.count("#tanpa-nama-camat").await, 0);
    browser.click("button[value=ditandatangani]").await;
    browser.find("header.record .status.ditandatangani").await;
    assert_eq!(browser.count("form.steps button").await, 0, "the rest of the way is the village's");
    // Asked for by hand, nothing else is given either: a letter has its village's letterhead and seal.
    browser.go(&format!("{}/berkas/{id}/surat.pdf", above.url)).await;
    browser.says("desa yang mencetaknya").await;
    // Its page of the office asks for what a sub-district has.
    browser.go(&format!("{}/kantor", above.url)).await;
    for absent in ["#queue_letter", "#secretary_name", "#other_name", "#checker"] {
        assert_eq!(browser.count(absent).await, 0, "{absent}");
    }
    let text = browser.text().await;
    assert!(text.contains("Camat") && !text.contains("Kepala desa"), "{text}");
    assert_eq!(browser.value("#head_name").await, "WAYAN SUDARMA, S.Sos.");
    assert_eq!(browser.value("#approver").await, "anyone");
    for path in ["/baru/G01", "/nomor", "/perbedaan"] {
        browser.go(&format!("{}{path}", above.url)).await;
        browser.says("bukan untuk peran Anda").await;
    }
    above.says(&["sync"]);
    village.says(&["sync"]);
    let steps = village.says(&["show", &id])["record"]["steps"].clone();
    assert_eq!(steps.as_array().unwrap().last().unwrap()["camat"], "WAYAN SUDARMA, S.Sos.\n\n", "{steps}");
    let clerk = village.signed_in("siti", "petugas").await;
    clerk.go(&format!("{}/berkas/{id}", village.url)).await;
    let text = clerk.text().await;
    for part in ["Ditandatangani", "wayan", ", Kecamatan Pesanggaran)"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[tokio::test]
async fn where_the_camat_alone_decides_an_officer_can_only_send_back() {
    let office = Office::new();
    let (village, above) = (office.machine("counter"), office.machine_of("kecamatan", "35.10.01"));
    let id = passed_on(&village);
    village.says(&["sync"]);
    above.says(&["sync"]);
    let head = camat(&above).await;
    head.go(&format!("{}/kantor", above.url)).await;
    head.find("#approver").await.select_by_value("head").await.unwrap();
    head.click("main button.main").await;
    head.says("Tersimpan.").await;
    assert_eq!(head.value("#approver").await, "head");
    let officer = above.signed_in("made", "petugas_kecamatan").await;
    officer.go(&format!("{}/berkas/{id}", above.url)).await;
    officer.find("button[value=dikembalikan]").await;
    for absent in ["ditandatangani", "ditolak"] {
        assert_eq!(officer.count(&format!("button[value={absent}]")).await, 0, "{absent}");
    }
    above.refuses(&["step", &id, "ditandatangani", "--clerk", "made"]);
    // Where the camat lets an officer decide, the letter names no camat.
    head.go(&format!("{}/kantor", above.url)).await;
    head.type_in("#head_name", "WAYAN SUDARMA, S.Sos.").await;
    head.find("#approver").await.select_by_value("anyone").await.unwrap();
    head.click("main button.main").await;
    head.says("Tersimpan.").await;
    let other = passed_on(&village);
    village.says(&["sync"]);
    above.says(&["sync"]);
    above.says(&["step", &other, "ditandatangani", "--clerk", "made"]);
    let steps = above.says(&["show", &other])["record"]["steps"].clone();
    let last = steps.as_array().unwrap().last().unwrap();
    assert_eq!((&last["to"], last.get("camat")), (&json!("ditandatangani"), None), "{steps}");
    head.go(&format!("{}/berkas/{id}", above.url)).await;
    head.click("button[value=ditandatangani]").await;
    head.says("Tersimpan.").await;
}
