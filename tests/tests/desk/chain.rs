//! Through whose hands a record goes, as the office set it on its page; and what all machines of the office share.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::browser::Browser;
use crate::office::{HEAD, Machine, Office};
use crate::programs::village_node;

/// The buttons of the steps that a record's page offers.
async fn steps(browser: &Browser, machine: &Machine, id: &str) -> Vec<String> {
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    let values =
        browser.run("return Array.from(document.querySelectorAll('form.steps button')).map(one => one.value)").await;
    values.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

async fn choose(browser: &Browser, machine: &Machine, checker: &str, approver: &str) {
    browser.go(&format!("{}/kantor", machine.url)).await;
    browser.find("#checker").await.select_by_value(checker).await.unwrap();
    browser.find("#approver").await.select_by_value(approver).await.unwrap();
    browser.click("form.card button.main").await;
    browser.says("Tersimpan.").await;
}

/// An application asks for the papers to be checked.
fn post(machine: &Machine, path: &str, token: &str) -> String {
    let address = machine.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let body = "{\"status\":\"diperiksa\"}";
    let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n");
    write!(stream, "{head}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn each_takes_the_steps_that_the_offices_chain_gives_them() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    let clerk = machine.signed_in("siti", "petugas").await;
    machine.says(&["step", &id, "diajukan"]);
    assert_eq!(steps(&clerk, &machine, &id).await, ["diperiksa", "dikembalikan", "ditolak", "dibatalkan"]);
    let head = machine.signed_in("kades", "kepala").await;
    choose(&head, &machine, "secretary", "head").await;
    // The clerk may still withdraw, and nothing else, by whatever way; and is told whom it waits for.
    assert_eq!(steps(&clerk, &machine, &id).await, ["dibatalkan"]);
    clerk.says("Menunggu sekretaris (pemeriksaan).").await;
    let by_hand = "return fetch(location.pathname + '/langkah', {method: 'POST', redirect: 'manual', body: new URLSearchParams({
        form_token: document.querySelector('[name=form_token]').value, to: 'diperiksa'})}).then(answer => answer.status)";
    assert_eq!(clerk.run(by_hand).await, 403);
    assert_eq!(machine.says(&["show", &id])["status"], "diajukan");
    let secretary = machine.signed_in("seklur", "sekretaris").await;
    secretary.go(&machine.url).await;
    let first = secretary.run("return document.querySelector('main section h2').textContent").await;
    assert!(first.as_str().unwrap().starts_with("Untuk diperiksa"), "what is for the secretary comes first: {first}");
    assert_eq!(steps(&secretary, &machine, &id).await, ["diperiksa", "dikembalikan", "ditolak", "dibatalkan"]);
    secretary.click("form.steps button[value=diperiksa]").await;
    secretary.says("Tersimpan.").await;
    assert_eq!(steps(&secretary, &machine, &id).await, ["dikembalikan", "dibatalkan"], "the head signs");
    assert_eq!(steps(&head, &machine, &id).await, ["ditandatangani", "dikembalikan", "ditolak", "dibatalkan"]);
    head.click("form.steps button[value=ditandatangani]").await;
    head.says("Tersimpan.").await;
    assert_eq!(steps(&clerk, &machine, &id).await, ["siap_diambil", "dibatalkan"], "the counter hands it over");
    // An application has the rights of its role, and no more.
    let other = machine.record("Budi Santoso");
    machine.says(&["step", &other, "diajukan"]);
    // The commands of the folder's owner have the rights of the clerk that they name.
    let refused = |clerk: &str| {
        let step = ["step", &other, "diperiksa", "--clerk", clerk, "--json"];
        let output = village_node(&machine.data).args(step).output().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        (output.status.code(), said["error"]["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(refused("siti"), (Some(3), "role".to_owned()), "a clerk does not check here");
    assert_eq!(refused("nobody"), (Some(3), "role".to_owned()), "whoever has no account takes no step past the chain");
    let token = machine.says(&["application", "add", "e-desa", "--role", "petugas"])["token"].clone();
    let answer = post(&machine, &format!("/api/v1/records/{other}/step"), token.as_str().unwrap());
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("\"role\""), "{answer}");
    assert_eq!(machine.says(&["show", &other])["status"], "diajukan");
    machine.says(&["step", &other, "diperiksa", "--clerk", "seklur"]);
    // They leave their trace, as what was done at the desk does.
    machine.says(&["letter", &other, machine.data.join("surat.pdf").to_str().unwrap(), "--clerk", "siti"]);
    machine.says(&["export", &other, machine.data.join("surat.automerge").to_str().unwrap(), "--clerk", "siti"]);
    head.go(&format!("{}/akun/jejak", machine.url)).await;
    let noted = "return Array.from(document.querySelectorAll('#jejak tbody tr')).map(one => one.innerText).join('\\n')";
    let noted = head.run(noted).await.as_str().unwrap().to_owned();
    for (who, what) in [
        ("seklur", "mengambil langkah"),
        ("siti", "mencetak surat"),
        ("siti", "mengambil berkas Automerge"),
        ("siti", "menyimpan berkas"),
    ] {
        let told = |line: &str| line.contains(who) && line.contains(what) && line.contains("(village-node)");
        assert!(noted.lines().any(told), "{who} {what}: {noted}");
    }
}

#[tokio::test]
async fn who_signs_is_told_what_was_changed_after_the_papers_were_checked() {
    let mut office = Office::new();
    let (machine, other) = (office.machine("counter"), office.machine("laptop"));
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    for step in ["diajukan", "diperiksa"] {
        machine.says(&["step", &id, step]);
    }
    for one in [&machine, &other] {
        one.says(&["sync"]);
    }
    let head = machine.signed_in("kades", "kepala").await;
    head.find("table.list .status.diperiksa").await;
    assert_eq!(head.count("table.list .status.differs").await, 0);
    head.go(&format!("{}/berkas/{id}", machine.url)).await;
    head.find("form.steps").await;
    assert_eq!(head.count("#diubah-setelah-diperiksa").await, 0);
    assert_eq!(machine.says(&["show", &id])["changed_since_check"], serde_json::json!([]));
    machine.account("siti", "petugas");
    machine.says(&["set", &id, "pekerjaan=Pedagang", "--clerk", "siti"]);
    other.says(&["set", &id, "keperluan=Beasiswa", "--clerk", "budi"]);
    for one in [&other, &machine] {
        one.says(&["sync"]);
    }
    head.go(&format!("{}/berkas/{id}", machine.url)).await;
    let told = head.find("#diubah-setelah-diperiksa").await.text().await.unwrap();
    for part in ["Diubah setelah diperiksa", "Pekerjaan", "Keperluan", "budi"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    head.go(&machine.url).await;
    head.says("Diubah setelah diperiksa").await;
    head.go(&format!("{}/berkas/{id}", machine.url)).await;
    let changed = machine.says(&["show", &id])["changed_since_check"].to_string();
    assert!(changed.contains("pekerjaan") && changed.contains("keperluan"), "{changed}");
    assert_eq!(head.violations().await, [""; 0]);
    // What is signed is what was seen.
    office.hub_gone();
    machine.says(&["set", &id, "pekerjaan=Nelayan", "--clerk", "siti"]);
    head.click("form.steps button[value=ditandatangani]").await;
    head.says("Isian berkas ini berubah sejak halaman ini dibuka").await;
    assert_eq!(machine.says(&["show", &id])["status"], "diperiksa");
    head.click("form.steps button[value=ditandatangani]").await;
    head.says("Tersimpan.").await;
    assert_eq!(head.count("#diubah-setelah-diperiksa").await, 0);
    // What another machine wrote meanwhile is not on the paper, and the page says so.
    other.says(&["set", &id, "keperluan=Umrah", "--clerk", "budi"]);
    office.hub_back();
    for one in [&other, &machine] {
        one.says(&["sync"]);
    }
    head.go(&format!("{}/berkas/{id}", machine.url)).await;
    let told = head.find("#di-surat").await.text().await.unwrap();
    for part in ["Keperluan", "Beasiswa", "Umrah"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(head.violations().await, [""; 0]);
}

#[tokio::test]
async fn what_was_changed_after_the_check_comes_back_to_whoever_checks() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    let head = machine.signed_in("kades", "kepala").await;
    choose(&head, &machine, "secretary", "head").await;
    let (clerk, secretary) =
        (machine.signed_in("siti", "petugas").await, machine.signed_in("seklur", "sekretaris").await);
    machine.says(&["step", &id, "diajukan"]);
    machine.says(&["step", &id, "diperiksa", "--clerk", "seklur"]);
    assert_eq!(steps(&secretary, &machine, &id).await, ["dikembalikan", "dibatalkan"], "what she passed may come back");
    machine.says(&["set", &id, "pekerjaan=Pedagang", "--clerk", "siti"]);
    // The clerk asks for it, and it stands in the secretary's list again.
    assert_eq!(steps(&clerk, &machine, &id).await, ["diajukan", "dibatalkan"]);
    clerk.find("form.steps button.main[value=diajukan]").await;
    clerk.click("form.steps button[value=diajukan]").await;
    clerk.says("Menunggu sekretaris (pemeriksaan).").await;
    secretary.go(&machine.url).await;
    secretary.says("Untuk diperiksa").await;
    secretary.click(&format!("main a[href='/berkas/{id}']")).await;
    secretary.click("form.steps button[value=diperiksa]").await;
    secretary.says("Tersimpan.").await;
    assert_eq!(secretary.count("#diubah-setelah-diperiksa").await, 0);
    // Whoever checks does so at once.
    machine.says(&["set", &id, "pekerjaan=Nelayan", "--clerk", "siti"]);
    secretary.go(&format!("{}/berkas/{id}", machine.url)).await;
    secretary.says("suratnya dicetak sebagai KONSEP").await;
    secretary.says("Sudah diperiksa lagi").await;
    assert_eq!(secretary.violations().await, [""; 0]);
    secretary.click("form.steps button.main[value=diperiksa]").await;
    secretary.says("Tersimpan.").await;
    assert_eq!(secretary.count("#diubah-setelah-diperiksa").await, 0);
    assert_eq!(steps(&head, &machine, &id).await[0], "ditandatangani");
}

#[tokio::test]
async fn a_letter_that_nobody_is_named_to_sign_is_told_of_before_it_is_signed() {
    let office = Office::new();
    office.publish_profile(&json!({"letterhead": {"address": "Jalan Pantai 7"}}));
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    let (clerk, head) = (machine.signed_in("siti", "petugas").await, machine.signed_in("kades", "kepala").await);
    clerk.find("#tanpa-kepala").await;
    assert_eq!(clerk.count("#tanpa-kepala a").await, 0, "it is not theirs to fill in");
    for step in ["diajukan", "diperiksa"] {
        machine.says(&["step", &id, step]);
    }
    clerk.go(&format!("{}/berkas/{id}", machine.url)).await;
    let told = clerk.find("#tanpa-penandatangan").await.text().await.unwrap();
    assert!(told.starts_with("Nama kepala belum diisi") && told.contains("Kepala atau admin mengisinya"), "{told}");
    assert_eq!(clerk.count("form.steps button[value=ditandatangani]").await, 0, "it would be refused");
    clerk.says("Cetak konsep surat").await;
    assert_eq!(clerk.violations().await, [""; 0]);
    head.click("#tanpa-kepala a").await;
    head.type_in("#head_name", HEAD).await;
    head.click("form.card button.main").await;
    head.says("Tersimpan.").await;
    head.go(&machine.url).await;
    head.says("Siti Aminah").await;
    assert_eq!(head.count("#tanpa-kepala").await, 0);
    clerk.go(&format!("{}/berkas/{id}", machine.url)).await;
    clerk.click("form.steps button[value=ditandatangani]").await;
    clerk.says("Tersimpan.").await;
}

#[tokio::test]
async fn a_part_that_the_office_does_not_have_is_passed_in_the_same_step() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let head = machine.signed_in("kades", "kepala").await;
    choose(&head, &machine, "nobody", "head_or_secretary").await;
    let id = machine.record("Siti Aminah");
    let clerk = machine.signed_in("siti", "petugas").await;
    assert_eq!(steps(&clerk, &machine, &id).await, ["diajukan", "dibatalkan"]);
    clerk.click("form.steps button[value=diajukan]").await;
    clerk.says("Tersimpan.").await;
    assert_eq!(machine.says(&["show", &id])["status"], "diperiksa");
    clerk.says("Menunggu kepala atau sekretaris (tanda tangan).").await;
    clerk.says("Diajukan").await;
    let history = machine.says(&["history", &id]).to_string();
    assert!(history.contains("diajukan") && history.contains("diperiksa") && history.contains("siti"), "{history}");
    let secretary = machine.signed_in("seklur", "sekretaris").await;
    assert_eq!(steps(&secretary, &machine, &id).await[0], "ditandatangani");
    // Nor is what was changed checked by anybody: who signs is told.
    machine.says(&["set", &id, "pekerjaan=Pedagang", "--clerk", "siti"]);
    assert_eq!(steps(&secretary, &machine, &id).await[0], "ditandatangani");
    secretary.find("#diubah-setelah-diperiksa").await;
    secretary.says("Cetak surat (F4)").await;
    assert_eq!(machine.says(&["verify"])["sound"], true);
}

#[tokio::test]
async fn two_papers_of_one_letter_stand_with_what_people_must_decide() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    for one in [&counter, &laptop] {
        one.says(&["sync"]);
    }
    let id = counter.record("Siti Aminah");
    for step in ["diajukan", "diperiksa"] {
        counter.says(&["step", &id, step]);
    }
    for one in [&counter, &laptop] {
        one.says(&["sync"]);
    }
    office.hub_gone();
    counter.says(&["step", &id, "ditandatangani"]);
    laptop.says(&["set", &id, "pekerjaan=Guru"]);
    laptop.says(&["step", &id, "ditandatangani"]);
    office.hub_back();
    for one in [&counter, &laptop, &counter] {
        one.says(&["sync"]);
    }
    let clerk = counter.signed_in("siti", "petugas").await;
    clerk.go(&counter.url).await;
    clerk.says("Perlu diputuskan").await;
    clerk.go(&format!("{}/berkas?beda=1", counter.url)).await;
    assert_eq!(clerk.find("table.rows td .differs").await.text().await.unwrap(), "Dua surat");
    clerk.go(&format!("{}/perbedaan", counter.url)).await;
    clerk.says("tarik yang sudah keluar, batalkan berkas ini").await;
    clerk.click(&format!("main a[href='/berkas/{id}']")).await;
    clerk.find("#dua-surat").await;
    counter.says(&["step", &id, "dibatalkan", "--reason", "ditandatangani dua kali"]);
    clerk.go(&format!("{}/perbedaan", counter.url)).await;
    clerk.says("Tidak ada perbedaan.").await;
}

#[tokio::test]
async fn enter_behind_a_reason_takes_no_step() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    machine.says(&["step", &id, "diajukan"]);
    let head = machine.signed_in("kades", "kepala").await;
    head.go(&format!("{}/berkas/{id}", machine.url)).await;
    head.run("window.sent = 0; addEventListener('submit', () => { window.sent += 1; })").await;
    head.type_in("#reason", "Bukan warga kami\u{e007}").await;
    assert_eq!(head.run("return window.sent").await, 0);
    assert_eq!(head.value("#reason").await, "Bukan warga kami");
    head.click("button[value=ditolak]").await;
    head.find("header.record .status.ditolak").await;
    head.says("Bukan warga kami").await;
}

#[tokio::test]
async fn who_may_not_decide_does_not_decide_by_settling() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    counter.says(&["sync"]);
    let id = counter.record("Siti Aminah");
    let head = counter.signed_in("kades", "kepala").await;
    choose(&head, &counter, "anyone", "head").await;
    for step in ["diajukan", "diperiksa"] {
        counter.says(&["step", &id, step, "--clerk", "kades"]);
    }
    laptop.account("kades", "kepala");
    let clerk = counter.signed_in("siti", "petugas").await;
    for one in [&counter, &laptop] {
        one.says(&["sync"]);
    }
    office.hub_gone();
    counter.says(&["step", &id, "dikembalikan", "--reason", "KTP buram", "--clerk", "kades"]);
    laptop.says(&["step", &id, "ditolak", "--reason", "Bukan warga", "--clerk", "kades"]);
    office.hub_back();
    for one in [&counter, &laptop, &counter] {
        one.says(&["sync"]);
    }
    let refused = counter.refuses(&["settle", &id, "status", "ditolak", "--clerk", "siti"]);
    assert!(refused.contains("bukan untuk peran petugas"), "{refused}");
    clerk.go(&format!("{}/berkas/{id}", counter.url)).await;
    let by_hand =
        "return fetch(location.pathname + '/putuskan', {method: 'POST', redirect: 'manual', body: new URLSearchParams({
        form_token: document.querySelector('[name=form_token]').value, path: 'status', value: '\"ditolak\"', to: ''})})
        .then(answer => answer.status)";
    assert_eq!(clerk.run(by_hand).await, 403);
    counter.says(&["settle", &id, "status", "ditolak", "--clerk", "kades"]);
    assert_eq!(counter.says(&["show", &id])["status"], "ditolak");
}

#[tokio::test]
async fn what_another_machine_published_before_changes_no_letter_that_was_signed_without_it() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    for one in [&counter, &laptop] {
        one.says(&["sync"]);
    }
    let head = counter.signed_in("kades", "kepala").await;
    office.hub_gone();
    head.go(&format!("{}/kantor", counter.url)).await;
    head.type_in("#address", "Jalan Pantai 7").await;
    head.click("form.card button.main").await;
    head.says("Tersimpan.").await;
    // Signed afterwards, where nobody has heard of it.
    let id = laptop.record("Siti Aminah");
    for step in ["diajukan", "diperiksa", "ditandatangani"] {
        laptop.says(&["step", &id, step]);
    }
    let letter = || {
        let file = laptop.data.join("letter.pdf");
        laptop.says(&["letter", &id, file.to_str().unwrap()]);
        std::fs::read(file).unwrap()
    };
    let was = letter();
    office.hub_back();
    for one in [&counter, &laptop] {
        one.says(&["sync"]);
    }
    assert!(letter() == was, "it bears the address of now");
}

#[tokio::test]
async fn all_machines_of_an_office_share_its_profile_and_signed_letters_keep_theirs() {
    let office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    counter.says(&["sync"]);
    let head = counter.signed_in("kades", "kepala").await;
    head.go(&format!("{}/kantor", counter.url)).await;
    head.type_in("#address", "Jalan Pantai 7").await;
    head.type_in("#head_name", ", S.Pd.").await;
    head.find("#approver").await.select_by_value("head").await.unwrap();
    head.click("form.card button.main").await;
    head.says("Tersimpan.").await;
    counter.says(&["sync"]);
    laptop.says(&["sync"]);
    let there = laptop.signed_in("kades", "kepala").await;
    there.go(&format!("{}/kantor", laptop.url)).await;
    assert_eq!(there.value("#address").await, "Jalan Pantai 7");
    assert_eq!(there.value("#head_name").await, format!("{HEAD}, S.Pd."));
    assert_eq!(there.value("#approver").await, "head");
    there.says("Terakhir diatur").await;
    assert_eq!(there.violations().await, [""; 0]);
    // What is signed is printed as it was signed, whatever the office changes a moment later.
    let signed = counter.record("Siti Aminah");
    for step in ["diajukan", "diperiksa", "ditandatangani"] {
        counter.says(&["step", &signed, step, "--clerk", "kades"]);
    }
    let letter = |id: &str| {
        let file = counter.data.join("letter.pdf");
        counter.says(&["letter", id, file.to_str().unwrap()]);
        std::fs::read(file).unwrap()
    };
    let unsigned = counter.record("Budi Santoso");
    let (was, draft_was) = (letter(&signed), letter(&unsigned));
    head.go(&format!("{}/kantor", counter.url)).await;
    head.type_in("#address", " A").await;
    head.click("form.card button.main").await;
    head.says("Tersimpan.").await;
    assert!(letter(&signed) == was, "the signed letter changed");
    assert!(letter(&unsigned) != draft_was, "the unsigned one did not");
    // Saved again as it is: nothing new to send.
    there.click("form.card button.main").await;
    there.says("Tersimpan.").await;
    assert_eq!(laptop.says(&["status"])["unsent"], 0);
}
