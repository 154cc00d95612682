//! The own account: another password or PIN, by whoever knows the one until now.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use replica_store::Account;

use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{self, Answer, Page, html};
use crate::desk::people::secret;
use crate::desk::people::sign_in::{Acts, admit, note};
use crate::desk::people::visitor::{Form, Visitor};
use crate::serve::Shared;
use crate::{Act, Failure};

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

#[derive(serde::Deserialize)]
pub(in crate::desk) struct Said {
    #[serde(default)]
    kata: String,
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(said): Query<Said>,
) -> Answer {
    show(visitor, &shared, String::new(), said.kata == "diganti").await
}

async fn show(visitor: Visitor, shared: &Shared, said: String, is_changed: bool) -> Answer {
    let made = shared.node.blocking(move |node| {
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let mut page = Page::of(&visitor.session, &node.replica(), "own", t.own_account)?;
        let how_to_manage = page::how_to_manage(&node.replica())?;
        if is_changed {
            t.secret_changed.clone_into(&mut page.flash);
        }
        let role = language.say(&visitor.role().label()).to_owned();
        Ok(OwnAccountPage { page, name: visitor.clerk().to_string(), role, said, how_to_manage })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn change(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    let language = visitor.session.language;
    let hash = if form.get("new") == form.get("again") {
        secret::hash(form.get("new")).map_err(|failure| language.say(&failure.text).to_owned())
    } else {
        Err(language.texts().not_the_same_twice.to_owned())
    };
    let hash = match hash {
        Ok(hash) => hash,
        Err(said) => return show(visitor, &shared, said, false).await,
    };
    // Looked at last: what is wrong with the new one costs no guess.
    let guess = (visitor.clerk().as_str(), form.get("secret"));
    let account = match admit(&shared, &visitor.entrance, guess, CONFIRMED, language).await? {
        Ok(account) => account,
        Err(said) => return show(visitor, &shared, said, false).await,
    };
    let name = account.name.clone();
    shared
        .node
        .blocking(move |node| {
            let name = account.name.clone();
            node.replica().put_account(&Account { secret: hash, ..account })?;
            note(node, &name, Act::SecretChanged, &name)?;
            Ok::<_, Failure>(())
        })
        .await?;
    shared.sessions.close_others_of(&name, &visitor.token);
    Ok(page::go("/akun/saya?kata=diganti"))
}
