//! Checks a whole new record against the catalogue.

use std::fmt;

use chrono::{Months, NaiveDate};
use serde_json::{Map, Value};

use crate::anonymity::{held_back, is_one_of};
use crate::bilingual::Bilingual;
use crate::calendar::{age_on, iso_date, parse_date};
use crate::catalogue::Catalogue;
use crate::check::{Checker, below, is_blank, missing};
use crate::fault::{CautionCode, Fault, FaultCode, Problem, Warning};
use crate::field::{DefaultValue, FieldKind};
use crate::field_path::{FieldPath, Segment};
use crate::nik::Nik;
use crate::rule::Rule;
use crate::service::Service;
use crate::service_id::ServiceId;
use crate::status::Approval;

/// A record's fields after they passed. `Debug` shows no values.
#[derive(Clone, PartialEq, Eq)]
pub struct Valid {
    /// Normalised, in the catalogue's order, defaults filled in, blanks left out.
    pub fields: Map<String, Value>,
    /// What is odd but taken.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.keys().map(String::as_str).collect();
        f.debug_struct("Valid").field("fields", &names).field("warnings", &self.warnings).finish()
    }
}

/// Everything that is to be said of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What is odd but would be taken.
    pub warnings: Vec<Warning>,
}

impl Catalogue {
    /// What is to be said of a form that is being filled in on the day `today` (in WIB): also what is odd in fields that are
    /// right, while others are still wrong or blank.
    pub fn look(&self, service: &Service, fields: &Map<String, Value>, today: NaiveDate) -> Said {
        let (_, Checker { problems, warnings, .. }) = self.checked(service, fields, today);
        Said { problems, warnings }
    }

    /// Checks the fields of a new record made on the day `today` (in WIB), and normalises them.
    ///
    /// Strict where a mistake could hide, kind where none can: NIK, card numbers, digits and dates must be JSON
    /// texts, in any of the usual ways to write them; whole numbers and money may be JSON numbers or texts (`"012"`,
    /// `"Rp 1.500.000"`); yes/no may be `true` or `"ya"`; enum values may be written in capitals. Null, empty texts,
    /// lists and persons count as left out.
    ///
    /// # Errors
    ///
    /// Every problem of the record at once, in the order of the catalogue, unknown fields after the known ones.
    pub fn validate(
        &self,
        service: &ServiceId,
        fields: &Map<String, Value>,
        today: NaiveDate,
    ) -> Result<Valid, Vec<Problem>> {
        let service = self.service(service).ok_or_else(|| vec![unknown_service(*service)])?;
        let (fields, checker) = self.checked(service, fields, today);
        if checker.problems.is_empty() {
            Ok(Valid { fields, warnings: checker.warnings })
        } else {
            Err(checker.problems)
        }
    }

    fn checked(
        &self,
        service: &Service,
        fields: &Map<String, Value>,
        today: NaiveDate,
    ) -> (Map<String, Value>, Checker<'_>) {
        let mut checker = Checker::new(self.person_fields(), today);
        let mut found = checker.object(&service.fields, &[], fields);
        self.hold_back(&mut checker, service, fields, &mut found);
        for field in &service.fields {
            if let (Some(DefaultValue::MonthsFromToday(months)), false) =
                (field.default, found.contains_key(&field.key))
            {
                let wrong = checker.problems.iter().any(|problem| problem.path.root() == field.key);
                let date = today.checked_add_months(Months::new(months)).filter(|_| !wrong);
                found.extend(date.map(|date| (field.key.clone(), iso_date(date).into())));
            }
        }
        let found = in_order(service, found);
        checker.nik(&[], &found);
        checker.rules(self, service, &found, |_| true);
        (found, checker)
    }
}

impl Catalogue {
    /// Where the citizen stays unknown nothing of them is needed, and nothing of them is taken.
    fn hold_back(
        &self,
        checker: &mut Checker<'_>,
        service: &Service,
        given: &Map<String, Value>,
        found: &mut Map<String, Value>,
    ) {
        let barred = self.barred(service, given);
        if barred.is_empty() {
            return;
        }
        // A field that no service has is unknown all the same, whatever it is called.
        checker.problems.retain(|one| one.code == FaultCode::UnknownField || !is_one_of(barred, &one.path));
        checker.warnings.retain(|one| !is_one_of(barred, &one.path));
        found.retain(|key, _| barred.iter().all(|field| field.key != *key));
        let filled = barred.iter().filter(|field| given.get(&field.key).is_some_and(|value| !is_blank(value)));
        let filled = filled.map(|field| held_back(service, field).at(below(&[], Segment::Key(field.key.clone()))));
        checker.problems.splice(0..0, filled);
    }
}

fn in_order(service: &Service, mut found: Map<String, Value>) -> Map<String, Value> {
    let ordered = service.fields.iter().filter_map(|field| found.remove_entry(&field.key));
    ordered.collect()
}

impl Checker<'_> {
    /// Applies those rules of the service that `wanted` chooses, and the one about temporary NIKs.
    pub(crate) fn rules(
        &mut self,
        catalogue: &Catalogue,
        service: &Service,
        record: &Map<String, Value>,
        wanted: impl Fn(&[&FieldPath]) -> bool,
    ) {
        let nik_path = FieldPath::trusted(vec![Segment::Key("nik".to_owned())]);
        if wanted(&[&nik_path]) {
            self.temporary_nik(service, record, nik_path);
        }
        self.witnesses(service, record, &wanted);
        self.card_address(service, record, &wanted);
        for rule in service.rules.iter().filter(|rule| wanted(&rule.fields())) {
            // A field that is wrong in itself has its problem already, and nothing follows from it.
            let wrong = |path: &&FieldPath| {
                self.problems.iter().any(|problem| problem.path.contains(path) || path.contains(&problem.path))
            };
            if !rule.fields().iter().any(wrong) {
                self.rule(catalogue, service, record, rule);
            }
        }
    }

    /// Tells of witnesses who stand in the record as somebody else: the second of two is told of.
    fn witnesses(&mut self, service: &Service, record: &Map<String, Value>, wanted: &impl Fn(&[&FieldPath]) -> bool) {
        let all = niks(service, record);
        for (at, (path, nik)) in all.iter().enumerate().filter(|(_, (path, _))| is_witness(path)) {
            let is_before = |other: usize, path: &FieldPath| other < at || !is_witness(path);
            let mut same = all
                .iter()
                .enumerate()
                .filter(|(other, (path, known))| *other != at && known == nik && is_before(*other, path));
            if same.any(|(_, (other, _))| wanted(&[path, other])) {
                self.warnings.push(CautionCode::WitnessTwice.at(path.clone()));
            }
        }
    }

    /// Tells where the letter of somebody from elsewhere would have no address of theirs.
    fn card_address(
        &mut self,
        service: &Service,
        record: &Map<String, Value>,
        wanted: &impl Fn(&[&FieldPath]) -> bool,
    ) {
        let [from, address] = ["warga", "alamat_ktp"].map(|key| FieldPath::trusted(vec![Segment::Key(key.to_owned())]));
        let lacks = record.get("warga").and_then(Value::as_str) == Some("luar") && !record.contains_key("alamat_ktp");
        if service.is_letter && service.field("alamat_ktp").is_some() && lacks && wanted(&[&from, &address]) {
            self.warnings.push(CautionCode::CardAddressMissing.at(address));
        }
    }

    fn temporary_nik(&mut self, service: &Service, record: &Map<String, Value>, path: FieldPath) {
        let nik = record.get("nik").and_then(Value::as_str).and_then(|text| text.parse::<Nik>().ok());
        if service.approval == Approval::Always && nik.is_some_and(|nik| nik.is_temporary()) {
            let fault = Fault::new(
                FaultCode::NikTemporaryToSubDistrict,
                "Layanan ini memerlukan persetujuan kecamatan dan tidak menerima NIK sementara.",
                "This service needs the sub-district's approval, which cannot accept a temporary NIK.",
            );
            self.problems.push(fault.at(path));
        }
    }

    fn rule(&mut self, catalogue: &Catalogue, service: &Service, record: &Map<String, Value>, rule: &Rule) {
        let date =
            |path: &FieldPath| lookup(record, path).and_then(Value::as_str).and_then(|text| parse_date(text).ok());
        let label = |path: &FieldPath| label(catalogue, service, path);
        match rule {
            Rule::RequiredWhen { field, when, is } => {
                let due = lookup(record, when)
                    .and_then(Value::as_str)
                    .is_some_and(|value| is.iter().any(|wanted| wanted == value));
                if let (true, None, Some(label)) = (due, lookup(record, field), label(field)) {
                    self.problems.push(missing(&label).at(field.clone()));
                }
            }
            Rule::AtLeastOne { fields } => {
                if let (false, Some(first)) = (fields.iter().any(|path| lookup(record, path).is_some()), fields.first())
                {
                    self.problems.push(one_needed(fields.iter().filter_map(label)).at(first.clone()));
                }
            }
            Rule::NotBefore { field, other } => {
                if let (Some(later), Some(earlier), Some(label)) = (date(field), date(other), label(other))
                    && later < earlier
                {
                    let fault = Fault::new(
                        FaultCode::DateOrder,
                        format!("Tanggal ini tidak boleh sebelum {}.", label.id.to_lowercase()),
                        format!("This date must not be before: {}.", label.en.to_lowercase()),
                    );
                    self.problems.push(fault.at(field.clone()));
                }
            }
            Rule::AgeAtLeast { birth, years } => {
                let age = date(birth).map(|born| age_on(born, self.today));
                if age.is_some_and(|age| age.is_none_or(|age| age < *years)) {
                    let fault = Fault::new(
                        FaultCode::TooYoung,
                        format!("Layanan ini untuk warga berumur {years} tahun ke atas."),
                        format!("This service is for people of {years} years and above."),
                    );
                    self.problems.push(fault.at(birth.clone()));
                }
            }
            Rule::CautionAge { births, years, on } => {
                let day = date(on).unwrap_or(self.today);
                let young =
                    |path: &&FieldPath| date(path).is_some_and(|born| age_on(born, day).is_none_or(|age| age < *years));
                let found = births.iter().filter(young).map(|path| CautionCode::PartnerTooYoung.at(path.clone()));
                self.warnings.extend(found);
            }
        }
    }
}

/// Whether that is of somebody who bears witness.
fn is_witness(path: &FieldPath) -> bool {
    path.root().starts_with("saksi")
}

/// The NIKs of all people of a record, in the order of its fields, and where they stand.
fn niks(service: &Service, record: &Map<String, Value>) -> Vec<(FieldPath, Nik)> {
    let nik = |value: Option<&Value>| value.and_then(Value::as_str).and_then(|text| text.parse::<Nik>().ok());
    let key = |key: &str| Segment::Key(key.to_owned());
    let mut all = Vec::new();
    for field in &service.fields {
        let value = record.get(&field.key);
        match (&field.kind, value) {
            (FieldKind::Nik, value) => {
                all.extend(nik(value).map(|nik| (vec![key(&field.key)], nik)));
            }
            (FieldKind::Person, Some(Value::Object(person))) => {
                all.extend(nik(person.get("nik")).map(|nik| (vec![key(&field.key), key("nik")], nik)));
            }
            (FieldKind::Persons { .. }, Some(Value::Array(list))) => {
                let of_list = (0..).zip(list).filter_map(|(index, person)| {
                    let nik = nik(person.get("nik"))?;
                    Some((vec![key(&field.key), Segment::Index(index), key("nik")], nik))
                });
                all.extend(of_list);
            }
            _ => {}
        }
    }
    all.into_iter().map(|(path, nik)| (FieldPath::trusted(path), nik)).collect()
}

/// What people call the field at a path: `Tanggal lahir`, `Tanggal lahir (Ibu)`.
fn label(catalogue: &Catalogue, service: &Service, path: &FieldPath) -> Option<Bilingual> {
    let own = &catalogue.field_at(service, path)?.label;
    let root = &service.field(path.root())?.label;
    if path.segments().len() == 1 {
        return Some(own.clone());
    }
    Some(Bilingual::new(format!("{} ({})", own.id, root.id), format!("{} ({})", own.en, root.en)))
}

fn one_needed(labels: impl Iterator<Item = Bilingual>) -> Fault {
    let (id, en): (Vec<String>, Vec<String>) = labels.map(|label| (label.id, label.en)).unzip();
    Fault::new(
        FaultCode::RequiredTogether,
        format!("Isi paling sedikit satu: {}.", id.join(", ")),
        format!("Fill in at least one of: {}.", en.join(", ")),
    )
}

pub(crate) fn unknown_service(id: ServiceId) -> Problem {
    let fault = Fault::new(
        FaultCode::UnknownService,
        format!("Layanan {id} tidak ada dalam katalog ini; mungkin program perlu diperbarui."),
        format!("There is no service {id} in this catalogue; the program may need an update."),
    );
    fault.at(FieldPath::trusted(vec![Segment::Key("layanan".to_owned())]))
}

/// The value at a path of a record.
pub(crate) fn lookup<'a>(record: &'a Map<String, Value>, path: &FieldPath) -> Option<&'a Value> {
    let (first, rest) = path.segments().split_first()?;
    let Segment::Key(first) = first else { return None };
    rest.iter().try_fold(record.get(first)?, |value, segment| match segment {
        Segment::Key(key) => value.as_object()?.get(key),
        Segment::Index(index) => value.as_array()?.get(usize::try_from(*index).ok()?),
    })
}
