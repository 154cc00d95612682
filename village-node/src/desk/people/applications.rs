//! The programs that may use the local API, on the page of the accounts.

use std::sync::Arc;

use axum::extract::{Path, State};
use office_model::Role;
use replica_store::{Application, Reader};

use crate::action::ApplicationName;
use crate::action::applications::{fresh_token, token_hash};
use crate::desk::frame::language::Language;
use crate::desk::frame::page::{Answer, go, may_manage};
use crate::desk::frame::word::Part;
use crate::desk::moments;
use crate::desk::people::accounts::list;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::serve::Shared;
use crate::{Action, Blame, Failure};

/// One program as the page shows it.
pub(in crate::desk) struct Line {
    pub(in crate::desk) name: String,
    pub(in crate::desk) role: String,
    /// When it last used its token; empty where it never did.
    pub(in crate::desk) used: String,
    pub(in crate::desk) revoked: bool,
}

/// All of them.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn lines(reader: &Reader, language: Language, now_millis: i64) -> Result<Vec<Line>, Failure> {
    let one = |application: Application| Line {
        name: application.name,
        role: application.role.parse::<Role>().map_or(application.role, |role| language.say(&role.label()).to_owned()),
        used: application.used_millis.map(|at| moments::short(at, now_millis)).unwrap_or_default(),
        revoked: application.revoked_millis.is_some(),
    };
    Ok(reader.applications()?.into_iter().map(one).collect())
}

pub(in crate::desk) async fn add(visitor: Visitor, State(shared): State<Arc<Shared>>, form: Form) -> Answer {
    visitor.check(&form)?;
    allow(may_manage(visitor.role()))?;
    let asked = form.get("application").trim().to_lowercase().parse::<ApplicationName>().map_err(Failure::from);
    let role = form.get("role").parse::<Role>();
    let role = role.map_err(|error| Failure::input("role", "Pilih peran.", error.to_string()));
    let made = async {
        let (name, role, token) = (asked?, role?, fresh_token()?);
        let (clerk, token_hash) = (visitor.clerk().clone(), token_hash(&token));
        let action = Action::AddApplication { name: name.clone(), role, token_hash, clerk };
        visitor.act(&shared, move |doing| doing.perform(&action)).await?;
        Ok::<_, Failure>((name, token))
    };
    match made.await {
        // No redirect: the token is shown in this answer and nowhere else.
        Ok((name, token)) => list(visitor, &shared, Some((name.to_string(), token))).await,
        Err(failure) if matches!(failure.blame, Blame::Input | Blame::State) => {
            Ok(visitor.refuses(&shared, "/akun", (Part::Applications, vec![failure.text], &form)))
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(in crate::desk) async fn revoke(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(may_manage(visitor.role()))?;
    let name = name.parse::<ApplicationName>().map_err(Failure::from)?;
    let clerk = visitor.clerk().clone();
    let action = Action::RevokeApplication { name, clerk };
    visitor.act(&shared, move |doing| doing.perform(&action)).await?;
    Ok(go("/akun"))
}
