//! The camat who approved a letter, as the step says it: the village has none of the sub-district's profile.

/// Most characters of a line: more than a profile takes.
const LINE_MAX: usize = 200;

/// Who approved. In the step it is a text of three lines: name, title, NIP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApprovingCamat {
    /// Name with degrees, as printed; empty where nobody is named.
    pub name: String,
    /// Title, `Plt. Camat Pesanggaran`; empty takes the usual one. In a step one of both is there.
    pub title: String,
    /// NIP; empty where there is none.
    pub nip: String,
}

impl ApprovingCamat {
    /// Nothing where neither name nor title is told.
    pub(crate) fn text(&self) -> Option<String> {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let [name, title, nip] = [&self.name, &self.title, &self.nip].map(|text| line(text));
        (!name.is_empty() || !title.is_empty()).then(|| [name, title, nip].join("\n"))
    }

    /// `None` for what no program of ours writes, a newer one perhaps: other lines, or longer ones.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [name, title, nip] = lines.as_slice() else { return None };
        let is_told = !name.is_empty() || !title.is_empty();
        let fits = lines.iter().all(|line| line.chars().count() <= LINE_MAX && !line.contains(char::is_control));
        let [name, title, nip] = [name, title, nip].map(|line| (*line).to_owned());
        (is_told && fits).then_some(Self { name, title, nip })
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
        for one in [
            camat("AGUS SALIM, S.Sos.", "", ""),
            camat("Siti", "Plt. Camat Licin", "198001012005011003"),
            camat("", "Plt. Camat Licin", ""),
        ] {
            assert_eq!(ApprovingCamat::from_text(&one.text().unwrap()), Some(one));
        }
        assert_eq!(camat(" Agus\nSalim ", "", "").text().as_deref(), Some("Agus Salim\n\n"));
        assert_eq!(camat(" ", "", "1980").text(), None);
        let long = format!("{}\n\n", "a".repeat(201));
        for text in ["", "Agus", "Agus\n", "\n\n", "\n\n1980", "a\nb\nc\nd", "a\u{7}\n\n", &long] {
            assert_eq!(ApprovingCamat::from_text(text), None, "{text:?}");
        }
    }
}
