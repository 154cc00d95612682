//! Who is known from earlier records: found at the first box of a form, filled in whole, and never taken for somebody else.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::office::{Machine, Office};

const ENTER: char = '\u{E007}';

/// Records a letter of a citizen; what is not said of them is made up.
fn record(machine: &Machine, citizen: &Value) {
    let mut fields = json!({
        "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P", "status_kawin": "kawin", "pekerjaan": "Petani",
        "no_kk": "3510011707150001", "warga": "desa", "rt": 1, "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    fields.as_object_mut().unwrap().extend(citizen.as_object().unwrap().clone());
    machine.says(&["record", "--service", "G01", "--json", &fields.to_string()]);
}

fn two_of_a_name(machine: &Machine) {
    record(machine, &json!({"nik": "3510014107900001", "nama": "Suwarno Ramadhan", "agama": "islam"}));
    record(machine, &json!({"nik": "3510014107900002", "nama": "Suwarno Rohman"}));
}

async fn form(machine: &Machine, browser: &Browser, service: &str) {
    browser.go(&format!("{}/baru/{service}", machine.url)).await;
    browser.until("document.activeElement.id === 'cari-warga'").await;
}

fn is_focused(name: &str) -> String {
    format!("document.activeElement.name === '{name}'")
}

fn is(name: &str, value: &str) -> String {
    format!("document.querySelector('[name=\"{name}\"]').value === '{value}'")
}

#[tokio::test]
async fn enter_takes_nobody_but_whom_the_words_in_the_box_name() {
    let office = Office::new();
    let machine = office.machine("counter");
    two_of_a_name(&machine);
    let browser = machine.signed_in("siti", "petugas").await;
    form(&machine, &browser, "G01").await;
    // What is shown is the answer to other words than those that stand there at the Enter.
    browser.type_in("#cari-warga", "Suwarno R").await;
    browser.until("document.querySelectorAll('#warga-daftar li').length === 2").await;
    browser.type_in("#cari-warga", &format!("amadhan{ENTER}")).await;
    browser.until("document.querySelector('[name=nama]').value").await;
    assert_eq!(browser.value("[name=nama]").await, "Suwarno Ramadhan");

    // A card that is read sends Enter before any answer can be there.
    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", &format!("3510014107900002{ENTER}")).await;
    browser.until(&is("nama", "Suwarno Rohman")).await;

    // Of several, it is the one that the keys point to, and nobody before.
    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", &format!("suwarno{ENTER}")).await;
    browser.says("Beberapa warga cocok").await;
    browser.keys(&ENTER.to_string()).await;
    assert_eq!(browser.count("#warga-daftar li").await, 2);
    assert_eq!(browser.count("#warga-daftar [aria-selected=true]").await, 0);
    assert_eq!(browser.violations().await, [""; 0]);
    assert_eq!(browser.value("[name=nama]").await, "");
    browser.keys(&char::from(Key::Down).to_string()).await;
    // Words that go on from there name nobody else by it.
    browser.keys(&format!(" ramadhan{ENTER}")).await;
    browser.until(&is("nama", "Suwarno Ramadhan")).await;
    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", "suwarno").await;
    browser.until("document.querySelectorAll('#warga-daftar li').length === 2").await;
    let (up, down) = (char::from(Key::Up), char::from(Key::Down));
    browser.keys(&format!("{up}{down}{ENTER}")).await;
    browser.until(&is("nama", "Suwarno Rohman")).await;

    // A check that is late offers nobody who does not stand there any more.
    form(&machine, &browser, "G01").await;
    let holds = "const sent = window.fetch;
        window.fetch = async (address, how) => {
            const answer = await sent(address, how);
            if (!window.letGo && String(address).endsWith('/periksa')) {
                await new Promise((go) => { window.letGo = go; });
                window.isOver = true;
            }
            return answer;
        }";
    browser.run(holds).await;
    browser.type_in("[name=nik]", &format!("3510014107900001{ENTER}")).await;
    browser.until("window.letGo").await;
    browser.type_in("#cari-warga", &format!("3510014107900002{ENTER}")).await;
    browser.until(&is("nama", "Suwarno Rohman")).await;
    browser.until("!document.querySelector('#warga-baru-saja').hidden").await;
    browser.run("window.letGo()").await;
    browser.until("window.isOver").await;
    assert_eq!(browser.run("return document.querySelector('#warga-dikenal').hidden").await, true);
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn whom_nobody_knows_yet_goes_on_into_the_form() {
    let office = Office::new();
    let machine = office.machine("counter");
    two_of_a_name(&machine);
    let browser = machine.signed_in("siti", "petugas").await;
    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", "3510 0141 0790 0009").await;
    browser.says("NIK ini belum dikenal di sini").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.keys(&ENTER.to_string()).await;
    browser.until(&is("nik", "3510 0141 0790 0009")).await;
    browser.until(&is_focused("no_kk")).await;
    assert_eq!(browser.value("#cari-warga").await, "");
    // As if it was typed there: what it tells is filled in, and it is kept.
    browser.until(&is("tgl_lahir", "01-07-1990")).await;
    browser.until("document.querySelector('#draf-keadaan').textContent.includes('Draf tersimpan')").await;
    // What stands there is written over by nobody.
    browser.type_in("#cari-warga", &format!("3510014107900008{ENTER}")).await;
    browser.says("Isian itu sudah terisi").await;
    browser.until(&is_focused("nik")).await;
    assert_eq!(browser.value("[name=nik]").await, "3510 0141 0790 0009");

    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", "351001").await;
    browser.find("#warga-daftar li").await;
    browser.keys("77").await;
    browser.says("NIK punya 16 angka").await;
    browser.keys(&ENTER.to_string()).await;
    assert_eq!(browser.value("[name=nik]").await, "");
    browser.find("#cari-warga").await.clear().await.unwrap();
    browser.type_in("#cari-warga", "Wayan Sudarma").await;
    browser.says("Nama ini belum dikenal di sini").await;
    browser.keys(&ENTER.to_string()).await;
    browser.until(&is("nama", "Wayan Sudarma")).await;
    browser.until(&is_focused("nik")).await;

    // After somebody who was chosen, it is another citizen: nothing of the one before stays.
    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", &format!("3510014107900002{ENTER}")).await;
    browser.until(&is("nama", "Suwarno Rohman")).await;
    browser.type_in("#cari-warga", &format!("3510014107900009{ENTER}")).await;
    browser.until(&is("nik", "3510014107900009")).await;
    assert_eq!(browser.value("[name=nama]").await, "");
    assert_eq!(browser.value("[name=pekerjaan]").await, "");
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn who_is_chosen_is_filled_in_by_all_records_and_what_matters_is_in_sight() {
    let office = Office::new();
    let machine = office.machine("counter");
    let nik = "3510014107900001";
    // The oldest one tells what no later one does.
    record(&machine, &json!({"nik": nik, "nama": "Siti Aminah", "telepon": "081234567890", "agama": "islam"}));
    for _ in 0..7 {
        record(&machine, &json!({"nik": nik, "nama": "Siti Aminah"}));
    }
    let browser = machine.signed_in("siti", "petugas").await;
    form(&machine, &browser, "G01").await;
    browser.type_in("#cari-warga", &format!("siti{ENTER}")).await;
    browser.until(&is("telepon", "+6281234567890")).await;
    assert_eq!(browser.value("[name=agama]").await, "islam");
    assert_eq!(
        browser.run("return document.querySelector('#warga-dikenal').hidden").await,
        true,
        "nothing is left to fill in"
    );
    browser.until(&is_focused("keperluan")).await;
    browser.says("Warga ini sudah punya berkas layanan ini").await;
    let in_sight = "(() => {
        const notice = document.querySelector('#warga-baru-saja').getBoundingClientRect();
        const field = document.activeElement.getBoundingClientRect();
        return notice.top >= 0 && notice.bottom <= innerHeight && field.bottom <= innerHeight && field.top >= notice.bottom;
    })()";
    for (width, height) in [(1024, 600), (360, 740)] {
        browser.screen(width, height).await;
        browser.run("document.activeElement.scrollIntoView({ block: 'nearest' })").await;
        browser.until(in_sight).await;
        browser.run("scrollTo(0, 0)").await;
        assert_eq!(browser.violations().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_mother_or_a_witness_who_is_known_is_filled_in_and_nothing_is_typed_over() {
    let office = Office::new();
    let machine = office.machine("counter");
    record(&machine, &json!({"nik": "3510014107900001", "nama": "Siti Aminah", "dusun": "Krajan"}));
    let citizen = json!({
        "nik": "3510010107850002", "nama": "Hasan", "tempat_lahir": "Muncar", "tgl_lahir": "1985-07-01", "jk": "L",
        "no_kk": "3510011707150001",
        "status_kawin": "kawin", "pekerjaan": "Nelayan", "warga": "desa", "rt": 3, "rw": "01", "penandatangan": "kepala",
        "keperluan": "Pembayaran sekolah",
    });
    let with = |more: Value| {
        let mut fields = citizen.clone();
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields.to_string()
    };
    let witness =
        json!({"nik": "3510010107800003", "nama": "Budi Santoso", "alamat": "Dusun Sidomulyo", "hubungan": "tetangga"});
    let birth = with(json!({
        "anak_nama": "Putra", "anak_jk": "L", "anak_tgl_lahir": "2025-01-02", "tempat": "puskesmas", "anak_ke": 1,
        "ibu": {"nama": "Wati"}, "pelapor": {"nama": "Hasan"}, "saksi1": witness, "saksi2": {"nama": "Joko"},
    }));
    machine.says(&["record", "--service", "G05", "--json", &birth]);
    // A pupil is specially protected, and stays so.
    let pupil = with(json!({
        "siswa": {"nik": "3510010107150004", "nama": "Dewi"}, "sekolah": "SDN 1", "kelas": "3",
    }));
    machine.says(&["record", "--service", "E01", "--json", &pupil]);

    let browser = machine.signed_in("siti", "petugas").await;
    form(&machine, &browser, "G05").await;
    browser.type_in("[name='ibu.tempat_lahir']", "Genteng").await;
    // As a reader of cards sends it.
    browser.type_in("[name='ibu.nik']", &format!("3510014107900001{ENTER}")).await;
    browser.until(&is("ibu.nama", "Siti Aminah")).await;
    assert_eq!(browser.value("[name='ibu.tgl_lahir']").await, "01-07-1990");
    assert_eq!(browser.value("[name='ibu.alamat']").await, "Krajan RT 001 RW 002");
    assert_eq!(browser.value("[name='ibu.tempat_lahir']").await, "Genteng", "what was typed stays");
    browser
        .until("document.querySelector('[data-field=\"ibu.nik\"] .said').textContent.includes('Dikenal dari berkas')")
        .await;
    assert_eq!(browser.violations().await, [""; 0]);
    // Another NIK is another person: what was filled in goes, what was typed stays.
    browser.find("[name='ibu.nik']").await.clear().await.unwrap();
    browser.type_in("[name='ibu.nik']", "3510014107900007").await;
    browser.until(&is("ibu.nama", "")).await;
    assert_eq!(browser.value("[name='ibu.tempat_lahir']").await, "Genteng");

    browser.type_in("[name='saksi2.nik']", "3510010107800003").await;
    browser.until(&is("saksi2.nama", "Budi Santoso")).await;
    assert_eq!(browser.value("[name='saksi2.alamat']").await, "Dusun Sidomulyo");
    assert_eq!(browser.value("[name='saksi2.hubungan']").await, "", "to somebody else");

    browser.type_in("[name='saksi1.nik']", "3510010107150004").await;
    browser
        .until("performance.getEntriesByType('resource').some((one) => one.name.endsWith('orang=3510010107150004'))")
        .await;
    browser.type_in("[name='pelapor.nik']", "3510010107850002").await;
    browser.until(&is("pelapor.nama", "Hasan")).await;
    assert_eq!(browser.value("[name='saksi1.nama']").await, "");
    assert_eq!(browser.complaints().await, [""; 0]);
}
