//! Catalogue, letter templates and roster: their text changed, checked, compared with what stands, published.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk_kit::{Form, Halt, go};
use letter_print::{MisfitKind, PrintError, Signers, Templates, specimen};
use office_handbook::{Audience, Letterhead, LineChange, Topic, catalogue_changes, text_changes};
use office_model::{Bilingual, Catalogue, Roster};
use replica_store::Reader;

use super::index::name;
use super::{letterhead, may_publish, shown};
use crate::act::Act;
use crate::desk::draft::{self, Found, Shown};
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::texts::Worded as _;
use crate::desk::visitor::Visitor;
use crate::handbook::{self, Base, Proposal};
use crate::keys::HubKeys;
use crate::serve::Hub;
use crate::{Blame, Failure, clock, init};

/// Longest form, in bytes: a catalogue, encoded as forms are.
pub(in crate::desk) const BODY_BYTES_MAX: usize = 384 * 1024;
/// Lines of changes and problems on the page,
const LINES: usize = 100;
/// and of the text itself that are gone and new,
const CHANGED_LINES: usize = 300;
/// each with so many signs: the crest of the templates is one line.
const CHANGED_SIGNS: usize = 400;

#[derive(Template)]
#[template(path = "handbook_text.html")]
struct TextPage {
    page: Page,
    /// The draft that is shown; empty for none.
    draft: String,
    /// The one that was asked for is kept no more.
    is_gone: bool,
    topic: String,
    name: &'static str,
    text: String,
    /// The mark of the text that this one was made of,
    base: String,
    /// and of what was checked; empty before.
    checked: String,
    /// What this one was made of and what stands by now, where that is another one.
    overtaken: Option<(String, String)>,
    /// It was to be published and is not what was checked.
    is_changed: bool,
    may_publish: bool,
    /// What is wrong: it cannot be published.
    problems: Vec<String>,
    /// What it changes; nothing before it was checked.
    changes: Option<Vec<String>>,
    /// The lines that are gone and new, below their headings, and how many more there are.
    lines: Vec<(String, Vec<LineChange>)>,
    lines_left_out: usize,
    /// What to look at before it is published.
    warnings: Vec<String>,
    /// Services whose letters can be looked at: id and name.
    letters: Vec<(String, String)>,
}

/// What somebody typed, and of what they made it.
struct Draft {
    text: String,
    base: String,
}

impl Draft {
    fn of(form: &Form) -> Self {
        // Whoever has seen what stands by now goes on from there.
        let base = if form.get("aksi") == "dasar" { "" } else { form.get("dasar") };
        Self { text: form.get("text").replace("\r\n", "\n"), base: base.to_owned() }
    }

    /// The form as it is kept: what it was made of is settled when it is sent, not when it is shown.
    fn sent_again(&self, form: &Form) -> Form {
        let is_settled = |(name, text): &&(String, String)| name == "dasar" || (name == "aksi" && text == "dasar");
        let mut pairs: Vec<_> = form.0.iter().filter(|pair| !is_settled(pair)).cloned().collect();
        pairs.push(("dasar".to_owned(), self.base.clone()));
        Form(pairs)
    }

    /// Tells what was checked from all else: the text, and what it was compared with.
    fn mark(&self) -> String {
        handbook::mark(&format!("{}\n{}", self.base, self.text))
    }
}

/// What was found out about a text.
#[derive(Default)]
struct Looked {
    /// What it was made of, where that stands no more, and what stands by now.
    overtaken: Option<(Bilingual, Bilingual)>,
    problems: Vec<Bilingual>,
    changes: Vec<Bilingual>,
    /// The lines that are gone and new, of templates.
    lines: Vec<LineChange>,
    warnings: Vec<Bilingual>,
}

fn topic_of(word: &str) -> Result<Topic, Halt> {
    match word.parse() {
        Ok(topic @ (Topic::Catalogue | Topic::Templates | Topic::Roster)) => Ok(topic),
        _ => Err(Fault::from(
            Failure::input("there is no such text", "go back to the handbook")
                .id("pedoman itu tidak ada", "kembali ke Pedoman"),
        )
        .into()),
    }
}

/// The page of a text.
fn address(topic: Topic) -> String {
    format!("/pedoman/teks/{topic}")
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(topic): Path<String>,
    Query(shown): Query<Shown>,
) -> Answer {
    let topic = topic_of(&topic)?;
    let found = hub.desk.drafts.find(&visitor.session.name, &address(topic), &shown);
    let is_gone = matches!(found, Found::Gone);
    if let Found::Kept(form) = found {
        may_publish(&visitor)?;
        let (draft, looked) = looked(&hub, topic, Draft::of(&form)).await?;
        let is_changed = is_to_publish(&form) && looked.is_good() && form.get("diperiksa") != draft.mark();
        let page = made(&visitor, topic, draft, Some(looked));
        return html(&TextPage { is_changed, draft: shown.id().to_owned(), ..page });
    }
    let keys = hub.keys.clone();
    let read = hub.readers.with(move |reader| -> Result<Draft, Failure> {
        let base = Base::standing(reader, &keys, topic)?.mark;
        Ok(Draft { text: handbook::text(reader, &keys, topic)?, base })
    });
    let draft = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    html(&TextPage { is_gone, ..made(&visitor, topic, draft, None) })
}

/// It was to be published, not to be checked.
fn is_to_publish(form: &Form) -> bool {
    form.get("aksi") == "terbit"
}

fn made(visitor: &Visitor, topic: Topic, draft: Draft, looked: Option<Looked>) -> TextPage {
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    let all_lines = looked.as_ref().filter(|looked| looked.is_good()).map_or(&[][..], |looked| &looked.lines);
    let said = |lines: &[Bilingual]| lines.iter().take(LINES).map(|line| language.say(line).to_owned()).collect();
    let letters = Catalogue::current().services().filter(|service| service.is_letter && topic == Topic::Templates);
    TextPage {
        draft: String::new(),
        is_gone: false,
        topic: topic.to_string(),
        name: name(topic, t),
        checked: looked.as_ref().filter(|looked| looked.is_good()).map(|_| draft.mark()).unwrap_or_default(),
        overtaken: looked.as_ref().and_then(|looked| {
            let (was, stands) = looked.overtaken.as_ref()?;
            Some((language.say(was).to_owned(), language.say(stands).to_owned()))
        }),
        is_changed: false,
        text: draft.text,
        base: draft.base,
        may_publish: visitor.session.role.may_change(),
        problems: looked.as_ref().map(|looked| said(&looked.problems)).unwrap_or_default(),
        warnings: looked.as_ref().map(|looked| said(&looked.warnings)).unwrap_or_default(),
        lines: below_headings(all_lines.iter().take(CHANGED_LINES)),
        lines_left_out: all_lines.len().saturating_sub(CHANGED_LINES),
        changes: looked.filter(Looked::is_good).map(|looked| said(&looked.changes)),
        letters: letters.map(|one| (one.id.to_string(), language.say(&one.label).to_owned())).collect(),
        page: Page::of(&visitor.session, "handbook", name(topic, t)),
    }
}

pub(in crate::desk) async fn save(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(topic): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    may_publish(&visitor)?;
    let topic = topic_of(&topic)?;
    let (draft, looked) = looked(&hub, topic, Draft::of(&form)).await?;
    let at = address(topic);
    // What was never checked, or changed since, is shown first.
    if !is_to_publish(&form) || !looked.is_good() || form.get("diperiksa") != draft.mark() {
        return draft::lead(&hub.desk.drafts, &visitor, &at, &draft.sent_again(&form));
    }
    let (by, base, body) = (visitor.session.name.clone(), draft.base.clone(), draft.text.clone());
    match hub.writer.act(Act::PublishText { by, topic: topic.to_string(), base, body }).await {
        Ok(_) => {
            hub.desk.drafts.take(&visitor.session.name, &at, &form);
            Ok(go("/pedoman?kata=terbit"))
        }
        // Somebody else was faster by a moment.
        Err(failure) if failure.blame == Blame::State => {
            draft::lead(&hub.desk.drafts, &visitor, &at, &draft.sent_again(&form))
        }
        Err(failure) => Err(Fault::from(failure).into()),
    }
}

impl Looked {
    /// It may be published.
    const fn is_good(&self) -> bool {
        self.problems.is_empty() && self.overtaken.is_none()
    }
}

/// Looks at a draft, beside what stands. One that names nothing was made of what stands.
async fn looked(hub: &Hub, topic: Topic, mut draft: Draft) -> Result<(Draft, Looked), Halt> {
    let keys = hub.keys.clone();
    let read = hub.readers.with(move |reader| -> Result<(Draft, Looked), Failure> {
        let stands = Base::standing(reader, &keys, topic)?;
        if draft.base.is_empty() {
            draft.base.clone_from(&stands.mark);
        }
        let looked = look(reader, &keys, topic, &draft.text)?;
        if draft.base == stands.mark {
            return Ok((draft, looked));
        }
        let now = clock::now_millis();
        let was = Base::past(reader, &keys, topic, &draft.base)?.map(|one| one.said(now));
        let was = was.unwrap_or_else(|| Bilingual::new("teks yang lebih lama", "an earlier text"));
        Ok((draft, Looked { overtaken: Some((was, stands.said(now))), ..looked }))
    });
    Ok(read.await.map_err(Fault::from)?.map_err(Fault::from)?)
}

fn look(reader: &Reader, keys: &HubKeys, topic: Topic, text: &str) -> Result<Looked, Failure> {
    let proposal = Proposal { topic, audience: Audience::Everyone, body: text };
    if let Err(wrong) = handbook::checked(reader, proposal, clock::now_millis()) {
        return Ok(Looked { problems: wrong.0, ..Looked::default() });
    }
    let templates = Templates::current().map_err(Failure::internal)?;
    let of_no_weight = |kind| kind != MisfitKind::NoLetter;
    let mut lines = Vec::new();
    let (changes, warnings) = match topic {
        Topic::Catalogue => {
            let new = Catalogue::parse(text).map_err(Failure::internal)?;
            let changes = catalogue_changes(Catalogue::current(), &new);
            let mut warnings = handbook::unknown_concerns(&new, &init::roster(reader)?);
            warnings.extend(handbook::misfits(templates, &new, of_no_weight));
            (changes, warnings)
        }
        Topic::Templates => {
            let new = Templates::parse(text).map_err(Failure::internal)?;
            let letters = new.changed_since(templates);
            let changed = letters
                .into_iter()
                .map(|id| Bilingual::new(format!("{id}: surat berubah"), format!("{id}: letter changes")));
            let before = handbook::text(reader, keys, topic)?;
            lines = text_changes(&before, text, |line| line.starts_with("= ") || line.starts_with("== "));
            // What was printed until now and is no more comes first: it may be on purpose, and is easily overlooked.
            let fit = handbook::misfits(templates, Catalogue::current(), of_no_weight);
            let (old, lost): (Vec<_>, Vec<_>) = handbook::misfits(&new, Catalogue::current(), of_no_weight)
                .into_iter()
                .partition(|misfit| fit.contains(misfit));
            let lost = lost.into_iter().map(|misfit| {
                Bilingual::new(
                    format!("{} (sampai kini tercetak)", misfit.id),
                    format!("{} (it was until now)", misfit.en),
                )
            });
            (lost.chain(changed).collect(), old)
        }
        _ => {
            let new = Roster::parse(text).map_err(Failure::internal)?;
            let changes = handbook::roster_changes(&init::roster(reader)?, &new);
            let present = handbook::unknown_concerns(Catalogue::current(), &init::roster(reader)?);
            let mut warnings = handbook::unknown_concerns(Catalogue::current(), &new);
            warnings.retain(|one| !present.contains(one));
            (changes.into_iter().map(|line| Bilingual::new(line.clone(), line)).collect(), warnings)
        }
    };
    Ok(Looked { changes, lines, warnings, ..Looked::default() })
}

/// Lines with what stands above them, each heading once in a row.
fn below_headings<'a>(lines: impl Iterator<Item = &'a LineChange>) -> Vec<(String, Vec<LineChange>)> {
    let mut parts: Vec<(String, Vec<LineChange>)> = Vec::new();
    for line in lines.map(shortened) {
        match parts.last_mut().filter(|(heading, _)| *heading == line.heading) {
            Some((_, of_part)) => of_part.push(line),
            None => parts.push((line.heading.clone(), vec![line])),
        }
    }
    parts
}

fn shortened(line: &LineChange) -> LineChange {
    match line.text.char_indices().nth(CHANGED_SIGNS) {
        Some((end, _)) => {
            let text = format!("{}...", line.text.get(..end).unwrap_or_default());
            LineChange { text, ..line.clone() }
        }
        None => line.clone(),
    }
}

/// A letter about nobody by the templates as they are typed.
pub(in crate::desk) async fn example(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let refused =
        |id: &str, en: &str| Fault::from(Failure::input(en, "go back and correct it").id(id, "kembali dan perbaiki"));
    let templates = Templates::parse(&form.get("text").replace("\r\n", "\n"));
    let templates = templates.map_err(|error| error.text()).map_err(|text| refused(&text.id, &text.en))?;
    let catalogue = Catalogue::current();
    let service = form.get("service").parse().ok().and_then(|id| catalogue.service(&id));
    let service = service.ok_or_else(|| refused("layanan itu tidak ada", "there is no such service"))?;
    let roster = hub.readers.with(init::roster).await.map_err(Fault::from)?.map_err(Fault::from)?;
    let office = roster
        .villages()
        .next()
        .ok_or_else(|| refused("daftar kantor tidak memuat desa", "the roster has no village"))?;
    let office = letterhead(office, &Letterhead::default());
    let letter = specimen(&templates, catalogue, service, (&office, &Signers::default()));
    let unprinted = |error: PrintError| match error {
        PrintError::NoLetter(id) => {
            refused(&format!("layanan {id} tidak bersurat, atau template ini belum memuatnya"), &error.to_string())
        }
        error => Fault::from(Failure::internal(error)),
    };
    shown(&letter.map_err(unprinted)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_any_length_takes_little_room_below_its_heading() {
        let line = |text: &str| LineChange { heading: "= a".to_owned(), is_new: true, text: text.to_owned() };
        let lines = [line("kop"), line(&"é".repeat(CHANGED_SIGNS)), line(&"é".repeat(CHANGED_SIGNS + 1))];
        let parts = below_headings(lines.iter());
        assert_eq!((parts.len(), parts[0].0.as_str()), (1, "= a"));
        let said: Vec<&str> = parts[0].1.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(said, ["kop", lines[1].text.as_str(), &format!("{}...", lines[1].text)]);
    }
}
