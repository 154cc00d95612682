//! What an operator sees and does: signing in, the regency, an office, news as it comes.

use serde_json::json;

use crate::hub::{Hub, OFFICE, SECRET, today, window};

#[tokio::test]
async fn signing_in_takes_password_and_a_code_that_is_good_once_and_all_of_it_is_on_the_trail() {
    let hub = Hub::new();
    let browser = window().await;
    browser.go(&hub.url).await;
    browser.says("Belum ada operator").await;
    let app = hub.operator("wayan", "operator");
    hub.sign_in(&browser, "wayan", SECRET, "000000").await;
    browser.says("tidak cocok").await;
    browser.click("main a[hreflang=en]").await;
    for (field, typed) in [("#name", "wayan"), ("#secret", "kata-sandi-salah"), ("#code", "000000")] {
        browser.type_in(field, typed).await;
    }
    browser.click("main button.main").await;
    browser.says("Name, password or code do not match.").await;
    browser.click("main a[hreflang=id]").await;
    browser.says("Kata sandi").await;
    hub.sign_in(&browser, "wayan", "kata-sandi-salah", &app.code(0)).await;
    browser.says("tidak cocok").await;
    // The code was not used up by whoever did not know the password.
    let code = app.code(0);
    hub.sign_in(&browser, "wayan", SECRET, &code).await;
    browser.find("#kini").await;
    assert_eq!(browser.path().await, "/");
    browser.click("form[action='/keluar'] button").await;
    hub.sign_in(&browser, "wayan", SECRET, &code).await;
    browser.says("tidak cocok").await;
    hub.sign_in(&browser, "wayan", SECRET, &app.code(1)).await;
    browser.find("#kini").await;
    browser.go(&format!("{}/jejak", hub.url)).await;
    let trail = browser.run("return document.querySelector('main table').innerText").await;
    let trail = trail.as_str().unwrap();
    assert_eq!(trail.matches("gagal masuk").count(), 4, "{trail}");
    assert!(
        trail.contains("membuat akun")
            && trail.contains("perintah di mesin pusat")
            && trail.contains("127.0.0.1")
            && trail.contains("wayan"),
        "{trail}"
    );
    assert_eq!(browser.complaints().await, [""; 0]);
    // Shut: out at once.
    hub.says(&["operator", "disable", "wayan"]);
    browser.go(&hub.url).await;
    assert!(browser.path().await.starts_with("/masuk"));
    let told = hub.told();
    for secret in [SECRET, code.as_str()] {
        assert!(!told.contains(secret), "{told}");
    }
}

#[tokio::test]
async fn the_screen_locks_and_opens_with_the_password_where_it_was() {
    let hub = Hub::new();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/kantor/{OFFICE}", hub.url)).await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    browser.go(&format!("{}/kantor/{OFFICE}", hub.url)).await;
    browser.says("Layar terkunci").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.says("Desa Sarongan").await;
    assert_eq!(browser.path().await, format!("/kantor/{OFFICE}"));
}

#[tokio::test]
async fn the_page_follows_an_office_that_syncs_without_being_asked_again() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "counter");
    machine.record("Siti Aminah");
    let browser = hub.signed_in("wayan", "operator").await;
    browser.says("0 dari 1 kantor setara dengan pusat.").await;
    browser.says("Belum: Desa Sarongan, Kec. Pesanggaran (belum pernah setara").await;
    browser.until("document.querySelector('#hidup').textContent === 'diperbarui sendiri'").await;
    browser.run("window.sameDocument = true; document.querySelector('#kecamatan').value = '35.10.01'").await;
    machine.sync();
    browser.says("Semua 1 kantor yang terdaftar setara dengan pusat.").await;
    browser.says("1 berkas di pusat").await;
    assert_eq!(browser.run("return window.sameDocument").await, json!(true), "it was not loaded anew");
    assert_eq!(browser.value("#kecamatan").await, "35.10.01", "what was chosen and not sent yet stays chosen");
    assert_eq!(browser.count(".tile.equal").await, 1);
    assert_eq!(browser.complaints().await, [""; 0]);
    // The diary of the office: what was exchanged, and that all is well.
    browser.click(".offices a").await;
    browser.says("Semua baik. Tidak ada yang perlu dilakukan petugas.").await;
    browser.until("document.querySelectorAll('.link.up').length > 0").await;
    let text = browser.text().await;
    assert!(text.contains("terbukti setara") && text.contains("0.1.0") && text.contains("Blok nomor surat"), "{text}");
    assert!(text.contains("Terpakai") && text.contains("1–100"), "{text}");
    // Above the villages nobody numbers letters.
    browser.go(&format!("{}/kantor/35.10.01", hub.url)).await;
    browser.says("Yang menunggu").await;
    assert!(!browser.text().await.contains("Blok nomor surat"));
}

#[tokio::test]
async fn a_list_is_narrowed_by_district_kind_and_state() {
    let hub = Hub::new();
    hub.machine(OFFICE, "counter").sync();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.choose("#keadaan", "equal").await;
    browser.click("#daftar button").await;
    browser.until("document.querySelectorAll('.offices tbody tr').length === 1").await;
    browser.choose("#keadaan", "").await;
    browser.choose("#kecamatan", "35.10.01").await;
    browser.choose("#jenis", "desa").await;
    browser.click("#daftar button").await;
    browser.until("location.search.includes('35.10.01')").await;
    browser
        .until(
            "[...document.querySelectorAll('.offices tbody tr')].every((row) => row.innerText.includes('Pesanggaran'))",
        )
        .await;
    assert_eq!(browser.count(".offices tbody tr").await, 5, "the five villages of the sub-district");
    // What nobody knows is no filter, and is said.
    browser.go(&format!("{}/?keadaan=baik&kecamatan=35.99.99", hub.url)).await;
    browser.says("Kecamatan: \"35.99.99\" tidak dikenal. Yang tampil: semua kecamatan.").await;
    browser.says("Keadaan: \"baik\" tidak dikenal. Yang tampil: semua keadaan.").await;
    crate::looks::is_well(&browser, "a filter that nobody knows").await;
    crate::looks::keep_picture(&browser, "hub-unknown").await;
    browser.go(&format!("{}/perangkat?kantor=x", hub.url)).await;
    browser.says("Kantor: \"x\" tidak dikenal. Yang tampil: komputer semua kantor.").await;
    browser.go(&format!("{}/statistik?per=minggu", hub.url)).await;
    browser.says("Per: \"minggu\" tidak dapat dibaca.").await;
    // One rule for late, told where it counts.
    browser.go(&hub.url).await;
    browser.says("Terlambat: tidak terbukti setara sejak").await;
}

#[tokio::test]
async fn a_viewer_sees_masked_names_and_an_operator_whole_ones() {
    let hub = Hub::new();
    let (one, other) = (hub.machine(OFFICE, "one"), hub.machine(OFFICE, "other"));
    let id = one.record("Siti Aminah");
    one.sync();
    other.sync();
    // Both settle it for themselves, without knowing of each other.
    one.says(&["set", &id, "keperluan=Sekolah"]);
    other.says(&["set", &id, "keperluan=Bekerja"]);
    one.sync();
    other.sync();
    let page = format!("{}/kantor/{OFFICE}", hub.url);
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&page).await;
    browser.says("Siti Aminah").await;
    let browser = hub.signed_in("made", "pengamat").await;
    browser.go(&page).await;
    browser.says("S••• A•••••").await;
    let text = browser.text().await;
    assert!(!text.contains("Siti Aminah") && text.contains("1 perbedaan"), "{text}");
}

#[tokio::test]
async fn a_machine_that_was_shut_out_is_shown_with_its_refusals() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "counter");
    machine.sync();
    let nodes = hub.says(&["nodes"]);
    let version = nodes[0]["version"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    hub.says(&["revoke", nodes[0]["node"].as_str().unwrap()]);
    let refused = crate::programs::village_node(machine.folder()).args(["sync", "--patience", "0"]).output().unwrap();
    assert!(!refused.status.success());
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/kantor/{OFFICE}", hub.url)).await;
    browser.says("dikeluarkan").await;
    browser.says("ditolak: komputer ini dikeluarkan").await;
    browser.says("Semua komputer kantor ini sudah dikeluarkan").await;
    // Its numbers were granted, and nobody issues them any more.
    browser.says("tidak dipakai lagi").await;
    // What was last known stays, and says that it is that.
    browser.says("Angka dan garis sambungannya yang terakhir diketahui").await;
    browser.until("document.querySelector('.machines td.figure .hint').textContent === 'terakhir diketahui'").await;
    assert!(browser.text().await.contains(&version));
    assert!(browser.text().await.contains("1 jam"), "the link diary is still there");
    // The night tells what it did: it was proven, and refused since.
    let told = hub.says(&["nightly", "--early", "--date", &today()]);
    let lost = told["offices"].as_array().unwrap().iter().find(|line| line["office"] == OFFICE).unwrap();
    let did = &lost["nodes"][0];
    assert_eq!((&lost["state"], did["refused"].as_u64() >= Some(1)), (&json!("shut_out"), true), "{lost}");
    assert!(did["shut_out_millis"].is_i64() && did["last_contact_millis"].as_i64() >= did["proven_millis"].as_i64());
    browser.go(&format!("{}/?keadaan=shut_out", hub.url)).await;
    browser.says("terakhir diketahui").await;
    let line = browser.run("return document.querySelector('.offices tbody tr').innerText").await;
    assert!(line.as_str().unwrap().contains(&version), "{line}");
    crate::looks::is_well(&browser, "an office that is shut out").await;
    crate::looks::keep_picture(&browser, "hub-shut-out-list").await;
    browser.go(&format!("{}/kantor/{OFFICE}", hub.url)).await;
    crate::looks::is_well(&browser, "the page of an office that is shut out").await;
    crate::looks::keep_picture(&browser, "hub-shut-out-office").await;
}

#[tokio::test]
async fn alarms_that_go_on_are_over_and_did_not_arrive_are_on_one_page() {
    let hub = Hub::alarmed();
    let browser = hub.signed_in("made", "pengamat").await;
    browser.click("nav a[href='/alarm']").await;
    browser.says("Kantor terlalu lama diam").await;
    // Looked at once after the start: no webhook is set, so its word is given up.
    browser.says("dihentikan").await;
    let text = browser.text().await;
    for part in [
        "Desa Sarongan",
        "Cadangan pusat perlu diurus",
        "belum pernah dibuat; komputer pertama terdaftar 30 hari lalu",
        "Disk pusat hampir penuh",
        "812 MB",
        "cara ini tidak disetel lagi",
        "Disk pusat hampir penuh (mulai)",
        "belum ada webhook",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let alarms = hub.says(&["alarms"]);
    assert_eq!((&alarms["open"][0]["kind"], &alarms["open"][1]["office"]), (&json!("backup"), &json!(OFFICE)));
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn the_morning_finds_the_night_told_worst_first_and_fit_for_paper() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "counter");
    machine.record("Siti Aminah");
    machine.sync();
    hub.machine("35.10.01.2002", "silent");
    let browser = hub.signed_in("wayan", "operator").await;
    browser.click("nav a[href='/malam']").await;
    browser.says("Belum ada laporan.").await;
    let date = today();
    let report = hub.says(&["nightly", "--early", "--date", &date]);
    browser.go(&format!("{}/malam", hub.url)).await;
    browser.click(".nights a").await;
    browser.says("1 dari 2 kantor terbukti setara; 1 belum.").await;
    assert_eq!(browser.path().await, format!("/malam/{date}"));
    let text = browser.text().await;
    for part in [
        "Desa Pesanggaran",
        "Belum terkirim",
        "belum pernah menghubungi pusat",
        "village-node",
        "Data: utuh",
        "Cadangan: tidak disetel",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Siti Aminah"));
    assert_eq!(browser.count(".behind-list tbody tr").await, 1);
    assert_eq!(report["totals"]["never"], 1);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.click(".behind-list a").await;
    browser.says("belum pernah menghubungi pusat sejak didaftarkan").await;
    // Made once: an office that syncs later changes nothing.
    browser.go(&format!("{}/malam/{date}", hub.url)).await;
    browser.click("form[action='/bahasa'] button").await;
    browser.says("1 of 2 offices were proven equal; 1 not.").await;
}

#[tokio::test]
async fn the_trail_calls_every_office_of_the_roster_by_its_name() {
    let roster = std::fs::read_to_string(whole_system::root().join("data/banyuwangi-offices.csv")).unwrap();
    let hub = Hub::with(&format!("{roster}35.10.H.012,Puskesmas Licin,faskes,35.10.01,Pesanggaran\n"));
    hub.says(&["enrol", "35.10.H.012"]);
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("Puskesmas Licin").await;
}
