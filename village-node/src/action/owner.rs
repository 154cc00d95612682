//! What the owner of the data folder may do and read by commands: what the clerk may that it is done as.

use office_model::{Chain, ClerkId, Role, Status};
use replica_store::{Account, Replica};

use super::standing::is_decision_of_camat;
use super::{Action, authority, chain, load};
use crate::failure::NOT_FOR_ROLE;
use crate::{Blame, Failure};

/// Refuses what is not for the clerk that it is done as; `asker`, where the action names nobody. Somebody without an account
/// here takes those steps that the office's chain leaves to whoever serves, and may do all else: who reads this folder could
/// change it with any program.
///
/// # Errors
///
/// When it is not for them, there is no such record, or the database cannot be read.
pub(crate) fn check(replica: &Replica, action: &Action, asker: &str) -> Result<(), Failure> {
    if let Action::SetProfile { clerk, .. } = action {
        return check_managing(replica, clerk);
    }
    let Some(clerk) = action.writes_as() else {
        let of_role = |role| authority::may(replica, role, action);
        return if action.reads() { check_reader(replica, asker, of_role) } else { Ok(()) };
    };
    if waits_for_camat(replica, action)? {
        // Whose decision it is says what does it.
        return Ok(());
    }
    let Some(account) = replica.account(clerk.as_str())? else {
        let is_village = replica.office().is_some_and(|office| office.is_village());
        return match action {
            Action::Step { .. } | Action::Settle { .. }
                if is_village && !authority::may(replica, Role::Petugas, action)? =>
            {
                Err(needs_account(clerk))
            }
            _ => Ok(()),
        };
    };
    if account.disabled_millis.is_some() {
        return Err(shut(clerk));
    }
    // An account of a role that this program does not know opens nothing at the desk either.
    let Ok(role) = account.role.parse::<Role>() else { return Err(not_for_role(clerk, &account.role)) };
    if authority::may(replica, role, action)? { Ok(()) } else { Err(not_for_role(clerk, role.as_str())) }
}

/// Refuses to set the office's profile, which says who may take which step, to whoever may not on its page; and to somebody
/// without an account where the chain that stands does not leave all to everybody.
fn check_managing(replica: &Replica, clerk: &ClerkId) -> Result<(), Failure> {
    match replica.account(clerk.as_str())? {
        Some(account) if account.disabled_millis.is_some() => Err(shut(clerk)),
        Some(account) if account.role.parse().is_ok_and(Role::may_manage) => Ok(()),
        Some(account) => Err(not_for_role(clerk, &account.role)),
        None if chain::of(replica)? == Chain::default() => Ok(()),
        None => Err(needs_account(clerk)),
    }
}

/// Refuses whom records are not for. Somebody without an account here sees all: who reads this folder could read it with any
/// program.
///
/// # Errors
///
/// When they are not for them, or the database cannot be read.
pub(crate) fn check_reading(replica: &Replica, asker: &str) -> Result<(), Failure> {
    check_reader(replica, asker, |role| Ok(role.may_read()))
}

fn check_reader(
    replica: &Replica,
    asker: &str,
    of_role: impl Fn(Role) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let Some(account) = replica.account(asker)? else { return Ok(()) };
    let may = match account.role.parse::<Role>() {
        Ok(role) if account.disabled_millis.is_none() => of_role(role)?,
        _ => false,
    };
    if may { Ok(()) } else { Err(shows_nothing(asker, &account)) }
}

/// Whether an action is a village's step with a record that waits for the sub-district.
fn waits_for_camat(replica: &Replica, action: &Action) -> Result<bool, Failure> {
    let Action::Step { id, to, .. } = action else { return Ok(false) };
    let is_village = replica.office().is_some_and(|office| office.is_village());
    let from = load(replica, *id)?.row().status.parse::<Status>();
    Ok(is_village && from.is_ok_and(|from| is_decision_of_camat(from, *to)))
}

fn shut(clerk: &ClerkId) -> Failure {
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!(
            "Akun {clerk} di komputer ini sudah ditutup. Tidak ada yang berubah; sebutkan orang lain dengan --clerk."
        ),
        format!("The account {clerk} of this machine is shut. Nothing was changed; name somebody else with --clerk."),
    )
}

fn shows_nothing(clerk: &str, account: &Account) -> Failure {
    let (id, en) = match account.disabled_millis {
        Some(_) => (
            format!("Akun {clerk} di komputer ini sudah ditutup."),
            format!("The account {clerk} of this machine is shut."),
        ),
        None => (
            format!("Ini tidak ditampilkan kepada peran {} dari akun {clerk}.", account.role),
            format!("This is not shown to the role {} of the account {clerk}.", account.role),
        ),
    };
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!("{id} Tidak ada yang ditampilkan atau berubah; yang berhak melakukannya, dengan --clerk."),
        format!("{en} Nothing was shown or changed; somebody whose part it is does it, with --clerk."),
    )
}

fn not_for_role(clerk: &ClerkId, role: &str) -> Failure {
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!(
            "Ini bukan untuk peran {role} dari akun {clerk}. Tidak ada yang berubah; yang berhak melakukannya, atau ubah \
             susunan langkah di halaman Kantor."
        ),
        format!(
            "This is not for the role {role} of the account {clerk}. Nothing was changed; somebody whose part it is does \
             it, or change the chain of steps on the page Office."
        ),
    )
}

fn needs_account(clerk: &ClerkId) -> Failure {
    Failure::new(
        Blame::State,
        NOT_FOR_ROLE,
        format!(
            "Kantor ini mengatur siapa mengambil langkah apa, dan {clerk} tidak punya akun di komputer ini. Tidak ada yang \
             berubah; sebutkan orang yang punya akun dengan --clerk, atau buat akunnya dengan `account put`."
        ),
        format!(
            "This office says who takes which step, and {clerk} has no account on this machine. Nothing was changed; name \
             somebody who has one with --clerk, or make one with `account put`."
        ),
    )
}
