//! One service of the catalogue.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bilingual::Bilingual;
use crate::calendar::Holidays;
use crate::concern::Concern;
use crate::field::{Field, SpecificData};
use crate::nik::Nik;
use crate::office_code::OfficeCode;
use crate::roster::Roster;
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
    /// What people call it, too: by these it is found.
    pub also: Vec<String>,
    /// Archive codes for its letters.
    pub codes: LetterCodes,
    /// Whether it ends in a letter, which has a number, a purpose and a signer.
    pub is_letter: bool,
    /// Whether the sub-district must approve.
    pub approval: Approval,
    /// The condition, where approval is conditional.
    pub approval_when: Option<Bilingual>,
    /// Promised time. An office may set its own.
    pub promised: Promise,
    /// What the promise does not say.
    pub promised_note: Option<Bilingual>,
    /// Papers the citizen brings.
    pub attachments: Vec<String>,
    /// Those of them of which the photo is kept as it was taken: a stamp or a deed must stay readable to the last line.
    pub originals: Vec<String>,
    /// Which offices above the villages a record of it is referred to by itself, once it is checked.
    pub concerns: Vec<Concern>,
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

/// Hours that an office is open on a working day.
const HOURS_A_DAY: u32 = 8;

impl Promise {
    /// The last day on which it is kept, for a record made on a day. Working days count from the day after. Minutes and
    /// hours are of office hours: they end on the day itself, or on the next working day when that is none.
    pub fn due(&self, made: NaiveDate, holidays: &Holidays) -> NaiveDate {
        // An office's day is too short for one more where the hours fill it to the end.
        let later = |amount: u32, a_day: u32| amount.saturating_sub(1) / a_day;
        let days = match self.unit {
            PromiseUnit::Minutes => later(self.amount, HOURS_A_DAY * 60),
            PromiseUnit::Hours => later(self.amount, HOURS_A_DAY),
            PromiseUnit::WorkingDays => return holidays.add_working_days(made, self.amount),
        };
        holidays.add_working_days(holidays.working_day_from(made), days)
    }
}

impl Service {
    /// The field of this name.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Whether that there is a record of somebody tells of their health: it cannot be without saying something of it.
    pub fn is_of_health(&self) -> bool {
        self.fields.iter().any(|field| field.required && field.specific == Some(SpecificData::Health))
    }

    /// The code that new letters get: the new scheme's, or the old one's where none is known.
    pub fn current_code(&self) -> &str {
        self.codes.new.as_deref().unwrap_or(&self.codes.old)
    }

    /// The offices above the villages that a record of `office` concerns, ascending.
    pub fn concerned(&self, office: OfficeCode, roster: &Roster) -> Vec<OfficeCode> {
        let mut offices: Vec<OfficeCode> =
            self.concerns.iter().flat_map(|concern| concern.offices(office, roster)).collect();
        offices.sort_unstable();
        offices.dedup();
        offices
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_ends_on_a_working_day() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let due = |amount, unit, made| Promise { amount, unit, sourced: true }.due(made, &Holidays::default());
        // The 26th is a Thursday.
        assert_eq!(due(15, PromiseUnit::Minutes, day(26)), day(26));
        assert_eq!(due(6, PromiseUnit::Hours, day(28)), day(30), "made on a Saturday");
        assert_eq!(due(8, PromiseUnit::Hours, day(26)), day(26));
        assert_eq!(due(9, PromiseUnit::Hours, day(27)), day(30));
        assert_eq!(due(1, PromiseUnit::WorkingDays, day(26)), day(27));
        assert_eq!(due(2, PromiseUnit::WorkingDays, day(26)), day(30));
    }
}
