//! A hub inside this process, and a node that speaks to it over real TLS.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds something else has failed")]

mod support;

use std::sync::Arc;

use change_log::EpochId;
use exchange_driver::{CallPlan, NextFrame, NodeCall, NodeIdentity, Outcome};
use replica_store::{Clock, DirectGate, NewReplica, Replica, Role};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use serde_json::{Value, json};
use service_document::NewTransaction;
use support::{Folder, OFFICE, Server};
use sync_protocol::enrolment::Code;
use sync_protocol::{CertificateRequest, NodeCertificate, SigningKey, VerifyingKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Trusts a certificate for its handshake signature alone; these tests look at the pin elsewhere.
#[derive(Debug)]
struct Trusting(rustls::crypto::CryptoProvider);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

type Tls = tokio_rustls::client::TlsStream<TcpStream>;

async fn connect(url: &str, versions: &[&'static rustls::SupportedProtocolVersion]) -> std::io::Result<Tls> {
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(Arc::new(provider.clone()))
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trusting(provider)))
        .with_no_client_auth();
    let stream = TcpStream::connect(url.strip_prefix("https://").unwrap()).await?;
    tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("sync-server").unwrap(), stream)
        .await
}

/// One request with the body in chunks; the status and the body of the answer.
async fn request(url: &str, path: &str, body: &[Vec<u8>]) -> (u16, Vec<u8>) {
    let mut stream = connect(url, &[&rustls::version::TLS13]).await.unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nhost: hub\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut chunks = Vec::new();
    for piece in body {
        chunks.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunks.extend_from_slice(piece);
        chunks.extend_from_slice(b"\r\n");
    }
    chunks.extend_from_slice(b"0\r\n\r\n");
    // A server that has no place answers before it has read all.
    let _ = stream.write_all(&chunks).await;
    let _ = stream.flush().await;
    let mut answer = Vec::new();
    // A server need not say goodbye in TLS.
    let _ = stream.read_to_end(&mut answer).await;
    let split = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(answer[..split].to_vec()).unwrap().to_ascii_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let rest = &answer[split..];
    (status, if head.contains("transfer-encoding: chunked") { unchunked(rest) } else { rest.to_vec() })
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|bytes| bytes == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
}

struct Machine {
    seed: u8,
    key: SigningKey,
    dir: tempfile::TempDir,
}

impl Machine {
    fn new(seed: u8) -> Self {
        Self { seed, key: SigningKey::from_seed(&[seed; 32]), dir: tempfile::tempdir().unwrap() }
    }

    async fn ask(&self, url: &str, code: &Code) -> (u16, Value) {
        let body = json!({
            "secret": data_encoding::HEXLOWER.encode(&code.secret),
            "public_key": self.key.verifying_key().to_string(),
            "software": "test 1",
        });
        let (status, body) = request(url, "/v1/enrol", &[serde_json::to_vec(&body).unwrap()]).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn join(&self, answer: &Value) -> (Replica, NodeIdentity) {
        let hub_key: VerifyingKey = answer["hub_public_key"].as_str().unwrap().parse().unwrap();
        let identity = NodeIdentity {
            key: self.key.clone(),
            node: answer["node"].as_str().unwrap().parse().unwrap(),
            office: answer["office"].as_str().unwrap().parse().unwrap(),
            hub: answer["hub"].as_str().unwrap().parse().unwrap(),
            hub_key,
        };
        let new = NewReplica {
            role: Role::Node,
            office: Some(identity.office),
            hub: identity.hub,
            node: Some(identity.node),
            epoch: EpochId([self.seed; 16]),
            machine: "test".to_owned(),
        };
        (Replica::create(self.dir.path(), &new).unwrap(), identity)
    }
}

fn record(replica: &mut Replica, name: &str) {
    let new = NewTransaction {
        office: OFFICE.parse().unwrap(),
        service: office_model::Catalogue::current().services().next().unwrap().id,
        catalogue_version: 1,
        fields: [("nama".to_owned(), Value::from(name))].into_iter().collect(),
        number: None,
        serials: None,
    };
    let clock = Clock { millis: 1_790_000_000_000, hub_offset_millis: None, clerk: "ani".to_owned() };
    replica.create_transaction(&new, &clock).unwrap();
}

async fn exchange(url: &str, replica: &mut Replica, identity: &NodeIdentity) -> Outcome {
    call(url, replica, identity, false).await
}

/// One exchange, which may wait at the hub. A hub without a place for it says so in a fault.
async fn call(url: &str, replica: &mut Replica, identity: &NodeIdentity, may_wait: bool) -> Outcome {
    let plan = CallPlan { ask_first: false, may_wait, software: "test 1".to_owned(), fresh_epoch: EpochId([77; 16]) };
    let now = sync_server::clock::now_millis();
    let mut call = NodeCall::begin(replica, identity, plan, now).unwrap();
    let mut body = Vec::new();
    while let NextFrame::Bytes(frame) = call.next_frame(replica).unwrap() {
        body.push(frame);
    }
    let (status, answer) = request(url, "/v1/exchange", &[body.concat()]).await;
    assert!(matches!(status, 200 | 503), "{status}");
    call.receive(replica, &mut DirectGate, &answer, now).unwrap();
    call.end(replica, now).unwrap()
}

async fn proven(url: &str, replica: &mut Replica, identity: &NodeIdentity) {
    loop {
        match exchange(url, replica, identity).await {
            Outcome::Proven { .. } => return,
            Outcome::Again => {}
            other => unreachable!("{other:?}"),
        }
    }
}

/// Far less than the hub lets anybody wait here.
async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(60), test).await.unwrap()
}

fn proven_millis(folder: &Folder, identity: &NodeIdentity) -> Value {
    let nodes = folder.json(&["nodes"]);
    let node = nodes.as_array().unwrap().iter().find(|node| node["node"] == identity.node.to_string());
    node.unwrap()["proven_millis"].clone()
}

fn is_busy(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(fault) if fault.code == sync_protocol::FaultCode::Busy)
}

fn code(folder: &Folder) -> Code {
    folder.json(&["enrol", OFFICE])["code"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_node_joins_records_and_is_proven_equal() {
    let folder = Folder::with_hub();
    let server = Server::start(&folder);
    let machine = Machine::new(1);
    let (status, answer) = machine.ask(&server.url, &code(&folder)).await;
    assert_eq!((status, answer["office"].as_str().unwrap()), (200, OFFICE));
    let (mut replica, identity) = machine.join(&answer);
    record(&mut replica, "SITI AMINAH");
    record(&mut replica, "BUDI");
    let mut outcome = exchange(&server.url, &mut replica, &identity).await;
    while outcome == Outcome::Again {
        outcome = exchange(&server.url, &mut replica, &identity).await;
    }
    // The two records, and the first block of letter numbers.
    assert!(matches!(outcome, Outcome::Proven { digest } if digest.count == 3), "{outcome:?}");
    let rows = folder.json(&["list"])["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let id = rows[0]["id"].as_str().unwrap();
    let told = folder.json(&["history", id])["changes"][0].clone();
    let node = identity.node.to_string();
    assert_eq!((&told["clerk"], &told["node"], &told["office"]), (&json!("ani"), &json!(node), &json!(OFFICE)));
    folder.json(&["rename", &node, "Laptop loket"]);
    assert_eq!(folder.json(&["history", id])["changes"][0]["machine"], "Laptop loket");
    let said = String::from_utf8(folder.run(&["history", id]).stdout).unwrap();
    assert!(said.contains("ani  (Laptop loket, Desa Sarongan, Kec. Pesanggaran)"), "{said}");
    assert_eq!(folder.json(&["show", id])["office"], OFFICE);
    let offices = folder.json(&["offices", "--enrolled"]);
    assert!(offices[0]["proven_millis"].is_i64() && offices[0]["transactions"] == 2, "{offices}");
    let today = sync_server::night::wib(sync_server::clock::now_millis()).0.to_string();
    assert_eq!(folder.json(&["nightly", "--early", "--date", &today])["totals"]["proven"], 1);
    assert!(folder.json(&["verify"])["sound"].as_bool().unwrap());

    folder.json(&["revoke", &identity.node.to_string()]);
    let refused = exchange(&server.url, &mut replica, &identity).await;
    assert!(
        matches!(&refused, Outcome::Refused(fault) if fault.code == sync_protocol::FaultCode::Revoked),
        "{refused:?}"
    );
    let (status, _) = machine.ask(&server.url, &code(&folder)).await;
    assert_eq!(status, 403, "a revoked key stays out");
    assert!(server.stop());
}

#[tokio::test]
async fn a_certificate_is_given_to_its_own_node_only_and_is_always_the_same() {
    let folder = Folder::with_hub();
    let server = Server::start(&folder);
    let (machine, stranger) = (Machine::new(1), Machine::new(2));
    let (_, joined) = machine.ask(&server.url, &code(&folder)).await;
    let hub = joined["hub"].as_str().unwrap().parse().unwrap();
    let ask = async |node: change_log::NodeId, signature: &str| {
        let body = json!({"node": node, "signature": signature}).to_string().into_bytes();
        let (status, answer) = request(&server.url, "/v1/certificate", &[body]).await;
        (status, serde_json::from_slice::<Value>(&answer).unwrap())
    };
    let own = CertificateRequest::sign(&machine.key, hub);
    let foreign = CertificateRequest::sign(&stranger.key, hub);
    let hex = |request: &CertificateRequest| data_encoding::HEXLOWER.encode(&request.signature.0);
    let (status, given) = ask(own.node, &hex(&own)).await;
    assert_eq!((status, &given["certificate"]), (200, &joined["certificate"]));
    let certificate: NodeCertificate = given["certificate"].as_str().unwrap().parse().unwrap();
    let hub_key: VerifyingKey = joined["hub_public_key"].as_str().unwrap().parse().unwrap();
    let certified = certificate.verify(&hub_key).unwrap();
    assert_eq!((certified.key, certified.office.to_string().as_str()), (machine.key.verifying_key(), OFFICE));
    for (node, signature) in [(own.node, hex(&foreign)), (foreign.node, hex(&foreign)), (foreign.node, hex(&own))] {
        let (status, refused) = ask(node, &signature).await;
        assert_eq!((status, refused["code"].as_str()), (403, Some("unknown")), "{refused}");
    }
    for nonsense in ["", "ab", "zz"] {
        assert_eq!(ask(own.node, nonsense).await.0, 400);
    }
    folder.json(&["revoke", &own.node.to_string()]);
    assert_eq!(ask(own.node, &hex(&own)).await.0, 403);
}

#[tokio::test]
async fn a_code_admits_one_machine_and_a_second_use_alarms() {
    let folder = Folder::with_hub();
    let server = Server::start(&folder);
    let code = code(&folder);
    let (first, second) = (Machine::new(1), Machine::new(2));
    let (status, answer) = first.ask(&server.url, &code).await;
    assert_eq!(status, 200);
    let (status, again) = first.ask(&server.url, &code).await;
    assert_eq!((status, &again["node"]), (200, &answer["node"]), "a lost answer can be asked for again");
    let (status, refused) = second.ask(&server.url, &code).await;
    assert_eq!((status, refused["code"].as_str().unwrap()), (403, "used"));
    assert_eq!(folder.json(&["status"])["codes_tried_again"], 1);
    let (status, refused) = second.ask(&server.url, &Code { secret: [9; 16], ..code }).await;
    assert_eq!((status, refused["code"].as_str().unwrap()), (403, "unknown"));
    assert!(!refused["text_id"].as_str().unwrap().is_empty() && !refused["text_en"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn strangers_and_garbage_are_refused_and_the_server_goes_on() {
    let folder = Folder::with_hub();
    let server = Server::start(&folder);
    let (status, _) = request(&server.url, "/v1/enrol", &[b"{".to_vec()]).await;
    assert_eq!(status, 400);
    let mut endless = connect(&server.url, &[&rustls::version::TLS13]).await.unwrap();
    let head = b"POST /v1/enrol HTTP/1.1\r\nhost: hub\r\ncontent-length: 100000000000\r\n\r\n";
    endless.write_all(head).await.unwrap();
    let written = async { while endless.write_all(&[b' '; 4096]).await.is_ok() {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), written).await.expect("the hub stops reading");
    for garbage in [vec![0; 100], vec![255; 3000], b"\x01\xff\xff\x7f".to_vec(), Vec::new()] {
        let body: Vec<Vec<u8>> = if garbage.is_empty() { Vec::new() } else { vec![garbage] };
        let (status, _) = request(&server.url, "/v1/exchange", &body).await;
        assert_eq!(status, 200, "what is wrong is said in a frame");
    }
    assert!(connect(&server.url, &[&rustls::version::TLS12]).await.is_err(), "TLS 1.3 only");
    let mut plain = TcpStream::connect(server.url.strip_prefix("https://").unwrap()).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let machine = Machine::new(1);
    let (status, _) = machine.ask(&server.url, &code(&folder)).await;
    assert_eq!(status, 200);
    assert!(server.stop());
}

#[tokio::test]
async fn a_hub_without_a_free_place_says_when_to_come_back() {
    let folder = Folder::with_hub();
    std::fs::write(folder.data().join("sync-server.toml"), "exchanges_max = 1\nretry_seconds = 7\n").unwrap();
    let server = Server::start(&folder);
    let mut first = connect(&server.url, &[&rustls::version::TLS13]).await.unwrap();
    first.write_all(b"POST /v1/exchange HTTP/1.1\r\nhost: hub\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
    let mut head = [0; 12];
    first.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    let (status, body) = request(&server.url, "/v1/exchange", &[]).await;
    assert_eq!(status, 503);
    let mut frames = sync_protocol::FrameReader::new();
    frames.push(&body);
    let fault = sync_protocol::Fault::decode(&frames.next().unwrap().unwrap().payload).unwrap();
    assert_eq!((fault.code, fault.retry_after_seconds), (sync_protocol::FaultCode::Busy, Some(7)));
}

#[tokio::test]
async fn one_that_waits_takes_no_place_from_others_and_hears_of_news_at_once() {
    let folder = Folder::with_hub();
    let settings = "exchanges_max = 1\nwaiting_max = 1\nwait_seconds = 600\n";
    std::fs::write(folder.data().join("sync-server.toml"), settings).unwrap();
    let server = Server::start(&folder);
    let url = server.url.as_str();
    let (first, second) = (Machine::new(1), Machine::new(2));
    let (mut counter, at_counter) = first.join(&first.ask(url, &code(&folder)).await.1);
    let (mut outreach, at_outreach) = second.join(&second.ask(url, &code(&folder)).await.1);
    record(&mut counter, "SITI AMINAH");
    proven(url, &mut counter, &at_counter).await;
    proven(url, &mut outreach, &at_outreach).await;
    // The letter numbers that the second one was granted are news for the first.
    proven(url, &mut counter, &at_counter).await;
    let waits = async {
        loop {
            let outcome = call(url, &mut counter, &at_counter, true).await;
            if !is_busy(&outcome) {
                return outcome;
            }
        }
    };
    let goes_on = async {
        // The one place is free as soon as the other one waits.
        let mut outcome = exchange(url, &mut outreach, &at_outreach).await;
        while is_busy(&outcome) {
            outcome = exchange(url, &mut outreach, &at_outreach).await;
        }
        assert!(matches!(outcome, Outcome::Proven { .. }), "{outcome:?}");
        record(&mut outreach, "BUDI");
        // Who was told that the hub is busy may hold the place again before it waits.
        let mut outcome = exchange(url, &mut outreach, &at_outreach).await;
        while is_busy(&outcome) {
            outcome = exchange(url, &mut outreach, &at_outreach).await;
        }
        assert!(matches!(outcome, Outcome::Proven { .. }), "{outcome:?}");
    };
    let (heard, ()) = within(Box::pin(async { tokio::join!(waits, goes_on) })).await;
    assert_eq!(heard, Outcome::Again, "what came down is confirmed by the next hello");
    assert_eq!(counter.counts().unwrap().transactions, 2);

    // Nobody waits any more: the seat is free, and who has something to send is answered at once all the same.
    record(&mut counter, "WAYAN");
    let outcome = call(url, &mut counter, &at_counter, true).await;
    assert!(matches!(outcome, Outcome::Proven { .. }), "{outcome:?}");
    assert!(server.stop());
}

#[tokio::test]
async fn one_that_waits_is_shut_out_at_once_and_keeps_no_server_from_stopping() {
    let folder = Folder::with_hub();
    std::fs::write(folder.data().join("sync-server.toml"), "wait_seconds = 600\n").unwrap();
    let server = Server::start(&folder);
    let (first, second) = (Machine::new(1), Machine::new(2));
    let (mut stolen, by_thief) = first.join(&first.ask(&server.url, &code(&folder)).await.1);
    let (mut kept, by_clerk) = second.join(&second.ask(&server.url, &code(&folder)).await.1);
    proven(&server.url, &mut stolen, &by_thief).await;
    proven(&server.url, &mut kept, &by_clerk).await;
    // The other machine's numbers are news to it: with them it would not wait.
    proven(&server.url, &mut stolen, &by_thief).await;
    let mut revoke = folder.command(&["revoke", &by_thief.node.to_string()]);
    let revoke = tokio::task::spawn_blocking(move || revoke.output().unwrap());
    let called = async {
        let outcome = call(&server.url, &mut stolen, &by_thief, true).await;
        // Shut out after its hello and before it could wait: the next hello is refused.
        if matches!(outcome, Outcome::Refused(_)) {
            outcome
        } else {
            exchange(&server.url, &mut stolen, &by_thief).await
        }
    };
    let (refused, revoked) = within(Box::pin(async { tokio::join!(called, revoke) })).await;
    assert!(revoked.unwrap().status.success());
    assert!(
        matches!(&refused, Outcome::Refused(fault) if fault.code == sync_protocol::FaultCode::Revoked),
        "{refused:?}"
    );
    let url = server.url.clone();
    let clerk = by_clerk.clone();
    let waits = async { call(&url, &mut kept, &clerk, true).await };
    let before = proven_millis(&folder, &by_clerk);
    let stops = tokio::task::spawn_blocking(move || {
        // Its proof is noted when it begins to wait.
        while proven_millis(&folder, &by_clerk) == before {}
        (server.stop(), folder)
    });
    let (outcome, stopped) = within(Box::pin(async { tokio::join!(waits, stops) })).await;
    assert!(stopped.unwrap().0);
    assert!(matches!(outcome, Outcome::Proven { .. }), "it hears its verdict: {outcome:?}");
}
