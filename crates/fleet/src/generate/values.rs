//! A plausible value for each field of a form, by its kind and name.

use chrono::{Datelike, Days, NaiveDate};
use office_model::{Choice, Field, FieldKind, IntLimit, Service, Sex, calendar};
use serde_json::{Map, Value};

use super::dice::Dice;
use super::people;
use super::person::{self, Person};
use super::{names, texts};

/// All that one visit at the counter has in common.
pub(crate) struct Visit<'a> {
    pub(crate) service: &'a Service,
    pub(crate) today: NaiveDate,
    pub(crate) applicant: Person,
    /// The newborn, where the record is about one.
    pub(crate) child: Person,
    /// First six digits of the NIK of the family.
    pub(crate) area: String,
    pub(crate) from_elsewhere: bool,
    pub(crate) hamlet: &'static str,
    /// `Dusun Krajan RT 02 RW 01`.
    pub(crate) address: String,
    pub(crate) rt: u32,
    pub(crate) rw: u32,
}

impl Visit<'_> {
    /// The value of a field; `filled` holds the fields before it.
    pub(crate) fn value(&self, dice: &mut Dice, field: &Field, filled: &Map<String, Value>) -> Value {
        let key = field.key.as_str();
        match &field.kind {
            FieldKind::Name => self.name(key).into(),
            FieldKind::Nik => self.applicant.nik.clone().into(),
            FieldKind::Kk => person::family_card(dice, &self.area, self.today).into(),
            FieldKind::Phone => {
                format!("+628{}{}", dice.pick(&["12", "13", "52", "57", "78", "23"]), dice.digits(8)).into()
            }
            FieldKind::Date { not_before, .. } => {
                calendar::iso_date(self.date(dice, key, not_before.is_some(), filled)).into()
            }
            FieldKind::Time => format!("{:02}:{:02}", dice.between(7, 20), dice.below(12) * 5).into(),
            FieldKind::Int { min, max } => self.int(dice, key, *min, *max).into(),
            FieldKind::Money => money(dice, key).into(),
            FieldKind::Text { max } => {
                let most = usize::try_from(*max).unwrap_or(usize::MAX);
                self.text(dice, key).chars().take(most).collect::<String>().into()
            }
            FieldKind::Digits { count } if key == "kode_pos" && *count == 5 => format!("684{}", dice.digits(2)).into(),
            FieldKind::Digits { count } => dice.digits(*count).into(),
            FieldKind::Bool => dice.percent(if key == "tinggal_sendiri" { 75 } else { 8 }).into(),
            FieldKind::Enum { options } => self.choice(dice, key, options).into(),
            FieldKind::Area => format!("35.10.{:02}", dice.between(1, 25)).into(),
            FieldKind::Person => people::one(dice, self, key, filled),
            FieldKind::Persons { min, max } => people::several(dice, self, key, (*min, *max)),
        }
    }

    fn name(&self, key: &str) -> String {
        match key {
            "nama" => self.applicant.name.clone(),
            "nama_lain" => self.applicant.name.replacen('u', "oe", 1),
            _ => self.child.name.clone(),
        }
    }

    fn text(&self, dice: &mut Dice, key: &str) -> String {
        match key {
            "tempat_lahir" => self.applicant.birth_place.to_owned(),
            "pekerjaan" => dice.pick(&names::JOBS).to_owned(),
            "dusun" => self.hamlet.to_owned(),
            "alamat_ktp" => format!("Jl. Merdeka No. {}, {}", self.rt * 7, self.applicant.birth_place),
            _ => texts::text(dice, key, &self.address),
        }
    }

    fn date(&self, dice: &mut Dice, key: &str, not_before_today: bool, filled: &Map<String, Value>) -> NaiveDate {
        let ahead = |dice: &mut Dice, low, high| self.today.checked_add_days(Days::new(dice.between(low, high).into()));
        let ago = |dice: &mut Dice, low, high| self.today.checked_sub_days(Days::new(dice.between(low, high).into()));
        let day = match key {
            "tgl_lahir" => Some(self.applicant.born),
            "tgl_lahir_lain" => self.applicant.born.checked_sub_days(Days::new(dice.between(1, 700).into())),
            "sejak" => {
                let lived = u32::try_from((self.today - self.applicant.born).num_days()).unwrap_or_default();
                ago(dice, 0, lived)
            }
            "anak_tgl_lahir" => ago(dice, 1, 60),
            "tgl_meninggal" if self.service.field("pewaris").is_some() => ago(dice, 20, 900),
            "tgl_meninggal" | "tgl_hilang" => ago(dice, 0, 14),
            "tgl_pindah" => ahead(dice, 0, 30),
            "tgl_nikah" => ahead(dice, 10, 75),
            "mulai" => ahead(dice, 5, 40),
            "selesai" => {
                let first =
                    filled.get("mulai").and_then(Value::as_str).and_then(|text| calendar::parse_date(text).ok());
                first.and_then(|first| first.checked_add_days(Days::new(dice.below(3).into())))
            }
            "berlaku_sampai" => ahead(dice, 30, 180),
            _ if not_before_today => ahead(dice, 1, 60),
            _ => ago(dice, 30, 700),
        };
        day.unwrap_or(self.today)
    }

    fn int(&self, dice: &mut Dice, key: &str, min: i64, max: IntLimit) -> i64 {
        let this_year = self.today.year().unsigned_abs();
        let (low, high) = match key {
            "rt" => return self.rt.into(),
            "rw" => return self.rw.into(),
            "tujuan_rt" | "tujuan_rw" => (1, 12),
            "berat_gram" => (2_300, 4_100),
            "panjang_cm" => (44, 54),
            "anak_ke" => (1, 4),
            "luas_m2" => (60, 5_000),
            "sejak" => (1_965, this_year),
            "mulai" => (1_995, this_year),
            "tanggungan" => (0, 6),
            "undangan" => (50, 900),
            _ => (1, 5),
        };
        let max = match max {
            IntLimit::Fixed(max) => max,
            IntLimit::Moving(_) => this_year.into(),
        };
        i64::from(dice.between(low, high)).clamp(min, max)
    }

    fn choice(&self, dice: &mut Dice, key: &str, options: &[Choice]) -> String {
        let young = self.today.years_since(self.applicant.born).unwrap_or_default() < 21;
        let likely = match key {
            "jk" => Some((self.applicant.sex.as_str(), 100)),
            "warga" => Some((if self.from_elsewhere { "luar" } else { "desa" }, 100)),
            "status_kawin" => Some((if young { "belum" } else { "kawin" }, 78)),
            "agama" => Some(("islam", 94)),
            "penandatangan" => Some(("kepala", 72)),
            "anak_jk" => Some((self.child.sex.as_str(), 100)),
            _ => options.first().map(|first| (first.value.as_str(), 35)),
        };
        match likely {
            Some((value, percent)) if dice.percent(percent) => value.to_owned(),
            _ => dice
                .index(options.len())
                .and_then(|at| options.get(at))
                .map(|one| one.value.clone())
                .unwrap_or_default(),
        }
    }

    /// The other sex than the applicant's.
    pub(crate) fn other_sex(&self) -> Sex {
        if self.applicant.sex == Sex::Male { Sex::Female } else { Sex::Male }
    }
}

/// Whole rupiah, round as people say them.
fn money(dice: &mut Dice, key: &str) -> u64 {
    let steps = if key == "omzet" { dice.between(10, 300) } else { dice.between(6, 60) };
    u64::from(steps) * 50_000
}
