//! A stranger's connection to the hub's port: plain bytes, or TLS without any check of who answers.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};

/// Longer than the hub should ever let anybody wait in these tests.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A bare connection.
pub(crate) fn plain(hub: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(hub).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A connection over TLS that speaks HTTP/1.1.
pub(crate) fn tls(hub: SocketAddr) -> Tls {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from("hub.example").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = plain(hub);
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).unwrap();
    }
    StreamOwned::new(connection, stream)
}

/// The head of a request with a body of so many bytes.
pub(crate) fn head(path: &str, bytes: u64) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: {bytes}\r\n\r\n")
}

/// All that comes until the hub hangs up. Fails when it does not.
pub(crate) fn answer(stream: &mut impl std::io::Read) -> Vec<u8> {
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(read @ 1..) => all.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                panic!("the hub neither answered nor hung up after {PATIENCE:?}");
            }
            // Hung up, politely or not.
            Ok(0) | Err(_) => return all,
        }
    }
}

/// Asks for a page and returns what comes back.
pub(crate) fn get(hub: SocketAddr, path: &str) -> String {
    ask(hub, "GET", path)
}

/// Asks without a body, and returns what comes back.
pub(crate) fn ask(hub: SocketAddr, method: &str, path: &str) -> String {
    let mut stream = tls(hub);
    let head = format!("{method} {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.flush().unwrap();
    String::from_utf8(answer(&mut stream)).unwrap()
}

/// Sends a request and returns what comes back.
pub(crate) fn post(hub: SocketAddr, path: &str, announced: u64, body: &[u8]) -> Vec<u8> {
    let mut stream = tls(hub);
    // The hub may hang up before it took all.
    let _ = stream.write_all(head(path, announced).as_bytes()).and_then(|()| stream.write_all(body));
    let _ = stream.flush();
    answer(&mut stream)
}

/// Accepts whatever certificate it is shown.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("the hub spoke TLS 1.2".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
