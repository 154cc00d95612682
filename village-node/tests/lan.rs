//! The desk on the office's network: TLS for who trusts the machine's root, and nothing that is of the machine alone.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

mod common;

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{command, enrolled, json_of, run, run_with_input, text};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;

const SECRET: &str = "rahasia-1";
/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// A `serve` that is open to the network; ends with its value.
struct Open {
    child: Child,
    told: Value,
    dir: TempDir,
}

/// One way in.
#[derive(Clone, Copy)]
enum Way {
    Here,
    Lan,
}

fn start(dir: &Path, lan: &str) -> (Child, Value) {
    let mut child = command(dir, &["serve", "--listen", "127.0.0.1:0", "--lan", lan, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

impl Drop for Open {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Open {
    fn start() -> Self {
        let dir = enrolled();
        let (child, told) = start(dir.path(), "127.0.0.2:0");
        Self { child, told, dir }
    }

    fn account(&self, name: &str, role: &str) {
        let put = ["account", "put", name, "--name", "Siti Aminah", "--role", role];
        let output = run_with_input(self.dir.path(), &put, format!("{SECRET}\n").as_bytes());
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    fn host(&self, way: Way) -> String {
        match way {
            Way::Here => self.told["address"].as_str().unwrap().to_owned(),
            Way::Lan => self.told["lan"]["listening"].as_str().unwrap().to_owned(),
        }
    }

    fn origin(&self, way: Way) -> String {
        let scheme = match way {
            Way::Here => "http",
            Way::Lan => "https",
        };
        format!("origin: {scheme}://{}\r\n", self.host(way))
    }

    /// The certificate that the page Kantor gives away, to be trusted.
    fn roots(&self) -> RootCertStore {
        let (head, body) = split(&exchange(
            TcpStream::connect(self.host(Way::Here)).unwrap(),
            &format!(
                "GET /jaringan/sertifikat.crt HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
                self.host(Way::Here)
            ),
        ));
        assert!(head.contains("application/x-x509-ca-cert"), "{head}");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(body)).unwrap();
        roots
    }

    fn tls(&self, roots: RootCertStore, versions: &[&'static SupportedProtocolVersion]) -> impl Read + Write + use<> {
        let lan: SocketAddr = self.host(Way::Lan).parse().unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), ServerName::from(lan.ip())).unwrap();
        StreamOwned::new(connection, TcpStream::connect(lan).unwrap())
    }

    /// Status and the whole answer. `headers` may name another host.
    fn ask(&self, way: Way, line: &str, headers: &str, body: &str) -> (u16, String) {
        let host = if headers.starts_with("host:") { String::new() } else { format!("host: {}\r\n", self.host(way)) };
        let length = body.len();
        let request =
            format!("{line} HTTP/1.1\r\n{host}{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        let answer = match way {
            Way::Here => exchange(TcpStream::connect(self.host(way)).unwrap(), &request),
            Way::Lan => exchange(self.tls(self.roots(), rustls::ALL_VERSIONS), &request),
        };
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    fn sign_in(&self, way: Way, name: &str, secret: &str) -> (u16, String) {
        let headers = format!("{}{FORM}", self.origin(way));
        self.ask(way, "POST /masuk", &headers, &format!("name={name}&secret={secret}"))
    }

    /// Signs in; the line that the browser is to keep.
    fn cookie(&self, way: Way, name: &str) -> String {
        let (status, answer) = self.sign_in(way, name, SECRET);
        assert_eq!(status, 303, "{answer}");
        answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap().to_owned()
    }
}

/// Sends a request; the answer up to its end.
fn exchange(mut stream: impl Read + Write, request: &str) -> Vec<u8> {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

fn split(answer: &[u8]) -> (String, Vec<u8>) {
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..at].to_vec()).unwrap(), answer[at + 4..].to_vec())
}

#[test]
fn other_pcs_come_in_over_tls_when_they_trust_the_root_and_only_then() {
    let open = Open::start();
    open.account("siti", "petugas");
    let (status, page) = open.ask(Way::Lan, "GET /masuk", "", "");
    assert_eq!(status, 200, "{page}");
    let request = format!("GET /masuk HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", open.host(Way::Lan));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let answer = exchange(open.tls(open.roots(), &[version]), &request);
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{version:?}");
    }
    let refused = open.tls(RootCertStore::empty(), rustls::ALL_VERSIONS).write_all(request.as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
}

#[test]
fn the_network_is_off_unless_it_is_switched_on() {
    let dir = enrolled();
    let told = json_of(&run(dir.path(), &["status", "--json"]));
    assert_eq!(told["lan"], Value::Null);
    let open = Open::start();
    let told = json_of(&run(open.dir.path(), &["status", "--json"]))["lan"].clone();
    assert_eq!(told, open.told["lan"]);
    assert_eq!(told["addresses"][0], format!("https://{}", open.host(Way::Lan)));
    assert!(text(&run(open.dir.path(), &["status"]).stdout).contains(told["fingerprint"].as_str().unwrap()));
}

#[test]
fn other_names_and_other_sites_pages_are_turned_away() {
    let open = Open::start();
    open.account("siti", "petugas");
    let own = open.host(Way::Lan);
    let port = own.rsplit(':').next().unwrap();
    let named = |host: &str| open.ask(Way::Lan, "GET /masuk", &format!("host: {host}\r\n"), "").0;
    assert_eq!(named(&own), 200);
    let loopback = open.host(Way::Here);
    let others = ["evil.example", "127.0.0.1", "localhost", "127.0.0.3", "192.168.1.5", "[::1]"];
    for other in others.map(|other| format!("{other}:{port}")).iter().chain([&loopback, &"127.0.0.2".to_owned()]) {
        assert_eq!(named(other), 403, "{other}");
    }
    // Nor may the network's name be used on the machine itself.
    assert_eq!(open.ask(Way::Here, "GET /masuk", &format!("host: {own}\r\n"), "").0, 403);
    let body = format!("name=siti&secret={SECRET}");
    let from = |origin: &str| open.ask(Way::Lan, "POST /masuk", &format!("{origin}{FORM}"), &body).0;
    for origin in ["", "origin: null\r\n", "origin: https://evil.example\r\n", &format!("origin: http://{own}\r\n")] {
        assert_eq!(from(origin), 403, "{origin}");
    }
    assert_eq!(from(&open.origin(Way::Here)), 403);
    assert_eq!(from(&open.origin(Way::Lan)), 303);
}

#[test]
fn what_a_browser_holds_for_one_way_in_opens_nothing_by_the_other() {
    let open = Open::start();
    open.account("siti", "petugas");
    let (here, lan) = (open.cookie(Way::Here, "siti"), open.cookie(Way::Lan, "siti"));
    assert!(lan.starts_with("__Host-meja=") && lan.contains("; Secure; HttpOnly; SameSite=Strict"), "{lan}");
    assert!(here.starts_with("meja=") && !here.contains("Secure"), "{here}");
    let token = |held: &str| held.split(['=', ';']).nth(1).unwrap().to_owned();
    let page = |way, token: &str| {
        // Under both names at once, as no browser would send it.
        open.ask(way, "GET /", &format!("cookie: meja={token}; __Host-meja={token}\r\n"), "").0
    };
    assert_eq!((page(Way::Here, &token(&here)), page(Way::Lan, &token(&lan))), (200, 200));
    assert_eq!((page(Way::Lan, &token(&here)), page(Way::Here, &token(&lan))), (303, 303));
    // Nor does signing out over there sign anybody out here.
    let headers = format!("cookie: __Host-meja={}\r\n{}", token(&here), open.origin(Way::Lan));
    assert_eq!(open.ask(Way::Lan, "POST /keluar", &headers, "").0, 303);
    assert_eq!(page(Way::Here, &token(&here)), 200);
}

#[test]
fn what_is_of_the_machine_alone_is_refused_to_other_pcs() {
    let open = Open::start();
    let first = open.told["first_account"].as_str().unwrap();
    let (_, path) = first.split_once("/masuk/").unwrap();
    let (status, page) = open.ask(Way::Lan, &format!("GET /masuk/{path}"), "", "");
    assert!(status == 409 && page.contains("tidak dari komputer lain"), "{page}");
    let key = path.split_once('=').unwrap().1;
    let form = format!("key={key}&name=jahat&shown=Jahat&role=admin&secret={SECRET}");
    let headers = format!("{}{FORM}", open.origin(Way::Lan));
    assert_eq!(open.ask(Way::Lan, "POST /masuk/pertama", &headers, &form).0, 409);
    let accounts = json_of(&run(open.dir.path(), &["account", "list", "--json"]));
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 0, "{accounts}");

    let bearer = |token: &str| format!("authorization: Bearer {token}\r\n");
    let owner = std::fs::read_to_string(open.dir.path().join("api.token")).unwrap();
    let door = std::fs::read(open.dir.path().join("serve.json")).unwrap();
    let door: Value = serde_json::from_slice(&door).unwrap();
    let door = bearer(door["token"].as_str().unwrap());
    let added = json_of(&run(open.dir.path(), &["application", "add", "e-desa", "--json"]));
    let application = bearer(added["token"].as_str().unwrap());
    let status = |way, headers: &str| open.ask(way, "GET /api/v1/status", headers, "").0;
    assert_eq!((status(Way::Here, &bearer(&owner)), status(Way::Lan, &bearer(&owner))), (200, 403));
    assert_eq!((status(Way::Here, &application), status(Way::Lan, &application)), (200, 200));
    assert_eq!(status(Way::Lan, &bearer(&"0".repeat(64))), 401);
    let act = |way| open.ask(way, "POST /api/own/actions", &door, "\"Status\"").0;
    assert_ne!(act(Way::Here), 403);
    assert_eq!(act(Way::Lan), 403);
}

#[test]
fn plain_http_gets_a_hint_and_nothing_else() {
    let open = Open::start();
    open.account("siti", "petugas");
    let lan = open.host(Way::Lan);
    let request = format!("GET /masuk HTTP/1.1\r\nhost: {lan}\r\nconnection: close\r\n\r\n");
    let answer = exchange(TcpStream::connect(&lan).unwrap(), &request);
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains(&format!("https://{lan}")) && !answer.contains("<html"), "{answer}");
}

/// A connection from one of this machine's loopback addresses, as from another PC.
async fn connect_from(source: &str, to: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(source.parse().unwrap())?;
    socket.connect(to.parse().unwrap()).await?.into_std()
}

/// Whether the server closed a connection on which nothing was said.
fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(false).unwrap();
    stream.read(&mut [0]).map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |count| count == 0)
}

#[tokio::test]
async fn a_pc_that_opens_connections_and_says_nothing_keeps_no_other_out() {
    let open = Open::start();
    open.account("siti", "petugas");
    let lan = open.host(Way::Lan);
    let mut silent = Vec::new();
    for _ in 0..24 {
        silent.push(connect_from("127.0.0.66:0", &lan).await.unwrap());
    }
    // One that is through the handshake is no better.
    let mut asks_nothing = open.tls(open.roots(), rustls::ALL_VERSIONS);
    asks_nothing.flush().unwrap();
    let beyond = connect_from("127.0.0.66:0", &lan).await.unwrap();
    assert!(is_closed(&beyond), "the places of one machine have an end");
    assert_eq!(open.ask(Way::Lan, "GET /masuk", "", "").0, 200);
    // And who says nothing is sent away in the end.
    assert!(silent.iter().all(is_closed));
    assert!(asks_nothing.read(&mut [0]).map_or(true, |count| count == 0));
}

#[test]
fn guesses_from_one_pc_get_slow_whoever_they_are_at_and_the_trail_says_where_from() {
    let open = Open::start();
    open.account("kades", "kepala");
    for guess in 0..12 {
        assert_eq!(open.sign_in(Way::Lan, &format!("orang{guess}"), "salah-salah").0, 200);
    }
    let (_, answer) = open.sign_in(Way::Lan, "kades", SECRET);
    assert!(answer.contains("Terlalu banyak percobaan"), "{answer}");
    let cookie = open.cookie(Way::Here, "kades");
    let held = cookie.split(';').next().unwrap();
    let (_, trail) = open.ask(Way::Here, "GET /akun/jejak", &format!("cookie: {held}\r\n"), "");
    assert!(trail.contains("<td>gagal masuk</td><td class=\"across\"><bdi>127.0.0.1</bdi></td>"), "{trail}");
    assert!(trail.contains("<td>masuk</td><td class=\"across\"><bdi></bdi></td>"), "at the machine itself: {trail}");
}

#[test]
fn an_address_that_cannot_be_had_keeps_nobody_from_the_desk_of_the_machine() {
    let dir = enrolled();
    // Of a network that is kept for examples.
    let (child, told) = start(dir.path(), "198.51.100.7:7218");
    let open = Open { child, told, dir };
    assert_eq!(open.told["lan"]["failure"]["code"], "lan", "{}", open.told);
    open.account("kades", "kepala");
    let held = open.cookie(Way::Here, "kades");
    let held = format!("cookie: {}\r\n", held.split(';').next().unwrap());
    let (status, page) = open.ask(Way::Here, "GET /kantor", &held, "");
    assert!(status == 200 && page.contains("198.51.100.7:7218 tidak dapat dipakai"), "{page}");
    assert_eq!(open.ask(Way::Here, "GET /jaringan/sertifikat.crt", "", "").0, 404);
    let said = text(&run(open.dir.path(), &["status"]).stdout);
    assert!(said.contains("could not be opened") && said.contains("198.51.100.7"), "{said}");
}

#[test]
fn an_address_that_can_be_had_later_is_opened_then() {
    let dir = enrolled();
    let taken = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (child, told) = start(dir.path(), &address);
    let mut open = Open { child, told, dir };
    assert_eq!(open.told["lan"]["failure"]["code"], "lan", "{}", open.told);
    drop(taken);
    let begun = Instant::now();
    while open.told["lan"]["listening"] != address.as_str() {
        assert!(begun.elapsed() < PATIENCE, "{}", open.told);
        std::thread::sleep(Duration::from_millis(100));
        open.told["lan"] = json_of(&run(open.dir.path(), &["status", "--json"]))["lan"].take();
    }
    assert_eq!(open.told["lan"]["failure"], Value::Null);
    open.account("kades", "kepala");
    open.cookie(Way::Lan, "kades");
}

#[test]
fn the_certificate_is_of_the_machine_and_outlives_restarts_and_restores() {
    let mut open = Open::start();
    let fingerprint = open.told["lan"]["fingerprint"].clone();
    let dir = open.dir.path().to_owned();
    let kept: Value = serde_json::from_slice(&std::fs::read(dir.join("lan-key.json")).unwrap()).unwrap();
    let backup = dir.join("copy.backup");
    assert!(run(&dir, &["backup", backup.to_str().unwrap()]).status.success());
    let key = kept["key"].as_str().unwrap().as_bytes();
    assert!(!std::fs::read(&backup).unwrap().windows(key.len()).any(|bytes| bytes == key));
    open.child.kill().unwrap();
    open.child.wait().unwrap();
    let restored = run(&dir, &["restore", backup.to_str().unwrap(), "--replace"]);
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    (open.child, open.told) = start(&dir, "127.0.0.2:0");
    assert_eq!(open.told["lan"]["fingerprint"], fingerprint);
}
