//! New records against the catalogue: all 25 services, every kind of value, every rule.

use office_model::{Catalogue, CautionCode, FaultCode, FieldKind, Problem, ServiceId, Status, StepError, Valid};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::records::{full, path, service, today, with};

fn validate(id: &str, record: &Map<String, Value>) -> Result<Valid, Vec<Problem>> {
    Catalogue::current().validate(&id.parse::<ServiceId>().unwrap(), record, today())
}

/// Path and code of each problem.
fn problems(id: &str, changes: Value) -> Vec<(String, FaultCode)> {
    match validate(id, &with(id, changes)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|problem| (problem.path.to_string(), problem.code)).collect(),
    }
}

fn one(path: &str, code: FaultCode) -> Vec<(String, FaultCode)> {
    vec![(path.to_owned(), code)]
}

fn cautions(id: &str, changes: Value) -> Vec<(String, CautionCode)> {
    let valid = validate(id, &with(id, changes)).unwrap();
    valid.warnings.into_iter().map(|warning| (warning.path.to_string(), warning.code)).collect()
}

#[test]
fn a_full_record_of_every_service_passes_and_stays_as_it_is() {
    for service in Catalogue::current().services() {
        let record = full(service);
        let valid =
            validate(service.id.as_str(), &record).unwrap_or_else(|problems| panic!("{}: {problems:?}", service.id));
        assert_eq!(valid.fields, record, "{}", service.id);
        assert!(valid.fields.keys().eq(record.keys()), "{}: the order is the catalogue's", service.id);
        assert_eq!(valid.warnings, [], "{}", service.id);
    }
}

#[test]
fn an_empty_record_lacks_exactly_the_required_fields() {
    for service in Catalogue::current().services() {
        let problems = validate(service.id.as_str(), &Map::new()).unwrap_err();
        let required = problems.iter().filter(|problem| problem.code == FaultCode::Required);
        let wanted = service.fields.iter().filter(|field| field.required).map(|field| field.key.clone());
        assert!(required.map(|problem| problem.path.to_string()).eq(wanted), "{}", service.id);
        let together = problems.iter().filter(|problem| problem.code != FaultCode::Required).count();
        assert_eq!(together, usize::from(service.id.as_str() == "E02"));
        for problem in problems {
            assert!(!problem.text.id.is_empty() && !problem.text.en.is_empty() && problem.text.id != problem.text.en);
        }
    }
}

#[test]
fn leaving_out_any_one_field_matters_exactly_when_it_is_required() {
    for service in Catalogue::current().services() {
        for field in &service.fields {
            for blank in [Value::Null, json!(" "), json!([]), json!({}), json!({"nama": ""})] {
                let mut record = full(service);
                record.insert(field.key.clone(), blank);
                match validate(service.id.as_str(), &record) {
                    Ok(valid) => {
                        assert!(!field.required, "{} {}", service.id, field.key);
                        assert_eq!(valid.fields.contains_key(&field.key), field.default.is_some());
                    }
                    Err(problems) => {
                        assert_eq!(problems.len(), 1, "{problems:?}");
                        assert!(field.required);
                        assert_eq!(
                            (problems[0].path.to_string(), problems[0].code),
                            (field.key.clone(), FaultCode::Required)
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_form_that_is_half_filled_in_says_what_is_odd_already() {
    let catalogue = Catalogue::current();
    let Value::Object(form) = json!({"nik": "3510014107900001", "jk": "L", "berlaku_sampai": "2020-01-01"}) else {
        unreachable!()
    };
    let said = catalogue.look(service("G01"), &form, today());
    assert!(said.problems.iter().any(|problem| problem.path.to_string() == "nama"));
    let odd: Vec<CautionCode> = said.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(odd, [CautionCode::ValidUntilPast, CautionCode::NikSexDiffers]);
}

#[test]
fn values_of_the_wrong_type_are_refused_where_they_stand() {
    for service in Catalogue::current().services() {
        for field in &service.fields {
            let wrong = match field.kind {
                FieldKind::Bool | FieldKind::Int { .. } | FieldKind::Money => json!([1]),
                _ => json!(true),
            };
            let mut record = full(service);
            record.insert(field.key.clone(), wrong);
            let problems = validate(service.id.as_str(), &record).unwrap_err();
            assert_eq!(problems.len(), 1, "{} {}: {problems:?}", service.id, field.key);
            assert_eq!(problems[0].path, path(&field.key));
        }
    }
}

#[test]
fn the_usual_ways_to_write_a_value_are_read() {
    let table = [
        ("S01", "nik", json!("35.10.01 170750-0001"), json!("3510011707500001")),
        ("S01", "nama", json!("  Siti   Aminah "), json!("Siti Aminah")),
        ("S01", "tgl_lahir", json!("17 Juli 1950"), json!("1950-07-17")),
        ("S01", "jk", json!("l"), json!("L")),
        ("S01", "rt", json!("007"), json!(7)),
        ("S01", "telepon", json!("0812-3456-7890"), json!("+6281234567890")),
        ("S01", "penghasilan", json!("Rp 1.500.000"), json!(1_500_000)),
        ("S01", "tempat_lahir", json!(" Licin\r\n"), json!("Licin")),
        ("S03", "tinggal_sendiri", json!("Ya"), json!(true)),
        ("P02", "ada_perkara", json!("tidak"), json!(false)),
        ("E01", "nisn", json!("0012 345 678"), json!("0012345678")),
        ("G04", "tujuan_area", json!("3510012001"), json!("35.10.01.2001")),
        ("G05", "jam", json!("7.05"), json!("07:05")),
    ];
    for (id, key, given, wanted) in table {
        let valid = validate(id, &with(id, json!({ key: given }))).unwrap();
        assert_eq!(valid.fields[key], wanted, "{key}");
    }
}

#[test]
fn limits_are_kept() {
    let table = [
        ("S01", "rt", json!(0), FaultCode::NumberRange),
        ("S01", "rt", json!(1000), FaultCode::NumberRange),
        ("S01", "rt", json!(1.5), FaultCode::NumberForm),
        ("S01", "rt", json!("1e2"), FaultCode::NumberForm),
        ("S01", "rt", json!(u64::MAX), FaultCode::NumberRange),
        ("S01", "rt", json!("99999999999999999999"), FaultCode::NumberRange),
        ("S01", "penghasilan", json!(-1), FaultCode::MoneyForm),
        ("S01", "penghasilan", json!(1.5), FaultCode::MoneyForm),
        ("S01", "penghasilan", json!(u64::MAX), FaultCode::MoneyRange),
        ("S01", "nik", json!(3_510_011_707_500_001_u64), FaultCode::WrongType),
        ("S01", "no_kk", json!("0510011707150001"), FaultCode::KkLeadingZero),
        ("S01", "jk", json!("pria"), FaultCode::EnumValue),
        ("S01", "tgl_lahir", json!("2026-11-24"), FaultCode::DateInFuture),
        ("S01", "tempat_lahir", json!("x".repeat(61)), FaultCode::TextLength),
        ("S01", "tempat_lahir", json!("Li\u{202e}cin"), FaultCode::TextCharacters),
        ("S01", "tempat_lahir", json!("Li\0cin"), FaultCode::TextCharacters),
        ("G04", "kode_pos", json!("6848"), FaultCode::DigitsForm),
        ("G04", "tujuan_area", json!("99.01"), FaultCode::AreaProvince),
        ("G07", "tgl_nikah", json!("2026-11-22"), FaultCode::DateInPast),
        ("G10", "sejak", json!(2027), FaultCode::NumberRange),
        ("G09", "ahli_waris", json!(vec![json!({"nama": "Siti"}); 31]), FaultCode::ListLength),
        ("S03", "tinggal_sendiri", json!(1), FaultCode::WrongType),
    ];
    for (id, key, given, code) in table {
        assert_eq!(problems(id, json!({ key: given })), one(key, code), "{key} {given}");
    }
    assert_eq!(problems("S01", json!({"tgl_lahir": "2026-11-23"})), [], "today is not in the future");
    assert_eq!(problems("G07", json!({"tgl_nikah": "2026-11-23"})), [], "nor in the past");
}

#[test]
fn every_problem_is_told_at_once_down_to_persons_in_lists() {
    let found = problems(
        "G03",
        json!({
            "nik": "1", "jk": null, "alasan": "x", "Warna Baju": "merah", "umur": 3,
            "anggota": [{"nama": "Budi"}, {"nama": "R2D2", "nik": "2"}, {"hubungan": "anak", "tinggi": 3}, "Budi"],
        }),
    );
    let found: Vec<(&str, FaultCode)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
    assert_eq!(
        found,
        [
            ("nik", FaultCode::NikLength),
            ("jk", FaultCode::Required),
            ("alasan", FaultCode::EnumValue),
            ("anggota[1].nik", FaultCode::NikLength),
            ("anggota[1].nama", FaultCode::NameCharacters),
            ("anggota[2].nama", FaultCode::Required),
            ("anggota[2].tinggi", FaultCode::UnknownField),
            ("anggota[3]", FaultCode::WrongType),
            ("warna_baju", FaultCode::UnknownField),
            ("umur", FaultCode::UnknownField),
        ]
    );
}

#[test]
fn a_letter_is_good_for_a_month_unless_told_otherwise() {
    let valid = validate("G01", &with("G01", json!({"berlaku_sampai": null}))).unwrap();
    assert_eq!(valid.fields["berlaku_sampai"], "2026-12-23");
    let past = validate("G01", &with("G01", json!({"berlaku_sampai": "2026-11-22"}))).unwrap();
    assert_eq!(past.warnings.len(), 1, "a letter that is not valid from the start: {:?}", past.warnings);
    assert!(validate("G01", &with("G01", json!({"berlaku_sampai": "2026-11-23"}))).unwrap().warnings.is_empty());
    let wrong = problems("G01", json!({"berlaku_sampai": "besok"}));
    assert_eq!(wrong, one("berlaku_sampai", FaultCode::DateForm));
    assert!(service("P06").field("berlaku_sampai").is_none());
}

#[test]
fn rules_between_fields_hold() {
    assert_eq!(
        problems("G02", json!({"alasan": "hilang", "no_lapor_polisi": null})),
        one("no_lapor_polisi", FaultCode::Required)
    );
    assert_eq!(problems("G02", json!({"alasan": "rusak", "no_lapor_polisi": null})), []);
    let incomes = json!({"penghasilan_ayah": null, "penghasilan_ibu": null});
    assert_eq!(problems("E02", incomes), one("penghasilan_ayah", FaultCode::RequiredTogether));
    assert_eq!(problems("E02", json!({"penghasilan_ayah": null})), []);
    assert_eq!(
        problems("E02", json!({"penghasilan_ibu": null, "penghasilan_ayah": 0})),
        [],
        "nothing is an income, too"
    );
    assert_eq!(
        problems("E02", json!({"penghasilan_ibu": null, "penghasilan_ayah": "x"})),
        one("penghasilan_ayah", FaultCode::MoneyForm),
        "a wrong income is told once"
    );
    assert_eq!(problems("S03", json!({"tgl_lahir": "1966-11-24"})), one("tgl_lahir", FaultCode::TooYoung));
    assert_eq!(problems("S03", json!({"tgl_lahir": "1966-11-23"})), [], "60 today");
    assert_eq!(
        problems("P03", json!({"mulai": "2026-12-02", "selesai": "2026-12-01"})),
        one("selesai", FaultCode::DateOrder)
    );
    assert_eq!(problems("P03", json!({"mulai": "2026-12-02", "selesai": "2026-12-02"})), []);
    assert_eq!(problems("G06", json!({"tgl_meninggal": "1950-07-16"})), one("tgl_meninggal", FaultCode::DateOrder));
    assert_eq!(problems("G09", json!({"tgl_meninggal": "1950-07-16"})), one("tgl_meninggal", FaultCode::DateOrder));
}

/// Every field of the citizen taken away, and the record anonymous.
fn unnamed() -> Value {
    let mut changes = Map::from_iter([("anonim".to_owned(), json!("ya"))]);
    changes.extend(Catalogue::current().citizen_fields().iter().map(|field| (field.key.clone(), Value::Null)));
    Value::Object(changes)
}

#[test]
fn a_family_card_number_is_needed_and_the_address_on_the_card_is_not() {
    for service in Catalogue::current().services().map(|service| service.id.as_str()) {
        assert_eq!(problems(service, json!({"no_kk": null})), one("no_kk", FaultCode::Required), "{service}");
        assert_eq!(problems(service, json!({"alamat_ktp": null, "warga": "luar"})), [], "{service}");
    }
}

#[test]
fn an_anonymous_complaint_needs_nothing_of_the_citizen_and_holds_nothing_of_them() {
    let valid = validate("P06", &with("P06", unnamed())).unwrap();
    assert!(valid.fields.keys().eq(["kategori", "isi", "lokasi", "anonim"]), "{valid:?}");
    assert_eq!(valid.fields["anonim"], true);
    let own: Vec<_> = Catalogue::current().citizen_fields().iter().map(|field| field.key.as_str()).collect();
    assert!(["nik", "no_kk", "alamat_ktp", "dusun"].iter().all(|key| own.contains(key)), "{own:?}");
    for field in Catalogue::current().citizen_fields() {
        let mut record = with("P06", unnamed());
        record.insert(field.key.clone(), full(service("P06"))[&field.key].clone());
        let found = validate("P06", &record).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].path.to_string(), found[0].code), (field.key.clone(), FaultCode::NotAnonymous));
        assert!(found[0].text.id.contains(&field.label.id) && found[0].text.en.contains(&field.label.en));
        // Nor is it told that what should not be there is wrong in itself.
        record.insert(field.key.clone(), json!("?"));
        assert_eq!(validate("P06", &record).unwrap_err()[0].code, FaultCode::NotAnonymous);
    }
    let all = validate("P06", &with("P06", json!({"anonim": true, "isi": null}))).unwrap_err();
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.code == FaultCode::NotAnonymous);
    assert_eq!(own.len(), Catalogue::current().citizen_fields().len());
    assert_eq!(others.len(), 1, "{others:?}");
}

#[test]
fn only_yes_and_only_where_the_service_asks_makes_a_record_anonymous() {
    for no in [json!(false), json!("tidak"), Value::Null] {
        assert_eq!(problems("P06", json!({"anonim": no, "nama": null})), one("nama", FaultCode::Required));
        assert_eq!(problems("P06", json!({"anonim": no})), []);
    }
    let wrong = problems("P06", json!({"anonim": "mungkin", "nama": null}));
    assert_eq!(wrong, [("nama".into(), FaultCode::Required), ("anonim".into(), FaultCode::WrongType)]);
    assert_eq!(
        problems("G01", json!({"anonim": true, "nama": null})),
        [("nama".into(), FaultCode::Required), ("anonim".into(), FaultCode::UnknownField)]
    );
    let mut record = with("P06", unnamed());
    record.insert("NIK".to_owned(), json!("3510011707500001"));
    assert_eq!(validate("P06", &record).unwrap_err()[0].code, FaultCode::UnknownField, "not left out unseen");
    assert_eq!(service("P06").unnamed().unwrap().id, "Anonim");
    assert_eq!(service("G01").unnamed(), None);
}

#[test]
fn a_witness_is_somebody_else() {
    let nik = |nik: &str| {
        let mut person = crate::records::person();
        person.insert("nik".to_owned(), json!(nik));
        person
    };
    let (other, third) = ("3510011707500007", "3510011707500008");
    let twice = |path: &str| vec![(path.to_owned(), CautionCode::WitnessTwice)];
    let both = json!({"saksi1": nik(other), "saksi2": nik(other)});
    assert_eq!(cautions("G05", both), twice("saksi2.nik"), "told of once, at the second");
    let reporter = json!({"pelapor": nik(other), "saksi1": nik("3510-0117-0750-0007"), "saksi2": nik(third)});
    assert_eq!(cautions("G06", reporter), twice("saksi1.nik"));
    assert_eq!(cautions("G10", json!({"nik": other, "saksi2": nik(other)})), twice("saksi2.nik"));
    let heirs = json!({"ahli_waris": [nik(third), nik(other)], "saksi2": nik(other)});
    assert_eq!(cautions("G09", heirs), twice("saksi2.nik"));
    let father = json!({"ayah": nik(other), "pelapor": nik(other)});
    assert_eq!(cautions("G05", father), [], "a father may well report");
    let unknown = json!({"nama": "Budi"});
    assert_eq!(cautions("G05", json!({"saksi1": unknown, "saksi2": unknown})), [], "of whom no NIK is known");
}

#[test]
fn a_letter_of_somebody_from_elsewhere_without_the_address_of_the_card_is_warned_of() {
    let missing = [("alamat_ktp".to_owned(), CautionCode::CardAddressMissing)];
    assert_eq!(cautions("G01", json!({"warga": "luar", "alamat_ktp": null})), missing);
    assert_eq!(cautions("G01", json!({"warga": "luar", "alamat_ktp": "Jl. Melati 5, Jember"})), []);
    assert_eq!(cautions("G01", json!({"warga": "desa", "alamat_ktp": null})), []);
    assert_eq!(cautions("S02", json!({"warga": "luar", "alamat_ktp": null})), [], "no letter bears it");
}

#[test]
fn what_is_odd_is_a_warning() {
    assert_eq!(cautions("S01", json!({"jk": "P"})), [("nik".into(), CautionCode::NikSexDiffers)]);
    assert_eq!(cautions("S01", json!({"tgl_lahir": "1950-07-18"})), [("nik".into(), CautionCode::NikBirthDateDiffers)]);
    assert_eq!(cautions("S01", json!({"nik": "3510991707500001"})), [("nik".into(), CautionCode::NikAreaUnknown)]);
    assert_eq!(
        cautions("S01", json!({"no_kk": "9999999999999999"})),
        [("no_kk".into(), CautionCode::KkAreaUnknown), ("no_kk".into(), CautionCode::KkDateUnlikely)]
    );
    let mother = json!({"nama": "Siti", "nik": "3510015707500001", "tgl_lahir": "1951-07-17"});
    assert_eq!(cautions("G05", json!({"ibu": mother})), [("ibu.nik".into(), CautionCode::NikBirthDateDiffers)]);
}

#[test]
fn partners_under_19_on_the_wedding_day_are_pointed_out() {
    let partner = |born: &str| json!({"calon": {"nama": "Siti", "tgl_lahir": born}, "tgl_nikah": "2026-12-24"});
    assert_eq!(cautions("G07", partner("2007-12-25")), [("calon.tgl_lahir".into(), CautionCode::PartnerTooYoung)]);
    assert_eq!(cautions("G07", partner("2007-12-24")), [], "19 on the day, though not today");
    let self_young = json!({"nik": "3510012412080001", "tgl_lahir": "2008-12-24"});
    assert_eq!(cautions("G07", self_young), [("tgl_lahir".into(), CautionCode::PartnerTooYoung)]);
}

#[test]
fn a_temporary_nik_stays_out_of_the_sub_district() {
    let temporary = json!({"nik": "0351001200100001"});
    assert_eq!(problems("H01", temporary.clone()), one("nik", FaultCode::NikTemporaryToSubDistrict));
    for id in ["G01", "S01"] {
        assert_eq!(cautions(id, temporary.clone()), [("nik".into(), CautionCode::NikTemporary)]);
    }
    let record = with("S01", temporary);
    let step = |to| service("S01").check_step(Status::Diperiksa, to, None, &record);
    assert_eq!(step(Status::MenungguCamat), Err(StepError::TemporaryNik));
    assert_eq!(step(Status::Ditandatangani), Ok(()));
}

#[test]
fn an_unknown_service_is_said_to_be_unknown() {
    assert_eq!(validate("Z99", &Map::new()).unwrap_err()[0].code, FaultCode::UnknownService);
}

#[test]
fn no_message_and_no_debug_text_repeats_personal_data() {
    let record = with("S01", json!({"nik": "3510011707509999x", "nama": "Aminah7", "telepon": "08999"}));
    let shown = format!("{:?}", validate("S01", &record).unwrap_err());
    assert!(!["9999", "Aminah7", "08999"].iter().any(|secret| shown.contains(secret)), "{shown}");
    let shown = format!("{:?}", validate("S01", &full(service("S01"))).unwrap());
    assert!(!shown.contains("Aminah") && !shown.contains("1707500001"), "{shown}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,24}".prop_map(Value::from),
        "[0-9]{16}".prop_map(Value::from),
        "[0-9]{2}-[0-9]{2}-[0-9]{4}".prop_map(Value::from),
    ];
    let key = prop_oneof![Just("nik".to_owned()), Just("nama".to_owned()), Just("tgl_lahir".to_owned()), "\\PC{0,8}"];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_put_in_is_answered_and_what_passes_passes_again_unchanged(
        which in 0_usize..25,
        changes in prop::collection::vec((0_usize..40, any_json()), 0..3),
    ) {
        let service = Catalogue::current().services().nth(which).unwrap();
        let mut record = full(service);
        for (at, value) in changes {
            let field = &service.fields[at % service.fields.len()];
            record.insert(field.key.clone(), value);
        }
        match validate(service.id.as_str(), &record) {
            Ok(valid) => {
                let again = validate(service.id.as_str(), &valid.fields).unwrap();
                prop_assert_eq!(again, valid);
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert_eq!(problem.path.to_string().parse::<office_model::FieldPath>().unwrap(), problem.path);
                }
            }
        }
    }

    #[test]
    fn any_field_name_is_answered_with_a_path_that_can_be_read(key in "\\PC{0,60}") {
        let mut record = full(service("G01"));
        let known = record.contains_key(&key);
        record.insert(key.clone(), json!("x"));
        if !known {
            let problems = validate("G01", &record).unwrap_err();
            prop_assert_eq!(problems.len(), 1);
            prop_assert!(problems[0].path.to_string().parse::<office_model::FieldPath>().is_ok());
        }
    }
}
