//! While `serve` has the folder: commands go through it, and nobody else gets in.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

mod common;
#[path = "common/served.rs"]
mod served;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use common::{enrolled, fields, json_of, record, run};
use serde_json::json;
use served::Served;

#[test]
fn commands_work_while_serve_has_the_folder() {
    let served = Served::start();
    let dir = served.dir.path();
    let id = record(dir, "Siti Aminah");
    assert!(run(dir, &["set", &id, "pekerjaan=Guru"]).status.success());
    assert!(run(dir, &["step", &id, "diajukan"]).status.success());
    assert_eq!(json_of(&run(dir, &["show", &id, "--json"]))["record"]["fields"]["pekerjaan"], "Guru");
    assert_eq!(run(dir, &["set", &id, "nik=1"]).status.code(), Some(2));
    assert_eq!(json_of(&run(dir, &["list", "--json"]))["rows"].as_array().unwrap().len(), 1);
    assert!(run(dir, &["verify"]).status.success());
}

#[test]
fn the_api_records_lists_edits_and_tells() {
    let served = Served::start();
    let new = json!({"service": "G01", "fields": fields("Siti Aminah"), "clerk": "budi"}).to_string();
    let (status, made) = served.ask("POST /api/v1/records", &served.good(), &new);
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    let edit = json!({"edits": {"pekerjaan": "Guru"}}).to_string();
    assert_eq!(served.ask(&format!("PATCH /api/v1/records/{id}"), &served.good(), &edit).0, 200);
    let step = json!({"status": "diajukan"}).to_string();
    assert_eq!(served.ask(&format!("POST /api/v1/records/{id}/step"), &served.good(), &step).0, 200);
    let (_, shown) = served.ask(&format!("GET /api/v1/records/{id}"), &served.good(), "");
    assert_eq!((&shown["status"], &shown["created_by"]), (&json!("diajukan"), &json!("budi")));
    let (_, history) = served.ask(&format!("GET /api/v1/records/{id}/history"), &served.good(), "");
    assert_eq!(history["changes"].as_array().unwrap().len(), 3);
    let (_, found) = served.ask("GET /api/v1/search?q=aminah&limit=5", &served.good(), "");
    assert_eq!(found["rows"].as_array().unwrap().len(), 1);
    assert_eq!(served.ask("GET /api/v1/status", &served.good(), "").1["unsent"], 3);

    let bad = json!({"service": "G01", "fields": {}}).to_string();
    let (status, told) = served.ask("POST /api/v1/records", &served.good(), &bad);
    assert_eq!((status, told["problems"].as_array().unwrap().is_empty()), (400, false));
    assert_eq!(served.ask("GET /api/v1/records/nonsense", &served.good(), "").0, 404);
    assert_eq!(served.ask("GET /api/v1/nothing", &served.good(), "").0, 404);
}

#[test]
fn other_sites_other_names_and_those_without_the_token_stay_out() {
    let served = Served::start();
    let host = format!("host: {}\r\n", served.address);
    let token = format!("authorization: Bearer {}\r\n", served.token);
    let status = |headers: &str| served.ask("GET /api/v1/status", headers, "").0;
    assert_eq!(status(&format!("{host}{token}")), 200);
    assert_eq!(status(&host), 401);
    assert_eq!(status(&format!("{host}authorization: Bearer {}\r\n", "0".repeat(64))), 401);
    assert_eq!(status(&format!("host: evil.example\r\n{token}")), 403);
    assert_eq!(status(&format!("{host}{token}origin: https://evil.example\r\n")), 403);
    assert_eq!(status(&format!("{host}{token}origin: null\r\n")), 403);
    assert_eq!(status(&format!("{host}{token}origin: http://{}\r\n", served.address)), 200);
}

#[test]
fn a_body_that_is_too_large_is_not_read() {
    let served = Served::start();
    let mut stream = TcpStream::connect(&served.address).unwrap();
    let head = format!("POST /api/v1/records HTTP/1.1\r\n{}content-length: 999999999\r\n\r\n", served.good());
    stream.write_all(head.as_bytes()).unwrap();
    let mut first = String::new();
    BufReader::new(stream).read_line(&mut first).unwrap();
    assert!(first.contains("413"), "{first}");
}

#[test]
fn only_this_machine_may_be_listened_for() {
    let dir = enrolled();
    assert_eq!(run(dir.path(), &["serve", "--listen", "0.0.0.0:0"]).status.code(), Some(2));
}

#[test]
fn where_the_file_that_leads_commands_to_it_cannot_be_written_serve_serves_all_the_same() {
    let dir = enrolled();
    // As on a disk that is full after a crash.
    std::fs::create_dir(dir.path().join("serve.json")).unwrap();
    let served = Served::on(dir);
    assert_eq!(served.ask("GET /api/v1/records", &served.good(), "").0, 200);
}
