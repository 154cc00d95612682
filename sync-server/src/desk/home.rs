//! The regency on one page.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use desk_kit::{Language, moments};
use office_model::calendar::wib_date;
use office_model::{Bilingual, OfficeCode, OfficeKind};

use super::amount::clock_offset;
use super::chart::{self, Chart};
use super::fresh;
use super::map::{self, District, is_proven};
use super::page::{Answer, Fault, Page, html};
use super::shown;
use super::texts::{EN, ID, Texts, Worded as _};
use super::unknown;
use super::visitor::Visitor;
use crate::alarm::Kind;
use crate::clock;
use crate::regency::facts::{LINK_DAYS, day_number};
use crate::regency::{OfficeFacts, Regency, Standing, State as Stands};
use crate::serve::Hub;

/// Offices of the list, unless all are asked for.
const LINES: usize = 12;
/// For so long a machine that is not known and called is told of.
const STRANGE_MILLIS: i64 = 24 * 3_600_000;
/// Offices that the sentence at the top names.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    summary: Summary,
    /// What is wrong by the alarms that go on.
    alarms: Vec<String>,
    /// Machines that called lately and are not enrolled here; empty for none.
    strangers: String,
    further: String,
    backup: String,
    as_of: String,
    totals: Vec<Total>,
    /// Since when an office must be proven, not to be late.
    late_since: String,
    districts: Vec<District>,
    lines: Vec<Line>,
    unknown: Vec<String>,
    /// Query that shows all lines; empty when all are here.
    all: String,
    filter: Filter,
    nights: Chart,
    days: Chart,
}

/// How many offices stand so.
struct Total {
    word: &'static str,
    sign: &'static str,
    label: &'static str,
    count: usize,
}

/// What the list is narrowed to.
struct Filter {
    districts: Vec<(String, String, bool)>,
    kinds: Vec<(&'static str, String, bool)>,
    states: Vec<(&'static str, &'static str, bool)>,
}

/// One office.
struct Line {
    code: String,
    name: String,
    state: &'static str,
    sign: &'static str,
    label: &'static str,
    since: String,
    contact: String,
    unsent: String,
    /// Its figures are those of machines that are shut out.
    is_last_known: bool,
    strip: String,
    /// Said to those who do not see the strip.
    heard: String,
    version: String,
    clock: String,
    /// How old the youngest backup is that was made there.
    backup: String,
    numbers: String,
    marks: Vec<String>,
}

type Words = BTreeMap<String, String>;

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Query(words): Query<Words>) -> Answer {
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let (language, now) = (visitor.session.language, clock::now_millis());
    let t = language.texts();
    let wanted = Wanted::of(&words, &regency);
    let is_whole = words.contains_key("semua");
    let chosen: Vec<_> = regency.offices.iter().filter(|one| wanted.fits(one)).collect();
    // Those that never joined are shown to whoever asks for them.
    let joined = |one: &&&(OfficeFacts, Standing)| is_whole || !wanted.is_open() || one.1.state != Stands::Absent;
    let shown = chosen.iter().filter(joined).count();
    let shows_all = is_whole || (shown == chosen.len() && shown <= LINES);
    let today = day_number(wib_date(now).unwrap_or_default());
    let lines = chosen.iter().filter(joined).take(if is_whole { usize::MAX } else { LINES });
    let lines = lines.map(|one| line(one, language, today, now)).collect();
    html(&HomePage {
        page: Page::of(&visitor.session, "home", t.regency),
        summary: summary(&regency, language, now),
        alarms: alarms(&regency, language),
        strangers: strangers(hub.strangers.since(now - STRANGE_MILLIS).len(), language),
        further: further(&regency, language),
        backup: regency.backup_millis.map(|at| moments::short(at, now)).unwrap_or_default(),
        as_of: moments::long(regency.made_millis),
        totals: totals(&regency, t),
        late_since: moments::long(regency.window.begins_millis),
        districts: map::districts(&regency, language, now),
        lines,
        unknown: wanted.unknown.iter().map(|one| language.say(one).to_owned()).collect(),
        all: if shows_all { String::new() } else { wanted.query() },
        filter: filter(&regency, &wanted, language),
        nights: chart::bars(&regency.nights),
        days: chart::bars(&regency.days),
    })
}

/// What a list is asked for; empty: all.
#[derive(Default)]
struct Wanted {
    /// What of it nobody knows, and what is shown instead.
    unknown: Vec<Bilingual>,
    district: Option<OfficeCode>,
    kind: Option<OfficeKind>,
    state: Option<Stands>,
}

impl Wanted {
    fn of(words: &Words, regency: &Regency) -> Self {
        let word = |name: &str| words.get(name).map_or("", |word| word.trim());
        let mut districts = regency.offices.iter().filter_map(|(facts, _)| Some(facts.office.district.as_ref()?.code));
        let district = word("kecamatan").parse().ok().filter(|wanted| districts.any(|code| code == *wanted));
        let kind = OfficeKind::ALL.into_iter().find(|kind| kind.as_str() == word("jenis"));
        let state = Stands::ALL.into_iter().find(|state| state.as_str() == word("keadaan"));
        let fields = [
            ("kecamatan", district.is_some(), (ID.district, EN.district), (ID.all_districts, EN.all_districts)),
            ("jenis", kind.is_some(), (ID.kind, EN.kind), (ID.all_kinds, EN.all_kinds)),
            ("keadaan", state.is_some(), (ID.state, EN.state), (ID.all_states, EN.all_states)),
        ];
        let unknown = fields.into_iter().filter(|(name, is_known, ..)| !is_known && !word(name).is_empty());
        let unknown = unknown.map(|(name, _, label, instead)| unknown::said(word(name), label, instead)).collect();
        Self { unknown, district, kind, state }
    }

    fn fits(&self, (facts, standing): &(OfficeFacts, Standing)) -> bool {
        let district = facts.office.district.as_ref().map(|district| district.code);
        self.district.is_none_or(|wanted| district == Some(wanted))
            && self.kind.is_none_or(|wanted| facts.office.kind == wanted)
            && self.state.is_none_or(|wanted| standing.state == wanted)
    }

    /// Nothing is asked for.
    fn is_open(&self) -> bool {
        self.district.is_none() && self.kind.is_none() && self.state.is_none()
    }

    fn query(&self) -> String {
        let district = self.district.map(|code| format!("kecamatan={code}&")).unwrap_or_default();
        let kind = self.kind.map(|kind| format!("jenis={kind}&")).unwrap_or_default();
        let state = self.state.map(|state| format!("keadaan={}&", state.as_str())).unwrap_or_default();
        format!("/?{district}{kind}{state}semua=1")
    }
}

fn filter(regency: &Regency, wanted: &Wanted, language: Language) -> Filter {
    let districts = regency.offices.iter().filter_map(|(facts, _)| facts.office.district.as_ref());
    let districts: BTreeMap<&str, OfficeCode> =
        districts.map(|district| (district.name.as_str(), district.code)).collect();
    let t = language.texts();
    Filter {
        districts: districts
            .into_iter()
            .map(|(name, code)| (code.to_string(), name.to_owned(), wanted.district == Some(code)))
            .collect(),
        kinds: OfficeKind::ALL
            .into_iter()
            .map(|kind| (kind.as_str(), language.say(&kind.label()).to_owned(), wanted.kind == Some(kind)))
            .collect(),
        states: Stands::ALL
            .into_iter()
            .map(|state| (state.as_str(), shown::state(t, state), wanted.state == Some(state)))
            .collect(),
    }
}

fn totals(regency: &Regency, t: &'static Texts) -> Vec<Total> {
    let count = |state| regency.offices.iter().filter(|(_, standing)| standing.state == state).count();
    let all = Stands::ALL.into_iter().map(|state| Total {
        word: state.as_str(),
        sign: state.sign(),
        label: shown::state(t, state),
        count: count(state),
    });
    all.collect()
}

/// How the regency stands.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    /// In one sentence.
    sentence: String,
    /// Exactly which offices are not proven and since when; empty when all are.
    behind: String,
    /// Every office with a machine is proven, and the hub has nothing wrong with itself.
    is_well: bool,
}

fn summary(regency: &Regency, language: Language, now_millis: i64) -> Summary {
    let enrolled: Vec<_> = regency.offices.iter().filter(|(_, standing)| standing.state != Stands::Absent).collect();
    let behind: Vec<_> = enrolled.iter().filter(|(_, standing)| !is_proven(standing.state)).collect();
    let (all, proven) = (enrolled.len(), enrolled.len() - behind.len());
    let said = |sentence: String, is_well| Summary { sentence, behind: String::new(), is_well };
    if enrolled.is_empty() {
        return said(language.pick("Belum ada kantor yang terdaftar.", "No office has joined yet.").to_owned(), false);
    }
    if behind.is_empty() {
        let is_hub_well = !regency.alarms.keys().any(|kind| kind.is_of_hub());
        let sentence = match (language, is_hub_well) {
            (Language::Indonesian, true) => format!("Semua {all} kantor yang terdaftar setara dengan pusat."),
            (Language::Indonesian, false) => {
                format!("Semua {all} kantor yang terdaftar setara dengan pusat, tetapi pusat sendiri perlu diurus.")
            }
            (Language::English, true) => format!("{} equal with the hub.", all_enrolled(all)),
            (Language::English, false) => {
                format!("{} equal with the hub, but the hub itself needs care.", all_enrolled(all))
            }
        };
        return said(sentence, is_hub_well);
    }
    let t = language.texts();
    let named: Vec<String> = behind
        .iter()
        .take(NAMED)
        .map(|(facts, standing)| {
            let since = standing.since_millis.map(|at| moments::short(at, now_millis)).unwrap_or_default();
            let state = shown::state(t, standing.state).to_lowercase();
            format!("{} ({state} {} {since})", facts.office.full_name(), t.since)
        })
        .collect();
    let rest = match (behind.len().saturating_sub(named.len()), language) {
        (0, _) => String::new(),
        (rest, Language::Indonesian) => format!("; dan {rest} lagi di daftar"),
        (rest, Language::English) => format!("; and {rest} more in the list"),
    };
    let named = named.join("; ");
    match language {
        Language::Indonesian => Summary {
            sentence: format!("{proven} dari {all} kantor setara dengan pusat."),
            behind: format!("Belum: {named}{rest}."),
            is_well: false,
        },
        Language::English => Summary {
            sentence: format!(
                "{proven} of {all} {} equal with the hub.",
                shown::many(all as u64, "office is", "offices are")
            ),
            behind: format!("Not yet: {named}{rest}."),
            is_well: false,
        },
    }
}

/// The alarms that go on, the worst kind first, with how many where there are several.
fn alarms(regency: &Regency, language: Language) -> Vec<String> {
    let one = |(kind, count): (&Kind, &u64)| match count {
        1 => language.say(&kind.title()).to_owned(),
        _ => format!("{} ({})", language.say(&kind.title()), shown::figure(*count, language)),
    };
    regency.alarms.iter().map(one).collect()
}

/// All offices that joined, as the English sentence of them begins.
fn all_enrolled(all: usize) -> String {
    if all == 1 { "The 1 enrolled office is".to_owned() } else { format!("All {all} enrolled offices are") }
}

/// Machines that called within a day and are not enrolled here.
fn strangers(count: usize, language: Language) -> String {
    match (count, language) {
        (0, _) => String::new(),
        (_, Language::Indonesian) => {
            format!("{count} komputer yang tidak terdaftar di sini menghubungi pusat dalam sehari ini.")
        }
        (1, Language::English) => "1 machine that is not enrolled here called within a day.".to_owned(),
        (_, Language::English) => format!("{count} machines that are not enrolled here called within a day."),
    }
}

/// Offices without a machine, and what waits for people.
fn further(regency: &Regency, language: Language) -> String {
    let absent = regency.offices.iter().filter(|(_, standing)| standing.state == Stands::Absent).count();
    let sum = |figure: fn(&OfficeFacts) -> u64| regency.offices.iter().map(|(facts, _)| figure(facts)).sum::<u64>();
    let (records, quarantined, divergent) = (
        sum(|facts| facts.counts.transactions),
        sum(|facts| facts.counts.quarantined),
        sum(|facts| facts.counts.divergent),
    );
    let absent = absent as u64;
    match language {
        Language::Indonesian => {
            let [records, quarantined, divergent, absent] =
                [records, quarantined, divergent, absent].map(|figure| shown::figure(figure, language));
            format!(
                "{records} berkas di pusat; {quarantined} perubahan ditahan; {divergent} perbedaan menunggu kantor; {absent} kantor belum terdaftar."
            )
        }
        Language::English => format!(
            "{} at the hub; {} quarantined; {}; {} not enrolled.",
            shown::counted(records, "record", "records"),
            shown::counted(quarantined, "change", "changes"),
            shown::counted(divergent, "difference waits for its office", "differences wait for their offices"),
            shown::counted(absent, "office", "offices"),
        ),
    }
}

fn line((facts, standing): &(OfficeFacts, Standing), language: Language, today: i64, now_millis: i64) -> Line {
    let t = language.texts();
    let short = |millis: Option<i64>| millis.map(|at| moments::short(at, now_millis)).unwrap_or_default();
    let nodes = facts.known();
    let days: Vec<_> = nodes.iter().flat_map(|node| node.days.iter().copied()).collect();
    let heard = days.iter().map(|day| day.day).collect::<std::collections::BTreeSet<_>>().len();
    let version = nodes.iter().filter_map(|node| node.node.version.as_deref()).min();
    let offset = nodes.iter().filter_map(|node| node.node.clock_offset_millis).max_by_key(|offset| offset.abs());
    let numbers = facts.nodes.iter().filter_map(|node| node.numbers_left).min();
    let backup = nodes.iter().any(|node| node.node.last_contact_millis.is_some());
    let backup = if backup { shown::backup(facts.backup_age(now_millis), language) } else { String::new() };
    Line {
        code: facts.office.code.to_string(),
        name: facts.office.full_name(),
        state: standing.state.as_str(),
        sign: standing.state.sign(),
        label: shown::state(t, standing.state),
        since: short(standing.since_millis),
        contact: short(facts.last_contact()),
        unsent: facts.unsent().map_or_else(String::new, |count| shown::figure(count, language)),
        strip: chart::strip(&days, today, LINK_DAYS),
        heard: match language {
            Language::Indonesian => format!("terdengar pada {heard} dari {LINK_DAYS} hari"),
            Language::English => format!("heard on {heard} of {LINK_DAYS} days"),
        },
        version: version.map_or_else(String::new, |version| version.rsplit(' ').next().unwrap_or(version).to_owned()),
        clock: offset.map_or_else(String::new, |offset| clock_offset(offset, language)),
        backup,
        is_last_known: facts.is_last_known(),
        numbers: numbers.map_or_else(String::new, |left| shown::figure(left.into(), language)),
        marks: standing.marks.iter().map(|mark| shown::mark(mark, language)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::night::Window;
    use crate::regency::facts::tests::{node, office};
    use crate::regency::standing::standing;

    const NOW: i64 = 1_795_712_400_000;
    const DAY: i64 = 24 * 3_600_000;

    fn regency(proven: &[Option<i64>]) -> Regency {
        let offices = proven.iter().map(|proven| {
            let facts = OfficeFacts { nodes: vec![node(*proven)], ..office() };
            let stands = standing(&facts, "0.1.0", Window::last(NOW, 360));
            (facts, stands)
        });
        Regency {
            made_millis: NOW,
            window: Window::last(NOW, 360),
            hub_was_off: false,
            offices: offices.collect(),
            nights: Vec::new(),
            backup_millis: None,
            alarms: BTreeMap::new(),
            days: Vec::new(),
        }
    }

    #[test]
    fn one_sentence_says_that_all_is_well_or_exactly_what_is_not() {
        let said = |proven: &[Option<i64>]| summary(&regency(proven), Language::Indonesian, NOW);
        assert_eq!(said(&[]).sentence, "Belum ada kantor yang terdaftar.");
        let told = said(&[Some(NOW), Some(NOW)]);
        assert_eq!(told.sentence, "Semua 2 kantor yang terdaftar setara dengan pusat.");
        assert!(told.is_well && told.behind.is_empty());
        let told = said(&[Some(NOW), Some(NOW - 2 * DAY)]);
        assert_eq!((told.sentence.as_str(), told.is_well), ("1 dari 2 kantor setara dengan pusat.", false));
        assert_eq!(told.behind, "Belum: Desa Sarongan, Kec. Pesanggaran (terlambat sejak 25-11-2026 00:00).");
        let mut sick = regency(&[Some(NOW)]);
        sick.alarms = BTreeMap::from([(Kind::OfficeSilent, 3), (Kind::Integrity, 1)]);
        let told = summary(&sick, Language::Indonesian, NOW);
        assert!(!told.is_well && told.sentence.ends_with("tetapi pusat sendiri perlu diurus."), "{told:?}");
        assert_eq!(alarms(&sick, Language::Indonesian), ["Data pusat rusak", "Kantor terlalu lama diam (3)"]);
        assert!(said(&[None, None, None, None, None]).behind.ends_with("; dan 2 lagi di daftar."));
    }

    #[test]
    fn a_filter_narrows_and_keeps_itself_in_the_address() {
        let words = [("kecamatan", "35.10.01"), ("jenis", "desa"), ("keadaan", "late"), ("x", "<y>")];
        let regency = regency(&[Some(NOW), Some(NOW - 2 * DAY)]);
        let of = |words: [(&str, &str); 4]| {
            Wanted::of(&words.map(|(key, word)| (key.to_owned(), word.to_owned())).into(), &regency)
        };
        let wanted = of(words);
        assert!(wanted.unknown.is_empty());
        assert_eq!(regency.offices.iter().filter(|one| wanted.fits(one)).count(), 1);
        assert_eq!(wanted.query(), "/?kecamatan=35.10.01&jenis=desa&keadaan=late&semua=1");
        // What nobody knows is no filter, and is named.
        let wanted = of([("kecamatan", "35.99.99"), ("jenis", "kota"), ("keadaan", "baik"), ("x", "")]);
        assert!(wanted.is_open() && wanted.unknown.len() == 3, "{:?}", wanted.unknown);
        assert_eq!(wanted.unknown[2].en, "State: \"baik\" is not known. Shown: all states.");
    }
}
