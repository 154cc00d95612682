//! Draws whole records, one after the other, for one office.

use std::fmt;

use chrono::NaiveDate;
use office_model::{Catalogue, OfficeCode, Rule, Service, ServiceId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dice::Dice;
use super::person::{self, Person};
use super::steps::{self, Step};
use super::values::Visit;
use super::{names, weights};

/// A made-up transaction: what the form was filled in with, and the steps taken since.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The service asked for.
    pub service: ServiceId,
    /// Fields of its form, in the catalogue's order.
    pub fields: Map<String, Value>,
    /// Steps after the first save.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

impl fmt::Debug for Record {
    /// Without the values, as everywhere: a habit that made-up data must not break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?}, {} fields, {} steps)", self.service, self.fields.len(), self.steps.len())
    }
}

/// An endless row of records of one office. The same seed, office and day give the same records.
#[derive(Debug, Clone)]
pub struct Generator {
    dice: Dice,
    office: OfficeCode,
    today: NaiveDate,
    hamlets: Vec<&'static str>,
}

impl Generator {
    /// For an office, on the day `today` (in WIB).
    pub fn new(office: OfficeCode, seed: u64, today: NaiveDate) -> Self {
        // A village keeps its hamlets whatever the seed.
        let mut of_village = Dice::for_text(0, office.as_str());
        let count = of_village.between(2, 6);
        let mut hamlets: Vec<_> = (0..count).map(|_| of_village.pick(&names::HAMLETS)).collect();
        hamlets.sort_unstable();
        hamlets.dedup();
        Self { dice: Dice::for_text(seed, office.as_str()), office, today, hamlets }
    }

    /// The next record of this service; nothing when the catalogue does not have it.
    pub fn record_of(&mut self, service: ServiceId) -> Option<Record> {
        let service = Catalogue::current().service(&service)?;
        let visit = self.visit(service);
        let mut fields = Map::new();
        for field in &service.fields {
            let is_filled = match field.key.as_str() {
                "alamat_ktp" => visit.from_elsewhere,
                key => field.required || is_due(service, key, &fields) || self.dice.percent(filled_in(key)),
            };
            if is_filled {
                let value = visit.value(&mut self.dice, field, &fields);
                fields.insert(field.key.clone(), value);
            }
        }
        // Whoever stays unknown says nothing of themselves.
        if service.is_anonymous(&fields) {
            fields.retain(|key, _| Catalogue::current().citizen_fields().iter().all(|field| field.key != *key));
        }
        let steps = steps::draw(&mut self.dice, service, &fields);
        Some(Record { service: service.id, fields, steps })
    }

    fn visit<'a>(&mut self, service: &'a Service) -> Visit<'a> {
        let dice = &mut self.dice;
        let from_elsewhere = dice.percent(6);
        let area = person::area(dice, self.office, from_elsewhere);
        let sex = Person::any_sex(dice);
        let applicant = Person::draw(dice, &area, sex, ages(service.id.as_str()), self.today);
        let sex = Person::any_sex(dice);
        let child = Person::draw(dice, &area, sex, (0, 0), self.today);
        let hamlet = dice.pick(&self.hamlets);
        let (rt, rw) = (dice.between(1, 9), dice.between(1, 6));
        let address = format!("Dusun {hamlet} RT {rt:02} RW {rw:02}");
        Visit { service, today: self.today, applicant, child, area, from_elsewhere, hamlet, address, rt, rw }
    }
}

impl Iterator for Generator {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let service = weights::choose(&mut self.dice, Catalogue::current().ids())?;
        self.record_of(service)
    }
}

/// Ages of those who ask for a service, in whole years.
fn ages(service: &str) -> (u32, u32) {
    match service {
        "S03" => (60, 88),
        "G06" => (38, 92),
        "G07" => (19, 38),
        "E01" | "E02" | "E03" => (30, 58),
        "G05" => (22, 60),
        _ => (17, 76),
    }
}

/// How many of a hundred records have an optional field.
fn filled_in(key: &str) -> u32 {
    match key {
        "dusun" => 88,
        "agama" => 82,
        "telepon" => 58,
        "berlaku_sampai" => 15,
        "no_lapor_polisi" => 0,
        "anonim" | "hasil_musyawarah" | "putus_sejak" => 20,
        _ => 55,
    }
}

/// Whether a rule of the service asks for the field, given those before it.
fn is_due(service: &Service, key: &str, fields: &Map<String, Value>) -> bool {
    service.rules.iter().any(|rule| match rule {
        Rule::RequiredWhen { field, when, is } => {
            let value = fields.get(when.root()).and_then(Value::as_str);
            field.root() == key && value.is_some_and(|value| is.iter().any(|wanted| wanted == value))
        }
        Rule::AtLeastOne { fields } => fields.first().is_some_and(|first| first.root() == key),
        _ => false,
    })
}
