//! The program `village-node`, serving.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::demo::DemoError;

/// A process that ends with its value.
pub(super) struct Serving {
    child: Child,
    url: String,
}

/// The program that is built beside this one, with its data folder.
pub(super) fn program(data: &Path) -> Result<Command, DemoError> {
    let path: PathBuf = std::env::current_exe()?.with_file_name("village-node");
    if !path.exists() {
        let text =
            format!("{} is missing: build it as this program was, with `cargo build -p village-node`", path.display());
        return Err(DemoError::Internal(text));
    }
    let mut command = Command::new(path);
    command.arg("--data").arg(data);
    Ok(command)
}

impl Serving {
    /// Begins to serve; done when it says that it listens.
    pub(super) fn start(data: &Path) -> Result<Self, DemoError> {
        let mut command = program(data)?;
        command.args(["serve", "--json", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let silent = || DemoError::Internal("village-node did not say where it listens".to_owned());
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or_else(silent)?).read_line(&mut line)?;
        let said: serde_json::Value = serde_json::from_str(&line).map_err(|_| silent())?;
        let address = said.get("address").and_then(serde_json::Value::as_str).ok_or_else(silent)?;
        Ok(Self { child, url: format!("http://{address}") })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Resident memory now and at its most, in KiB.
    pub(super) fn resident(&self) -> Result<(u64, u64), DemoError> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
        };
        Ok((of("VmRSS:"), of("VmHWM:")))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that ended by itself is gone as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
