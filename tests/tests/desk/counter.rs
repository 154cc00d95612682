//! Counter work: a letter by keyboard, problems mended, a citizen known from before, drafts that survive.

use fantoccini::key::Key;

use crate::browser::Browser;
use crate::complaint::the_rest;
use crate::office::Office;

fn key(key: Key) -> String {
    char::from(key).to_string()
}

/// Fills in the form of a domicile letter from the field that has the focus, by keyboard alone.
async fn domicile_letter(browser: &Browser) {
    let tab = key(Key::Tab);
    let values = [
        "3510014107900001",
        "3510011707150001",
        "Siti Aminah",
        "Banyuwangi",
        "01-07-1990",
        "Per",
        "Kawin",
        "",
        "Petani",
        "Warga",
        "",
        "Krajan",
        "1",
        "2",
        "081234567890",
        "Membuka rekening bank",
        "",
        "Kepala",
    ];
    for value in values {
        browser.keys(&format!("{tab}{value}")).await;
    }
}

#[tokio::test]
async fn a_letter_is_written_by_keyboard_alone_and_the_citizen_is_known_the_next_time() {
    let mut office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    office.hub_gone();

    browser.keys("n").await;
    browser.find("#saring").await;
    browser.keys("tempat tinggal layang").await;
    browser.says("Tidak ada layanan dengan kata itu").await;
    browser.find("#saring").await.clear().await.unwrap();
    // As people call it.
    browser.type_in("#saring", "surat tempat tinggal").await;
    browser.keys(&key(Key::Enter)).await;
    browser.find("#formulir").await;
    domicile_letter(&browser).await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    let text = browser.text().await;
    assert!(text.contains("Keterangan Domisili") && text.contains("0812-3456-7890"), "{text}");
    assert!(text.contains("Tersimpan di komputer ini"), "{text}");

    // Another service for the same person: two keys of her name are enough.
    browser.go(&format!("{}/baru/S01", machine.url)).await;
    browser.type_in("#cari-warga", "sit").await;
    browser.find("#warga-daftar [role=option]").await;
    browser.keys(&key(Key::Enter)).await;
    assert_eq!(browser.value("[name=nik]").await, "3510014107900001");
    assert_eq!(browser.value("[name=tgl_lahir]").await, "01-07-1990");
    assert_eq!(browser.value("[name=jk]").await, "P");
    assert_eq!(browser.value("[name=warga]").await, "desa");
    assert_eq!(browser.value("[name=keperluan]").await, "", "what is not of the citizen is not taken over");
    assert_eq!(browser.complaints().await, [""; 0]);
    assert_eq!(machine.says(&["status"])["unsent"], 1);

    // The link comes back, and with it the truth about what the hub has.
    office.hub_back();
    browser.go(&format!("{}/sinkron", machine.url)).await;
    browser.click("main button.main").await;
    browser.says("Terbukti sama dengan pusat.").await;
    browser.go(&format!("{}/berkas", machine.url)).await;
    browser.click("tr.row a").await;
    browser.says("Sudah diterima pusat pukul ").await;
    assert!(browser.text().await.contains("Semua terkirim"));
}

#[tokio::test]
async fn a_nik_that_is_read_from_a_card_brings_what_is_known_and_what_was_made_lately() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.record("Siti Aminah");
    let known = r#"{"nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi",
        "tgl_lahir": "1990-07-01", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "no_kk": "3510011707150001", "telepon": "081234567890", "alamat_ktp": "Jl. Melati 5, Jember",
        "kategori": "jalan", "isi": "Lampu padam"}"#;
    machine.says(&["record", "--service", "P06", "--json", known]);
    let again = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/G01", machine.url)).await;
    // The reader sends Enter behind the number: the form stays, and the next field is there.
    browser.type_in("[name=nik]", &format!("3510014107900001{}", key(Key::Enter))).await;
    browser.until("!document.querySelector('#warga-dikenal').hidden").await;
    assert_eq!(browser.count("#formulir").await, 1);
    assert!(
        browser
            .run("return document.activeElement.name !== 'nik' && document.activeElement.name !== ''")
            .await
            .as_bool()
            .unwrap()
    );
    assert_eq!(browser.value("[name=nama]").await, "");
    let lately = browser.find("#warga-baru-saja a").await.attr("href").await.unwrap().unwrap();
    assert!(lately.ends_with(&again), "the latest of this service: {lately}");
    browser.click("#warga-dikenal button").await;
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    assert_eq!(browser.value("[name=no_kk]").await, "3510011707150001");
    assert_eq!(browser.value("[name=telepon]").await, "+6281234567890", "what only an earlier record knows");
    assert_eq!(browser.value("[name=alamat_ktp]").await, "Jl. Melati 5, Jember", "and where the card says they live");
    assert_eq!(browser.run("return document.querySelector('#warga-dikenal').hidden").await, true);
    assert_eq!(browser.violations().await, [""; 0]);
}

#[tokio::test]
async fn the_key_of_the_search_leads_into_its_box() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/P04", machine.url)).await;
    browser.type_in("[name=barang]", "Dompet hitam").await;
    browser.keys(&key(Key::Escape)).await;
    browser.keys("/").await;
    browser.until("location.pathname === '/berkas' && document.activeElement.id === 'q'").await;
    browser.keys("siti").await;
    browser.until("location.search.includes('q=siti')").await;
    // What was typed a moment before is a draft.
    browser.go(&machine.url).await;
    browser.find("a[href^='/baru/P04?draf=']").await;
}

#[tokio::test]
async fn problems_are_told_while_typing_and_all_at_once_on_saving_and_nothing_typed_is_lost() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/S01", machine.url)).await;
    browser.type_in("[name=nik]", "3510 0199 0790 0001").await;
    browser.keys(&key(Key::Tab)).await;
    browser.find("[data-field=nik] .problem").await;
    assert_eq!(browser.count("[data-field=nama] .problem").await, 0, "what was not reached yet is not blamed");
    browser.find("[name=nik]").await.clear().await.unwrap();
    browser.type_in("[name=nik]", "3510014107900001").await;
    browser.keys(&key(Key::Tab)).await;
    browser.until("!document.querySelector('[data-field=nik] .problem')").await;
    browser.until("document.querySelector('[name=tgl_lahir]').value === '01-07-1990'").await;
    assert_eq!(browser.value("[name=jk]").await, "P", "the NIK tells it");

    // What is odd is said while most of the form is still blank.
    browser.find("[name=jk]").await.select_by_value("L").await.unwrap();
    browser.keys(&key(Key::Tab)).await;
    browser.says("Jenis kelamin menurut NIK berbeda").await;
    browser.find("[name=jk]").await.select_by_value("P").await.unwrap();
    browser.type_in("[name=berlaku_sampai]", "01-02-2020").await;
    browser.keys(&key(Key::Tab)).await;
    browser.says("Tanggal ini sudah lewat").await;
    browser.type_in("[name=nama]", "Siti Aminah").await;
    browser.save_key().await;
    browser.find("#masalah").await;
    let listed = browser.count("#masalah li").await;
    assert!(listed >= 6, "{listed}");
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    assert_eq!(machine.says(&["status"])["transactions"], 0);
    browser.click("#masalah li a").await;
    let focused = browser.run("return document.activeElement.getAttribute('aria-invalid')").await;
    assert_eq!(focused, "true", "the list leads to the field");
    // In the other language the same is wrong.
    browser.click("form[action='/bahasa'] button").await;
    browser.until("document.documentElement.lang === 'en'").await;
    assert_eq!(browser.count("#masalah li").await, listed);
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    browser.click("form[action='/bahasa'] button").await;
    browser.until("document.documentElement.lang === 'id'").await;
    assert_eq!(browser.count("#masalah li").await, listed);
    // The page is one that can be loaded again and come back to: the browser asks nobody to send the form once more.
    browser.go(&machine.url).await;
    browser.run("history.back()").await;
    browser.find("#masalah").await;
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    assert_eq!(machine.says(&["status"])["transactions"], 0);
}

#[tokio::test]
async fn a_draft_survives_a_killed_program_and_a_closed_window_and_goes_when_it_is_saved() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/P06", machine.url)).await;
    browser.type_in("[name=nama]", "Wayan Sudarma").await;
    browser.until("document.querySelector('#draf-keadaan').textContent.includes('Draf tersimpan')").await;
    machine.kill();
    drop(browser);

    machine.serve();
    let browser = Browser::open().await;
    machine.sign_in(&browser, "siti").await;
    browser.says("Draf saya").await;
    browser.click(".drafts a").await;
    browser.find("#formulir").await;
    assert_eq!(browser.value("[name=nama]").await, "Wayan Sudarma");
    the_rest(&browser).await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    browser.go(&machine.url).await;
    assert!(!browser.text().await.contains("Draf saya"));
    assert_eq!(machine.says(&["status"])["transactions"], 1);
}

#[tokio::test]
async fn a_form_without_script_sent_twice_is_one_record() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/G01", machine.url)).await;
    let script = "const form = document.querySelector('#formulir');
        const values = {nik: '3510014107900001', nama: 'Siti', tempat_lahir: 'Muncar', tgl_lahir: '1-7-1990', jk: 'P',
          status_kawin: 'kawin', pekerjaan: 'Guru', warga: 'desa', rt: '1', rw: '1', keperluan: 'Bank', penandatangan: 'kepala',
          no_kk: '3510011707150001'};
        for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
        const body = () => new URLSearchParams(new FormData(form));
        const done = arguments[0];
        (async () => {
          const first = await fetch(form.action, {method: 'POST', body: body()});
          const second = await fetch(form.action, {method: 'POST', body: body()});
          window.both = [first.url, second.url];
        })();";
    browser.run(script).await;
    browser.until("window.both").await;
    let both = browser.run("return window.both").await;
    assert!(both[0].as_str().unwrap().contains("/berkas/"), "{both}");
    assert_eq!(both[0], both[1]);
    assert_eq!(machine.says(&["status"])["transactions"], 1);
}

#[tokio::test]
async fn enter_goes_on_from_a_long_field_too_and_what_a_reader_sends_saves_nothing() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    let (enter, shift, up) = (key(Key::Enter), key(Key::Shift), key(Key::Null));
    browser.go(&format!("{}/berkas/{}/ubah", machine.url, machine.record("Budi Santoso"))).await;
    browser.find("textarea[name=keperluan]").await.clear().await.unwrap();
    browser.type_in("[name=keperluan]", &format!("Satu{shift}{enter}{up}dua{enter}")).await;
    assert_eq!(browser.value("[name=keperluan]").await, "Satu\ndua");
    assert_ne!(browser.run("return document.activeElement.name").await, "keperluan");

    // More lines than there are fields: they run on to the button that saves.
    let changes = machine.says(&["show", &id])["changes"].clone();
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    browser.type_in("[name=keperluan]", &format!(" baru{}", enter.repeat(30))).await;
    browser.until("document.activeElement.id === 'simpan'").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(browser.path().await.ends_with("/ubah"), "{}", browser.path().await);
    assert_eq!(machine.says(&["show", &id])["changes"], changes);
    // A person presses it all the same.
    browser.keys(&enter).await;
    browser.says("Tersimpan.").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
