//! A notice of the centre to offices.

use chrono::NaiveDate;
use office_model::is_visible;
use serde::{Deserialize, Serialize};

use crate::{HandbookError, NoticeField};

/// Most characters of a title.
pub const TITLE_MAX: usize = 120;
/// Most characters of a text.
pub const TEXT_MAX: usize = 4_000;

/// Something the centre tells clerks. They see it on the first page until its last day, or until it is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// Paragraphs, an empty line between two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// It comes before all others, and stands out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// The last day on which it is shown, in WIB; nothing: until it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Nobody is shown it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl Notice {
    /// Checks it as the operator gave it; spaces around its texts are taken away. `today`: in WIB.
    ///
    /// # Errors
    ///
    /// When its title is missing, a text is too long or has signs that are not seen, or its last day is over.
    pub fn check(mut self, today: NaiveDate) -> Result<Self, HandbookError> {
        self.title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.replace("\r\n", "\n").replace('\t', " ").trim().clone_into(&mut self.text);
        if self.title.is_empty() {
            return Err(HandbookError::Missing(NoticeField::Title));
        }
        let texts = [(NoticeField::Title, &self.title, TITLE_MAX), (NoticeField::Text, &self.text, TEXT_MAX)];
        for (field, text, max) in texts {
            if let Some(after) = before_unseen(text) {
                return Err(HandbookError::Unseen { field, after });
            }
            if text.chars().count() > max {
                return Err(HandbookError::TooLong { field, max });
            }
        }
        if self.until.is_some_and(|until| until < today) {
            return Err(HandbookError::Days);
        }
        Ok(self)
    }

    /// Whether clerks are shown it on this day.
    pub fn is_shown(&self, today: NaiveDate) -> bool {
        !self.withdrawn && self.until.is_none_or(|until| until >= today)
    }

    /// Its paragraphs.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }

    /// What is published.
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was published.
    ///
    /// # Errors
    ///
    /// When it is no notice.
    pub fn of_body(body: &str) -> Result<Self, HandbookError> {
        serde_json::from_str(body).map_err(|error| HandbookError::Unreadable(error.to_string()))
    }
}

/// What stands before the first sign that is not seen or turns the reading direction, at most its last word or two; nothing
/// where there is no such sign.
fn before_unseen(text: &str) -> Option<String> {
    const CHARACTERS: usize = 24;
    let at = text.find(|sign: char| sign != '\n' && !is_visible(sign))?;
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let skipped = line.chars().count().saturating_sub(CHARACTERS);
    Some(line.chars().skip(skipped).collect::<String>().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn notice() -> Notice {
        Notice { title: "Libur".to_owned(), text: String::new(), urgent: false, until: None, withdrawn: false }
    }

    #[test]
    fn it_is_shown_until_its_last_day_or_until_it_is_withdrawn() {
        let today = day("2026-11-27");
        assert!(notice().is_shown(today));
        let until = Notice { until: Some(today), ..notice() };
        assert!(until.is_shown(today) && !until.is_shown(day("2026-11-28")));
        assert!(!Notice { withdrawn: true, ..notice() }.is_shown(today));
    }

    #[test]
    fn what_no_clerk_could_read_is_not_published() {
        let today = day("2026-11-27");
        assert_eq!(notice().check(today), Ok(notice()));
        let tidy = Notice { title: " Libur \n ".to_owned(), text: "a\r\n\r\nb ".to_owned(), ..notice() };
        let tidy = tidy.check(today).unwrap();
        assert_eq!((tidy.title.as_str(), tidy.paragraphs().collect::<Vec<_>>()), ("Libur", vec!["a", "b"]));
        let refused = |notice: Notice| notice.check(today).unwrap_err();
        assert_eq!(refused(Notice { title: " ".to_owned(), ..notice() }), HandbookError::Missing(NoticeField::Title));
        assert!(matches!(refused(Notice { title: "ä".repeat(121), ..notice() }), HandbookError::TooLong { .. }));
        assert!(matches!(refused(Notice { text: "ä".repeat(4_001), ..notice() }), HandbookError::TooLong { .. }));
        assert_eq!(refused(Notice { until: Some(day("2026-11-26")), ..notice() }), HandbookError::Days);
        for (title, wanted) in [("Rapat \u{202e}besok", "Rapat"), ("\u{feff}Rapat", ""), ("Ra\u{200b}pat", "Ra")] {
            let error = refused(Notice { title: title.to_owned(), ..notice() });
            assert_eq!(
                error,
                HandbookError::Unseen { field: NoticeField::Title, after: wanted.to_owned() },
                "{title:?}"
            );
        }
        let error = refused(Notice { text: "Satu.\n\nDua\u{2066} tiga".to_owned(), ..notice() });
        assert_eq!(error, HandbookError::Unseen { field: NoticeField::Text, after: "Dua".to_owned() });
    }

    #[test]
    fn it_is_written_and_read_in_the_form_that_stands_in_documents() {
        assert_eq!(notice().to_body(), "{\"title\":\"Libur\"}");
        let full = Notice { text: "x".to_owned(), urgent: true, until: Some(day("2026-12-01")), ..notice() };
        assert_eq!(full.to_body(), "{\"title\":\"Libur\",\"text\":\"x\",\"urgent\":true,\"until\":\"2026-12-01\"}");
        for one in [notice(), full] {
            assert_eq!(Notice::of_body(&one.to_body()), Ok(one));
        }
    }
}
