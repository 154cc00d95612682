//! The accounts of this machine's pages.

use std::fmt;

use office_model::{Bilingual, ClerkId, OfficeKind, Role};
use replica_store::{Account, AuditItem, Reader, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::applications;
use crate::{Act, Failure};

/// An account as it is to be.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// User name.
    pub id: ClerkId,
    /// Full name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Hash of the password or PIN.
    pub secret: String,
}

impl fmt::Debug for AccountChange {
    /// Without the name and the hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountChange({})", self.id)
    }
}

/// `{"accounts": [{"id", "name", "role", "created_millis", "disabled_millis"}]}`.
pub(super) fn list(replica: &Replica) -> Result<Value, Failure> {
    let one = |account: Account| {
        json!({
            "id": account.name,
            "name": account.shown,
            "role": account.role,
            "created_millis": account.created_millis,
            "disabled_millis": account.disabled_millis,
        })
    };
    Ok(json!({"accounts": replica.accounts()?.into_iter().map(one).collect::<Vec<_>>()}))
}

/// Whether this replica's office has someone of this role.
pub(crate) fn is_of_office(reader: &Reader, role: Role) -> bool {
    role.is_of(reader.office().map_or(OfficeKind::Desa, |office| office.kind()))
}

/// Refuses a role that another kind of office has.
///
/// # Errors
///
/// When this office has nobody of that role.
pub(crate) fn must_be_of_office(reader: &Reader, role: Option<Role>) -> Result<(), Failure> {
    if role.is_some_and(|role| is_of_office(reader, role)) {
        return Ok(());
    }
    let words: Vec<&str> = Role::ALL.into_iter().filter(|role| is_of_office(reader, *role)).map(Role::as_str).collect();
    let words = words.join(", ");
    Err(Failure::input(
        "role_of_other_office",
        format!("Kantor seperti ini tidak punya peran itu. Tidak ada yang disimpan; pilih salah satu: {words}."),
        format!("An office of this kind has no such role. Nothing was saved; choose one of: {words}."),
    ))
}

/// What is said of a name that somebody has.
pub(crate) fn taken() -> Bilingual {
    Bilingual::new("Nama pengguna itu sudah ada.", "That user name is taken.")
}

/// `{"id"}`.
pub(super) fn put(
    replica: &mut Replica,
    change: &AccountChange,
    clerk: &ClerkId,
    now_millis: i64,
) -> Result<Value, Failure> {
    applications::no_application(&change.id)?;
    must_be_of_office(replica, Some(change.role))?;
    let before = replica.account(change.id.as_str())?;
    let act = if before.is_some() { Act::SecretChanged } else { Act::AccountMade };
    replica.put_account(&Account {
        name: change.id.to_string(),
        shown: change.name.clone(),
        role: change.role.as_str().to_owned(),
        secret: change.secret.clone(),
        language: before.as_ref().map_or_else(|| "id".to_owned(), |before| before.language.clone()),
        created_millis: before.map_or(now_millis, |before| before.created_millis),
        disabled_millis: None,
    })?;
    let subject = change.id.to_string();
    replica.note_act(&AuditItem {
        at_millis: now_millis,
        clerk: clerk.to_string(),
        act: act.as_str().to_owned(),
        subject,
    })?;
    Ok(json!({"id": change.id}))
}
