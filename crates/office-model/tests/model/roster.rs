//! The real roster is whole; a bad one is refused with every bad line.

use office_model::{OfficeCode, OfficeKind, Roster};
use proptest::prelude::*;

const REAL: &str = include_str!("../../../../data/banyuwangi-offices.csv");
const HEADER: &str = "code,name,kind,district_code,district";

fn code(text: &str) -> OfficeCode {
    text.parse().unwrap()
}

#[test]
fn banyuwangi_has_its_242_offices() {
    let roster = Roster::banyuwangi();
    let count = |kind| roster.iter().filter(|office| office.kind == kind).count();
    assert_eq!((count(OfficeKind::Desa), count(OfficeKind::Kelurahan), count(OfficeKind::SubDistrict)), (189, 28, 25));
    assert_eq!((roster.len(), roster.villages().count(), roster.sub_districts().count()), (242, 217, 25));
    assert!(roster.iter().all(|office| office.kind == office.code.kind()));
    let licin = roster.get(code("35.10.24")).unwrap();
    assert_eq!(licin.full_name(), "Kecamatan Licin");
    assert_eq!(roster.get(code("35.10.24.2008")).unwrap().full_name(), "Desa Tamansari, Kec. Licin");
    assert_eq!(roster.villages_of(code("35.10.16")).count(), 18);
    assert!(roster.get(code("35.10.U.007")).is_none());
}

#[test]
fn full_names_tell_all_offices_apart() {
    let names: std::collections::BTreeSet<String> =
        Roster::banyuwangi().iter().map(office_model::Office::full_name).collect();
    assert_eq!(names.len(), 242);
}

#[test]
fn every_bad_line_is_named() {
    let csv = format!(
        "{HEADER}\n\
         35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n\
         35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n\
         \n\
         35.10.01.2002,Pesanggaran,kelurahan,35.10.01,Pesanggaran\n\
         35.10.01.20,Kandangan,desa,35.10.01,Pesanggaran\n\
         35.10.01.2004,,desa,35.10.01,Pesanggaran\n\
         35.10.01.2009,Kandangan,desa,35.10.02,Bangorejo\n\
         35.10.01.2010,Kandangan,desa,35.10.01,Bangorejo\n\
         35.10.01.2011,Kandangan,desa\n\
         35.10.01.2012,\"Kandangan\",desa,35.10.01,Pesanggaran\n\
         35.10.01.2013,Kandangan,desa,35.10.01.2001,Pesanggaran\n\
         35.10.01.2014,Kandangan,desa,,\n\
         35.10.U.007,Dinas,faskes,,\n"
    );
    let error = Roster::parse(&csv).unwrap_err();
    let wanted = [
        (3, "line 2"),
        (5, "code of a desa"),
        (6, "four digits"),
        (7, "name is empty"),
        (8, "does not lie in it"),
        (9, "called"),
        (10, "5 fields"),
        (11, "quotes"),
        (12, "not the code of a sub-district"),
        (13, "district_code"),
        (14, "code of a unit"),
    ];
    assert_eq!(error.problems.len(), wanted.len(), "{error}");
    for (problem, (line, reason)) in error.problems.iter().zip(wanted) {
        assert_eq!(problem.line, line, "{error}");
        assert!(problem.reason.en.contains(reason), "{error}");
        assert!(!problem.reason.id.is_empty() && problem.reason.id != problem.reason.en, "{problem:?}");
    }
    assert!(error.to_string().contains("11 bad lines") && error.to_string().contains("line 14:"));
}

#[test]
fn a_roster_without_header_or_offices_is_refused() {
    for csv in ["", HEADER, "35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n"] {
        assert_eq!(Roster::parse(csv).unwrap_err().problems[0].line, 1);
    }
}

#[test]
fn units_and_health_facilities_may_be_listed() {
    let csv = format!(
        "\u{feff}{HEADER}\r\n35.10.U.007,Dinas Sosial,unit,,\r\n35.10.H.012,Puskesmas Licin,faskes,35.10.24,Licin\r\n"
    );
    let roster = Roster::parse(&csv).unwrap();
    assert_eq!(roster.len(), 3, "the district of the facility gets its office");
    assert_eq!(roster.get(code("35.10.H.012")).unwrap().full_name(), "Puskesmas Licin");
    assert!(roster.get(code("35.10.U.007")).unwrap().district.is_none());
}

proptest! {
    #[test]
    fn damaged_rosters_are_answered_and_never_half_read(at in 0..REAL.len(), byte in 0_u8..128) {
        let mut bytes = REAL.as_bytes().to_vec();
        bytes[at] = byte;
        match Roster::parse(std::str::from_utf8(&bytes).unwrap()) {
            Ok(roster) => prop_assert!(roster.villages().count() >= 216),
            Err(error) => prop_assert!(!error.problems.is_empty()),
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter(seed in any::<u64>()) {
        let mut lines: Vec<&str> = REAL.lines().skip(1).collect();
        let turn = usize::try_from(seed % 217).unwrap();
        lines.rotate_left(turn);
        lines.swap(0, 100);
        let csv = format!("{HEADER}\n{}\n", lines.join("\n"));
        prop_assert_eq!(&Roster::parse(&csv).unwrap(), Roster::banyuwangi());
    }
}
