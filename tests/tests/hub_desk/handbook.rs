//! What the centre tells offices: written, looked at, published, received, and kept apart from what was begun before.

use serde_json::{Value, json};
use whole_system::root;

use crate::browser::Browser;
use crate::hub::{Hub, Machine, OFFICE, SECRET, window};
use crate::looks::is_well;

/// Presses a button and waits for the page that it brings: both may say the same.
async fn press(browser: &Browser, css: &str) {
    browser.run("document.documentElement.dataset.before = 'yes'; return 1").await;
    browser.click(css).await;
    let is_new = "!document.documentElement.dataset.before";
    browser.until(&format!("document.body && document.readyState === 'complete' && {is_new}")).await;
}

fn titles(machine: &Machine) -> Vec<String> {
    let status = machine.says(&["status"]);
    status["notices"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_notice_is_looked_at_published_received_by_whom_it_is_for_and_withdrawn() {
    let hub = Hub::new();
    let (near, far) = (hub.machine(OFFICE, "near"), hub.machine("35.10.02.2001", "far"));
    let browser = hub.signed_in("wayan", "operator").await;
    browser.click("nav a[href='/pedoman']").await;
    browser.says("Belum ada pemberitahuan.").await;
    is_well(&browser, "the handbook").await;
    browser.click("a[href='/pedoman/pemberitahuan']").await;
    browser.type_in("#title", "Pusat dirawat <b>malam</b> ini").await;
    browser.type_in("#text", "Mulai pukul 22.00.\n\nSimpan seperti biasa.").await;
    browser.type_in("#until", "1-1-2020").await;
    browser.find("#to").await.select_by_value("district/35.10.01").await.unwrap();
    browser.click("button[value=lihat]").await;
    browser.says("Hari terakhirnya sudah lewat").await;
    is_well(&browser, "the handbook").await;
    browser.find("#until").await.clear().await.unwrap();
    browser.click("button[value=lihat]").await;
    browser.says("Begini tampilnya").await;
    let seen = browser.run("return document.querySelector('#pratinjau').innerText").await;
    assert!(seen.as_str().unwrap().contains("<b>malam</b>"), "{seen}");
    assert_eq!(browser.count("#pratinjau p").await, 3, "two paragraphs, and who says it");
    is_well(&browser, "the handbook").await;
    // What is looked at is a page that can be loaded anew, and read in the other language.
    browser.run("location.reload(); return 1").await;
    browser.says("Begini tampilnya").await;
    press(&browser, "form[action='/bahasa'] button").await;
    browser.says("This is how it stands").await;
    assert!(browser.value("#title").await.contains("<b>malam</b>"));
    press(&browser, "form[action='/bahasa'] button").await;
    browser.says("Begini tampilnya").await;
    assert!(titles(&near).is_empty(), "looking publishes nothing");
    // Nor is anything published that was not looked at, or to others.
    browser.find("#to").await.select_by_value("everyone").await.unwrap();
    press(&browser, "button[value=terbit]").await;
    browser.says("kantor yang dituju, berubah sejak Anda lihat").await;
    is_well(&browser, "a notice that changed since it was looked at").await;
    browser.find("#to").await.select_by_value("district/35.10.01").await.unwrap();
    press(&browser, "button[value=terbit]").await;
    browser.says("kantor yang dituju, berubah sejak Anda lihat").await;
    assert!(hub.says(&["handbook"])["notices"].as_array().unwrap().is_empty());
    let sent =
        "return new URLSearchParams(new FormData(document.querySelector('form.card'))).toString() + '&aksi=terbit'";
    let sent = browser.run(sent).await;
    press(&browser, "button[value=terbit]").await;
    browser.says("Sudah terbit.").await;
    // Going back sends nothing again, and asked for anew there is nothing that could be published a second time.
    browser.run("history.back(); return 1").await;
    browser.until("location.search.startsWith('?draf=')").await;
    browser.run("location.reload(); return 1").await;
    browser.says("sudah terbit, atau tidak tersimpan lagi").await;
    assert_eq!((browser.value("#title").await.as_str(), browser.count("button[value=terbit]").await), ("", 0));
    is_well(&browser, "a draft that was published").await;
    // A browser that shows the page of before without asking, and a second press there.
    let again = format!(
        "return fetch('/pedoman/pemberitahuan', {{method: 'POST', body: new URLSearchParams({sent})}}).then((it) => it.url)"
    );
    let again = browser.run(&again).await;
    assert_eq!(hub.says(&["handbook"])["notices"].as_array().unwrap().len(), 1, "it is published once");
    browser.go(again.as_str().unwrap()).await;
    browser.says("mungkin sudah terbit").await;
    is_well(&browser, "a notice that is sent again").await;
    browser.go(&format!("{}/pedoman", hub.url)).await;
    browser.says("Kecamatan Pesanggaran").await;
    browser.says("0 / 1").await;
    near.sync();
    far.sync();
    assert_eq!(titles(&near), ["Pusat dirawat <b>malam</b> ini"]);
    assert!(titles(&far).is_empty(), "it is not for them");
    browser.go(&format!("{}/pedoman", hub.url)).await;
    browser.says("1 / 1").await;
    // One press on the list asks first, and takes nothing off.
    browser.click("td a[href$='/tarik']").await;
    browser.says("Tarik pemberitahuan?").await;
    browser.says("Sudah menerima: 1 / 1").await;
    is_well(&browser, "a notice that is to be withdrawn").await;
    crate::looks::keep_picture(&browser, "hub-withdraw").await;
    browser.click("a.button[href='/pedoman']").await;
    browser.says("1 / 1").await;
    near.sync();
    assert_eq!(titles(&near).len(), 1, "it stands still");
    browser.click("td a[href$='/tarik']").await;
    browser.click("form[action$='/tarik'] button").await;
    browser.says("ditarik").await;
    near.sync();
    assert!(titles(&near).is_empty());
    browser.go(&format!("{}/jejak", hub.url)).await;
    browser.says("menarik pemberitahuan").await;
    browser.go(&format!("{}/pedoman/pemberitahuan/9/tarik", hub.url)).await;
    browser.says("pemberitahuan itu tidak ada").await;
    // On the command line, alike.
    hub.says(&["handbook", "notice", "Lusa libur", "--urgent"]);
    far.sync();
    assert_eq!(titles(&far), ["Lusa libur"]);
    assert_eq!(hub.says(&["handbook"])["notices"].as_array().unwrap().len(), 2);
    assert_eq!(hub.says(&["verify"])["sound"], json!(true));
    assert_eq!(near.says(&["verify"])["sound"], json!(true));
}

#[tokio::test]
async fn who_only_looks_publishes_nothing() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "counter");
    let browser = hub.signed_in("dewi", "pengamat").await;
    browser.go(&format!("{}/pedoman", hub.url)).await;
    assert_eq!(browser.count("a[href='/pedoman/pemberitahuan']").await, 0);
    let post = "return fetch('/pedoman/pemberitahuan', {method: 'POST', redirect: 'manual', body: new URLSearchParams({
        form_token: document.querySelector('[name=form_token]').value, title: 'Palsu', to: 'everyone', aksi: 'terbit'})})
        .then(answer => answer.status)";
    assert_eq!(browser.run(post).await, 403);
    machine.sync();
    assert!(titles(&machine).is_empty());
    for page in ["/pedoman/teks/catalogue", &*format!("/pedoman/kantor/{OFFICE}")] {
        browser.go(&format!("{}{page}", hub.url)).await;
        assert_eq!(browser.count("main button.main").await, 0, "{page}");
        assert!(!browser.text().await.contains("Ubah teksnya"), "{page}");
        // The browser complains of the answer above.
        assert_eq!(browser.violations().await, [""; 0], "{page}");
    }
}

#[tokio::test]
async fn a_profile_set_at_the_hub_reaches_the_offices_machines() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "counter");
    machine.sync();
    machine.account("siti", "petugas");
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/pedoman/kantor/{OFFICE}", hub.url)).await;
    browser.type_in("#address", "Jalan Pantai 7").await;
    browser.find("#postal_code").await.clear().await.unwrap();
    browser.type_in("#postal_code", "684").await;
    browser.find("#checker").await.select_by_value("nobody").await.unwrap();
    is_well(&browser, "the handbook").await;
    browser.click("form.card button.main").await;
    browser.says("Kode pos terdiri dari 5 angka.").await;
    is_well(&browser, "a profile that is not right").await;
    browser.find("#postal_code").await.clear().await.unwrap();
    press(&browser, "form.card button.main").await;
    // What changes is shown first, old and new; nothing is published by looking.
    browser.says("Jalan Pantai 7").await;
    let lines = "return [...document.querySelectorAll('#perubahan .lines-changed')].map((one) => one.innerText)";
    let seen = browser.run(lines).await;
    let seen: Vec<&str> = seen.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(seen.len() == 2 && seen[0].starts_with("Alamat") && seen[0].contains("(kosong)"), "{seen:?}");
    assert!(seen[1].starts_with("Pemeriksa berkas"), "{seen:?}");
    is_well(&browser, "what a profile changes").await;
    crate::looks::keep_picture(&browser, "hub-profile-changes").await;
    let standing =
        || hub.says(&["handbook", "show", "profile", "--office", OFFICE])["text"].as_str().unwrap().to_owned();
    assert!(!standing().contains("Jalan Pantai"));
    // Nor is what was changed after the look.
    browser.find("#address").await.clear().await.unwrap();
    browser.type_in("#address", "Jalan Pantai 8").await;
    press(&browser, "button[value=terbit]").await;
    browser.says("berubah sejak Anda lihat").await;
    assert!(!standing().contains("Jalan Pantai"));
    browser.find("#address").await.clear().await.unwrap();
    browser.type_in("#address", "Jalan Pantai 7").await;
    press(&browser, "button[value=lihat]").await;
    press(&browser, "button[value=terbit]").await;
    browser.says("Sudah terbit.").await;
    browser.says("Terakhir diatur").await;
    assert!(browser.find("#diatur").await.text().await.unwrap().contains("wayan"), "the page names who did it");
    browser.run("history.back(); return 1").await;
    browser.until("location.search.startsWith('?draf=')").await;
    browser.run("location.reload(); return 1").await;
    browser.says("sudah terbit, atau tidak tersimpan lagi").await;
    // The same once more is nothing to publish.
    press(&browser, "form.card button.main").await;
    browser.says("Tidak ada yang berubah dari yang berlaku").await;
    assert_eq!(browser.count("button[value=terbit]").await, 0);
    is_well(&browser, "a profile that stands already").await;
    let file = hub.data.with_file_name("profile.json");
    std::fs::write(&file, standing()).unwrap();
    let again = hub.says(&["handbook", "publish", "profile", file.to_str().unwrap(), "--office", OFFICE]);
    assert_eq!(again["offices"], 0, "it is not told a second time");
    browser.go(&format!("{}/jejak?kegiatan=published", hub.url)).await;
    let acts = browser.run("return [...document.querySelectorAll('main tbody tr')].map((row) => row.innerText)").await;
    let acts = acts.as_array().unwrap();
    assert!(acts.len() == 1 && acts[0].as_str().unwrap().contains("wayan"), "{acts:?}");
    machine.sync();
    let id = machine.record("Siti Aminah");
    assert_eq!(machine.says(&["step", &id, "diajukan"])["status"], "diperiksa", "the chain is the one set at the hub");
    let shown = hub.says(&["handbook", "show", "profile", "--office", OFFICE]);
    assert!(shown["text"].as_str().unwrap().contains("Jalan Pantai 7"));
}

/// The shipped catalogue as version 2: another promised time, a new name, and one service less.
fn second_catalogue() -> String {
    let text = std::fs::read_to_string(root().join("crates/office-model/data/catalogue-1.json")).unwrap();
    let mut json: Value = serde_json::from_str(&text).unwrap();
    json["version"] = json!(2);
    let services = json["services"].as_array_mut().unwrap();
    services.retain(|service| service["id"] != "P06");
    let first = services.iter_mut().find(|service| service["id"] == "G01").unwrap();
    first["label"]["id"] = json!("Surat keterangan serbaguna");
    json.to_string()
}

#[tokio::test]
async fn every_office_of_the_roster_can_be_chosen_for_its_profile() {
    let roster = "35.10.U.001,Dinas Sosial,unit,,\n35.10.H.001,Puskesmas Pesanggaran,faskes,35.10.01,Pesanggaran\n";
    let hub = Hub::with(&format!("{ROSTER}{roster}"));
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/pedoman", hub.url)).await;
    browser.click("details summary").await;
    let codes =
        "return [...document.querySelectorAll('details a')].map((link) => link.getAttribute('href').slice(16)).sort()";
    let chosen = browser.run(codes).await;
    let mut offices: Vec<String> = hub
        .says(&["offices"])
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["office"].as_str().unwrap().to_owned())
        .collect();
    offices.sort();
    assert_eq!(chosen, json!(offices));
    let headings = browser.run("return [...document.querySelectorAll('details h3')].map((one) => one.innerText)").await;
    assert_eq!(headings, json!(["Kecamatan Pesanggaran", "Satuan kerja"]));
    is_well(&browser, "the offices to choose").await;
    browser.click("details a[href$='35.10.U.001']").await;
    browser.says("Kepala satuan kerja").await;
}

const ROSTER: &str = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";

#[tokio::test]
async fn a_draft_undoes_nothing_that_was_published_meanwhile_and_only_what_was_checked_is_published() {
    let hub = Hub::with(ROSTER);
    let mine = format!("{ROSTER}35.10.U.001,Dinas Sosial,unit,,\n");
    let theirs = format!("{ROSTER}35.10.H.001,Puskesmas,faskes,35.10.01,Pesanggaran\n");
    let published = || hub.says(&["handbook", "show", "roster"])["text"].as_str().unwrap().to_owned();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/pedoman/teks/roster", hub.url)).await;
    let fill = |text: &str| format!("document.querySelector('#text').value = {}", json!(text));
    let typed = "return document.querySelector('#text').value";
    browser.run(&fill(&mine)).await;
    browser.click("button[value=periksa]").await;
    browser.says("+ 35.10.U.001 Dinas Sosial").await;
    // Edited after the check.
    browser.run(&fill(&mine.replace("Dinas Sosial", "Dinas Pasar"))).await;
    browser.click("button[value=terbit]").await;
    browser.says("berubah sejak diperiksa").await;
    browser.says("+ 35.10.U.001 Dinas Pasar").await;
    is_well(&browser, "a text that changed since it was checked").await;
    assert!(!published().contains("Dinas"), "nothing is published unseen");
    // Meanwhile somebody else publishes another one.
    let csv = hub.data.with_file_name("theirs.csv");
    std::fs::write(&csv, &theirs).unwrap();
    hub.says(&["handbook", "publish", "roster", csv.to_str().unwrap()]);
    browser.click("button[value=terbit]").await;
    browser.says("Sementara itu terbit teks lain").await;
    browser.says("Teks Anda dibuat dari teks yang lebih lama. Sekarang berlaku teks yang terbit").await;
    is_well(&browser, "a draft that was overtaken").await;
    assert_eq!(browser.count("button[value=terbit]").await, 0);
    assert!(browser.run(typed).await.as_str().unwrap().contains("Dinas Pasar"), "what was typed is kept");
    assert_eq!(published(), theirs);
    // Checking again does not make it forget what it was made of.
    press(&browser, "button[value=periksa]").await;
    browser.says("Sementara itu terbit teks lain").await;
    browser.click("button[value=dasar]").await;
    browser.says("- 35.10.H.001").await;
    let both = format!("{theirs}35.10.U.001,Dinas Sosial,unit,,\n");
    browser.run(&fill(&both)).await;
    browser.click("button[value=periksa]").await;
    browser.says("+ 35.10.U.001 Dinas Sosial").await;
    browser.click("button[value=terbit]").await;
    browser.says("Sudah terbit.").await;
    assert_eq!(published(), both);
}

#[tokio::test]
async fn a_catalogue_is_checked_compared_published_and_holds_from_the_next_exchange() {
    let hub = Hub::new();
    let machine = hub.machine(OFFICE, "counter");
    machine.sync();
    let before = machine.record("Siti Aminah");
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/pedoman/teks/catalogue", hub.url)).await;
    is_well(&browser, "the handbook").await;
    let fill = |text: &str| format!("document.querySelector('#text').value = {}", json!(text));
    browser.run(&fill("{\"version\": 2")).await;
    browser.click("button[value=periksa]").await;
    browser.says("Belum dapat terbit").await;
    is_well(&browser, "the handbook").await;
    browser.run(&fill(&second_catalogue().replace("\"version\":2", "\"version\":3"))).await;
    browser.click("button[value=periksa]").await;
    browser.says("Versinya harus 2").await;
    browser.run(&fill(&second_catalogue())).await;
    browser.click("button[value=periksa]").await;
    browser.says("Yang berubah").await;
    browser.says("G01: nama menjadi \"Surat keterangan serbaguna\"").await;
    browser.says("P06: layanan").await;
    is_well(&browser, "the handbook").await;
    browser.click("button[value=terbit]").await;
    browser.says("Sudah terbit.").await;
    assert_eq!(hub.says(&["handbook"])["common"][0]["version"], 2);
    // Until the next exchange nothing changes at the office.
    let old = machine.record("Budi Santoso");
    machine.sync();
    let new = machine.record("Wayan Sudarma");
    let version = |id: &str| machine.says(&["show", id])["catalogue"].clone();
    assert_eq!([version(&before), version(&old), version(&new)], [json!(1), json!(1), json!(2)]);
    let label = machine.says(&["show", &new])["service_label"]["id"].clone();
    assert_eq!(label, "Surat keterangan serbaguna");
    machine.sync();
    for one in [machine.says(&["verify"]), hub.says(&["verify"])] {
        assert_eq!(one["sound"], json!(true));
    }
}

#[tokio::test]
async fn what_new_letter_templates_change_is_shown_line_by_line() {
    let hub = Hub::new();
    let browser = hub.signed_in("wayan", "operator").await;
    browser.go(&format!("{}/pedoman/teks/templates", hub.url)).await;
    let edit = "const text = document.querySelector('#text');
        text.value = text.value.replace('version 1', 'version 2').replace('Saksi pertama', 'Saksi utama')
            .replace('| Nomor laporan polisi | {no_lapor_polisi}\\n', '')";
    browser.run(edit).await;
    browser.click("button[value=periksa]").await;
    browser.says("G02: isian no_lapor_polisi tidak tercetak (sampai kini tercetak)").await;
    let gone = "return [...document.querySelectorAll('.lines-changed del bdi')].map((line) => line.textContent)";
    let new = "return [...document.querySelectorAll('.lines-changed ins bdi')].map((line) => line.textContent)";
    let police = "| Nomor laporan polisi | {no_lapor_polisi}";
    assert_eq!(browser.run(gone).await, json!(["version 1", "@person saksi1 Saksi pertama", police]));
    assert_eq!(browser.run(new).await, json!(["version 2", "@person saksi1 Saksi utama"]));
    browser.says("== G02").await;
    is_well(&browser, "templates that change").await;
    browser.run(&edit.replace(".replace('version", ".replace('= saksi\\n', '').replace('version")).await;
    browser.click("button[value=periksa]").await;
    browser.says("@saksi menyebut bagian yang tidak ada").await;
    assert_eq!(browser.count("button[value=terbit]").await, 0);
}

#[tokio::test]
async fn a_form_sent_while_the_screen_is_locked_or_the_session_over_is_not_lost() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    let browser = window().await;
    hub.sign_in(&browser, "wayan", SECRET, &app.code(0)).await;
    browser.find("nav").await;
    let write = async |title: &str| {
        browser.go(&format!("{}/pedoman/pemberitahuan", hub.url)).await;
        browser.type_in("#title", title).await;
        browser.type_in("#text", "Mulai pukul 22.00.\n\n<b>Simpan</b> & lanjut.").await;
        browser.find("#to").await.select_by_value("district/35.10.01").await.unwrap();
    };
    let post = |path: &str| {
        format!(
            "const token = document.querySelector('[name=form_token]').value;
             return fetch('{path}', {{method: 'POST', body: new URLSearchParams({{form_token: token}})}}).then(() => 1)"
        )
    };
    write("Pusat dirawat").await;
    assert_eq!(browser.run(&post("/kunci/sekarang")).await, 1);
    browser.click("button[value=lihat]").await;
    browser.says("Yang Anda ketik belum hilang").await;
    is_well(&browser, "the locked page").await;
    browser.type_in("#secret", "salah-salah").await;
    browser.click("main button.main").await;
    browser.says("tidak cocok").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.says("Formulir dikirim saat layar terkunci").await;
    is_well(&browser, "what was carried").await;
    browser.click("main button.main").await;
    browser.says("Begini tampilnya").await;
    let seen = browser.run("return document.querySelector('#pratinjau').innerText").await;
    assert!(seen.as_str().unwrap().contains("<b>Simpan</b> & lanjut."), "{seen}");
    assert_eq!(browser.value("#title").await, "Pusat dirawat");

    // Signed out in another tab.
    assert_eq!(browser.run(&post("/keluar")).await, 1);
    browser.click("button[value=terbit]").await;
    browser.says("Yang Anda ketik belum hilang").await;
    assert!(hub.says(&["handbook"])["notices"].as_array().unwrap().is_empty(), "nothing was done with it");
    for (field, text) in [("#name", "wayan"), ("#secret", SECRET), ("#code", &app.code(1))] {
        browser.type_in(field, text).await;
    }
    browser.click("main button.main").await;
    browser.says("Formulir dikirim saat layar terkunci").await;
    browser.click("main button.main").await;
    browser.says("Sudah terbit.").await;
    assert_eq!(hub.says(&["handbook"])["notices"][0]["title"], "Pusat dirawat");

    // Signed out and in again in another tab: the page is of a session of before.
    write("Pusat pindah").await;
    let old = "const token = document.querySelector('main [name=form_token]'); token.value = '00'.repeat(16); return 1";
    assert_eq!(browser.run(old).await, 1);
    browser.click("button[value=lihat]").await;
    browser.says("Formulir dikirim saat layar terkunci atau sesi sudah berakhir").await;
    browser.click("main button.main").await;
    browser.says("Begini tampilnya").await;
    assert_eq!(browser.value("#title").await, "Pusat pindah");
    assert_eq!(browser.run(old).await, 1);
    browser.click("button[value=terbit]").await;
    browser.says("Formulir dikirim saat layar terkunci atau sesi sudah berakhir").await;
    assert_eq!(hub.says(&["handbook"])["notices"].as_array().unwrap().len(), 1, "nothing was done with it");
    browser.click("main button.main").await;
    browser.says("Sudah terbit.").await;
    assert_eq!(hub.says(&["handbook"])["notices"].as_array().unwrap().len(), 2);
}
