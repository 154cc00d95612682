//! Every setting is heard from the file, the environment and the command line of the real program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

mod common;

use std::path::Path;
use std::process::Output;

use common::{command, enrolled, text};
use serde_json::Value;

/// A setting, the command with a flag for it, the flag, a value that is refused, and the word that refuses it.
const SETTINGS: [[&str; 5]; 6] = [
    ["listen", "serve", "--listen", "0.0.0.0:7217", "listen"],
    ["lan", "serve", "--lan", "kantor", "lan"],
    ["clerk", "serve", "--clerk", "Budi Santoso", "value"],
    ["hub", "sync", "--hub", "http://hub.example", "hub_url"],
    ["log", "serve", "--log", "village_node=loud", "log"],
    // Taken by the command line as the number it is not.
    ["patience_seconds", "sync", "--patience", "soon", "config"],
];

fn is_refused(output: &Output, word: &str, place: &str) {
    assert_eq!(output.status.code(), Some(2), "{place}: {output:?}");
    let told: Value = serde_json::from_slice(&output.stderr).unwrap();
    // A flag that wants a number is refused before the settings are looked at.
    let word = if place == "--patience" { "arguments" } else { word };
    assert_eq!(told["error"]["code"], word, "{place}");
}

#[test]
fn every_setting_is_heard_in_every_place() {
    let example = text(&command(Path::new("/"), &["config", "example"]).output().unwrap().stdout);
    let named = example.lines().filter(|line| line.starts_with("#: ")).count();
    assert_eq!(named, SETTINGS.len(), "a setting is not walked");
    for [key, does, flag, bad, word] in SETTINGS {
        assert!(example.contains(&format!("#: {key} = ")), "{key}");
        let dir = enrolled();
        let plain = || {
            let mut command = command(dir.path(), &[does, "--json"]);
            command.env_remove("VILLAGE_NODE_CLERK");
            command
        };
        is_refused(&plain().args([flag, bad]).output().unwrap(), word, flag);
        let variable = format!("VILLAGE_NODE_{}", key.to_ascii_uppercase());
        is_refused(&plain().env(&variable, bad).output().unwrap(), word, &variable);
        std::fs::write(dir.path().join("config.toml"), format!("{key} = \"{bad}\"\n")).unwrap();
        is_refused(&plain().output().unwrap(), word, "config.toml");
    }
}

#[test]
fn a_program_without_an_address_of_the_hub_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let output =
        command(dir.path(), &["enrol", "--code", "x", "--json"]).env_remove("VILLAGE_NODE_HUB").output().unwrap();
    is_refused(&output, "hub_missing", "enrol");
}
