//! The regency as tiles: a box for each sub-district, a tile for each office. Drawn from the roster.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use desk_kit::{Language, moments};
use office_model::{Office, OfficeKind};

use super::shown;
use super::texts::Worded as _;
use crate::regency::{OfficeFacts, Regency, Standing, State};

/// Tiles of a picture where a box lays several beside each other,
const BLOCK: usize = 4 * COLUMNS;
/// tiles of a row, and their size and distance in the picture's units, which are CSS pixels.
const COLUMNS: usize = 5;
const TILE: usize = 26;
const STEP: usize = 30;

/// A box of the map.
pub(super) struct District {
    pub(super) name: String,
    /// How many of its enrolled offices are proven, of how many.
    pub(super) equal: usize,
    pub(super) enrolled: usize,
    /// It has offices of the whole regency, and takes its whole breadth.
    pub(super) is_wide: bool,
    /// The pictures: markup of our own, with all texts escaped.
    pub(super) svgs: Vec<String>,
}

/// The boxes by name; working units and health facilities, which serve the whole regency, come last.
pub(super) fn districts(regency: &Regency, language: Language, now_millis: i64) -> Vec<District> {
    let mut boxes: BTreeMap<(u8, String), Vec<&(OfficeFacts, Standing)>> = BTreeMap::new();
    for one in &regency.offices {
        boxes.entry(place(&one.0.office, language)).or_default().push(one);
    }
    let made = boxes.into_iter().map(|((rank, name), mut offices)| {
        // Each office keeps its place, whatever its state.
        offices.sort_by_key(|(facts, _)| facts.office.code);
        let enrolled = offices.iter().filter(|(_, standing)| standing.state != State::Absent).count();
        let equal = offices.iter().filter(|(_, standing)| is_proven(standing.state)).count();
        let is_wide = rank > 0;
        let svgs = offices.chunks(if is_wide { BLOCK } else { usize::MAX });
        let svgs = svgs.map(|offices| picture(offices, language, now_millis)).collect();
        District { name, equal, enrolled, is_wide, svgs }
    });
    made.collect()
}

/// The box of an office: its rank among boxes, and its name.
fn place(office: &Office, language: Language) -> (u8, String) {
    let t = language.texts();
    match (office.kind, &office.district) {
        (OfficeKind::WorkingUnit, _) => (1, t.units.to_owned()),
        (OfficeKind::HealthFacility, _) => (2, t.facilities.to_owned()),
        (_, Some(district)) => (0, district.name.clone()),
        (_, None) => (0, office.name.clone()),
    }
}

/// Proven within a day.
pub(super) const fn is_proven(state: State) -> bool {
    matches!(state, State::Equal | State::Sending)
}

fn picture(offices: &[&(OfficeFacts, Standing)], language: Language, now_millis: i64) -> String {
    let columns = offices.len().clamp(1, COLUMNS);
    let rows = offices.len().div_ceil(COLUMNS);
    let (width, height) = (columns * STEP, rows * STEP);
    let mut svg =
        format!("<svg class=\"tiles\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">");
    for (index, (facts, standing)) in offices.iter().enumerate() {
        let (x, y) = (index % COLUMNS * STEP + 2, index / COLUMNS * STEP + 2);
        let said = escape(&told(facts, standing, language, now_millis));
        let (code, word) = (facts.office.code, standing.state.as_str());
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<a href=\"/kantor/{code}\" aria-label=\"{said}\" class=\"tile {word}\"><title>{said}</title>{}<text x=\"{}\" \
             y=\"{}\">{}</text>{}</a>",
            shape(standing.state, x, y),
            x + TILE / 2,
            y + TILE / 2 + 6,
            standing.state.sign(),
            if standing.marks.is_empty() { String::new() } else { dot(x, y) },
        );
    }
    svg + "</svg>"
}

/// The office and how it stands, in words.
fn told(facts: &OfficeFacts, standing: &Standing, language: Language, now_millis: i64) -> String {
    let t = language.texts();
    let mut said = format!("{}: {}", facts.office.full_name(), shown::state(t, standing.state));
    if let Some(since) = standing.since_millis {
        let _ = write!(said, " {} {}", t.since, moments::short(since, now_millis));
    }
    for mark in &standing.marks {
        let _ = write!(said, "; {}", shown::mark(mark, language));
    }
    said
}

/// Each state has a shape of its own, so that nobody needs to see colours.
fn shape(state: State, x: usize, y: usize) -> String {
    let half = TILE / 2;
    let (right, bottom, middle, centre) = (x + TILE, y + TILE, x + half, y + half);
    match state {
        State::Equal => format!("<rect x=\"{x}\" y=\"{y}\" width=\"{TILE}\" height=\"{TILE}\" rx=\"7\"/>"),
        State::Sending => format!("<circle cx=\"{middle}\" cy=\"{centre}\" r=\"{half}\"/>"),
        State::Late => format!("<path d=\"M{middle} {y}L{right} {centre}L{middle} {bottom}L{x} {centre}z\"/>"),
        // A house: its office is there, and nobody in it can call.
        State::ShutOut => format!("<path d=\"M{x} {centre}L{middle} {y}L{right} {centre}V{bottom}H{x}z\"/>"),
        State::Never => format!("<path d=\"M{x} {y}H{right}V{bottom}H{x}z\"/>"),
        State::Differs => {
            let (near, far) = (TILE / 4, TILE - TILE / 4);
            format!(
                "<path d=\"M{} {y}H{}L{right} {}V{}L{} {bottom}H{}L{x} {}V{}z\"/>",
                x + near,
                x + far,
                y + near,
                y + far,
                x + far,
                x + near,
                y + far,
                y + near
            )
        }
        State::Absent => {
            format!("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>", x + 4, y + 4, TILE - 8, TILE - 8)
        }
    }
}

/// Something needs an eye.
fn dot(x: usize, y: usize) -> String {
    format!("<circle class=\"mark\" cx=\"{}\" cy=\"{}\" r=\"4.5\"/>", x + TILE - 2, y + 2)
}

/// A text as it may stand in markup and in its attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            sign => safe.push(sign),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regency::facts::tests::office;

    #[test]
    fn what_stands_in_a_roster_cannot_become_markup() {
        let mut facts = office();
        facts.office.name = "<script>\"&'".to_owned();
        let standing = Standing { state: State::Late, since_millis: Some(0), marks: Vec::new() };
        let svg = picture(&[&(facts, standing)], Language::English, 0);
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;&quot;&amp;&#39;"), "{svg}");
        assert!(svg.contains("href=\"/kantor/35.10.01.2001\"") && svg.contains(">!</text>"), "{svg}");
    }

    #[test]
    fn every_state_has_a_shape_and_a_sign_of_its_own() {
        let shapes: std::collections::BTreeSet<String> = State::ALL.iter().map(|state| shape(*state, 0, 0)).collect();
        let signs: std::collections::BTreeSet<&str> = State::ALL.iter().map(|state| state.sign()).collect();
        assert_eq!((shapes.len(), signs.len()), (State::ALL.len(), State::ALL.len()));
    }
}
