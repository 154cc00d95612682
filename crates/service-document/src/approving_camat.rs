//! The camat who approved a letter, as the step says it: the village has none of the sub-district's profile.

/// Who approved. In the step it is a text of three lines: name, title, NIP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApprovingCamat {
    /// Name with degrees, as printed. Never empty in a step.
    pub name: String,
    /// Title, `Plt. Camat Pesanggaran`; empty takes the usual one.
    pub title: String,
    /// NIP; empty where there is none.
    pub nip: String,
}

impl ApprovingCamat {
    /// Nothing where nobody is named.
    pub(crate) fn text(&self) -> Option<String> {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = Some(line(&self.name)).filter(|name| !name.is_empty())?;
        Some([name, line(&self.title), line(&self.nip)].join("\n"))
    }

    /// `None` for what a newer version may write.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [name, title, nip] = lines.as_slice() else { return None };
        let [name, title, nip] = [name, title, nip].map(|line| (*line).to_owned());
        (!name.is_empty()).then_some(Self { name, title, nip })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camat(name: &str, title: &str, nip: &str) -> ApprovingCamat {
        ApprovingCamat { name: name.to_owned(), title: title.to_owned(), nip: nip.to_owned() }
    }

    #[test]
    fn who_approved_shows_itself_again_in_three_lines() {
        for one in [camat("AGUS SALIM, S.Sos.", "", ""), camat("Siti", "Plt. Camat Licin", "198001012005011003")] {
            assert_eq!(ApprovingCamat::from_text(&one.text().unwrap()), Some(one));
        }
        assert_eq!(camat(" Agus\nSalim ", "", "").text().as_deref(), Some("Agus Salim\n\n"));
        assert_eq!(camat(" ", "Camat", "").text(), None);
        for text in ["", "Agus", "Agus\n", "\n\n", "a\nb\nc\nd"] {
            assert_eq!(ApprovingCamat::from_text(text), None, "{text:?}");
        }
    }
}
