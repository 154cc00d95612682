//! Which crate builds on which: as the documentation draws it, and as cargo sees it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Crates of this workspace, each with those of them that it builds on.
pub type Edges = BTreeMap<String, BTreeSet<String>>;

/// The edges drawn in a Markdown page: lines `crate -> crate crate` of its block fenced with `text edges`.
pub fn drawn(page: &str) -> Edges {
    let block = page.lines().skip_while(|line| *line != "```text edges").skip(1).take_while(|line| *line != "```");
    let lines = block.filter_map(|line| line.split_once("->"));
    lines.map(|(name, uses)| (name.trim().to_owned(), uses.split_whitespace().map(str::to_owned).collect())).collect()
}

/// The edges in the output of `cargo metadata --no-deps`, those for tests alone left out. Nothing when it is not such.
pub fn built(metadata: &Value) -> Option<Edges> {
    let packages = metadata.get("packages")?.as_array()?;
    let name = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    let ours: BTreeSet<String> = packages.iter().filter_map(name).collect();
    let edges = packages.iter().filter_map(|package| {
        let uses = package.get("dependencies")?.as_array()?.iter();
        let uses = uses.filter(|one| one.get("kind").is_none_or(Value::is_null)).filter_map(name);
        Some((name(package)?, uses.filter(|one| ours.contains(one)).collect()))
    });
    Some(edges.collect())
}

/// The edges as lines for the page.
pub fn lines(edges: &Edges) -> String {
    let width = edges.keys().map(String::len).max().unwrap_or_default();
    let line = |(name, uses): (&String, &BTreeSet<String>)| {
        let uses: Vec<&str> = uses.iter().map(String::as_str).collect();
        format!("{name:width$} -> {}", uses.join(" ")).trim_end().to_owned()
    };
    edges.iter().map(line).collect::<Vec<_>>().join("\n")
}
