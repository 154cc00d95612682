//! Who signs, and in whose name.

use office_model::SignsAs;
use serde::{Deserialize, Serialize};

use crate::Office;

/// Someone who signs. The letter keeps name and title as they were on its day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signer {
    /// Name with degrees, as printed; empty leaves a dotted line for the pen.
    pub name: String,
    /// Title, `Kasi Pelayanan` or `Plt. Kepala Desa`; empty takes the usual one.
    pub title: String,
    /// NIP of a civil servant; empty where there is none.
    pub nip: String,
}

/// Who may sign the letters of an office, by capacity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signers {
    /// As the head.
    pub kepala: Signer,
    /// As the secretary, a.n. the head.
    pub an_sekretaris: Signer,
    /// As another official, u.b.
    pub ub: Signer,
}

impl Signers {
    /// The signer in a capacity.
    pub fn of(&self, signs: SignsAs) -> &Signer {
        match signs {
            SignsAs::Kepala => &self.kepala,
            SignsAs::AnSekretaris => &self.an_sekretaris,
            SignsAs::Ub => &self.ub,
        }
    }
}

impl Signer {
    fn title_or<'a>(&'a self, usual: &'a str) -> &'a str {
        if self.title.is_empty() { usual } else { &self.title }
    }

    /// The title as it stands above the signature.
    fn title(&self, signs: SignsAs, office: &Office) -> String {
        match signs {
            SignsAs::Kepala => of_office(self.title_or(office.head_word()), &office.name, office),
            SignsAs::AnSekretaris => self.title_or(office.secretary_word()).to_owned(),
            SignsAs::Ub => self.title_or("Kepala Seksi Pelayanan").to_owned(),
        }
    }

    /// The title as the body of the letter names it, with the office in it.
    pub(crate) fn spoken_title(&self, signs: SignsAs, office: &Office) -> String {
        let title = self.title(signs, office);
        match signs {
            SignsAs::Kepala => title,
            SignsAs::AnSekretaris if self.title.is_empty() => of_office(&title, &office.name, office),
            SignsAs::AnSekretaris | SignsAs::Ub => of_office(&title, &office.named(), office),
        }
    }

    /// The lines above the signature.
    pub(crate) fn capacity(&self, signs: SignsAs, office: &Office) -> Vec<String> {
        let on_behalf = format!("a.n. {} {}", office.head_word(), office.name);
        let title = self.title(signs, office);
        match signs {
            SignsAs::Kepala => vec![title],
            SignsAs::AnSekretaris => vec![on_behalf, title],
            SignsAs::Ub => vec![on_behalf, office.secretary_word().to_owned(), "u.b.".to_owned(), title],
        }
    }
}

/// A title with the office behind it, once: people write it into the title, too.
fn of_office(title: &str, called: &str, office: &Office) -> String {
    let has_it = title.to_lowercase().ends_with(&format!(" {}", office.name.to_lowercase()));
    if has_it { title.to_owned() } else { format!("{title} {called}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_its_office_once() {
        let office = Office::sarongan();
        let of = |signs, title: &str| {
            let signer = Signer { title: title.to_owned(), ..Signer::default() };
            (signer.capacity(signs, &office).pop().unwrap(), signer.spoken_title(signs, &office))
        };
        let both = |text: &str| (text.to_owned(), text.to_owned());
        assert_eq!(of(SignsAs::Kepala, ""), both("Kepala Desa Sarongan"));
        assert_eq!(of(SignsAs::Kepala, "Plt. Kepala Desa"), both("Plt. Kepala Desa Sarongan"));
        for whole in ["Kepala Desa Sarongan", "KEPALA DESA SARONGAN"] {
            assert_eq!(of(SignsAs::Kepala, whole), both(whole));
        }
        assert_eq!(of(SignsAs::Ub, "Kasi Pelayanan").1, "Kasi Pelayanan Desa Sarongan");
        assert_eq!(of(SignsAs::Ub, "Kasi Pelayanan Desa Sarongan").1, "Kasi Pelayanan Desa Sarongan");
    }
}
