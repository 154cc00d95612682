//! What the centre publishes: checked, signed, and put into the feed of each office that it is for.

mod base;
mod newcomers;
mod overview;
mod told_again;

use std::collections::BTreeSet;

use exchange_driver::{HubIdentity, is_of_hub, sign_publication};
use letter_print::{MisfitKind, Templates};
use office_handbook::{Audience, Notice, NoticeId, Profile, ProfileForm, Topic, json_text};
use office_model::{Bilingual, Catalogue, Concern, LineProblem, OfficeCode, Roster, calendar, is_visible};
use replica_store::{Clock, NewPublication, Published, Reader, Replica};
use serde_json::{Value, json};

use self::newcomers::Newcomers;
use crate::keys::HubKeys;
use crate::{Failure, init, operators};

pub(crate) use base::{Base, mark};
pub(crate) use overview::{CommonState, NoticeState, Overview, profile, roster_changes, roster_is_untold, text};
pub(crate) use told_again::{Sight, tell_again};

/// The clerk that stands in the changes of the hub itself.
const HUB_CLERK: &str = "hub";
/// What everybody is told alike, the roster first: it says for whom the others are.
const COMMON: [Topic; 3] = [Topic::Roster, Topic::Catalogue, Topic::Templates];
/// So many versions are looked back through.
const VERSIONS_MAX: usize = 500;
/// Numbers of notices at a restored hub are counted in minutes since then: 2026-01-01T00:00Z.
const NOTICES_SINCE_MILLIS: i64 = 1_767_225_600_000;

/// Something to publish.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proposal<'a> {
    /// What it is about; for a notice of number 0, a new one.
    pub(crate) topic: Topic,
    /// For whom; catalogue, templates and roster are for everyone.
    pub(crate) audience: Audience,
    /// What it says, as the operator gave it.
    pub(crate) body: &'a str,
}

/// What is wrong with something that was to be published: nothing was.
pub(crate) struct Wrong(pub(crate) Vec<Bilingual>);

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        let lines = |said: fn(&Bilingual) -> &str| wrong.0.iter().take(12).map(said).collect::<Vec<_>>().join("; ");
        Self::input(lines(|line| &line.en), "correct it and publish it again")
            .id(lines(|line| &line.id), "perbaiki, lalu terbitkan lagi")
    }
}

/// A topic as an operator names it.
///
/// # Errors
///
/// When it is none.
pub(crate) fn topic(text: &str) -> Result<Topic, Failure> {
    if text == "notice" {
        return Ok(Topic::Notice(NoticeId(0)));
    }
    text.parse().map_err(|error| {
        Failure::input(format!("{error}"), "name one of them")
            .id("tidak ada pedoman dengan nama itu", "pilih di Pedoman")
    })
}

/// Checks a body, and gives it the form in which it is published.
///
/// # Errors
///
/// With everything that is wrong with it.
pub(crate) fn checked(reader: &Reader, proposal: Proposal<'_>, now_millis: i64) -> Result<String, Wrong> {
    let one = |text: Bilingual| Wrong(vec![text]);
    match proposal.topic {
        Topic::Profile => {
            let new = Profile::of_body(proposal.body).map_err(|error| one(error.text()))?;
            let stands = match proposal.audience {
                Audience::Office(office) => profile(reader, office).map_err(broken)?.0,
                _ => Profile::default(),
            };
            // What stood before a rule came up may stay.
            let checked = ProfileForm::of(&new).profile(&stands, &stands);
            checked.map(|profile| profile.to_body()).map_err(|told| Wrong(ProfileForm::lines(&told)))
        }
        Topic::Notice(_) => {
            let today = calendar::wib_date(now_millis).unwrap_or_default();
            let notice = Notice::of_body(proposal.body).map_err(|error| one(error.text()))?;
            // One that is withdrawn is over, whatever its days say.
            let checked = if notice.withdrawn { Ok(notice) } else { notice.check(today) };
            checked.map(|notice| notice.to_body()).map_err(|error| one(error.text()))
        }
        Topic::Catalogue => catalogue(reader, proposal.body),
        Topic::Templates => templates(proposal.body),
        Topic::Roster => roster(reader, proposal.body),
    }
}

/// What of the hub itself stands in the way.
fn broken(failure: impl Into<Failure>) -> Wrong {
    Wrong(vec![failure.into().text()])
}

fn next_version(what: u32, newest: u32) -> Result<(), Wrong> {
    if what == newest + 1 {
        return Ok(());
    }
    Err(Wrong(vec![Bilingual::new(
        format!("Versinya harus {} (yang berlaku: {newest}), bukan {what}.", newest + 1),
        format!("Its version must be {} (the one that stands: {newest}), not {what}.", newest + 1),
    )]))
}

/// Refuses signs that are not seen, or turn the reading direction: on a page or on paper they make one text look like another.
fn all_seen(text: &str) -> Result<(), Wrong> {
    // Spreadsheets begin a file with a mark of their own, which readers pass over.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_hidden = |line: &str| line.chars().any(|sign| sign != '\t' && !is_visible(sign));
    match text.lines().position(is_hidden) {
        None => Ok(()),
        Some(line) => Err(Wrong(vec![Bilingual::new(
            format!("baris {}: ada tanda yang tidak terlihat atau membalik arah baca; ketik ulang baris itu", line + 1),
            format!(
                "line {}: it has a sign that is not seen or turns the reading direction; type that line anew",
                line + 1
            ),
        )])),
    }
}

fn catalogue(reader: &Reader, body: &str) -> Result<String, Wrong> {
    all_seen(body)?;
    let catalogue = Catalogue::parse(body).map_err(|error| Wrong(error.problems))?;
    // JSON can write a sign as its number: a text that holds one is told by its service.
    for service in catalogue.services() {
        let texts = serde_json::to_string(service).unwrap_or_default();
        all_seen(&texts).map_err(|_| {
            let id = service.id;
            Wrong(vec![Bilingual::new(
                format!("{id}: sebuah teksnya memuat tanda yang tidak terlihat atau membalik arah baca"),
                format!("{id}: one of its texts has a sign that is not seen or turns the reading direction"),
            )])
        })?;
    }
    next_version(catalogue.version(), Catalogue::current().version())?;
    let roster = init::roster(reader).map_err(broken)?;
    // Those that stand already may be of offices that this hub does not serve yet.
    let before = unknown_concerns(Catalogue::current(), &roster);
    let unknown: Vec<Bilingual> =
        unknown_concerns(&catalogue, &roster).into_iter().filter(|one| !before.contains(one)).collect();
    if !unknown.is_empty() {
        return Err(Wrong(unknown));
    }
    let templates = Templates::current().map_err(|error| broken(Failure::internal(error)))?;
    // Templates of services to come are published first, those of fields to come after the catalogue.
    let unprintable = misfits(templates, &catalogue, |kind| kind == MisfitKind::NoLetter);
    if !unprintable.is_empty() {
        return Err(Wrong(unprintable));
    }
    Ok(json_text::compact(body))
}

/// Services that are referred by themselves to an office which a roster does not have: nobody would be told of their records.
pub(crate) fn unknown_concerns(catalogue: &Catalogue, roster: &Roster) -> Vec<Bilingual> {
    let named = catalogue.services().flat_map(|service| service.concerns.iter().map(|concern| (service.id, *concern)));
    let unknown = named.filter_map(|(id, concern)| match concern {
        Concern::Office(office) if roster.get(office).is_none() => Some((id, office)),
        _ => None,
    });
    let said = unknown.map(|(id, office)| {
        Bilingual::new(
            format!("{id}: concerns menyebut kantor {office}, yang tidak ada dalam daftar kantor"),
            format!("{id}: concerns names office {office}, which is not in the roster"),
        )
    });
    said.collect()
}

fn templates(body: &str) -> Result<String, Wrong> {
    all_seen(body)?;
    let templates = Templates::parse(body).map_err(|error| Wrong(vec![error.text()]))?;
    let newest = Templates::current().map_err(|error| broken(Failure::internal(error)))?;
    next_version(templates.version().into(), newest.version().into())?;
    let is_wrong = |kind| matches!(kind, MisfitKind::NoLetter | MisfitKind::NoPart | MisfitKind::NoField);
    let unprintable = misfits(&templates, Catalogue::current(), is_wrong);
    if unprintable.is_empty() { Ok(body.replace("\r\n", "\n")) } else { Err(Wrong(unprintable)) }
}

/// Where templates and a catalogue do not fit, as people read it.
pub(crate) fn misfits(
    templates: &Templates,
    catalogue: &Catalogue,
    which: impl Fn(MisfitKind) -> bool,
) -> Vec<Bilingual> {
    templates.misfits(catalogue).into_iter().filter(|misfit| which(misfit.kind)).map(|misfit| misfit.text).collect()
}

fn roster(reader: &Reader, body: &str) -> Result<String, Wrong> {
    all_seen(body)?;
    let body = body.replace("\r\n", "\n");
    let roster = Roster::parse(&body).map_err(|error| Wrong(error.problems.iter().map(LineProblem::text).collect()))?;
    let nodes = reader.registered_nodes().map_err(broken)?;
    let missing: BTreeSet<OfficeCode> =
        nodes.into_iter().map(|node| node.office).filter(|office| roster.get(*office).is_none()).collect();
    if missing.is_empty() {
        return Ok(body);
    }
    let codes: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let codes = codes.join(", ");
    Err(Wrong(vec![Bilingual::new(
        format!("Kantor {codes} punya komputer terdaftar dan tidak boleh hilang dari daftar."),
        format!("Offices {codes} have machines enrolled and must stay in the roster."),
    )]))
}

/// Publishes it. `{"topic", "audience", "offices"}`.
///
/// # Errors
///
/// When something is wrong with it, or the disk refuses: nothing was published then.
pub(crate) fn publish(
    replica: &mut Replica,
    keys: &HubKeys,
    by: &str,
    proposal: Proposal<'_>,
    now_millis: i64,
) -> Result<Value, Failure> {
    learn(replica, keys)?;
    let body = checked(replica, proposal, now_millis)?;
    if let (Topic::Profile, Audience::Office(office)) = (proposal.topic, proposal.audience)
        && profile(replica, office)?.0.to_body() == body
    {
        // It stands already: the office is told nothing, and nothing was done that the trail could tell of.
        let audience = proposal.audience.to_string();
        return Ok(json!({ "topic": proposal.topic.to_string(), "audience": audience, "offices": 0 }));
    }
    let everyone = COMMON.contains(&proposal.topic);
    let audience = if everyone { Audience::Everyone } else { proposal.audience };
    let topic = match proposal.topic {
        Topic::Notice(NoticeId(0)) => Topic::Notice(next_notice(replica)?),
        topic => topic,
    };
    let roster = match topic {
        Topic::Roster => Roster::parse(&body).map_err(Failure::internal)?,
        _ => init::roster(replica)?,
    };
    let newcomers = match topic {
        Topic::Roster => Some(Newcomers::of(replica, keys)?),
        _ => None,
    };
    let mut new = Vec::new();
    for office in audience.of(&roster) {
        new.push(NewPublication { office: office.code, topic: topic.to_string(), body: body.clone() });
        if let Some(newcomers) = &newcomers {
            new.extend(newcomers.told(replica, keys, office)?);
        }
    }
    if new.is_empty() {
        return Err(Failure::input("no office of this hub's roster is meant", "sync-server offices lists them all")
            .id("tidak ada kantor dalam daftar pusat ini yang dituju", "pilih kantor atau kecamatan yang ada"));
    }
    let offices = new.iter().filter(|one| one.topic == topic.to_string()).count();
    replica.together(|replica| {
        if topic == Topic::Roster {
            init::keep_roster(replica, &body)?;
        }
        send(replica, keys, &new, (by, "published", &subject(topic, audience)), now_millis)
    })?;
    learn(replica, keys)?;
    Ok(json!({ "topic": topic.to_string(), "audience": audience.to_string(), "offices": offices }))
}

/// Publishes a text that was made of the one with this mark, and only while that one stands: what somebody else published
/// meanwhile is not undone unseen.
///
/// # Errors
///
/// When another one stands by now, something is wrong with it, or the disk refuses: nothing was published then.
pub(crate) fn publish_over(
    replica: &mut Replica,
    keys: &HubKeys,
    by: &str,
    (proposal, base): (Proposal<'_>, &str),
    now_millis: i64,
) -> Result<Value, Failure> {
    let stands = Base::standing(replica, keys, proposal.topic)?;
    if stands.mark != base {
        let was = Base::past(replica, keys, proposal.topic, base)?;
        let was = was.map_or_else(|| "an earlier text".to_owned(), |one| one.said(now_millis).en);
        return Err(Failure::state(
            format!("this was made of {was}, and meanwhile {} stands", stands.said(now_millis).en),
            "bring into it what was published meanwhile, then publish it",
        )
        .id(
            "sementara itu terbit teks lain",
            "masukkan dahulu yang terbit sementara itu ke dalam teks Anda, lalu terbitkan",
        ));
    }
    publish(replica, keys, by, proposal, now_millis)
}

/// Withdraws a notice at all offices that were told it. `{"topic", "offices"}`.
///
/// # Errors
///
/// When there is no such notice, or the disk refuses.
pub(crate) fn withdraw(
    replica: &mut Replica,
    keys: &HubKeys,
    by: &str,
    number: NoticeId,
    now_millis: i64,
) -> Result<Value, Failure> {
    let known = Overview::of(replica, keys)?.notices.into_iter().find(|state| state.number == number);
    let known = known.ok_or_else(|| {
        Failure::input(format!("there is no notice {}", number.0), "sync-server handbook lists them all")
            .id(format!("pemberitahuan {} tidak ada", number.0), "halaman Pedoman memuat semuanya")
    })?;
    if known.notice.withdrawn {
        return Ok(json!({ "topic": Topic::Notice(number).to_string(), "offices": 0 }));
    }
    let body = Notice { withdrawn: true, ..known.notice }.to_body();
    let topic = Topic::Notice(number).to_string();
    let told = known.offices.iter();
    let new: Vec<_> =
        told.map(|office| NewPublication { office: *office, topic: topic.clone(), body: body.clone() }).collect();
    send(replica, keys, &new, (by, "withdrawn", &topic), now_millis)?;
    Ok(json!({ "topic": topic, "offices": new.len() }))
}

/// What was published for whom, as the trail notes it.
fn subject(topic: Topic, audience: Audience) -> String {
    format!("{topic} ({audience})")
}

/// Signs and publishes, with its line in the audit trail.
fn send(
    replica: &mut Replica,
    keys: &HubKeys,
    new: &[NewPublication],
    (by, act, subject): (&str, &str, &str),
    now_millis: i64,
) -> Result<(), Failure> {
    let identity = HubIdentity { key: keys.signing_key()?, hub: keys.hub()? };
    let clock = Clock { millis: now_millis, hub_offset_millis: None, clerk: HUB_CLERK.to_owned() };
    replica.together(|replica| {
        replica.publish(new, &|one| Some(sign_publication(one, &identity)), &clock)?;
        operators::note(replica, by, act, subject, now_millis)?;
        Ok(())
    })
}

/// The number of the next notice. A hub that was restored does not know which numbers it gave since its backup: it goes on above
/// the minutes that had gone by when its life began, which no life before it reached.
fn next_notice(reader: &Reader) -> Result<NoticeId, Failure> {
    let topics = reader.all_topics(Topic::NOTICES)?;
    let last = topics.iter().filter_map(|topic| match topic.parse() {
        Ok(Topic::Notice(NoticeId(number))) => Some(number),
        _ => None,
    });
    let since = exchange_driver::restored_at(reader)?.map_or(0, |at| at.saturating_sub(NOTICES_SINCE_MILLIS) / 60_000);
    let next = last.max().unwrap_or_default().saturating_add(1);
    Ok(NoticeId(next.max(u32::try_from(since).unwrap_or_default())))
}

/// What stands of something that everybody is told alike; nothing where the shipped one does.
pub(crate) fn newest(reader: &Reader, keys: &HubKeys, topic: Topic) -> Result<Option<Published>, Failure> {
    Ok(versions(reader, keys, topic, 1)?.into_iter().next())
}

/// All versions of it, the one that stands first: those of the office that was told most of them, and first.
fn versions(reader: &Reader, keys: &HubKeys, topic: Topic, count_max: usize) -> Result<Vec<Published>, Failure> {
    let (hub, key, topic) = (keys.hub()?, keys.signing_key()?.verifying_key(), topic.to_string());
    // One that a roster brought later was told later what stood before.
    let told = reader.offices_told(&topic)?;
    let Some(most) = told.iter().rev().max_by_key(|told| told.versions) else { return Ok(Vec::new()) };
    Ok(reader.publications_of(&most.office, &topic, count_max, &|one| is_of_hub(one, hub, &key))?)
}

/// Has this program go by what was published: the hub reads letters, too.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn learn(reader: &Reader, keys: &HubKeys) -> Result<(), Failure> {
    // Names of offices: by the roster that the hub goes by, published or not.
    if init::has_roster(reader)? {
        init::roster(reader)?.learn(0);
    }
    for version in versions(reader, keys, Topic::Roster, 1)? {
        if let Ok(roster) = Roster::parse(&version.publication.body) {
            roster.learn(version.publication.version);
        }
    }
    for version in versions(reader, keys, Topic::Catalogue, VERSIONS_MAX)? {
        if let Ok(catalogue) = Catalogue::parse(&version.publication.body) {
            catalogue.learn();
        }
    }
    for version in versions(reader, keys, Topic::Templates, VERSIONS_MAX)? {
        if let Ok(templates) = Templates::parse(&version.publication.body) {
            templates.learn().map_err(Failure::internal)?;
        }
    }
    Ok(())
}
