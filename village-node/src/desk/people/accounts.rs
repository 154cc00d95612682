//! The accounts of this machine, and the programs that may use it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use office_model::{PersonName, Role};
use replica_store::Account;

use crate::action::accounts::{must_be_of_office, taken};
use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{Answer, Halt, Page, go, how_to_manage, html, may_manage};
use crate::desk::frame::word::{Part, Refusal, Word};
use crate::desk::people::sign_in::{account_of, note_in, roles};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::people::{applications, secret};
use crate::node::Doing;
use crate::serve::Shared;
use crate::{Act, Failure, moment};

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage {
    page: Page,
    accounts: Vec<Line>,
    roles: Vec<(&'static str, String, bool)>,
    said: Vec<String>,
    name: String,
    shown: String,
    applications: Vec<applications::Line>,
    /// Name as it was typed.
    application: String,
    /// An application that was just let in, and its token.
    token: Option<(String, String)>,
}

/// One account.
struct Line {
    name: String,
    shown: String,
    role: String,
    disabled: bool,
    own: bool,
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    list(visitor, &shared, None).await
}

/// The page. `token`: an application that was just let in, and its token.
pub(in crate::desk) async fn list(visitor: Visitor, shared: &Shared, token: Option<(String, String)>) -> Answer {
    allow(may_manage(visitor.role()))?;
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, now) = (visitor.session.language, moment::now_millis());
        let mut page = Page::of(&visitor.session, &reader, "accounts", language.texts().accounts)?;
        visitor.word.flash(language.texts()).clone_into(&mut page.flash);
        let of_accounts = visitor.word.refusal_of(Part::Accounts);
        let of_applications = visitor.word.refusal_of(Part::Applications);
        let why = of_accounts.or(of_applications).map_or(&[][..], |refusal| &refusal.why);
        let typed = |refusal: Option<&Refusal>, name: &str| {
            refusal.map(|refusal| refusal.typed.get(name).to_owned()).unwrap_or_default()
        };
        let accounts = reader.accounts()?.into_iter().map(|account| Line {
            own: account.name == visitor.clerk().as_str(),
            role: account.role.parse::<Role>().map_or(account.role, |role| language.say(&role.label()).to_owned()),
            name: account.name,
            shown: account.shown,
            disabled: account.disabled_millis.is_some(),
        });
        Ok(AccountsPage {
            page,
            accounts: accounts.collect(),
            roles: roles(&reader, language, &typed(of_accounts, "role")),
            said: why.iter().map(|why| language.say(why).to_owned()).collect(),
            name: typed(of_accounts, "name"),
            shown: typed(of_accounts, "shown"),
            applications: applications::lines(&reader, language, now)?,
            application: typed(of_applications, "application"),
            token,
        })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn add(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    allow(may_manage(visitor.role()))?;
    let account = match account_of(&form) {
        Ok(account) => account,
        Err(failures) => {
            let why = failures.into_iter().map(|failure| failure.text).collect();
            return Ok(visitor.refuses(&shared, "/akun", (Part::Accounts, why, &form)));
        }
    };
    let by = visitor.clerk().to_string();
    let is_taken = visitor.act(&shared, move |doing| {
        if doing.replica.account(&account.name)?.is_some() {
            return Ok(true);
        }
        must_be_of_office(doing.replica, account.role.parse().ok())?;
        doing.replica.put_account(&account)?;
        note_in(doing.replica, &by, Act::AccountMade, &account.name)?;
        Ok(false)
    });
    if is_taken.await? {
        return Ok(visitor.refuses(&shared, "/akun", (Part::Accounts, vec![taken()], &form)));
    }
    Ok(go("/akun"))
}

/// The addresses of the page's forms are no pages; asked for, they are the list.
pub(in crate::desk) async fn back(_: Visitor) -> Answer {
    Ok(go("/akun"))
}

pub(in crate::desk) async fn new_secret(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    match secret::hash(form.get("secret")) {
        Ok(hash) => {
            let renew = move |account: &mut Account| account.secret.clone_from(&hash);
            change(&visitor, &shared, name, Act::SecretChanged, renew).await
        }
        Err(failure) => Ok(visitor.refuses(&shared, "/akun", (Part::Accounts, vec![failure.text], &Form::default()))),
    }
}

pub(in crate::desk) async fn disable(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let shut = |account: &mut Account| account.disabled_millis = Some(moment::now_millis());
    change(&visitor, &shared, name, Act::AccountShut, shut).await
}

pub(in crate::desk) async fn open_again(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    change(&visitor, &shared, name, Act::AccountOpened, |account| account.disabled_millis = None).await
}

/// Changes somebody else's account; whoever is signed in under it is out.
///
/// Not the own one: nobody shuts himself out, and who finds an open window must not get the account with it. The own
/// password is changed by the one until now, on a page of its own.
async fn change(
    visitor: &Visitor,
    shared: &Shared,
    name: String,
    act: Act,
    change: impl Fn(&mut Account) + Send + 'static,
) -> Answer {
    may_change(visitor, &name)?;
    let (by, changed) = (visitor.clerk().to_string(), name.clone());
    visitor.act(shared, move |doing| write(doing, (&by, &name), act, &change)).await?;
    shared.sessions.close_all_of(&changed);
    Ok(go("/akun"))
}

fn may_change(visitor: &Visitor, name: &str) -> Result<(), Halt> {
    allow(may_manage(visitor.role()) && visitor.clerk().as_str() != name)
}

fn no_such() -> Failure {
    Failure::new(crate::Blame::NotFound, "account", "Tidak ada akun itu.", "There is no such account.")
}

/// Writes a changed account and who changed it, both or neither.
///
/// # Errors
///
/// When there is no such account, nobody would be left who keeps the accounts, or the disk refuses.
fn write(
    doing: &mut Doing<'_>,
    (by, name): (&str, &str),
    act: Act,
    change: &impl Fn(&mut Account),
) -> Result<(), Failure> {
    let before = doing.replica.account(name)?.ok_or_else(no_such)?;
    let mut account = before.clone();
    change(&mut account);
    if account == before {
        return Ok(());
    }
    doing.replica.put_account(&account)?;
    // Whoever asks keeps them; but two of those may shut out each other at the same moment.
    if !how_to_manage(doing.replica)?.is_empty() {
        return Err(Failure::new(
            crate::Blame::State,
            "last_manager",
            "Setelah itu tidak ada lagi yang mengurus akun di komputer ini. Tidak ada yang berubah.",
            "Nobody would be left then who keeps the accounts of this machine. Nothing was changed.",
        ));
    }
    let subject = if account.role == before.role {
        name.to_owned()
    } else {
        format!("{name} ({} → {})", before.role, account.role)
    };
    note_in(doing.replica, by, act, &subject)
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    name: String,
    shown: String,
    roles: Vec<(&'static str, String, bool)>,
    said: Vec<String>,
}

pub(in crate::desk) async fn account_page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Answer {
    may_change(&visitor, &name)?;
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let language = visitor.session.language;
        let account = reader.account(&name)?.ok_or_else(no_such)?;
        let refusal = visitor.word.refusal_of(Part::Accounts);
        let typed = |key: &str, stood: &str| {
            refusal.map_or_else(|| stood.to_owned(), |refusal| refusal.typed.get(key).to_owned())
        };
        Ok(AccountPage {
            page: Page::of(&visitor.session, &reader, "accounts", language.texts().change_account)?,
            shown: typed("shown", &account.shown),
            roles: roles(&reader, language, &typed("role", &account.role)),
            said: refusal.iter().flat_map(|refusal| &refusal.why).map(|why| language.say(why).to_owned()).collect(),
            name,
        })
    });
    html(&made.await?)
}

/// Gives somebody else's account another name or role.
pub(in crate::desk) async fn edit(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    may_change(&visitor, &name)?;
    let (by, changed) = (visitor.clerk().to_string(), name.clone());
    let shown = form.get("shown").trim().parse::<PersonName>();
    let role = form.get("role").parse::<Role>().ok();
    let shown = shown.map(|shown| shown.reveal().to_owned()).map_err(Failure::from);
    let done = visitor.act(&shared, move |doing| {
        let shown = shown.clone()?;
        must_be_of_office(doing.replica, role)?;
        write(doing, (&by, &name), Act::AccountChanged, &|account: &mut Account| {
            account.shown.clone_from(&shown);
            if let Some(role) = role {
                role.as_str().clone_into(&mut account.role);
            }
        })
    });
    match done.await {
        Ok(()) => {
            shared.sessions.close_all_of(&changed);
            Ok(visitor.leads(&shared, "/akun", Word::Saved))
        }
        Err(failure) if failure.blame == crate::Blame::Input => {
            let page = format!("/akun/{changed}/ubah");
            Ok(visitor.refuses(&shared, &page, (Part::Accounts, vec![failure.text], &form)))
        }
        Err(failure) => Err(failure.into()),
    }
}
