//! What a restored hub forgot and got back from one office is told to the others again: publications stand in each office's own
//! feed, so each office brings back its own alone.

use std::collections::{BTreeMap, BTreeSet};

use exchange_driver::{is_of_hub, life_began};
use letter_print::Templates;
use office_handbook::{NoticeId, Topic};
use office_model::{Catalogue, OfficeCode};
use replica_store::{NewPublication, OfficeTold, Published, Reader, Replica};

use super::{COMMON, learn, send};
use crate::keys::HubKeys;
use crate::{Failure, init, operators};

/// What another look depends on: while it is the same, there is nothing new to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    /// Publications that are known.
    versions: u64,
    /// Offices that have given back all they had.
    settled: usize,
}

impl Sight {
    /// Nothing where this hub lives its first life.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn of(reader: &Reader) -> Result<Option<Self>, Failure> {
        let is_first = reader.logs()?.iter().all(|log| log.node.is_some() || log.epoch == reader.epoch());
        let Some(began) = life_began(reader)?.filter(|_| !is_first) else { return Ok(None) };
        let mut versions = 0;
        for topic in topics(reader)? {
            versions += reader.offices_told(&topic.to_string())?.into_iter().map(|told| told.versions).sum::<u64>();
        }
        Ok(Some(Self { versions, settled: Settled::of(reader, began)?.given.len() }))
    }
}

/// The offices of which it is known what they were told.
struct Settled {
    /// Those with a machine that was proven equal in this life of the hub.
    given: BTreeSet<OfficeCode>,
    /// Those that have a machine.
    with_machine: BTreeSet<OfficeCode>,
}

impl Settled {
    fn of(reader: &Reader, began_millis: i64) -> Result<Self, Failure> {
        let (mut given, mut with_machine) = (BTreeSet::new(), BTreeSet::new());
        for node in reader.registered_nodes()?.into_iter().filter(|node| node.revoked_millis.is_none()) {
            with_machine.insert(node.office);
            if node.proven.is_some_and(|(at, _)| at >= began_millis) {
                given.insert(node.office);
            }
        }
        Ok(Self { given, with_machine })
    }

    /// Others still have to bring back what they hold: told before, they would be told twice.
    fn is(&self, office: OfficeCode) -> bool {
        self.given.contains(&office) || !self.with_machine.contains(&office)
    }
}

/// Goes by the newest roster and tells each office what others were told of and it was not. How many publications that were.
///
/// A notice comes back to the offices that were told it: for whom else it was, nobody knows any more.
///
/// # Errors
///
/// When the database cannot be read, or the disk refuses: nothing was told then.
pub(crate) fn tell_again(replica: &mut Replica, keys: &HubKeys, now_millis: i64) -> Result<usize, Failure> {
    let Some(began) = life_began(replica)? else { return Ok(0) };
    let settled = Settled::of(replica, began)?;
    let mut count = 0;
    for topic in topics(replica)? {
        let told = told(replica, keys, topic)?;
        let Some(stands) = told.values().max_by_key(|one| age(topic, one)) else { continue };
        let body = stands.publication.body.clone();
        if topic == Topic::Roster && body != init::roster_text(replica)? {
            init::keep_roster(replica, &body)?;
        }
        let offices: Vec<OfficeCode> = match topic {
            Topic::Notice(_) => told.keys().copied().collect(),
            _ => init::roster(replica)?.iter().map(|office| office.code).collect(),
        };
        let misses = |office: &OfficeCode| told.get(office).is_none_or(|one| one.publication.body != body);
        let new = offices.into_iter().filter(|office| settled.is(*office) && misses(office));
        let new = new.map(|office| NewPublication { office, topic: topic.to_string(), body: body.clone() });
        let new: Vec<NewPublication> = new.collect();
        if !new.is_empty() {
            send(replica, keys, &new, (operators::ITSELF, "told_again", &topic.to_string()), now_millis)?;
            count += new.len();
        }
    }
    learn(replica, keys)?;
    Ok(count)
}

fn topics(reader: &Reader) -> Result<Vec<Topic>, Failure> {
    let notices = reader.all_topics(Topic::NOTICES)?.into_iter().filter_map(|topic| topic.parse().ok());
    Ok(COMMON.into_iter().chain(notices).collect())
}

/// What the hub told each office last.
fn told(reader: &Reader, keys: &HubKeys, topic: Topic) -> Result<BTreeMap<OfficeCode, Published>, Failure> {
    let (hub, key) = (keys.hub()?, keys.signing_key()?.verifying_key());
    let topic = topic.to_string();
    let mut told = BTreeMap::new();
    for OfficeTold { office, .. } in reader.offices_told(&topic)? {
        if let Some(last) = reader.publication(&office, &topic, &|one| is_of_hub(one, hub, &key))? {
            told.insert(office, last);
        }
    }
    Ok(told)
}

/// By what the newest of all is known: the version that the text itself says, then when it was published.
fn age(topic: Topic, one: &Published) -> (u32, i64) {
    let body = &one.publication.body;
    let version = match topic {
        Topic::Catalogue => Catalogue::parse(body).map_or(0, |catalogue| catalogue.version()),
        Topic::Templates => Templates::parse(body).map_or(0, |templates| templates.version().into()),
        Topic::Profile | Topic::Roster | Topic::Notice(NoticeId(_)) => 0,
    };
    (version, one.publication.published_millis)
}
