//! The own account: another password or PIN, by whoever knows the one until now.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use office_model::Bilingual;
use replica_store::{Account, Replica};

use crate::Act;
use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{self, Answer, Page, html};
use crate::desk::frame::texts;
use crate::desk::frame::word::{Part, Word};
use crate::desk::people::secret;
use crate::desk::people::sign_in::{Acts, admit, note_in};
use crate::desk::people::visitor::{Form, Visitor};
use crate::serve::Shared;

/// The page.
const HERE: &str = "/akun/saya";

/// What the audit trail calls the look at the secret until now.
const CONFIRMED: Acts = Acts { right: Act::SecretConfirmed, wrong: Act::SecretNotConfirmed };

#[derive(Template)]
#[template(path = "own_account.html")]
struct OwnAccountPage {
    page: Page,
    name: String,
    role: String,
    said: String,
    /// How an account comes to be that keeps the others, where there is none.
    how_to_manage: &'static str,
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let made = shared.node.blocking(move |node| {
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let mut page = Page::of(&visitor.session, &node.replica(), "own", t.own_account)?;
        let how_to_manage = page::how_to_manage(&node.replica())?;
        visitor.word.flash(t).clone_into(&mut page.flash);
        let why = visitor.word.refusal_of(Part::Own).and_then(|refusal| refusal.why.first());
        let said = why.map(|why| language.say(why).to_owned()).unwrap_or_default();
        let role = language.say(&visitor.role().label()).to_owned();
        Ok(OwnAccountPage { page, name: visitor.clerk().to_string(), role, said, how_to_manage })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn change(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let language = visitor.session.language;
    let hash = if form.get("new") == form.get("again") {
        secret::hash(form.get("new")).map_err(|failure| failure.text)
    } else {
        Err(Bilingual::new(texts::ID.not_the_same_twice, texts::EN.not_the_same_twice))
    };
    let refused = |why: Bilingual| visitor.refuses(&shared, HERE, (Part::Own, vec![why], &Form::default()));
    let hash = match hash {
        Ok(hash) => hash,
        Err(why) => return Ok(refused(why)),
    };
    // Looked at last: what is wrong with the new one costs no guess.
    let guess = (visitor.clerk().as_str(), form.get("secret"));
    let (right, sessions, token) = (visitor.right(&shared), Arc::clone(&shared.sessions), visitor.token.clone());
    let renew = move |replica: &mut Replica, account: &Account| {
        let account = Account { secret: hash, ..account.clone() };
        replica.together(|replica| {
            right.check(replica)?;
            replica.put_account(&account)?;
            note_in(replica, &account.name, Act::SecretChanged, &account.name)
        })?;
        sessions.close_others_of(&account.name, &token);
        sessions.go_on(&token, &account);
        Ok(())
    };
    if let Err(said) = admit(&shared, &visitor.entrance, guess, (CONFIRMED, language), renew).await? {
        // In the language of who guesses: how long to wait is part of it.
        return Ok(refused(Bilingual::new(said.clone(), said)));
    }
    Ok(visitor.leads(&shared, HERE, Word::SecretChanged))
}
