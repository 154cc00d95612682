//! Style sheet, scripts and icon, which are part of the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk_kit::{CSS, ICON};

/// The modules of the script, by name. `desk.js` brings the others along.
const SCRIPTS: [(&str, &str); 18] = [
    ("desk.js", include_str!("../../../assets/desk.js")),
    ("attach.js", include_str!("../../../assets/attach.js")),
    ("bar.js", include_str!("../../../assets/bar.js")),
    ("check.js", include_str!("../../../assets/check.js")),
    ("citizen.js", include_str!("../../../assets/citizen.js")),
    ("cover.js", include_str!("../../../assets/cover.js")),
    ("draft.js", include_str!("../../../assets/draft.js")),
    ("files.js", include_str!("../../../assets/files.js")),
    ("form.js", include_str!("../../../assets/form.js")),
    ("keys.js", include_str!("../../../assets/keys.js")),
    ("lock.js", include_str!("../../../assets/lock.js")),
    ("page.js", include_str!("../../../assets/page.js")),
    ("persons.js", include_str!("../../../assets/persons.js")),
    ("photo.js", include_str!("../../../assets/photo.js")),
    ("search.js", include_str!("../../../assets/search.js")),
    ("sending.js", include_str!("../../../assets/sending.js")),
    ("services.js", include_str!("../../../assets/services.js")),
    ("sync.js", include_str!("../../../assets/sync.js")),
];

/// Part of the addresses in a page, so that a browser never uses those of another version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Addresses of all that a page of the desk comes with.
pub fn desk_assets() -> Vec<String> {
    let names = SCRIPTS.iter().map(|(name, _)| *name).chain(["desk.css", "desk.svg"]);
    names.map(|name| format!("/aset/{name}")).collect()
}

pub(in crate::desk) async fn file(Path(file): Path<String>) -> Response {
    let script = SCRIPTS.iter().find(|(name, _)| *name == file);
    let (kind, text) = match (file.as_str(), script) {
        (_, Some((_, text))) => ("text/javascript; charset=utf-8", *text),
        ("desk.css", None) => ("text/css; charset=utf-8", CSS),
        ("desk.svg", None) => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_module_is_served_and_is_brought_along() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let there: BTreeSet<String> = names.filter(|name| name.to_ascii_lowercase().ends_with(".js")).collect();
        let served: BTreeSet<String> = SCRIPTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(there, served);
        let brought = |text: &str| -> Vec<String> {
            let ways =
                text.lines().filter(|line| line.starts_with("import ")).filter_map(|line| line.split("\"./").nth(1));
            ways.map(|way| way.trim_end_matches("\";").to_owned()).collect()
        };
        let all: BTreeSet<String> = SCRIPTS.iter().flat_map(|(_, text)| brought(text)).collect();
        let others: BTreeSet<String> = served.iter().filter(|name| *name != "desk.js").cloned().collect();
        assert_eq!(all, others);
    }
}
