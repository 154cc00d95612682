//! Whether somebody listens where the hub is. That costs a few bytes, so it is asked far more often than the hub is called
//! while the link is gone: a clerk who sees the link come back is not told for minutes that it is down.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

use crate::moment;

/// So long between two knocks at least; and so much more at most, by chance: not all machines of a regency call in the moment
/// in which its hub is back.
const EVERY: Duration = Duration::from_secs(8);
const SPREAD: Duration = Duration::from_secs(4);
/// Who has not answered by then does not listen.
const PATIENCE: Duration = Duration::from_secs(3);

/// Done once somebody listens there.
pub(super) async fn until_open(url: &reqwest::Url) {
    let place = url.host_str().zip(url.port_or_known_default());
    until(|| async move {
        match place {
            Some(place) => timeout(PATIENCE, is_open(place)).await.unwrap_or_default(),
            None => false,
        }
    })
    .await;
}

async fn until<Knocks: Future<Output = bool>>(knock: impl Fn() -> Knocks) {
    loop {
        // Without chance everybody knocks at the same pace.
        let chance = moment::random::<1>().map_or(0, |[byte]| byte);
        sleep(EVERY + SPREAD * u32::from(chance) / u32::from(u8::MAX)).await;
        if knock().await {
            return;
        }
    }
}

async fn is_open((host, port): (&str, u16)) -> bool {
    // An address with colons stands in brackets in a URL.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let Ok(found) = lookup_host((host, port)).await else { return false };
    let found: Vec<SocketAddr> = found.collect();
    for address in found {
        if TcpStream::connect(address).await.is_ok() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_knocks_again_and_again_at_a_pace_of_its_own() {
        let (knocks, began) = (Cell::new(0_u32), Instant::now());
        until(|| async {
            knocks.set(knocks.get() + 1);
            knocks.get() == 100
        })
        .await;
        let each = began.elapsed() / 100;
        assert!(EVERY < each && each < EVERY + SPREAD, "{each:?}");
    }

    #[tokio::test]
    async fn it_is_told_apart_whether_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(is_open(("127.0.0.1", port)).await);
        drop(listener);
        assert!(!is_open(("127.0.0.1", port)).await);
        assert!(!is_open(("no.such.host.invalid", 1)).await);
    }
}
