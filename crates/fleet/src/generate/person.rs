//! One made-up person.

use chrono::{Datelike, Days, Months, NaiveDate};
use office_model::{OfficeCode, Sex, calendar};
use serde_json::{Map, Value};

use super::dice::Dice;
use super::names;

/// Enough of a person to fill a form in without contradictions.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) sex: Sex,
    pub(crate) born: NaiveDate,
    pub(crate) birth_place: &'static str,
    pub(crate) nik: String,
}

impl Person {
    /// Somebody between two ages (whole years) on the day `today`.
    pub(crate) fn draw(dice: &mut Dice, area: &str, sex: Sex, ages: (u32, u32), today: NaiveDate) -> Self {
        let years = dice.between(ages.0, ages.1);
        let days = u64::from(dice.below(364));
        // Born in the year before the birthday, so that the age holds on the day itself.
        let born =
            today.checked_sub_months(Months::new(years * 12)).and_then(|day| day.checked_sub_days(Days::new(days)));
        let born = born.unwrap_or(today);
        Self {
            name: name(dice, sex),
            sex,
            born,
            birth_place: dice.pick(&names::BIRTH_PLACES),
            nik: nik(dice, area, sex, born),
        }
    }

    pub(crate) fn any_sex(dice: &mut Dice) -> Sex {
        if dice.percent(50) { Sex::Female } else { Sex::Male }
    }

    /// As the object that a person field takes.
    pub(crate) fn object(&self, dice: &mut Dice, relation: &str, address: &str) -> Value {
        let mut object = Map::new();
        if dice.percent(85) {
            object.insert("nik".to_owned(), self.nik.clone().into());
        }
        object.insert("nama".to_owned(), self.name.clone().into());
        if dice.percent(70) {
            object.insert("tempat_lahir".to_owned(), self.birth_place.into());
        }
        if dice.percent(80) {
            object.insert("tgl_lahir".to_owned(), calendar::iso_date(self.born).into());
        }
        if dice.percent(55) {
            object.insert("alamat".to_owned(), address.into());
        }
        if !relation.is_empty() && dice.percent(75) {
            object.insert("hubungan".to_owned(), relation.into());
        }
        object.into()
    }
}

/// The first six digits of a NIK: of the office's district, or of elsewhere.
pub(crate) fn area(dice: &mut Dice, office: OfficeCode, from_elsewhere: bool) -> String {
    let own: String = office.digits().chars().take(6).collect();
    if from_elsewhere || own.len() < 6 { dice.pick(&names::OTHER_AREAS).to_owned() } else { own }
}

/// A family card number: area, the day it was recorded, serial.
pub(crate) fn family_card(dice: &mut Dice, area: &str, today: NaiveDate) -> String {
    let day = today.checked_sub_days(Days::new(u64::from(dice.between(30, 6_000)))).unwrap_or(today);
    format!("{area}{:02}{:02}{:02}{:04}", day.day(), day.month(), day.year().rem_euclid(100), dice.between(1, 40))
}

fn nik(dice: &mut Dice, area: &str, sex: Sex, born: NaiveDate) -> String {
    let day = born.day() + if sex == Sex::Female { 40 } else { 0 };
    format!("{area}{day:02}{:02}{:02}{:04}", born.month(), born.year().rem_euclid(100), dice.between(1, 30))
}

fn name(dice: &mut Dice, sex: Sex) -> String {
    let (first, second) = match sex {
        Sex::Male => (names::MEN.as_slice(), names::MEN_SECOND.as_slice()),
        Sex::Female => (names::WOMEN.as_slice(), names::WOMEN_SECOND.as_slice()),
    };
    let mut name = dice.pick(first).to_owned();
    // One name alone is common among older Javanese and Osing people; very short ones hardly stand alone.
    if name.len() < 5 || dice.percent(78) {
        name = format!("{name} {}", dice.pick(second));
    }
    match dice.below(40) {
        0 => format!("{} {name}", if sex == Sex::Male { "H." } else { "Hj." }),
        1 | 2 if sex == Sex::Male => format!("Moh. {name}"),
        3 => format!("{name}, S.Pd."),
        _ => name,
    }
}
