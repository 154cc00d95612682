//! What this office works by, as it was published: its profile, and what the centre says.

use change_log::DocumentId;
use exchange_driver::{NodeIdentity, is_of_hub};
use letter_print::{TemplateError, Templates};
use office_handbook::{Letterhead, Notice, Profile, Topic};
use office_model::{Catalogue, Roster};
use replica_store::{Clock, NewPublication, Published, Reader, Replica};
use service_document::{Publication, SignedUnder};

use crate::{Blame, Failure};

/// The setting in which machines kept their letterhead before offices had profiles.
const LETTERHEAD: &str = "desk/letterhead";
/// So many versions of catalogue and templates are looked back through.
const VERSIONS_MAX: usize = 200;
/// So many notices are shown.
const NOTICES_MAX: usize = 20;

/// The profile that stands.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn profile(reader: &Reader) -> Result<Profile, Failure> {
    match versions(reader, 1)?.first() {
        Some(stands) => read(stands),
        None => before_profiles(reader),
    }
}

/// The profile of this publication, which a letter was signed under.
///
/// # Errors
///
/// When it has not come to this machine yet, or the database cannot be read.
pub(crate) fn profile_of(reader: &Reader, document: Option<DocumentId>) -> Result<Profile, Failure> {
    let Some(document) = document else { return before_profiles(reader) };
    let is_profile = |one: &Published| one.publication.topic == Topic::Profile.to_string();
    read(&reader.published(document)?.filter(is_profile).ok_or_else(not_here_yet)?)
}

/// The templates of this version, which a letter was signed under.
///
/// # Errors
///
/// When they have not come to this machine yet, or the program was built with templates that cannot be read.
pub(crate) fn templates_of(version: u16) -> Result<&'static Templates, Failure> {
    Templates::of_version(version).map_err(|error| unreadable(&error))?.ok_or_else(not_here_yet)
}

/// What a letter that is signed here and now is printed by for good.
///
/// # Errors
///
/// When the database cannot be read, or the program was built with templates that cannot be read.
pub(crate) fn signed_under(reader: &Reader) -> Result<SignedUnder, Failure> {
    let profile = versions(reader, 1)?.first().map(|stands| stands.document);
    let templates = Templates::current().map_err(|error| unreadable(&error))?.version();
    Ok(SignedUnder { profile, templates })
}

/// The profile that stood when something was signed, at `signed_millis` since 1970 UTC as the hub's clock counts: nothing
/// that changes later, be it a minute, changes a paper that is signed. Times are whole seconds, so what was published in the
/// very second of the signature counts as later. For a time before there was any profile, the first one.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn profile_at(reader: &Reader, signed_millis: i64) -> Result<Profile, Failure> {
    let versions = versions(reader, usize::MAX)?;
    match versions.iter().find(|one| one.publication.published_millis < signed_millis).or(versions.last()) {
        Some(stood) => read(stood),
        None => before_profiles(reader),
    }
}

/// Who published the profile that stands, and when; nothing where none was.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn profile_published(reader: &Reader) -> Result<Option<(String, i64)>, Failure> {
    let stands = versions(reader, 1)?.into_iter().next();
    Ok(stands.map(|stands| (stands.by, stands.publication.published_millis)))
}

/// Publishes a profile for all machines of the office, unless it is the one that stands.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn set_profile(replica: &mut Replica, new: &Profile, clock: &Clock) -> Result<(), Failure> {
    if profile(replica)? == *new {
        return Ok(());
    }
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let publication = NewPublication { office, topic: Topic::Profile.to_string(), body: new.to_body() };
    replica.publish(&[publication], &|_| None, clock)?;
    Ok(())
}

/// What the centre tells this office today: what is urgent first, then the latest, each with the time it was published.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn notices(reader: &Reader, identity: &NodeIdentity) -> Result<Vec<(Notice, i64)>, Failure> {
    let today = super::today(reader);
    let office = reader.office().ok_or_else(crate::failure::not_enrolled)?;
    let mut shown = Vec::new();
    for topic in reader.topics(&office, Topic::NOTICES)? {
        let stands = reader.publication(&office, &topic, &|one| is_of_hub(one, identity.hub, &identity.hub_key))?;
        let Some(stands) = stands else { continue };
        match Notice::of_body(&stands.publication.body) {
            Ok(notice) if notice.is_shown(today) => shown.push((notice, stands.publication.published_millis)),
            Ok(_) => {}
            Err(error) => tracing::warn!(topic, %error, "a notice of the hub cannot be read; perhaps it is newer"),
        }
    }
    shown.sort_by_key(|(notice, at)| (!notice.urgent, std::cmp::Reverse(*at)));
    shown.truncate(NOTICES_MAX);
    Ok(shown)
}

/// Has this program go by the catalogues, letter templates and roster that the hub published. What it cannot read, since
/// it is older than what was published, it leaves alone. `seen`: how many publications there were when it last looked; the
/// answer is how many there are, and nothing is read where that is the same.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn learn(reader: &Reader, identity: &NodeIdentity, seen: usize) -> Result<usize, Failure> {
    let Some(office) = reader.office() else { return Ok(seen) };
    let count = reader.publication_documents(&office)?.len();
    if count == seen {
        return Ok(seen);
    }
    for version in of_hub(reader, identity, Topic::Catalogue, VERSIONS_MAX)? {
        match Catalogue::parse(&version.publication.body) {
            Ok(catalogue) => drop(catalogue.learn()),
            Err(error) => left_alone(&version, &error),
        }
    }
    for version in of_hub(reader, identity, Topic::Templates, VERSIONS_MAX)? {
        match Templates::parse(&version.publication.body).and_then(Templates::learn) {
            Ok(_) => {}
            Err(error) => left_alone(&version, &error),
        }
    }
    if let Some(newest) = of_hub(reader, identity, Topic::Roster, 1)?.into_iter().next() {
        match Roster::parse(&newest.publication.body) {
            Ok(roster) => drop(roster.learn(newest.publication.version)),
            Err(error) => left_alone(&newest, &error),
        }
    }
    Ok(count)
}

/// The templates that letters were printed by at `signed_millis` since 1970 UTC, as the hub's clock counts.
///
/// # Errors
///
/// When the database cannot be read, or the program was built with templates that cannot be read.
pub(crate) fn templates_at(
    reader: &Reader,
    identity: &NodeIdentity,
    signed_millis: i64,
) -> Result<&'static Templates, Failure> {
    let published = of_hub(reader, identity, Topic::Templates, VERSIONS_MAX)?;
    let mut of_then = published.iter().filter(|one| one.publication.published_millis < signed_millis);
    let version = of_then.find_map(|one| Templates::parse(&one.publication.body).ok()).map(|found| found.version());
    let known = version.map(Templates::of_version).transpose().map_err(|error| unreadable(&error))?.flatten();
    known.map_or_else(|| Templates::shipped().map_err(|error| unreadable(&error)), Ok)
}

fn unreadable(error: &TemplateError) -> Failure {
    Failure::machine(
        "templates",
        format!("Template surat tidak dapat dibaca. Berkasnya utuh; mohon laporkan. ({error})"),
        format!("The letter templates cannot be read. Records are whole; please report this. ({error})"),
    )
}

fn not_here_yet() -> Failure {
    Failure::new(
        Blame::State,
        "paper_elsewhere",
        "Surat ini ditandatangani di komputer lain dengan kop atau template yang belum sampai di komputer ini. Tidak ada yang \
         dicetak; sinkronkan dahulu, lalu cetak.",
        "This letter was signed on another machine, with a letterhead or templates that have not come to this one yet. Nothing \
         was printed; sync first, then print.",
    )
}

fn left_alone(version: &Published, why: &dyn std::fmt::Display) {
    let Publication { topic, version, .. } = &version.publication;
    tracing::warn!(topic, version, %why, "what the hub published cannot be used here; perhaps this program is too old");
}

fn of_hub(reader: &Reader, identity: &NodeIdentity, topic: Topic, count_max: usize) -> Result<Vec<Published>, Failure> {
    let Some(office) = reader.office() else { return Ok(Vec::new()) };
    let trusts = |one: &Publication| is_of_hub(one, identity.hub, &identity.hub_key);
    Ok(reader.publications_of(&office, &topic.to_string(), count_max, &trusts)?)
}

/// An office's profile is taken from any machine of it, and from the hub: both may change it.
fn versions(reader: &Reader, count_max: usize) -> Result<Vec<Published>, Failure> {
    let Some(office) = reader.office() else { return Ok(Vec::new()) };
    Ok(reader
        .publications_of(&office, &Topic::Profile.to_string(), count_max, &|one| Profile::of_body(&one.body).is_ok())?)
}

fn read(published: &Published) -> Result<Profile, Failure> {
    Profile::of_body(&published.publication.body).map_err(|error| {
        Failure::machine(
            "profile",
            format!("Profil kantor tidak dapat dibaca. Isi lagi di halaman Kantor. ({error})"),
            format!("The office's profile cannot be read. Fill it in again on the page Office. ({error})"),
        )
    })
}

fn before_profiles(reader: &Reader) -> Result<Profile, Failure> {
    let Some(bytes) = reader.setting(LETTERHEAD)? else { return Ok(Profile::default()) };
    let letterhead: Letterhead = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(Profile { letterhead, ..Profile::default() })
}
