//! The templates: one section a service, in a small language of lines.
//!
//! | line | means |
//! | --- | --- |
//! | `version 1` | first line of the file |
//! | `lambang BASE64` | the crest of all letterheads, a PNG; at most one |
//! | `= name` | a part that sections include by `@name` begins |
//! | `== G01 Title` | the letter of a service begins |
//! | `\| label \| text` | a label and its value |
//! | `@person ibu Heading`, `@persons anggota Heading` | a person as rows, a list of persons as a table |
//! | `?field=value line` | the line counts only where the field has this stored value |
//! | other text | a paragraph |
//!
//! In texts `{field}` stands for a value as letters write it, and `[...]` for a part that is left out where a value in
//! it is empty. A line is left out where a value of its own is empty.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use office_model::{Bilingual, ServiceId, Versions};

use crate::{Crest, CrestError};

const VERSION_1: &str = include_str!("../data/letters-1.txt");

/// What the line of the crest begins with.
const CREST: &str = "lambang ";

static LEARNED: Versions<Templates> = Versions::new();

/// The sections of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    version: u16,
    crest: Option<Crest>,
    parts: BTreeMap<String, Vec<Line>>,
    letters: BTreeMap<ServiceId, Section>,
}

/// The letter of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
}

/// One line of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Field and stored value that the line counts for; always where there is none.
    pub(crate) only: Option<(String, String)>,
    pub(crate) kind: LineKind,
}

/// What a line prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LineKind {
    Part(String),
    Person { key: String, heading: String },
    Persons { key: String, heading: String },
    Row { label: String, text: String },
    Paragraph(String),
}

/// A line that the language does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the letter templates: {}", .problem.en)]
pub struct TemplateError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it, in Indonesian and English.
    problem: Bilingual,
}

impl TemplateError {
    /// What people read.
    pub fn text(&self) -> Bilingual {
        Bilingual::new(format!("baris {} template surat: {}", self.line, self.problem.id), self.to_string())
    }
}

impl Templates {
    /// The newest version that this program knows: shipped with it, or learned since.
    ///
    /// # Errors
    ///
    /// When the program was built with templates that cannot be read, which a test rules out.
    pub fn current() -> Result<&'static Self, TemplateError> {
        let shipped = Self::shipped()?;
        Ok(LEARNED.newest().filter(|newest| newest.version > shipped.version).unwrap_or(shipped))
    }

    /// The templates of this version; nothing when this program does not know them.
    ///
    /// # Errors
    ///
    /// As [`Templates::current`].
    pub fn of_version(version: u16) -> Result<Option<&'static Self>, TemplateError> {
        let shipped = Self::shipped()?;
        Ok(if shipped.version == version { Some(shipped) } else { LEARNED.get(version.into()) })
    }

    /// Has the program know these templates, too, as long as it runs. Says whether it does: not where it knows others of
    /// the same version.
    ///
    /// # Errors
    ///
    /// As [`Templates::current`].
    pub fn learn(self) -> Result<bool, TemplateError> {
        let shipped = Self::shipped()?;
        let version = self.version;
        Ok(if shipped.version == version { *shipped == self } else { LEARNED.learn(version.into(), self) })
    }

    /// The text of the templates that are shipped.
    pub const fn shipped_text() -> &'static str {
        VERSION_1
    }

    /// The templates that are shipped.
    ///
    /// # Errors
    ///
    /// As [`Templates::current`].
    pub fn shipped() -> Result<&'static Self, TemplateError> {
        static SHIPPED: LazyLock<Result<Templates, TemplateError>> = LazyLock::new(|| Templates::parse(VERSION_1));
        SHIPPED.as_ref().map_err(Clone::clone)
    }

    /// Reads a file of templates.
    ///
    /// # Errors
    ///
    /// When a line is not of the language.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let version = lines
            .next()
            .and_then(|(_, line)| line.strip_prefix("version "))
            .and_then(|version| version.parse().ok())
            .ok_or_else(|| TemplateError {
                line: 1,
                problem: Bilingual::new("harus menyebut versinya", "it must say the version"),
            })?;
        let mut templates = Self { version, crest: None, parts: BTreeMap::new(), letters: BTreeMap::new() };
        let mut into: Option<&mut Vec<Line>> = None;
        for (line, text) in lines.filter(|(_, text)| !text.is_empty()) {
            let fail = |id, en| TemplateError { line, problem: Bilingual::new(id, en) };
            if let Some(picture) = text.strip_prefix(CREST) {
                let crest = Crest::of_line(picture.trim());
                let crest = crest.map_err(|error| TemplateError { line, problem: error.text() })?;
                if templates.crest.replace(crest).is_some() {
                    return Err(fail("lambang sudah ada di baris lain", "there is a crest in another line already"));
                }
            } else if let Some(head) = text.strip_prefix("== ") {
                let (id, title) =
                    head.split_once(' ').ok_or_else(|| fail("perlu kode dan judul", "id and title expected"))?;
                let id: ServiceId =
                    id.parse().map_err(|_| fail("tidak ada layanan dengan kode ini", "no service has this id"))?;
                let section = Section { title: title.to_owned(), lines: Vec::new() };
                into = Some(&mut templates.letters.entry(id).or_insert(section).lines);
            } else if let Some(name) = text.strip_prefix("= ") {
                into = Some(templates.parts.entry(name.to_owned()).or_default());
            } else {
                let parsed =
                    Line::parse(text).ok_or_else(|| fail("bukan baris template", "not a line of the language"))?;
                into.as_mut()
                    .ok_or_else(|| fail("ada di depan semua bagian", "it stands before every section"))?
                    .push(parsed);
            }
        }
        Ok(templates)
    }

    /// Its version, from 1. A letter names it, so that the same letter can be printed again.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The crest of its letterheads, where there is one.
    pub const fn crest(&self) -> Option<&Crest> {
        self.crest.as_ref()
    }

    /// The text of the next version of these templates: with this PNG as crest, in place of the one that is there, or
    /// without any. `text` is theirs.
    ///
    /// # Errors
    ///
    /// When the PNG cannot be one.
    pub fn next_with_crest(&self, text: &str, png: Option<&[u8]>) -> Result<String, CrestError> {
        let crest = png.map(Crest::line_of).transpose()?.map(|picture| format!("{CREST}{picture}"));
        let head = std::iter::once(format!("version {}", self.version.saturating_add(1))).chain(crest);
        let rest = text.lines().skip(1).filter(|line| !line.trim().starts_with(CREST)).map(str::to_owned);
        Ok(head.chain(rest).map(|line| line + "\n").collect())
    }

    /// Services that it has a letter for.
    pub fn services(&self) -> impl Iterator<Item = ServiceId> {
        self.letters.keys().copied()
    }

    /// Services whose letter is another one, or new, compared with other templates.
    pub fn changed_since(&self, before: &Self) -> Vec<ServiceId> {
        let same = |id: &ServiceId| match (self.section(*id), before.section(*id)) {
            (Some(section), Some(was)) => section == was && self.same_parts(before, &section.lines),
            _ => false,
        };
        let all_change = self.crest != before.crest;
        self.services().filter(|id| all_change || !same(id)).collect()
    }

    /// Whether the parts that these lines name are the same in other templates.
    fn same_parts(&self, other: &Self, lines: &[Line]) -> bool {
        lines.iter().all(|line| match &line.kind {
            LineKind::Part(name) => self.part(name) == other.part(name),
            _ => true,
        })
    }

    pub(crate) fn section(&self, id: ServiceId) -> Option<&Section> {
        self.letters.get(&id)
    }

    pub(crate) fn part(&self, name: &str) -> &[Line] {
        self.parts.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Fields and derived values that the letter of a service names, its parts included.
    pub fn names(&self, id: ServiceId) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if let Some(section) = self.section(id) {
            self.collect(&section.lines, &mut names);
        }
        names
    }

    /// Parts that the letter of a service includes and that are not there.
    pub(crate) fn missing_parts(&self, id: ServiceId) -> BTreeSet<&str> {
        let lines = self.section(id).map(|section| section.lines.as_slice()).unwrap_or_default();
        let named = lines.iter().filter_map(|line| match &line.kind {
            LineKind::Part(name) => Some(name.as_str()),
            _ => None,
        });
        named.filter(|name| !self.parts.contains_key(*name)).collect()
    }

    fn collect(&self, lines: &[Line], names: &mut BTreeSet<String>) {
        for line in lines {
            names.extend(line.only.iter().map(|(field, _)| field.clone()));
            match &line.kind {
                // A part holds no part: parsing would otherwise have to look for circles.
                LineKind::Part(name) => {
                    let flat = self.part(name).iter().filter(|line| !matches!(line.kind, LineKind::Part(_)));
                    self.collect(&flat.cloned().collect::<Vec<_>>(), names);
                }
                LineKind::Person { key, .. } | LineKind::Persons { key, .. } => {
                    names.insert(key.clone());
                }
                LineKind::Row { text, .. } | LineKind::Paragraph(text) => {
                    names.extend(
                        text.split('{')
                            .skip(1)
                            .filter_map(|rest| rest.split_once('}'))
                            .map(|(name, _)| name.to_owned()),
                    );
                }
            }
        }
    }
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let (only, text) = match text.strip_prefix('?') {
            Some(rest) => {
                let (only, text) = rest.split_once(' ')?;
                let (field, value) = only.split_once('=')?;
                (Some((field.to_owned(), value.to_owned())), text)
            }
            None => (None, text),
        };
        let person = |rest: &str| rest.split_once(' ').map(|(key, heading)| (key.to_owned(), heading.to_owned()));
        let kind = if let Some(rest) = text.strip_prefix("@persons ") {
            let (key, heading) = person(rest)?;
            LineKind::Persons { key, heading }
        } else if let Some(rest) = text.strip_prefix("@person ") {
            let (key, heading) = person(rest)?;
            LineKind::Person { key, heading }
        } else if let Some(name) = text.strip_prefix('@') {
            LineKind::Part(name.to_owned())
        } else if let Some(rest) = text.strip_prefix("| ") {
            let (label, text) = rest.split_once(" | ")?;
            LineKind::Row { label: label.to_owned(), text: text.to_owned() }
        } else {
            LineKind::Paragraph(text.to_owned())
        };
        Some(Self { only, kind })
    }
}
