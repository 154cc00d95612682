//! A letter: everything that its paper shows.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use office_model::{Catalogue, ServiceId, SignsAs};
use serde_json::{Map, Value};

use crate::fill::Scope;
use crate::{Approved, Block, Crest, Office, Paper, Signer, Signers, Templates, clean, layout, pdf};

/// What a letter is made from.
#[derive(Clone, Copy)]
pub struct LetterFacts<'a> {
    /// Which service.
    pub service: ServiceId,
    /// Fields of the record, as stored.
    pub fields: &'a Map<String, Value>,
    /// Its number; nothing before it has one.
    pub number: Option<&'a str>,
    /// Day of the letter, in WIB.
    pub date: NaiveDate,
    /// The office.
    pub office: &'a Office,
    /// Who may sign.
    pub signers: &'a Signers,
    /// The camat's approval; nothing where no camat has to.
    pub approved: Option<&'a Approved>,
}

/// A letter, ready to be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The office.
    pub office: Office,
    /// What stands beside its name.
    pub crest: Option<Crest>,
    /// Title, as underlined.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// What it says.
    pub body: Vec<Block>,
    /// Its day.
    pub date: NaiveDate,
    /// In what capacity it is signed.
    pub signs: SignsAs,
    /// Who signs.
    pub signer: Signer,
    /// The camat's approval, if it has one.
    pub approved: Option<Approved>,
}

/// How far a letter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// Not signed yet: marked KONSEP, and nothing to check it by.
    Draft,
    /// Final, with nothing to check it by.
    Unsealed,
    /// Final, with the address that its QR code holds.
    Sealed(String),
}

/// No letter or register can be printed. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The service ends in no letter.
    #[error("service {0} ends in no letter")]
    NoLetter(ServiceId),
    /// The templates in the program cannot be read.
    #[error(transparent)]
    Template(#[from] crate::TemplateError),
    /// The seal does not fit into a QR code.
    #[error("the seal is too long for a QR code")]
    SealTooLong,
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
    /// The spreadsheet could not be written.
    #[error("the spreadsheet could not be written: {0}")]
    Spreadsheet(String),
}

impl std::fmt::Debug for Letter {
    /// Without what it says: that is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({}, {:?}, {})", self.title, self.number, self.date)
    }
}

impl Letter {
    /// The letter of a record, by the templates.
    ///
    /// # Errors
    ///
    /// When the service ends in no letter.
    pub fn of(templates: &Templates, catalogue: &Catalogue, facts: &LetterFacts<'_>) -> Result<Self, PrintError> {
        let none = || PrintError::NoLetter(facts.service);
        let service = catalogue.service(&facts.service).filter(|service| service.is_letter).ok_or_else(none)?;
        let section = templates.section(facts.service).ok_or_else(none)?;
        let signs = match facts.fields.get("penandatangan").and_then(Value::as_str) {
            Some("an_sekretaris") => SignsAs::AnSekretaris,
            Some("ub") => SignsAs::Ub,
            _ => SignsAs::Kepala,
        };
        let office = tidy_office(facts.office);
        let signer = tidy_signer(facts.signers.of(signs));
        let beside = BTreeMap::from([
            ("kantor", office.named()),
            ("tempat_kantor", office.place()),
            ("jabatan", signer.spoken_title(signs, &office)),
            ("kabupaten", office.regency.clone()),
            ("kecamatan", office.district.clone()),
        ]);
        let scope = Scope { templates, catalogue, service, fields: facts.fields, beside };
        let mut body = Vec::new();
        scope.fill(&section.lines, &mut body);
        let number = facts.number.map(clean::one_line);
        Ok(Self {
            office,
            crest: templates.crest().cloned(),
            title: section.title.clone(),
            number,
            body,
            date: facts.date,
            signs,
            signer,
            approved: facts.approved.map(|one| Approved { camat: tidy_signer(&one.camat), ..one.clone() }),
        })
    }

    /// The PDF: the same letter, paper and finish always give the same bytes.
    ///
    /// # Errors
    ///
    /// When the seal is too long for a QR code, or the library refuses.
    pub fn to_pdf(&self, paper: Paper, finish: &Finish) -> Result<Vec<u8>, PrintError> {
        pdf::write(pdf::About::letter(self), paper.size(), layout::pages(self, paper, finish)?)
    }
}

pub(crate) fn tidy_office(office: &Office) -> Office {
    Office {
        kind: office.kind,
        name: clean::one_line(&office.name),
        district: clean::one_line(&office.district),
        regency: clean::one_line(&office.regency),
        address: clean::one_line(&office.address),
        phone: clean::one_line(&office.phone),
        postal_code: clean::one_line(&office.postal_code),
    }
}

pub(crate) fn tidy_signer(signer: &Signer) -> Signer {
    Signer {
        name: clean::one_line(&signer.name),
        title: clean::one_line(&signer.title),
        nip: clean::one_line(&signer.nip),
    }
}
