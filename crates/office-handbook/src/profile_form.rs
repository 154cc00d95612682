//! The form in which people write a profile: what is wrong with it, what is worth a second look, and what becomes of it where
//! somebody else changed the profile while the form was open.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use letter_print::{Signer, Signers};
use office_model::{Approver, Bilingual, Chain, Checker, SignsAs, is_visible};

use crate::{Letterhead, Profile};

/// Longest line of a letterhead, in characters.
pub const LINE_MAX: usize = 120;

/// The signers' part of the names of their fields.
const SIGNERS: [&str; 3] = ["head", "secretary", "other"];

/// The fields of a form by their names, with what stands in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileForm(BTreeMap<String, String>);

/// What people are told of fields, by their names.
pub type Told = BTreeMap<String, Bilingual>;

impl ProfileForm {
    /// The form of a profile as it stands.
    pub fn of(profile: &Profile) -> Self {
        let Letterhead { address, postal_code, phone, signers } = &profile.letterhead;
        let mut fields = BTreeMap::new();
        let mut put = |name: String, text: &str| drop(fields.insert(name, text.to_owned()));
        put("address".to_owned(), address);
        put("postal_code".to_owned(), postal_code);
        put("phone".to_owned(), phone);
        for (who, signer) in SIGNERS.iter().zip([&signers.kepala, &signers.an_sekretaris, &signers.ub]) {
            put(format!("{who}_name"), &signer.name);
            put(format!("{who}_nip"), &signer.nip);
            put(format!("{who}_title"), &signer.title);
        }
        put("checker".to_owned(), profile.chain.checker.as_str());
        put("approver".to_owned(), profile.chain.approver.as_str());
        Self(fields)
    }

    /// What was sent. `get`: what stands in a field; empty where there is none. `seen`: the profile that the form was made of
    /// (offices without a chain have no fields for it).
    pub fn sent<'a>(get: impl Fn(&str) -> &'a str, seen: &Profile) -> Self {
        let Self(mut fields) = Self::of(seen);
        for (name, text) in &mut fields {
            let sent = get(name).trim();
            let is_choice = matches!(name.as_str(), "checker" | "approver");
            if !(is_choice && sent.is_empty()) {
                sent.clone_into(text);
            }
        }
        Self(fields)
    }

    /// What stands in a field; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The profile that is to stand now, which has become `now` since the form was made of `seen`: what this form changes
    /// changes, everything else stays as somebody else has set it meanwhile.
    ///
    /// # Errors
    ///
    /// What is wrong with which field; also with those that this form and somebody else changed to different texts.
    pub fn profile(&self, seen: &Profile, now: &Profile) -> Result<Profile, Told> {
        let (seen, now) = (Self::of(seen), Self::of(now));
        let mut told = Told::new();
        let mut merged = now.clone();
        for (name, text) in &mut merged.0 {
            let sent = self.text(name);
            if sent == seen.text(name) || sent == text {
                continue;
            }
            if text != seen.text(name) {
                told.insert(name.clone(), changed_meanwhile(text));
            } else if let Some(fault) = fault(name, sent) {
                told.insert(name.clone(), fault);
            }
            sent.clone_into(text);
        }
        let chain = (merged.text("checker").parse(), merged.text("approver").parse());
        match chain {
            (Ok(checker), Ok(approver)) if told.is_empty() => {
                Ok(Profile { letterhead: merged.letterhead(), chain: Chain { checker, approver } })
            }
            _ => Err(told),
        }
    }

    /// The field with the name of who signs in a capacity.
    pub const fn name_of(signs: SignsAs) -> &'static str {
        match signs {
            SignsAs::Kepala => "head_name",
            SignsAs::AnSekretaris => "secretary_name",
            SignsAs::Ub => "other_name",
        }
    }

    /// What people call a field, where it stands alone.
    pub fn label(name: &str) -> Bilingual {
        let (who, part) = name.split_once('_').unwrap_or((name, ""));
        let (who_id, who_en) = match who {
            "head" => ("kepala", "the head"),
            "secretary" => ("sekretaris", "the secretary"),
            _ => ("pejabat lain", "the other official"),
        };
        match (name, part) {
            ("address", _) => Bilingual::new("Alamat", "Address"),
            ("postal_code", _) => Bilingual::new("Kode pos", "Postal code"),
            ("phone", _) => Bilingual::new("Telepon", "Phone"),
            ("checker", _) => Bilingual::new("Pemeriksa berkas", "Who checks"),
            ("approver", _) => Bilingual::new("Penyetuju", "Who approves"),
            (_, "name") => Bilingual::new(format!("Nama {who_id}"), format!("Name of {who_en}")),
            (_, "nip") => Bilingual::new(format!("NIP {who_id}"), format!("NIP of {who_en}")),
            _ => Bilingual::new(format!("Jabatan {who_id}"), format!("Title of {who_en}")),
        }
    }

    /// What is told of fields where they do not stand beside it, each with its label.
    pub fn lines(told: &Told) -> Vec<Bilingual> {
        let line = |(name, fault): (&String, &Bilingual)| {
            let label = Self::label(name);
            Bilingual::new(format!("{}: {}", label.id, fault.id), format!("{}: {}", label.en, fault.en))
        };
        told.iter().map(line).collect()
    }

    /// The letterhead as it was typed.
    pub fn letterhead(&self) -> Letterhead {
        let line = |name: &str| self.text(name).to_owned();
        let signer = |who: &str| Signer {
            name: line(&format!("{who}_name")),
            nip: line(&format!("{who}_nip")),
            title: line(&format!("{who}_title")),
        };
        let [head, secretary, other] = SIGNERS;
        Letterhead {
            address: line("address"),
            postal_code: line("postal_code"),
            phone: line("phone"),
            signers: Signers { kepala: signer(head), an_sekretaris: signer(secretary), ub: signer(other) },
        }
    }

    /// What is worth a second look, though it may be right: village officials have numbers of other forms than a civil
    /// servant's NIP (18 digits that begin with the day of birth; regulation of the BKN 22/2007).
    pub fn warnings(&self) -> Told {
        let nips = SIGNERS.iter().map(|who| format!("{who}_nip"));
        nips.filter(|name| !self.text(name).is_empty() && !is_nip(self.text(name)))
            .map(|name| (name, odd_nip()))
            .collect()
    }
}

/// What is wrong with the text of a field, if anything is.
fn fault(name: &str, text: &str) -> Option<Bilingual> {
    if text.chars().count() > LINE_MAX {
        return Some(Bilingual::new(
            format!("Paling banyak {LINE_MAX} karakter; persingkat."),
            format!("At most {LINE_MAX} characters; make it shorter."),
        ));
    }
    if !text.chars().all(is_visible) {
        return Some(Bilingual::new(
            "Ada tanda yang tidak dapat dicetak; ketik ulang, jangan ditempel.",
            "A sign in it cannot be printed; type it again instead of pasting it.",
        ));
    }
    if text.is_empty() {
        return if matches!(name, "checker" | "approver") { Some(not_offered()) } else { None };
    }
    match name {
        "postal_code" if text.len() != 5 || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Bilingual::new("Kode pos terdiri dari 5 angka.", "A postal code has 5 digits."))
        }
        "phone" if !is_phone(text) => Some(Bilingual::new(
            "Nomor telepon terdiri dari 6 sampai 16 angka, boleh dengan + di depan dan spasi, titik, -, atau kurung, misalnya (0333) 421234.",
            "A phone number has 6 to 16 digits, with a + before them and spaces, dots, - or brackets between them if you like, such as (0333) 421234.",
        )),
        "checker" if text.parse::<Checker>().is_err() => Some(not_offered()),
        "approver" if text.parse::<Approver>().is_err() => Some(not_offered()),
        _ if name.ends_with("_name") && !is_name(text) => Some(Bilingual::new(
            "Nama dan gelar hanya berisi huruf, spasi, dan tanda . , ' - tanpa angka.",
            "A name with its degrees has only letters, spaces and the signs . , ' - and no digits.",
        )),
        _ if name.ends_with("_nip") && !is_number_of_staff(text) => Some(Bilingual::new(
            "NIP terdiri dari 18 angka; nomor perangkat desa boleh lain, tetapi memuat 5 sampai 18 angka.",
            "A NIP has 18 digits; village officials' numbers may differ, yet have 5 to 18 digits.",
        )),
        _ => None,
    }
}

/// Whether it may be an office's phone number, or two of them: those of exchanges, of mobiles, and with the country before
/// them.
fn is_phone(text: &str) -> bool {
    let is_one = |text: &str| {
        let text = text.trim();
        let rest = text.strip_prefix('+').unwrap_or(text);
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        rest.bytes().all(|byte| byte.is_ascii_digit() || b" .-()".contains(&byte)) && (6..=16).contains(&digits)
    };
    text.split(['/', ',']).all(is_one)
}

/// Whether it may be a person's name with degrees, as printed below a signature.
fn is_name(text: &str) -> bool {
    let is_mark = |letter: char| matches!(letter, '\u{300}'..='\u{36f}');
    let may_stand = |letter: char| {
        letter.is_alphabetic()
            || is_mark(letter)
            || matches!(letter, ' ' | '.' | ',' | '\'' | '\u{2018}' | '\u{2019}' | '-')
    };
    text.chars().all(may_stand) && text.chars().any(char::is_alphabetic)
}

/// Whether it may be the number of a civil servant or of a village official: the latter are of no one form.
fn is_number_of_staff(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-/".contains(&byte)) && (5..=18).contains(&digits)
}

fn not_offered() -> Bilingual {
    Bilingual::new("Pilih dari daftar.", "Choose one of the list.")
}

fn changed_meanwhile(now: &str) -> Bilingual {
    Bilingual::new(
        format!("Sementara halaman ini terbuka, orang lain mengubahnya menjadi \"{now}\". Periksa, lalu simpan lagi."),
        format!("While this page was open, somebody else changed it to \"{now}\". Check it, then save again."),
    )
}

fn odd_nip() -> Bilingual {
    Bilingual::new(
        "NIP pegawai negeri terdiri dari 18 angka dan diawali tanggal lahir. Periksa; nomor perangkat desa boleh lain.",
        "A civil servant's NIP has 18 digits and begins with the day of birth. Check it; village officials' may differ.",
    )
}

/// Whether it is a civil servant's number: day of birth, month of appointment, sex, serial.
fn is_nip(text: &str) -> bool {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect();
    if digits.len() != 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let part = |range| digits.get(range).unwrap_or_default();
    NaiveDate::parse_from_str(part(0..8), "%Y%m%d").is_ok()
        && NaiveDate::parse_from_str(&format!("{}01", part(8..14)), "%Y%m%d").is_ok()
        && matches!(part(14..15), "1" | "2")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)], seen: &Profile) -> ProfileForm {
        let texts: BTreeMap<String, String> = ProfileForm::of(seen).0;
        let text = |name: &str| {
            let typed = pairs.iter().find(|(field, _)| *field == name).map(|(_, text)| (*text).to_owned());
            typed.or_else(|| texts.get(name).cloned()).unwrap_or_default()
        };
        let all: BTreeMap<String, String> = texts.keys().map(|name| (name.clone(), text(name))).collect();
        ProfileForm::sent(|name| all.get(name).map_or("", String::as_str), seen)
    }

    #[test]
    fn a_form_says_all_but_what_it_has_no_field_for() {
        let seen =
            Profile { chain: Chain { checker: Checker::Nobody, approver: Approver::Head }, ..Profile::default() };
        let form = sent(
            &[("address", " Jl. Raya 1 "), ("head_name", "Wayan"), ("checker", ""), ("approver", "anyone")],
            &seen,
        );
        let said = form.profile(&seen, &seen).unwrap();
        assert_eq!((said.letterhead.address.as_str(), said.chain.checker), ("Jl. Raya 1", Checker::Nobody));
        assert_eq!((said.letterhead.signers.kepala.name.as_str(), said.chain.approver), ("Wayan", Approver::Anyone));
        assert_eq!(ProfileForm::of(&said).letterhead(), said.letterhead);
        assert!(sent(&[("checker", "raja")], &seen).profile(&seen, &seen).unwrap_err().contains_key("checker"));
    }

    #[test]
    fn nothing_is_cut_and_what_cannot_be_is_said() {
        let seen = Profile::default();
        let long = "x".repeat(LINE_MAX + 1);
        let form = sent(
            &[("other_title", &long), ("postal_code", "684611"), ("phone", "0333\u{7}"), ("address", "Jl. 1")],
            &seen,
        );
        let told = form.profile(&seen, &seen).unwrap_err();
        assert_eq!(told.keys().collect::<Vec<_>>(), ["other_title", "phone", "postal_code"]);
        assert_eq!(form.letterhead().signers.ub.title, long, "it is still there to be made shorter");
    }

    #[test]
    fn phones_names_and_numbers_are_what_they_are_called() {
        let seen = Profile::default();
        let wrong = |field: &str, text: &str| {
            sent(&[(field, text)], &seen).profile(&seen, &seen).err().is_some_and(|told| told.contains_key(field))
        };
        for good in ["(0333) 421234", "+62 812-3456-7890", "0333.421234", "110110", "421234 / 0812-3456-7890", ""] {
            assert!(!wrong("phone", good), "{good}");
        }
        for bad in ["abc", "0333-x", "12345", "12345678901234567", "0333+421234", "421234/", "-"] {
            assert!(wrong("phone", bad), "{bad}");
        }
        for good in ["H. Moh. Sa\u{2019}roni, S.Pd., M.M.", "I Gusti Ngurah-Rai", "Andre\u{301}", ""] {
            assert!(!wrong("head_name", good), "{good}");
        }
        for bad in ["K3pala", "Siti_Aminah", "...", "Siti\u{202e}"] {
            assert!(wrong("other_name", bad), "{bad}");
        }
        for bad in ["abc", "1979081220050120031", "1979", "19790812 200501 1 003;"] {
            assert!(wrong("secretary_nip", bad), "{bad}");
        }
        let told = sent(&[("secretary_nip", "abc")], &seen).profile(&seen, &seen).unwrap_err();
        assert_eq!(ProfileForm::label(told.keys().next().unwrap()).id, "NIP sekretaris");
        // What stood before there was such a rule does not keep anybody from changing the rest.
        let mut old = Profile::default();
        old.letterhead.phone = "abc".to_owned();
        assert!(sent(&[("address", "Jl. 1")], &old).profile(&old, &old).is_ok());
    }

    #[test]
    fn what_somebody_else_set_meanwhile_stays_and_is_not_written_over_unseen() {
        let seen = Profile::default();
        let mut now = seen.clone();
        now.letterhead.address = "Jl. Baru 9".to_owned();
        let form = sent(&[("phone", "0333-1234")], &seen);
        let merged = form.profile(&seen, &now).unwrap();
        assert_eq!((merged.letterhead.address.as_str(), merged.letterhead.phone.as_str()), ("Jl. Baru 9", "0333-1234"));
        let form = sent(&[("address", "Jl. Lama 1")], &seen);
        assert!(form.profile(&seen, &now).unwrap_err().contains_key("address"));
        // Sent again from the page that shows both, it stands.
        assert_eq!(form.profile(&now, &now).unwrap().letterhead.address, "Jl. Lama 1");
    }

    #[test]
    fn odd_numbers_are_warned_of_and_taken() {
        let seen = Profile::default();
        for (nip, odd) in [
            ("", false),
            ("19790812 200501 1 003", false),
            ("197908122005012003", false),
            ("197913122005012003", true),
            ("197908122005013003", true),
            ("140 / 12 / 2019", true),
        ] {
            let form = sent(&[("head_nip", nip)], &seen);
            assert_eq!(form.warnings().contains_key("head_nip"), odd, "{nip}");
            assert_eq!(form.profile(&seen, &seen).unwrap().letterhead.signers.kepala.nip, nip);
        }
    }
}
