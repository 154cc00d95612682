//! What a list, a file or a count is narrowed to, as an address or a form says it.

use std::fmt::Write as _;
use std::str::FromStr;

use chrono::NaiveDate;
use desk_kit::{Language, values};
use office_model::{Bilingual, Catalogue, OfficeCode, ServiceId, Status};
use replica_store::ListFilter;

use super::texts::{EN, ID};
use crate::export;
use crate::operators::HubRole;
use crate::regency::Regency;

/// Longest words that are looked for, in characters.
const WORDS_MAX: usize = 200;
/// So much of what cannot be read is said back, in characters.
const SAID_MAX: usize = 40;

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) words: String,
    pub(super) service: Option<ServiceId>,
    pub(super) status: Option<Status>,
    pub(super) district: Option<OfficeCode>,
    pub(super) office: Option<OfficeCode>,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    /// What of it makes no sense. The rest alone would mean more records than were asked for.
    pub(super) wrong: Vec<Bilingual>,
}

impl Asked {
    /// `get` gives a word of the address or the form; empty where there is none.
    pub(super) fn of<'a>(get: impl Fn(&str) -> &'a str) -> Self {
        let mut wrong = Vec::new();
        let words: String = get("q").trim().chars().take(WORDS_MAX).collect();
        if words.len() < get("q").trim().len() {
            wrong.push(Bilingual::new(
                format!("Kata yang dicari lebih dari {WORDS_MAX} huruf."),
                format!("The words to look for have more than {WORDS_MAX} letters."),
            ));
        }
        let service = read(get("layanan"), (ID.service, EN.service), &mut wrong);
        let status = read(get("status"), (ID.status, EN.status), &mut wrong);
        let district = read(get("kecamatan"), (ID.district, EN.district), &mut wrong);
        let office = read(get("kantor"), (ID.office, EN.office), &mut wrong);
        let from = read(get("dari"), (ID.from, EN.from), &mut wrong);
        let to = read(get("sampai"), (ID.to, EN.to), &mut wrong);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            wrong.push(Bilingual::new(ID.wrong_days, EN.wrong_days));
        }
        Self { words, service, status, district, office, from, to, wrong }
    }

    /// Notes as wrong, too, what no office or service of this regency is called.
    pub(super) fn known_to(mut self, regency: &Regency) -> Self {
        let is_office = |code: OfficeCode| regency.office(code).is_some();
        let is_district = |code: OfficeCode| {
            let mut districts = regency.offices.iter().filter_map(|(facts, _)| facts.office.district.as_ref());
            is_office(code) || districts.any(|district| district.code == code)
        };
        // Records stay with the catalogue that they were begun under, which may have services that are offered no more.
        let is_service = |id: &ServiceId| {
            let mut versions = (1..=Catalogue::current().version()).filter_map(Catalogue::of_version);
            versions.any(|catalogue| catalogue.service(id).is_some())
        };
        if let Some(code) = self.district.filter(|code| !is_district(*code)) {
            self.wrong.push(unknown(&code.to_string(), (ID.district, EN.district)));
        }
        if let Some(code) = self.office.filter(|code| !is_office(*code)) {
            self.wrong.push(unknown(&code.to_string(), (ID.office, EN.office)));
        }
        if let Some(id) = self.service.filter(|id| !is_service(id)) {
            self.wrong.push(unknown(&id.to_string(), (ID.service, EN.service)));
        }
        self
    }

    /// For the store, as far as this role may search; nothing where something makes no sense.
    pub(super) fn filter(&self, role: HubRole) -> Option<ListFilter> {
        if !self.wrong.is_empty() {
            return None;
        }
        Some(ListFilter {
            office: self.office,
            district: self.district,
            status: self.status.map(|status| status.as_str().to_owned()),
            service: self.service.map(|service| service.to_string()),
            made: export::days(self.from, self.to).ok()?,
            by_number: !role.sees_personal_data(),
            ..ListFilter::default()
        })
    }

    /// Name and value of each field that says something.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let code = |code: Option<OfficeCode>| code.map(|code| code.to_string()).unwrap_or_default();
        let pairs = [
            ("q", self.words.clone()),
            ("layanan", self.service.map(|service| service.to_string()).unwrap_or_default()),
            ("status", self.status.map(|status| status.as_str().to_owned()).unwrap_or_default()),
            ("kecamatan", code(self.district)),
            ("kantor", code(self.office)),
            ("dari", day(self.from)),
            ("sampai", day(self.to)),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The address of this list, with one field more.
    pub(super) fn address(&self, page: &str, more: Option<(&str, &str)>) -> String {
        let pairs = self.pairs();
        let all = pairs.iter().map(|(name, value)| (*name, value.as_str())).chain(more);
        let query: Vec<String> = all.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { page.to_owned() } else { format!("{page}?{}", query.join("&")) }
    }
}

/// A field that may be empty; what is in it and cannot be read is wrong.
fn read<T: FromStr>(typed: &str, (id, en): (&str, &str), wrong: &mut Vec<Bilingual>) -> Option<T> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok();
    if read.is_none() {
        wrong.push(unreadable(typed, (id, en)));
    }
    read
}

/// What is said of something in a field that cannot be read.
pub(super) fn unreadable(typed: &str, (id, en): (&str, &str)) -> Bilingual {
    let said: String = typed.chars().take(SAID_MAX).collect();
    Bilingual::new(format!("{id}: \"{said}\" tidak dapat dibaca."), format!("{en}: \"{said}\" cannot be read."))
}

fn unknown(value: &str, (id, en): (&str, &str)) -> Bilingual {
    Bilingual::new(
        format!("{id}: {value} tidak ada di kabupaten ini."),
        format!("{en}: there is no {value} in this regency."),
    )
}

/// A value in an address (RFC 3986): all but letters, digits and `-._~` spelled out.
fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// What can be chosen: value, name, whether it is chosen.
pub(super) type Choices = Vec<(String, String, bool)>;

/// All services.
pub(super) fn services(asked: &Asked, language: Language) -> Choices {
    let all = Catalogue::current().services();
    let choice = |service: &office_model::Service| {
        let name = format!("{} {}", service.id, language.say(&service.label));
        (service.id.to_string(), name, asked.service == Some(service.id))
    };
    all.map(choice).collect()
}

/// All statuses.
pub(super) fn statuses(asked: &Asked, language: Language) -> Choices {
    let service = asked.service.and_then(|id| Catalogue::current().service(&id));
    let choice = |status: Status| {
        let word = status.as_str();
        (word.to_owned(), values::status(word, service, language), asked.status == Some(status))
    };
    Status::ALL.into_iter().map(choice).collect()
}

/// All sub-districts, by name.
pub(super) fn districts(asked: &Asked, regency: &Regency) -> Choices {
    let all = regency.offices.iter().filter_map(|(facts, _)| facts.office.district.as_ref());
    let mut all: Choices =
        all.map(|one| (one.code.to_string(), one.name.clone(), asked.district == Some(one.code))).collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all.dedup();
    all
}

/// All offices, by code.
pub(super) fn offices(asked: &Asked, regency: &Regency) -> Choices {
    let all = regency.offices.iter().map(|(facts, _)| &facts.office);
    let mut all: Choices =
        all.map(|one| (one.code.to_string(), one.full_name(), asked.office == Some(one.code))).collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked::of(|name| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value))
    }

    #[test]
    fn an_address_says_what_was_asked_and_nothing_else() {
        let asked = asked(&[
            ("q", " siti & 3510 "),
            ("layanan", "G01"),
            ("status", ""),
            ("kantor", "35.10.01.2001"),
            ("dari", "2026-11-01"),
        ]);
        assert_eq!(
            asked.address("/cari", Some(("sesudah", "x"))),
            "/cari?q=siti%20%26%203510&layanan=G01&kantor=35.10.01.2001&dari=2026-11-01&sesudah=x"
        );
        assert!(asked.filter(HubRole::Operator).unwrap().made.is_some());
    }

    #[test]
    fn what_makes_no_sense_is_named_and_narrows_to_nothing_at_all() {
        let long = "x".repeat(300);
        for (pairs, said) in [
            (&[("dari", "2026-11-02"), ("sampai", "2026-11-01")][..], "The last day comes before the first."),
            (&[("dari", "1-11-2026")], "From: \"1-11-2026\" cannot be read."),
            (&[("layanan", "<b>")], "Service: \"<b>\" cannot be read."),
            (&[("status", "mungkin")], "Status: \"mungkin\" cannot be read."),
            (&[("kecamatan", "Giri")], "Sub-district: \"Giri\" cannot be read."),
            (&[("kantor", "x")], "Office: \"x\" cannot be read."),
            (&[("q", long.as_str())], "The words to look for have more than 200 letters."),
        ] {
            let asked = asked(pairs);
            assert_eq!(asked.wrong.iter().map(|one| one.en.as_str()).collect::<Vec<_>>(), [said]);
            assert!(asked.filter(HubRole::Operator).is_none(), "{said}");
        }
        assert!(asked(&[("dari", ""), ("layanan", " ")]).wrong.is_empty(), "an empty field asks for nothing");
    }
}
