//! The HTTP client that talks to the hub.

use std::sync::Arc;
use std::time::Duration;

use office_model::Bilingual;
use replica_store::system_words;
use rustls::ClientConfig;

use crate::pin::{Pin, PinVerifier, client_config};
use crate::{Blame, Failure};

/// So long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(20);
/// A connection serves for so long without a new exchange: longer than the longest one waits at the hub.
const KEEP: Duration = Duration::from_secs(12 * 60);
/// While nothing comes, the hub is asked so often whether it is still there. Often enough that
/// no router on the way forgets the connection, seldom enough to cost next to nothing.
const PING_EVERY: Duration = Duration::from_secs(60);
/// A link over which no answer comes for so long is dead.
const PING_ANSWER: Duration = Duration::from_secs(20);

/// Leaves it to [`PING_EVERY`] and to what an exchange itself waits for to find a link dead.
///
/// The time of TCP's own that the library sets (30 seconds) runs on while a receiver takes in less at once than a whole segment of
/// the sender's: a long upload over such a link broke each time, though bytes went all the while (Linux, `tcp_ack_probe`).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn without_timer_of_tcp(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.tcp_user_timeout(None)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn without_timer_of_tcp(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

/// A client for one pinned server: no redirects, no proxies, nothing but HTTPS. `tls` is what [`tls`] made: clients made
/// from the same one resume each other's TLS sessions.
///
/// # Errors
///
/// When the client cannot be set up.
pub(crate) fn client(tls: ClientConfig) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(KEEP)
        .pool_max_idle_per_host(1)
        .tcp_nodelay(true)
        // Asked end to end: what speeds up satellite links answers TCP's own question itself.
        .tcp_keepalive(None)
        // Without this, hyper 1.12 never begins to ask over a connection whose only stream is quiet from its start.
        .http2_keep_alive_while_idle(true)
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_ANSWER);
    let built = without_timer_of_tcp(builder).build();
    built.map_err(|error| no_client(&error.to_string()))
}

/// TLS that trusts one pinned server.
///
/// # Errors
///
/// When the TLS library of this build cannot do it.
pub(crate) fn tls(pin: Pin) -> Result<(ClientConfig, Arc<PinVerifier>), Failure> {
    client_config(pin).map_err(|error| no_client(&error.to_string()))
}

fn no_client(error: &str) -> Failure {
    Failure::machine(
        "tls",
        format!("Sambungan aman (TLS) tidak dapat disiapkan. Tidak ada yang dikirim; mohon laporkan. ({error})"),
        format!("The safe connection (TLS) could not be set up. Nothing was sent; please report this. ({error})"),
    )
}

/// A client for the loopback API of this machine: no TLS is spoken there, and no server's key would fit.
///
/// # Errors
///
/// When the client cannot be set up.
pub(crate) fn local() -> Result<reqwest::Client, Failure> {
    let built = client_config(Pin::Key([0; 32])).map_err(|error| error.to_string()).and_then(|(config, _)| {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .build();
        client.map_err(|error| error.to_string())
    });
    built.map_err(|error| no_client(&error))
}

/// The address of a page of the hub.
///
/// # Errors
///
/// When the hub's address is no `https://` address.
pub(crate) fn page(hub_url: &str, path: &str) -> Result<reqwest::Url, Failure> {
    let wrong = || {
        Failure::input(
            "hub_url",
            format!("`{hub_url}` bukan alamat pusat. Tulis seperti https://sinkron.example.go.id:8217."),
            format!("`{hub_url}` is not a hub's address. Write it like https://sync.example.go.id:8217."),
        )
    };
    let url: reqwest::Url = hub_url.parse().map_err(|_| wrong())?;
    if url.scheme() != "https" || url.host_str().is_none() {
        return Err(wrong());
    }
    url.join(path).map_err(|_| wrong())
}

/// Why the hub was not reached, without its inner workings.
pub(crate) fn unreachable(error: &reqwest::Error) -> Failure {
    let cause = root_cause(error);
    if is_other_server(error) {
        return Failure::new(
            Blame::Link,
            "wrong_server",
            "Yang menjawab bukan pusat yang terdaftar (mungkin halaman masuk Wi-Fi). Tidak ada data yang dikirim. \
             Periksa jaringan dan alamatnya.",
            "Whoever answered is not the hub this machine knows (a Wi-Fi login page, perhaps). No data was sent. Check \
             the network and the address.",
        );
    }
    let why = cause_words(error, &cause);
    if !error.is_connect() {
        return Failure::new(
            Blame::Link,
            "cut",
            format!("Sambungan terputus{}. Yang sudah diterima pusat tetap diterima; sisanya dikirim nanti.", why.id),
            format!(
                "The link broke{}. What the hub has received stays received; the rest goes later. ({cause})",
                why.en
            ),
        );
    }
    Failure::new(
        Blame::Link,
        "unreachable",
        format!("Pusat tidak dapat dihubungi{}. Data aman di komputer ini dan akan dikirim nanti.", why.id),
        format!(
            "The hub could not be reached{}. Data is safe on this machine and will be sent later. ({cause})",
            why.en
        ),
    )
}

/// Why, behind a colon, in words that people know. The system's own words, which are English, stand in the English text; in the
/// Indonesian one only where nothing better is known.
fn cause_words(error: &reqwest::Error, cause: &str) -> Bilingual {
    if let Some(refused) = system_error(error) {
        let Bilingual { id, en } = system_words(refused);
        return Bilingual::new(format!(": {id}"), format!(": {en}"));
    }
    if cause.contains("lookup address") {
        return Bilingual::new(
            ": nama pusat itu tidak ditemukan, periksa alamatnya dan jaringan",
            ": the hub's name was not found, check its address and the network",
        );
    }
    if error.is_timeout() {
        return Bilingual::new(": terlalu lama tidak ada jawaban", ": there was no answer for too long");
    }
    Bilingual::new(format!(" (kata program: {cause})"), "")
}

/// The TLS library's error in a chain. An I/O error names as its source the source of what it wraps, not that itself.
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error
        .downcast_ref()
        .or_else(|| wrapped.and_then(|wrapped| tls_error(wrapped)))
        .or_else(|| error.source().and_then(tls_error))
}

/// Whether whoever answered speaks no TLS, another TLS, or has another key.
fn is_other_server(error: &reqwest::Error) -> bool {
    tls_error(error).is_some_and(|tls| {
        matches!(
            tls,
            rustls::Error::InvalidCertificate(_)
                | rustls::Error::InvalidMessage(_)
                | rustls::Error::InappropriateMessage { .. }
                | rustls::Error::InappropriateHandshakeMessage { .. }
                | rustls::Error::PeerIncompatible(_)
                | rustls::Error::PeerMisbehaved(_)
                | rustls::Error::AlertReceived(
                    rustls::AlertDescription::ProtocolVersion | rustls::AlertDescription::HandshakeFailure
                )
        )
    })
}

/// The operating system's part in it; nothing where it has none, as where a name is not known.
fn system_error(error: &reqwest::Error) -> Option<&std::io::Error> {
    let mut found = None;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        found = one.downcast_ref::<std::io::Error>().filter(|one| one.raw_os_error().is_some()).or(found);
        cause = one.source();
    }
    found
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
