//! Style sheet, scripts and icon, which are part of the program.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use desk_kit::{CSS, ICON};
use sha2::{Digest as _, Sha256};

/// The modules of the script, by name. `desk.js` brings the others along.
const SCRIPTS: [(&str, &str); 20] = [
    ("desk.js", include_str!("../../../assets/desk.js")),
    ("anonymous.js", include_str!("../../../assets/anonymous.js")),
    ("attach.js", include_str!("../../../assets/attach.js")),
    ("bar.js", include_str!("../../../assets/bar.js")),
    ("check.js", include_str!("../../../assets/check.js")),
    ("citizen.js", include_str!("../../../assets/citizen.js")),
    ("cover.js", include_str!("../../../assets/cover.js")),
    ("draft.js", include_str!("../../../assets/draft.js")),
    ("files.js", include_str!("../../../assets/files.js")),
    ("form.js", include_str!("../../../assets/form.js")),
    ("keys.js", include_str!("../../../assets/keys.js")),
    ("known_person.js", include_str!("../../../assets/known_person.js")),
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

/// A browser asks each time whether it still has the right one, and is sent it again only where it has not.
pub(in crate::desk) async fn file(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let script = SCRIPTS.iter().find(|(name, _)| *name == file);
    let (kind, text) = match (file.as_str(), script) {
        (_, Some((_, text))) => ("text/javascript; charset=utf-8", *text),
        ("desk.css", None) => ("text/css; charset=utf-8", CSS),
        ("desk.svg", None) => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let tag = tag_of(text);
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|held| held.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(header::CONTENT_TYPE, kind)], text).into_response()
}

/// What tells a text from every other one.
fn tag_of(text: &str) -> String {
    let hash = HEXLOWER.encode(&Sha256::digest(text));
    format!("\"{}\"", hash.get(..16).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn what_a_browser_has_already_is_not_sent_again() {
        let ask = |headers: HeaderMap| file(Path("desk.js".to_owned()), headers);
        let first = ask(HeaderMap::new()).await;
        assert_eq!(first.status(), StatusCode::OK);
        let held = first.headers()[header::ETAG].clone();
        let again = ask(HeaderMap::from_iter([(header::IF_NONE_MATCH, held)])).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = ask(HeaderMap::from_iter([(header::IF_NONE_MATCH, "\"older\"".parse().unwrap())])).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

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
