//! The catalogue of services: one versioned data file.

mod unreadable;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::concern::Concern;
use crate::field::{Field, FieldKind, IntLimit};
use crate::field_path::{FieldPath, Segment};
use crate::rule::Rule;
use crate::service::{LetterCodes, Promise, Service};
use crate::service_id::ServiceId;
use crate::status::Approval;
use crate::versions::Versions;

const VERSION_1: &str = include_str!("../data/catalogue-1.json");

static LEARNED: Versions<Catalogue> = Versions::new();

/// All services of one catalogue version. A record stores the version it was made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    version: u32,
    sectors: Vec<Sector>,
    attachments: Vec<Attachment>,
    common: Vec<Field>,
    person: Vec<Field>,
    services: BTreeMap<ServiceId, Service>,
    order: Vec<ServiceId>,
}

/// A catalogue that cannot be used, with everything that is wrong with it. Nothing of it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CatalogueError {
    /// Never empty.
    pub problems: Vec<Bilingual>,
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service catalogue cannot be used; correct it, or update this program if it is newer: ")?;
        let said: Vec<&str> = self.problems.iter().map(|problem| problem.en.as_str()).collect();
        f.write_str(&said.join("; "))
    }
}

/// A sector of the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    /// First letter of its services' ids.
    pub letter: char,
    /// Name.
    pub label: Bilingual,
}

/// A paper that a citizen brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// `A1` to `B7`.
    pub id: String,
    /// Name.
    pub label: Bilingual,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    sectors: Vec<Sector>,
    attachments: Vec<Attachment>,
    common: Vec<Field>,
    letter: Vec<Field>,
    person: Vec<Field>,
    services: Vec<FileService>,
}

/// Longest name by which people may call a service, too, in characters.
const ALSO_CHARS_MAX: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileService {
    id: ServiceId,
    label: Bilingual,
    #[serde(default)]
    also: Vec<String>,
    codes: LetterCodes,
    letter: bool,
    approval: Approval,
    #[serde(default)]
    approval_when: Option<Bilingual>,
    promised: Promise,
    #[serde(default)]
    promised_note: Option<Bilingual>,
    attachments: Vec<String>,
    #[serde(default)]
    originals: Vec<String>,
    #[serde(default)]
    concerns: Vec<Concern>,
    fields: Vec<Field>,
    rules: Vec<Rule>,
}

impl Catalogue {
    /// The newest catalogue this program knows: shipped with it, or learned since.
    pub fn current() -> &'static Self {
        let shipped = Self::shipped();
        LEARNED.newest().filter(|newest| newest.version > shipped.version).unwrap_or(shipped)
    }

    /// The catalogue of this version; nothing when this program does not know it.
    pub fn of_version(version: u32) -> Option<&'static Self> {
        let shipped = Self::shipped();
        if shipped.version == version { Some(shipped) } else { LEARNED.get(version) }
    }

    /// Has the program know this catalogue, too, as long as it runs. Says whether it does: not where it knows another one
    /// of the same version.
    pub fn learn(self) -> bool {
        let shipped = Self::shipped();
        if shipped.version == self.version { *shipped == self } else { LEARNED.learn(self.version, self) }
    }

    /// The text of the catalogue that is shipped.
    pub const fn shipped_text() -> &'static str {
        VERSION_1
    }

    fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
            Catalogue::parse(VERSION_1).expect("the shipped catalogue is correct")
        });
        &SHIPPED
    }

    /// Reads a catalogue from JSON text.
    ///
    /// # Errors
    ///
    /// When the text is not of the form, or with everything in it that contradicts itself.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        let file: File = serde_json::from_str(json)
            .map_err(|error| CatalogueError { problems: vec![unreadable::problem(json, &error)] })?;
        let mut order = Vec::new();
        let mut services = BTreeMap::new();
        let mut problems = Vec::new();
        for service in file.services {
            let id = service.id;
            let own = if service.letter { file.letter.as_slice() } else { &[] };
            order.push(id);
            if services.insert(id, service.join(&file.common, own)).is_some() {
                problems.push(Bilingual::new(format!("{id} tercantum dua kali"), format!("{id} stands in it twice")));
            }
        }
        let Some(version) = Some(file.version).filter(|version| *version > 0) else {
            let problem = Bilingual::new("versinya harus 1 atau lebih", "its version must be 1 or more");
            return Err(CatalogueError { problems: vec![problem] });
        };
        let catalogue = Self {
            version,
            sectors: file.sectors,
            attachments: file.attachments,
            common: file.common,
            person: file.person,
            services,
            order,
        };
        catalogue.find_problems(&mut problems);
        if problems.is_empty() { Ok(catalogue) } else { Err(CatalogueError { problems }) }
    }

    /// Its version, from 1.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Ids of its services, in the order to show them.
    pub fn ids(&self) -> &[ServiceId] {
        &self.order
    }

    /// The service with this id.
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.services.get(id)
    }

    /// Its services, in the order to show them.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.order.iter().filter_map(|id| self.services.get(id))
    }

    /// Its sectors, in the order to show them.
    pub fn sectors(&self) -> &[Sector] {
        &self.sectors
    }

    /// The sector of a service.
    pub fn sector(&self, id: &ServiceId) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.letter == id.sector_letter())
    }

    /// All papers that services ask for.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// The fields of the citizen, which every service has.
    pub fn citizen_fields(&self) -> &[Field] {
        &self.common
    }

    /// The fields of a person inside a record.
    pub fn person_fields(&self) -> &[Field] {
        &self.person
    }

    /// The field that a path of a service's record leads to, list positions not looked at; nothing where it leads
    /// to no field or to an entry of a list.
    pub fn field_at(&self, service: &Service, path: &FieldPath) -> Option<&Field> {
        // The field is found in the service's own list or in the person's, and both live as long as the catalogue.
        let service = self.service(&service.id)?;
        let (root, rest) = path.segments().split_first()?;
        let Segment::Key(root) = root else { return None };
        let field = service.field(root)?;
        match (&field.kind, rest) {
            (_, []) => Some(field),
            (FieldKind::Person, [Segment::Key(key)])
            | (FieldKind::Persons { .. }, [Segment::Index(_), Segment::Key(key)]) => {
                self.person.iter().find(|field| field.key == *key)
            }
            _ => None,
        }
    }

    fn find_problems(&self, problems: &mut Vec<Bilingual>) {
        let letters: BTreeSet<char> = self.sectors.iter().map(|sector| sector.letter).collect();
        let papers: BTreeSet<&str> = self.attachments.iter().map(|paper| paper.id.as_str()).collect();
        if letters.len() != self.sectors.len() || papers.len() != self.attachments.len() {
            problems.push(Bilingual::new(
                "sebuah sektor atau lampiran tercantum dua kali",
                "a sector or an attachment stands in it twice",
            ));
        }
        check_fields("person", &self.person, problems);
        if self.person.iter().any(|field| matches!(field.kind, FieldKind::Person | FieldKind::Persons { .. })) {
            problems.push(Bilingual::new(
                "person: data orang tidak boleh memuat orang lagi",
                "person: a person cannot have persons in it",
            ));
        }
        for service in self.services() {
            let id = service.id;
            let mut say = |in_id: String, in_en: String| {
                problems.push(Bilingual::new(format!("{id}: {in_id}"), format!("{id}: {in_en}")));
            };
            if !letters.contains(&id.sector_letter()) {
                say("tidak ada sektor dengan hurufnya".to_owned(), "there is no sector with its letter".to_owned());
            }
            if let Some(paper) = service.attachments.iter().find(|paper| !papers.contains(paper.as_str())) {
                say(
                    format!("lampiran {paper} tidak ada dalam daftar"),
                    format!("attachment {paper} is not in the list"),
                );
            }
            if service.also.iter().any(|word| word.trim().is_empty() || word.chars().count() > ALSO_CHARS_MAX) {
                say(
                    format!("sebutan lain (also) harus berisi, paling panjang {ALSO_CHARS_MAX} huruf"),
                    format!(
                        "what it is also called (also) must not be blank, nor longer than {ALSO_CHARS_MAX} characters"
                    ),
                );
            }
            if let Some(paper) = service.originals.iter().find(|paper| !service.attachments.contains(paper)) {
                say(
                    format!("{paper} tercantum di originals, tetapi bukan lampiran layanan ini"),
                    format!("{paper} stands in originals, but is no attachment of this service"),
                );
            }
            if service.approval_when.is_some() && service.approval != Approval::Conditional {
                say(
                    "ada syarat untuk persetujuan yang tidak bersyarat".to_owned(),
                    "a condition for an approval that is not conditional".to_owned(),
                );
            }
            if service.approval_when.is_none() && service.approval == Approval::Conditional {
                say(
                    "persetujuannya bersyarat, tetapi syaratnya tidak disebut".to_owned(),
                    "its approval is conditional, but no condition is said".to_owned(),
                );
            }
            check_fields(id.as_str(), &service.fields, problems);
            for problem in service.rules.iter().filter_map(|rule| rule_problem(self, service, rule)) {
                problems.push(Bilingual::new(format!("{id}: {}", problem.id), format!("{id}: {}", problem.en)));
            }
        }
    }
}

impl FileService {
    fn join(self, common: &[Field], letter: &[Field]) -> Service {
        Service {
            id: self.id,
            label: self.label,
            also: self.also,
            codes: self.codes,
            is_letter: self.letter,
            approval: self.approval,
            approval_when: self.approval_when,
            promised: self.promised,
            promised_note: self.promised_note,
            attachments: self.attachments,
            originals: self.originals,
            concerns: self.concerns,
            fields: common.iter().chain(letter).cloned().chain(self.fields).collect(),
            rules: self.rules,
        }
    }
}

fn check_fields(place: &str, fields: &[Field], problems: &mut Vec<Bilingual>) {
    let mut say = |id: String, en: String| {
        problems.push(Bilingual::new(format!("{place}: {id}"), format!("{place}: {en}")));
    };
    let mut seen = BTreeSet::new();
    for field in fields {
        let key = &field.key;
        if let Err(error) = FieldPath::field(key) {
            say(format!("\"{key}\" bukan nama isian; tulis seperti nama atau no_kk"), error.to_string());
        }
        if !seen.insert(key) {
            say(format!("isian {key} tercantum dua kali"), format!("the field {key} stands in it twice"));
        }
        if field.label.id.is_empty() || field.label.en.is_empty() {
            say(
                format!("isian {key} perlu nama dalam kedua bahasa"),
                format!("the field {key} needs labels in both languages"),
            );
        }
        let values = |options: &[crate::field::Choice]| {
            let values: BTreeSet<String> = options.iter().map(|option| option.value.to_ascii_lowercase()).collect();
            values.len() == options.len() && values.len() > 1 && !values.contains("")
        };
        let good = match &field.kind {
            FieldKind::Int { min, max: IntLimit::Fixed(max) } => min <= max,
            FieldKind::Text { max: size } | FieldKind::Digits { count: size } => *size > 0,
            FieldKind::Enum { options } => values(options),
            FieldKind::Persons { min, max } => min <= max && *max > 0 && *max <= 1_000,
            _ => true,
        };
        if !good {
            say(
                format!("batas atau pilihan isian {key} tidak masuk akal"),
                format!("the limits or values of the field {key} make no sense"),
            );
        }
        if field.default.is_some() && !matches!(field.kind, FieldKind::Date { .. }) {
            say(
                format!("isian {key} bukan tanggal, jadi tidak boleh punya isi awal itu"),
                format!("the field {key} is no date, so it cannot have that default"),
            );
        }
    }
}

fn rule_problem(catalogue: &Catalogue, service: &Service, rule: &Rule) -> Option<Bilingual> {
    let kind = |path: &FieldPath| catalogue.field_at(service, path).map(|field| &field.kind);
    if let Some(path) = rule.fields().into_iter().find(|path| kind(path).is_none()) {
        return Some(Bilingual::new(
            format!("sebuah aturan memakai {path}, yang bukan isian"),
            format!("a rule looks at {path}, which is no field"),
        ));
    }
    let dates = |paths: Vec<&FieldPath>| {
        let odd = paths.into_iter().find(|path| !matches!(kind(path), Some(FieldKind::Date { .. })))?;
        Some(Bilingual::new(
            format!("sebuah aturan menuntut {odd} berupa tanggal"),
            format!("a rule needs {odd} to be a date"),
        ))
    };
    match rule {
        Rule::AtLeastOne { .. } => None,
        Rule::RequiredWhen { when, is, .. } => match kind(when) {
            Some(FieldKind::Enum { options })
                if is.iter().all(|value| options.iter().any(|option| option.value == *value)) =>
            {
                None
            }
            _ => Some(Bilingual::new(
                format!("sebuah aturan menanyai {when} nilai yang tidak mungkin"),
                format!("a rule asks {when} for a value it cannot have"),
            )),
        },
        Rule::NotBefore { .. } | Rule::AgeAtLeast { .. } | Rule::CautionAge { .. } => dates(rule.fields()),
    }
}
