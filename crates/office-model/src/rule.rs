//! Rules that look at more than one field of a record.

use serde::{Deserialize, Serialize};

use crate::field_path::FieldPath;

/// A rule of a service. A rule about fields that are left out, or wrong in themselves, says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// `field` is required when `when` has one of the values `is`.
    RequiredWhen {
        /// The field needed.
        field: FieldPath,
        /// The enum looked at.
        when: FieldPath,
        /// The values that make `field` required.
        is: Vec<String>,
    },
    /// At least one of these is required.
    AtLeastOne {
        /// The fields.
        fields: Vec<FieldPath>,
    },
    /// The date in `field` is not before that in `other`.
    NotBefore {
        /// The later date.
        field: FieldPath,
        /// The earlier date.
        other: FieldPath,
    },
    /// Whoever was born on `birth` is at least so old today.
    AgeAtLeast {
        /// A birth date.
        birth: FieldPath,
        /// Whole years.
        years: u32,
    },
    /// A warning for everyone who is younger than that on a day of the record.
    CautionAge {
        /// Birth dates.
        births: Vec<FieldPath>,
        /// Whole years.
        years: u32,
        /// The day.
        on: FieldPath,
    },
}

impl Rule {
    /// The fields the rule looks at.
    pub fn fields(&self) -> Vec<&FieldPath> {
        match self {
            Self::RequiredWhen { field, when, .. } => vec![field, when],
            Self::AtLeastOne { fields } => fields.iter().collect(),
            Self::NotBefore { field, other } => vec![field, other],
            Self::AgeAtLeast { birth, .. } => vec![birth],
            Self::CautionAge { births, on, .. } => births.iter().chain([on]).collect(),
        }
    }
}
