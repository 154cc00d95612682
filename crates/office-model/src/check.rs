//! Checks and normalises one value as a field's kind asks.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value};

use crate::area::AreaCode;
use crate::calendar::{iso_date, iso_time, parse_date, parse_time};
use crate::counted::counted;
use crate::fault::{CautionCode, Fault, FaultCode, Problem, Warning};
use crate::field::{Choice, Field, FieldKind, IntLimit, MovingLimit, ONE_LINE};
use crate::field_path::{FieldPath, Segment};
use crate::kk_number::KkNumber;
use crate::letter_sign::is_letter_sign;
use crate::nik::Nik;
use crate::person_name::PersonName;
use crate::phone::Phone;
use crate::rupiah::Rupiah;
use crate::sex::Sex;
use crate::visible::is_visible;

/// The field of letters that are valid for a time.
const VALID_UNTIL: &str = "berlaku_sampai";

/// Gathers everything that is wrong or odd.
pub(crate) struct Checker<'a> {
    pub(crate) person: &'a [Field],
    pub(crate) today: NaiveDate,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Warning>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(person: &'a [Field], today: NaiveDate) -> Self {
        Self { person, today, problems: Vec::new(), warnings: Vec::new() }
    }

    /// Checks the fields of a record or of a person; unknown ones are problems. The result is in the fields' order.
    pub(crate) fn object(
        &mut self,
        fields: &[Field],
        at: &[Segment],
        given: &Map<String, Value>,
    ) -> Map<String, Value> {
        let mut found = Map::new();
        for field in fields {
            let path = below(at, Segment::Key(field.key.clone()));
            match given.get(&field.key).filter(|value| !is_blank(value)) {
                Some(value) => {
                    let value = self.value(&field.kind, &path, value);
                    let date = value.as_ref().and_then(Value::as_str).filter(|_| field.key == VALID_UNTIL);
                    if date.and_then(|text| parse_date(text).ok()).is_some_and(|date| date < self.today) {
                        self.caution(&path, vec![CautionCode::ValidUntilPast]);
                    }
                    found.extend(value.map(|value| (field.key.clone(), value)));
                }
                None if field.required => self.problems.push(missing(&field.label).at(path)),
                None => {}
            }
        }
        let unknown = given.keys().filter(|key| !fields.iter().any(|field| field.key == **key));
        self.problems.extend(unknown.map(|key| unknown_field(key).at(below(at, Segment::Key(plain_key(key))))));
        found
    }

    /// Checks a value that is not blank; nothing when it is refused.
    pub(crate) fn value(&mut self, kind: &FieldKind, path: &FieldPath, value: &Value) -> Option<Value> {
        match kind {
            FieldKind::Person => self.person(path, value),
            FieldKind::Persons { min, max } => self.persons(path, value, (*min, *max)),
            _ => match scalar(kind, value, self.today) {
                Ok(value) => {
                    if matches!(kind, FieldKind::Kk) {
                        let number = value.as_str().and_then(|text| text.parse::<KkNumber>().ok());
                        self.caution(path, number.map(|number| number.cautions()).unwrap_or_default());
                    }
                    if value.as_str().is_some_and(|text| !text.chars().all(is_letter_sign)) {
                        self.caution(path, vec![CautionCode::NotInLetters]);
                    }
                    Some(value)
                }
                Err(fault) => {
                    self.problems.push(fault.at(path.clone()));
                    None
                }
            },
        }
    }

    /// What is odd about a NIK beside the sex and birth date of the same object.
    pub(crate) fn nik(&mut self, at: &[Segment], object: &Map<String, Value>) {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let Some(nik) = text("nik").and_then(|text| text.parse::<Nik>().ok()) else { return };
        let sex = text("jk").and_then(Sex::from_letter);
        let born = text("tgl_lahir").and_then(|text| parse_date(text).ok());
        self.caution(&below(at, Segment::Key("nik".to_owned())), nik.cautions(sex, born));
    }

    fn caution(&mut self, path: &FieldPath, codes: Vec<CautionCode>) {
        for warning in codes.into_iter().map(|code| code.at(path.clone())) {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    fn person(&mut self, path: &FieldPath, value: &Value) -> Option<Value> {
        let Some(given) = value.as_object() else {
            let fault = wrong_type(
                "data orang (objek dengan nik, nama, dan seterusnya)",
                "a person (an object with nik, nama and so on)",
            );
            self.problems.push(fault.at(path.clone()));
            return None;
        };
        let before = self.problems.len();
        let found = self.object(self.person, path.segments(), given);
        self.nik(path.segments(), &found);
        (self.problems.len() == before).then_some(Value::Object(found))
    }

    fn persons(&mut self, path: &FieldPath, value: &Value, (min, max): (u32, u32)) -> Option<Value> {
        let Some(given) = value.as_array() else {
            self.problems.push(wrong_type("daftar orang", "a list of persons").at(path.clone()));
            return None;
        };
        let before = self.problems.len();
        if let Some(fault) = list_fault(given.len(), min, max) {
            self.problems.push(fault.at(path.clone()));
        }
        let mut found = Vec::new();
        // A list far too long is refused already; its entries are not worth a problem each.
        for (index, value) in (0..max).zip(given) {
            let path = below(path.segments(), Segment::Index(index));
            found.extend(self.person(&path, value));
        }
        (self.problems.len() == before).then_some(Value::Array(found))
    }
}

/// Whether a value counts as left out.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

pub(crate) fn below(at: &[Segment], segment: Segment) -> FieldPath {
    FieldPath::trusted(at.iter().cloned().chain([segment]).collect())
}

pub(crate) fn missing(label: &crate::bilingual::Bilingual) -> Fault {
    Fault::new(FaultCode::Required, format!("{} wajib diisi.", label.id), format!("{} is required.", label.en))
}

pub(crate) fn unknown_field(key: &str) -> Fault {
    let key: String = key.chars().filter(|letter| !letter.is_control()).take(40).collect();
    Fault::new(
        FaultCode::UnknownField,
        format!("Isian \"{key}\" tidak dikenal untuk layanan ini; periksa ejaannya."),
        format!("This service has no field \"{key}\"; check the spelling."),
    )
}

pub(crate) fn list_fault(length: usize, min: u32, max: u32) -> Option<Fault> {
    let fits = u32::try_from(length).is_ok_and(|length| (min..=max).contains(&length));
    (!fits).then(|| {
        Fault::new(
            FaultCode::ListLength,
            format!("Daftar ini berisi {min} sampai {max} orang."),
            format!("This list has {min} to {}.", counted(max.into(), "person", "persons")),
        )
    })
}

/// A field name for the path of a field that has none: other signs become `_`.
fn plain_key(key: &str) -> String {
    let plain = key.chars().take(36).map(|letter| match letter.to_ascii_lowercase() {
        letter @ ('a'..='z' | '0'..='9') => letter,
        _ => '_',
    });
    let plain: String = plain.collect();
    if plain.starts_with(|first: char| first.is_ascii_lowercase()) { plain } else { format!("x_{plain}") }
}

fn wrong_type(id: &str, en: &str) -> Fault {
    Fault::new(FaultCode::WrongType, format!("Harus berupa {id}."), format!("This must be {en}."))
}

fn scalar(kind: &FieldKind, value: &Value, today: NaiveDate) -> Result<Value, Fault> {
    let text = || match value {
        Value::String(text) => Ok(text.as_str()),
        _ => Err(wrong_type("teks (dalam tanda kutip)", "a text (in quotes)")),
    };
    match kind {
        FieldKind::Name => Ok(text()?.parse::<PersonName>()?.reveal().into()),
        FieldKind::Nik => Ok(text()?.parse::<Nik>()?.reveal().into()),
        FieldKind::Kk => Ok(text()?.parse::<KkNumber>()?.reveal().into()),
        FieldKind::Phone => Ok(text()?.parse::<Phone>()?.as_e164().into()),
        FieldKind::Area => Ok(text()?.parse::<AreaCode>()?.as_str().into()),
        FieldKind::Time => Ok(iso_time(parse_time(text()?)?).into()),
        FieldKind::Text { max } => free_text(text()?, *max).map(Value::from),
        FieldKind::Digits { count } => digits(text()?, *count).map(Value::from),
        FieldKind::Enum { options } => choice(text()?, options).map(Value::from),
        FieldKind::Date { not_after, not_before } => {
            date(text()?, not_after.is_some(), not_before.is_some(), today).map(|date| iso_date(date).into())
        }
        FieldKind::Int { min, max } => int(value, *min, *max, today).map(Value::from),
        FieldKind::Money => money(value).map(|money| money.amount().into()),
        FieldKind::Bool => boolean(value).map(Value::from),
        FieldKind::Person | FieldKind::Persons { .. } => Err(wrong_type("data orang", "a person")),
    }
}

fn date(text: &str, not_after_today: bool, not_before_today: bool, today: NaiveDate) -> Result<NaiveDate, Fault> {
    let date = parse_date(text)?;
    if not_after_today && date > today {
        return Err(Fault::new(
            FaultCode::DateInFuture,
            "Tanggal tidak boleh setelah hari ini; periksa juga tanggal pada komputer.",
            "The date must not be after today; check the computer's date, too.",
        ));
    }
    if not_before_today && date < today {
        return Err(Fault::new(
            FaultCode::DateInPast,
            "Tanggal tidak boleh sebelum hari ini; periksa juga tanggal pada komputer.",
            "The date must not be before today; check the computer's date, too.",
        ));
    }
    Ok(date)
}

fn int(value: &Value, min: i64, max: IntLimit, today: NaiveDate) -> Result<i64, Fault> {
    let max = match max {
        IntLimit::Fixed(max) => max,
        IntLimit::Moving(MovingLimit::ThisYear) => i64::from(today.year()),
    };
    let form = || Fault::new(FaultCode::NumberForm, "Harus berupa bilangan bulat.", "This must be a whole number.");
    let range = || {
        Fault::new(
            FaultCode::NumberRange,
            format!("Angka harus antara {min} dan {max}."),
            format!("The number must be between {min} and {max}."),
        )
    };
    let number = match value {
        Value::Number(number) if number.is_u64() && !number.is_i64() => return Err(range()),
        Value::Number(number) => number.as_i64().ok_or_else(form)?,
        Value::String(text) => {
            let text = text.trim();
            let digits = text.strip_prefix('-').unwrap_or(text);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(form());
            }
            text.parse().map_err(|_| range())?
        }
        _ => return Err(form()),
    };
    if (min..=max).contains(&number) { Ok(number) } else { Err(range()) }
}

fn money(value: &Value) -> Result<Rupiah, Fault> {
    match value {
        Value::Number(number) if number.is_u64() => Rupiah::new(number.as_u64().unwrap_or(u64::MAX)),
        Value::String(text) => text.parse(),
        // Fractions and negative numbers fail with the text that says how to write money.
        _ => "".parse(),
    }
}

pub(crate) fn boolean(value: &Value) -> Result<bool, Fault> {
    let word = match value {
        Value::Bool(value) => return Ok(*value),
        Value::String(text) => text.trim().to_lowercase(),
        _ => String::new(),
    };
    match word.as_str() {
        "ya" | "true" => Ok(true),
        "tidak" | "false" => Ok(false),
        _ => Err(wrong_type("ya atau tidak (true atau false)", "yes or no (true or false)")),
    }
}

fn choice(text: &str, options: &[Choice]) -> Result<String, Fault> {
    let text = text.trim();
    let found = options.iter().find(|option| option.value.eq_ignore_ascii_case(text));
    found.map(|option| option.value.clone()).ok_or_else(|| {
        let values: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
        let values = values.join(", ");
        Fault::new(
            FaultCode::EnumValue,
            format!("Pilihan tidak dikenal; pilih salah satu: {values}."),
            format!("This is not one of the choices: {values}."),
        )
    })
}

fn digits(text: &str, count: u32) -> Result<String, Fault> {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '-')).collect();
    if u32::try_from(plain.len()) == Ok(count) && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(plain);
    }
    Err(Fault::new(
        FaultCode::DigitsForm,
        format!("Harus tepat {count} angka."),
        format!("This must be exactly {count} digits."),
    ))
}

fn free_text(text: &str, max: u32) -> Result<String, Fault> {
    let plain = text.replace("\r\n", "\n").replace('\t', " ");
    // No page could show it: browsers leave line ends out of a text of one line.
    let plain = if max > ONE_LINE { plain } else { plain.replace('\n', " ") };
    // Copied along unseen, and nothing without them is missing.
    let plain = plain.replace(['\u{200b}', '\u{feff}', '\u{2060}', '\u{ad}'], "");
    let plain = plain.trim();
    // Signs that turn the reading direction can make a printed letter say something else than the record, and blank ones leave
    // it without what it is about. What joins letters may stay.
    let harmful = |letter: char| !is_visible(letter) && !matches!(letter, '\n' | '\u{200c}' | '\u{200d}');
    if plain.contains(harmful) {
        return Err(Fault::new(
            FaultCode::TextCharacters,
            "Teks berisi tanda yang tidak dapat dicetak; ketik ulang tanpa menyalin.",
            "The text has signs that cannot be printed; type it anew instead of pasting.",
        ));
    }
    let length = u32::try_from(plain.chars().count()).unwrap_or(u32::MAX);
    if length <= max {
        return Ok(plain.to_owned());
    }
    let over = length.saturating_sub(max);
    Err(Fault::new(
        FaultCode::TextLength,
        format!("Teks ini {length} karakter, {over} terlalu banyak: paling panjang {max}. Persingkat."),
        format!("This text has {length} characters, {over} too many: at most {max}. Shorten it."),
    ))
}
