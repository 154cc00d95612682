//! The line is as bad as its plan says, no more and no less.

use std::net::SocketAddr;
use std::time::Duration;

use fleet::link::{Flap, Link, LinkPlan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// Sends back all it gets.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                // Whoever is cut off ends here.
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    address
}

/// Sends bytes and counts those that come back before the end.
async fn exchange(stream: &mut TcpStream, count: usize) -> usize {
    if stream.write_all(&vec![7; count]).await.is_err() {
        return 0;
    }
    let mut got = vec![0; count];
    let mut filled = 0;
    while filled < count {
        match stream.read(&mut got[filled..]).await {
            Ok(0) | Err(_) => break,
            Ok(read) => filled += read,
        }
    }
    assert!(got[..filled].iter().all(|byte| *byte == 7));
    filled
}

async fn connect(link: &Link) -> TcpStream {
    TcpStream::connect(link.address()).await.unwrap()
}

#[tokio::test]
async fn a_good_line_carries_all_and_counts_it() {
    let link = Link::open(echo().await, LinkPlan::default(), 1).await.unwrap();
    let mut stream = connect(&link).await;
    assert_eq!(exchange(&mut stream, 100_000).await, 100_000);
    let tally = link.tally();
    assert_eq!((tally.up, tally.down, tally.cuts, tally.connections), (100_000, 100_000, 0, 1));
}

#[tokio::test]
async fn a_closed_side_is_passed_on() {
    let link = Link::open(echo().await, LinkPlan::default(), 1).await.unwrap();
    let mut stream = connect(&link).await;
    stream.write_all(b"selesai").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, b"selesai");
}

#[tokio::test]
async fn a_line_is_cut_at_exactly_every_so_many_bytes() {
    let plan = LinkPlan { cut_every: Some(1_000), ..LinkPlan::default() };
    let link = Link::open(echo().await, plan, 1).await.unwrap();
    for cuts in 1..=5 {
        let mut stream = connect(&link).await;
        assert_eq!(exchange(&mut stream, 300).await, 300);
        // 600 went through; 300 more go up, 100 come down.
        assert_eq!(exchange(&mut stream, 300).await, 100);
        assert_eq!(exchange(&mut stream, 1).await, 0);
        let tally = link.tally();
        assert_eq!((tally.up, tally.down, tally.cuts), (600 * cuts, 400 * cuts, cuts));
    }
}

#[tokio::test]
async fn a_line_that_is_down_carries_nothing_until_it_is_up() {
    let link = Link::open(echo().await, LinkPlan::default(), 1).await.unwrap();
    let mut before = connect(&link).await;
    assert_eq!(exchange(&mut before, 10).await, 10);
    link.set_up(false);
    assert!(!link.is_up());
    let ended = before.read(&mut [0; 8]).await;
    assert!(matches!(ended, Ok(0) | Err(_)));
    assert_eq!(exchange(&mut connect(&link).await, 10).await, 0);
    link.set_up(true);
    assert_eq!(exchange(&mut connect(&link).await, 10).await, 10);
    let tally = link.tally();
    assert_eq!((tally.up, tally.cuts, tally.turned_away), (20, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_takes_its_time() {
    let plan = LinkPlan { bytes_per_second: Some(2_000), ..LinkPlan::default() };
    let link = Link::open(echo().await, plan, 1).await.unwrap();
    let began = Instant::now();
    assert_eq!(exchange(&mut connect(&link).await, 40_000).await, 40_000);
    assert!(began.elapsed() >= Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_far_line_answers_late() {
    let plan = LinkPlan { latency: Duration::from_secs(3), ..LinkPlan::default() };
    let link = Link::open(echo().await, plan, 1).await.unwrap();
    let began = Instant::now();
    assert_eq!(exchange(&mut connect(&link).await, 10).await, 10);
    assert!(began.elapsed() >= Duration::from_secs(6), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_flapping_line_cuts_by_itself_and_calms_down() {
    let times = (Duration::from_secs(1), Duration::from_secs(2));
    let plan = LinkPlan { flap: Some(Flap { up: times, down: times }), ..LinkPlan::default() };
    let link = Link::open(echo().await, plan, 4).await.unwrap();
    let mut stream = connect(&link).await;
    assert_eq!(exchange(&mut stream, 10).await, 10);
    link.flap();
    // Nobody closes this connection but the line.
    assert!(matches!(stream.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    assert_eq!(link.tally().cuts, 1);
    link.calm();
    assert_eq!(exchange(&mut connect(&link).await, 10).await, 10);
}

#[test]
fn every_named_kind_is_known_and_others_are_told() {
    for name in LinkPlan::NAMES {
        name.parse::<LinkPlan>().unwrap();
    }
    let error = "satellite".parse::<LinkPlan>().unwrap_err().to_string();
    assert!(error.contains("flapping"), "{error}");
}
