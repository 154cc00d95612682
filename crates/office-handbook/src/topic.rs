//! What is published.

use std::fmt;
use std::str::FromStr;

/// The number of a notice, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub u32);

/// Something that is published in versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The office's own [`crate::Profile`].
    Profile,
    /// One [`crate::Notice`].
    Notice(NoticeId),
    /// The catalogue of services, as [`office_model::Catalogue::parse`] reads it.
    Catalogue,
    /// The letter templates, as [`letter_print::Templates::parse`] reads them.
    Templates,
    /// The roster of offices, as [`office_model::Roster::parse`] reads it.
    Roster,
}

/// A topic that this program does not know. What was published about it is kept, and left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no topic: profile, notice/NUMBER, catalogue, templates or roster expected")]
pub struct ParseTopicError(String);

impl Topic {
    /// What the topics of all notices begin with.
    pub const NOTICES: &'static str = "notice/";

    /// Whether an office may publish it for itself. Everything else stands only with the hub's signature.
    pub const fn is_the_offices(self) -> bool {
        matches!(self, Self::Profile)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile => f.pad("profile"),
            Self::Notice(NoticeId(number)) => write!(f, "{}{number}", Self::NOTICES),
            Self::Catalogue => f.pad("catalogue"),
            Self::Templates => f.pad("templates"),
            Self::Roster => f.pad("roster"),
        }
    }
}

impl FromStr for Topic {
    type Err = ParseTopicError;

    fn from_str(text: &str) -> Result<Self, ParseTopicError> {
        let unknown = || ParseTopicError(text.chars().take(64).collect());
        match text {
            "profile" => Ok(Self::Profile),
            "catalogue" => Ok(Self::Catalogue),
            "templates" => Ok(Self::Templates),
            "roster" => Ok(Self::Roster),
            _ => {
                let number = text.strip_prefix(Self::NOTICES).and_then(|number| number.parse().ok());
                let topic = Self::Notice(NoticeId(number.filter(|number| *number > 0).ok_or_else(unknown)?));
                // `notice/007` is not another way to say `notice/7`.
                if topic.to_string() == text { Ok(topic) } else { Err(unknown()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_back_and_others_refused() {
        let all = [Topic::Profile, Topic::Notice(NoticeId(12)), Topic::Catalogue, Topic::Templates, Topic::Roster];
        for topic in all {
            assert_eq!(topic.to_string().parse(), Ok(topic));
            assert_eq!(topic.is_the_offices(), topic == Topic::Profile);
        }
        for text in ["", "notice/", "notice/0", "notice/007", "notice/+7", "notice/99999999999", "Profile", "logo"] {
            assert!(text.parse::<Topic>().is_err(), "{text}");
        }
    }
}
