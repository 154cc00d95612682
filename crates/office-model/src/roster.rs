//! The list of all offices of the regency.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Serialize;

use crate::bilingual::Bilingual;
use crate::office::{District, Office};
use crate::office_code::{OfficeCode, ParseOfficeCodeError};
use crate::office_kind::OfficeKind;
use crate::versions::Versions;

const HEADER: &str = "code,name,kind,district_code,district";
const MAX_NAME: usize = 80;
const BANYUWANGI: &str = include_str!("../../../data/banyuwangi-offices.csv");

static LEARNED: Versions<Roster> = Versions::new();

/// All offices, by code. Sub-district offices that are not listed are derived from the districts of the villages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    offices: BTreeMap<OfficeCode, Office>,
}

/// What is wrong with one line of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineProblem {
    /// Counted from 1, the header being line 1.
    pub line: usize,
    /// What is wrong.
    pub reason: Bilingual,
}

impl LineProblem {
    /// What people read.
    pub fn text(&self) -> Bilingual {
        Bilingual::new(
            format!("baris {}: {}", self.line, self.reason.id),
            format!("line {}: {}", self.line, self.reason.en),
        )
    }
}

/// A roster that cannot be used: every bad line of it. Nothing of the roster was taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RosterError {
    /// In the order of the lines; never empty.
    pub problems: Vec<LineProblem>,
}

impl fmt::Display for RosterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the roster has {} bad lines; correct them and load it again", self.problems.len())?;
        for problem in &self.problems {
            write!(f, "\n  line {}: {}", problem.line, problem.reason.en)?;
        }
        Ok(())
    }
}

impl Roster {
    /// The text of the roster that is shipped.
    pub const fn shipped_text() -> &'static str {
        BANYUWANGI
    }

    /// The roster of Banyuwangi that is shipped with the program: 217 village offices and 25 sub-district offices.
    pub fn banyuwangi() -> &'static Self {
        static SHIPPED: LazyLock<Roster> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
            Roster::parse(BANYUWANGI).expect("the shipped roster is correct")
        });
        &SHIPPED
    }

    /// The roster that this program goes by: the newest one it learned, or the shipped one.
    pub fn current() -> &'static Self {
        LEARNED.newest().unwrap_or_else(Self::banyuwangi)
    }

    /// Has the program go by this roster as long as it runs, unless it knows a newer one. `version`: from 1, higher where
    /// newer. Says whether it knows it now: not where it knows another one of the same version.
    pub fn learn(self, version: u32) -> bool {
        LEARNED.learn(version, self)
    }

    /// Reads a roster from CSV text with the header `code,name,kind,district_code,district`.
    ///
    /// Fields are not quoted; LF or CRLF; empty lines are skipped. `kind` is desa, kelurahan, kecamatan, unit or
    /// faskes and must fit the code; the two district columns may be empty for unit and faskes only.
    ///
    /// # Errors
    ///
    /// Every bad line with its number and reason.
    pub fn parse(csv: &str) -> Result<Self, RosterError> {
        let mut reader = Reader::default();
        let mut lines = csv.trim_start_matches('\u{feff}').lines().enumerate();
        if lines.next().map(|(_, line)| line.trim_end()) != Some(HEADER) {
            reader.refuse(1, told(format!("judulnya harus {HEADER}"), format!("the header must be {HEADER}")));
        }
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            match reader.office(line) {
                Ok(office) => {
                    reader.lines.insert(office.code, index + 1);
                    reader.offices.insert(office.code, office);
                }
                Err(reason) => reader.refuse(index + 1, reason),
            }
        }
        reader.finish()
    }

    /// The office with this code.
    pub fn get(&self, code: OfficeCode) -> Option<&Office> {
        self.offices.get(&code)
    }

    /// All offices, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Office> {
        self.offices.values()
    }

    /// Desa and kelurahan, by code.
    pub fn villages(&self) -> impl Iterator<Item = &Office> {
        self.iter().filter(|office| office.kind.is_village())
    }

    /// Sub-district offices, by code.
    pub fn sub_districts(&self) -> impl Iterator<Item = &Office> {
        self.iter().filter(|office| office.kind == OfficeKind::SubDistrict)
    }

    /// The village offices of a sub-district, by code.
    pub fn villages_of(&self, district: OfficeCode) -> impl Iterator<Item = &Office> {
        self.villages().filter(move |office| office.code.district() == Some(district))
    }

    /// How many offices there are, of all kinds.
    pub fn len(&self) -> usize {
        self.offices.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.offices.is_empty()
    }
}

#[derive(Default)]
struct Reader {
    offices: BTreeMap<OfficeCode, Office>,
    lines: BTreeMap<OfficeCode, usize>,
    districts: BTreeMap<OfficeCode, String>,
    problems: Vec<LineProblem>,
}

impl Reader {
    fn refuse(&mut self, line: usize, reason: Bilingual) {
        self.problems.push(LineProblem { line, reason });
    }

    fn office(&mut self, line: &str) -> Result<Office, Bilingual> {
        if line.contains('"') {
            return Err(told(
                "tanda petik tidak dikenal: tulis isinya tanpa petik",
                "quotes are not supported: write the fields without them",
            ));
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let [code, name, kind, district_code, district] = fields.as_slice() else {
            let found = fields.len();
            return Err(told(format!("harus ada 5 isian, ada {found}"), format!("5 fields expected, {found} found")));
        };
        let code: OfficeCode = code.parse().map_err(|error| no_code("code", code, &error))?;
        if code.kind().as_str() != *kind {
            let (kind, is) = (brief(kind), code.kind().as_str());
            return Err(told(
                format!("kind berisi \"{kind}\", tetapi {code} adalah kode {is}"),
                format!("kind is \"{kind}\", but {code} is the code of a {}", code.kind()),
            ));
        }
        check_name("name", name)?;
        if let Some(line) = self.lines.get(&code) {
            return Err(told(
                format!("{code} sudah ada di baris {line}"),
                format!("{code} stands in line {line} already"),
            ));
        }
        let district = self.district(code, name, district_code, district)?;
        Ok(Office { code, name: (*name).to_owned(), kind: code.kind(), district })
    }

    fn district(
        &mut self,
        code: OfficeCode,
        name: &str,
        district_code: &str,
        district: &str,
    ) -> Result<Option<District>, Bilingual> {
        if district_code.is_empty() && district.is_empty() && code.district().is_none() {
            return Ok(None);
        }
        let parsed: OfficeCode =
            district_code.parse().map_err(|error| no_code("district_code", district_code, &error))?;
        if parsed.kind() != OfficeKind::SubDistrict {
            return Err(told(
                format!("district_code {parsed} bukan kode kecamatan"),
                format!("district_code {parsed} is not the code of a sub-district"),
            ));
        }
        if code.district().is_some_and(|own| own != parsed) {
            return Err(told(
                format!("district_code berisi {parsed}, tetapi {code} tidak berada di sana"),
                format!("district_code is {parsed}, but {code} does not lie in it"),
            ));
        }
        check_name("district", district)?;
        if code == parsed && name != district {
            return Err(told(
                format!("{code} adalah kecamatan, jadi name dan district harus sama"),
                format!("{code} is a sub-district, so name and district must be equal"),
            ));
        }
        let known = self.districts.entry(parsed).or_insert_with(|| district.to_owned());
        if known != district {
            let here = brief(district);
            return Err(told(
                format!("{parsed} bernama \"{here}\" di sini dan \"{known}\" di baris sebelumnya"),
                format!("{parsed} is called \"{here}\" here and \"{known}\" in a line before"),
            ));
        }
        Ok(Some(District { code: parsed, name: district.to_owned() }))
    }

    fn finish(mut self) -> Result<Roster, RosterError> {
        if self.offices.is_empty() && self.problems.is_empty() {
            self.refuse(1, told("tidak ada kantor sesudah judul", "there is no office after the header"));
        }
        if !self.problems.is_empty() {
            return Err(RosterError { problems: self.problems });
        }
        for (code, name) in self.districts {
            let district = Some(District { code, name: name.clone() });
            self.offices.entry(code).or_insert(Office { code, name, kind: OfficeKind::SubDistrict, district });
        }
        Ok(Roster { offices: self.offices })
    }
}

fn check_name(column: &str, name: &str) -> Result<(), Bilingual> {
    if name.is_empty() {
        return Err(told(format!("{column} kosong"), format!("{column} is empty")));
    }
    if name.chars().count() > MAX_NAME {
        return Err(told(
            format!("{column} lebih dari {MAX_NAME} huruf"),
            format!("{column} is longer than {MAX_NAME} characters"),
        ));
    }
    if name.chars().any(char::is_control) {
        return Err(told(
            format!("{column} memuat tanda yang tidak terlihat"),
            format!("{column} has a control character in it"),
        ));
    }
    Ok(())
}

fn told(id: impl Into<String>, en: impl Into<String>) -> Bilingual {
    Bilingual::new(id, en)
}

/// A column that holds no code of an office.
fn no_code(column: &str, text: &str, error: &ParseOfficeCodeError) -> Bilingual {
    told(
        format!(
            "{column}: \"{}\" bukan kode kantor; tulis seperti 35.10.01.2001, 35.10.01 atau 35.10.U.007",
            brief(text)
        ),
        format!("{column}: {error}"),
    )
}

fn brief(text: &str) -> String {
    text.chars().take(32).collect()
}
