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
            SignsAs::Kepala => format!("{} {}", self.title_or(office.head_word()), office.name),
            SignsAs::AnSekretaris => self.title_or(office.secretary_word()).to_owned(),
            SignsAs::Ub => self.title_or("Kepala Seksi Pelayanan").to_owned(),
        }
    }

    /// The title as the body of the letter names it, with the office in it.
    pub(crate) fn spoken_title(&self, signs: SignsAs, office: &Office) -> String {
        let title = self.title(signs, office);
        match signs {
            SignsAs::Kepala => title,
            SignsAs::AnSekretaris if self.title.is_empty() => format!("{title} {}", office.name),
            SignsAs::AnSekretaris | SignsAs::Ub => format!("{title} {}", office.named()),
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
