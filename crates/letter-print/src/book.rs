//! A register that the law asks for, over a range of days.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use office_model::calendar::{long_date, short_date};

use crate::letter::{tidy_office, tidy_signer};
use crate::{Office, Paper, PrintError, Signers, book_layout, clean, csv, pdf, spreadsheet};

/// Which register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookKind {
    /// Buku Agenda, its part for outgoing letters: every letter that has a number.
    Agenda,
    /// Buku Ekspedisi: what is handed over, with room for the signature of who receives it.
    Expedition,
}

/// In what form a register is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extension {
    /// On paper, across.
    Pdf,
    /// A spreadsheet (Office Open XML).
    Xlsx,
    /// UTF-8 with a byte order mark, commas, every cell quoted.
    Csv,
}

/// The text given is no register, or no form of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseBookError {
    /// No register is called so.
    #[error("\"{0}\" is no register: agenda or expedition expected")]
    Kind(String),
    /// No form of a register is called so.
    #[error("\"{0}\" is no form of a register: pdf, xlsx or csv expected")]
    Extension(String),
}

/// One letter in a register. Texts are cleaned when they are written.
#[derive(Clone, PartialEq, Eq)]
pub struct BookRow {
    /// The day it was handed over, in WIB; nothing where it was not.
    pub sent: Option<NaiveDate>,
    /// The day that its paper bears, in WIB: that of its signature; nothing as long as it is not signed.
    pub date: Option<NaiveDate>,
    /// Its number.
    pub number: String,
    /// What it is.
    pub content: String,
    /// Whom it is about.
    pub name: String,
    /// Where it stands: what the agenda remarks.
    pub remark: String,
}

impl fmt::Debug for BookRow {
    /// Without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BookRow({:?}, {})", self.date, self.number)
    }
}

/// A register: the same rows always give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Which one.
    pub kind: BookKind,
    /// The office that keeps it.
    pub office: Office,
    /// Head and secretary, who sign below.
    pub signers: Signers,
    /// First day of it, in WIB.
    pub from: NaiveDate,
    /// Last day of it, in WIB; also the file's own date.
    pub to: NaiveDate,
    /// Its letters, in order.
    pub rows: Vec<BookRow>,
}

impl BookKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Agenda, Self::Expedition];

    /// The word that commands take.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agenda => "agenda",
            Self::Expedition => "expedition",
        }
    }

    /// The heads and how wide each column is, in parts: those of models A.7 (its part for outgoing letters) and A.8 of
    /// Permendagri 47/2016. Who receives a letter signs in the expedition's last one.
    pub(crate) const fn columns(self) -> &'static [(&'static str, u16)] {
        match self {
            Self::Agenda => &[
                ("No.", 5),
                ("Tanggal pengiriman", 10),
                ("Nomor surat", 22),
                ("Tanggal surat", 10),
                ("Ditujukan kepada / atas nama", 20),
                ("Isi singkat", 21),
                ("Keterangan", 12),
            ],
            Self::Expedition => &[
                ("No.", 5),
                ("Tanggal pengiriman", 10),
                ("Tanggal dan nomor surat", 25),
                ("Isi singkat surat yang dikirim", 22),
                ("Ditujukan kepada", 20),
                ("Keterangan (diterima oleh, tanda tangan)", 18),
            ],
        }
    }
}

impl Extension {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Xlsx, Self::Csv];

    /// How a file's name ends.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl FromStr for BookKind {
    type Err = ParseBookError;

    fn from_str(text: &str) -> Result<Self, ParseBookError> {
        // People here call it by its name in the law.
        let word = if text == "ekspedisi" { Self::Expedition.as_str() } else { text };
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| ParseBookError::Kind(text.chars().take(16).collect()))
    }
}

impl FromStr for Extension {
    type Err = ParseBookError;

    fn from_str(text: &str) -> Result<Self, ParseBookError> {
        let found = Self::ALL.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| ParseBookError::Extension(text.chars().take(16).collect()))
    }
}

impl Book {
    /// What it is called.
    pub fn title(&self) -> String {
        match self.kind {
            BookKind::Agenda => "Buku Agenda Surat Keluar",
            BookKind::Expedition => "Buku Ekspedisi",
        }
        .to_owned()
    }

    /// Its days, as words.
    pub(crate) fn days(&self) -> String {
        if self.from == self.to {
            return long_date(self.from);
        }
        format!("{} sampai dengan {}", long_date(self.from), long_date(self.to))
    }

    /// The cells of each row, cleaned, beginning with the running number.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        self.rows.iter().zip(1_u32..).map(|(row, count)| {
            let [number, content, name] = [&row.number, &row.content, &row.name].map(|text| clean::one_line(text));
            let [sent, date] = [row.sent, row.date].map(|day| day.map(short_date).unwrap_or_default());
            match self.kind {
                BookKind::Agenda => {
                    vec![count.to_string(), sent, number, date, name, content, clean::one_line(&row.remark)]
                }
                BookKind::Expedition => {
                    vec![count.to_string(), sent, format!("{date}, {number}"), content, name, String::new()]
                }
            }
        })
    }

    /// The file in this form; paper is for PDF alone.
    ///
    /// # Errors
    ///
    /// When a library refuses.
    pub fn to_file(&self, extension: Extension, paper: Paper) -> Result<Vec<u8>, PrintError> {
        let tidy = Self {
            office: tidy_office(&self.office),
            signers: Signers {
                kepala: tidy_signer(&self.signers.kepala),
                an_sekretaris: tidy_signer(&self.signers.an_sekretaris),
                ub: tidy_signer(&self.signers.ub),
            },
            ..self.clone()
        };
        match extension {
            Extension::Pdf => pdf::write(pdf::About::book(&tidy), paper.landscape(), book_layout::pages(&tidy, paper)),
            Extension::Xlsx => spreadsheet::write(&tidy, paper),
            Extension::Csv => Ok(csv::write(&tidy)),
        }
    }
}
