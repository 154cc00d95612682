//! The fields of an office's profile, as both desks show them.

use askama::Template;
use office_handbook::{ProfileForm, Told};
use office_model::{Approver, Checker, OfficeKind};

use crate::{Choice, Language};

/// The part of a form that writes a profile: fields with what stands in them and what is to be said of each.
#[derive(Debug, Template)]
#[template(path = "profile_fields.html")]
pub struct ProfileFields {
    optional: &'static str,
    lines: Vec<Line>,
    signers: Vec<(&'static str, Vec<Line>)>,
    chain_title: &'static str,
    chain_why: &'static str,
    /// Who checks and who approves; nothing where records do not go through hands in the office.
    chain: Vec<Chosen>,
}

/// A field with a text.
#[derive(Debug)]
struct Line {
    name: String,
    label: &'static str,
    value: String,
    is_number: bool,
    is_optional: bool,
    problem: String,
    warning: String,
}

/// A field with a choice.
#[derive(Debug)]
struct Chosen {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
    problem: String,
}

/// Who decides at a sub-district, as people read it.
const DECIDERS: [(Approver, &str, &str); 2] = [
    (Approver::Anyone, "Camat atau petugas kecamatan", "The camat or an officer of the sub-district"),
    (Approver::Head, "Camat saja", "The camat alone"),
];

impl ProfileFields {
    /// The fields of a form. `problems`: why it was not taken. `kind`: of the office. Records go through hands in villages, are
    /// decided at sub-districts, and only villages' letters are signed by somebody else on behalf of the head.
    pub fn of(form: &ProfileForm, problems: &Told, kind: OfficeKind, language: Language) -> Self {
        let warnings = form.warnings();
        let said =
            |told: &Told, name: &str| told.get(name).map_or_else(String::new, |text| language.say(text).to_owned());
        let line = |name: String, label: &'static str, is_number: bool, is_optional: bool| Line {
            value: form.text(&name).to_owned(),
            problem: said(problems, &name),
            warning: said(&warnings, &name),
            name,
            label,
            is_number,
            is_optional,
        };
        let signer = |who: &str| {
            vec![
                line(format!("{who}_name"), language.pick("Nama, seperti tercetak", "Name, as printed"), false, false),
                line(format!("{who}_nip"), "NIP", true, true),
                line(
                    format!("{who}_title"),
                    language.pick("Jabatan, bila bukan yang biasa", "Title, where it is not the usual one"),
                    false,
                    true,
                ),
            ]
        };
        let chosen = |name, label, choices: Vec<Choice>| Chosen { name, label, choices, problem: said(problems, name) };
        let option = |name: &str, word: &str, label: &office_model::Bilingual| {
            Choice::of(word, language.say(label), form.text(name) == word)
        };
        let checkers = Checker::ALL.map(|one| option("checker", one.as_str(), &one.label()));
        let approvers = Approver::ALL.map(|one| option("approver", one.as_str(), &one.label()));
        let chain = vec![
            chosen("checker", language.pick("Memeriksa berkas", "Checks the papers"), checkers.into()),
            chosen("approver", language.pick("Menyetujui dan menandatangani", "Approves and signs"), approvers.into()),
        ];
        let deciders = DECIDERS.map(|(one, id, en)| {
            let chosen = (one == Approver::Anyone) == (form.text("approver") == Approver::Anyone.as_str());
            Choice::of(one.as_str(), language.pick(id, en), chosen)
        });
        let decider = vec![chosen("approver", language.pick("Memutuskan", "Decides"), deciders.into())];
        Self {
            optional: language.pick("boleh kosong", "optional"),
            lines: vec![
                line("address".to_owned(), language.pick("Alamat", "Address"), false, false),
                line("postal_code".to_owned(), language.pick("Kode pos", "Postal code"), true, false),
                line("phone".to_owned(), language.pick("Telepon", "Phone"), false, false),
            ],
            signers: match kind {
                OfficeKind::Desa | OfficeKind::Kelurahan => vec![
                    (language.pick("Kepala desa atau lurah", "Head of the village"), signer("head")),
                    (language.pick("Sekretaris (a.n.)", "Secretary (on behalf of the head)"), signer("secretary")),
                    (language.pick("Pejabat lain (u.b.)", "Another official (for the secretary)"), signer("other")),
                ],
                OfficeKind::SubDistrict => vec![("Camat", signer("head"))],
                OfficeKind::WorkingUnit => {
                    vec![(language.pick("Kepala satuan kerja", "Head of the working unit"), signer("head"))]
                }
                OfficeKind::HealthFacility => {
                    vec![(language.pick("Kepala fasilitas kesehatan", "Head of the health facility"), signer("head"))]
                }
            },
            chain_title: language.pick("Alur berkas di kantor ini", "Through whose hands records go"),
            chain_why: if kind.is_village() {
                language.pick(
                    "Siapa yang memeriksa dan siapa yang menandatangani berkas yang sudah diajukan petugas. Yang tidak berwenang tidak \
                     melihat tombol langkah itu.",
                    "Who checks and who signs the records that a clerk submitted. Nobody else is shown the buttons of that step.",
                )
            } else {
                language.pick(
                    "Siapa yang memutuskan berkas yang diteruskan desa. Mengembalikan berkas yang kurang boleh dilakukan semua petugas.",
                    "Who decides what villages passed on. Every officer may return what lacks something.",
                )
            },
            chain: match kind {
                OfficeKind::Desa | OfficeKind::Kelurahan => chain,
                OfficeKind::SubDistrict => decider,
                OfficeKind::WorkingUnit | OfficeKind::HealthFacility => Vec::new(),
            },
        }
    }
}
