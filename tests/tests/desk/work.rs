//! What happens to records: steps, edits, history, differences between two machines.

use crate::office::Office;

#[tokio::test]
async fn steps_edits_and_reasons_stand_in_the_history() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("budi", "sekretaris").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.click("button[value=diajukan]").await;
    browser.says("Diajukan").await;
    // Sending back needs a reason; without one nothing happens, and that is said.
    browser.click("button[value=dikembalikan]").await;
    browser.find("#langkah-ditolak").await;
    assert!(browser.text().await.contains("komputer ini"), "the record is still there");
    // The address it is at now is the record's, too.
    browser.go(&format!("{}{}", machine.url, browser.path().await)).await;
    assert_eq!(browser.path().await, format!("/berkas/{id}"));
    browser.type_in("#reason", "KK belum dilampirkan").await;
    browser.click("button[value=dikembalikan]").await;
    // Why stands where it is read, beside the steps.
    let why = browser.find("#alasan").await.text().await.unwrap();
    assert!(why.contains("Dikembalikan") && why.contains("KK belum dilampirkan (Siti Aminah, "), "{why}");
    browser.click("a[href$='/ubah']").await;
    let name = browser.find("[name=pekerjaan]").await;
    name.clear().await.unwrap();
    name.send_keys("Guru").await.unwrap();
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    let text = browser.text().await;
    for part in ["Pekerjaan: Petani → Guru", "Status: Draf → Diajukan", "budi", "membuat berkas", "komputer ini"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert_eq!(machine.says(&["show", &id])["record"]["fields"]["pekerjaan"], "Guru");
    // Put right, one step brings it back on its way.
    browser.click("button.main[value=diajukan]").await;
    // That it is saved stood on the page before, too.
    browser.find("header.record .status.diajukan").await;
    assert_eq!(machine.says(&["show", &id])["status"], "diajukan");
    assert_eq!(browser.count("#alasan").await, 0);
    // Saved again as it is: nothing is written.
    let changes = machine.says(&["show", &id])["changes"].clone();
    browser.click("a[href$='/ubah']").await;
    browser.click("#simpan").await;
    browser.says("Tidak ada yang berubah.").await;
    assert_eq!(machine.says(&["show", &id])["changes"], changes);
}

#[tokio::test]
async fn persons_are_added_and_taken_away() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/G03", machine.url)).await;
    for (name, value) in [
        ("nik", "3510014107900001"),
        ("no_kk", "3510011707150001"),
        ("nama", "Siti Aminah"),
        ("tempat_lahir", "Muncar"),
        ("tgl_lahir", "01-07-1990"),
        ("pekerjaan", "Guru"),
        ("rt", "1"),
        ("rw", "1"),
        ("keperluan", "KK baru"),
    ] {
        let field = browser.find(&format!("[name={name}]")).await;
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }
    for (name, value) in [
        ("jk", "P"),
        ("status_kawin", "kawin"),
        ("warga", "desa"),
        ("penandatangan", "kepala"),
        ("alasan", "tambah_anggota"),
    ] {
        browser.find(&format!("[name={name}]")).await.select_by_value(value).await.unwrap();
    }
    browser.type_in("[name='anggota[0].nama']", "Made").await;
    // Not below the buttons at the foot of the window.
    browser.run("document.querySelector('[data-list=anggota] .add').scrollIntoView({block: 'center'})").await;
    browser.click("[data-list=anggota] .add").await;
    browser.type_in("[name='anggota[1].nama']", "Ketut").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    let id = browser.path().await.trim_start_matches("/berkas/").split('?').next().unwrap().to_owned();
    let names = || {
        let shown = machine.says(&["show", &id]);
        let list = shown["record"]["fields"]["anggota"].as_array().unwrap().clone();
        list.iter().map(|one| one["nama"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(), ["Made", "Ketut"]);
    browser.click("a[href$='/ubah']").await;
    browser.find("[name='anggota[1].nama']").await.clear().await.unwrap();
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    assert_eq!(names(), ["Made"]);
    browser.click("a[href$='/ubah']").await;
    browser.type_in("[name='anggota[1].nama']", "Wayan").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    assert_eq!(names(), ["Made", "Wayan"]);
    // Another one than the last, by the keyboard; those behind it move up.
    browser.click("a[href$='/ubah']").await;
    browser.type_in("[name='anggota[2].nama']", "Ketut").await;
    browser.run("document.querySelector('.row-of-list .remove').focus()").await;
    browser.keys(" ").await;
    browser.says("Orang itu dihapus dari formulir.").await;
    assert_eq!(browser.run("return document.activeElement.name").await, "anggota[0].nik");
    assert_eq!(browser.value("[name='anggota[0].nama']").await, "Wayan");
    assert_eq!(browser.value("[name='anggota[1].nama']").await, "Ketut");
    let label = "return document.querySelectorAll('.row-of-list .remove')[1].textContent";
    assert_eq!(browser.run(label).await, "Hapus orang ini: Anggota keluarga 2");
    assert_eq!(browser.violations().await, [""; 0]);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    assert_eq!(names(), ["Wayan", "Ketut"]);
    // Without script, a box does it when the form is saved.
    browser.click("a[href$='/ubah']").await;
    browser.find("#formulir").await;
    browser.run("document.querySelector(\"[name='hapus:anggota[0]']\").checked = true; document.querySelector('#formulir').submit()").await;
    browser.says("Tersimpan.").await;
    assert_eq!(names(), ["Ketut"]);
}

#[tokio::test]
async fn two_machines_that_moved_a_record_apart_see_both_values_and_one_choice_settles_them() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    let id = counter.record("Siti Aminah");
    counter.says(&["sync"]);
    laptop.says(&["sync"]);
    office.hub_gone();
    counter.says(&["set", &id, "pekerjaan=Guru", "dusun="]);
    laptop.says(&["set", &id, "pekerjaan=Nelayan", "dusun=Sumberurip"]);
    office.hub_back();
    for machine in [&counter, &laptop, &counter] {
        machine.says(&["sync"]);
    }
    let browser = counter.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/perbedaan", counter.url)).await;
    let text = browser.text().await;
    assert!(text.contains("Guru") && text.contains("Nelayan") && text.contains("Pekerjaan"), "{text}");
    assert!(text.contains("komputer ini") && text.contains("komputer lain "), "where each was written: {text}");
    assert!(text.contains("Sumberurip"), "{text}");
    let all = "[...document.querySelectorAll('.difference form')]";
    for (left, chosen) in [(1, "dihapus"), (0, "Nelayan")] {
        let choose =
            format!("{all}.find((form) => form.innerText.includes('{chosen}')).querySelector('button').click()");
        browser.run(&choose).await;
        browser.until(&format!("document.querySelectorAll('.difference').length === {left}")).await;
    }
    browser.says("Tidak ada perbedaan.").await;
    let fields = &counter.says(&["show", &id])["record"]["fields"];
    assert_eq!((&fields["pekerjaan"], fields.get("dusun")), (&"Nelayan".into(), None));
    browser.go(&format!("{}/berkas/{id}", counter.url)).await;
    browser.says("diputuskan").await;
    for machine in [&counter, &laptop] {
        machine.says(&["sync"]);
    }
    assert_eq!(laptop.says(&["divergences"])["transactions"], serde_json::json!([]));
}

#[tokio::test]
async fn a_letter_is_printed_alike_on_the_page_and_on_the_command_line_and_is_a_draft_until_it_is_checked() {
    let office = Office::new();
    let machine = office.machine("counter");
    // Without a number it would stay a draft.
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/kantor", machine.url)).await;
    browser.type_in("#address", "Jalan Pantai Rajegwesi Nomor 1").await;
    browser.type_in("#head_name", ", S.Pd.").await;
    browser.click("main button.main").await;
    browser.says("Tersimpan.").await;

    let file = machine.data.join("letter.pdf");
    let print = || {
        machine.says(&["letter", &id, file.to_str().unwrap()]);
        std::fs::read(&file).unwrap()
    };
    let draft = print();
    assert!(draft.starts_with(b"%PDF-"));
    assert!(print() == draft, "the same record prints the same");
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("Cetak konsep surat").await;
    let fetch = "fetch(document.querySelector('a[href$=\"surat.pdf\"]').href).then(async (answer) => {
        const bytes = new Uint8Array(await answer.arrayBuffer());
        window.letter = [answer.headers.get('content-type'), bytes.length];
    })";
    browser.run(&format!("window.letter = null; {fetch}")).await;
    browser.until("window.letter").await;
    assert_eq!(browser.run("return window.letter").await, serde_json::json!(["application/pdf", draft.len()]));

    machine.says(&["step", &id, "diajukan"]);
    machine.says(&["step", &id, "diperiksa"]);
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("Cetak surat").await;
    let letter = print();
    assert!(letter != draft, "no longer marked as a draft");
    // A service without a letter has no button, and says so when it is asked for all the same.
    let complaint = serde_json::json!({
        "nik": "3510014107900001", "nama": "Siti", "tempat_lahir": "Muncar", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Guru", "warga": "desa", "rt": 1, "rw": 1,
        "kategori": "jalan", "isi": "Lampu padam",
    });
    let made = machine.says(&["record", "--service", "P06", "--json", &complaint.to_string()]);
    let complaint = made["id"].as_str().unwrap();
    browser.go(&format!("{}/berkas/{complaint}", machine.url)).await;
    assert!(!browser.text().await.contains("Cetak"));
    browser.go(&format!("{}/berkas/{complaint}/surat.pdf", machine.url)).await;
    browser.says("Layanan ini tidak berakhir dengan surat").await;
}

#[tokio::test]
async fn lists_narrow_while_typing_and_keys_walk_through_them() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    machine.record("Budi Santoso");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas", machine.url)).await;
    assert_eq!(browser.count("tr.row").await, 2);
    assert!(browser.text().await.contains("3510••••••••0001"), "a list hides the middle of a NIK");
    browser.keys("/").await;
    browser.keys("ami").await;
    browser.until("document.querySelectorAll('tr.row').length === 1").await;
    assert!(browser.path().await.contains("q=ami"));
    browser.keys(&char::from(fantoccini::key::Key::Escape).to_string()).await;
    browser.keys("j").await;
    browser.keys(&char::from(fantoccini::key::Key::Enter).to_string()).await;
    browser.find("#keadaan").await;
    assert_eq!(browser.path().await, format!("/berkas/{id}"));
    browser.keys("g").await;
    browser.keys("h").await;
    browser.says("Belum diajukan").await;
}

#[tokio::test]
async fn the_first_page_counts_what_waits_and_shows_the_first_of_it() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let ids: Vec<_> = (0..7).map(|_| machine.record("Siti Aminah")).collect();
    machine.says(&["step", &ids[0], "diajukan"]);
    let browser = machine.signed_in("siti", "petugas").await;
    let lists = "return [...document.querySelectorAll('main section')].map((list) =>
        [list.querySelector('h2').innerText, list.querySelectorAll('tr.row').length])";
    assert_eq!(browser.run(lists).await, serde_json::json!([["Belum diajukan 6", 5], ["Untuk diperiksa 1", 1]]));
    browser.click("a[href='/berkas?status=draf']").await;
    assert_eq!(browser.count("tr.row").await, 6);
}

#[tokio::test]
async fn lists_are_narrowed_to_whom_records_wait_for() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let ids: Vec<_> = ["Ani", "Budi", "Citra", "Dewi"].map(|name| machine.record(name)).to_vec();
    let walk = |id: &str, steps: &[&str]| steps.iter().for_each(|step| drop(machine.says(&["step", id, step])));
    walk(&ids[1], &["diajukan"]);
    walk(&ids[2], &["diajukan", "diperiksa"]);
    walk(&ids[3], &["diajukan", "diperiksa", "ditandatangani", "siap_diambil", "selesai"]);
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas", machine.url)).await;
    for (whom, name) in [("clerk", "Ani"), ("checker", "Budi"), ("head", "Citra"), ("nobody", "Dewi")] {
        browser.find("#menunggu").await.select_by_value(whom).await.unwrap();
        browser.click("#cari button").await;
        browser.until(&format!("location.search.includes('menunggu={whom}')")).await;
        browser.until("document.querySelectorAll('tr.row').length === 1").await;
        browser.says(name).await;
        assert_eq!(browser.value("#menunggu").await, whom);
        let listed = machine.says(&["list", "--waiting", whom]);
        assert_eq!(listed["rows"][0]["name"], name);
        assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
    }
    browser.go(&format!("{}/berkas?menunggu=citizen", machine.url)).await;
    browser.says("Tidak ditemukan").await;
    assert!(!browser.overflows().await);
}

#[tokio::test]
async fn letters_are_numbered_at_the_counter_and_every_number_is_accounted_for() {
    let mut office = Office::new();
    let machine = office.machine("counter");
    // The hub grants the first numbers.
    machine.says(&["sync"]);
    let browser = machine.signed_in("siti", "petugas").await;
    office.hub_gone();
    let first = machine.record("Ani Awal");
    browser.go(&format!("{}/berkas/{first}", machine.url)).await;
    let number = browser.find("#nomor").await.text().await.unwrap();
    assert!(number.starts_with("400.12.2.1/1/3510012001/"), "{number}");
    assert!(browser.text().await.contains("99 nomor surat tersisa"));
    browser.click("a[href='/nomor']").await;
    let text = browser.text().await;
    for part in [number.as_str(), "Ani Awal", "2–100", "belum dipakai (komputer ini)"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    browser.click("#register a").await;
    assert_eq!(browser.path().await, format!("/berkas/{first}"));
    // A busy week without a link: letters are saved all the same.
    for letter in ('A'..='Z').cycle().take(99) {
        machine.record(&format!("Warga {letter}"));
    }
    let late = machine.record("Budi Belakangan");
    browser.go(&format!("{}/berkas/{late}", machine.url)).await;
    browser.says("belum bernomor").await;
    assert_eq!(browser.find("strong#sisa-nomor").await.text().await.unwrap(), "0 nomor surat tersisa");
    browser.click("form[action$='/nomor'] button").await;
    browser.says("Nomor surat di komputer ini habis").await;
    browser.go(&machine.url).await;
    assert!(!browser.text().await.contains("Belum bernomor"), "there is none to give");
    office.hub_back();
    machine.says(&["sync"]);
    // What waits for a number is told where work begins.
    browser.go(&machine.url).await;
    browser.says("Belum bernomor").await;
    browser.go(&format!("{}/berkas?tanpa_nomor=1", machine.url)).await;
    assert_eq!(browser.count("table.rows tbody tr").await, 1);
    browser.click(&format!("a[href='/berkas/{late}']")).await;
    browser.click("form[action$='/nomor'] button").await;
    browser.says("Tersimpan.").await;
    assert_eq!(machine.says(&["list", "--unnumbered"])["rows"], serde_json::json!([]));
    let number = browser.find("#nomor").await.text().await.unwrap();
    assert!(number.starts_with("400.12.2.1/101/"), "{number}");
    let history = browser.text().await;
    assert!(history.contains(&format!("Nomor: {number}")) && !history.contains("serials"), "{history}");
}

#[tokio::test]
async fn two_clerks_with_one_form_open_write_over_nothing_unseen() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let (one, other) = (machine.signed_in("siti", "petugas").await, machine.signed_in("sek", "sekretaris").await);
    for browser in [&one, &other] {
        browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    }
    one.type_in("[name=pekerjaan]", " Tambak").await;
    one.click("#simpan").await;
    one.says("Tersimpan.").await;
    // Another field: both stand.
    other.type_in("[name=keperluan]", " baru").await;
    other.click("#simpan").await;
    other.says("Tersimpan.").await;
    let shown = machine.says(&["show", &id]);
    let field = |name: &str| shown["record"]["fields"][name].as_str().unwrap().to_owned();
    assert!(field("pekerjaan").ends_with(" Tambak") && field("keperluan").ends_with(" baru"), "{shown}");
    // The same field: it is said, and what was typed is not lost.
    for (browser, typed) in [(&one, " A"), (&other, " B")] {
        browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
        browser.type_in("[name=pekerjaan]", typed).await;
    }
    one.type_in("[name=tempat_lahir]", " Kota").await;
    one.click("#simpan").await;
    one.says("Tersimpan.").await;
    other.click("#simpan").await;
    other.says("Sementara formulir ini terbuka").await;
    // By whom and when, as its history says it.
    let told = other.find("#masalah").await.text().await.unwrap();
    let by = told.split(" oleh Siti Aminah (").nth(1).unwrap_or_else(|| panic!("{told}"));
    assert!(by.as_bytes()[2] == b':' && by[5..].starts_with(", komputer ini)"), "{told}");
    assert!(other.value("[name=pekerjaan]").await.ends_with(" Tambak B"));
    other.click("#simpan").await;
    other.says("Tersimpan.").await;
    let shown = machine.says(&["show", &id]);
    assert!(shown["record"]["fields"]["pekerjaan"].as_str().unwrap().ends_with(" Tambak B"));
    let undone = "what the other one did not touch stays as the first one saved it";
    assert!(shown["record"]["fields"]["tempat_lahir"].as_str().unwrap().ends_with(" Kota"), "{undone}: {shown}");
}

#[tokio::test]
async fn what_is_signed_is_not_changed_and_what_is_cancelled_not_printed() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    for to in ["diajukan", "diperiksa", "ditandatangani"] {
        machine.says(&["step", &id, to]);
    }
    browser.type_in("[name=pekerjaan]", " Tambak").await;
    browser.click("#simpan").await;
    browser.says("tidak dapat diubah lagi").await;
    machine.says(&["step", &id, "dibatalkan", "--reason", "salah orang"]);
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert_eq!(browser.count("a[href*='surat.pdf']").await, 0);
    browser.go(&format!("{}/berkas/{id}/surat.pdf", machine.url)).await;
    browser.says("tidak ada suratnya").await;
    let shown = machine.says(&["show", &id]);
    assert!(!shown["record"]["fields"]["pekerjaan"].as_str().unwrap().ends_with("Tambak"));
}

#[tokio::test]
async fn the_history_tells_other_machines_apart() {
    let office = Office::new();
    let [counter, laptop, back] = ["counter", "laptop", "back"].map(|name| office.machine(name));
    let id = counter.record("Siti Aminah");
    counter.says(&["sync"]);
    for (machine, work) in [(&laptop, "pekerjaan=Guru"), (&back, "pekerjaan=Nelayan")] {
        machine.says(&["sync"]);
        machine.says(&["set", &id, work]);
        machine.says(&["sync"]);
    }
    counter.says(&["sync"]);
    let told = counter.says(&["history", &id]);
    let machines: Vec<_> = told["changes"].as_array().unwrap().iter().map(|change| &change["machine"]).collect();
    assert_eq!(machines.iter().map(|one| one["here"] == true).collect::<Vec<_>>(), [true, false, false]);
    assert!(machines.iter().all(|one| one["office"] == "35.10.01.2001"), "{told}");
    let labels: Vec<&str> = machines.iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert!(labels[0] != labels[1] && labels[1] != labels[2], "{labels:?}");
    let browser = counter.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", counter.url)).await;
    browser.says("komputer ini)").await;
    for label in &labels[1..] {
        browser.says(&format!("(komputer lain {label})")).await;
    }
    assert!(!browser.overflows().await);
}

#[tokio::test]
async fn data_that_cannot_be_read_any_more_is_told_on_every_page_and_nothing_is_said_to_be_on_its_way() {
    let mut office = Office::new();
    let machine = office.machine("counter");
    machine.says(&["sync"]);
    let browser = machine.signed_in("siti", "petugas").await;
    office.hub_gone();
    machine.record("Budi Santoso");
    let raw = rusqlite::Connection::open(machine.data.join("replica.db")).unwrap();
    // As a disk may leave it.
    let last = "(SELECT max(place) FROM entry WHERE document IN (SELECT document FROM transaction_row))";
    let scratched = raw.execute(&format!("UPDATE entry SET raw = x'00' WHERE place = {last}"), []).unwrap();
    assert_eq!(scratched, 1);
    drop(raw);
    let id = machine.record("Siti Aminah");
    office.hub_back();
    browser.go(&format!("{}/sinkron", machine.url)).await;
    browser.click("main button.main").await;
    browser.says("tidak terbaca lagi").await;
    for page in ["/", &format!("/berkas/{id}")] {
        browser.go(&format!("{}{page}", machine.url)).await;
        browser.find("#terhenti").await;
    }
    browser.says("pertukaran terhenti karena catatan yang rusak").await;
    assert!(!browser.text().await.contains("Terhubung sejak"));
}

#[tokio::test]
async fn a_machine_that_was_shut_out_is_told_on_every_page() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    office.shut_out(&machine);
    browser.go(&format!("{}/sinkron", machine.url)).await;
    browser.click("main button.main").await;
    browser.find("#dicabut").await;
    for page in ["/", "/berkas", "/baru"] {
        browser.go(&format!("{}{page}", machine.url)).await;
        browser.says("Akses komputer ini ke pusat dicabut sejak").await;
        browser.says("hubungi operator pusat").await;
    }
    assert_eq!(browser.violations().await, [""; 0]);
    // Records are made all the same, and none is told to be on its way.
    let id = machine.record("Budi Santoso");
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("tidak akan terkirim: akses komputer ini dicabut").await;
}

#[tokio::test]
async fn a_cancelled_record_is_made_again_with_its_values() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("budi", "sekretaris").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert_eq!(browser.count("#buat-ulang").await, 0);
    browser.click("button[value=diajukan]").await;
    browser.says("Tersimpan.").await;
    browser.type_in("#reason", "Salah alamat").await;
    browser.click("button[value=dibatalkan]").await;
    browser.click("#buat-ulang").await;
    browser.find("#simpan").await;
    assert!(browser.path().await.starts_with("/baru/G01"), "{}", browser.path().await);
    let before = machine.says(&["show", &id])["record"]["fields"].clone();
    for name in ["nama", "nik", "keperluan", "pekerjaan", "penandatangan"] {
        assert_eq!(browser.value(&format!("[name={name}]")).await, before[name].as_str().unwrap(), "{name}");
    }
}

#[tokio::test]
async fn a_page_that_the_browser_kept_is_shown_when_the_program_says_so() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    let hides = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
        && getComputedStyle(document.querySelector('main')).visibility === 'hidden'";
    // The browser may say that the page is there before its script is.
    browser.until(hides).await;
    browser.until("getComputedStyle(document.querySelector('main')).visibility === 'visible'").await;
    browser.says("Siti Aminah").await;
    // Nobody says so while the program does not answer.
    machine.kill();
    browser.until(hides).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(browser.run("return getComputedStyle(document.querySelector('main')).visibility").await, "hidden");
    // Started anew, it asks who is there.
    machine.serve();
    browser.find("form[action='/masuk']").await;
    assert!(!browser.text().await.contains("3510014107900001"), "{}", browser.text().await);
}

#[tokio::test]
async fn a_page_that_the_browser_kept_shows_nothing_over_a_locked_screen() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert!(browser.text().await.contains("3510014107900001"));
    let locks = "const lock = document.querySelector(\"form[action='/kunci/sekarang']\");
        return fetch(lock.action, { method: 'POST', body: new URLSearchParams(new FormData(lock)) }).then(() => true)";
    assert_eq!(browser.run(locks).await, true);
    browser.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
    browser.find("form[action='/kunci']").await;
    assert!(!browser.text().await.contains("3510014107900001"), "{}", browser.text().await);
}
