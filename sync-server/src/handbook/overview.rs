//! What stands of everything that is published, and how far it has come.

use std::collections::BTreeMap;

use exchange_driver::is_of_hub;
use letter_print::Templates;
use office_handbook::{Audience, Notice, NoticeId, Profile, Topic, json_text};
use office_model::{Catalogue, OfficeCode, Roster};
use replica_store::{AuditFilter, AuditFrom, Published, Reader};

use super::{HUB_CLERK, newest, subject};
use crate::keys::HubKeys;
use crate::{Failure, init};

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Offices it is for that have a machine.
    pub(crate) offices: usize,
    /// Of these, proven equal to the hub since it was published: they have it.
    pub(crate) reached: usize,
}

/// A notice that was published.
#[derive(Debug, Clone)]
pub(crate) struct NoticeState {
    pub(crate) number: NoticeId,
    pub(crate) notice: Notice,
    pub(crate) published_millis: i64,
    /// For whom, by code.
    pub(crate) offices: Vec<OfficeCode>,
    pub(crate) reach: Reach,
}

/// Something that everybody is told alike.
#[derive(Debug, Clone)]
pub(crate) struct CommonState {
    pub(crate) topic: Topic,
    /// The version that stands; nothing for the roster, which has none.
    pub(crate) version: Option<u32>,
    /// When it was published; nothing where the shipped one stands.
    pub(crate) published_millis: Option<i64>,
    /// Neither shipped nor published: no office knows of it. Hubs of before November 2026 did not publish the roster they were
    /// made with.
    pub(crate) is_untold: bool,
    pub(crate) reach: Reach,
}

/// Everything that is published.
#[derive(Debug, Clone)]
pub(crate) struct Overview {
    /// The latest first.
    pub(crate) notices: Vec<NoticeState>,
    /// Catalogue, templates, roster.
    pub(crate) common: Vec<CommonState>,
}

impl Overview {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn of(reader: &Reader, keys: &HubKeys) -> Result<Self, Failure> {
        let proven = proven(reader)?;
        let (hub, key) = (keys.hub()?, keys.signing_key()?.verifying_key());
        let mut notices = Vec::new();
        for topic in reader.all_topics(Topic::NOTICES)? {
            let Ok(Topic::Notice(number)) = topic.parse() else { continue };
            let mut offices: Vec<OfficeCode> =
                reader.offices_told(&topic)?.into_iter().map(|told| told.office).collect();
            offices.sort_unstable();
            let mut told = Vec::new();
            let mut stands = None;
            for office in offices {
                // What an office says in the hub's name is no notice.
                let found = reader.publication(&office, &topic, &|one| is_of_hub(one, hub, &key))?;
                let Some(found) = found else { continue };
                told.push(office);
                // One that was not in the roster for a while may not know yet that it was withdrawn.
                let is_newer = |stands: &Published| found.publication.version > stands.publication.version;
                if stands.as_ref().is_none_or(is_newer) {
                    stands = Some(found);
                }
            }
            let Some(stands) = stands else { continue };
            let Ok(notice) = Notice::of_body(&stands.publication.body) else { continue };
            let published_millis = stands.publication.published_millis;
            let reach = reach(&proven, told.iter().copied(), published_millis, |_| true);
            notices.push(NoticeState { number, notice, published_millis, offices: told, reach });
        }
        notices.sort_by_key(|state| std::cmp::Reverse((state.published_millis, state.number)));
        let roster = init::roster(reader)?;
        let mut common = Vec::new();
        for topic in [Topic::Catalogue, Topic::Templates, Topic::Roster] {
            let published_millis = newest(reader, keys, topic)?.map(|one| one.publication.published_millis);
            let version = match topic {
                Topic::Catalogue => Some(Catalogue::current().version()),
                Topic::Templates => Some(Templates::current().map_err(Failure::internal)?.version().into()),
                _ => None,
            };
            let everyone = roster.iter().map(|office| office.code);
            // A restored hub that got it back from one office tells the others again, and has not yet.
            let told = reader.offices_told(&topic.to_string())?.into_iter();
            let told: BTreeMap<OfficeCode, i64> = told.map(|told| (told.office, told.last_millis)).collect();
            let is_told = |office| told.get(&office).copied() >= published_millis;
            let reach = reach(&proven, everyone, published_millis.unwrap_or(i64::MIN), is_told);
            let is_untold = topic == Topic::Roster && is_untold(&roster, published_millis);
            common.push(CommonState { topic, version, published_millis, is_untold, reach });
        }
        Ok(Self { notices, common })
    }
}

/// Whether offices do not know the roster by which the hub goes.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn roster_is_untold(reader: &Reader, keys: &HubKeys) -> Result<bool, Failure> {
    let published_millis = newest(reader, keys, Topic::Roster)?.map(|one| one.publication.published_millis);
    Ok(is_untold(&init::roster(reader)?, published_millis))
}

fn is_untold(roster: &Roster, published_millis: Option<i64>) -> bool {
    published_millis.is_none() && !init::is_shipped(roster)
}

/// When each office that has a machine was last proven equal to the hub: the machine that was it longest ago.
fn proven(reader: &Reader) -> Result<BTreeMap<OfficeCode, i64>, Failure> {
    let mut proven: BTreeMap<OfficeCode, i64> = BTreeMap::new();
    for node in reader.registered_nodes()?.into_iter().filter(|node| node.revoked_millis.is_none()) {
        let at = node.proven.map_or(i64::MIN, |(at, _)| at);
        proven.entry(node.office).and_modify(|known| *known = at.min(*known)).or_insert(at);
    }
    Ok(proven)
}

fn reach(
    proven: &BTreeMap<OfficeCode, i64>,
    offices: impl Iterator<Item = OfficeCode>,
    since: i64,
    is_told: impl Fn(OfficeCode) -> bool,
) -> Reach {
    let mut reach = Reach { offices: 0, reached: 0 };
    for (office, at) in offices.filter_map(|office| Some((office, *proven.get(&office)?))) {
        reach.offices += 1;
        reach.reached += usize::from(at >= since && at > i64::MIN && is_told(office));
    }
    reach
}

/// The text that stands of something that everybody is told alike, made easy to read and to change.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn text(reader: &Reader, keys: &HubKeys, topic: Topic) -> Result<String, Failure> {
    let published = newest(reader, keys, topic)?.map(|one| one.publication.body);
    match topic {
        Topic::Catalogue => {
            Ok(published.map_or_else(|| Catalogue::shipped_text().to_owned(), |text| json_text::readable(&text)))
        }
        Topic::Templates => Ok(published.unwrap_or_else(|| Templates::shipped_text().to_owned())),
        Topic::Roster => init::roster_text(reader),
        Topic::Profile | Topic::Notice(_) => Err(Failure::internal("offices are told this one by one")),
    }
}

/// The profile that stands for an office, and who published it when; an empty one where none was.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn profile(reader: &Reader, office: OfficeCode) -> Result<(Profile, Option<(String, i64)>), Failure> {
    let is_readable = |one: &service_document::Publication| Profile::of_body(&one.body).is_ok();
    let Some(stands) = reader.publication(&office, &Topic::Profile.to_string(), &is_readable)? else {
        return Ok((Profile::default(), None));
    };
    let profile = Profile::of_body(&stands.publication.body).unwrap_or_default();
    let at = stands.publication.published_millis;
    let by = if stands.by == HUB_CLERK { publisher(reader, office, at)?.unwrap_or(stands.by) } else { stands.by };
    Ok((profile, Some((by, at))))
}

/// Who published the profile of an office at the hub then: offices are told that the hub did, the trail knows who. Nothing where
/// it does not, as at a hub that was made again from its offices.
fn publisher(reader: &Reader, office: OfficeCode, at_millis: i64) -> Result<Option<String>, Failure> {
    let during = Some(at_millis..at_millis.saturating_add(1));
    let filter = AuditFilter { clerk: None, act: Some("published".to_owned()), during };
    let subject = subject(Topic::Profile, Audience::Office(office));
    let noted = reader.audit_part(&filter, AuditFrom::Newest, 50)?.into_iter();
    Ok(noted.map(|(_, item)| item).find(|item| item.subject == subject).map(|item| item.clerk))
}

/// What a roster changes of the one that stands, one line each.
pub(crate) fn roster_changes(before: &Roster, after: &Roster) -> Vec<String> {
    let gone = before.iter().filter(|office| after.get(office.code).is_none());
    let gone = gone.map(|office| format!("- {} {}", office.code, office.full_name()));
    let new = after.iter().filter(|office| before.get(office.code).is_none());
    let new = new.map(|office| format!("+ {} {}", office.code, office.full_name()));
    let renamed = after.iter().filter_map(|office| {
        let was = before.get(office.code).filter(|was| *was != office)?;
        Some(format!("{}: {} -> {}", office.code, was.full_name(), office.full_name()))
    });
    gone.chain(new).chain(renamed).collect()
}
