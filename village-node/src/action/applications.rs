//! The programs that may use this machine's local API, each with a token of its own.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use office_model::{ClerkId, Fault, FaultCode, Role};
use replica_store::{Application, AuditItem, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::accounts;
use crate::{Act, Blame, Failure, moment};

/// In histories and in the audit trail an application's name stands behind this.
pub(crate) const PREFIX: &str = "app.";

/// The name of an application: 1 to 28 small letters, digits, `.`, `-` and `_`. What it changes is signed `app.NAME`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApplicationName(ClerkId);

impl ApplicationName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        self.0.as_str().strip_prefix(PREFIX).unwrap_or_default()
    }

    /// What its changes are signed with.
    pub const fn clerk(&self) -> &ClerkId {
        &self.0
    }
}

impl FromStr for ApplicationName {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        let clerk =
            if name.is_empty() || name.starts_with(PREFIX) { None } else { format!("{PREFIX}{name}").parse().ok() };
        clerk.map(Self).ok_or_else(|| {
            Fault::new(
                FaultCode::ClerkIdForm,
                "Nama aplikasi terdiri dari 1 sampai 28 huruf kecil, angka, dan tanda . - _ tanpa awalan app. sendiri.",
                "The name of an application has 1 to 28 small letters, digits and the signs . - _ and does not itself begin \
                 with app.",
            )
        })
    }
}

impl TryFrom<String> for ApplicationName {
    type Error = Fault;

    fn try_from(name: String) -> Result<Self, Fault> {
        name.parse()
    }
}

impl From<ApplicationName> for String {
    fn from(name: ApplicationName) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for ApplicationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ApplicationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationName({self})")
    }
}

/// Refuses a person's user name that looks like an application's.
///
/// # Errors
///
/// When it does.
pub(crate) fn no_application(id: &ClerkId) -> Result<(), Failure> {
    if !id.as_str().starts_with(PREFIX) {
        return Ok(());
    }
    Err(Failure::input(
        "user_name",
        "Nama pengguna yang diawali app. adalah milik aplikasi. Tidak ada yang disimpan; pilih nama lain.",
        "User names that begin with app. are those of applications. Nothing was saved; choose another one.",
    ))
}

/// A fresh token: 64 hexadecimal digits. Shown once, never kept.
///
/// # Errors
///
/// When the operating system has no random numbers.
pub(crate) fn fresh_token() -> Result<String, Failure> {
    Ok(HEXLOWER.encode(&moment::random::<32>()?))
}

/// What is kept of a token. It is random, so a plain hash tells nothing of it.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// `{"applications": [{"name", "clerk", "role", "created_millis", "used_millis", "revoked_millis"}]}`.
pub(super) fn list(replica: &Replica) -> Result<Value, Failure> {
    let one = |application: Application| {
        json!({
            "clerk": format!("{PREFIX}{}", application.name),
            "name": application.name,
            "role": application.role,
            "created_millis": application.created_millis,
            "used_millis": application.used_millis,
            "revoked_millis": application.revoked_millis,
        })
    };
    Ok(json!({"applications": replica.applications()?.into_iter().map(one).collect::<Vec<_>>()}))
}

/// `{"name", "clerk", "role"}`.
pub(super) fn add(
    replica: &mut Replica,
    (name, role, token_hash): (&ApplicationName, Role, &[u8; 32]),
    clerk: &ClerkId,
    now_millis: i64,
) -> Result<Value, Failure> {
    accounts::must_be_of_office(replica, Some(role))?;
    if replica.application(name.as_str())?.is_some_and(|known| known.revoked_millis.is_none()) {
        return Err(Failure::new(
            Blame::State,
            "application_exists",
            format!("Aplikasi {name} sudah ada. Tidak ada yang berubah; cabut dahulu untuk memberinya token baru."),
            format!("There is an application {name}. Nothing was changed; revoke it first to give it a new token."),
        ));
    }
    replica.together(|replica| {
        replica.put_application(name.as_str(), role.as_str(), token_hash, now_millis)?;
        note(replica, clerk, Act::ApplicationMade, name, now_millis)
    })?;
    Ok(json!({"name": name, "clerk": name.clerk(), "role": role}))
}

/// `{"name"}`.
pub(super) fn revoke(
    replica: &mut Replica,
    name: &ApplicationName,
    clerk: &ClerkId,
    now_millis: i64,
) -> Result<Value, Failure> {
    replica.together(|replica| {
        if !replica.revoke_application(name.as_str(), now_millis)? {
            return Err(Failure::new(
                Blame::NotFound,
                "no_application",
                format!("Aplikasi {name} tidak ada atau sudah dicabut. Tidak ada yang berubah."),
                format!("There is no application {name}, or it is revoked already. Nothing was changed."),
            ));
        }
        note(replica, clerk, Act::ApplicationRevoked, name, now_millis)
    })?;
    Ok(json!({"name": name}))
}

fn note(
    replica: &mut Replica,
    clerk: &ClerkId,
    act: Act,
    name: &ApplicationName,
    now_millis: i64,
) -> Result<(), Failure> {
    let subject = name.clerk().to_string();
    Ok(replica.note_act(&AuditItem {
        at_millis: now_millis,
        clerk: clerk.to_string(),
        act: act.as_str().to_owned(),
        subject,
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_the_clerk_of_its_changes() {
        let name: ApplicationName = "e-desa".parse().unwrap();
        assert_eq!((name.to_string().as_str(), name.clerk().as_str()), ("e-desa", "app.e-desa"));
        assert!("2".parse::<ApplicationName>().is_ok() && "a".repeat(28).parse::<ApplicationName>().is_ok());
        for bad in ["", "E-Desa", "app.x", "a b", &"a".repeat(29)] {
            assert!(bad.parse::<ApplicationName>().is_err(), "{bad}");
        }
        assert_eq!(no_application(name.clerk()).unwrap_err().code, "user_name");
        assert!(no_application(&"apparat".parse().unwrap()).is_ok());
    }
}
