//! Whether a record meets the condition under which its letter goes to the camat.
//!
//! The catalogue says the condition in words, for people. Of some services the form tells it.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::calendar::parse_date;
use crate::service::Service;
use crate::status::Approval;
use crate::working_day::Holidays;

/// A marriage is announced so many working days ahead; later ones need the camat's dispensation (PMA 20/2019, article 3).
const MARRIAGE_NOTICE_DAYS: u32 = 10;
/// Moves that do not leave the sub-district.
const MOVES_INSIDE: [&str; 2] = ["desa", "antar_desa"];
/// The aids that are paid out as money.
const SCHOOL_MONEY: [&str; 2] = ["uang_saku", "transport"];

/// Whether what a record says, on the day `today` in WIB, has its letter go to the camat under the condition of a service.
/// Nothing where the service has no condition, or people have to judge it. Holidays that move from year to year are not
/// known here and count as working days.
pub fn approval_due(service: &Service, record: &Map<String, Value>, today: NaiveDate) -> Option<bool> {
    if service.approval != Approval::Conditional {
        return None;
    }
    let text = |key: &str| record.get(key).and_then(Value::as_str);
    match service.id.as_str() {
        // Beyond it the place decides.
        "G04" => MOVES_INSIDE.contains(&text("klasifikasi")?).then_some(false),
        "G07" => {
            let day = parse_date(text("tgl_nikah")?).ok()?;
            // After the day itself there is nothing to dispense from.
            let is_ahead = day >= today;
            Some(is_ahead && Holidays::default().working_days_between(today, day) < MARRIAGE_NOTICE_DAYS)
        }
        "E03" => Some(SCHOOL_MONEY.contains(&text("program")?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::Catalogue;
    use crate::field::FieldKind;

    fn due(service: &str, record: &Value, today: &str) -> Option<bool> {
        let service = Catalogue::current().service(&service.parse().unwrap()).unwrap();
        approval_due(service, record.as_object().unwrap(), today.parse().unwrap())
    }

    #[test]
    fn the_form_tells_whether_the_camat_is_asked() {
        // 30 November 2026 is a Monday; the tenth working day after it is Monday, 14 December.
        let wedding = |day: &str| due("G07", &json!({"tgl_nikah": day}), "2026-11-30");
        assert_eq!(wedding("2026-12-14"), Some(false));
        assert_eq!(wedding("2026-12-13"), Some(true));
        assert_eq!(wedding("2026-11-30"), Some(true));
        assert_eq!(wedding("2026-11-27"), Some(false), "it was held");
        assert_eq!(due("G07", &json!({}), "2026-11-30"), None);
        assert_eq!(due("E03", &json!({"program": "transport"}), "2026-11-30"), Some(true));
        assert_eq!(due("E03", &json!({"program": "beasiswa_cerdas"}), "2026-11-30"), Some(false));
        assert_eq!(due("G04", &json!({"klasifikasi": "antar_desa"}), "2026-11-30"), Some(false));
        assert_eq!(due("G04", &json!({"klasifikasi": "antar_provinsi"}), "2026-11-30"), None, "the place decides");
        assert_eq!(due("S01", &json!({}), "2026-11-30"), None, "people judge it");
        assert_eq!(due("P02", &json!({"ada_perkara": true}), "2026-11-30"), None, "the police say so");
        assert_eq!(due("G01", &json!({}), "2026-11-30"), None, "it never goes there");
    }

    #[test]
    fn what_is_told_here_is_a_condition_in_the_catalogue() {
        for id in ["G04", "G07", "E03"] {
            let service = Catalogue::current().service(&id.parse().unwrap()).unwrap();
            assert!(service.approval_when.is_some() && service.approval == Approval::Conditional, "{id}");
        }
        // Of the fields and values that it goes by, too.
        let options = |id: &str, key: &str| {
            let field = Catalogue::current().service(&id.parse().unwrap()).unwrap().field(key).unwrap();
            let FieldKind::Enum { options, .. } = &field.kind else { panic!("{id} {key}") };
            options.iter().map(|one| one.value.clone()).collect::<Vec<_>>()
        };
        for (id, key, known) in [("G04", "klasifikasi", MOVES_INSIDE), ("E03", "program", SCHOOL_MONEY)] {
            let options = options(id, key);
            assert!(known.iter().all(|value| options.iter().any(|option| option == value)), "{id}: {options:?}");
        }
        let wedding = Catalogue::current().service(&"G07".parse().unwrap()).unwrap().field("tgl_nikah").unwrap();
        assert!(matches!(wedding.kind, FieldKind::Date { .. }));
    }
}
