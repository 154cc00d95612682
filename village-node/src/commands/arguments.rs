//! What is wrong with a command line, in both languages.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use office_model::{Bilingual, Fault};

use crate::Failure;

/// Why a command line was not taken. `error`: one that is no mere call for help.
pub(super) fn failure(error: &clap::Error) -> Failure {
    let Bilingual { id, en } = words(error);
    let mut usage = usage(error);
    if !usage.is_empty() {
        usage.insert(0, '\n');
    }
    Failure::input(
        "arguments",
        format!("Baris perintah tidak benar: {id}. Tidak ada yang berubah; lihat bentuknya dengan --help."),
        format!("The command line is wrong: {en}. Nothing was changed; see its form with --help.{usage}"),
    )
}

fn words(error: &clap::Error) -> Bilingual {
    let said = |kind| error.get(kind).map(text).unwrap_or_default();
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidSubcommand => with_tip(
            error,
            ContextKind::SuggestedSubcommand,
            Bilingual::new(
                format!("tidak ada perintah `{}`", said(ContextKind::InvalidSubcommand)),
                format!("there is no command `{}`", said(ContextKind::InvalidSubcommand)),
            ),
        ),
        ErrorKind::UnknownArgument => with_tip(
            error,
            ContextKind::SuggestedArg,
            Bilingual::new(format!("`{argument}` tidak dikenal di situ"), format!("`{argument}` is not known there")),
        ),
        ErrorKind::InvalidValue if value.is_empty() => {
            Bilingual::new(format!("`{argument}` memerlukan sebuah nilai"), format!("`{argument}` needs a value"))
        }
        ErrorKind::InvalidValue => {
            let valid = said(ContextKind::ValidValue);
            Bilingual::new(
                format!("`{value}` tidak dapat dipakai untuk `{argument}`; pilihannya: {valid}"),
                format!("`{value}` cannot be used for `{argument}`; choose one of {valid}"),
            )
        }
        ErrorKind::ValueValidation => {
            let Bilingual { id, en } = why(error);
            Bilingual::new(
                format!("`{value}` tidak dapat dipakai untuk `{argument}`{id}"),
                format!("`{value}` cannot be used for `{argument}`{en}"),
            )
        }
        ErrorKind::MissingRequiredArgument => {
            Bilingual::new(format!("belum ada {argument}"), format!("{argument} is missing"))
        }
        ErrorKind::MissingSubcommand => Bilingual::new("perintahnya belum disebut", "the command is missing"),
        ErrorKind::ArgumentConflict => {
            let other = said(ContextKind::PriorArg);
            let other = if other.is_empty() { argument.clone() } else { other };
            Bilingual::new(
                format!("`{argument}` tidak dapat dipakai bersama `{other}`"),
                format!("`{argument}` cannot be used together with `{other}`"),
            )
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => Bilingual::new(
            format!("jumlah nilai untuk `{argument}` tidak tepat"),
            format!("`{argument}` has too many or too few values"),
        ),
        ErrorKind::InvalidUtf8 => Bilingual::new("ada teks yang bukan UTF-8", "a text in it is not UTF-8"),
        _ => Bilingual::new("bentuknya tidak dikenal", error.render().to_string().trim().to_owned()),
    }
}

fn with_tip(error: &clap::Error, tip: ContextKind, words: Bilingual) -> Bilingual {
    let tip = error.get(tip).map(text).unwrap_or_default();
    if tip.is_empty() {
        return words;
    }
    Bilingual::new(
        format!("{}; mungkin maksudnya `{tip}`", words.id),
        format!("{}; perhaps `{tip}` is meant", words.en),
    )
}

/// Why a value was not taken, behind a colon: in both languages where it says so in both. Else Indonesian readers get the
/// example that stands in the words, as ids and words of programs are the same in every language.
fn why(error: &clap::Error) -> Bilingual {
    let Some(source) = std::error::Error::source(error) else { return Bilingual::new("", "") };
    if let Some(fault) = source.downcast_ref::<Fault>() {
        let clean = |text: &str| text.trim_end_matches('.').to_owned();
        return Bilingual::new(format!(": {}", clean(&fault.text.id)), format!(": {}", clean(&fault.text.en)));
    }
    if source.downcast_ref::<std::num::ParseIntError>().is_some() {
        return Bilingual::new(": di situ diminta bilangan bulat", ": a whole number is expected there");
    }
    let said = source.to_string();
    let id = match said.rsplit_once("such as ") {
        Some((_, example)) => format!(": tulis seperti {}", example.trim_end_matches('.')),
        None => match (said.split_once(": one of "), said.contains("UUID")) {
            (Some((_, words)), _) => format!(": pilihannya {}", words.trim_end_matches(" expected")),
            (None, true) => ": di situ diminta id, seperti yang ditampilkan `list`".to_owned(),
            (None, false) => String::new(),
        },
    };
    Bilingual::new(id, format!(": {}", said.trim_end_matches('.')))
}

/// How the command is used: the same in every language.
fn usage(error: &clap::Error) -> String {
    match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string().trim().to_owned(),
        _ => String::new(),
    }
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(all) => all.join(", "),
        ContextValue::StyledStrs(all) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::commands::Cli;

    fn said(arguments: &[&str]) -> Bilingual {
        let all = std::iter::once("village-node").chain(arguments.iter().copied());
        let error = Cli::try_parse_from(all).err().expect("a command line that is wrong");
        failure(&error).text
    }

    #[test]
    fn a_wrong_command_line_is_told_in_both_languages() {
        let cases: [(&[&str], &str, &str); 9] = [
            (&["frob"], "tidak ada perintah `frob`", "there is no command `frob`"),
            (
                &["list", "--limi", "3"],
                "`--limi` tidak dikenal di situ; mungkin maksudnya `--limit`",
                "perhaps `--limit`",
            ),
            (&["list", "--limit", "x"], "diminta bilangan bulat", "a whole number is expected"),
            (&["list", "--from", "2026-13-45"], "hari-bulan-tahun", "not a date"),
            (&["show", "x"], "seperti yang ditampilkan `list`", "a UUID expected"),
            (&["record", "--service", "1"], "tulis seperti G01", "such as G01"),
            (&["list", "--status", "foo"], "pilihannya draf, diajukan", "one of draf"),
            (&["record", "--service"], "`--service <ID>` memerlukan sebuah nilai", "`--service <ID>` needs a value"),
            (&["register", "agenda"], "belum ada --from <DATE>, --to <DATE>, <FILE>", "is missing"),
        ];
        for (arguments, id, en) in cases {
            let told = said(arguments);
            assert!(told.id.contains(id), "{told:?}");
            assert!(told.en.contains(en), "{told:?}");
            for english in ["invalid ", "expected", "required", "found"] {
                assert!(!told.id.contains(english), "{told:?}");
            }
        }
    }
}
