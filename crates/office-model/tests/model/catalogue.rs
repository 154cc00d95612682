//! The shipped catalogue, as a list to read, and what a broken catalogue is refused for.

use std::fmt::Write as _;

use office_model::{Approval, Catalogue, Choice, DefaultValue, Field, FieldKind, IntLimit, Rule, Service};
use serde_json::{Value, json};

use crate::records::{path, service};

const SHIPPED: &str = include_str!("../../data/catalogue-1.json");
const GOLDEN: &str = include_str!("../golden/catalogue-1.txt");

fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Date { not_after: Some(_), .. } => "date(<=today)".into(),
        FieldKind::Date { not_before: Some(_), .. } => "date(>=today)".into(),
        FieldKind::Int { min, max: IntLimit::Fixed(max) } => format!("int({min}..{max})"),
        FieldKind::Int { min, max: IntLimit::Moving(_) } => format!("int({min}..year)"),
        FieldKind::Text { max } => format!("text({max})"),
        FieldKind::Digits { count } => format!("digits({count})"),
        FieldKind::Enum { options } => {
            let values: Vec<&str> = options.iter().map(|Choice { value, .. }| value.as_str()).collect();
            format!("enum({})", values.join(","))
        }
        FieldKind::Persons { min, max } => format!("list(person,{min}..{max})"),
        other => format!("{other:?}").split_whitespace().next().unwrap().to_lowercase(),
    }
}

fn line(field: &Field) -> String {
    let mut line = format!("{}:{}{}", field.key, kind(&field.kind), if field.required { "!" } else { "" });
    if let Some(specific) = field.specific {
        write!(line, " [{}]", format!("{specific:?}").to_lowercase()).unwrap();
    }
    if let Some(DefaultValue::MonthsFromToday(months)) = field.default {
        write!(line, " default +{months} month").unwrap();
    }
    format!("{line} | {} | {}", field.label.id, field.label.en)
}

fn rule(rule: &Rule) -> String {
    match rule {
        Rule::RequiredWhen { field, when, is } => format!("{field} required when {when} is {}", is.join(" or ")),
        Rule::AtLeastOne { fields } => format!("at least one of {fields:?}"),
        Rule::NotBefore { field, other } => format!("{field} not before {other}"),
        Rule::AgeAtLeast { birth, years } => format!("{years} years or more since {birth}"),
        Rule::CautionAge { births, years, on } => format!("caution under {years} on {on}: {births:?}"),
    }
}

fn head(service: &Service) -> String {
    let promised = format!(
        "{} {:?}{}",
        service.promised.amount,
        service.promised.unit,
        if service.promised.sourced { " (sourced)" } else { "" }
    );
    let new = service.codes.new.as_deref().unwrap_or("-");
    let approval = match service.approval {
        Approval::Always => "y",
        Approval::None => "n",
        Approval::Conditional => "c",
    };
    let mut head = format!(
        "{} {} / {new} | {} | {} | camat {approval} | {promised} | {} | {}",
        service.id,
        service.codes.old,
        service.label.id,
        service.label.en,
        service.attachments.join(" "),
        if service.is_letter { "letter" } else { "no letter" }
    );
    if !service.also.is_empty() {
        write!(head, "\n  also: {}", service.also.join(", ")).unwrap();
    }
    for (name, note) in [("when", &service.approval_when), ("note", &service.promised_note)] {
        if let Some(note) = note {
            write!(head, "\n  {name}: {} | {}", note.id, note.en).unwrap();
        }
    }
    head
}

fn listing(catalogue: &Catalogue) -> String {
    let mut text = format!("version {}\n", catalogue.version());
    let mut block = |title: &str, lines: &mut dyn Iterator<Item = String>| {
        writeln!(text, "\n{title}").unwrap();
        lines.for_each(|line| writeln!(text, "  {line}").unwrap());
    };
    block(
        "sectors",
        &mut catalogue.sectors().iter().map(|it| format!("{} {} | {}", it.letter, it.label.id, it.label.en)),
    );
    block(
        "attachments",
        &mut catalogue.attachments().iter().map(|it| format!("{} {} | {}", it.id, it.label.id, it.label.en)),
    );
    block("person", &mut catalogue.person_fields().iter().map(line));
    let letter = ["keperluan", "berlaku_sampai", "penandatangan"];
    let common = catalogue.citizen_fields().len();
    block("every service", &mut catalogue.citizen_fields().iter().map(line));
    block(
        "every letter",
        &mut service("G01").fields.iter().filter(|field| letter.contains(&field.key.as_str())).map(line),
    );
    for service in catalogue.services() {
        let own = service.fields.iter().skip(common + if service.is_letter { letter.len() } else { 0 });
        block(&head(service), &mut own.map(line).chain(service.rules.iter().map(|it| format!("rule: {}", rule(it)))));
    }
    text
}

#[test]
fn the_catalogue_is_the_listed_one() {
    let listing = listing(Catalogue::current());
    if listing != GOLDEN {
        let now = concat!(env!("CARGO_TARGET_TMPDIR"), "/catalogue-1.txt");
        std::fs::write(now, &listing).unwrap();
        // From the first release on a change of meaning needs a new version, not a new golden file.
        panic!("the catalogue differs from tests/golden/catalogue-1.txt; it is written to {now}");
    }
}

#[test]
fn it_has_25_services_in_five_sectors() {
    let catalogue = Catalogue::current();
    assert_eq!((catalogue.version(), catalogue.ids().len()), (1, 25));
    let counts: Vec<usize> = catalogue
        .sectors()
        .iter()
        .map(|sector| catalogue.ids().iter().filter(|id| id.sector_letter() == sector.letter).count())
        .collect();
    assert_eq!(counts, [10, 3, 3, 3, 6]);
    for service in catalogue.services() {
        assert_eq!(catalogue.sector(&service.id).map(|sector| sector.letter), Some(service.id.sector_letter()));
        assert!(service.fields.starts_with(catalogue.citizen_fields()), "{}", service.id);
        assert_eq!(service.approval_when.is_some(), service.approval == Approval::Conditional, "{}", service.id);
    }
    assert!(Catalogue::of_version(1).is_some() && Catalogue::of_version(2).is_none());
    assert_eq!(service("G01").current_code(), "400.12.2.1");
    assert_eq!(service("H01").current_code(), "440");
}

#[test]
fn paths_lead_to_fields() {
    let catalogue = Catalogue::current();
    for (id, text, key) in [
        ("G05", "ibu", Some("ibu")),
        ("G05", "ibu.nama", Some("nama")),
        ("G03", "anggota[3].nik", Some("nik")),
        ("G03", "anggota", Some("anggota")),
        ("G03", "anggota[3]", None),
        ("G03", "anggota.nik", None),
        ("G05", "ibu[0].nik", None),
        ("G05", "ibu.ibu", None),
        ("G05", "nama.nama", None),
        ("G01", "ibu", None),
    ] {
        let field = catalogue.field_at(service(id), &path(text));
        assert_eq!(field.map(|field| field.key.as_str()), key, "{id} {text}");
    }
}

/// The shipped catalogue with a change.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(SHIPPED).unwrap();
    change(&mut value);
    value.to_string()
}

#[test]
fn a_broken_catalogue_is_refused_with_all_that_is_wrong() {
    type Change = fn(&mut Value);
    let table: [(&str, Change); 15] = [
        ("version", |it| it["version"] = json!(0)),
        ("unknown field `x`", |it| it["x"] = json!(1)),
        ("unknown variant `colour`", |it| it["common"][0]["kind"] = json!("colour")),
        ("unknown variant `forbid`", |it| it["services"][0]["rules"] = json!([{"forbid": {}}])),
        ("G01 stands in it twice", |it| it["services"][1]["id"] = json!("G01")),
        ("no sector", |it| it["services"][1]["id"] = json!("X01")),
        ("G04: its approval is conditional, but no condition is said", |it| {
            assert!(it["services"][3].as_object_mut().unwrap().remove("approval_when").is_some());
        }),
        ("attachment Z9", |it| it["services"][0]["attachments"] = json!(["Z9"])),
        ("nik stands in it twice", |it| it["services"][0]["fields"][0]["key"] = json!("nik")),
        ("not a field path", |it| it["services"][0]["fields"][0]["key"] = json!("Sejak")),
        ("both languages", |it| it["common"][0]["label"]["en"] = json!("")),
        ("make no sense", |it| it["common"][0]["kind"] = json!({"int": {"min": 2, "max": 1}})),
        ("which is no field", |it| {
            it["services"][0]["rules"] = json!([{"not_before": {"field": "x", "other": "sejak"}}]);
        }),
        ("to be a date", |it| it["services"][0]["rules"] = json!([{"age_at_least": {"birth": "nama", "years": 1}}])),
        ("it cannot have", |it| {
            it["services"][1]["rules"] = json!([{"required_when": {"field": "no_kk", "when": "jk", "is": ["X"]}}]);
        }),
    ];
    for (reason, change) in table {
        let error = Catalogue::parse(&changed(change)).unwrap_err();
        assert!(error.to_string().contains(reason), "{reason}: {error}");
        assert!(
            error.problems.iter().all(|one| !one.id.is_empty() && one.id != one.en),
            "in Indonesian, too: {error:?}"
        );
    }
    let two = Catalogue::parse(&changed(|it| {
        it["services"][0]["attachments"] = json!(["Z9"]);
        it["services"][2]["approval_when"] = json!({"id": "a", "en": "b"});
    }));
    assert_eq!(two.unwrap_err().problems.len(), 2);
    assert!(Catalogue::parse("").is_err());
}
