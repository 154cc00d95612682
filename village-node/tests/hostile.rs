//! Files of lines that nobody should write, and somebody will.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

mod common;

use std::process::{Command, Output, Stdio};

use common::{command, enrolled, fields, json_of, run, run_with_input, text};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Data memory that `record --lines` may have, in KiB, however many lines there are.
const MEMORY_KIB: u32 = 160 * 1024;

fn line(name: &str) -> String {
    json!({"service": "G01", "fields": fields(name)}).to_string()
}

/// Codes of the refused lines, and how many were saved.
fn told(lines: &[u8]) -> (Vec<String>, usize) {
    let dir = enrolled();
    let output = run_with_input(dir.path(), &["record", "--lines", "-", "--json"], lines);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let refused = told["refused"].as_array().unwrap();
    for one in refused {
        assert!(
            one["text"]["id"].as_str().unwrap().len() > 10 && one["text"]["en"].as_str().unwrap().len() > 10,
            "{one}"
        );
    }
    let saved = told["saved"].as_array().unwrap().len();
    assert_eq!(output.status.success(), refused.is_empty());
    let listed = json_of(&run(dir.path(), &["list", "--json", "--limit", "1000"]));
    assert_eq!(listed["rows"].as_array().unwrap().len(), saved);
    assert_eq!(json_of(&run(dir.path(), &["verify", "--json"]))["sound"], true);
    (refused.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect(), saved)
}

#[test]
fn odd_lines_are_named_and_cost_no_good_one() {
    let good = line("Siti Aminah");
    let deep = format!("{{\"service\":\"G01\",\"fields\":{{\"nama\":{}", "[".repeat(100_000));
    let numbers = good.replace("\"Siti Aminah\"", "7").replace("\"3510014107900001\"", "3510014107900001");
    let refused: [(&str, Vec<u8>); 12] = [
        ("line_too_long", format!("{{\"service\":\"{}", "x".repeat(10_000_000)).into_bytes()),
        ("json", deep.into_bytes()),
        ("json", "[".repeat(100_000).into_bytes()),
        ("json", [good.as_bytes(), b"\xff"].concat()),
        ("json", good.replace("Siti", "S\0ti").into_bytes()),
        ("invalid", good.replace("Siti", "S\\u0000ti").into_bytes()),
        ("invalid", numbers.into_bytes()),
        ("json", good.replace("\"nama\"", "\"nama\":\"Budi\",\"nama\"").into_bytes()),
        ("json", good.replace("{\"service\"", "{\"service\":\"G02\",\"service\"").into_bytes()),
        ("invalid", good.replace("G01", "G99").into_bytes()),
        ("json", good.replace("\"G01\"", "7").into_bytes()),
        ("json", b"\0\0\0".to_vec()),
    ];
    for (code, bad) in refused {
        let lines = [good.as_bytes(), &bad, good.as_bytes()].join(&b'\n');
        assert_eq!(told(&lines), (vec![code.to_owned()], 2), "{:?}", &bad[..bad.len().min(200)]);
    }
}

#[test]
fn empty_lines_marks_of_windows_and_a_missing_end_are_no_fault() {
    let good = line("Siti Aminah");
    let lines = format!("\u{feff}{good}\r\n\r\n   \n{good}\r\n\n{good}");
    assert_eq!(told(lines.as_bytes()), (vec![], 3));
}

#[test]
fn a_file_full_of_faults_takes_no_more_memory_than_a_small_one() {
    let dir = enrolled();
    let file = dir.path().join("bad.jsonl");
    let mut lines = "{\"service\":\"G01\",\"fields\":{}}\n".repeat(30_000);
    // Thousands of reasons in one line, and several such lines in one batch.
    let names: Vec<String> = (0..15_000).map(|name| format!("\"f{name}\":1")).collect();
    lines += &format!("{{\"service\":\"G01\",\"fields\":{{{}}}}}\n", names.join(",")).repeat(40);
    std::fs::write(&file, lines).unwrap();
    for form in [&[][..], &["--json"]] {
        let output = bounded(&dir, &[&["record", "--lines", file.to_str().unwrap()], form].concat());
        assert_eq!(
            output.status.code(),
            Some(2),
            "{}",
            text(&output.stderr[output.stderr.len().saturating_sub(900)..])
        );
    }
}

/// The command, with a bound on its memory.
fn bounded(dir: &TempDir, arguments: &[&str]) -> Output {
    let inner = command(dir.path(), arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -d {MEMORY_KIB} && exec \"$@\""), "sh"]);
    shell.arg(inner.get_program()).args(inner.get_args()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell.env("VILLAGE_NODE_CLERK", "siti").output().unwrap()
}
