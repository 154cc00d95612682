//! Attached files on a record's page.

use serde_json::json;

use crate::office::Office;
use crate::proxy::Proxy;

/// A picture of 3000 times 2000 points, made by the browser itself, put into the form as if somebody had chosen it.
const CHOOSE: &str = "
    window.chosen = false;
    const canvas = document.createElement('canvas');
    canvas.width = 3000; canvas.height = 2000;
    const pen = canvas.getContext('2d');
    // Grain, as a camera's: what is drawn in plain colours is smaller as it is, and is kept.
    const points = pen.createImageData(3000, 2000);
    for (let at = 0, grain = 1; at < points.data.length; at += 1) {
        grain = (grain * 1103515245 + 12345) % 2147483648;
        points.data[at] = at % 4 === 3 ? 255 : grain >> 16;
    }
    pen.putImageData(points, 0, 0);
    canvas.toBlob((made) => {
        const files = new DataTransfer();
        files.items.add(new File([made], 'kk siti.png', { type: 'image/png' }));
        document.querySelector('#lampiran-berkas').files = files.files;
        window.chosen = true;
    }, 'image/png');
    return true;";

/// Gets the file as the link on the page does.
const LOOK: &str = "
    fetch(document.querySelector('.files a').href).then((answer) => {
        window.safe = ['content-type', 'content-security-policy', 'x-content-type-options'].map((name) => answer.headers.get(name));
        return answer.blob();
    }).then(createImageBitmap).then((picture) => { window.width = picture.width; });
    return true;";

#[tokio::test]
async fn a_photo_is_attached_shown_and_taken_away() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("Belum ada lampiran.").await;
    browser.run(CHOOSE).await;
    browser.until("window.chosen").await;
    browser.click("#lampirkan button").await;
    browser.says("Tersimpan.").await;
    let said = machine.says(&["attachments", &id]);
    let file = &said["attachments"][0];
    assert_eq!(
        (file["name"].as_str(), file["type"].as_str()),
        (Some("kk siti.jpg"), Some("image/jpeg")),
        "made smaller"
    );
    browser.says("kk siti.jpg").await;
    // Once more, it says that it is there.
    browser.run(CHOOSE).await;
    browser.until("window.chosen").await;
    browser.click("#lampirkan button").await;
    browser.says("Lampiran itu sudah ada pada berkas ini.").await;
    // Looked at, it is a picture of the size it was shrunk to.
    browser.run(LOOK).await;
    browser.until("window.width === 2000").await;
    let safe = browser.run("return window.safe").await;
    assert_eq!(safe, json!(["image/jpeg", "default-src 'none'; sandbox", "nosniff"]));
    // It goes to the hub by itself.
    let mut tries = 0;
    while !browser.text().await.contains("sudah di pusat") {
        tries += 1;
        assert!(tries < 40, "it never went to the hub");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    }
    browser.click(".files summary").await;
    browser.click(".files button").await;
    browser.says("Belum ada lampiran.").await;
    assert_eq!(machine.says(&["attachments", &id])["attachments"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn what_is_not_made_smaller_is_attached_as_it_is() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    let choose = "const files = new DataTransfer();
        files.items.add(new File(['%PDF-1.7\\nxref\\n0 1\\n0000000000 65535 f \\ntrailer\\n<</T(kosong)>>\\nstartxref\\n9\\n%%EOF'], 'kk.pdf', { type: 'application/pdf' }));
        document.querySelector('#lampiran-berkas').files = files.files;";
    browser.run(choose).await;
    browser.click("#lampirkan button").await;
    browser.says("Tersimpan.").await;
    browser.run(&CHOOSE.replace("3000", "300").replace("2000", "200")).await;
    browser.until("window.chosen").await;
    browser.click("#lampiran-asli").await;
    browser.click("#lampirkan button").await;
    browser.says("kk siti.png").await;
    let said = machine.says(&["attachments", &id]);
    let mut types: Vec<_> = said["attachments"].as_array().unwrap().iter().map(|file| file["type"].clone()).collect();
    types.sort_by_key(ToString::to_string);
    assert_eq!(types, [json!("application/pdf"), json!("image/png")], "the original");
}

#[tokio::test]
async fn what_is_no_photo_or_pdf_is_refused_in_words() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    let choose = "
        const files = new DataTransfer();
        files.items.add(new File(['<html><script>alert(1)</script>'], 'x.jpg', { type: 'image/jpeg' }));
        document.querySelector('#lampiran-berkas').files = files.files;
        return true;";
    // Right by its name, and not to be opened: it is damaged, as the page says itself, and the desk where it does not.
    browser.run(choose).await;
    browser.click("#lampirkan button").await;
    browser.says("Foto itu tidak dapat dibuka; mungkin rusak.").await;
    browser.click("#lampiran-asli").await;
    browser.click("#lampirkan button").await;
    browser.says("Berkas itu rusak: isinya bukan foto atau PDF").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.run(&choose.replace("x.jpg", "x.heic").replace("image/jpeg", "image/heic")).await;
    browser.click("#lampirkan button").await;
    browser.says("Hanya foto (JPEG, PNG) dan PDF").await;
    // Nobody else has its password.
    let locked = "%PDF-1.7\\n1 0 obj\\n<< >>\\nendobj\\ntrailer << /Root 1 0 R /Encrypt 7 0 R >>\\n%%EOF\\n";
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    self::choose(&browser, "kk.pdf", locked, "application/pdf").await;
    browser.click("#lampirkan button").await;
    browser.says("PDF itu terkunci dengan sandi").await;
    assert_eq!(machine.says(&["attachments", &id])["attachments"].as_array().map(Vec::len), Some(0));
}

/// Puts files of this content into the form as if somebody had chosen them, the last one last.
async fn choose(browser: &crate::browser::Browser, name: &str, content: &str, kind: &str) {
    let script = format!(
        "const files = new DataTransfer(), box = document.querySelector('#lampiran-berkas');
        files.items.add(new File(['{content}'], '{name}', {{ type: '{kind}' }}));
        box.files = files.files;
        box.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    browser.run(&script).await;
}

#[tokio::test]
async fn what_is_attached_to_a_form_is_the_records_when_it_is_saved() {
    let mut office = Office::new();
    let mut machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    office.hub_gone();
    browser.go(&format!("{}/baru/G10", machine.url)).await;
    browser.type_in("[name=nama]", "Siti Aminah").await;
    browser.run("document.querySelector('#lampiran summary').focus()").await;
    browser.keys(&char::from(fantoccini::key::Key::Enter).to_string()).await;
    // Deeds are kept as they were photographed.
    browser.find("#lampiran-jenis").await.select_by_value("B3").await.unwrap();
    browser.until("document.querySelector('#lampiran-asli').checked").await;
    assert!(browser.run("return document.querySelector('#lampiran-asli').disabled").await.as_bool().unwrap());
    choose(&browser, "letter c.pdf", "%PDF-1.7 letter c %%EOF", "application/pdf").await;
    browser.says("letter c.pdf").await;
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    // Chosen before anybody said what it is, a file waits for that.
    assert!(browser.run("return !document.querySelector('#lampirkan-ini').offsetParent").await.as_bool().unwrap());
    choose(&browser, "salah.pdf", "%PDF-1.7 salah %%EOF", "application/pdf").await;
    browser.says("Belum tersimpan. Pilih jenisnya").await;
    assert_eq!(browser.run("return document.activeElement.id").await, "lampiran-jenis");
    assert_eq!(browser.violations().await, [""; 0]);
    browser.choose("#lampiran-jenis", "A1").await;
    assert_eq!(browser.count("#lampiran .files li").await, 1);
    browser.click("#lampirkan-ini button").await;
    browser.says("salah.pdf").await;
    assert!(
        !browser
            .run("return document.querySelector('#lampiran li:nth-of-type(2) a').textContent")
            .await
            .as_str()
            .unwrap()
            .contains("salah"),
        "its kind"
    );
    browser.choose("#lampiran-jenis", "A1").await;
    choose(&browser, "rusak.pdf", "bukan pdf", "application/pdf").await;
    browser.says("Berkas itu rusak: isinya bukan foto atau PDF").await;
    // The wrong one is taken off again, and what is typed stays.
    browser.run("document.querySelector('#lampiran li:nth-of-type(2) button').click()").await;
    browser.until("document.querySelectorAll('#lampiran li').length === 1").await;
    assert_eq!(browser.value("[name=nama]").await, "Siti Aminah");
    // All of it survives the program, and the browser.
    machine.kill();
    machine.serve();
    let browser = crate::browser::Browser::open().await;
    machine.sign_in(&browser, "siti").await;
    browser.click("a[href^='/baru/G10?draf=']").await;
    browser.says("letter c.pdf").await;
    browser.run("document.querySelector('#simpan').click()").await;
    // Saved, it says what is missing, and has the file still.
    browser.find("#masalah").await;
    browser.says("letter c.pdf").await;
}

#[tokio::test]
async fn without_script_a_file_goes_with_the_form() {
    let mut office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    office.hub_gone();
    browser.go(&format!("{}/baru/P06?dari={id}", machine.url)).await;
    crate::complaint::the_rest(&browser).await;
    // What a browser without script sends: the file with the form, and the button that saves.
    let choose = "const files = new DataTransfer();
        files.items.add(new File(['%PDF-1.7\\nxref\\n0 1\\n0000000000 65535 f \\ntrailer\\n<</T(kk)>>\\nstartxref\\n9\\n%%EOF'], 'kk.pdf', { type: 'application/pdf' }));
        document.querySelector('#lampiran-berkas').files = files.files;
        HTMLFormElement.prototype.submit.call(document.querySelector('#formulir'));";
    browser.run(choose).await;
    browser.says("Tersimpan.").await;
    browser.says("kk.pdf").await;
    let saved = browser.path().await;
    let saved = saved.rsplit('/').next().unwrap();
    assert_eq!(machine.says(&["attachments", saved])["attachments"][0]["name"], json!("kk.pdf"));
    // It is looked at in the browser.
    let look = "fetch(document.querySelector('.files a').href).then((answer) => {
        window.shown = answer.headers.get('content-disposition'); });";
    browser.run(look).await;
    browser.until("window.shown").await;
    assert_eq!(browser.run("return window.shown").await, json!("inline; filename=\"kk.pdf\""));
    // Said once: the page that is loaded anew says nothing of it.
    browser.go(&format!("{}/berkas/{saved}", machine.url)).await;
    assert!(!browser.text().await.contains("Tersimpan.\n"), "said twice");
}

#[tokio::test]
async fn the_papers_of_a_signed_letter_stay() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ktp.pdf");
    std::fs::write(&file, "%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</T(ktp)>>\nstartxref\n9\n%%EOF")
        .unwrap();
    let hash = machine.says(&["attach", &id, file.to_str().unwrap()])["hash"].as_str().unwrap().to_owned();
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert_eq!(browser.count(".files summary").await, 1);
    for to in ["diajukan", "diperiksa", "ditandatangani"] {
        machine.says(&["step", &id, to]);
    }
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("ktp.pdf").await;
    assert_eq!(browser.count(".files summary").await, 0);
    let said = machine.refuses(&["detach", &id, &hash]);
    assert!(said.contains("tidak dapat dilepas lagi"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_lost_before_it_was_sent_is_asked_for_where_it_was_attached() {
    let mut office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    office.hub_gone();
    let id = machine.record("Siti Aminah");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ktp.pdf");
    std::fs::write(&file, "%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</T(ktp)>>\nstartxref\n9\n%%EOF")
        .unwrap();
    let hash = machine.says(&["attach", &id, file.to_str().unwrap()])["hash"].as_str().unwrap().to_owned();
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("hanya di komputer ini").await;
    // As a disk may leave it.
    std::fs::write(machine.data.join("blobs").join(&hash[..2]).join(&hash), b"something else").unwrap();
    office.hub_back();
    machine.says(&["sync"]);
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("bila tidak lampirkan lagi dari aslinya").await;
    machine.says(&["attach", &id, file.to_str().unwrap()]);
    machine.says(&["sync"]);
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("sudah di pusat").await;
}

#[tokio::test]
async fn how_much_of_a_large_file_is_over_shows_by_itself_on_every_page() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    machine.kill();
    let link = Proxy::to(office.hub_address());
    link.slow(300 * 1024);
    std::fs::write(machine.data.join("config.toml"), format!("hub = \"https://{}\"\n", link.address)).unwrap();
    machine.serve();
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    let photo = machine.data.join("kk.jpg");
    let front = [0xff, 0xd8, 0xff, 0xda, 0, 2];
    std::fs::write(&photo, [&front[..], &vec![7; 5 * 1024 * 1024], &[0xff, 0xd9]].concat()).unwrap();
    machine.says(&["attach", &id, photo.to_str().unwrap(), "--kind", "A1"]);
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    // Nobody loads the page anew: by the hub's word, some of it is there.
    browser
        .until("/; [1-4],[0-9] MB dari 5,0 MB sudah di pusat/.test(document.querySelector('[data-hash]').textContent)")
        .await;
    browser.until("document.querySelector('#lampiran-berjalan')?.textContent.startsWith('lampiran dikirim:')").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.go(&format!("{}/sinkron", machine.url)).await;
    browser.until("document.querySelector('#kemajuan progress')?.value > 1024 * 1024").await;
    browser.says("lampiran dikirim:").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.run("history.back()").await;
    browser.until("document.querySelector('[data-hash]')?.className === 'received'").await;
    browser.until("!document.querySelector('#lampiran-berjalan')").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// A picture that the browser makes, with some of its middle gone, chosen as somebody would.
const CHOOSE_DAMAGED: &str = "
    window.chosen = false;
    const canvas = document.createElement('canvas');
    canvas.width = 600; canvas.height = 600;
    const pen = canvas.getContext('2d');
    for (let at = 0; at < 600; at += 1) {
        pen.fillStyle = `hsl(${at * 7} 80% ${30 + at % 40}%)`;
        pen.fillRect(at, at * 13 % 600, 90, 40);
    }
    canvas.toBlob(async (made) => {
        const bytes = new Uint8Array(await made.arrayBuffer());
        if (arguments_damage) bytes.fill(0, bytes.length / 2, bytes.length / 2 + 600);
        const files = new DataTransfer();
        files.items.add(new File([bytes], 'kk.jpg', { type: 'image/jpeg' }));
        const box = document.querySelector('#lampiran-berkas');
        box.files = files.files;
        box.dispatchEvent(new Event('change', { bubbles: true }));
        window.chosen = true;
    }, 'image/jpeg', 0.9);
    return true;";

#[tokio::test]
async fn a_photo_that_is_damaged_inside_is_kept_and_said_to_be() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    let choose = |damage: &str| CHOOSE_DAMAGED.replace("arguments_damage", damage);
    browser.run(&choose("false")).await;
    browser.until("window.chosen").await;
    browser.click("#lampirkan button").await;
    browser.says("Tersimpan.").await;
    assert!(!browser.text().await.contains("rusak di bagian tengahnya"));
    browser.run(&choose("true")).await;
    browser.until("window.chosen").await;
    browser.click("#lampirkan button").await;
    browser.says("tampaknya rusak di bagian tengahnya").await;
    assert_eq!(machine.says(&["attachments", &id])["attachments"].as_array().map(Vec::len), Some(2));
    // So it is before the form is saved.
    browser.go(&format!("{}/baru/P06", machine.url)).await;
    browser.run("document.querySelector('#lampiran details').open = true").await;
    browser.run(&choose("true")).await;
    browser.find("#lampiran-rusak").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.click("#lampiran button[formaction$='/lepas']").await;
    browser.until("!document.querySelector('#lampiran-rusak') && !document.querySelector('.files')").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
