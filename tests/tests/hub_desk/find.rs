//! Records over the whole regency: found, read, counted and taken away, and what is masked of them.

use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::Value;

use crate::doors::{FORM, ask, cookie, status};
use crate::hub::{Hub, OFFICE};
use crate::looks::{is_well, keep_shown};

const NIK: &str = "3510014107900001";
const HOSTILE: &str = "=1+cmd|'x'!A0";

/// Three records at two offices of different sub-districts; the id of the first.
fn with_records() -> (Hub, String) {
    let hub = Hub::new();
    let (one, other) = (hub.machine(OFFICE, "one"), hub.machine("35.10.02.2001", "other"));
    let id = one.record("Siti Aminah");
    one.record("Budi Santoso");
    other.record("Siti Rahayu");
    one.sync();
    other.sync();
    (hub, id)
}

#[tokio::test]
async fn a_record_is_found_by_name_number_nik_and_id_and_narrowed_by_what_it_is() {
    let (hub, id) = with_records();
    let browser = hub.signed_in("wayan", "operator").await;
    let rows = "document.querySelectorAll('.records tbody tr').length";
    for (query, count) in [
        ("", 3),
        ("q=siti", 2),
        ("q=siti+amin", 1),
        ("q=3510014107900001", 3),
        ("q=siti&kecamatan=35.10.01", 1),
        ("kecamatan=35.10.02", 1),
        ("kantor=35.10.01.2001", 2),
        ("kantor=35.10.02.2001&layanan=G01", 1),
        ("dari=2020-01-01", 3),
    ] {
        browser.go(&format!("{}/cari?{query}", hub.url)).await;
        browser.until(&format!("{rows} === {count}")).await;
    }
    for query in ["q=nobody", "layanan=S01", "status=selesai", "sampai=2020-01-01", "kecamatan=35.10.03"] {
        browser.go(&format!("{}/cari?{query}", hub.url)).await;
        browser.says("Tidak ada berkas yang cocok").await;
    }
    browser.go(&format!("{}/cari?dari=2026-02-01&sampai=2026-01-01", hub.url)).await;
    browser.says("Tanggal terakhir sebelum tanggal pertama").await;
    browser.go(&format!("{}/cari?layanan=Z99", hub.url)).await;
    browser.says("Layanan: Z99 tidak ada di kabupaten ini.").await;
    is_well(&browser, "a filter that makes no sense").await;
    browser.go(&format!("{}/cari", hub.url)).await;
    is_well(&browser, "the list").await;
    keep_shown(&browser, "hub-find-id").await;
    assert!(!browser.text().await.contains(NIK), "NIKs are masked in lists");
    browser.type_in("#q", &id).await;
    browser.click("form.find-form button.main").await;
    browser.until(&format!("location.pathname === '/berkas/{id}'")).await;
}

#[tokio::test]
async fn a_record_is_masked_until_it_is_opened_on_purpose_and_that_is_on_the_trail() {
    let (hub, id) = with_records();
    let app = hub.operator("wayan", "operator");
    let held = cookie(&hub, "wayan", &app.code(0));
    let with = [("Cookie", held.as_str()), FORM, ("Origin", hub.url.as_str())];
    let secrets = ["Siti Aminah", NIK, "Membuka rekening bank", "01-07-1990", "Krajan", "Petani"];
    let path = format!("/berkas/{id}");
    let masked = ask(&hub, "GET", &path, &with[..1], "");
    for secret in secrets {
        assert!(!masked.contains(secret), "{secret} is in the masked page");
    }
    assert!(masked.contains("S••• A•••••") && masked.contains("Sarongan"), "{masked}");
    let token = masked.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(status(&ask(&hub, "POST", &format!("{path}/buka"), &with, "form_token=x")), 400);
    let open = ask(&hub, "POST", &format!("{path}/buka"), &with, &format!("form_token={token}"));
    for secret in ["Siti Aminah", NIK, "Membuka rekening bank", "01-07-1990"] {
        assert!(open.contains(secret), "{secret} is not in the open page: {open}");
    }
    // Nor is it read unnoted on the command line.
    let before = ask(&hub, "GET", "/jejak", &with[..1], "").matches(&id).count();
    hub.says(&["show", &id]);
    hub.says(&["history", &id]);
    let trail = ask(&hub, "GET", "/jejak", &with[..1], "");
    assert_eq!(trail.matches(&id).count(), before + 2, "{trail}");
    assert!(trail.contains("membuka isi berkas") && trail.contains(&id) && !trail.contains("Siti"), "{trail}");
    // A viewer cannot open it, whatever the form.
    let app = hub.operator("made", "pengamat");
    let held = cookie(&hub, "made", &app.code(0));
    let with = [("Cookie", held.as_str()), FORM, ("Origin", hub.url.as_str())];
    let list = ask(&hub, "GET", "/cari", &with[..1], "");
    assert!(!list.contains("Siti Aminah") && list.contains("S••• A•••••") && !list.contains(NIK), "{list}");
    // What is masked is not told letter by letter by searching for it.
    let searches = [
        ("siti", "nama, 0 berkas"),
        ("Siti%20Aminah", "nama, 0 berkas"),
        (NIK, "NIK, 0 berkas"),
        (&NIK[..8], "NIK, 0 berkas"),
    ];
    for (typed, noted) in searches {
        let found = ask(&hub, "GET", &format!("/cari?q={typed}"), &with[..1], "");
        assert!(status(&found) == 200 && !found.contains("S••• A•••••"), "{typed}: {found}");
        // That they tried is on the trail, and not by what.
        let trail = ask(&hub, "GET", "/jejak", &with[..1], "");
        let newest = trail.split("<tbody>").nth(1).unwrap().split("</tr>").next().unwrap();
        assert!(
            newest.contains("made") && newest.contains("mencari dengan kata") && newest.contains(noted),
            "{typed}: {newest}"
        );
        assert!(!trail.contains(&NIK[..8]) && !trail.to_lowercase().contains("siti"), "{trail}");
    }
    let token = list.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let refused = ask(&hub, "POST", &format!("{path}/buka"), &with, &format!("form_token={token}"));
    assert!(status(&refused) == 403 && !refused.contains("Siti Aminah"), "{refused}");
    let csv = ask(&hub, "POST", "/cari/unduh", &with, &format!("form_token={token}&bentuk=csv&q={}", &NIK[..8]));
    assert!(csv.contains("text/csv") && !csv.contains("S••• A•••••"), "{csv}");
    // What makes no sense takes nothing away, and is named.
    for (asked, named) in [
        ("dari=2026-11-02&sampai=2026-11-01", "Tanggal terakhir sebelum tanggal pertama."),
        ("dari=kemarin", "Dari: &#34;kemarin&#34; tidak dapat dibaca."),
        ("kecamatan=35.99.99", "Kecamatan: 35.99.99 tidak ada di kabupaten ini."),
        ("kantor=35.10.01.2999", "Kantor: 35.10.01.2999 tidak ada di kabupaten ini."),
        ("layanan=Z99", "Layanan: Z99 tidak ada di kabupaten ini."),
        ("status=mungkin", "Status: &#34;mungkin&#34; tidak dapat dibaca."),
    ] {
        let told = ask(&hub, "POST", "/cari/unduh", &with, &format!("form_token={token}&bentuk=csv&{asked}"));
        assert!(
            status(&told) == 400 && told.contains(named) && told.contains("Tidak ada yang diunduh."),
            "{asked}: {told}"
        );
    }
    assert_eq!(status(&ask(&hub, "POST", "/cari/unduh", &with, &format!("form_token={token}&bentuk=exe"))), 400);
    // Nor take it away whole.
    let body = format!("form_token={token}&bentuk=csv&lengkap=ya");
    let csv = ask(&hub, "POST", "/cari/unduh", &with, &body);
    assert!(csv.contains("text/csv") && csv.contains("S••• A•••••"), "{csv}");
    assert!(!csv.contains("Siti Aminah") && !csv.contains(NIK), "{csv}");
    for missing in ["/berkas/x", "/berkas/0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40"] {
        assert_eq!(status(&ask(&hub, "GET", missing, &with[..1], "")), 404, "{missing}");
    }
}

#[tokio::test]
async fn a_viewer_who_searches_too_often_is_held_up_and_that_is_noted_once() {
    let hub = Hub::new();
    let browser = hub.signed_in("dewi", "pengamat").await;
    // They go out side by side, and whichever comes last to the hub is the one that is held up.
    let many = |count: u32| {
        format!(
            "const all = Array.from({{length: {count}}}, (_, n) => fetch(`/cari?q=474/${{n}}`));
             return Promise.all(all).then((them) => String([...new Set(them.map((it) => it.status))].sort()))"
        )
    };
    assert_eq!(browser.run(&many(35)).await, "200", "whoever works is not held up");
    assert_eq!(browser.run(&many(20)).await, "200,429");
    // One search more is allowed every ten seconds: whoever was refused a moment ago is refused.
    let used_up = "const ask = () => fetch('/cari?q=474/1').then((it) => it.status === 429 || ask()); return ask()";
    browser.run(used_up).await;
    browser.complaints().await;
    browser.go(&format!("{}/cari?q=474/1", hub.url)).await;
    browser.says("Terlalu banyak pencarian berturut-turut dengan akun ini").await;
    assert_eq!(browser.value("#q").await, "474/1", "what was typed is still there");
    assert_eq!(browser.violations().await, [""; 0]);
    crate::looks::keep_picture(&browser, "hub-find-too-often").await;
    // Files are searches, too; the list as it lies is none.
    let file = "const token = document.querySelector('[name=form_token]').value;
        return fetch('/cari/unduh', {method: 'POST', body: new URLSearchParams({form_token: token, bentuk: 'csv'})})
            .then((it) => it.status)";
    browser.run(used_up).await;
    assert_eq!(browser.run(file).await, 429);
    assert_eq!(browser.run("return fetch('/cari').then((it) => it.status)").await, 200);
    browser.go(&format!("{}/jejak?kegiatan=searches_limited", hub.url)).await;
    browser.says("terlalu banyak mencari, ditahan sebentar").await;
    assert_eq!(browser.count("main tbody tr").await, 1, "once");
    let operator = hub.signed_in("wayan", "operator").await;
    assert_eq!(operator.run(&many(60)).await, "200");
}

#[tokio::test]
async fn what_people_must_decide_of_all_offices_is_on_one_page() {
    let hub = Hub::new();
    let (one, other) = (hub.machine(OFFICE, "one"), hub.machine(OFFICE, "other"));
    let id = one.record("Siti Aminah");
    one.sync();
    other.sync();
    one.says(&["set", &id, "keperluan=Sekolah"]);
    other.says(&["set", &id, "keperluan=Bekerja"]);
    one.sync();
    other.sync();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/menunggu", hub.url)).await;
    browser.says("Siti Aminah").await;
    is_well(&browser, "what waits").await;
    browser.click("td a").await;
    browser.until(&format!("location.pathname === '/berkas/{id}'")).await;
    let text = browser.text().await;
    assert!(!text.contains("Sekolah") && text.contains("≠ 1"), "{text}");
    is_well(&browser, "a masked record").await;
    browser.click("form[action$='/buka'] button").await;
    browser.says("Sekolah").await;
    browser.says("Bekerja").await;
    is_well(&browser, "an open record").await;
    keep_shown(&browser, "hub-record-id").await;
    // Nor are values read unnoted on the command line.
    hub.says(&["divergences"]);
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("membaca isian yang berbeda, berkas:").await;
}

#[tokio::test]
async fn statistics_say_the_same_as_chart_and_as_table() {
    let (hub, _) = with_records();
    let browser = hub.signed_in("wayan", "operator").await;
    for (query, first) in [
        ("menurut=kecamatan", "Pesanggaran"),
        ("menurut=kantor", "Desa Sarongan"),
        ("menurut=sektor", ""),
        ("menurut=status&per=bulan", ""),
        ("menurut=layanan", "G01"),
    ] {
        browser.go(&format!("{}/statistik?{query}", hub.url)).await;
        browser.until("document.querySelector('tfoot strong').textContent === '3'").await;
        let text = browser.text().await;
        assert!(text.contains(first), "{query}: {text}");
        let sums = "[...document.querySelectorAll('.shares tbody tr')].map((row) => Number(row.cells[1].textContent)).reduce((a, b) => a + b)";
        assert_eq!(browser.run(&format!("return {sums}")).await, 3, "{query}");
        let days = "[...document.querySelectorAll('details tbody tr')].map((row) => Number(row.cells[1].textContent)).reduce((a, b) => a + b)";
        assert_eq!(browser.run(&format!("return {days}")).await, 3, "{query}");
    }
    is_well(&browser, "statistics").await;
    keep_shown(&browser, "hub-statistics-id").await;
    browser.go(&format!("{}/statistik?dari=2020-01-01&sampai=2020-02-01", hub.url)).await;
    browser.says("Tidak ada berkas dalam periode ini").await;
    browser.go(&format!("{}/statistik?dari=0001-01-01&sampai=9999-12-31", hub.url)).await;
    browser.says("Lebih dari 20 tahun tidak dapat digambar.").await;
    browser.until("document.querySelector('tfoot strong').textContent === '3'").await;
    browser.go(&format!("{}/statistik?dari=2026-02-01&sampai=2026-01-01", hub.url)).await;
    browser.says("Tanggal terakhir sebelum tanggal pertama").await;
    assert_eq!(browser.count(".empty, tfoot").await, 0, "nothing was counted");
}

/// All cells of the first sheet.
fn opened(bytes: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let formulas = book.worksheet_formula("Berkas").unwrap();
    assert!(formulas.used_cells().next().is_none(), "a cell is a formula");
    let sheet = book.worksheet_range("Berkas").unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn exports_are_opened_by_another_library_say_what_the_list_says_and_hold_no_formula() {
    // Names of people take no signs of formulas; those of offices come from a file that somebody wrote.
    let roster = format!("code,name,kind,district_code,district\n{OFFICE},{HOSTILE},desa,35.10.01,+Pesanggaran\n");
    let hub = Hub::with(&roster);
    let machine = hub.machine(OFFICE, "one");
    machine.record("Siti Aminah");
    machine.record("Budi Santoso");
    machine.record("Siti Rahayu");
    machine.sync();
    let listed = hub.says(&["list", "--limit", "100"]);
    let rows = listed["rows"].as_array().unwrap().clone();
    let out = |name: &str| hub.data.with_file_name(name);
    let file = out("all.xlsx");
    let said = hub.says(&["export", "--format", "xlsx", "--whole", "--out", file.to_str().unwrap()]);
    assert_eq!(said["records"], rows.len());
    let cells = opened(std::fs::read(&file).unwrap());
    assert_eq!(cells.len(), rows.len() + 1);
    for (line, row) in cells[1..].iter().zip(&rows) {
        assert_eq!(line[0].to_string(), row["id"].as_str().unwrap());
        assert_eq!(line[11].to_string(), row["name"].as_str().unwrap());
        assert_eq!(line[12], Data::String(NIK.to_owned()), "a NIK is a text: as a figure it would lose digits");
        assert_eq!(line[6], Data::String(HOSTILE.to_owned()));
        let place = [7, 8, 9].map(|column: usize| line[column].to_string());
        assert_eq!(place, [format!("Desa {HOSTILE}"), "35.10.01".to_owned(), "+Pesanggaran".to_owned()]);
        assert!(matches!(line[17], Data::Float(_) | Data::Int(_)), "{line:?}");
        // By it a promised time can be looked up that was changed since.
        assert_eq!(line[20].to_string(), "1", "{line:?}");
    }
    let masked = out("masked.jsonl");
    hub.says(&["export", "--format", "jsonl", "--search", "siti", "--out", masked.to_str().unwrap()]);
    let text = std::fs::read_to_string(&masked).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["catalogue"] == 1), "{text}");
    for line in &lines {
        let place = ["office", "office_name", "village", "district", "district_name"].map(|key| line[key].clone());
        assert_eq!(place, [OFFICE, HOSTILE, &format!("Desa {HOSTILE}"), "35.10.01", "+Pesanggaran"]);
        assert!(line["service_name"].is_string() && line["sector"].is_string(), "{text}");
    }
    assert!(!text.contains("Siti") && !text.contains(NIK) && text.contains("S••• A•••••"), "{text}");
    let csv = out("all.csv");
    hub.says(&["export", "--format", "csv", "--out", csv.to_str().unwrap()]);
    let text = std::fs::read_to_string(&csv).unwrap();
    assert!(text.lines().next().unwrap().ends_with("\"perbedaan\",\"katalog\""), "{text}");
    assert!(text.starts_with("\u{feff}\"id\",\"nomor\"") && text.lines().count() == rows.len() + 1, "{text}");
    for line in text.lines() {
        for cell in line.split("\",\"") {
            let cell = cell.trim_start_matches(['\u{feff}', '"']);
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell} may be taken for a formula");
        }
    }
    let place = format!("\"'{HOSTILE}\",\"Desa {HOSTILE}\",\"35.10.01\",\"'+Pesanggaran\"");
    assert!(text.contains(&place), "{text}");
    assert!(text.contains("\"nama_kantor\",\"desa\",\"kode_kecamatan\",\"kecamatan\""), "{text}");
    let mode = std::fs::metadata(&csv).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds personal data");
    // A file that is there is never written over.
    let again = crate::programs::sync_server(&hub.data)
        .args(["export", "--format", "csv", "--out", csv.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(2));
}
