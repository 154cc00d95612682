//! One service of the catalogue.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bilingual::Bilingual;
use crate::field::Field;
use crate::nik::Nik;
use crate::rule::Rule;
use crate::service_id::ServiceId;
use crate::status::{Approval, Status, StepError};

/// A service that an office offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Name.
    pub label: Bilingual,
    /// Archive codes for its letters.
    pub codes: LetterCodes,
    /// Whether it ends in a letter, which has a number, a purpose and a signer.
    pub is_letter: bool,
    /// Whether the sub-district must approve.
    pub approval: Approval,
    /// The condition, where approval is conditional and the condition is known.
    pub approval_when: Option<Bilingual>,
    /// Promised time. An office may set its own.
    pub promised: Promise,
    /// What the promise does not say.
    pub promised_note: Option<Bilingual>,
    /// Papers the citizen brings.
    pub attachments: Vec<String>,
    /// All fields, the common ones first.
    pub fields: Vec<Field>,
    /// Rules beyond single fields.
    pub rules: Vec<Rule>,
}

/// Archive codes of a service's letters. A letter keeps the code it was issued under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterCodes {
    /// Permendagri 78/2012.
    pub old: String,
    /// Permendagri 83/2022, where one is known.
    pub new: Option<String>,
}

/// How long a service takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: PromiseUnit,
    /// Whether an office published it, or it is a proposal.
    pub sourced: bool,
}

/// Unit of a promised time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Working days, Monday to Friday.
    WorkingDays,
}

impl Service {
    /// The field of this name.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The code that new letters get: the new scheme's, or the old one's where none is known.
    pub fn current_code(&self) -> &str {
        self.codes.new.as_deref().unwrap_or(&self.codes.old)
    }

    /// Checks a step of a record with these fields.
    ///
    /// # Errors
    ///
    /// As [`Status::check_step`]; and when a record with a temporary NIK would go to the sub-district.
    pub fn check_step(
        &self,
        from: Status,
        to: Status,
        reason: Option<&str>,
        fields: &Map<String, Value>,
    ) -> Result<(), StepError> {
        from.check_step(to, self.approval, reason)?;
        let nik = fields.get("nik").and_then(Value::as_str).and_then(|text| text.parse::<Nik>().ok());
        if to.waits_for_sub_district() && nik.is_some_and(|nik| nik.is_temporary()) {
            return Err(StepError::TemporaryNik);
        }
        Ok(())
    }
}
