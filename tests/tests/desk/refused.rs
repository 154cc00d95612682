//! What the hub refuses for good: the page says what it means, and what to do.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::office::{Machine, Office};

/// Edits of a record at one machine; those of two are more than one record may have.
const EDITS: u32 = 60;

/// A text that nothing says shorter: each sign is one of 20,000.
fn text(count: u32) -> String {
    let digests = (0..56_u32).map(|part| Sha256::digest([count.to_le_bytes(), part.to_le_bytes()].concat()));
    let signs = digests.flat_map(|digest| {
        let numbers: Vec<u16> = digest.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        numbers.into_iter().filter_map(|number| char::from_u32(0x4e00 + u32::from(number) % 0x5000))
    });
    signs.collect()
}

/// Changes the complaint of a record so often, as an application may.
fn edit_often(machine: &Machine, id: &str) {
    let token = machine.says(&["application", "add", "e-desa", "--role", "petugas"])["token"].clone();
    let address = machine.url.trim_start_matches("http://");
    for count in 0..EDITS {
        let body = json!({"edits": {"isi": text(count)}}).to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("PATCH /api/v1/records/{id} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        let token = token.as_str().unwrap();
        write!(stream, "{head}authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn a_record_that_is_full_is_told_as_one_and_is_made_again() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    let fields = json!({
        "nik": "3510014107900001", "nama": "Siti Aminah", "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "kategori": "jalan", "isi": "Lampu jalan padam",
    });
    let made = counter.says(&["record", "--service", "P06", "--json", &fields.to_string()]);
    let id = made["id"].as_str().unwrap();
    for machine in [&counter, &laptop] {
        machine.says(&["sync"]);
    }
    office.hub_gone();
    edit_often(&counter, id);
    edit_often(&laptop, id);
    office.hub_back();
    counter.says(&["sync"]);
    laptop.says(&["sync"]);
    let browser = laptop.signed_in("siti", "petugas").await;
    browser.says("1 ditolak pusat").await;
    browser.go(&format!("{}/sinkron", laptop.url)).await;
    browser.find("#ditahan").await;
    assert_eq!(browser.count("#ditahan ~ ul li").await, 1, "one record, however many changes");
    browser.says("berkasnya menjadi terlalu besar (").await;
    browser.go(&format!("{}/berkas/{id}", laptop.url)).await;
    browser.says("Riwayat berkas ini penuh").await;
    assert_eq!(browser.violations().await, [""; 0]);
    browser.click("#keadaan a").await;
    browser.until("document.querySelector('[name=nama]')?.value === 'Siti Aminah'").await;
    browser.save_key().await;
    browser.says("Tersimpan.").await;
}
