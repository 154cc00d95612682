//! What is wrong with a value, and what is merely worth a look.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::field_path::FieldPath;

/// The words programs get for what is wrong. They never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// A required field is left out.
    Required,
    /// None of several fields is filled in, and one is needed.
    RequiredTogether,
    /// The service has no such field.
    UnknownField,
    /// The catalogue has no such service.
    UnknownService,
    /// A text where a list was needed, or the like.
    WrongType,
    /// Somebody else changed it since the form was opened.
    ChangedMeanwhile,
    /// Not 16 digits.
    NikLength,
    /// The first two digits are no province.
    NikProvince,
    /// Regency or district is 00.
    NikArea,
    /// Digits 7 to 12 are no date.
    NikBirthDate,
    /// The serial is all zeros.
    NikSerial,
    /// A temporary NIK in a service that always goes to the sub-district.
    NikTemporaryToSubDistrict,
    /// Not 16 digits.
    KkLength,
    /// It begins with 0.
    KkLeadingZero,
    /// Not a phone number of Indonesia.
    PhoneForm,
    /// Too few or too many digits.
    PhoneLength,
    /// Signs that no name has, or no letter.
    NameCharacters,
    /// Longer than 100 characters.
    NameLength,
    /// Not a date.
    DateForm,
    /// The year is not in 1850 to 2200.
    DateRange,
    /// After today.
    DateInFuture,
    /// Before today.
    DateInPast,
    /// Before another date that it must not precede.
    DateOrder,
    /// Not a time of day.
    TimeForm,
    /// Not a whole number.
    NumberForm,
    /// Outside of the field's limits.
    NumberRange,
    /// Not an amount of whole rupiah.
    MoneyForm,
    /// More than any amount taken.
    MoneyRange,
    /// Longer than the field takes.
    TextLength,
    /// Signs that cannot be printed.
    TextCharacters,
    /// Not exactly so many digits.
    DigitsForm,
    /// Not one of the choices.
    EnumValue,
    /// Not an area code.
    AreaForm,
    /// Its first two digits are no province.
    AreaProvince,
    /// Fewer or more entries than the field takes.
    ListLength,
    /// There is no such entry in the list.
    ListIndex,
    /// Younger than the service is for.
    TooYoung,
    /// Not a clerk's id.
    ClerkIdForm,
    /// Not a template for letter numbers.
    TemplateForm,
    /// Something of the citizen in a record whose citizen stays unknown.
    NotAnonymous,
}

/// Why a value is refused. The texts never repeat the value, so they may be logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// For programs.
    pub code: FaultCode,
    /// For people.
    pub text: Bilingual,
}

impl Fault {
    /// A fault with its Indonesian and English text.
    pub fn new(code: FaultCode, id: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, text: Bilingual::new(id, en) }
    }

    /// This fault, found at that place of a record.
    pub fn at(self, path: FieldPath) -> Problem {
        Problem { path, code: self.code, text: self.text }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text.en)
    }
}

impl std::error::Error for Fault {}

/// Why a record is refused: one place of it, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where.
    pub path: FieldPath,
    /// For programs.
    pub code: FaultCode,
    /// For people.
    pub text: Bilingual,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.text.en)
    }
}

impl std::error::Error for Problem {}

/// The words programs get for what is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CautionCode {
    /// The district in the NIK is not in today's list; split areas keep their old codes.
    NikAreaUnknown,
    /// The sex in the NIK is not the one of the form.
    NikSexDiffers,
    /// The birth date in the NIK is not the one of the form.
    NikBirthDateDiffers,
    /// A NIK made up by the village for someone who has none.
    NikTemporary,
    /// The district in the family card number is not in today's list.
    KkAreaUnknown,
    /// The middle of the family card number is no date.
    KkDateUnlikely,
    /// What it is valid until is over already.
    ValidUntilPast,
    /// A partner is younger than the age the marriage law asks for.
    PartnerTooYoung,
    /// A sign that letters cannot show.
    NotInLetters,
    /// A witness who stands in the record as somebody else already.
    WitnessTwice,
    /// What was taken out of a record that became anonymous stays in its history.
    KnownFromHistory,
    /// The letter of somebody from elsewhere has no address of the ID card.
    CardAddressMissing,
}

/// Something odd about a value that may well be right: the record is taken, the clerk is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Where.
    pub path: FieldPath,
    /// For programs.
    pub code: CautionCode,
    /// For people.
    pub text: Bilingual,
}

impl CautionCode {
    /// What people read.
    pub fn text(self) -> Bilingual {
        match self {
            Self::NotInLetters => Bilingual::new(
                "Ada huruf atau gambar yang tidak dapat dicetak pada surat (misalnya emoji atau huruf Arab): di kertas menjadi kotak kosong.",
                "There are signs that letters cannot show (emoji or Arabic script, for instance): on paper they become empty boxes.",
            ),
            Self::NikAreaUnknown => Bilingual::new(
                "Kode kecamatan pada NIK tidak ada dalam daftar wilayah saat ini. Wilayah hasil pemekaran dapat memakai kode lama; periksa dengan KTP.",
                "The district in the NIK is not in today's list. Areas that were split keep old codes; compare with the card.",
            ),
            Self::NikSexDiffers => Bilingual::new(
                "Jenis kelamin menurut NIK berbeda dengan isian. Periksa dengan KTP; NIK yang keliru tetap berlaku.",
                "The sex in the NIK differs from the form. Compare with the card; a NIK stays valid even when wrong.",
            ),
            Self::NikBirthDateDiffers => Bilingual::new(
                "Tanggal lahir menurut NIK berbeda dengan isian. Periksa dengan KTP; NIK yang keliru tetap berlaku.",
                "The birth date in the NIK differs from the form. Compare with the card; a NIK stays valid even when wrong.",
            ),
            Self::NikTemporary => Bilingual::new(
                "NIK sementara: tidak dapat dipakai pada surat yang dikirim ke kecamatan.",
                "A temporary NIK: it cannot be used in letters that go to the sub-district.",
            ),
            Self::KkAreaUnknown => Bilingual::new(
                "Kode kecamatan pada nomor KK tidak ada dalam daftar wilayah saat ini; periksa dengan kartunya.",
                "The district in the family card number is not in today's list; compare with the card.",
            ),
            Self::KkDateUnlikely => Bilingual::new(
                "Angka ke-7 sampai ke-12 nomor KK bukan tanggal; periksa dengan kartunya.",
                "Digits 7 to 12 of the family card number are not a date; compare with the card.",
            ),
            Self::ValidUntilPast => Bilingual::new(
                "Tanggal ini sudah lewat: suratnya tidak berlaku sejak dibuat. Periksa tahunnya.",
                "This day is over: the letter would not be valid from the start. Check the year.",
            ),
            Self::WitnessTwice => Bilingual::new(
                "NIK saksi ini sama dengan NIK orang lain pada berkas ini. Saksi harus orang lain daripada pemohon, pelapor, dan saksi yang satunya; periksa dengan KTP.",
                "This witness has the NIK of somebody else in this record. A witness must be another person than the applicant, the reporter and the other witness; compare with the card.",
            ),
            Self::KnownFromHistory => Bilingual::new(
                "Riwayat berkas ini tetap memuat nama dan isian lain yang sudah pernah disimpan, walaupun dikosongkan. Pengaduan yang harus anonim sejak awal dicatat sebagai berkas baru.",
                "The history of this record keeps the name and what else was saved before, though it is cleared now. A complaint that is to be anonymous from the start is recorded anew.",
            ),
            Self::CardAddressMissing => Bilingual::new(
                "Warga dari luar desa: isi alamat menurut KTP. Tanpa itu surat menyebut tempat tinggalnya di sini sebagai alamatnya.",
                "Somebody from elsewhere: fill in the address on the ID card. Without it the letter gives where they stay here as their address.",
            ),
            Self::PartnerTooYoung => Bilingual::new(
                "Calon mempelai belum berumur 19 tahun pada hari nikah; diperlukan dispensasi pengadilan.",
                "A partner is under 19 on the wedding day; a court dispensation is needed.",
            ),
        }
    }

    /// This caution, found at that place of a record.
    pub fn at(self, path: FieldPath) -> Warning {
        Warning { path, code: self, text: self.text() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All words of an enum, as serde's refusal lists them.
    fn words<T: serde::de::DeserializeOwned + fmt::Debug>() -> Vec<String> {
        let refusal = serde_json::from_str::<T>("\"no such word\"").unwrap_err().to_string();
        refusal.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_words_for_programs_stay_as_they_are() {
        let faults = "required required_together unknown_field unknown_service wrong_type changed_meanwhile nik_length nik_province \
            nik_area nik_birth_date nik_serial nik_temporary_to_sub_district kk_length kk_leading_zero phone_form \
            phone_length name_characters name_length date_form date_range date_in_future date_in_past date_order \
            time_form number_form number_range money_form money_range text_length text_characters digits_form \
            enum_value area_form area_province list_length list_index too_young clerk_id_form template_form not_anonymous";
        assert_eq!(words::<FaultCode>().join(" "), faults);
        let cautions = "nik_area_unknown nik_sex_differs nik_birth_date_differs nik_temporary kk_area_unknown \
            kk_date_unlikely valid_until_past partner_too_young not_in_letters witness_twice known_from_history \
            card_address_missing";
        assert_eq!(words::<CautionCode>().join(" "), cautions);
    }

    #[test]
    fn a_problem_is_told_in_both_languages() {
        let path: FieldPath = "anggota[0].nik".parse().unwrap();
        let problem = "1".parse::<crate::nik::Nik>().unwrap_err().at(path.clone());
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            serde_json::json!({
                "path": "anggota[0].nik",
                "code": "nik_length",
                "text": {
                    "id": "NIK harus 16 angka; salin dari KTP atau KK.",
                    "en": "A NIK must have 16 digits; copy it from the ID card or the family card.",
                },
            })
        );
        assert_eq!(
            serde_json::to_value(CautionCode::NikTemporary.at(path)).unwrap()["code"],
            serde_json::json!("nik_temporary")
        );
    }
}
