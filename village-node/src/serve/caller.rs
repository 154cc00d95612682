//! Who asks over the local API: the owner of the data folder, or an application with a token of its own.

use office_model::{ClerkId, Role};
use replica_store::{Application, AuditItem, Replica};

use crate::action::health::HealthListed;
use crate::action::trace::{By, note_act};
use crate::action::{ApplicationName, authority, owner};
use crate::failure::{NO_TOKEN, NOT_FOR_ROLE};
use crate::right::Right;
use crate::serve::Shared;
use crate::{Act, Action, Blame, Failure, Node, moment};

/// Somebody who was let in.
#[derive(Clone)]
pub(crate) enum Caller {
    /// Whoever can read `api.token`: may do what the commands may.
    Owner {
        /// Who changes records where a request names nobody.
        clerk: ClerkId,
    },
    /// A program of the programme.
    Application {
        /// Its name.
        name: ApplicationName,
        /// What it may do.
        role: Role,
        /// Of the token that it came with.
        token_hash: [u8; 32],
    },
}

/// Who a change is of.
pub(crate) struct Author {
    /// As histories show it.
    pub(crate) clerk: ClerkId,
    /// The person an application says it acts for: stands in the audit trail.
    acts_for: Option<ClerkId>,
}

impl Caller {
    /// The application that came with a token; nothing when this program does not know its role.
    pub(super) fn application(application: &Application, token_hash: [u8; 32]) -> Option<Self> {
        let (name, role) = (application.name.parse().ok()?, application.role.parse().ok()?);
        Some(Self::Application { name, role, token_hash })
    }

    /// By what right it changes anything: a token that is revoked meanwhile, or is another role's by now, has none.
    pub(super) fn right(&self) -> Right {
        let Self::Application { role, token_hash, .. } = self else { return Right::of_owner() };
        let (role, token_hash) = (*role, *token_hash);
        Right::of(move |reader| {
            let known = reader.application_of(&token_hash)?;
            if known.is_some_and(|known| known.role == role.as_str()) { Ok(()) } else { Err(no_token()) }
        })
    }

    /// By what its requests are told from those of others.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Owner { .. } => "",
            Self::Application { name, .. } => name.as_str(),
        }
    }

    /// Refuses whom records are not for.
    ///
    /// # Errors
    ///
    /// When the caller's role sees none, or the database cannot be read.
    pub(super) async fn may_read(&self, node: &Node) -> Result<(), Failure> {
        match self {
            Self::Owner { clerk } => {
                let clerk = clerk.clone();
                node.blocking(move |node| owner::check_reading(&node.replica(), clerk.as_str())).await
            }
            Self::Application { .. } => self.may(Role::may_read),
        }
    }

    /// Refuses who may not write.
    ///
    /// # Errors
    ///
    /// When the caller's role does not.
    pub(super) fn may_record(&self) -> Result<(), Failure> {
        self.may(Role::may_record)
    }

    /// Refuses what is not for the caller in this office, as the record stands.
    ///
    /// # Errors
    ///
    /// When it is not, or there is no such record.
    pub(super) fn check(&self, replica: &Replica, action: &Action) -> Result<(), Failure> {
        match self {
            Self::Owner { clerk } => owner::check(replica, action, clerk.as_str()),
            Self::Application { role, .. } => {
                let may = authority::may(replica, *role, action)?;
                self.may(|_| may)
            }
        }
    }

    /// Refuses who may not answer for this office.
    ///
    /// # Errors
    ///
    /// When the caller's role does not.
    pub(super) fn may_answer(&self) -> Result<(), Failure> {
        self.may(Role::may_answer)
    }

    fn may(&self, may: impl Fn(Role) -> bool) -> Result<(), Failure> {
        match self {
            Self::Owner { .. } => Ok(()),
            Self::Application { role, .. } if may(*role) => Ok(()),
            Self::Application { name, role, .. } => Err(Failure::new(
                Blame::State,
                NOT_FOR_ROLE,
                format!("Ini bukan untuk peran {role} dari aplikasi {name}. Tidak ada yang berubah."),
                format!("This is not for the role {role} of the application {name}. Nothing was changed."),
            )),
        }
    }

    /// Who changes records, when the request names somebody.
    ///
    /// # Errors
    ///
    /// When an application acts for somebody who has no open account here.
    pub(super) fn author(&self, replica: &Replica, named: Option<&ClerkId>) -> Result<Author, Failure> {
        match self {
            Self::Owner { clerk } => Ok(Author { clerk: named.unwrap_or(clerk).clone(), acts_for: None }),
            Self::Application { name, .. } => {
                if let Some(person) = named {
                    let account = replica.account(person.as_str())?;
                    if account.is_none_or(|account| account.disabled_millis.is_some()) {
                        return Err(no_account(person));
                    }
                }
                Ok(Author { clerk: name.clerk().clone(), acts_for: named.cloned() })
            }
        }
    }

    /// Notes in the audit trail that a list showed records of health, unless it was noted lately.
    pub(super) fn note_listed(&self, shared: &Shared, listed: &HealthListed) {
        let (known, clerk, by) = match self {
            Self::Owner { clerk } => ("", clerk, By::Owner),
            Self::Application { name, .. } => (name.clerk().as_str(), name.clerk(), By::Desk),
        };
        shared.lately_listed.note(known, listed, || {
            let (by, now) = ((clerk.as_str(), by), moment::now_millis());
            note_act(&mut shared.node.replica(), Act::HealthListed, &listed.about(), by, now)
        });
    }

    /// Notes what was done in the audit trail, as is done for clerks at the desk.
    ///
    /// # Errors
    ///
    /// When the disk refuses.
    pub(super) fn note(
        &self,
        replica: &mut Replica,
        act: Act,
        (about, acts_for): (&str, Option<&Author>),
        now_millis: i64,
    ) -> Result<(), Failure> {
        let name = match self {
            Self::Application { name, .. } => name,
            Self::Owner { clerk } => {
                let clerk = acts_for.map_or(clerk, |author| &author.clerk);
                return note_act(replica, act, about, (clerk.as_str(), By::Owner), now_millis);
            }
        };
        let subject = match acts_for.and_then(|author| author.acts_for.as_ref()) {
            Some(person) => format!("{about} ({person})"),
            None => about.to_owned(),
        };
        let clerk = name.clerk().to_string();
        Ok(replica.note_act(&AuditItem { at_millis: now_millis, clerk, act: act.as_str().to_owned(), subject })?)
    }
}

/// The token opens nothing, or nothing any more.
pub(super) fn no_token() -> Failure {
    Failure::input(
        NO_TOKEN,
        "Permintaan ini tidak diizinkan: token salah atau sudah dicabut; minta yang baru di halaman Akun. Tidak ada yang berubah.",
        "This request is not allowed: the token is wrong or revoked; ask for a new one on the page Accounts. Nothing was changed.",
    )
}

fn no_account(person: &ClerkId) -> Failure {
    Failure::input(
        "clerk",
        format!(
            "Tidak ada akun {person} yang terbuka di komputer ini. Tidak ada yang disimpan; hilangkan `clerk`, atau \
             sebutkan orang yang punya akun."
        ),
        format!(
            "There is no open account {person} on this machine. Nothing was saved; leave `clerk` out, or name somebody \
             who has an account."
        ),
    )
}
