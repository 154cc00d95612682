//! Signing in and out, the screen lock, the first account.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use data_encoding::HEXLOWER;
use desk_kit::{Whose, no_turn};
use office_model::{ClerkId, PersonName, Role, counted};
use replica_store::{Account, AuditItem, Reader, Replica};
use sha2::{Digest as _, Sha256};

use crate::action::accounts;
use crate::action::applications::no_application;
use crate::action::health::HealthListed;
use crate::action::trace::warn_unnoted;
use crate::desk::form::carried;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Halt, Page, go, how_to_manage, html};
use crate::desk::people::secret;
use crate::desk::people::sessions::{Session, is_open, seal};
use crate::desk::people::visitor::{Form, Visitor, destination, hold, own_page, token_of};
use crate::serve::Shared;
use crate::serve::entrance::{Entrance, Via};
use crate::{Act, Blame, Failure, Node, moment};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    /// The page in the other language.
    other: String,
    way: Way,
    name: String,
    said: String,
}

#[derive(Template)]
#[template(path = "locked.html")]
struct LockedPage {
    page: Page,
    to: String,
    shown: String,
    form_token: String,
    said: String,
}

#[derive(Template)]
#[template(path = "first.html")]
struct FirstPage {
    page: Page,
    key: String,
    /// Whether there are accounts already, of which none keeps the others.
    is_next: bool,
    said: Vec<String>,
    name: String,
    shown: String,
    roles: Vec<(&'static str, String, bool)>,
}

impl FirstPage {
    /// The roles that it may have.
    fn managing(&self) -> String {
        self.roles.iter().map(|(_, label, _)| label.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// What the audit trail calls a secret that was right, and one that was wrong.
#[derive(Clone, Copy)]
pub(in crate::desk) struct Acts {
    pub(in crate::desk) right: Act,
    pub(in crate::desk) wrong: Act,
}

const SIGN_IN: Acts = Acts { right: Act::SignIn, wrong: Act::SignInFailed };
const UNLOCK: Acts = Acts { right: Act::Unlock, wrong: Act::UnlockFailed };

/// Where somebody is to be once they are signed in.
#[derive(Default)]
pub(in crate::desk) struct Way {
    /// The page, as addresses carry it.
    pub(in crate::desk) to: String,
    /// What they had typed there, as JSON of the form's pairs; empty for nothing.
    pub(in crate::desk) carried: String,
    /// What the page is written in: nobody is signed in yet who has one.
    pub(in crate::desk) language: Language,
    /// Whether they came to make the first account, which is there already.
    pub(in crate::desk) is_late: bool,
}

/// What the address says of whoever came to make the first account, which is there already.
const LATE: &str = "pertama";

impl Way {
    fn of(form: &Form) -> Self {
        Self {
            to: form.get("to").to_owned(),
            carried: form.get("carried").to_owned(),
            language: Language::of_code(form.get("bahasa")),
            is_late: false,
        }
    }
}

pub(in crate::desk) type Words = Query<BTreeMap<String, String>>;

fn word<'a>(words: &'a Words, name: &str) -> &'a str {
    words.get(name).map_or("", String::as_str)
}

/// Who tried to sign in under a name that nobody has.
pub(crate) const NOBODY: &str = "(tidak dikenal)";

/// Notes an act in the audit trail.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note(node: &Node, clerk: &str, act: Act, subject: &str) -> Result<(), Failure> {
    note_in(&mut node.replica(), clerk, act, subject)
}

/// Notes that somebody read or came in, where the disk takes it.
pub(crate) fn note_read(node: &Node, clerk: &str, act: Act, subject: &str) {
    warn_unnoted(note(node, clerk, act, subject));
}

/// Notes that a page showed somebody a list with records of health, unless it was noted lately.
pub(in crate::desk) fn note_listed(shared: &Shared, clerk: &str, listed: &HealthListed) {
    shared.lately_listed.note(clerk, listed, || note(&shared.node, clerk, Act::HealthListed, &listed.about()));
}

/// The same as [`note`], among what else is written.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note_in(replica: &mut Replica, clerk: &str, act: Act, subject: &str) -> Result<(), Failure> {
    let (clerk, act, subject) = (clerk.to_owned(), act.as_str().to_owned(), subject.to_owned());
    Ok(replica.note_act(&AuditItem { at_millis: moment::now_millis(), clerk, act, subject })?)
}

pub(in crate::desk) async fn page(State(shared): State<Arc<Shared>>, words: Words) -> Answer {
    let language = Language::of_code(word(&words, "bahasa"));
    let is_late = !word(&words, LATE).is_empty();
    let way = Way { to: word(&words, "ke").to_owned(), carried: String::new(), language, is_late };
    sign_in(&shared, way, String::new(), String::new()).await
}

/// Asks who is at this browser, and has them go on there.
pub(in crate::desk) async fn ask(shared: &Shared, way: Way) -> Answer {
    sign_in(shared, way, String::new(), String::new()).await
}

/// The session of a browser, locked or not.
pub(in crate::desk) fn session_of(shared: &Shared, headers: &HeaderMap, via: Via) -> Option<Session> {
    token_of(headers, via).and_then(|token| shared.sessions.find(&token, via, Instant::now(), false))
}

async fn sign_in(shared: &Shared, way: Way, name: String, said: String) -> Answer {
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        if reader.accounts()?.is_empty() {
            return Ok(None);
        }
        let t = way.language.texts();
        let mut page = Page::outside(&reader, way.language, t.sign_in);
        let mut other = format!("/masuk?ke={}&bahasa={}", way.to, way.language.other().code());
        if way.is_late {
            t.first_made.clone_into(&mut page.flash);
            other = format!("{other}&{LATE}=1");
        }
        Ok(Some(SignInPage { page, other, way, name, said }))
    });
    match made.await? {
        Some(page) => html(&page),
        None => Ok(go("/masuk/pertama")),
    }
}

pub(in crate::desk) async fn enter(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    form: Form,
) -> Answer {
    let (name, way) = (form.get("name").trim().to_lowercase(), Way::of(&form));
    let (sessions, via) = (Arc::clone(&shared.sessions), entrance.via());
    let open = move |_: &mut Replica, account: &Account| sessions.open(account, via, Instant::now());
    match admit(&shared, &entrance, (&name, form.get("secret")), (SIGN_IN, way.language), open).await? {
        Ok((account, token)) => {
            let (to, word) = carried::arrive(&shared, account, &way).await?;
            shared.sessions.tell(&token, &to, word);
            let mut response = go(&to);
            hold(&mut response, entrance.via(), Some(&token));
            Ok(response)
        }
        Err(said) => sign_in(&shared, way, name, said).await,
    }
}

/// The account of a name and its secret, and what came of `enter` for it; else what to say. Looking at a secret takes a
/// while: whoever is let in has an account that is still as it was looked at, and nobody changes it before `enter` is done.
///
/// # Errors
///
/// When the database cannot be read or the disk refuses, and what `enter` says.
pub(in crate::desk) async fn admit<T: Send + 'static>(
    shared: &Shared,
    entrance: &Entrance,
    (name, typed): (&str, &str),
    (acts, language): (Acts, Language),
    enter: impl FnOnce(&mut Replica, &Account) -> Result<T, Failure> + Send + 'static,
) -> Result<Result<(Account, T), String>, Halt> {
    if let Some(said) = pause(shared, entrance, name, language) {
        return Ok(Err(said));
    }
    let asked = name.to_owned();
    let account = shared.node.blocking(move |node| Ok(node.replica().account(&asked)?)).await?;
    let Some(mut turn) = shared.turns.take(entrance.peer()).await else { return Ok(Err(no_turn(language).to_owned())) };
    // Who waited for a turn may have guessed too often meanwhile.
    if let Some(said) = pause(shared, entrance, name, language) {
        return Ok(Err(said));
    }
    let (now, via) = (Instant::now(), entrance.via());
    // Counted before it is looked at: many at the same time are many guesses.
    let whose = if account.is_some() { Whose::Somebodys } else { Whose::Nobodys };
    shared.sessions.guessed(name, whose, via, now);
    if let Some(peer) = entrance.peer() {
        shared.sessions.guessed_from(peer, false, now);
    }
    let (typed, place) = (typed.to_owned(), entrance.place());
    let found = shared
        .node
        .blocking(move |node| {
            // What was typed as a name that nobody has is not kept: it may be a password.
            let by = account.as_ref().map_or(NOBODY, |account| account.name.as_str()).to_owned();
            let looked_at = account.filter(is_open);
            // A name that nobody has takes as long as a wrong secret.
            let known = looked_at.as_ref().map_or(NOBODYS.as_str(), |account| account.secret.as_str());
            let fits = secret::fits(&typed, known, turn.memory());
            drop(turn);
            let mut replica = node.replica();
            let account = match looked_at.filter(|_| fits) {
                Some(before) => {
                    replica.account(&before.name)?.filter(|account| is_open(account) && seal(account) == seal(&before))
                }
                None => None,
            };
            let entered = account.map(|account| Ok::<_, Failure>((enter(&mut replica, &account)?, account)));
            let entered = entered.transpose()?.map(|(entered, account)| (account, entered));
            drop(replica);
            note_read(node, &by, if entered.is_some() { acts.right } else { acts.wrong }, &place);
            Ok(entered)
        })
        .await?;
    if found.is_some() {
        shared.sessions.was_right(name, via);
        if let Some(peer) = entrance.peer() {
            shared.sessions.guessed_from(peer, true, now);
        }
    }
    // Who is at a locked screen or on the own page typed no name.
    let t = language.texts();
    let wrong = if acts.wrong == SIGN_IN.wrong { t.wrong_secret } else { t.wrong_secret_alone };
    Ok(found.ok_or_else(|| wrong.to_owned()))
}

/// How long to wait before the next guess, as it is said; nothing where it may be now.
fn pause(shared: &Shared, entrance: &Entrance, name: &str, language: Language) -> Option<String> {
    let (now, t) = (Instant::now(), language.texts());
    let of_machine = entrance.peer().map(|peer| shared.sessions.pause_of_machine(peer, now)).unwrap_or_default();
    let pause = shared.sessions.pause(name, entrance.via(), now).max(of_machine);
    (pause > Duration::ZERO)
        .then(|| format!("{} {}.", t.wait_before, counted(pause.as_secs() + 1, t.second, t.seconds)))
}

/// The hash of a secret that nobody knows.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    let secret = moment::random::<16>().map(|bytes| HEXLOWER.encode(&bytes)).unwrap_or_default();
    secret::hash(&secret).unwrap_or_default()
});

pub(in crate::desk) async fn leave(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
) -> Answer {
    let via = entrance.via();
    let token = token_of(&headers, via);
    if let Some(token) = token.filter(|token| shared.sessions.find(token, via, Instant::now(), false).is_some()) {
        shared.sessions.close(&token);
    }
    let mut response = go("/masuk");
    hold(&mut response, via, None);
    Ok(response)
}

pub(in crate::desk) async fn lock(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    shared.sessions.change(&visitor.token, |session| session.locked = true);
    Ok(go("/kunci"))
}

pub(in crate::desk) async fn locked_page(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    words: Words,
) -> Answer {
    let to = word(&words, "ke").to_owned();
    match session_of(&shared, &headers, entrance.via()) {
        None => Ok(go("/masuk")),
        Some(session) if !session.locked => Ok(go(&destination(&to))),
        Some(session) => locked(&shared, session, to, String::new()).await,
    }
}

async fn locked(shared: &Shared, session: Session, to: String, said: String) -> Answer {
    let made = shared.node.blocking(move |node| {
        let page = Page::outside(&node.replica(), session.language, session.language.texts().locked);
        Ok(LockedPage { page, to, shown: session.shown.clone(), form_token: session.form_token, said })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn unlock(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let via = entrance.via();
    let token = token_of(&headers, via).unwrap_or_default();
    let Some(session) = shared.sessions.find(&token, via, Instant::now(), false) else { return Ok(go("/masuk")) };
    if form.get("form_token") != session.form_token {
        return Ok(go("/kunci"));
    }
    let to = form.get("to").to_owned();
    let guess = (session.clerk.as_str(), form.get("secret"));
    let sessions = Arc::clone(&shared.sessions);
    let open = move |_: &mut Replica, _: &Account| {
        sessions.unlock(&token, Instant::now());
        Ok(())
    };
    match admit(&shared, &entrance, guess, (UNLOCK, session.language), open).await? {
        Ok(_) => Ok(go(&destination(&to))),
        Err(said) => locked(&shared, session, to, said).await,
    }
}

pub(in crate::desk) async fn switch_language(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let language = visitor.session.language.other();
    shared.sessions.change(&visitor.token, |session| session.language = language);
    let name = visitor.clerk().to_string();
    shared
        .node
        .blocking(move |node| {
            let mut replica = node.replica();
            if let Some(account) = replica.account(&name)? {
                replica.put_account(&Account { language: language.code().to_owned(), ..account })?;
            }
            Ok(())
        })
        .await?;
    let to = own_page(form.get("di"));
    // What is wrong with a form is read in the other language, too.
    shared.sessions.tell_again(&visitor.token, to);
    Ok(go(to))
}

pub(in crate::desk) async fn first_page(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    words: Words,
) -> Answer {
    here_alone(&entrance)?;
    let form = Form(vec![("bahasa".to_owned(), word(&words, "bahasa").to_owned())]);
    first(&shared, word(&words, "kunci").to_owned(), Vec::new(), &form).await
}

/// Refuses other machines.
fn here_alone(entrance: &Entrance) -> Result<(), Failure> {
    match entrance.via() {
        Via::Loopback => Ok(()),
        Via::Lan => Err(Failure::new(
            Blame::State,
            "here_alone",
            "Akun pertama dibuat di komputer layanan itu sendiri, tidak dari komputer lain. Tidak ada yang berubah; buka di \
             sana alamat panjang yang ditampilkan village-node saat dijalankan.",
            "The first account is made on the machine of the desk itself, not from another PC. Nothing was changed; open \
             there the long address that village-node showed when it was started.",
        )),
    }
}

/// Where the first account is made, as long as nobody keeps the accounts. Who does not know the key learns no more of those
/// that there are than whoever comes to sign in.
async fn first(shared: &Shared, key: String, said: Vec<String>, form: &Form) -> Answer {
    let key = if is_key(shared, &key) { key } else { String::new() };
    let instead = late(&key, Language::of_code(form.get("bahasa")));
    let language = Language::of_code(form.get("bahasa"));
    let (name, shown, chosen) =
        (form.get("name").to_owned(), form.get("shown").to_owned(), form.get("role").to_owned());
    let is_spent = shared.first_key_spent.load(Ordering::Relaxed);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let is_next = !reader.accounts()?.is_empty();
        if is_next && (key.is_empty() || is_spent || how_to_manage(&reader)?.is_empty()) {
            return Ok(None);
        }
        let page = Page::outside(&reader, language, language.texts().first);
        // Who has no part in accounts could make no further one.
        let mut roles = roles(&reader, language, &chosen);
        roles.retain(|(word, ..)| word.parse::<Role>().is_ok_and(Role::may_manage));
        Ok(Some(FirstPage { page, key, is_next, said, name, shown, roles }))
    });
    match made.await? {
        Some(page) => html(&page),
        None => Ok(go(&instead)),
    }
}

/// Where whoever comes to make the first account signs in instead; who knows the key is told why.
fn late(key: &str, language: Language) -> String {
    if key.is_empty() { "/masuk".to_owned() } else { format!("/masuk?{LATE}=1&bahasa={}", language.code()) }
}

/// Roles to choose from in this office: word, label, whether it is chosen.
pub(crate) fn roles(reader: &Reader, language: Language, chosen: &str) -> Vec<(&'static str, String, bool)> {
    let fits = |role: &Role| accounts::is_of_office(reader, *role);
    let one = |role: Role| (role.as_str(), language.say(&role.label()).to_owned(), role.as_str() == chosen);
    Role::ALL.into_iter().filter(fits).map(one).collect()
}

fn is_key(shared: &Shared, key: &str) -> bool {
    // Hashes: how long a comparison takes tells nothing about the key.
    Sha256::digest(key) == Sha256::digest(&shared.first_key)
}

pub(in crate::desk) async fn make_first(
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    form: Form,
) -> Answer {
    here_alone(&entrance)?;
    let language = Language::of_code(form.get("bahasa"));
    let key = form.get("key").to_owned();
    if !is_key(&shared, &key) {
        return first(&shared, String::new(), Vec::new(), &form).await;
    }
    let account = match account_of(&form) {
        Ok(account) if !account.role.parse::<Role>().is_ok_and(Role::may_manage) => {
            // The page says which roles it may have.
            let said =
                vec![language.pick("Pilih peran yang mengurus akun.", "Choose a role that keeps accounts.").to_owned()];
            return first(&shared, key, said, &form).await;
        }
        Ok(account) => account,
        Err(said) => {
            return first(&shared, key, said.iter().map(|text| language.say(&text.text).to_owned()).collect(), &form)
                .await;
        }
    };
    let (sessions, via) = (Arc::clone(&shared.sessions), entrance.via());
    // Its address stays in the browser: one account is made with it, whatever becomes of that.
    let is_spent = shared.first_key_spent.load(Ordering::Relaxed);
    let made = shared.node.blocking(move |node| {
        let mut replica = node.replica();
        if is_spent || how_to_manage(&replica)?.is_empty() {
            return Ok(Made::Late);
        }
        // The key makes an account, and takes nobody's over.
        if replica.account(&account.name)?.is_some() {
            return Ok(Made::Taken);
        }
        accounts::must_be_of_office(&replica, account.role.parse::<Role>().ok())?;
        replica.together(|replica| {
            replica.put_account(&account)?;
            note_in(replica, &account.name, Act::AccountMade, &account.name)
        })?;
        Ok(Made::Now(sessions.open(&account, via, Instant::now())?))
    });
    let token = match made.await? {
        Made::Now(token) => {
            shared.first_key_spent.store(true, Ordering::Relaxed);
            token
        }
        Made::Late => return Ok(go(&late(&key, language))),
        Made::Taken => return first(&shared, key, vec![language.say(&accounts::taken()).to_owned()], &form).await,
    };
    let mut response = go("/");
    hold(&mut response, entrance.via(), Some(&token));
    Ok(response)
}

/// What became of the first account.
enum Made {
    /// It is there; the session of whoever made it.
    Now(String),
    /// Somebody else keeps the accounts already.
    Late,
    /// Somebody has that name.
    Taken,
}

/// The account that a form describes.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(crate) fn account_of(form: &Form) -> Result<Account, Vec<Failure>> {
    let name = form.get("name").trim().to_lowercase().parse::<ClerkId>().map_err(Failure::from);
    let name = name.and_then(|name| no_application(&name).map(|()| name));
    let shown = form.get("shown").trim().parse::<PersonName>().map_err(Failure::from);
    let role = form.get("role").parse::<Role>();
    let role = role.map_err(|_| Failure::input("role", "Pilih peran.", "Choose a role."));
    let secret = secret::hash(form.get("secret"));
    match (name, shown, role, secret) {
        (Ok(name), Ok(shown), Ok(role), Ok(secret)) => Ok(Account {
            name: name.to_string(),
            shown: shown.reveal().to_owned(),
            role: role.as_str().to_owned(),
            secret,
            language: Language::default().code().to_owned(),
            created_millis: moment::now_millis(),
            disabled_millis: None,
        }),
        (name, shown, role, secret) => {
            Err([name.err(), shown.err(), role.err(), secret.err()].into_iter().flatten().collect())
        }
    }
}
