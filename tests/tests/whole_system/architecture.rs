//! The picture in docs/architecture.md is what cargo builds.

use std::process::Command;

use whole_system::{picture, root};

fn page() -> String {
    std::fs::read_to_string(root().join("docs/architecture.md")).unwrap()
}

#[test]
fn crates_build_on_each_other_as_drawn() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let built = picture::built(&serde_json::from_slice(&output.stdout).unwrap()).unwrap();
    let drawn = picture::drawn(&page());
    assert!(
        drawn == built,
        "docs/architecture.md draws other edges than cargo builds. Undo the new edge, or draw this:\n{}",
        picture::lines(&built)
    );
}

#[test]
fn pure_crates_stay_pure() {
    let edges = picture::drawn(&page());
    let uses = |name: &str| edges[name].iter().map(String::as_str).collect::<Vec<_>>();
    assert!(uses("change-log").is_empty() && uses("office-model").is_empty());
    assert_eq!(uses("sync-protocol"), ["change-log", "office-model"]);
    assert_eq!(uses("sync-exchange"), ["change-log", "office-model", "sync-protocol"]);
    assert_eq!(uses("replica-store"), ["change-log", "office-model", "service-document"]);
    for (name, uses) in &edges {
        let shell = |one: &String| one == "sync-server" || one == "village-node";
        assert!(name == "fleet" || name == "whole-system" || !uses.iter().any(shell), "{name} builds on a shell");
    }
}

#[test]
fn a_drawn_block_is_read_and_written_alike() {
    let page = "text\n```text edges\na  ->\nbb -> a\n```\nx -> y\n";
    let edges = picture::drawn(page);
    assert_eq!(picture::lines(&edges), "a  ->\nbb -> a");
}
