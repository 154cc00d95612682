//! Forms that something comes between: the program is killed, the screen is locked, the session ended, the language is
//! switched, somebody leaves the page. What was typed is never lost, and nothing is saved unseen or twice.

use serde_json::json;

use crate::browser::Browser;
use crate::complaint::the_rest;
use crate::office::{Machine, Office, SECRET};

async fn begun(machine: &Machine, browser: &Browser) {
    browser.go(&format!("{}/baru/P06", machine.url)).await;
    browser.type_in("[name=nama]", "Wayan Sudarma").await;
}

/// Sends the form as a browser without script does.
async fn send_plainly(browser: &Browser) {
    browser.run("document.querySelector('#formulir').submit()").await;
}

const KEPT: &str = "document.querySelector('#draf-keadaan').textContent.includes('Draf tersimpan')";
const HERE: &str = "document.querySelector('[name=nama]')?.value === 'Wayan Sudarma'";

#[tokio::test]
async fn what_is_typed_while_the_program_is_down_waits_for_it_and_for_its_owner_alone() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    machine.account("budi", "petugas");
    let browser = machine.signed_in("siti", "petugas").await;
    begun(&machine, &browser).await;
    machine.kill();
    browser.type_in("[name=isi]", "Lampu jalan padam").await;
    browser.save_key().await;
    browser.says("Program village-node tidak menjawab.").await;
    assert_eq!(browser.path().await, "/baru/P06", "the page stays");

    machine.serve();
    browser.find("form[action='/masuk']").await;
    assert!(!browser.text().await.contains("Lampu"), "nothing of it is shown to who is not signed in");
    assert_eq!(browser.value("#name").await, "siti");
    browser.type_in("#secret", "salah-salah").await;
    browser.click("form[action='/masuk'] button").await;
    browser.says("tidak cocok").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("form[action='/masuk'] button").await;
    browser.until(HERE).await;
    assert_eq!(browser.value("[name=isi]").await, "Lampu jalan padam");
    browser.until(KEPT).await;
    the_rest(&browser).await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    assert_eq!(machine.says(&["status"])["transactions"], 1);

    // Somebody else who signs in there sees nothing of it.
    begun(&machine, &browser).await;
    machine.kill();
    machine.serve();
    browser.find("form[action='/masuk']").await;
    browser.run("document.querySelector('#name').value = 'budi'").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("form[action='/masuk'] button").await;
    browser.says("Beranda").await;
    browser.until("location.pathname === '/'").await;
    let text = browser.text().await;
    assert!(!text.contains("Draf saya"), "{text}");
}

#[tokio::test]
async fn a_form_sent_without_script_while_locked_or_signed_out_is_opened_again() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;

    // Locked, in another tab.
    begun(&machine, &browser).await;
    let lock = "const token = document.querySelector('[name=form_token]').value;
        return fetch('/kunci/sekarang', {method: 'POST', body: new URLSearchParams({form_token: token})}).then(() => 1)";
    assert_eq!(browser.run(lock).await, 1);
    send_plainly(&browser).await;
    browser.find("form[action='/kunci']").await;
    let source = browser.run("return document.documentElement.outerHTML").await;
    assert!(!source.as_str().unwrap().contains("Sudarma"), "the locked page holds nothing of it");
    browser.type_in("#secret", SECRET).await;
    browser.click("form[action='/kunci'] button").await;
    browser.says("Yang Anda ketik masih ada").await;
    browser.until(HERE).await;

    // Signed in anew in another tab: the page is of before.
    let again = format!(
        "return fetch('/masuk', {{method: 'POST', body: new URLSearchParams({{name: 'siti', secret: {}}})}}).then(() => 1)",
        json!(SECRET)
    );
    assert_eq!(browser.run(&again).await, 1);
    send_plainly(&browser).await;
    browser.says("Yang Anda ketik masih ada").await;
    browser.until(HERE).await;

    // The program was started anew.
    machine.kill();
    machine.serve();
    send_plainly(&browser).await;
    browser.says("Yang Anda ketik belum hilang").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.type_in("#name", "siti").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("form[action='/masuk'] button").await;
    browser.says("Yang Anda ketik masih ada").await;
    browser.until(HERE).await;
    assert_eq!(machine.says(&["status"])["transactions"], 0, "nothing was saved unseen");
    the_rest(&browser).await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    assert_eq!(machine.says(&["status"])["transactions"], 1);
}

#[tokio::test]
async fn a_form_that_is_sent_again_after_the_program_was_killed_is_the_same_record() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    begun(&machine, &browser).await;
    the_rest(&browser).await;
    let sent = browser.run("return new URLSearchParams(new FormData(document.querySelector('#formulir'))).toString()");
    let sent = sent.await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    let path = browser.path().await;
    machine.kill();
    machine.serve();
    machine.sign_in(&browser, "siti").await;
    let again = format!(
        "const form = new URLSearchParams({sent});
         form.set('form_token', document.querySelector('[name=form_token]').value);
         return fetch('/baru/P06', {{method: 'POST', body: form}}).then((answer) => new URL(answer.url).pathname)"
    );
    let led = browser.run(&again).await;
    assert!(path.starts_with(led.as_str().unwrap()), "{led} instead of {path}");
    assert_eq!(machine.says(&["status"])["transactions"], 1);
}

#[tokio::test]
async fn what_is_typed_into_a_form_after_it_was_saved_is_another_record() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    begun(&machine, &browser).await;
    the_rest(&browser).await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    let first = browser.path().await;

    // Back to the form, and the next citizen into it.
    browser.run("history.back()").await;
    browser.until("location.pathname === '/baru/P06'").await;
    browser.find("#formulir").await;
    the_rest(&browser).await;
    browser.find("[name=nama]").await.clear().await.unwrap();
    browser.type_in("[name=nama]", "Ketut Lestari").await;
    browser.until(KEPT).await;
    machine.kill();
    machine.serve();
    machine.sign_in(&browser, "siti").await;
    browser.says("Draf saya").await;
    browser.says("Ketut Lestari").await;
    browser.click(".drafts a").await;
    browser.until("document.querySelector('[name=nama]')?.value === 'Ketut Lestari'").await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    assert_ne!(browser.path().await, first);
    assert_eq!(machine.says(&["status"])["transactions"], 2);

    // So it is without script, and for forms that do not say of which draft they are.
    begun(&machine, &browser).await;
    the_rest(&browser).await;
    let send = "const sent = new URLSearchParams(new FormData(document.querySelector('#formulir')));
        const send = async (name, draft) => {
            sent.set('nama', name);
            if (draft !== null) sent.set('draf', draft);
            return new URL((await fetch('/baru/P06', {method: 'POST', body: sent})).url).pathname;
        };
        const ways = [];
        for (const [name, draft] of [['A Satu', null], ['A Satu', null], ['B Dua', null], ['C Tiga', ''], ['D Empat', '']]) {
            ways.push(await send(name, draft));
        }
        return ways";
    let ways = browser.run(&format!("return (async () => {{ {send} }})()")).await;
    let ways: Vec<&str> = ways.as_array().unwrap().iter().map(|way| way.as_str().unwrap()).collect();
    assert_eq!(ways[0], ways[1], "the same form, sent twice");
    // Whether it is another one, nobody can tell but who typed it.
    assert_eq!(ways[2], "/baru/P06", "the draft was saved as something else");
    let all: std::collections::BTreeSet<&str> =
        ways.iter().copied().filter(|way| way.starts_with("/berkas/")).collect();
    assert_eq!(all.len(), 3, "{ways:?}");
    assert_eq!(machine.says(&["status"])["transactions"], 5);
}

#[tokio::test]
async fn changes_of_a_record_are_checked_while_typing_and_kept_until_they_are_saved_or_thrown_away() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    let edit = format!("{}/berkas/{id}/ubah", machine.url);
    browser.go(&edit).await;
    browser.find("[name=tgl_lahir]").await.clear().await.unwrap();
    browser.type_in("[name=tgl_lahir]", "31-02-1990").await;
    browser.type_in("[name=pekerjaan]", " Kopi").await;
    browser.find("[data-field=tgl_lahir] .problem").await;
    assert_eq!(browser.count("[data-field=nama] .problem").await, 0);
    browser.until(KEPT).await;
    machine.kill();
    machine.serve();

    machine.sign_in(&browser, "siti").await;
    browser.says("Draf saya").await;
    browser.click(".drafts a").await;
    browser.says("Yang Anda ketik masih ada").await;
    assert_eq!(browser.value("[name=pekerjaan]").await, "Petani Kopi");
    assert_eq!(browser.value("[name=tgl_lahir]").await, "31-02-1990");
    assert_eq!(browser.violations().await, [""; 0]);
    browser.find("[name=tgl_lahir]").await.clear().await.unwrap();
    browser.type_in("[name=tgl_lahir]", "01-07-1990").await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
    assert_eq!(machine.says(&["show", &id])["record"]["fields"]["pekerjaan"], "Petani Kopi");
    browser.go(&machine.url).await;
    assert!(!browser.text().await.contains("Draf saya"));

    // Thrown away: the record is what it was, and nothing is left.
    browser.go(&edit).await;
    browser.type_in("[name=pekerjaan]", " X").await;
    browser.until(KEPT).await;
    browser.click("button[formaction$='/buang']").await;
    browser.says("Buang perubahan?").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.click("main a.button").await;
    browser.until("document.querySelector('[name=pekerjaan]')?.value === 'Petani Kopi X'").await;
    browser.click("button[formaction$='/buang']").await;
    browser.says("Ini tidak dapat dibatalkan.").await;
    browser.click("main button.reason").await;
    browser.until(&format!("location.pathname === '/berkas/{id}'")).await;
    // Where nothing was changed, nothing is asked.
    browser.go(&edit).await;
    browser.click("button[formaction$='/buang']").await;
    browser.until(&format!("location.pathname === '/berkas/{id}'")).await;
    // A browser without script sends what was typed with the question.
    browser.go(&edit).await;
    let plainly = "const form = document.querySelector('#formulir');
        form.elements.pekerjaan.value = 'Nelayan';
        form.action = document.querySelector(\"button[formaction$='/buang']\").formAction;
        form.submit()";
    browser.run(plainly).await;
    browser.says("Buang perubahan?").await;
    browser.click("main a.button").await;
    browser.until("document.querySelector('[name=pekerjaan]')?.value === 'Nelayan'").await;
    browser.click("button[formaction$='/buang']").await;
    browser.click("main button.reason").await;
    browser.until(&format!("location.pathname === '/berkas/{id}'")).await;
    browser.go(&edit).await;
    assert_eq!(browser.value("[name=pekerjaan]").await, "Petani Kopi");
    assert_eq!(browser.complaints().await, [""; 0]);

    // What somebody else changed meanwhile is not written over by what was kept.
    browser.type_in("[name=pekerjaan]", " X").await;
    browser.until(KEPT).await;
    machine.says(&["set", &id, "pekerjaan=Guru", "--clerk", "budi"]);
    browser.go(&edit).await;
    browser.says("Yang Anda ketik masih ada").await;
    browser.save_key().await;
    browser.says("Sementara formulir ini terbuka").await;
    assert_eq!(machine.says(&["show", &id])["record"]["fields"]["pekerjaan"], "Guru");
}

#[tokio::test]
async fn a_locked_screen_says_that_the_program_is_gone_and_opens_when_it_is_back() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    begun(&machine, &browser).await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    machine.kill();
    browser.type_in("#secret", SECRET).await;
    browser.click("form[action='/kunci'] button").await;
    browser.says("Program village-node tidak menjawab.").await;
    assert_eq!(browser.value("#secret").await, SECRET, "nothing is typed again");
    assert!(!browser.text().await.contains("Sudarma"));
    machine.serve();
    // Started anew, it knows nobody: it asks who is there, and the form comes back.
    browser.click("form[action='/kunci'] button").await;
    browser.find("form[action='/masuk']").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("form[action='/masuk'] button").await;
    browser.until(HERE).await;
}

#[tokio::test]
async fn nothing_that_is_pasted_is_cut_and_what_is_too_long_is_said_with_the_text_still_there() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/G01", machine.url)).await;
    browser.type_in("[name=keperluan]", &"a".repeat(233)).await;
    browser.click("[name=nama]").await;
    browser.says("Teks ini 233 karakter, 33 terlalu banyak: paling panjang 200.").await;
    // More than a browser sends behind a page that is left is kept as well, and is not saved without a word.
    browser.run("document.querySelector('[name=keperluan]').value = 'b'.repeat(70000)").await;
    browser.type_in("[name=nama]", "Wayan Sudarma").await;
    browser.until(KEPT).await;
    browser.click("#simpan").await;
    browser.says("Teks ini 70000 karakter, 69800 terlalu banyak").await;
    assert_eq!(browser.value("[name=keperluan]").await.len(), 70_000);
    assert_eq!(machine.says(&["status"])["transactions"], 0);
    // Of a record that there is, too.
    let id = machine.record("Siti Aminah");
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    browser.run("document.querySelector('[name=keperluan]').value = 'c'.repeat(20000)").await;
    browser.click("#simpan").await;
    browser.says("Teks ini 20000 karakter, 19800 terlalu banyak").await;
    assert_eq!(browser.value("[name=keperluan]").await.len(), 20_000);
    assert_eq!(machine.says(&["show", &id])["record"]["fields"]["keperluan"], "Membuka rekening bank");
}

#[tokio::test]
async fn switching_the_language_keeps_an_open_form() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    begun(&machine, &browser).await;
    // At once: before the draft would be kept by itself.
    browser.click("form[action='/bahasa'] button").await;
    browser.says("Find the citizen").await;
    browser.until(HERE).await;
    // And so does loading it again.
    browser.type_in("[name=isi]", "Lampu").await;
    browser.until("document.querySelector('#draf-keadaan').textContent.includes('Draft kept')").await;
    browser.run("location.reload()").await;
    browser.until("document.querySelector('[name=isi]')?.value === 'Lampu'").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn a_page_that_follows_a_sync_says_when_the_program_is_gone_and_goes_on_when_it_is_back() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/sinkron", machine.url)).await;
    // As if the program were stopped in the middle: each question of the page fails, then the sync is over.
    let gone = "window.real = window.fetch;
        window.asked = 0;
        window.fetch = (address, how) => {
            if (!String(address).includes('kemajuan')) return window.real(address, how);
            window.asked += 1;
            return window.asked < 3 ? Promise.reject(new TypeError('gone')) : window.real(address, how);
        };";
    let running = "const part = document.querySelector('#kemajuan');
        part.innerHTML = '<p class=running>x</p>';";
    browser.run(&format!("{gone}{running}")).await;
    browser.says("Program village-node tidak menjawab.").await;
    browser.until("window.asked >= 3 && !document.querySelector('.running')").await;
    browser.until("document.querySelector('#terputus').hidden").await;
    // Nor is a search silent.
    browser.go(&format!("{}/berkas", machine.url)).await;
    machine.kill();
    browser.type_in("#q", "siti").await;
    browser.says("Program village-node tidak menjawab.").await;
}
