//! Accepting connections of other machines: bounded, with time limits, and nothing served but over TLS.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::{Extension, Router, middleware};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::addresses::is_neighbour;
use super::places::Places;
use super::{Opened, url};
use crate::serve::entrance::Entrance;

/// For the TLS handshake, for the first request after it and, on HTTP/1.1, for each request's headers.
const OPENING: Duration = Duration::from_secs(10);
/// For a hint to somebody who does not speak TLS, and for reading on until it arrived.
const HINT: Duration = Duration::from_secs(2);
/// Bytes and number of a request's headers.
const HEADER_BYTES_MAX: u32 = 16 * 1024;
const HEADERS_MAX: usize = 64;
/// Requests at once on one connection.
const STREAMS_MAX: u32 = 32;
/// Frees the places of a machine that was switched off.
const PING_EVERY: Duration = Duration::from_secs(30);
/// The first byte of every TLS connection.
const TLS_HANDSHAKE: u8 = 22;

/// Serves whoever calls until it is time to stop, and then those who are being answered.
pub(super) async fn serve(
    listener: TcpListener,
    opened: Arc<Opened>,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Arc::new(Places::default());
    let mut served = JoinSet::new();
    let told = stopping.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = served.join_next() => continue,
            // A sender that is gone says the same.
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, peer.ip().to_canonical()),
            Err(error) => {
                // Out of file descriptors, mostly: connections that end give some back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !is_neighbour(peer) {
            tracing::debug!("a caller from outside the office's network was turned away");
            continue;
        }
        let Some(place) = places.take(peer) else {
            tracing::debug!("a machine of the office has too many connections");
            continue;
        };
        let (opened, router, told) = (Arc::clone(&opened), router.clone(), told.clone());
        served.spawn(async move {
            let _place = place;
            serve_one(stream, peer, &opened, router, told).await;
        });
    }
    drop(listener);
    while served.join_next().await.is_some() {}
}

async fn serve_one(
    stream: TcpStream,
    peer: IpAddr,
    opened: &Opened,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let prepared = stream.set_nodelay(true).and_then(|()| stream.local_addr());
    let mut own = match prepared {
        Ok(own) => own,
        Err(error) => return tracing::debug!(%error, "a connection ended at once"),
    };
    own.set_ip(own.ip().to_canonical());
    let mut first = [0];
    match tokio::time::timeout(OPENING, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first == [TLS_HANDSHAKE] => {}
        Ok(Ok(1)) => return hint(stream, &url(own)).await,
        _ => return tracing::debug!("a connection said nothing"),
    }
    let config = match opened.certificates.at(own.ip()) {
        Ok(config) => config,
        Err(failure) => return tracing::warn!(code = failure.code, "a connection got no certificate"),
    };
    let stream = match tokio::time::timeout(OPENING, TlsAcceptor::from(config).accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "a connection ended in its TLS handshake"),
        Err(_) => return tracing::debug!("a TLS handshake took too long"),
    };
    let entrance = Entrance::lan(own, peer, opened.certificates.authority.hosts());
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(OPENING)
        .max_headers(HEADERS_MAX)
        .max_buf_size(64 * 1024)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_BYTES_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(OPENING);
    let spoke = Arc::new(Notify::new());
    let service = TowerToHyperService::new(telling(router, &spoke).layer(Extension(entrance)));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // What it waited for is a guard, which must not live on across the wait for the last answers.
    let stop = async move { drop(stopping.wait_for(|stop| *stop).await) };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = silence(&spoke) => return tracing::debug!("a connection asked for nothing"),
        () = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// The routes, which tell when something is asked for.
fn telling(router: Router, spoke: &Arc<Notify>) -> Router {
    let spoke = Arc::clone(spoke);
    router.layer(middleware::map_request(move |request: Request| {
        spoke.notify_one();
        std::future::ready(request)
    }))
}

/// Ends when nothing was asked for in time.
async fn silence(spoke: &Notify) {
    if tokio::time::timeout(OPENING, spoke.notified()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// Says to somebody who does not speak TLS what the address is. Nothing of the request is looked at.
async fn hint(mut stream: TcpStream, url: &str) {
    let text = format!(
        "Alamat ini hanya memakai https. Tidak ada yang dikirim; buka {url}\n\
         This address speaks https only. Nothing was served; open {url}\n"
    );
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    let told = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // Closed while something of it is unread, the connection would be reset and the hint lost.
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    // Somebody who does not wait for it does not want it.
    let _ = tokio::time::timeout(HINT, told).await;
}
