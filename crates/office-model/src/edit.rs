//! Checks edits of single values of a record that exists.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::anonymity::{held_back, is_one_of};
use crate::catalogue::Catalogue;
use crate::check::{Checker, below, is_blank, list_fault, missing, unknown_field};
use crate::counted::counted;
use crate::fault::{CautionCode, Fault, FaultCode, Problem, Warning};
use crate::field::{Field, FieldKind};
use crate::field_path::{FieldPath, Segment};
use crate::service::Service;
use crate::service_id::ServiceId;
use crate::validate::{lookup, unknown_service};

/// Edits after they passed. `Debug` shows no values.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidEdit {
    /// In the order given, normalised. Null takes the value, or the entry of the list, away.
    pub edits: Vec<(FieldPath, Value)>,
    /// What is odd but taken.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for ValidEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<&FieldPath> = self.edits.iter().map(|(path, _)| path).collect();
        f.debug_struct("ValidEdit").field("paths", &paths).field("warnings", &self.warnings).finish()
    }
}

/// What a path leads to.
enum Target<'a> {
    /// A field of the record or of a person.
    Field(&'a Field),
    /// An entry of a list of persons.
    Entry,
}

impl Catalogue {
    /// Checks edits of a record, as one act, on the day `today` (in WIB).
    ///
    /// `current` is the record before. Only what the edits touch is checked, so that a record with fields of a newer
    /// catalogue, or with a mistake elsewhere, can still be edited. A path leads to a field (`nama`), into a person
    /// (`ibu.nama`), to an entry of a list (`anggota[0]`; one past the last adds an entry) or into one
    /// (`anggota[0].nik`). A blank value takes away. Values are read as [`Catalogue::validate`] reads them.
    ///
    /// # Errors
    ///
    /// Every problem at once. The record is unchanged then.
    pub fn validate_edit(
        &self,
        service: &ServiceId,
        current: &Map<String, Value>,
        edits: &[(FieldPath, Value)],
        today: NaiveDate,
    ) -> Result<ValidEdit, Vec<Problem>> {
        let service = self.service(service).ok_or_else(|| vec![unknown_service(*service)])?;
        let barred = self.barred(service, &with_anonymity(service, current, edits));
        let checker = Checker::new(self.person_fields(), today);
        let mut editor = Editor { service, checker, record: current.clone(), barred };
        let mut done = Vec::new();
        for (path, value) in edits {
            match self.target(service, path) {
                Some(target) => done.extend(editor.apply(&target, path, value)),
                None => editor.checker.problems.push(unknown_field(&path.to_string()).at(path.clone())),
            }
        }
        editor.check_touched(edits);
        editor.check_anonymity(self, current, edits);
        let touched = |paths: &[&FieldPath]| {
            edits.iter().any(|(edit, _)| paths.iter().any(|path| path.contains(edit) || edit.contains(path)))
        };
        let Editor { mut checker, record, .. } = editor;
        checker.rules(self, service, &record, touched);
        if checker.problems.is_empty() {
            Ok(ValidEdit { edits: done, warnings: checker.warnings })
        } else {
            Err(checker.problems)
        }
    }

    fn target<'a>(&'a self, service: &'a Service, path: &FieldPath) -> Option<Target<'a>> {
        if let [Segment::Key(key), Segment::Index(_)] = path.segments() {
            let list = service.field(key).is_some_and(|field| matches!(field.kind, FieldKind::Persons { .. }));
            return list.then_some(Target::Entry);
        }
        self.field_at(service, path).map(Target::Field)
    }
}

/// The record as it is but for whether its citizen stays unknown: that the edits decide, wherever among them it stands.
fn with_anonymity(service: &Service, current: &Map<String, Value>, edits: &[(FieldPath, Value)]) -> Map<String, Value> {
    let Some(field) = service.anonymity() else { return Map::new() };
    let edited = edits.iter().rev().find(|(path, _)| is_one_of(std::slice::from_ref(field), path));
    let value = edited.map(|(_, value)| value).or_else(|| current.get(&field.key));
    value.map(|value| (field.key.clone(), value.clone())).into_iter().collect()
}

struct Editor<'a> {
    service: &'a Service,
    checker: Checker<'a>,
    record: Map<String, Value>,
    /// What the record must not hold, as the edits leave it.
    barred: &'a [Field],
}

impl Editor<'_> {
    /// Checks one edit and applies it to the record; nothing when it is refused.
    fn apply(&mut self, target: &Target<'_>, path: &FieldPath, value: &Value) -> Option<(FieldPath, Value)> {
        if let Some(fault) = self.index_fault(path, is_blank(value)) {
            self.checker.problems.push(fault.at(path.clone()));
            return None;
        }
        let value = match target {
            Target::Field(_) if is_blank(value) && is_one_of(self.barred, path) => Value::Null,
            Target::Field(field) if is_one_of(self.barred, path) => {
                self.checker.problems.push(held_back(self.service, field).at(path.clone()));
                return None;
            }
            Target::Field(field) if is_blank(value) && field.required => {
                self.checker.problems.push(missing(&field.label).at(path.clone()));
                return None;
            }
            _ if is_blank(value) => Value::Null,
            Target::Field(field) => self.checker.value(&field.kind, path, value)?,
            Target::Entry => self.checker.value(&FieldKind::Person, path, value)?,
        };
        put(&mut self.record, path.segments(), &value);
        Some((path.clone(), value))
    }

    /// A list can be edited where it has entries, and grow by one at its end.
    fn index_fault(&self, path: &FieldPath, takes_away: bool) -> Option<Fault> {
        let [Segment::Key(key), Segment::Index(index), rest @ ..] = path.segments() else { return None };
        let length = self.record.get(key).and_then(Value::as_array).map_or(0, Vec::len);
        let end = if rest.is_empty() && !takes_away { length + 1 } else { length };
        let inside = usize::try_from(*index).is_ok_and(|index| index < end);
        (!inside).then(|| {
            Fault::new(
                FaultCode::ListIndex,
                format!("Daftar ini baru berisi {length} orang; tambahkan orang berikutnya pada [{length}]."),
                format!(
                    "This list has {} so far; add the next person at [{length}].",
                    counted(length as u64, "entry", "entries")
                ),
            )
        })
    }

    /// Checks the persons and lists that edits reached into.
    fn check_touched(&mut self, edits: &[(FieldPath, Value)]) {
        let roots: BTreeSet<&str> = edits.iter().map(|(path, _)| path.root()).collect();
        for root in roots {
            let Some(field) = self.service.field(root) else { continue };
            let path = below(&[], Segment::Key(root.to_owned()));
            match (&field.kind, self.record.get(root)) {
                (FieldKind::Persons { min, max }, Some(Value::Array(list))) => {
                    let fault = if list.is_empty() {
                        field.required.then(|| missing(&field.label))
                    } else {
                        list_fault(list.len(), *min, *max)
                    };
                    self.refuse_once(fault, path);
                }
                (FieldKind::Person, Some(Value::Object(person))) => {
                    let lacking: Vec<&Field> = self
                        .checker
                        .person
                        .iter()
                        .filter(|field| field.required && person.get(&field.key).is_none_or(is_blank))
                        .collect();
                    for field in lacking {
                        self.refuse_once(
                            Some(missing(&field.label)),
                            below(path.segments(), Segment::Key(field.key.clone())),
                        );
                    }
                }
                _ => {}
            }
        }
        // A whole person was looked at when it was checked; here are those of whom one value changed.
        let objects: BTreeSet<&[Segment]> = edits
            .iter()
            .filter_map(|(path, _)| match path.segments().split_last() {
                Some((Segment::Key(key), above)) if matches!(key.as_str(), "nik" | "jk" | "tgl_lahir") => Some(above),
                _ => None,
            })
            .collect();
        for above in objects {
            let object = match above {
                [] => Some(&self.record),
                _ => lookup(&self.record, &FieldPath::trusted(above.to_vec())).and_then(Value::as_object),
            };
            if let Some(object) = object {
                self.checker.nik(above, object);
            }
        }
    }

    /// Checks the whole citizen where the edits decide whether they stay unknown.
    fn check_anonymity(&mut self, catalogue: &Catalogue, current: &Map<String, Value>, edits: &[(FieldPath, Value)]) {
        let Some(asked) = self.service.anonymity() else { return };
        let asked = std::slice::from_ref(asked);
        let is_decided = edits.iter().any(|(path, _)| is_one_of(asked, path));
        let is_touched = is_decided || edits.iter().any(|(path, _)| is_one_of(self.barred, path));
        if is_touched
            && catalogue.is_known_from_before(self.service, current, &self.record)
            && let Some(asked) = asked.first()
        {
            let path = below(&[], Segment::Key(asked.key.clone()));
            self.checker.warnings.push(CautionCode::KnownFromHistory.at(path));
        }
        let is_wrong = self.checker.problems.iter().any(|problem| is_one_of(asked, &problem.path));
        if !is_decided || is_wrong {
            return;
        }
        let was = self.service.is_anonymous(current);
        for field in catalogue.citizen_fields() {
            let is_there = self.record.get(&field.key).is_some_and(|value| !is_blank(value));
            let fault = match (self.barred.is_empty(), is_there) {
                (false, true) => Some(held_back(self.service, field)),
                // Whoever is not unknown any more is somebody.
                (true, false) if was && field.required => Some(missing(&field.label)),
                _ => None,
            };
            self.refuse_once(fault, below(&[], Segment::Key(field.key.clone())));
        }
    }

    fn refuse_once(&mut self, fault: Option<Fault>, path: FieldPath) {
        let known = self.checker.problems.iter().any(|problem| path.contains(&problem.path));
        self.checker.problems.extend(fault.filter(|_| !known).map(|fault| fault.at(path)));
    }
}

/// Puts a value at a path whose index was checked; Null takes away.
fn put(record: &mut Map<String, Value>, path: &[Segment], value: &Value) {
    let Some((Segment::Key(key), rest)) = path.split_first() else { return };
    if rest.is_empty() {
        if value.is_null() {
            record.shift_remove(key);
        } else {
            record.insert(key.clone(), value.clone());
        }
        return;
    }
    let slot = record.entry(key.clone()).or_insert(Value::Null);
    let Some((Segment::Index(index), inner)) = rest.split_first() else {
        return put_below(slot, rest, value);
    };
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    let (Some(list), Ok(index)) = (slot.as_array_mut(), usize::try_from(*index)) else { return };
    match list.get_mut(index) {
        Some(_) if inner.is_empty() && value.is_null() => drop(list.remove(index)),
        Some(entry) if inner.is_empty() => *entry = value.clone(),
        Some(entry) => put_below(entry, inner, value),
        None => list.push(value.clone()),
    }
}

fn put_below(slot: &mut Value, path: &[Segment], value: &Value) {
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    if let Some(object) = slot.as_object_mut() {
        put(object, path, value);
    }
}
