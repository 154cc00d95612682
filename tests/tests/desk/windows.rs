//! One draft in two windows, of one PC or of two: nothing is written over unseen, and it is one record.

use crate::browser::Browser;
use crate::complaint::the_rest;
use crate::office::{Machine, Office, SECRET};

const KEPT: &str = "document.querySelector('#draf-keadaan').textContent.includes('Draf tersimpan')";
const TOLD: &str = "!document.querySelector('#draf-lain').hidden";

/// A draft that is open in two windows of the same clerk.
async fn twice(machine: &Machine) -> (Browser, Browser) {
    let first = machine.signed_in("siti", "petugas").await;
    first.go(&format!("{}/baru/P06", machine.url)).await;
    first.type_in("[name=nama]", "Wayan").await;
    first.until(KEPT).await;
    let second = Browser::open().await;
    machine.sign_in(&second, "siti").await;
    second.go(&format!("{}{}", machine.url, first.path().await)).await;
    assert_eq!(second.value("[name=nama]").await, "Wayan");
    (first, second)
}

/// Fills in what is left of it and saves; where the record is.
async fn saved(browser: &Browser) -> String {
    the_rest(browser).await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    browser.path().await
}

fn transactions(machine: &Machine) -> u64 {
    machine.says(&["status"])["transactions"].as_u64().unwrap()
}

#[tokio::test]
async fn who_types_into_a_draft_that_another_window_changed_is_told_and_chooses() {
    let office = Office::new();
    let machine = office.machine("counter");
    let (first, second) = twice(&machine).await;
    second.type_in("[name=nama]", " Sudarma").await;
    second.until(KEPT).await;
    first.type_in("[name=nama]", " Gunawan").await;
    first.until(TOLD).await;
    first.says("diubah di jendela atau komputer lain").await;
    assert_eq!(first.value("[name=nama]").await, "Wayan Gunawan", "what was typed stays");
    assert_eq!(first.violations().await, [""; 0]);
    // Whoever types on chooses nothing by it, and has the question in sight wherever in the form they are.
    assert_eq!(first.run("return document.activeElement.name").await, "nama");
    let in_sight = "(() => { const at = document.querySelector('#draf-lain').getBoundingClientRect();
        return at.top >= 0 && at.bottom <= innerHeight; })()";
    first.until(in_sight).await;
    // Nothing is kept or sent until somebody chose.
    first.type_in("[name=isi]", "Lampu").await;
    first.until(in_sight).await;
    first.save_key().await;
    first.until("document.activeElement === document.querySelector('#draf-lain')").await;
    first.keys(" ").await;
    assert_eq!(first.run(&format!("return {TOLD}")).await, true, "nothing is chosen by going on to type");
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(transactions(&machine), 0);
    second.run("location.reload()").await;
    second.until("document.querySelector('[name=nama]')?.value === 'Wayan Sudarma'").await;

    // What is on this screen: the other one is told in its turn, and takes it.
    first.click("#draf-lain button").await;
    first.until(KEPT).await;
    second.type_in("[name=nama]", " X").await;
    second.until(TOLD).await;
    second.click("#draf-lain a").await;
    second.until("document.querySelector('[name=nama]')?.value === 'Wayan Gunawan'").await;
    assert_eq!(second.value("[name=isi]").await, "Lampu");
    // It goes on from there without a word.
    second.type_in("[name=isi]", " padam").await;
    second.until(KEPT).await;
    assert_eq!(second.run(&format!("return {TOLD}")).await, false);
    for browser in [&first, &second] {
        assert_eq!(browser.complaints().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_draft_that_another_window_saved_is_one_record_until_somebody_says_that_it_is_two() {
    let office = Office::new();
    let machine = office.machine("counter");
    let (first, second) = twice(&machine).await;
    let record = saved(&first).await;
    // Typed on: told where it went, before anything is sent.
    second.type_in("[name=nama]", " Sudarma").await;
    second.until("!document.querySelector('#draf-tersimpan').hidden").await;
    let led = second.find("#draf-tersimpan a").await.attr("href").await.unwrap().unwrap();
    assert!(record.starts_with(&led), "{led} instead of {record}");
    assert_eq!(second.violations().await, [""; 0]);
    the_rest(&second).await;
    second.save_key().await;
    second.until("!document.querySelector('#draf-tersimpan').hidden").await;
    assert_eq!(transactions(&machine), 1);
    second.click("#draf-tersimpan button").await;
    second.save_key().await;
    second.says("Tersimpan.").await;
    assert_eq!(transactions(&machine), 2, "somebody said so");
    assert_ne!(second.path().await, record);
    assert_eq!(second.complaints().await, [""; 0]);
}

#[tokio::test]
async fn a_form_that_is_sent_from_a_second_window_at_once_is_asked_about_without_script_too() {
    let office = Office::new();
    let machine = office.machine("counter");
    // Both send what they have: the draft of the later one is over.
    let (first, second) = twice(&machine).await;
    let record = saved(&first).await;
    let plainly = |name: &str| {
        format!(
            "for (const [name, value] of Object.entries({{nama: '{name}', kategori: 'jalan', isi: 'Lampu'}})) {{
                document.querySelector(`[name=${{name}}]`).value = value;
            }}
            document.querySelector('#formulir').submit();"
        )
    };
    second.run(&plainly("Wayan Dua")).await;
    second.says("sudah disimpan di jendela lain").await;
    let led = second.find("#sudah-ada a").await.attr("href").await.unwrap().unwrap();
    assert!(record.starts_with(&led), "{led} instead of {record}");
    assert_eq!(second.value("[name=nama]").await, "Wayan Dua", "nothing is lost");
    assert_eq!(transactions(&machine), 1);

    // One sends what the other did not see: both are there, and the one that is sent waits.
    first.go(&format!("{}/baru/P06", machine.url)).await;
    first.type_in("[name=nama]", "Ketut").await;
    first.until(KEPT).await;
    second.go(&format!("{}{}", machine.url, first.path().await)).await;
    first.type_in("[name=nama]", " Lestari").await;
    first.until("new URLSearchParams(location.search).get('draf')").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    second.run(&plainly("Ketut Dua")).await;
    second.says("menjadi draf tersendiri").await;
    assert_eq!(second.value("[name=nama]").await, "Ketut Dua");
    second.run("location.href = document.querySelector('#sudah-ada a').href").await;
    second.until("document.querySelector('[name=nama]')?.value === 'Ketut Lestari'").await;
    assert_eq!(transactions(&machine), 1);
}

#[tokio::test]
async fn what_another_window_keeps_of_an_edit_is_not_thrown_away_by_this_one() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let page = format!("{}/berkas/{id}/ubah", machine.url);
    let first = machine.signed_in("siti", "petugas").await;
    let second = Browser::open().await;
    machine.sign_in(&second, "siti").await;
    for (way, text) in [("[formaction$='/ubah/buang']", "Ketikan pertama"), ("#simpan", "Ketikan kedua")] {
        second.go(&page).await;
        first.go(&page).await;
        first.find("[name=keperluan]").await.clear().await.unwrap();
        first.type_in("[name=keperluan]", text).await;
        first.until(KEPT).await;
        second.click(way).await;
        second.until(&format!("location.pathname === '/berkas/{id}'")).await;
        first.go(&page).await;
        assert_eq!(first.value("[name=keperluan]").await, text, "{way}");
    }
}

#[tokio::test]
async fn an_edit_that_comes_along_to_a_sign_in_leaves_the_draft_of_another_window() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let page = format!("{}/berkas/{id}/ubah", machine.url);
    let first = machine.signed_in("siti", "petugas").await;
    let second = Browser::open().await;
    machine.sign_in(&second, "siti").await;
    second.go(&page).await;
    first.go(&page).await;
    first.find("[name=keperluan]").await.clear().await.unwrap();
    first.type_in("[name=keperluan]", "Ketikan pertama").await;
    first.until(KEPT).await;
    machine.kill();
    machine.serve();

    second
        .run(
            "document.querySelector('[name=keperluan]').value = 'Ketikan kedua';
             document.querySelector('#formulir').submit();",
        )
        .await;
    second.says("Yang Anda ketik belum hilang").await;
    second.type_in("#name", "siti").await;
    second.type_in("#secret", SECRET).await;
    second.click("form[action='/masuk'] button").await;
    second.says("jendela lain menyimpan draf").await;
    assert_eq!(second.value("[name=keperluan]").await, "Ketikan kedua", "nothing is lost");
    machine.sign_in(&first, "siti").await;
    first.go(&page).await;
    assert_eq!(first.value("[name=keperluan]").await, "Ketikan pertama");

    // Typed on there, it is asked which of the two is to stand.
    second.type_in("[name=keperluan]", " lagi").await;
    second.until(TOLD).await;
    first.run("location.reload()").await;
    first.until("document.querySelector('[name=keperluan]')?.value === 'Ketikan pertama'").await;
    second.click("#draf-lain button").await;
    second.until(KEPT).await;
    assert_eq!(second.complaints().await, [""; 0]);
}

#[tokio::test]
async fn drafts_that_the_first_page_has_no_room_for_are_one_press_away() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    for service in ["G01", "G02", "G03", "P01", "P04", "P06"] {
        browser.go(&format!("{}/baru/{service}", machine.url)).await;
        browser.type_in("[name=nama]", "Wayan Sudarma").await;
        browser.until("document.querySelector('#draf-keadaan').textContent.includes('Draf tersimpan')").await;
    }
    browser.go(&machine.url).await;
    browser.says("Draf saya 6").await;
    assert_eq!(browser.count("ul.drafts li").await, 5);
    browser.click("a[href='/draf']").await;
    browser.find("main h1").await;
    browser.until("document.querySelectorAll('ul.drafts li').length === 6").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.click("ul.drafts li:last-child a").await;
    browser.until("document.querySelector('[name=nama]')?.value === 'Wayan Sudarma'").await;
}
