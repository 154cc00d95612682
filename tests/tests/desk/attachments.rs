//! Attached files on a record's page.

use serde_json::json;

use crate::office::Office;

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
        files.items.add(new File(['%PDF-1.7 kosong %%EOF'], 'kk.pdf', { type: 'application/pdf' }));
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
    assert_eq!(machine.says(&["attachments", &id])["attachments"].as_array().map(Vec::len), Some(0));
}
