//! A notice: written, looked at as clerks will see it, published, withdrawn.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk_kit::{Form, Halt, go, moments};
use office_handbook::{Audience, Notice, NoticeId, TEXT_MAX, TITLE_MAX, Topic};
use office_model::{Bilingual, calendar};

use super::index::audience;
use super::may_publish;
use crate::act::Act;
use crate::desk::draft::{self, Found, Shown};
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::texts::Worded as _;
use crate::desk::visitor::Visitor;
use crate::handbook::Overview;
use crate::serve::Hub;
use crate::{Blame, Failure, clock, handbook, init};

#[derive(Template)]
#[template(path = "notice.html")]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides a part of the page")]
struct NoticePage {
    page: Page,
    /// The draft that is shown; empty for none.
    draft: String,
    /// The one that was asked for is kept no more.
    is_gone: bool,
    /// It may be published already.
    is_again: bool,
    title: String,
    text: String,
    urgent: bool,
    until: String,
    /// What the form sends, what people read, whether it is chosen.
    audiences: Vec<desk_kit::Choice>,
    problem: String,
    /// As clerks see it; nothing while it is written.
    preview: Option<Preview>,
    /// It was to be published and is not what was looked at.
    is_changed: bool,
    title_max: usize,
    text_max: usize,
}

#[derive(Template)]
#[template(path = "withdraw.html")]
struct WithdrawPage {
    page: Page,
    number: u32,
    title: String,
    paragraphs: Vec<String>,
    audience: String,
    published: String,
    reached: String,
}

struct Preview {
    /// Tells what was looked at from all else.
    mark: String,
    paragraphs: Vec<String>,
    offices: usize,
}

/// Tells a notice and for whom it is from all others.
fn mark((notice, audience): &(Notice, Audience)) -> String {
    handbook::mark(&format!("{audience}\n{}", notice.to_body()))
}

/// What was typed.
#[derive(Clone, Default)]
struct Typed {
    title: String,
    text: String,
    urgent: bool,
    until: String,
    to: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            title: form.get("title").to_owned(),
            text: form.get("text").to_owned(),
            urgent: form.get("urgent") == "1",
            until: form.get("until").trim().to_owned(),
            to: form.get("to").to_owned(),
        }
    }

    /// The notice and its offices, or what is wrong.
    fn read(&self) -> Result<(Notice, Audience), Bilingual> {
        let until = Some(self.until.as_str()).filter(|text| !text.is_empty());
        let until = until.map(calendar::parse_date).transpose().map_err(|fault| fault.text)?;
        let today = calendar::wib_date(clock::now_millis()).unwrap_or_default();
        let notice =
            Notice { title: self.title.clone(), text: self.text.clone(), urgent: self.urgent, until, withdrawn: false };
        let notice = notice.check(today).map_err(|error| error.text())?;
        let audience = self.to.parse::<Audience>();
        let audience = audience.map_err(|error| Bilingual::new("Pilih kantor yang dituju.", error.to_string()))?;
        Ok((notice, audience))
    }
}

/// Its page.
const AT: &str = "/pedoman/pemberitahuan";

pub(in crate::desk) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Query(shown): Query<Shown>) -> Answer {
    may_publish(&visitor)?;
    let found = hub.desk.drafts.find(&visitor.session.name, AT, &shown);
    let is_gone = matches!(found, Found::Gone);
    let Found::Kept(form) = found else {
        let page = made(&visitor, &hub, Typed { to: "everyone".to_owned(), ..Typed::default() }, None).await?;
        return html(&NoticePage { is_gone, ..page });
    };
    let typed = Typed::of(&form);
    let read = typed.read();
    let is_changed = read.as_ref().is_ok_and(|seen| is_to_publish(&form) && form.get("diperiksa") != mark(seen));
    let page = made(&visitor, &hub, typed, Some(read)).await?;
    html(&NoticePage { is_changed, is_again: shown.is_again(&form), draft: shown.id().to_owned(), ..page })
}

/// It was to be published, not to be looked at.
fn is_to_publish(form: &Form) -> bool {
    form.get("aksi") == "terbit"
}

async fn made(
    visitor: &Visitor,
    hub: &Hub,
    typed: Typed,
    seen: Option<Result<(Notice, Audience), Bilingual>>,
) -> Result<NoticePage, Halt> {
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    let roster = hub.readers.with(init::roster).await.map_err(Fault::from)?.map_err(Fault::from)?;
    let choice = |word: String, label: String| {
        let chosen = word == typed.to;
        desk_kit::Choice::of(word, label, chosen)
    };
    let mut audiences = vec![choice(Audience::Everyone.to_string(), t.all_offices.to_owned())];
    audiences.extend(
        roster.sub_districts().map(|office| {
            choice(Audience::District(office.code).to_string(), format!("{} {}", t.district, office.name))
        }),
    );
    audiences.extend(roster.iter().map(|office| choice(Audience::Office(office.code).to_string(), office.full_name())));
    let (problem, preview, tidy) = match seen {
        None => (String::new(), None, None),
        Some(Err(problem)) => (language.say(&problem).to_owned(), None, None),
        Some(Ok(seen)) => {
            let mark = mark(&seen);
            let (notice, audience) = seen;
            let paragraphs = notice.paragraphs().map(str::to_owned).collect();
            let preview = Preview { mark, paragraphs, offices: audience.of(&roster).count() };
            (String::new(), Some(preview), Some(notice))
        }
    };
    Ok(NoticePage {
        draft: String::new(),
        is_gone: false,
        is_again: false,
        title: tidy.as_ref().map_or(typed.title, |notice| notice.title.clone()),
        text: tidy.map_or(typed.text, |notice| notice.text),
        urgent: typed.urgent,
        until: typed.until,
        audiences,
        problem,
        preview,
        is_changed: false,
        title_max: TITLE_MAX,
        text_max: TEXT_MAX,
        page: Page::of(&visitor.session, "handbook", t.new_notice),
    })
}

pub(in crate::desk) async fn save(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    may_publish(&visitor)?;
    match Typed::of(&form).read() {
        // What was never looked at, or changed since, is shown first: also for whom it is.
        Ok(seen) if is_to_publish(&form) && form.get("diperiksa") == mark(&seen) => {
            let (notice, audience) = seen;
            let act = Act::Publish {
                by: visitor.session.name.clone(),
                topic: "notice".to_owned(),
                audience,
                body: notice.to_body(),
            };
            // Before it is done: of two presses one publishes it.
            if !hub.desk.drafts.take(&visitor.session.name, AT, &form) {
                return draft::lead(&hub.desk.drafts, &visitor, AT, &form);
            }
            hub.writer.act(act).await.map_err(Fault::from)?;
            Ok(go("/pedoman?kata=terbit"))
        }
        _ => draft::lead(&hub.desk.drafts, &visitor, AT, &form),
    }
}

/// What follows, before anything does.
pub(in crate::desk) async fn confirm(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
) -> Answer {
    may_publish(&visitor)?;
    let number = number_of(&number)?;
    let keys = hub.keys.clone();
    let read = hub.readers.with(move |reader| Ok::<_, Failure>((Overview::of(reader, &keys)?, init::roster(reader)?)));
    let (overview, roster) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let known = overview.notices.iter().find(|state| state.number == number).ok_or_else(no_notice)?;
    if known.notice.withdrawn {
        return Ok(go("/pedoman"));
    }
    let t = visitor.session.language.texts();
    html(&WithdrawPage {
        number: number.0,
        title: known.notice.title.clone(),
        paragraphs: known.notice.paragraphs().map(str::to_owned).collect(),
        audience: audience(&known.offices, &roster, t),
        published: moments::short(known.published_millis, clock::now_millis()),
        reached: format!("{} / {}", known.reach.reached, known.reach.offices),
        page: Page::of(&visitor.session, "handbook", t.withdraw_ask),
    })
}

pub(in crate::desk) async fn withdraw(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    may_publish(&visitor)?;
    let NoticeId(number) = number_of(&number)?;
    let by = visitor.session.name.clone();
    hub.writer.act(Act::Withdraw { by, number }).await.map_err(Fault::from)?;
    Ok(go("/pedoman?kata=ditarik"))
}

fn number_of(number: &str) -> Result<NoticeId, Halt> {
    match format!("{}{number}", Topic::NOTICES).parse() {
        Ok(Topic::Notice(number)) => Ok(number),
        _ => Err(no_notice()),
    }
}

fn no_notice() -> Halt {
    let failure = Failure::new(Blame::NotFound, "there is no such notice", "go back to the list");
    Fault::from(failure.id("pemberitahuan itu tidak ada", "kembali ke daftarnya")).into()
}
