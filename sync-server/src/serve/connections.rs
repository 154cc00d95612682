//! Accepting connections: bounded, with time limits on handshake and headers.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::reads_on::ReadsOn;
use super::silent::{Guest, Silent};
use super::{Hub, routes};
use crate::desk::Peer;

/// For the TLS handshake and, on HTTP/1.1, for each request's headers.
const OPENING: Duration = Duration::from_secs(30);
/// Bytes and number of a request's headers.
const HEADER_BYTES_MAX: usize = 8 * 1024;
const HEADERS_MAX: usize = 32;
/// Requests at once on one connection.
const STREAMS_MAX: u32 = 8;
/// Frees what a dead node left behind. Rare: nodes that wait ask themselves whether the link still lives.
const PING_EVERY: Duration = Duration::from_secs(300);

/// All connections there are.
pub(super) struct Connections {
    places: Arc<Semaphore>,
    max: usize,
}

impl Connections {
    /// Done when none is left.
    pub(super) async fn all_closed(&self) {
        // The semaphore is never closed.
        let _ = self.places.acquire_many(u32::try_from(self.max).unwrap_or(u32::MAX)).await;
    }
}

/// Accepts until the future is dropped.
pub(super) fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    hub: Arc<Hub>,
) -> (impl Future<Output = Infallible>, Connections) {
    let max = hub.settings.connections_max;
    let places = Arc::new(Semaphore::new(max));
    (accept_into(Arc::clone(&places), listener, acceptor, hub), Connections { places, max })
}

async fn accept_into(
    places: Arc<Semaphore>,
    listener: TcpListener,
    acceptor: TlsAcceptor,
    hub: Arc<Hub>,
) -> Infallible {
    let router = routes::router(Arc::clone(&hub));
    let silent = Arc::new(Silent::default());
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok((stream, peer)) => (stream, Peer(peer.ip())),
            Err(error) => {
                // Out of file descriptors, mostly: connections that end give some back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if places.available_permits() == 0 && silent.make_room() {
            tracing::debug!("all connections are taken: the oldest that asked for nothing was closed");
        }
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            std::future::pending::<()>().await;
            continue;
        };
        let guest = Arc::new(silent.enter());
        let (acceptor, router, hub) = (acceptor.clone(), telling(&router, &guest, peer), Arc::clone(&hub));
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                () = guest.sent_away() => {}
                () = serve(stream, acceptor, router, hub) => {}
            }
        });
    }
}

/// The routes, which tell when something is asked for, and hear where from.
fn telling(router: &axum::Router, guest: &Arc<Guest>, peer: Peer) -> axum::Router {
    let guest = Arc::clone(guest);
    router.clone().layer(middleware::map_request(move |mut request: Request| {
        guest.spoke();
        request.extensions_mut().insert(peer);
        std::future::ready(request)
    }))
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, router: axum::Router, hub: Arc<Hub>) {
    // Acknowledgements are small and must not wait for each other.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection ended at once");
        return;
    }
    let stream = match tokio::time::timeout(OPENING, acceptor.accept(ReadsOn::new(stream))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "a connection ended in its TLS handshake"),
        Err(_) => return tracing::debug!("a TLS handshake took too long"),
    };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(OPENING)
        .max_headers(HEADERS_MAX)
        .max_buf_size(64 * 1024)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEADER_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(2 * 1024 * 1024)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(OPENING);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let mut stopping = hub.stopping.clone();
    let stop = async move { stopping.wait_for(|stop| *stop).await.is_ok() };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
