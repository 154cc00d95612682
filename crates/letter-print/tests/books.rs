//! What registers promise: the same rows give the same bytes, and no cell is ever a formula.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails here fails as it should")]

#[allow(dead_code, reason = "registers need the office alone")]
mod samples;

use std::fmt::Write as _;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use letter_print::{Book, BookKind, BookRow, Extension, Paper};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const HOSTILE: [&str; 6] =
    ["=HYPERLINK(\"http://evil.example\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "Siti \"Ani\", S.Pd."];

fn book(kind: BookKind, count: u32) -> Book {
    let row = |number: u32| BookRow {
        sent: (!number.is_multiple_of(3)).then(|| "2026-07-13".parse().unwrap()),
        date: Some("2026-07-12".parse().unwrap()),
        number: format!("470/{number}/KEP/429.523.03/2026"),
        content: "Surat Keterangan Domisili".into(),
        name: format!("CONTOH D'\u{c1}MBAR {number}"),
        remark: "Selesai".into(),
    };
    Book {
        kind,
        office: samples::office(),
        signers: samples::signers(),
        from: "2026-07-01".parse().unwrap(),
        to: "2026-07-31".parse().unwrap(),
        rows: (1..=count).map(row).collect(),
    }
}

fn of_names(kind: BookKind, names: &[&str]) -> Book {
    let mut book = book(kind, u32::try_from(names.len()).unwrap());
    for (row, name) in book.rows.iter_mut().zip(names) {
        (*name).clone_into(&mut row.name);
    }
    book
}

/// The rows of a spreadsheet as another library reads them, from its head on.
fn read(book: &Book) -> Vec<Vec<Data>> {
    let bytes = book.to_file(Extension::Xlsx, Paper::F4).unwrap();
    let mut opened: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let name = opened.sheet_names()[0].clone();
    assert!(opened.worksheet_formula(&name).unwrap().is_empty(), "a spreadsheet with a formula");
    let range = opened.worksheet_range(&name).unwrap();
    range.rows().map(<[Data]>::to_vec).skip_while(|row| row[0] != Data::String("No.".into())).collect()
}

/// A new version of the fonts or of a library changes them; nothing else may.
#[test]
fn bytes_are_those_of_this_version() {
    let mut found = String::new();
    for kind in BookKind::ALL {
        for (extension, paper) in [
            (Extension::Pdf, Paper::F4),
            (Extension::Pdf, Paper::A4),
            (Extension::Xlsx, Paper::F4),
            (Extension::Csv, Paper::F4),
        ] {
            let file = book(kind, 60).to_file(extension, paper).unwrap();
            assert_eq!(file, book(kind, 60).to_file(extension, paper).unwrap());
            let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&file));
            writeln!(found, "{} {} {paper} {hash}", kind.as_str(), extension.as_str()).unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/books-1.sha256");
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(path).unwrap_or_default());
}

#[test]
fn another_library_reads_the_rows_of_a_spreadsheet_as_they_were_given() {
    let rows = read(&book(BookKind::Agenda, 3));
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][2], Data::String("Nomor surat".into()));
    assert_eq!(rows[3][0], Data::Float(3.0));
    let texts: Vec<String> = rows[3][1..].iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "",
            "470/3/KEP/429.523.03/2026",
            "12-07-2026",
            "CONTOH D'\u{c1}MBAR 3",
            "Surat Keterangan Domisili",
            "Selesai"
        ]
    );
    assert_eq!(rows[2][1].to_string(), "13-07-2026", "handed over");
    assert_eq!(
        read(&book(BookKind::Expedition, 1))[1][1..4].iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["13-07-2026", "12-07-2026, 470/1/KEP/429.523.03/2026", "Surat Keterangan Domisili"]
    );
    // What the expedition leaves to the pen.
    assert_eq!(read(&book(BookKind::Expedition, 1))[1][5].to_string(), "");
}

#[test]
fn what_looks_like_a_formula_stays_text() {
    let rows = read(&of_names(BookKind::Agenda, &HOSTILE));
    for (row, name) in rows[1..].iter().zip(HOSTILE) {
        assert_eq!(row[4], Data::String(name.trim().to_owned()));
    }
    let csv = of_names(BookKind::Agenda, &HOSTILE).to_file(Extension::Csv, Paper::F4).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("\u{feff}\"No.\",\"Tanggal pengiriman\""), "{csv}");
    for cell in
        ["\"'=HYPERLINK(\"\"http", "\"'+1+1\"", "\"'-2+3\"", "\"'@SUM(A1)\"", "\"'=1\"", "\"Siti \"\"Ani\"\", S.Pd.\""]
    {
        assert!(csv.contains(cell), "{cell}: {csv}");
    }
    assert_eq!(csv.matches("\r\n").count(), HOSTILE.len() + 1);
}

#[test]
fn many_rows_run_over_pages_and_none_at_all_are_said_so() {
    let pages = |count| {
        let pdf = book(BookKind::Expedition, count).to_file(Extension::Pdf, Paper::A4).unwrap();
        String::from_utf8_lossy(&pdf).matches("/Type/Page/").count()
            + String::from_utf8_lossy(&pdf).matches("/Type /Page\n").count()
    };
    assert!(pages(0) == 1 && pages(5) == 1 && pages(200) > 5, "{} {} {}", pages(0), pages(5), pages(200));
    assert_eq!(read(&book(BookKind::Agenda, 0)).len(), 1);
}

#[test]
fn no_name_is_in_what_a_register_shows_for_debugging() {
    assert!(!format!("{:?}", book(BookKind::Agenda, 2).rows).contains("CONTOH"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_harmless(hostile in "\\PC{0,80}|[\\u{0}-\\u{2fff}]{0,80}|[=+@-].{0,20}") {
        let book = of_names(BookKind::Agenda, &[&hostile]);
        for extension in Extension::ALL {
            book.to_file(extension, Paper::F4).unwrap();
        }
        let rows = read(&book);
        prop_assert!(matches!(rows[1][4], Data::String(_) | Data::Empty), "{:?}", rows[1][4]);
        let csv = String::from_utf8(book.to_file(Extension::Csv, Paper::F4).unwrap()).unwrap();
        for cell in csv.lines().nth(1).unwrap().split("\",\"") {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}
