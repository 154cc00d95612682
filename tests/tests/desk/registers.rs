//! Registers to take away, lists by date, favourites, queue numbers, the language of the page one is on.

use serde_json::json;
use whole_system::folder;

use crate::office::{Machine, Office};

#[tokio::test]
async fn registers_are_taken_away_in_three_forms_and_the_trail_says_so() {
    let office = Office::new();
    let machine = office.machine("counter");
    while machine.says(&["status"])["numbers_left"].as_u64().unwrap_or_default() == 0 {
        machine.says(&["sync"]);
    }
    machine.record("Siti Aminah");
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/nomor", machine.url)).await;
    browser.find("#buku-register").await;
    for (book, form, kind) in [
        ("agenda", "pdf", "application/pdf"),
        ("agenda", "csv", "text/csv; charset=utf-8"),
        ("expedition", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ] {
        let fetch = format!(
            "window.taken = null;
            const form = document.querySelector('#buku-register');
            form.elements.buku.value = '{book}';
            const asked = new URLSearchParams(new FormData(form));
            asked.set('bentuk', '{form}');
            fetch(form.action + '?' + asked).then(async (answer) => {{
                window.taken = [answer.status, answer.headers.get('content-type'),
                    answer.headers.get('content-disposition'), await answer.text()];
            }})"
        );
        browser.run(&fetch).await;
        browser.until("window.taken").await;
        let taken = browser.run("return window.taken").await;
        assert_eq!((&taken[0], &taken[1]), (&json!(200), &json!(kind)), "{taken}");
        assert!(taken[2].as_str().unwrap().contains(&format!("filename=\"{book}-20")), "{taken}");
        assert_eq!(taken[3].as_str().unwrap().contains("Siti Aminah"), form == "csv", "{book} {form}");
    }
    // Days that are none.
    browser.go(&format!("{}/nomor/buku?buku=agenda&bentuk=pdf&dari=30-02-2026&sampai=01-03-2026", machine.url)).await;
    browser.says("Tanggal tidak dikenal").await;
    browser.go(&format!("{}/akun/jejak", machine.url)).await;
    browser.says("mengambil buku register").await;
}

#[tokio::test]
async fn lists_are_narrowed_to_days_and_wrong_days_are_told() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    for (query, rows) in [
        ("", 1),
        ("?dari=01-01-2020", 1),
        ("?dari=2020-01-01&sampai=31-12-2199", 1),
        ("?sampai=01-01-2020", 0),
        ("?q=siti&sampai=01-01-2020", 0),
        ("?q=siti&dari=01-01-2020", 1),
    ] {
        browser.go(&format!("{}/berkas{query}", machine.url)).await;
        assert_eq!(browser.count("tr.row").await, rows, "{query}");
        assert_eq!(browser.count("#tanggal-salah").await, 0, "{query}");
        assert!(!browser.text().await.contains("semua berkas"), "what is listed is said on paper alone");
    }
    for query in ["?dari=31-02-2026", "?q=siti&sampai=abc", "?dari=02-01-2026&sampai=01-01-2026"] {
        browser.go(&format!("{}/berkas{query}", machine.url)).await;
        browser.find("#tanggal-salah").await;
        // Never more than was asked for.
        assert_eq!(browser.count("tr.row").await, 0, "{query}");
        browser.says("betulkan dahulu saringannya").await;
    }
    assert_eq!(browser.value("#dari").await, "02-01-2026", "what was typed is still there");
    assert_eq!(browser.violations().await, [""; 0]);
    for query in ["status=baru", "layanan=Z99x", "menunggu=raja", "rujukan=1"] {
        browser.go(&format!("{}/berkas?{query}", machine.url)).await;
        browser.says(&format!("\"{}\" tidak dikenal.", query.split('=').next_back().unwrap())).await;
        assert_eq!(browser.count("tr.row").await, 0, "{query}");
    }
}

#[tokio::test]
async fn a_star_puts_a_service_first_for_this_clerk_alone() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru", machine.url)).await;
    assert_eq!(browser.count("#favorit").await, 0);
    browser.click("form[action='/baru/P02/bintang'] button").await;
    browser.find("#favorit a[href='/baru/P02']").await;
    assert_eq!(browser.path().await, "/baru");
    let first = "return document.querySelector('.services a').getAttribute('href')";
    assert_eq!(browser.run(first).await, "/baru/P02");
    assert_eq!(browser.violations().await, [""; 0]);
    machine.account("budi", "petugas");
    let other = crate::browser::Browser::open().await;
    machine.sign_in(&other, "budi").await;
    other.go(&format!("{}/baru", machine.url)).await;
    other.find(".services").await;
    assert_eq!(other.count("#favorit").await, 0);
    browser.click("#favorit form[action='/baru/P02/bintang'] button").await;
    browser.until("!document.querySelector('#favorit')").await;
}

#[tokio::test]
async fn forms_saved_at_once_get_queue_numbers_of_their_own_and_a_slip() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/kantor", machine.url)).await;
    let letter = browser.find("#queue_letter").await;
    // What is no letter is said, and nothing is saved.
    letter.clear().await.unwrap();
    letter.send_keys("7").await.unwrap();
    browser.click("main button.main").await;
    browser.says("Isi satu huruf, A sampai Z.").await;
    assert_eq!(browser.value("#queue_letter").await, "7");
    assert_eq!(browser.violations().await, [""; 0]);
    let letter = browser.find("#queue_letter").await;
    letter.clear().await.unwrap();
    letter.send_keys("k").await.unwrap();
    browser.click("main button.main").await;
    browser.until("document.querySelector('#queue_letter').value === 'K'").await;
    browser.go(&format!("{}/baru/G01", machine.url)).await;
    let script = "const form = document.querySelector('#formulir');
        const values = {nik: '3510014107900001', nama: 'Siti', tempat_lahir: 'Muncar', tgl_lahir: '1-7-1990', jk: 'P',
          status_kawin: 'kawin', pekerjaan: 'Guru', warga: 'desa', rt: '1', rw: '1', keperluan: 'Bank', penandatangan: 'kepala',
          no_kk: '3510011707150001'};
        for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
        const save = async (number) => {
          const body = new URLSearchParams(new FormData(form));
          body.set('draf', String(number).padStart(32, '0'));
          const answer = await fetch(form.action, {method: 'POST', body});
          const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
          return [page.querySelector('#antrean').lastChild.textContent.trim(), new URL(answer.url).pathname];
        };
        Promise.all([1, 2, 3, 4, 5, 5].map(save)).then((all) => { window.saved = all; });";
    browser.run(script).await;
    browser.until("window.saved").await;
    let saved: Vec<(String, String)> = serde_json::from_value(browser.run("return window.saved").await).unwrap();
    let numbers: std::collections::BTreeSet<&str> = saved.iter().map(|(number, _)| number.as_str()).collect();
    let records: std::collections::BTreeSet<&str> = saved.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(numbers.len(), records.len(), "{saved:?}");
    assert!(numbers.contains("K-001") && numbers.contains("K-005"), "{saved:?}");
    browser.go(&format!("{}{}", machine.url, saved[0].1)).await;
    browser.click("a[href$='/antrean']").await;
    browser.until("location.pathname.endsWith('/antrean')").await;
    let text = browser.text().await;
    assert!(text.contains(&saved[0].0) && !text.contains("3510014107900001"), "{text}");
    assert!(!text.contains("Queue number"), "{text}");
    assert_eq!(browser.violations().await, [""; 0]);
    assert_eq!(browser.complaints().await, [""; 0]);
    // The citizen reads it, whatever the clerk's language is.
    browser.click("form[action='/bahasa'] button").await;
    browser.until("document.documentElement.lang === 'en'").await;
    let title =
        browser.run("const title = document.querySelector('.slip h1'); return [title.innerText, title.lang]").await;
    assert_eq!(title, json!(["Nomor antrean", "id"]));
    browser.says("Queue number").await;
    browser.click("form[action='/bahasa'] button").await;
    browser.until("document.documentElement.lang === 'id'").await;
    // Recorded elsewhere than at the counter: nobody waits.
    let id = machine.record("Budi");
    browser.go(&format!("{}/berkas/{id}/antrean", machine.url)).await;
    browser.says("tidak diberi nomor antrean").await;
}

#[tokio::test]
async fn the_other_language_shows_the_same_page() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    let switch = "form[action='/bahasa'] button";
    for (language, path) in [("en", "/berkas?q=siti&dari=01-01-2026"), ("id", "/baru/G01"), ("en", "/bantuan")] {
        browser.go(&format!("{}{path}", machine.url)).await;
        browser.click(switch).await;
        browser.until(&format!("document.documentElement.lang === '{language}'")).await;
        assert_eq!(browser.path().await, path);
    }
    // What the page itself sends, without script; and what a page of somebody else might.
    browser.go(&format!("{}/berkas?q=siti", machine.url)).await;
    assert_eq!(browser.run("return document.querySelector('[name=di]').defaultValue").await, "/berkas?q=siti");
    let script = "const form = document.querySelector(\"form[action='/bahasa']\");
        const asked = new URLSearchParams(new FormData(form));
        window.led = null;
        (async () => {
          const led = [];
          for (const to of ['https://evil.example/', '//evil.example', '/\\\\evil.example', '/\\t/evil.example', '/bantuan']) {
            asked.set('di', to);
            led.push((await fetch(form.action, {method: 'POST', body: asked})).url);
          }
          window.led = led;
        })();";
    browser.run(script).await;
    browser.until("window.led").await;
    let home = format!("{}/", machine.url);
    let help = format!("{}/bantuan", machine.url);
    assert_eq!(browser.run("return window.led").await, json!([home, home, home, home, help]));
}

#[tokio::test]
async fn a_number_on_two_letters_is_told_on_both_and_in_the_register() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    machine.says(&["sync"]);
    machine.kill();
    let other = machine.data.with_file_name("copy");
    folder::image(&machine.data, &other).unwrap();
    let copy = Machine::of_folder(other);
    machine.serve();
    let first = machine.record("Ani Awal");
    // Ids are of a place and a second.
    let second = machine.says(&["show", &first])["created_millis"].as_i64().unwrap() / 1000;
    while chrono::Utc::now().timestamp() <= second {
        std::thread::yield_now();
    }
    copy.record("Budi Kembar");
    for one in [&machine, &copy, &machine, &copy, &machine] {
        one.says(&["sync"]);
    }
    let rows = machine.says(&["list"])["rows"].clone();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() == 2 && rows[0]["number"] == rows[1]["number"], "{rows:?}");
    let browser = machine.signed_in("siti", "petugas").await;
    for (row, other) in [(&rows[0], &rows[1]), (&rows[1], &rows[0])] {
        browser.go(&format!("{}/berkas/{}", machine.url, row["id"].as_str().unwrap())).await;
        let told = browser.find("#nomor-ganda").await.text().await.unwrap();
        assert!(told.contains(other["name"].as_str().unwrap()) && told.contains("Batalkan salah satu"), "{told}");
        assert_eq!(browser.violations().await, [""; 0]);
    }
    browser.go(&format!("{}/nomor", machine.url)).await;
    assert_eq!(browser.count("#register .status.refused").await, 2);
    // Once one of them is withdrawn, the other one is as good as any.
    machine.says(&["step", rows[0]["id"].as_str().unwrap(), "dibatalkan", "--reason", "nomor ganda"]);
    browser.go(&format!("{}/berkas/{}", machine.url, rows[1]["id"].as_str().unwrap())).await;
    browser.find("#nomor").await;
    assert_eq!(browser.count("#nomor-ganda").await, 0);
    browser.go(&format!("{}/nomor", machine.url)).await;
    assert_eq!(browser.count("#register .status.refused").await, 0);
}
