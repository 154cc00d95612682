//! The accounts of this machine's pages.

use std::fmt;

use office_model::{ClerkId, Role};
use replica_store::{Account, AuditItem, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::applications;
use crate::Failure;

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

/// `{"id"}`.
pub(super) fn put(
    replica: &mut Replica,
    change: &AccountChange,
    clerk: &ClerkId,
    now_millis: i64,
) -> Result<Value, Failure> {
    applications::no_application(&change.id)?;
    let before = replica.account(change.id.as_str())?;
    let act = if before.is_some() { "secret_changed" } else { "account_made" };
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
    replica.note_act(&AuditItem { at_millis: now_millis, clerk: clerk.to_string(), act: act.to_owned(), subject })?;
    Ok(json!({"id": change.id}))
}
