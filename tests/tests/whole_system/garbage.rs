//! Strangers at the hub's door: it stays up, keeps nothing of theirs, and serves honest offices.

use std::io::Write as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use fleet::generate::Dice;

use crate::door::{answer, head, plain, post, tls};
use crate::figures::{TOKEN, ask};
use crate::regency::Regency;

const EXCHANGE: &str = "/v1/exchange";
const ENROL: &str = "/v1/enrol";
/// Places for exchanges in the test of slow callers.
const PLACES: usize = 4;

fn noise(dice: &mut Dice, bytes: u32) -> Vec<u8> {
    (0..bytes).map(|_| dice.draw().to_le_bytes()[0]).collect()
}

fn status(answer: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(answer);
    let code = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    code.and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no answer: {text:?}"))
}

/// Whether a reply begins with a fault frame (kind 22) in the first chunk of its body.
fn says_fault(answer: &[u8]) -> bool {
    let after = |text: &[u8], mark: &[u8]| {
        text.windows(mark.len()).position(|part| part == mark).map(|at| text[at + mark.len()..].to_vec())
    };
    let first = after(answer, b"\r\n\r\n").and_then(|body| after(&body, b"\r\n"));
    status(answer) == 200 && first.is_some_and(|chunk| chunk.first() == Some(&22))
}

#[test]
fn noise_on_the_port_is_hung_up_on() {
    let mut regency = Regency::new(4, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 20);
    let mut dice = Dice::new(4);
    for _ in 0..32 {
        let mut stream = plain(regency.hub.address);
        let bytes = dice.between(5, 4000);
        // The first noise may already have ended the connection.
        let _ = stream.write_all(&noise(&mut dice, bytes));
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let said = answer(&mut stream);
        assert!(said.len() < 64, "the hub told a stranger {said:?}");
    }
    for request in ["GET / HTTP/1.1\r\nhost: hub\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = plain(regency.hub.address);
        stream.write_all(request.as_bytes()).unwrap();
        assert!(!answer(&mut stream).starts_with(b"HTTP"), "the hub spoke without TLS");
    }
    regency.check(&machine);
}

#[test]
fn nonsense_in_a_request_is_answered_and_changes_nothing() {
    let mut regency = Regency::new(5, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 20);
    let hub = regency.hub.address;
    let mut dice = Dice::new(5);
    for _ in 0..32 {
        let length = dice.between(0, 3000);
        let body = noise(&mut dice, length);
        assert_eq!(status(&post(hub, EXCHANGE, body.len() as u64, &body)), 200);
        assert!(matches!(status(&post(hub, ENROL, body.len() as u64, &body)), 400..=499));
    }
    // A hello that is none, an end without a hello, a batch without one.
    for body in [&[1, 2, 0x90, 0x80][..], &[3, 1, 0x80], &[2, 4, 1, 2, 3, 4]] {
        let said = post(hub, EXCHANGE, body.len() as u64, body);
        assert!(says_fault(&said), "{body:?}: {said:?}");
    }
    assert_eq!(status(&post(hub, "/", 0, &[])), 403, "the operator's page takes no form from nowhere");
    for path in ["/v1/", "/v1/exchange/../../hub-keys.json", "/hub-keys.json"] {
        assert_eq!(status(&post(hub, path, 0, &[])), 404, "{path}");
    }
    let mut stream = tls(hub);
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(1 << 20)).as_bytes());
    assert!(answer(&mut stream).len() < 1024);
    regency.check(&machine);
}

#[test]
fn a_huge_announced_frame_is_refused_before_it_comes() {
    let mut regency = Regency::new(6, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 20);
    // Lengths of 2 MiB, 1 TiB, and more than 64 bits, of which not a byte follows.
    let lengths: [&[u8]; 3] = [&[0x80, 0x80, 0x80, 0x01], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x20], &[0xff; 12]];
    let mut callers = Vec::new();
    for (kind, length) in [1, 2, 3, 99].into_iter().flat_map(|kind| lengths.map(|length| (kind, length))) {
        let mut stream = tls(regency.hub.address);
        stream.write_all(head(EXCHANGE, 1 << 40).as_bytes()).unwrap();
        stream.write_all(&[&[kind], length].concat()).unwrap();
        callers.push((kind, length, stream));
    }
    for (kind, length, mut stream) in callers {
        let said = answer(&mut stream);
        assert!(says_fault(&said), "kind {kind}, {length:?}: {:?}", String::from_utf8_lossy(&said));
    }
    regency.check(&machine);
}

#[test]
fn slow_callers_cannot_keep_the_others_out() {
    let settings =
        [("SYNC_SERVER_EXCHANGES_MAX", "4"), ("SYNC_SERVER_PROGRESS_SECONDS", "1"), ("SYNC_SERVER_RETRY_SECONDS", "1")];
    let mut regency = Regency::new(7, &settings);
    let machine = regency.join("office");
    regency.record(&machine, 20);
    let hub = regency.hub.address;
    // Half a TLS handshake, half a head: they hold a connection and no more.
    let mut held = Vec::new();
    let mut heads = Vec::new();
    for _ in 0..16 {
        let mut stream = plain(hub);
        stream.write_all(&[0x16, 3, 1, 2, 0, 1]).unwrap();
        held.push(stream);
        let mut stream = tls(hub);
        stream.write_all(b"POST /v1/exchange HTTP/1.1\r\nhost: h").unwrap();
        heads.push(stream);
    }
    // Every place for an exchange is taken by somebody who says a byte now and then, for ever.
    let (stop, stopped) = mpsc::channel::<()>();
    let mut slow: Vec<_> = (0..PLACES).map(|_| tls(hub)).collect();
    for stream in &mut slow {
        stream.write_all(head(EXCHANGE, 1 << 20).as_bytes()).unwrap();
        stream.write_all(&[1, 0x80, 0x7f]).unwrap();
    }
    let dripping = thread::spawn(move || {
        while stopped.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
            // Until the hub has had enough of it.
            slow.retain_mut(|stream| stream.write_all(&[0]).and_then(|()| stream.flush()).is_ok());
        }
    });
    regency.check(&machine);
    drop(stop);
    dripping.join().unwrap();
}

#[test]
fn connections_that_say_nothing_cannot_keep_the_others_out() {
    let mut regency = Regency::new(10, &[("SYNC_SERVER_CONNECTIONS_MAX", "16")]);
    let machine = regency.join("office");
    regency.record(&machine, 20);
    let hub = regency.hub.address;
    let mut held = Vec::new();
    for _ in 0..24 {
        let mut stream = plain(hub);
        // A part of a TLS hello.
        stream.write_all(&[0x16, 3, 1, 2, 0, 1]).unwrap();
        held.push(stream);
    }
    let spoken = (0..24).map(|_| tls(hub)).collect::<Vec<_>>();
    // Far less than a connection may take to say something.
    let told = machine.sync("5").wait_with_output().unwrap();
    assert!(told.status.success(), "{told:?}");
    drop((held, spoken));
    regency.check(&machine);
}

#[test]
fn an_office_without_a_place_is_told_to_come_back_and_does() {
    let settings =
        [("SYNC_SERVER_EXCHANGES_MAX", "1"), ("SYNC_SERVER_RETRY_SECONDS", "1"), ("SYNC_SERVER_METRICS_TOKEN", TOKEN)];
    let mut regency = Regency::new(8, &settings);
    let machine = regency.join("office");
    regency.record(&machine, 20);
    let hub = regency.hub.address;
    let mut slow = tls(hub);
    slow.write_all(head(EXCHANGE, 1 << 20).as_bytes()).unwrap();
    let begun = std::time::Instant::now();
    while !ask(hub, "/metrics", TOKEN).1.contains("exchanges_running 1.0\n") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", ask(hub, "/metrics", TOKEN).1);
    }
    assert_eq!(status(&post(hub, EXCHANGE, 0, &[])), 503);
    let told = machine.sync("0").wait_with_output().unwrap();
    assert!(!told.status.success());
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("hub_busy"), "{told}");
    drop(slow);
    regency.check(&machine);
}
