//! Edits of single values of an existing record.

use office_model::{Catalogue, CautionCode, FaultCode, Problem, ValidEdit};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::records::{full, path, service, today, with};

fn edit(id: &str, record: &Map<String, Value>, edits: &[(&str, Value)]) -> Result<ValidEdit, Vec<Problem>> {
    let edits: Vec<_> = edits.iter().map(|(at, value)| (path(at), value.clone())).collect();
    Catalogue::current().validate_edit(&id.parse().unwrap(), record, &edits, today())
}

fn problems(id: &str, record: &Map<String, Value>, edits: &[(&str, Value)]) -> Vec<(String, FaultCode)> {
    let found = edit(id, record, edits).map_err(|problems| {
        problems.into_iter().map(|problem| (problem.path.to_string(), problem.code)).collect::<Vec<_>>()
    });
    found.err().unwrap_or_default()
}

fn one(path: &str, code: FaultCode) -> Vec<(String, FaultCode)> {
    vec![(path.to_owned(), code)]
}

#[test]
fn good_edits_come_out_normalised() {
    let table = [
        ("G05", "nama", json!(" Budi  Santoso"), json!("Budi Santoso")),
        ("G05", "ibu.nik", json!("35.10.01.170750.0001"), json!("3510011707500001")),
        ("G05", "ayah", Value::Null, Value::Null),
        ("G05", "ayah.nik", json!(""), Value::Null),
        ("G05", "jam", json!("7.05"), json!("07:05")),
        ("G03", "anggota[1].nama", json!("Budi"), json!("Budi")),
        ("G03", "anggota[2]", json!({"nama": " Budi"}), json!({"nama": "Budi"})),
        ("G03", "anggota[0]", Value::Null, Value::Null),
        ("G03", "anggota", json!([]), Value::Null),
    ];
    for (id, at, given, wanted) in table {
        let done = edit(id, &full(service(id)), &[(at, given)]).unwrap();
        assert_eq!(done.edits, [(path(at), wanted)]);
    }
}

#[test]
fn bad_edits_are_refused_all_at_once() {
    let record = full(service("G03"));
    let found = problems(
        "G03",
        &record,
        &[
            ("nik", json!("1")),
            ("nama", Value::Null),
            ("warna", json!("merah")),
            ("anggota[0].tinggi", json!(3)),
            ("anggota[0].nama", json!("")),
            ("anggota[5]", json!({"nama": "Budi"})),
            ("anggota[2].nama", json!("Budi")),
            ("anggota[2]", Value::Null),
            ("nama[0]", json!("Budi")),
        ],
    );
    let found: Vec<(&str, FaultCode)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(
        found,
        [
            ("nik", FaultCode::NikLength),
            ("nama", FaultCode::Required),
            ("warna", FaultCode::UnknownField),
            ("anggota[0].tinggi", FaultCode::UnknownField),
            ("anggota[0].nama", FaultCode::Required),
            ("anggota[5]", FaultCode::ListIndex),
            ("anggota[2].nama", FaultCode::ListIndex),
            ("anggota[2]", FaultCode::ListIndex),
            ("nama[0]", FaultCode::UnknownField),
        ]
    );
}

#[test]
fn a_person_or_a_list_must_stay_whole() {
    let no_father = with("G05", json!({"ayah": null}));
    assert_eq!(
        problems("G05", &no_father, &[("ayah.nik", json!("3510011707500001"))]),
        one("ayah.nama", FaultCode::Required)
    );
    let both = [("ayah.nik", json!("3510011707500001")), ("ayah.nama", json!("Budi"))];
    assert_eq!(problems("G05", &no_father, &both), []);
    let one_heir = with("G09", json!({"ahli_waris": [{"nama": "Budi"}]}));
    assert_eq!(problems("G09", &one_heir, &[("ahli_waris[0]", Value::Null)]), one("ahli_waris", FaultCode::Required));
    let swap = [("ahli_waris[1]", json!({"nama": "Siti"})), ("ahli_waris[0]", Value::Null)];
    assert_eq!(problems("G09", &one_heir, &swap), [], "edits are one act");
    let many = with("G09", json!({"ahli_waris": vec![json!({"nama": "Budi"}); 30]}));
    assert_eq!(
        problems("G09", &many, &[("ahli_waris[30]", json!({"nama": "Siti"}))]),
        one("ahli_waris", FaultCode::ListLength)
    );
}

#[test]
fn rules_are_checked_where_an_edit_touches_them() {
    let broken = with("G02", json!({"alasan": "rusak", "no_lapor_polisi": null}));
    assert_eq!(problems("G02", &broken, &[("alasan", json!("hilang"))]), one("no_lapor_polisi", FaultCode::Required));
    let both = [("alasan", json!("hilang")), ("no_lapor_polisi", json!("LP/1"))];
    assert_eq!(problems("G02", &broken, &both), []);
    let already = with("G02", json!({"alasan": "hilang", "no_lapor_polisi": null}));
    assert_eq!(problems("G02", &already, &[("nama", json!("Budi"))]), [], "a fault elsewhere does not stop an edit");
    assert_eq!(
        problems("H01", &full(service("H01")), &[("nik", json!("0351001200100001"))]),
        one("nik", FaultCode::NikTemporaryToSubDistrict)
    );
    assert_eq!(
        problems("S03", &full(service("S03")), &[("tgl_lahir", json!("2000-01-01"))]),
        one("tgl_lahir", FaultCode::TooYoung)
    );
}

/// Records of before version 1 asked for it have none.
#[test]
fn a_record_without_a_family_card_number_is_edited_and_the_number_is_never_taken_away() {
    for service in Catalogue::current().services().map(|service| service.id.as_str()) {
        let without = with(service, json!({"no_kk": null}));
        assert_eq!(problems(service, &without, &[("nama", json!("Budi")), ("rt", json!(3))]), [], "{service}");
        assert_eq!(problems(service, &without, &[("no_kk", json!("3510011707150001"))]), [], "{service}");
        let blanked = problems(service, &with(service, json!({})), &[("no_kk", json!(""))]);
        assert_eq!(blanked, one("no_kk", FaultCode::Required), "{service}");
    }
}

#[test]
fn warnings_look_at_the_record_as_it_will_be() {
    let record = full(service("G05"));
    let cautions = |edits: &[(&str, Value)]| -> Vec<(String, CautionCode)> {
        edit("G05", &record, edits)
            .unwrap()
            .warnings
            .into_iter()
            .map(|warning| (warning.path.to_string(), warning.code))
            .collect()
    };
    assert_eq!(cautions(&[("tgl_lahir", json!("1951-07-17"))]), [("nik".into(), CautionCode::NikBirthDateDiffers)]);
    let both = [("tgl_lahir", json!("1951-07-17")), ("nik", json!("3510011707510001"))];
    assert_eq!(cautions(&both), []);
    assert_eq!(
        cautions(&[("ibu.tgl_lahir", json!("1951-07-17"))]),
        [("ibu.nik".into(), CautionCode::NikBirthDateDiffers)]
    );
    assert_eq!(cautions(&[("nama", json!("Budi"))]), []);
}

#[test]
fn a_witness_is_compared_with_the_rest_of_the_record() {
    let record = full(service("G05"));
    let cautions = |at: &str, nik: &str| {
        let warnings = edit("G05", &record, &[(at, json!(nik))]).unwrap().warnings;
        warnings.into_iter().map(|warning| (warning.path.to_string(), warning.code)).collect::<Vec<_>>()
    };
    let second = [("saksi2.nik".to_owned(), CautionCode::WitnessTwice)];
    assert_eq!(cautions("saksi1.nik", "3510011707500003"), second, "whichever of the two is edited");
    assert_eq!(cautions("saksi2.nik", "3510011707500002"), second);
    assert_eq!(cautions("pelapor.nik", "3510011707500003"), second);
    assert_eq!(cautions("pelapor.nik", "3510011707500009"), []);
}

#[test]
fn a_record_becomes_anonymous_only_with_nothing_of_the_citizen_left() {
    let named = full(service("P06"));
    let citizen = Catalogue::current().citizen_fields();
    let all = problems("P06", &named, &[("anonim", json!("ya"))]);
    let wanted: Vec<_> = citizen.iter().map(|field| (field.key.clone(), FaultCode::NotAnonymous)).collect();
    assert_eq!(all, wanted);
    // In one act with what takes it away, whichever comes first.
    let mut edits: Vec<(&str, Value)> = citizen.iter().map(|field| (field.key.as_str(), json!(""))).collect();
    edits.push(("anonim", json!(true)));
    let done = edit("P06", &named, &edits).unwrap();
    assert_eq!(done.edits.len(), edits.len());
    let told: Vec<_> = done.warnings.iter().map(|one| (one.path.to_string(), one.code)).collect();
    assert_eq!(told, [("anonim".to_owned(), CautionCode::KnownFromHistory)]);
    edits.rotate_right(1);
    assert!(edit("P06", &named, &edits).is_ok());
    edits.pop();
    let left = citizen.last().unwrap().key.as_str();
    assert_eq!(problems("P06", &named, &edits), one(left, FaultCode::NotAnonymous));
}

#[test]
fn what_is_anonymous_stays_so_until_somebody_is_named() {
    let citizen = Catalogue::current().citizen_fields();
    let mut record = with("P06", json!({"anonim": true}));
    record.retain(|key, _| citizen.iter().all(|field| field.key != *key));
    assert_eq!(problems("P06", &record, &[("isi", json!("Lampu padam"))]), []);
    assert!(edit("P06", &record, &[("anonim", json!("ya"))]).unwrap().warnings.is_empty());
    assert_eq!(problems("P06", &record, &[("nama", json!("Siti"))]), one("nama", FaultCode::NotAnonymous));
    let required: Vec<_> = citizen.iter().filter(|field| field.required).collect();
    for no in [json!(false), Value::Null] {
        let missing: Vec<_> = required.iter().map(|field| (field.key.clone(), FaultCode::Required)).collect();
        assert_eq!(problems("P06", &record, &[("anonim", no.clone())]), missing);
        let whole = full(service("P06"));
        let mut edits: Vec<_> = required.iter().map(|one| (one.key.as_str(), whole[&one.key].clone())).collect();
        edits.push(("anonim", no));
        assert_eq!(problems("P06", &record, &edits), []);
    }
    assert_eq!(problems("P06", &record, &[("anonim", json!("mungkin"))]), one("anonim", FaultCode::WrongType));
}

#[test]
fn a_record_that_said_so_before_this_was_a_rule_can_be_edited_and_emptied() {
    let before = with("P06", json!({"anonim": true}));
    assert_eq!(problems("P06", &before, &[("isi", json!("Lampu padam"))]), []);
    assert_eq!(problems("P06", &before, &[("nama", Value::Null)]), []);
    assert_eq!(problems("P06", &before, &[("nama", json!("Budi"))]), one("nama", FaultCode::NotAnonymous));
    assert_eq!(problems("P06", &before, &[("anonim", json!(false))]), []);
}

#[test]
fn fields_of_a_newer_catalogue_do_not_stop_an_edit() {
    let newer = with("G01", json!({"warna_mata": "coklat"}));
    assert_eq!(problems("G01", &newer, &[("nama", json!("Budi"))]), []);
    assert!(!format!("{:?}", edit("G01", &newer, &[("nama", json!("Budi"))]).unwrap()).contains("Budi"));
}

proptest! {
    #[test]
    fn setting_a_field_to_its_own_value_is_always_allowed(which in 0_usize..25, at in 0_usize..40) {
        let service = Catalogue::current().services().nth(which).unwrap();
        let record = full(service);
        let field = &service.fields[at % service.fields.len()];
        let done = edit(service.id.as_str(), &record, &[(&field.key, record[&field.key].clone())]).unwrap();
        prop_assert_eq!(&done.edits, &[(path(&field.key), record[&field.key].clone())]);
        prop_assert!(done.warnings.is_empty());
    }

    #[test]
    fn an_edit_of_one_field_passes_exactly_when_the_whole_record_would(which in 0_usize..25, at in 0_usize..40, text in "[A-Za-z0-9 .-]{1,20}") {
        let service = Catalogue::current().services().nth(which).unwrap();
        let field = &service.fields[at % service.fields.len()];
        let mut record = full(service);
        let edited = edit(service.id.as_str(), &record, &[(&field.key, json!(text))]);
        record.insert(field.key.clone(), json!(text));
        let whole = Catalogue::current().validate(&service.id, &record, today());
        prop_assert_eq!(edited.is_ok(), whole.is_ok());
    }
}
