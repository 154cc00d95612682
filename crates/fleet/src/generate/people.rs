//! The other people of a record: parents, witnesses, pupils, heirs.

use chrono::NaiveDate;
use office_model::{Sex, calendar};
use serde_json::{Map, Value};

use super::dice::Dice;
use super::person::Person;
use super::values::Visit;

/// The person of a field.
pub(crate) fn one(dice: &mut Dice, visit: &Visit<'_>, key: &str, filled: &Map<String, Value>) -> Value {
    let (sex, ages, relation) = match key {
        // Old enough for the child of the record, whenever that was born.
        "ibu" => (Sex::Female, (19, 41), "Ibu kandung"),
        "ayah" => (Sex::Male, (21, 50), "Ayah kandung"),
        "ibu_pria" | "ibu_wanita" => (Sex::Female, (42, 68), "Ibu"),
        "ayah_pria" | "ayah_wanita" | "wali" => (Sex::Male, (44, 72), "Ayah"),
        "calon" => (visit.other_sex(), (19, 36), "Calon"),
        "siswa" => (Person::any_sex(dice), (7, 18), "Anak"),
        "pewaris" => (Person::any_sex(dice), (50, 90), "Orang tua"),
        "pasien" => (Person::any_sex(dice), (1, 82), "Keluarga"),
        "pelapor" => (Person::any_sex(dice), (20, 62), "Keluarga"),
        "penerima_izin" => (Person::any_sex(dice), (21, 42), "Anak"),
        _ => (Person::any_sex(dice), (22, 66), "Tetangga"),
    };
    let person = Person::draw(dice, &visit.area, sex, ages, visit.today);
    let mut object = person.object(dice, relation, &visit.address);
    // A mother's birth date later than her child's would be refused.
    if key == "ibu" && !born_before(&object, filled) {
        object.as_object_mut().map(|object| object.shift_remove("tgl_lahir"));
    }
    object
}

/// A list of members, companions or heirs within the field's limits.
pub(crate) fn several(dice: &mut Dice, visit: &Visit<'_>, key: &str, limits: (u32, u32)) -> Value {
    let count = dice.between(1, 4).clamp(limits.0, limits.1);
    let people = (0..count).map(|_| {
        let (ages, relation) = match key {
            "ahli_waris" => ((18, 65), dice.pick(&["Anak", "Anak", "Istri", "Suami", "Cucu"])),
            _ => ((1, 60), dice.pick(&["Istri", "Anak", "Anak", "Orang tua", "Mertua"])),
        };
        let sex = match relation {
            "Istri" => Sex::Female,
            "Suami" => Sex::Male,
            _ => Person::any_sex(dice),
        };
        Person::draw(dice, &visit.area, sex, ages, visit.today).object(dice, relation, &visit.address)
    });
    people.collect()
}

fn born_before(person: &Value, filled: &Map<String, Value>) -> bool {
    let day = |value: Option<&Value>| -> Option<NaiveDate> { calendar::parse_date(value?.as_str()?).ok() };
    match (day(person.get("tgl_lahir")), day(filled.get("anak_tgl_lahir"))) {
        (Some(mother), Some(child)) => mother <= child,
        _ => true,
    }
}
