//! Receivers of alarms: a small HTTP server, and a small SMTP server with STARTTLS and sign-in.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::BASE64;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// Far more than it takes: the test measures, it does not judge how fast this machine is.
const DEADLINE: Duration = Duration::from_secs(120);

/// A post that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// Names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// Takes posts, and answers each with the next status that it was told, else 204.
pub(crate) struct Hook {
    pub(crate) address: SocketAddr,
    arrived: Receiver<Post>,
    pub(crate) statuses: Arc<Mutex<Vec<u16>>>,
    /// Dates of the nights that were told by the same way: taken at once, and not among what arrived.
    pub(crate) nights: Arc<Mutex<Vec<String>>>,
}

impl Hook {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, arrived) = channel();
        let statuses = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::clone(&statuses);
        let nights = Arc::new(Mutex::new(Vec::new()));
        let of_nights = Arc::clone(&nights);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever goes away in the middle is no post.
                let _ = take_post(stream.unwrap(), &tell, &answers, &of_nights);
            }
        });
        Self { address, arrived, statuses, nights }
    }

    /// The next post.
    pub(crate) fn next(&self) -> Post {
        self.arrived.recv_timeout(DEADLINE).expect("no post came")
    }

    /// All that came and was not looked at.
    pub(crate) fn rest(&self) -> Vec<Post> {
        self.arrived.try_iter().collect()
    }
}

fn take_post(
    stream: TcpStream,
    tell: &Sender<Post>,
    statuses: &Mutex<Vec<u16>>,
    nights: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    assert!(line.starts_with("POST /siaga?kunci=rahasia HTTP/1.1"), "{line}");
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body)?;
    let event: Value = serde_json::from_slice(&body).unwrap();
    let night = event["data"]["date"].as_str().filter(|_| event["type"] == "night.finished");
    let status = if night.is_some() { 204 } else { statuses.lock().unwrap().pop().unwrap_or(204) };
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    if let Some(date) = night {
        nights.lock().unwrap().push(date.to_owned());
        return Ok(());
    }
    // The test may be over.
    let _ = tell.send(Post { headers, body: String::from_utf8(body).unwrap() });
    Ok(())
}

/// A mail that arrived, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Headers and text as they came.
    pub(crate) data: String,
    /// Who signed in, and with what.
    pub(crate) user: String,
    pub(crate) over_tls: bool,
}

/// Takes mail from whoever signs in with this password over TLS.
pub(crate) struct Post25 {
    pub(crate) port: u16,
    arrived: Receiver<Mail>,
    /// The certificate, as PEM: who trusts it may send.
    pub(crate) certificate: String,
}

pub(crate) const USER: &str = "pusat";
pub(crate) const PASSWORD: &str = "kata-sandi-surel-9931";

impl Post25 {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.pem();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let (tell, arrived) = channel();
        let config = Arc::new(config);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (tell, config) = (tell.clone(), Arc::clone(&config));
                // Whoever goes away in the middle sent no mail.
                std::thread::spawn(move || serve(stream.unwrap(), &config, &tell));
            }
        });
        Self { port, arrived, certificate }
    }

    /// The next mail.
    pub(crate) fn next(&self) -> Mail {
        self.arrived.recv_timeout(DEADLINE).expect("no mail came")
    }

    /// All that came and was not looked at.
    pub(crate) fn rest(&self) -> Vec<Mail> {
        self.arrived.try_iter().collect()
    }
}

fn serve(mut stream: TcpStream, config: &Arc<ServerConfig>, tell: &Sender<Mail>) -> std::io::Result<()> {
    stream.write_all(b"220 localhost\r\n")?;
    if !talk(&mut stream, false, tell)? {
        return Ok(());
    }
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    talk(&mut StreamOwned::new(connection, stream), true, tell)?;
    Ok(())
}

/// A line, byte by byte: nothing behind it may be read before TLS begins.
fn line(stream: &mut impl Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// Talks until the caller is done, or wants TLS.
fn talk(stream: &mut (impl Read + Write), over_tls: bool, tell: &Sender<Mail>) -> std::io::Result<bool> {
    let mut mail = Mail { over_tls, ..Mail::default() };
    loop {
        let said = line(stream)?;
        let word = said.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" if over_tls => "250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "EHLO" => "250-localhost\r\n250 STARTTLS",
            "STARTTLS" if !over_tls => {
                stream.write_all(b"220 go on\r\n")?;
                return Ok(true);
            }
            "AUTH" if over_tls => {
                let told = BASE64.decode(said.rsplit(' ').next().unwrap().as_bytes()).unwrap();
                let told = String::from_utf8(told).unwrap();
                let parts: Vec<&str> = told.split('\0').collect();
                mail.user = parts[1].to_owned();
                if parts[2] == PASSWORD { "235 welcome" } else { "535 wrong password" }
            }
            "MAIL" if mail.user.is_empty() => "530 sign in first",
            "MAIL" => {
                mail.from = said;
                "250 ok"
            }
            "RCPT" => {
                mail.to.push(said);
                "250 ok"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                loop {
                    let said = line(stream)?;
                    if said == "." {
                        break;
                    }
                    mail.data.push_str(said.strip_prefix('.').unwrap_or(&said));
                    mail.data.push('\n');
                }
                // The test may be over.
                let _ = tell.send(mail.clone());
                "250 taken"
            }
            "QUIT" => {
                stream.write_all(b"221 goodbye\r\n")?;
                return Ok(false);
            }
            _ => "502 not here",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
}
