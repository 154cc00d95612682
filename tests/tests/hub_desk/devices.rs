//! Machines on the operator's desk: enrolled by a sheet, named, shut out, wiped, replaced, and whose data was on them.

use serde_json::json;

use crate::doors::{FORM, ask, cookie, status};
use crate::hub::{Hub, OFFICE};
use crate::looks::{is_well, keep_shown};
use crate::programs::village_node;

#[tokio::test]
async fn a_sheet_admits_one_machine_and_is_shown_once() {
    let hub = Hub::new();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/perangkat", hub.url)).await;
    browser.says("Belum ada komputer yang terdaftar").await;
    is_well(&browser, "no machines").await;
    browser.find("#kantor").await.select_by_value(OFFICE).await.unwrap();
    browser.click("form[action='/perangkat/daftar'] button").await;
    browser.says("Lembar pendaftaran").await;
    browser.says("Desa Sarongan").await;
    is_well(&browser, "the sheet").await;
    keep_shown(&browser, "hub-sheet-id").await;
    let code = browser.find("#kode").await.text().await.unwrap();
    let text = browser.text().await;
    let command = format!("village-node enrol --hub {} --code {code}", hub.url);
    assert!(text.contains(&command), "{text}");
    assert_eq!(browser.count("svg.qr").await, 1);
    // Going back to it makes no second code, and asked for anew it shows nothing a second time.
    browser.click("nav a[href='/perangkat']").await;
    browser.until("location.pathname === '/perangkat'").await;
    browser.run("history.back(); return 1").await;
    browser.until("location.pathname.startsWith('/perangkat/lembar/')").await;
    browser.run("location.reload(); return 1").await;
    browser.says("Lembar itu hanya ditampilkan sekali").await;
    // The browser complains of that answer.
    assert_eq!(browser.complaints().await.len(), 1);
    assert_eq!(hub.says(&["status"])["codes_open"], 1);
    let data = hub.data.with_file_name("sheet");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let joined = village_node(&data).args(&words).output().unwrap();
    assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
    let again = village_node(&hub.data.with_file_name("other")).args(&words).output().unwrap();
    assert!(!again.status.success(), "a code is good once");
    browser.go(&format!("{}/perangkat", hub.url)).await;
    browser.says("Kode yang dicoba lagi sesudah dipakai").await;
    let text = browser.text().await;
    assert!(!text.contains(&code), "the code is never shown again: {text}");
    is_well(&browser, "a code tried twice").await;
    // Once the machine that used it is shut out, nothing is left to be done.
    let node = hub.says(&["nodes"])[0]["node"].as_str().unwrap().to_owned();
    hub.says(&["revoke", &node, "--reason", "bukan milik kantor"]);
    browser.go(&format!("{}/perangkat", hub.url)).await;
    browser.find("#kantor").await;
    assert!(!browser.text().await.contains("Kode yang dicoba lagi sesudah dipakai"));
    // A sheet that is lost before it was used.
    let lost = hub.says(&["enrol", OFFICE])["code"].as_str().unwrap().to_owned();
    browser.go(&format!("{}/perangkat", hub.url)).await;
    is_well(&browser, "a code not used yet").await;
    browser.click("#kode-terbuka form button").await;
    browser.until("!document.querySelector('#kode-terbuka')").await;
    let join = ["enrol", "--hub", &hub.url, "--code", &lost, "--json"];
    let late = village_node(&hub.data.with_file_name("finder")).args(join).output().unwrap();
    assert!(!late.status.success(), "the code was cancelled");
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("membatalkan kode pendaftaran").await;
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("membuat kode pendaftaran").await;
}

#[tokio::test]
async fn a_lost_machine_is_shut_out_wiped_and_replaced_on_one_page_that_says_what_happens() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "laptop");
    machine.record("Siti Aminah");
    machine.sync();
    machine.record("Budi Santoso");
    let node = hub.says(&["nodes"])[0]["node"].as_str().unwrap().to_owned();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/perangkat/{node}", hub.url)).await;
    browser.type_in("#nama", "Laptop pelayanan").await;
    browser.click("form[action$='/nama'] button").await;
    browser.says("Laptop pelayanan").await;
    is_well(&browser, "a machine").await;
    browser.click("a[href$='/keluarkan']").await;
    browser.says("Keluarkan komputer?").await;
    is_well(&browser, "what happens").await;
    keep_shown(&browser, "hub-shut-out-id").await;
    browser.type_in("#alasan", "hilang di jalan").await;
    browser.click("#isi-hapus").await;
    browser.click("#ganti").await;
    browser.click("button.reason").await;
    browser.says("Lembar pendaftaran").await;
    let listed = hub.says(&["nodes"]);
    assert!(listed[0]["revoked_millis"].is_i64() && listed[0]["wipe"]["takes_in"] == json!(false), "{listed}");
    browser.go(&hub.url).await;
    browser.says("0 dari 1 kantor setara dengan pusat.").await;
    browser.says("Desa Sarongan, Kec. Pesanggaran (semua komputer dikeluarkan sejak").await;
    is_well(&browser, "an office that lost its machines").await;
    browser.go(&format!("{}/kantor/{OFFICE}", hub.url)).await;
    browser.says("Semua komputer kantor ini sudah dikeluarkan sejak").await;
    browser.says("Daftarkan komputer baru").await;
    browser.go(&format!("{}/perangkat/{node}", hub.url)).await;
    browser.says("menunggu komputer itu menghubungi pusat").await;
    browser.says("hilang di jalan").await;
    is_well(&browser, "shut out").await;
    let output = village_node(machine.folder()).arg("sync").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!machine.folder().join("replica.db").exists());
    browser.go(&format!("{}/perangkat/{node}", hub.url)).await;
    browser.says("Komputer itu melapor bahwa isinya sudah dihapus").await;
    browser.says("1 perubahan yang belum terkirim ikut terhapus").await;
    keep_shown(&browser, "hub-machine-id").await;
    browser.go(&format!("{}/perangkat", hub.url)).await;
    browser.says("dikeluarkan, isinya sudah dihapus").await;
    keep_shown(&browser, "hub-machines-id").await;
    browser.go(&format!("{}/jejak", hub.url)).await;
    for act in
        ["mengganti nama komputer", "mengeluarkan komputer", "memerintahkan hapus isi", "melapor isinya sudah dihapus"]
    {
        browser.says(act).await;
    }
    // Commands are told by their name, and machines by theirs.
    hub.says(&["rename", &node, "Laptop lama"]);
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("perintah di mesin pusat: sync-server rename").await;
    browser.says(&format!("Laptop lama, Desa Sarongan, Kec. Pesanggaran, {node}")).await;
    browser.says("perintah di mesin pusat: sync-server operator add").await;
}

#[tokio::test]
async fn the_people_on_a_machine_are_listed_masked_by_role_and_reading_it_is_noted() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "laptop");
    machine.record("Siti Aminah");
    machine.record("Budi Santoso");
    machine.sync();
    let node = hub.says(&["nodes"])[0]["node"].as_str().unwrap().to_owned();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/perangkat/{node}", hub.url)).await;
    browser.click("form[action$='/orang'] button").await;
    browser.says("Siti Aminah").await;
    let text = browser.text().await;
    assert!(text.contains("3510••••••••0001") && !text.contains("3510014107900001"), "{text}");
    is_well(&browser, "people").await;
    // The language is switched on a page that a form brought up.
    browser.click("form[action='/bahasa'] button").await;
    browser.says("People whose data is on this machine").await;
    let app = hub.operator("made", "pengamat");
    let held = cookie(&hub, "made", &app.code(0));
    let with = [("Cookie", held.as_str()), FORM, ("Origin", hub.url.as_str())];
    let page = ask(&hub, "GET", &format!("/perangkat/{node}"), &with[..1], "");
    let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let body = format!("form_token={token}");
    let csv = ask(&hub, "POST", &format!("/perangkat/{node}/orang.csv"), &with, &body);
    assert!(csv.contains("text/csv") && csv.contains("S••• A•••••") && csv.contains("3510••••••••0001"), "{csv}");
    assert!(!csv.contains("Siti") && !csv.contains("3510014107900001"), "{csv}");
    // A viewer changes nothing.
    for (path, more) in [("nama", "&nama=x"), ("keluarkan", "&alasan=x&isi=hapus"), ("hapus", "&isi=hapus")] {
        let told = ask(&hub, "POST", &format!("/perangkat/{node}/{path}"), &with, &format!("{body}{more}"));
        assert_eq!(status(&told), 403, "{path}");
    }
    assert_eq!(status(&ask(&hub, "POST", "/perangkat/daftar", &with, &format!("{body}&kantor={OFFICE}"))), 403);
    let listed = hub.says(&["nodes"]);
    assert!(listed[0]["revoked_millis"].is_null() && listed[0]["name"].is_null(), "{listed}");
    let file = hub.data.with_file_name("people.csv");
    hub.says(&["people", &node, "--whole", "--csv", file.to_str().unwrap()]);
    let whole = std::fs::read_to_string(&file).unwrap();
    assert!(whole.contains("\"Siti Aminah\",\"3510014107900001\""), "{whole}");
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("opened the list of people on a machine").await;
    browser.says("took the list of people with whole NIKs").await;
}

#[tokio::test]
async fn a_machine_that_calls_and_is_not_enrolled_here_is_told_of_with_what_to_do() {
    let before = Hub::new();
    let backup = before.data.with_file_name("before.backup");
    before.says(&["backup", backup.to_str().unwrap()]);
    let machine = before.machine(OFFICE, "left-behind");
    let node = before.says(&["nodes"])[0]["node"].as_str().unwrap().to_owned();
    // Restored from a backup of before the machine joined: a hub of the same key that does not know it any more.
    let hub = Hub::restored(&backup);
    let browser = hub.signed_in("wayan", "operator").await;
    assert_eq!(browser.count("#asing-kini").await, 0);
    machine.is_refused_at(&hub);
    machine.is_refused_at(&hub);
    browser.go(&hub.url).await;
    browser.says("1 komputer yang tidak terdaftar di sini menghubungi pusat dalam sehari ini.").await;
    is_well(&browser, "a stranger called").await;
    browser.click("#asing-kini a").await;
    browser.says("Komputer yang tidak dikenal").await;
    let row = browser.find("#asing tbody tr").await.text().await.unwrap();
    assert!(row.contains(&node) && row.contains("mesin pusat ini sendiri"), "{row}");
    assert_eq!(browser.find("#asing td.figure").await.text().await.unwrap(), "2");
    browser.says("village-node enrol --again --hub").await;
    is_well(&browser, "a stranger on the list").await;
    keep_shown(&browser, "hub-strangers-id").await;
    browser.screen(390, 844).await;
    assert!(!browser.overflows().await, "on a telephone");
}
