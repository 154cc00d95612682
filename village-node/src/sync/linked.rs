//! Whether the hub is reached, and since when. Kept beside the diary of contacts, which ends long before some outages begin.

use replica_store::{CONTACTS_MAX, Contact, Reader, Replica};
use serde::{Deserialize, Serialize};

use super::{REFUSED, REVOKED, STUCK};
use crate::Failure;
use crate::action::notable_offset;

/// Under which key it is kept.
const SETTING: &str = "link/state";

/// How it went last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkState {
    /// The hub was reached.
    Reached,
    /// It was not.
    Unreached,
    /// It answered, and refused.
    Refused,
    /// It shut this machine out.
    Revoked,
    /// What is stored here is damaged, and nothing goes on.
    Stuck,
}

impl LinkState {
    /// How a contact went.
    pub(crate) fn of(contact: &Contact) -> Self {
        match contact.outcome.as_str() {
            "proven" | "again" | "waited" | "differs" => Self::Reached,
            REVOKED => Self::Revoked,
            REFUSED => Self::Refused,
            STUCK => Self::Stuck,
            _ => Self::Unreached,
        }
    }
}

/// How the link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Linked {
    pub(crate) state: LinkState,
    /// Of the first contact that went so, with none that went otherwise since: milliseconds since 1970 UTC, by the hub's clock as
    /// far as it was known.
    pub(crate) since_millis: i64,
}

impl Linked {
    /// As it stands; nothing where the hub was never called.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn of(reader: &Reader) -> Result<Option<Self>, Failure> {
        let Some(last) = reader.contacts(1)?.pop() else { return Ok(None) };
        let kept = reader.setting(SETTING)?.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        if let Some(kept) = kept.filter(|kept| kept.state == LinkState::of(&last)) {
            return Ok(Some(kept));
        }
        // Of a program that kept it nowhere.
        let contacts = reader.contacts(usize::try_from(CONTACTS_MAX).unwrap_or(usize::MAX))?;
        Ok(Self::by(&contacts))
    }

    /// As contacts tell it, the latest first.
    fn by(contacts: &[Contact]) -> Option<Self> {
        let state = LinkState::of(contacts.first()?);
        let first = contacts.iter().take_while(|contact| LinkState::of(contact) == state).last()?;
        Some(Self { state, since_millis: first.at_millis })
    }
}

/// When the link came to be as a contact found it: one that broke after the hub had answered was there until then.
fn begins(contact: &Contact) -> i64 {
    let broke = contact.bytes_down > 0 && LinkState::of(contact) == LinkState::Unreached;
    contact.at_millis.saturating_add_unsigned(if broke { contact.duration_millis } else { 0 })
}

/// Notes a contact, and since when the link is as it is now.
///
/// # Errors
///
/// When the disk refuses.
pub(super) fn note(replica: &mut Replica, contact: &Contact) -> Result<(), Failure> {
    replica.together(|replica| {
        let state = LinkState::of(contact);
        let before = Linked::of(replica)?.filter(|before| before.state == state);
        let since_millis = begins(contact).saturating_add(notable_offset(replica).unwrap_or_default());
        let now = before.unwrap_or(Linked { state, since_millis });
        replica.note_contact(contact)?;
        let bytes = serde_json::to_vec(&now).map_err(|error| Failure::internal(&error))?;
        if replica.setting(SETTING)?.as_ref() != Some(&bytes) {
            replica.set_setting(SETTING, &bytes)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use change_log::{EpochId, HubId, NodeId};
    use replica_store::{Durability, NewReplica, Role};

    use super::*;

    fn contact(at_millis: i64, outcome: &str) -> Contact {
        Contact {
            at_millis,
            outcome: outcome.to_owned(),
            bytes_up: 0,
            bytes_down: 0,
            duration_millis: 0,
            frames: 0,
            bytes_per_second: None,
        }
    }

    fn replica(dir: &std::path::Path) -> Replica {
        let new = NewReplica {
            role: Role::Node,
            office: Some("35.10.01.2001".parse().unwrap()),
            hub: HubId([9; 16]),
            node: Some(NodeId([1; 8])),
            epoch: EpochId([200; 16]),
            machine: "pc".to_owned(),
        };
        Replica::create_with(dir, &new, Durability::Test).unwrap()
    }

    #[test]
    fn a_state_lasts_since_its_first_contact() {
        assert_eq!(Linked::by(&[]), None);
        let by = |contacts: &[Contact]| Linked::by(contacts).map(|linked| (linked.state, linked.since_millis));
        let up = [contact(9, "proven"), contact(8, "again"), contact(7, "cut"), contact(1, "proven")];
        assert_eq!(by(&up), Some((LinkState::Reached, 8)));
        assert_eq!(by(&up[2..]), Some((LinkState::Unreached, 7)));
        let answers = [("refused", LinkState::Refused), ("later", LinkState::Unreached), ("cut", LinkState::Unreached)];
        for (outcome, state) in answers {
            assert_eq!(LinkState::of(&contact(9, outcome)), state, "an answer is told from a link that is down");
        }
        let out = [contact(9, "revoked"), contact(8, "revoked"), contact(7, "unreachable"), contact(6, "proven")];
        assert_eq!(by(&out), Some((LinkState::Revoked, 8)), "the link was down before");
    }

    #[test]
    fn the_beginning_stays_however_many_contacts_follow() {
        let dir = tempfile::tempdir().unwrap();
        let mut replica = replica(dir.path());
        assert_eq!(Linked::of(&replica).unwrap(), None);
        // Before anything was kept beside the diary.
        replica.note_contact(&contact(1, "proven")).unwrap();
        replica.note_contact(&contact(2, "cut")).unwrap();
        let down = Linked { state: LinkState::Unreached, since_millis: 2 };
        assert_eq!(Linked::of(&replica).unwrap(), Some(down));
        for at in 3..CONTACTS_MAX.cast_signed() + 10 {
            note(&mut replica, &contact(at, "unreachable")).unwrap();
        }
        assert_eq!(replica.contacts(usize::MAX).unwrap().last().map(|first| first.at_millis > 2), Some(true));
        assert_eq!(Linked::of(&replica).unwrap(), Some(down));
        note(&mut replica, &contact(20_000, "proven")).unwrap();
        note(&mut replica, &contact(20_001, "again")).unwrap();
        let up = Linked { state: LinkState::Reached, since_millis: 20_000 };
        assert_eq!(Linked::of(&replica).unwrap(), Some(up));
        // The hub had answered: the link was there as long as that lasted.
        let broke = Contact { bytes_down: 900, duration_millis: 5_000, ..contact(30_000, "cut") };
        note(&mut replica, &broke).unwrap();
        assert_eq!(Linked::of(&replica).unwrap().map(|linked| linked.since_millis), Some(35_000));
    }
}
