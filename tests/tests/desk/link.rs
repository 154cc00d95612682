//! What every page says of the link: it is there as soon as the hub answers, and how far an exchange is.

use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::office::Office;
use crate::programs::village_node;
use crate::proxy::Proxy;

#[tokio::test]
async fn a_link_that_is_back_is_told_soon_however_long_it_was_gone() {
    let mut office = Office::new();
    let mut machine = office.machine("counter");
    machine.says(&["sync"]);
    // After so many calls in vain the next one is more than half a minute away.
    office.hub_gone();
    machine.kill();
    for _ in 0..6 {
        machine.refuses(&["sync", "--patience", "0"]);
    }
    machine.serve();
    let browser = machine.signed_in("siti", "petugas").await;
    browser.says("Tidak terhubung sejak").await;
    office.hub_back();
    browser.until("document.querySelector('#bilah').textContent.trim().startsWith('Terhubung')").await;
}

#[tokio::test]
async fn a_link_over_which_records_go_is_up_and_every_page_says_how_far_they_are() {
    const RECORDS: u32 = 3_000;
    let mut office = Office::new();
    let mut machine = office.machine("counter");
    machine.kill();
    office.hub_gone();
    machine.refuses(&["sync", "--patience", "0"]);
    let form = |purpose: &str| {
        json!({
            "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
            "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
            "rw": "02", "keperluan": purpose, "penandatangan": "kepala",
        })
    };
    // No two alike, so that they stay as large on the line.
    let purposes = (0..RECORDS).map(|count| HEXLOWER.encode(&Sha256::digest(count.to_le_bytes())));
    let of_each = purposes.map(|purpose| format!("{}\n", json!({"service": "G01", "fields": form(&purpose)})));
    let lines = machine.data.join("lines");
    std::fs::write(&lines, of_each.collect::<String>()).unwrap();
    assert!(village_node(&machine.data).args(["record", "--lines"]).arg(lines).output().unwrap().status.success());
    office.hub_back();
    let link = Proxy::to(office.hub_address());
    link.slow(2 * 1024);
    std::fs::write(machine.data.join("config.toml"), format!("hub = \"https://{}\"\n", link.address)).unwrap();
    machine.serve();
    let browser = machine.signed_in("siti", "petugas").await;
    // Nobody asked for it, and it is not over.
    let both =
        "/^Sedang menyinkronkan… [0-9]+ dari 3[0-9]{3}$/.test(document.querySelector('#sinkron-berjalan')?.textContent)
        && document.querySelector('#bilah .link').className === 'link up'";
    browser.until(both).await;
    browser.go(&format!("{}/sinkron", machine.url)).await;
    browser
        .until(
            "/[1-9][0-9]* dari 3[0-9]{3} sudah diterima pusat/.test(document.querySelector('#kemajuan').textContent)",
        )
        .await;
    assert_eq!(browser.violations().await, [""; 0]);
    // Who asks for it now is told of the one that runs.
    browser.click("main form[action='/sinkron'] button").await;
    browser.until("/dari 3[0-9]{3} sudah diterima pusat/.test(document.querySelector('#kemajuan').textContent)").await;
    link.slow(0);
    browser.says("Terbukti sama dengan pusat.").await;
    browser.until("!document.querySelector('#sinkron-berjalan')").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
