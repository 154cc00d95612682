//! What the hub's tests have in common: a folder with a hub, and the real program.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const OFFICE: &str = "35.10.01.2001";

pub(crate) const ROSTER: &str = "code,name,kind,district_code,district
35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran
35.10.01.2002,Pesanggaran,desa,35.10.01,Pesanggaran
";

pub(crate) struct Folder {
    pub(crate) dir: TempDir,
}

impl Folder {
    /// An empty place for a hub.
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A hub, made by the real program.
    pub(crate) fn with_hub() -> Self {
        let folder = Self::new();
        let roster = folder.dir.path().join("roster.csv");
        std::fs::write(&roster, ROSTER).unwrap();
        assert!(folder.run(&["init", "--roster", roster.to_str().unwrap()]).status.success());
        folder
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("hub")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.data());
        command.args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The answer of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The error of a command that must fail.
    pub(crate) fn failure(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(!output.status.success(), "{arguments:?} succeeded");
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        for part in ["error", "data", "next"] {
            assert!(!error[part].as_str().unwrap().is_empty(), "{arguments:?}: {error}");
        }
        error
    }
}

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.env_clear().env("SYNC_SERVER_DATA", data);
    command
}

/// A server that runs, killed when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(folder: &Folder) -> Self {
        let mut command = folder.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }

    /// SIGTERM, and whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
