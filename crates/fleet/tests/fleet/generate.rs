//! Made-up records are right, many-sided, and the same under the same seed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fleet::generate::{Generator, LineForm, Record, write_lines};
use office_model::{Catalogue, OfficeCode, Roster, Status};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn office() -> OfficeCode {
    "35.10.01.2001".parse().unwrap()
}

fn check(record: &Record, day: NaiveDate) {
    let catalogue = Catalogue::current();
    let valid = catalogue.validate(&record.service, &record.fields, day);
    let valid = valid.unwrap_or_else(|problems| panic!("{} is refused: {problems:?}", record.service));
    for (key, value) in &record.fields {
        assert_eq!(valid.fields.get(key), Some(value), "{} {key} is in its stored form already", record.service);
    }
    let service = catalogue.service(&record.service).unwrap();
    let mut now = Status::FIRST;
    for step in &record.steps {
        service.check_step(now, step.to, step.reason.as_deref(), &valid.fields).unwrap();
        now = step.to;
    }
}

#[test]
fn thousands_of_every_service_are_right() {
    let mut generator = Generator::new(office(), 1, today());
    for service in Catalogue::current().ids() {
        for _ in 0..400 {
            check(&generator.record_of(*service).unwrap(), today());
        }
    }
}

#[test]
fn every_office_and_odd_days_are_right() {
    // A leap day, a year's first and last day.
    let days = [(2028, 2, 29), (2027, 1, 1), (2027, 12, 31)].map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap());
    for office in Roster::banyuwangi().iter() {
        for day in days {
            for record in Generator::new(office.code, 5, day).take(8) {
                check(&record, day);
            }
        }
    }
}

#[test]
fn a_day_has_all_services_and_the_mean_number_of_changes() {
    let records: Vec<Record> = Generator::new(office(), 3, today()).take(10_000).collect();
    let mut often = BTreeMap::new();
    for record in &records {
        *often.entry(record.service).or_insert(0_u32) += 1;
    }
    assert_eq!(often.len(), 25);
    let changes: usize = records.iter().map(|record| 1 + record.steps.len()).sum();
    assert!((27_300..28_700).contains(&changes), "{changes} changes of 10,000 transactions");
    let with_phone = records.iter().filter(|record| record.fields.contains_key("telepon")).count();
    assert!((5_500..6_100).contains(&with_phone), "{with_phone}");
    let says = |record: &Record, key: &str| record.fields.contains_key(key);
    let named = || records.iter().filter(|record| says(record, "nama"));
    assert!(named().all(|record| says(record, "no_kk")));
    let elsewhere = named().filter(|record| record.fields["warga"] == "luar").count();
    assert!((450..750).contains(&elsewhere), "{elsewhere}");
    assert!(named().all(|record| (record.fields["warga"] == "luar") == says(record, "alamat_ktp")));
}

#[test]
fn the_seed_decides_all() {
    let lines = |seed, office: &str| {
        let mut bytes = Vec::new();
        write_lines(&mut bytes, &mut Generator::new(office.parse().unwrap(), seed, today()), 50, LineForm::Form)
            .unwrap();
        bytes
    };
    assert_eq!(lines(1, "35.10.01.2001"), lines(1, "35.10.01.2001"));
    assert_ne!(lines(1, "35.10.01.2001"), lines(2, "35.10.01.2001"));
    assert_ne!(lines(1, "35.10.01.2001"), lines(1, "35.10.01.2002"));
}

#[test]
fn lines_come_back_as_the_same_records() {
    let records: Vec<Record> = Generator::new(office(), 9, today()).take(200).collect();
    let mut bytes = Vec::new();
    write_lines(&mut bytes, &mut Generator::new(office(), 9, today()), 200, LineForm::WithSteps).unwrap();
    let read: Vec<Record> =
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(read == records);
    let mut forms = Vec::new();
    write_lines(&mut forms, &mut Generator::new(office(), 9, today()), 200, LineForm::Form).unwrap();
    for line in String::from_utf8(forms).unwrap().lines() {
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        assert!(line.keys().eq(["service", "fields"]));
    }
    let name = records[0].fields["nama"].as_str().unwrap();
    assert!(!format!("{:?}", records[0]).contains(name));
}
