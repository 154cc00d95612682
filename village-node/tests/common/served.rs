//! A real `serve` on a data folder, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{command, enrolled};

pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
    /// The owner's.
    pub(crate) token: String,
    pub(crate) dir: TempDir,
}

impl Served {
    #[allow(dead_code, reason = "not every test file begins with an empty folder")]
    pub(crate) fn start() -> Self {
        Self::on(enrolled())
    }

    /// Serves a folder that holds a node.
    pub(crate) fn on(dir: TempDir) -> Self {
        let (child, address) = start(dir.path());
        let token = std::fs::read_to_string(dir.path().join("api.token")).unwrap();
        Self { child, address, token, dir }
    }

    /// Kills the program as a power cut would, and starts it again.
    #[allow(dead_code, reason = "not every test file does")]
    pub(crate) fn kill_and_start(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.address) = start(self.dir.path());
    }

    /// The id of its process.
    #[allow(dead_code, reason = "not every test file looks at it")]
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Status and JSON body of a request with these header lines.
    pub(crate) fn ask(&self, line: &str, headers: &str, body: &str) -> (u16, Value) {
        let (status, _, body) = self.ask_raw(line, headers, body);
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Status, head and body of a request with these header lines.
    pub(crate) fn ask_raw(&self, line: &str, headers: &str, body: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(stream, "{line} HTTP/1.1\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..split].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, answer[split + 4..].to_vec())
    }

    /// Header lines of somebody with a token.
    pub(crate) fn with(&self, token: &str) -> String {
        format!("host: {}\r\nauthorization: Bearer {token}\r\n", self.address)
    }

    /// Header lines of the owner.
    #[allow(dead_code, reason = "not every test file asks as the owner")]
    pub(crate) fn good(&self) -> String {
        self.with(&self.token)
    }
}

fn start(dir: &Path) -> (Child, String) {
    let mut child = command(dir, &["serve", "--listen", "127.0.0.1:0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    (child, told["address"].as_str().unwrap().to_owned())
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
