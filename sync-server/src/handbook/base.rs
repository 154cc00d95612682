//! The text that stands for everybody, told apart from all others: what a draft was made of, so that it undoes nothing unseen.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use desk_kit::moments;
use letter_print::Templates;
use office_handbook::{Topic, json_text};
use office_model::{Bilingual, Catalogue};
use replica_store::Reader;
use sha2::{Digest as _, Sha256};

use super::{VERSIONS_MAX, newest, versions};
use crate::keys::HubKeys;
use crate::{Failure, init};

/// A text that stands, or stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// Tells it from all others.
    pub(crate) mark: String,
    /// Its version, where it has one.
    version: Option<u32>,
    /// When it was published; nothing for the one that the hub was made with.
    published_millis: Option<i64>,
}

/// What tells a text from all others.
pub(crate) fn mark(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

impl Base {
    /// The text that stands.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn standing(reader: &Reader, keys: &HubKeys, topic: Topic) -> Result<Self, Failure> {
        match newest(reader, keys, topic)? {
            Some(one) => Ok(Self::of(topic, &one.publication.body, Some(one.publication.published_millis))),
            None => Ok(Self::of(topic, &first(reader, topic)?, None)),
        }
    }

    /// The text of this mark, which stood once; nothing where it is not known any more.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn past(reader: &Reader, keys: &HubKeys, topic: Topic, mark: &str) -> Result<Option<Self>, Failure> {
        let published = versions(reader, keys, topic, VERSIONS_MAX)?;
        let published = published.iter().map(|one| (&one.publication.body, Some(one.publication.published_millis)));
        let first = first(reader, topic)?;
        let mut all = published.chain([(&first, None)]).map(|(body, at)| Self::of(topic, body, at));
        Ok(all.find(|one| one.mark == mark))
    }

    /// The text that stands, or stood, and says the same as this one, however it is written down; nothing where none does.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn of_text(reader: &Reader, keys: &HubKeys, topic: Topic, text: &str) -> Result<Option<Self>, Failure> {
        let said = plain(topic, text);
        let published = versions(reader, keys, topic, VERSIONS_MAX)?;
        let published = published.iter().map(|one| (&one.publication.body, Some(one.publication.published_millis)));
        let first = first(reader, topic)?;
        // The one that stands comes first.
        let mut all = published.chain([(&first, None)]);
        Ok(all.find(|(body, _)| plain(topic, body) == said).map(|(body, at)| Self::of(topic, body, at)))
    }

    fn of(topic: Topic, text: &str, published_millis: Option<i64>) -> Self {
        let version = match topic {
            Topic::Catalogue => Catalogue::parse(text).ok().map(|one| one.version()),
            Topic::Templates => Templates::parse(text).ok().map(|one| one.version().into()),
            _ => None,
        };
        Self { mark: mark(text), version, published_millis }
    }

    /// What people call it.
    pub(crate) fn said(&self, now_millis: i64) -> Bilingual {
        let (mut id, mut en) = self.version.map_or_else(
            || ("teks".to_owned(), "the text".to_owned()),
            |version| (format!("versi {version}"), format!("version {version}")),
        );
        if let Some(at) = self.published_millis {
            let at = moments::short(at, now_millis);
            // Writing to a string cannot fail.
            let _ = write!(id, " yang terbit {at}");
            let _ = write!(en, " published {at}");
        } else {
            id.push_str(" bawaan");
            en.push_str(" that was there from the beginning");
        }
        Bilingual::new(id, en)
    }
}

/// A text without what is of no weight: `handbook show` spreads JSON over lines, and editors end files as they like.
fn plain(topic: Topic, text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    if topic == Topic::Catalogue { json_text::compact(&text) } else { text.trim_end().to_owned() }
}

/// What stood before anything was published.
fn first(reader: &Reader, topic: Topic) -> Result<String, Failure> {
    match topic {
        Topic::Catalogue => Ok(Catalogue::shipped_text().to_owned()),
        Topic::Templates => Ok(Templates::shipped_text().to_owned()),
        _ => init::roster_text(reader),
    }
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use office_handbook::Audience;
    use replica_store::Replica;

    use super::super::{Proposal, publish_over};
    use super::*;
    use crate::Blame;

    const ROSTER: &str = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";

    #[test]
    fn of_two_drafts_from_one_text_the_later_one_is_refused_and_both_are_named() {
        let dir = tempfile::tempdir().unwrap();
        init::init(dir.path(), ROSTER).unwrap();
        let keys = HubKeys::load(dir.path()).unwrap();
        let (mut hub, _) = Replica::open(dir.path(), "test", EpochId([1; 16])).unwrap();
        let base = Base::standing(&hub, &keys, Topic::Roster).unwrap();
        assert_eq!((base.published_millis, base.said(0).id.as_str()), (None, "teks bawaan"));
        let publish = |hub: &mut Replica, line: &str, base: &str, now: i64| {
            let body = format!("{ROSTER}{line}\n");
            let proposal = Proposal { topic: Topic::Roster, audience: Audience::Everyone, body: &body };
            publish_over(hub, &keys, "wayan", (proposal, base), now)
        };
        publish(&mut hub, "35.10.H.001,Puskesmas,faskes,35.10.01,Pesanggaran", &base.mark, 1_795_712_400_000).unwrap();
        let later = publish(&mut hub, "35.10.U.001,Dinas,unit,,", &base.mark, 1_795_712_500_000).unwrap_err();
        assert_eq!(later.blame, Blame::State);
        assert!(later.error.contains("the text published"), "{later}");
        assert!(init::roster_text(&hub).unwrap().contains("Puskesmas"), "it stands");
        let stands = Base::standing(&hub, &keys, Topic::Roster).unwrap();
        assert_ne!(stands.mark, base.mark);
        publish(&mut hub, "35.10.U.001,Dinas,unit,,", &stands.mark, 1_795_712_600_000).unwrap();
        let past = Base::past(&hub, &keys, Topic::Roster, &stands.mark).unwrap();
        assert_eq!(past, Some(stands), "what stood before is known by its mark");
        assert_eq!(Base::past(&hub, &keys, Topic::Roster, "x").unwrap(), None);
        let of_text = |topic, text: &str| Base::of_text(&hub, &keys, topic, text).unwrap();
        let shown = super::super::text(&hub, &keys, Topic::Roster).unwrap().replace('\n', "\r\n");
        assert_eq!(of_text(Topic::Roster, shown.trim_end()), Some(Base::standing(&hub, &keys, Topic::Roster).unwrap()));
        assert_eq!(of_text(Topic::Roster, ROSTER), None);
        let shown = super::super::text(&hub, &keys, Topic::Catalogue).unwrap();
        assert!(of_text(Topic::Catalogue, &json_text::compact(&shown)).is_some());
    }

    #[test]
    fn what_has_a_version_is_called_by_it() {
        let shipped = Base::of(Topic::Catalogue, Catalogue::shipped_text(), None);
        assert_eq!(shipped.said(0).en, "version 1 that was there from the beginning");
        assert!(
            Base::of(Topic::Templates, Templates::shipped_text(), Some(5))
                .said(5)
                .id
                .starts_with("versi 1 yang terbit ")
        );
    }
}
