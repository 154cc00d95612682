//! One field of a service's form.

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;

/// A field: its name, what people read, what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in records; never changes its meaning.
    pub key: String,
    /// What people read.
    pub label: Bilingual,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether a record needs it.
    #[serde(default)]
    pub required: bool,
    /// Set on "specific" personal data in the sense of UU 27/2022: reading it is logged.
    #[serde(default)]
    pub specific: Option<SpecificData>,
    /// What it becomes when a new record leaves it out.
    #[serde(default)]
    pub default: Option<DefaultValue>,
}

/// Texts that may have more characters than this have several lines.
pub const ONE_LINE: u32 = 120;

/// What a field takes. Blanks around texts are removed; an empty text, list or person counts as left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldKind {
    /// Name of a person.
    Name,
    /// NIK, stored as 16 digits.
    Nik,
    /// Family card number, stored as 16 digits.
    Kk,
    /// Phone number, stored as E.164.
    Phone,
    /// Date, stored as `2025-07-12`.
    Date {
        /// Latest day.
        #[serde(default)]
        not_after: Option<Day>,
        /// Earliest day, checked when the field is written.
        #[serde(default)]
        not_before: Option<Day>,
    },
    /// Time of day, stored as `14:30`.
    Time,
    /// Whole number, both limits included.
    Int {
        /// Smallest.
        min: i64,
        /// Greatest.
        max: IntLimit,
    },
    /// Whole rupiah, stored as a number.
    Money,
    /// Free text.
    Text {
        /// Most characters.
        max: u32,
    },
    /// Exactly so many digits, stored as text.
    Digits {
        /// How many.
        count: u32,
    },
    /// Yes or no.
    Bool,
    /// One of these.
    Enum {
        /// In the order to show them.
        options: Vec<Choice>,
    },
    /// Kemendagri area code, stored with dots.
    Area,
    /// A person: an object with the catalogue's person fields.
    Person,
    /// A list of persons, both limits included. The lower one counts only where the field is required or filled in.
    Persons {
        /// Fewest.
        min: u32,
        /// Most.
        max: u32,
    },
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What records store.
    pub value: String,
    /// What people read.
    pub label: Bilingual,
}

/// A day that is not fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// The day of the check.
    Today,
}

/// An upper limit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IntLimit {
    /// This number.
    Fixed(i64),
    /// One that is not fixed.
    Moving(MovingLimit),
}

/// A limit that moves with the day of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovingLimit {
    /// The year it is.
    ThisYear,
}

/// What a field becomes when a new record leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// The day of the check and so many months; the month's last day where it has no such day.
    MonthsFromToday(u32),
}

/// The classes of specific personal data (UU 27/2022) that the services hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecificData {
    /// Health.
    Health,
    /// Children.
    Child,
    /// Personal finance.
    Finance,
    /// Criminal record.
    Criminal,
}
