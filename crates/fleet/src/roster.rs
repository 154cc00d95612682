//! All 360 offices: the real villages and sub-districts, and made-up working units and health facilities.
//!
//! The regency has 58 working units and 60 health facilities; no public list of them has codes, so these are examples.

use std::fmt::Write as _;

use office_model::{Office, Roster};

/// Working units.
const UNITS: usize = 58;
/// Health facilities.
const FACILITIES: usize = 60;

/// The roster as CSV, as `sync-server init --roster` and the handbook take it.
pub fn with_above() -> String {
    let districts: Vec<&Office> = Roster::banyuwangi().sub_districts().collect();
    let mut csv = Roster::shipped_text().trim_end().to_owned();
    csv.push('\n');
    // Writing to a string cannot fail.
    for number in 1..=UNITS {
        let _ = writeln!(csv, "35.10.U.{number:03},Satuan kerja contoh {number:02},unit,,");
    }
    let mut kinds = ["Puskesmas", "Puskesmas Pembantu"].into_iter().flat_map(|kind| {
        let named =
            |district: &&Office| (format!("{kind} {}", district.name), format!("{},{}", district.code, district.name));
        districts.iter().map(named).collect::<Vec<_>>()
    });
    for number in 1..=FACILITIES {
        let hospital = || (format!("Rumah sakit contoh {number:02}"), ",".to_owned());
        let (name, district) = kinds.next().unwrap_or_else(hospital);
        let _ = writeln!(csv, "35.10.H.{number:03},{name},faskes,{district}");
    }
    csv
}

#[cfg(test)]
mod tests {
    use office_model::OfficeKind;

    use super::*;

    #[test]
    fn it_has_every_office_of_the_programme() {
        let roster = Roster::parse(&with_above()).unwrap();
        let of = |kind: OfficeKind| roster.iter().filter(|office| office.kind == kind).count();
        assert_eq!(roster.villages().count(), 217);
        let above = [OfficeKind::SubDistrict, OfficeKind::WorkingUnit, OfficeKind::HealthFacility].map(of);
        assert_eq!((above, roster.len()), ([25, UNITS, FACILITIES], 360));
    }
}
