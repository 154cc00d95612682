//! The people who work at the hub's desk: their accounts, roles and second factors, in the hub's database.

use std::fmt;
use std::str::FromStr;

use desk_kit::Language;
use desk_kit::secret::{self, SecretError};
use office_model::{Bilingual, ClerkId};
use replica_store::{Account, AuditItem, Reader, Replica, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Blame, Failure, clock, label, totp};

/// Shorter ones are guessed: this desk is reached over the network.
pub(crate) const CHARACTERS_MIN: usize = 10;
/// Longest name on the screen, in characters.
const SHOWN_MAX: usize = 80;
/// Who did what a command of this machine did, in the audit trail; the command's name comes behind it.
pub(crate) const BY_COMMAND: &str = "perintah";
/// Who tried to sign in under a name that nobody has. What was typed is not kept: it may be a password.
pub(crate) const NOBODY: &str = "(tidak dikenal)";
/// Who did what the hub did unasked.
pub(crate) const ITSELF: &str = "(pusat)";

/// What somebody may do at the hub's desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubRole {
    /// Everything.
    Operator,
    /// Looks, with personal data masked.
    Pengamat,
}

impl HubRole {
    /// The word that accounts keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Pengamat => "pengamat",
        }
    }

    /// What people read.
    pub(crate) fn label(self) -> Bilingual {
        match self {
            Self::Operator => Bilingual::new("Operator", "Operator"),
            Self::Pengamat => Bilingual::new("Pengamat", "Viewer"),
        }
    }

    /// Whether they may change anything.
    pub(crate) const fn may_change(self) -> bool {
        matches!(self, Self::Operator)
    }

    /// Whether names and numbers of citizens are shown whole.
    pub(crate) const fn sees_personal_data(self) -> bool {
        matches!(self, Self::Operator)
    }
}

impl fmt::Display for HubRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for HubRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "operator" => Ok(Self::Operator),
            "pengamat" | "viewer" => Ok(Self::Pengamat),
            _ => Err("operator or pengamat expected".to_owned()),
        }
    }
}

/// The second factor of an account, as it is kept.
#[derive(Serialize, Deserialize)]
struct Factor {
    /// Base 32.
    secret: String,
    /// Step of the last code that was used.
    last: u64,
}

fn factor_key(name: &str) -> String {
    format!("operator/factor/{name}")
}

fn factor(reader: &Reader, name: &str) -> Result<Option<Factor>, StoreError> {
    let kept = reader.setting(&factor_key(name))?;
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn put_factor(replica: &mut Replica, name: &str, factor: &Factor) -> Result<(), StoreError> {
    let kept = serde_json::to_vec(factor).unwrap_or_default();
    replica.set_setting(&factor_key(name), &kept)
}

/// A command of this machine, as the audit trail names who did something. No account has a name with a space.
pub(crate) fn by_command(name: &str) -> String {
    format!("{BY_COMMAND} {name}")
}

/// The command, where it was one; empty where a program of before did not say which.
pub(crate) fn command_of(by: &str) -> Option<&str> {
    let name = by.strip_prefix(BY_COMMAND)?;
    if name.is_empty() { Some(name) } else { name.strip_prefix(' ') }
}

/// Notes an act in the audit trail.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note(
    replica: &mut Replica,
    by: &str,
    act: &str,
    subject: &str,
    now_millis: i64,
) -> Result<(), StoreError> {
    let clerk: String = by.chars().take(40).collect();
    replica.note_act(&AuditItem { at_millis: now_millis, clerk, act: act.to_owned(), subject: subject.to_owned() })
}

/// Uses a code up. True when it was good; only then is the account let in.
///
/// # Errors
///
/// When the disk refuses: the code was not used up then.
pub(crate) fn use_code(replica: &mut Replica, name: &str, typed: &str, now_millis: i64) -> Result<bool, StoreError> {
    let Some(kept) = factor(replica, name)? else { return Ok(false) };
    let secret = totp::read(&kept.secret).unwrap_or_default();
    let Some(step) = totp::step_of(&secret, typed, now_millis, kept.last) else { return Ok(false) };
    put_factor(replica, name, &Factor { last: step, ..kept })?;
    Ok(true)
}

/// What is done to accounts, by commands and by the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OperatorChange {
    /// Make an account.
    Add {
        /// What is typed to sign in.
        name: ClerkId,
        /// Name on the screen.
        shown: String,
        /// What they may do.
        role: HubRole,
        /// Hash of the password.
        secret: String,
    },
    /// Another password.
    Secret {
        /// Whose.
        name: ClerkId,
        /// Its hash.
        secret: String,
    },
    /// Another second factor: the one until now is lost.
    Factor {
        /// Whose.
        name: ClerkId,
    },
    /// Shut the account, or open it again.
    Shut {
        /// Which.
        name: ClerkId,
        /// Shut, or open.
        shut: bool,
    },
}

/// The hash of a new password.
///
/// # Errors
///
/// When it is too short or too long, or one that is guessed at once.
pub(crate) fn hash(typed: &str) -> Result<String, Failure> {
    secret::hash(typed, CHARACTERS_MIN, &clock::random::<16>()?).map_err(|error| match error {
        SecretError::Weak => Failure::input(
            format!(
                "the password has less than {CHARACTERS_MIN} characters, is one over and over, or counts up or down"
            ),
            "choose another one",
        ),
        SecretError::Broken(why) => Failure::internal(why),
    })
}

/// Changes accounts. `by`: who does it.
///
/// # Errors
///
/// When there is no such account, or one already; when the disk refuses.
pub(crate) fn change(
    replica: &mut Replica,
    by: &str,
    change: &OperatorChange,
    now_millis: i64,
) -> Result<Value, Failure> {
    match change {
        OperatorChange::Add { name, shown, role, secret } => add(replica, by, (name, shown, *role, secret), now_millis),
        OperatorChange::Secret { name, secret } => {
            let account = existing(replica, name)?;
            replica.put_account(&Account { secret: secret.clone(), ..account })?;
            note(replica, by, "secret_changed", name.as_str(), now_millis)?;
            Ok(json!({ "name": name }))
        }
        OperatorChange::Factor { name } => {
            existing(replica, name)?;
            let made = new_factor(replica, name)?;
            note(replica, by, "factor_made", name.as_str(), now_millis)?;
            Ok(made)
        }
        OperatorChange::Shut { name, shut } => {
            let account = existing(replica, name)?;
            let disabled_millis = shut.then(|| account.disabled_millis.unwrap_or(now_millis));
            replica.put_account(&Account { disabled_millis, ..account })?;
            note(replica, by, if *shut { "account_shut" } else { "account_opened" }, name.as_str(), now_millis)?;
            Ok(json!({ "name": name, "disabled_millis": disabled_millis }))
        }
    }
}

fn add(
    replica: &mut Replica,
    by: &str,
    (name, shown, role, secret): (&ClerkId, &str, HubRole, &str),
    now_millis: i64,
) -> Result<Value, Failure> {
    if replica.account(name.as_str())?.is_some() {
        return Err(Failure::input(
            format!("there is an operator {name} already"),
            "choose another name; sync-server operator password and sync-server operator code change this one",
        ));
    }
    let is_shown = |text: &str| !text.is_empty() && text.chars().count() <= SHOWN_MAX && label::is_plain(text);
    if !is_shown(shown) {
        return Err(Failure::input(
            "the full name is empty, too long, or has signs that cannot be seen or turn the reading direction",
            "write it with --shown",
        ));
    }
    replica.put_account(&Account {
        name: name.to_string(),
        shown: shown.to_owned(),
        role: role.as_str().to_owned(),
        secret: secret.to_owned(),
        language: Language::default().code().to_owned(),
        created_millis: now_millis,
        disabled_millis: None,
    })?;
    let mut made = new_factor(replica, name)?;
    note(replica, by, "account_made", name.as_str(), now_millis)?;
    if let Some(made) = made.as_object_mut() {
        made.insert("role".to_owned(), json!(role));
    }
    Ok(made)
}

/// Makes a second factor; what the app is to be told, which is never shown again.
fn new_factor(replica: &mut Replica, name: &ClerkId) -> Result<Value, Failure> {
    let secret = clock::random::<{ totp::SECRET_BYTES }>()?;
    put_factor(replica, name.as_str(), &Factor { secret: totp::spelled(&secret), last: 0 })?;
    Ok(
        json!({ "name": name, "code_secret": totp::spelled(&secret), "code_url": totp::address(name.as_str(), &secret) }),
    )
}

fn existing(reader: &Reader, name: &ClerkId) -> Result<Account, Failure> {
    reader.account(name.as_str())?.ok_or_else(|| {
        Failure::new(
            Blame::NotFound,
            format!("there is no operator {name}"),
            "sync-server operator list shows them all",
        )
    })
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;

    use super::*;
    use crate::init;

    fn hub(dir: &std::path::Path) -> Replica {
        let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
        init::init(dir, roster).unwrap();
        Replica::open(dir, "test", EpochId([1; 16])).unwrap().0
    }

    #[test]
    fn an_account_is_made_once_and_its_codes_are_good_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut hub = hub(dir.path());
        let name: ClerkId = "wayan".parse().unwrap();
        let secret = hash("rahasia-sekali").unwrap();
        let add =
            OperatorChange::Add { name: name.clone(), shown: "Wayan".to_owned(), role: HubRole::Operator, secret };
        let made = change(&mut hub, BY_COMMAND, &add, 5).unwrap();
        assert!(made["code_url"].as_str().unwrap().contains(made["code_secret"].as_str().unwrap()));
        assert_eq!(change(&mut hub, BY_COMMAND, &add, 5).unwrap_err().blame, Blame::Input);
        let put = Factor { secret: totp::spelled(b"12345678901234567890"), last: 0 };
        put_factor(&mut hub, "wayan", &put).unwrap();
        assert!(!use_code(&mut hub, "wayan", "000000", 59_000).unwrap());
        assert!(use_code(&mut hub, "wayan", "287082", 59_000).unwrap());
        assert!(!use_code(&mut hub, "wayan", "287082", 59_000).unwrap(), "seen over a shoulder");
        assert!(!use_code(&mut hub, "nobody", "287082", 59_000).unwrap());
        change(&mut hub, BY_COMMAND, &OperatorChange::Factor { name: name.clone() }, 6).unwrap();
        change(&mut hub, "wayan", &OperatorChange::Shut { name: name.clone(), shut: true }, 7).unwrap();
        assert_eq!(hub.account("wayan").unwrap().unwrap().disabled_millis, Some(7));
        let acts: Vec<_> = hub.audit(9).unwrap().into_iter().map(|item| (item.clerk, item.act)).collect();
        let wanted = [("wayan", "account_shut"), ("perintah", "factor_made"), ("perintah", "account_made")];
        assert_eq!(acts, wanted.map(|(by, act)| (by.to_owned(), act.to_owned())));
        let nobody = OperatorChange::Factor { name: "budi".parse().unwrap() };
        assert_eq!(change(&mut hub, BY_COMMAND, &nobody, 8).unwrap_err().blame, Blame::NotFound);
    }

    #[test]
    fn short_passwords_are_refused() {
        assert!(hash("pendek").is_err() && hash("xxxxxxxxxxxx").is_err() && hash("cukup-panjang").is_ok());
    }
}
