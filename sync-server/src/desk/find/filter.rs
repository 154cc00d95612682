//! What a list, a file or a count is narrowed to, as an address or a form says it.

use std::fmt::Write as _;

use chrono::NaiveDate;
use desk_kit::Language;
use office_model::{Catalogue, OfficeCode, ServiceId, Status};
use replica_store::ListFilter;

use crate::export;
use crate::operators::HubRole;
use crate::regency::Regency;

/// What was asked for; what makes no sense is as if it were not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) words: String,
    pub(super) service: Option<ServiceId>,
    pub(super) status: Option<Status>,
    pub(super) district: Option<OfficeCode>,
    pub(super) office: Option<OfficeCode>,
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
}

impl Asked {
    /// `get` gives a word of the address or the form; empty where there is none.
    pub(super) fn of<'a>(get: impl Fn(&str) -> &'a str) -> Self {
        Self {
            words: get("q").trim().chars().take(200).collect(),
            service: get("layanan").parse().ok(),
            status: get("status").parse().ok(),
            district: get("kecamatan").parse().ok(),
            office: get("kantor").parse().ok(),
            from: get("dari").parse().ok(),
            to: get("sampai").parse().ok(),
        }
    }

    /// For the store, as far as this role may search; nothing when the last day comes before the first.
    pub(super) fn filter(&self, role: HubRole) -> Option<ListFilter> {
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
    let choice = |status: Status| {
        (status.as_str().to_owned(), language.say(&status.label()).to_owned(), asked.status == Some(status))
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

    #[test]
    fn an_address_says_what_was_asked_and_nothing_else() {
        let words = [
            ("q", " siti & 3510 "),
            ("layanan", "G01"),
            ("status", "<x>"),
            ("kantor", "35.10.01.2001"),
            ("dari", "2026-11-01"),
        ];
        let asked = Asked::of(|name| words.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        assert_eq!(
            asked.address("/cari", Some(("sesudah", "x"))),
            "/cari?q=siti%20%26%203510&layanan=G01&kantor=35.10.01.2001&dari=2026-11-01&sesudah=x"
        );
        assert!(asked.filter(HubRole::Operator).unwrap().made.is_some());
        let swapped = Asked { to: asked.from.and_then(|day| day.pred_opt()), ..asked };
        assert!(swapped.filter(HubRole::Operator).is_none());
    }
}
