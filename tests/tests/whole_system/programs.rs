//! The two programs as they are built: found beside the tests, and built when they are missing or older than the source.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use whole_system::root;

/// Of which the programs are made.
const SOURCES: [&str; 9] = ["rs", "html", "css", "js", "svg", "sql", "json", "txt", "ttf"];

/// `sync-server` with its data folder.
pub(crate) fn sync_server(data: &Path) -> Command {
    of("sync-server", data)
}

/// `village-node` with its data folder.
pub(crate) fn village_node(data: &Path) -> Command {
    let mut command = of("village-node", data);
    command.env("VILLAGE_NODE_CLERK", "siti");
    command
}

fn of(name: &str, data: &Path) -> Command {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(FOLDER.get_or_init(folder).join(name));
    for (variable, _) in std::env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("SYNC_SERVER_") || text.starts_with("VILLAGE_NODE_") {
            command.env_remove(&variable);
        }
    }
    command.arg("--data").arg(data);
    command
}

/// Where this build leaves its programs.
fn folder() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.ancestors().nth(2).unwrap().to_owned();
    let source = ["crates", "sync-server", "village-node"].map(|part| newest(&root().join(part)));
    let source = source.into_iter().max().unwrap();
    let is_fresh = |name| modified(&folder.join(name)).is_some_and(|built| built >= source);
    if !is_fresh("sync-server") || !is_fresh("village-node") {
        build(&folder);
    }
    folder
}

fn build(folder: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "-p", "sync-server", "-p", "village-node", "--target-dir"]);
    cargo.arg(folder.parent().unwrap()).current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "the programs do not build");
}

/// When the last file below was written of which programs are made.
fn newest(folder: &Path) -> SystemTime {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let times = entries.filter_map(|path| match path.extension() {
        _ if path.is_dir() => (!path.ends_with("tests")).then(|| newest(&path)),
        Some(extension) if SOURCES.iter().any(|source| extension == *source) => modified(&path),
        _ => None,
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}
