//! What letters promise: complete, alike on every machine, harmless whatever stands in a record.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod samples;

use std::fmt::Write as _;

use letter_print::{Block, Finish, Letter, Paper, Templates, specimen_person};
use office_model::{Catalogue, FieldKind, Service};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn letters() -> impl Iterator<Item = &'static Service> {
    Catalogue::current().services().filter(|service| service.is_letter)
}

fn of(id: &str) -> &'static Service {
    Catalogue::current().service(&id.parse().unwrap()).unwrap()
}

/// Everything that the body says.
fn text(letter: &Letter) -> String {
    let mut out = String::new();
    for block in &letter.body {
        match block {
            Block::Paragraph(text) | Block::Heading(text) => writeln!(out, "{text}").unwrap(),
            Block::Row { label, value } => writeln!(out, "{label}: {value}").unwrap(),
            Block::Table { rows, .. } => rows.iter().for_each(|row| writeln!(out, "{}", row.join(" ")).unwrap()),
        }
    }
    out
}

fn pages(pdf: &[u8]) -> usize {
    String::from_utf8_lossy(pdf).matches("/Type/Page/").count()
        + String::from_utf8_lossy(pdf).matches("/Type /Page\n").count()
}

#[test]
fn a_value_that_ends_with_a_full_stop_ends_its_sentence() {
    let service = of("G01");
    let said = |purpose: &str| {
        let mut fields = samples::record(service, true);
        fields.insert("keperluan".to_owned(), json!(purpose));
        text(&samples::letter(service, &fields))
    };
    for (purpose, printed) in [
        ("melamar kerja", "keperluan: melamar kerja.\n"),
        ("menemui SRI CONTOH, S.Pd.", "keperluan: menemui SRI CONTOH, S.Pd.\n"),
        ("ijazah, akta, dst...", "keperluan: ijazah, akta, dst...\n"),
    ] {
        assert!(said(purpose).contains(printed), "{}", said(purpose));
    }
}

#[test]
fn templates_fit_the_catalogue_and_what_does_not_fit_is_said() {
    let (catalogue, templates) = (Catalogue::current(), Templates::current().unwrap());
    assert_eq!(templates.misfits(catalogue), []);
    let text = Templates::shipped_text();
    let first = text.lines().find(|line| line.starts_with("== ")).unwrap();
    let id = &first[3..6];
    let said = |text: &str| {
        let misfits = Templates::parse(text).unwrap().misfits(catalogue);
        misfits.into_iter().map(|misfit| misfit.text.en).collect::<Vec<_>>()
    };
    let cases = [
        (text.replacen(first, "== Z99 Tanpa layanan", 1), "Z99 is no service with a letter"),
        (text.replacen(first, "== Z99 Tanpa layanan", 1), &*format!("{id} has no template")),
        (text.replacen(first, &format!("{first}\nSaya {{salah}}."), 1), &*format!("{id}: {{salah}} is no field of it")),
        (format!("version 2\n{first}\nKosong."), &*format!("{id}: the field nama is not printed")),
    ];
    for (text, expected) in cases {
        assert!(said(&text).iter().any(|line| line == expected), "{expected}: {:?}", said(&text));
    }
}

#[test]
fn what_is_filled_in_is_printed_and_what_is_empty_leaves_no_trace() {
    for service in letters() {
        for every in [true, false] {
            let fields = samples::record(service, every);
            let said = text(&samples::letter(service, &fields));
            assert!(!said.contains(['{', '}', '[', ']']), "{}: {said}", service.id);
            for (key, value) in &fields {
                if let (Some(FieldKind::Text { .. }), Value::String(value)) =
                    (service.field(key).map(|field| &field.kind), value)
                {
                    assert!(said.contains(value.as_str()), "{}: {key}", service.id);
                }
            }
        }
    }
}

#[test]
fn values_are_written_as_offices_write_them() {
    let said = text(&samples::letter(of("S01"), &samples::record(of("S01"), true)));
    for part in ["Rp 1.500.000", "12 Juli 2025", "RT 007 RW 007", "Laki-laki", "Belum kawin"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn whoever_lives_elsewhere_has_the_address_of_the_card_and_the_domicile_letter_says_where_they_stay() {
    let said = |id: &str, changes: &[(&str, Value)]| {
        let mut fields = samples::record(of(id), true);
        fields.insert("dusun".into(), json!("Krajan"));
        fields.insert("alamat_ktp".into(), json!("Jl. Melati No. 5, Jember"));
        for (key, value) in changes {
            fields.insert((*key).to_owned(), value.clone());
        }
        fields.retain(|_, value| !value.is_null());
        text(&samples::letter(of(id), &fields))
    };
    let elsewhere = ("warga", json!("luar"));
    let domicile = said("G01", std::slice::from_ref(&elsewhere));
    assert!(domicile.contains("\nAlamat: Jl. Melati No. 5, Jember\n"), "{domicile}");
    let stays = "wilayah Desa Tamansari, yaitu di Dusun Krajan RT 007 RW 007";
    assert!(domicile.contains(&format!("{stays} sejak tanggal 12 Juli 2025.\n")), "{domicile}");
    let domicile = said("G01", &[elsewhere.clone(), ("sejak", Value::Null)]);
    assert!(domicile.contains(&format!("{stays}.\n")), "{domicile}");
    for letter in letters().map(|service| service.id).filter(|id| id.as_str() != "G01") {
        let said = said(letter.as_str(), std::slice::from_ref(&elsewhere));
        assert!(said.contains("\nAlamat: Jl. Melati No. 5, Jember\n") && !said.contains("Krajan"), "{letter}: {said}");
    }
    // Where the card is not known, hamlet, RT and RW are all that tells where they live.
    let unknown = said("G01", &[elsewhere, ("alamat_ktp", Value::Null)]);
    assert!(unknown.contains("\nAlamat: Krajan RT 007 RW 007\n") && !unknown.contains("yaitu"), "{unknown}");
}

#[test]
fn a_resident_whose_card_says_another_address_has_both() {
    let service = of("P01");
    let mut fields = samples::record(service, true);
    fields.insert("dusun".into(), json!("Krajan"));
    fields.insert("alamat_ktp".into(), json!("Jl. Melati No. 5, Jember"));
    let rows = "RT 007 RW 007, Desa Tamansari, Kecamatan Licin, Kabupaten Banyuwangi\n\
        Alamat menurut KTP: Jl. Melati No. 5, Jember\n";
    let both = text(&samples::letter(service, &fields));
    assert!(both.contains("\nAlamat: Dusun Krajan ") && both.contains(rows), "{both}");
    fields.shift_remove("alamat_ktp");
    assert!(!text(&samples::letter(service, &fields)).contains("menurut KTP"));
}

#[test]
fn a_letter_without_a_family_card_number_has_no_such_line() {
    let service = of("G01");
    let mut fields = samples::record(service, true);
    assert!(text(&samples::letter(service, &fields)).contains("Nomor KK: "));
    fields.shift_remove("no_kk");
    assert!(!text(&samples::letter(service, &fields)).contains("Nomor KK"));
}

/// A new version of the templates, of the fonts, of the library or of the layout changes them; nothing else may.
#[test]
fn bytes_are_those_of_this_version() {
    are_as_recorded("letters-1", &[]);
    // Of records from before there was such a field: what was printed of them is printed again.
    are_as_recorded("letters-1-without-card-address", &["alamat_ktp"]);
}

/// Compares the letters of records that have every field but these with the recorded hashes.
fn are_as_recorded(name: &str, without: &[&str]) {
    let mut found = String::new();
    for service in letters() {
        let mut fields = samples::record(service, true);
        fields.retain(|key, _| !without.contains(&key.as_str()));
        let letter = samples::letter(service, &fields);
        for paper in Paper::ALL {
            let pdf = letter.to_pdf(paper, &Finish::Sealed(samples::url())).unwrap();
            assert_eq!(pdf, letter.to_pdf(paper, &Finish::Sealed(samples::url())).unwrap());
            let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&pdf));
            writeln!(found, "{} {paper} {hash}", service.id).unwrap();
        }
    }
    let path = format!("{}/tests/golden/{name}.sha256", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
}

#[test]
fn thirty_heirs_flow_to_another_page() {
    let service = of("G09");
    let mut fields = samples::record(service, true);
    let few = samples::letter(service, &fields).to_pdf(Paper::A4, &Finish::Draft).unwrap();
    fields.insert(
        "ahli_waris".into(),
        (1..=30).map(|number| specimen_person(Catalogue::current(), true, number)).collect(),
    );
    let many = samples::letter(service, &fields).to_pdf(Paper::A4, &Finish::Draft).unwrap();
    assert!(pages(&many) > pages(&few) && pages(&few) >= 1, "{} {}", pages(&few), pages(&many));
}

#[test]
fn values_without_end_and_blanks_are_borne() {
    let service = of("G09");
    let mut fields = samples::record(service, true);
    fields.insert("nama".into(), json!("W".repeat(20_000)));
    fields.insert("keperluan".into(), json!("kata ".repeat(5_000)));
    let mut heir = specimen_person(Catalogue::current(), true, 1);
    heir["nama"] = json!("W".repeat(20_000));
    fields.insert("ahli_waris".into(), json!([heir]));
    let pdf = samples::letter(service, &fields).to_pdf(Paper::A4, &Finish::Sealed(samples::url())).unwrap();
    assert!(pages(&pdf) > 5, "{}", pages(&pdf));
}

#[test]
fn a_letter_shows_nothing_personal_in_its_debug_form() {
    let letter = samples::letter(of("G01"), &samples::record(of("G01"), true));
    assert!(!format!("{letter:?} {:?}", letter.body).contains("CONTOH D"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_in_any_field_is_harmless(hostile in "\\PC{0,80}|[\\u{0}-\\u{2fff}]{0,80}", pick in 0_usize..20) {
        let service = letters().nth(pick).unwrap_or_else(|| of("G01"));
        let mut fields = samples::record(service, true);
        for value in fields.values_mut().filter(|value| value.is_string()) {
            *value = json!(hostile);
        }
        let pdf = samples::letter(service, &fields).to_pdf(Paper::F4, &Finish::Draft).unwrap();
        prop_assert!(pdf.starts_with(b"%PDF"));
    }
}
