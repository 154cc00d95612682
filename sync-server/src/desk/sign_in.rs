//! Signing in and out with password and one-time code, and the screen lock.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use data_encoding::HEXLOWER;
use desk_kit::{Form, Halt, Language, Turn, Whose, destination, go, no_turn, own_page, secret};
use office_model::counted;
use replica_store::{Account, Reader};

use super::carried::{self, Carried};
use super::page::{Answer, Fault, Page, html};
use super::texts::Worded as _;
use super::visitor::{COOKIE, Peer, Visitor, Who, hold, is_good};
use crate::serve::Hub;
use crate::{Failure, clock, operators};

/// After so long without a guess from it, an address begins anew.
const ADDRESS_FORGOTTEN: Duration = Duration::from_secs(15 * 60);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    /// The page in the other language.
    other: String,
    way: Way,
    name: String,
    said: String,
    /// Nobody has an account yet.
    is_first: bool,
}

#[derive(Template)]
#[template(path = "locked.html")]
struct LockedPage {
    page: Page,
    to: String,
    carried: String,
    shown: String,
    form_token: String,
    said: String,
}

/// Where somebody is to be once they are signed in.
#[derive(Default)]
pub(super) struct Way {
    /// The page, as addresses carry it.
    pub(super) to: String,
    /// What they had typed there, to be sent once they say so.
    pub(super) carried: Carried,
    /// What the page is written in: nobody is signed in yet who has one.
    pub(super) language: Language,
}

impl Way {
    fn of(form: &Form) -> Self {
        let language = Language::of_code(form.get("bahasa"));
        Self { to: form.get("to").to_owned(), carried: Carried::of(form), language }
    }
}

type Words = Query<BTreeMap<String, String>>;

fn word<'a>(words: &'a Words, name: &str) -> &'a str {
    words.get(name).map_or("", String::as_str)
}

pub(super) async fn page(State(hub): State<Arc<Hub>>, words: Words) -> Answer {
    let language = Language::of_code(word(&words, "bahasa"));
    let way = Way { to: word(&words, "ke").to_owned(), carried: Carried::default(), language };
    sign_in(&hub, way, String::new(), String::new()).await
}

pub(super) async fn sign_in(hub: &Hub, way: Way, name: String, said: String) -> Answer {
    let accounts = hub.readers.with(Reader::accounts).await.map_err(Fault::from)?.map_err(Fault::from)?;
    let page = Page::outside(way.language, way.language.texts().sign_in);
    let other = format!("/masuk?ke={}&bahasa={}", way.to, way.language.other().code());
    html(&SignInPage { page, other, way, name, said, is_first: accounts.is_empty() })
}

pub(super) async fn enter(State(hub): State<Arc<Hub>>, Extension(peer): Extension<Peer>, form: Form) -> Answer {
    let (name, way) = (form.get("name").trim().to_lowercase(), Way::of(&form));
    let guess =
        Guess { name: name.clone(), secret: form.get("secret").to_owned(), code: Some(form.get("code").to_owned()) };
    match admit(&hub, peer, guess, way.language).await? {
        Ok(who) => {
            let (token, form_token) = (clock::random::<32>(), clock::random::<16>());
            let (token, form_token) = (token.map_err(Fault::from)?, form_token.map_err(Fault::from)?);
            let signed_in = (HEXLOWER.encode(&form_token), who.language);
            let token = hub.desk.sessions.open(who, token, form_token, Instant::now());
            let mut response = carried::onward(&way.to, &way.carried, signed_in)?;
            hold(&mut response, Some(&token));
            Ok(response)
        }
        Err(said) => sign_in(&hub, way, name, said).await,
    }
}

/// What somebody typed to be let in.
struct Guess {
    name: String,
    secret: String,
    /// Nothing where a session is there already: the screen is unlocked.
    code: Option<String>,
}

/// Whom a guess lets in; else what to say, which never tells what of it was wrong.
///
/// # Errors
///
/// When the database cannot be read or the disk refuses.
async fn admit(hub: &Hub, Peer(peer): Peer, guess: Guess, language: Language) -> Result<Result<Who, String>, Halt> {
    let (now, t, desk) = (Instant::now(), language.texts(), &hub.desk);
    desk.from_addresses.forget_old(&peer, ADDRESS_FORGOTTEN, now);
    let pause = || {
        let now = Instant::now();
        let pause = desk.at_accounts.pause(guess.name.as_str(), now).max(desk.from_addresses.pause(&peer, now));
        (pause > Duration::ZERO)
            .then(|| format!("{} {}.", t.wait_before, counted(pause.as_secs() + 1, t.second, t.seconds)))
    };
    if let Some(said) = pause() {
        return Ok(Err(said));
    }
    let asked = guess.name.clone();
    let account = hub.readers.with(move |reader| reader.account(&asked)).await.map_err(Fault::from)?;
    let account = account.map_err(Fault::from)?;
    let Some(turn) = desk.turns.take(peer).await else { return Ok(Err(no_turn(language).to_owned())) };
    // Who waited for a turn may have guessed too often meanwhile.
    if let Some(said) = pause() {
        return Ok(Err(said));
    }
    let now = Instant::now();
    // Counted before it is looked at: many at the same time are many guesses.
    let whose = if account.is_some() { Whose::Somebodys } else { Whose::Nobodys };
    desk.at_accounts.count(guess.name.clone(), whose, now);
    desk.from_addresses.count(peer, Whose::Nobodys, now);
    let account = fitting(account, &guess, turn).await.map_err(Fault::from)?;
    let wrong = if guess.code.is_none() { t.wrong_password } else { t.wrong_secret };
    let (unlocks, name) = (guess.code.is_none(), guess.name.clone());
    let admitted = hub.writer.run(move |replica| {
        let now = clock::now_millis();
        let code_is_good = match (&account, &guess.code) {
            (Some(account), Some(code)) => operators::use_code(replica, &account.name, code, now)?,
            (account, _) => account.is_some(),
        };
        let who = account.as_ref().filter(|_| code_is_good).and_then(Who::of);
        let act = match (who.is_some(), unlocks) {
            (true, false) => "sign_in",
            (false, false) => "sign_in_failed",
            (true, true) => "unlock",
            (false, true) => "unlock_failed",
        };
        let is_known = replica.account(&guess.name)?.is_some();
        let by = if is_known { guess.name.as_str() } else { operators::NOBODY };
        operators::note(replica, by, act, &peer.to_string(), now)?;
        Ok(who)
    });
    let admitted = admitted.await.map_err(Fault::from)?;
    if admitted.is_some() {
        desk.at_accounts.forgive(name.as_str());
        // Who has an account must not clear the way for guesses at those of others.
        desk.from_addresses.take_back(&peer);
    }
    Ok(admitted.ok_or_else(|| wrong.to_owned()))
}

/// The account of that name, if it is open and its password was typed.
async fn fitting(account: Option<Account>, guess: &Guess, mut turn: Turn<IpAddr>) -> Result<Option<Account>, Failure> {
    let typed = guess.secret.clone();
    let account = account.filter(|account| account.disabled_millis.is_none());
    let looked = tokio::task::spawn_blocking(move || {
        // A name that nobody has takes as long as a wrong password.
        let known = account.as_ref().map_or(NOBODY.as_str(), |account| account.secret.as_str());
        let fits = secret::fits(&typed, known, turn.memory());
        account.filter(|_| fits)
    });
    looked.await.map_err(Failure::internal)
}

/// The hash of a password that nobody knows.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let secret = clock::random::<16>().map(|bytes| HEXLOWER.encode(&bytes)).unwrap_or_default();
    operators::hash(&secret).unwrap_or_default()
});

pub(super) async fn leave(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Answer {
    if let Some(token) = COOKIE.token_of(&headers) {
        hub.desk.sessions.close(&token);
    }
    let mut response = go("/masuk");
    hold(&mut response, None);
    Ok(response)
}

pub(super) async fn lock(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    hub.desk.sessions.change(&visitor.token, |session| session.locked = true);
    Ok(go("/kunci"))
}

pub(super) async fn locked_page(State(hub): State<Arc<Hub>>, headers: HeaderMap, words: Words) -> Answer {
    locked(&hub, &headers, (word(&words, "ke").to_owned(), Carried::default()), String::new())
}

pub(super) fn locked(hub: &Hub, headers: &HeaderMap, (to, carried): (String, Carried), said: String) -> Answer {
    let session = COOKIE.token_of(headers).and_then(|token| hub.desk.sessions.find(&token, Instant::now(), false));
    let Some(session) = session else { return Ok(go("/masuk")) };
    if !session.locked {
        return Ok(go(&destination(&to)));
    }
    let page = Page::outside(session.language, session.language.texts().locked);
    let carried = carried.0;
    html(&LockedPage { page, to, carried, shown: session.shown.clone(), form_token: session.form_token, said })
}

pub(super) async fn unlock(
    State(hub): State<Arc<Hub>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let token = COOKIE.token_of(&headers).unwrap_or_default();
    let Some(session) = hub.desk.sessions.find(&token, Instant::now(), false) else { return Ok(go("/masuk")) };
    if !is_good(&hub, &session).await? {
        hub.desk.sessions.close(&token);
        return Ok(go("/masuk"));
    }
    if form.get("form_token") != session.form_token {
        return Ok(go("/kunci"));
    }
    let (to, carried) = (form.get("to").to_owned(), Carried::of(&form));
    let guess = Guess { name: session.name.clone(), secret: form.get("secret").to_owned(), code: None };
    match admit(&hub, peer, guess, session.language).await? {
        Ok(_) => {
            hub.desk.sessions.unlock(&token, Instant::now());
            carried::onward(&to, &carried, (session.form_token.clone(), session.language))
        }
        Err(said) => locked(&hub, &headers, (to, carried), said),
    }
}

pub(super) async fn switch_language(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let language = visitor.session.language.other();
    hub.desk.sessions.change(&visitor.token, |session| session.language = language);
    let name = visitor.session.name.clone();
    let kept = hub.writer.run(move |replica| match replica.account(&name)? {
        Some(account) => replica.put_account(&Account { language: language.code().to_owned(), ..account }),
        None => Ok(()),
    });
    kept.await.map_err(Fault::from)?;
    Ok(go(own_page(form.get("di"))))
}
