//! One node: an open data folder. Used by the commands, by `serve`, and by programs that run many nodes at once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use change_log::EpochId;
use exchange_driver::NodeIdentity;
use gate_worker::{GatePlace, WorkerCommand};
use replica_store::{Durability, Gate, OpenError, Opened, Replica, Watch, WhyNewEpoch};
use tokio::sync::watch;

use crate::action::trace::{self, By};
use crate::action::{self, Action, handbook, owner};
use crate::identity::lost;
use crate::right::Right;
use crate::sealing::{Sealer, Sealing};
use crate::sync::Live;
use crate::wiping::{self, Wiped};
use crate::{Failure, Identity, moment};

/// How a node is opened.
#[derive(Debug, Clone)]
pub struct NodeOptions {
    /// Names the machine: a folder copied to another one is noticed. No spaces.
    pub machine: String,
    /// How hard a commit is; anything but the default is for tests.
    pub durability: Durability,
    /// Where what the hub sends is judged.
    pub gate: GatePlace,
    /// Where the hub is, if it moved since the enrolment; its key must be the same.
    pub hub_url: Option<String>,
}

impl NodeOptions {
    /// As the program opens a node: it judges in a child process of its own.
    pub(crate) fn of_program() -> Self {
        Self { gate: GatePlace::Child(WorkerCommand::this_program()), ..Self::default() }
    }
}

impl Default for NodeOptions {
    fn default() -> Self {
        Self { machine: moment::machine_name(), durability: Durability::Power, gate: GatePlace::Here, hub_url: None }
    }
}

/// One node. Cheap to clone; all clones are the same node. Everything that touches the store blocks: from
/// asynchronous code use [`Node::blocking`].
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    identity: Identity,
    began: Option<WhyNewEpoch>,
    identity_rewritten: bool,
    replica: Mutex<Replica>,
    gate: Mutex<Box<dyn Gate + Send>>,
    recorded: watch::Sender<()>,
    shown: watch::Sender<()>,
    wiped: watch::Sender<bool>,
    live: Live,
    sealer: Mutex<Sealer>,
    /// Of so many publications it was looked what is to be learned of them.
    learned: AtomicUsize,
}

/// What was noticed when a folder was opened.
#[derive(Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) opened: Opened,
    pub(crate) identity_rewritten: bool,
}

/// What is done with one commit.
pub(crate) struct Doing<'a> {
    pub(crate) replica: &'a mut Replica,
    /// When it is done: device clock, milliseconds since 1970 UTC.
    pub(crate) now_millis: i64,
    identity: &'a NodeIdentity,
    sealer: &'a Sealer,
}

impl Doing<'_> {
    /// Does what an action asks for, and says what came of it.
    ///
    /// # Errors
    ///
    /// When it cannot be done.
    pub(crate) fn perform(&mut self, action: &Action) -> Result<serde_json::Value, Failure> {
        action::perform(self.replica, self.identity, self.sealer, action, self.now_millis, &mut |_, _| ())
    }
}

impl Node {
    /// Opens the node of a data folder. An identity file that is damaged or gone is written again from the database.
    ///
    /// # Errors
    ///
    /// When the folder has not joined an office, was wiped, is in use, lacks its database, or the disk refuses.
    pub fn open(dir: &Path, options: &NodeOptions) -> Result<Self, Failure> {
        if let Some(wiped) = Wiped::load(dir)? {
            wiping::clear(dir)?;
            return Err(wiped.failure());
        }
        let loaded = Identity::load(dir);
        let fresh = EpochId(moment::random()?);
        let (replica, opened) = match Replica::open_with(dir, &options.machine, fresh, options.durability) {
            Err(OpenError::Missing(_)) => return Err(loaded.err().unwrap_or_else(|| database_missing(dir))),
            opened => opened?,
        };
        let (identity, identity_rewritten) = match loaded {
            Ok(identity) => (identity, false),
            Err(failure) => (rewrite_identity(dir, &replica, failure)?, true),
        };
        Self::of(identity, replica, Opening { opened, identity_rewritten }, options)
    }

    pub(crate) fn of(
        identity: Identity,
        mut replica: Replica,
        opening: Opening,
        options: &NodeOptions,
    ) -> Result<Self, Failure> {
        if replica.node() != Some(identity.node) || replica.hub() != identity.hub {
            return Err(Failure::new(
                crate::Blame::State,
                "identity_differs",
                "Identitas dan basis data di folder ini bukan pasangan. Tidak ada yang berubah; pulihkan keduanya \
                 dari cadangan yang sama.",
                "The identity and the database in this folder do not belong together. Nothing was changed; restore \
                 both from the same backup.",
            ));
        }
        if let Err(failure) = identity.keep_in(&mut replica) {
            // A full disk must not keep people from reading; the next opening tries again.
            tracing::warn!(code = failure.code, text = failure.text.en, "the database could not keep the identity");
        }
        let hub_url = options.hub_url.as_deref().map_or(identity.hub_url, plain_url);
        let identity = Identity { hub_url, ..identity };
        let live = Live::new(&identity, &replica)?;
        let learned = AtomicUsize::new(handbook::learn(&replica, &live.identity, 0)?);
        let sealer = Mutex::new(Sealer::of(&identity));
        let dir = replica.dir().to_owned();
        let inner = Inner {
            dir,
            identity,
            began: opening.opened.epoch_began,
            identity_rewritten: opening.identity_rewritten,
            replica: Mutex::new(replica),
            gate: Mutex::new(options.gate.open()),
            recorded: watch::channel(()).0,
            shown: watch::channel(()).0,
            wiped: watch::channel(false).0,
            live,
            sealer,
            learned,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Who it is; with the address of the hub where it is called now.
    pub fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    /// Why a new epoch began when the folder was opened, if one did.
    pub fn epoch_began(&self) -> Option<WhyNewEpoch> {
        self.inner.began
    }

    /// Whether the identity file was damaged or gone when the folder was opened, and was written again.
    pub fn identity_rewritten(&self) -> bool {
        self.inner.identity_rewritten
    }

    /// The store, for as long as the guard lives. Blocks while another thread has it.
    pub fn replica(&self) -> MutexGuard<'_, Replica> {
        // A panic elsewhere cannot leave half a commit: SQLite rolled it back.
        self.inner.replica.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The gate, for as long as the guard lives. Whoever has the store may take it, not the other way round.
    pub(crate) fn gate(&self) -> MutexGuard<'_, Box<dyn Gate + Send>> {
        // A gate keeps nothing between two batches but its process, which it looks after.
        self.inner.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what an action asks for, and says what came of it.
    ///
    /// # Errors
    ///
    /// When it cannot be done; nothing was changed then, unless the failure says so.
    pub fn perform(&self, action: &Action) -> Result<serde_json::Value, Failure> {
        self.perform_watched(action, &mut |_, _| ())
    }

    /// [`Node::perform`], with the progress of what takes long: how much is done, and how much there is.
    ///
    /// # Errors
    ///
    /// As [`Node::perform`].
    pub fn perform_watched(&self, action: &Action, watch: &mut Watch<'_>) -> Result<serde_json::Value, Failure> {
        let (identity, sealer) = (&self.inner.live.identity, self.sealer());
        let mut replica = self.replica();
        self.check_not_wiped()?;
        let mut done = action::perform(&mut replica, identity, &sealer, action, moment::now_millis(), watch);
        if done.as_ref().is_err_and(Failure::wants_new_epoch) {
            replica.begin_epoch(EpochId(moment::random()?))?;
            done = action::perform(&mut replica, identity, &sealer, action, moment::now_millis(), watch);
        }
        let done = done.and_then(|answer| action::under_way::added(&replica, self.live(), action, answer));
        let dir = replica.dir().to_owned();
        drop(replica);
        if done.is_ok() && action.writes() {
            self.note_recorded();
        }
        match (done, action) {
            (Ok(answer), Action::Backup { file }) => action::with_files(&dir, file, answer),
            (done, _) => done,
        }
    }

    /// Everything that `work` looks at, does and notes, with one commit and nobody in between; or nothing. It is called again
    /// where a new epoch had to begin first. `right`: of whoever asked for it, who must still have it.
    ///
    /// # Errors
    ///
    /// When the right is gone, and whatever `work` says; nothing was changed then.
    pub(crate) fn act<T>(
        &self,
        right: &Right,
        work: impl Fn(&mut Doing<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (identity, sealer) = (&self.inner.live.identity, &self.sealer());
        let mut replica = self.replica();
        self.check_not_wiped()?;
        let now_millis = moment::now_millis();
        let act = |replica: &mut Replica| {
            right.check(replica)?;
            work(&mut Doing { replica, now_millis, identity, sealer })
        };
        let mut done = replica.together(act);
        if done.as_ref().is_err_and(Failure::wants_new_epoch) {
            replica.begin_epoch(EpochId(moment::random()?))?;
            done = replica.together(act);
        }
        drop(replica);
        if done.is_ok() {
            self.note_recorded();
        }
        done
    }

    /// [`Node::perform_watched`] for the owner of the folder, who is `clerk`: by the rules of the clerk that it is done as,
    /// and noted in the audit trail.
    ///
    /// # Errors
    ///
    /// As [`Node::perform`], and when it is not for that clerk.
    pub(crate) fn perform_for_owner(
        &self,
        action: &Action,
        clerk: &str,
        watch: &mut Watch<'_>,
    ) -> Result<serde_json::Value, Failure> {
        // Of many records one that cannot be stored keeps the others from nothing: they are no one commit.
        if action.writes() && !matches!(action, Action::Record { .. }) {
            let by = (clerk, By::Owner, &Right::of_owner());
            return self.perform_checked(action, by, |replica| owner::check(replica, action, clerk));
        }
        owner::check(&self.replica(), action, clerk)?;
        let answer = self.perform_watched(action, watch)?;
        let noted = trace::note(&mut self.replica(), action, &answer, (clerk, By::Owner), moment::now_millis());
        trace::warn_unnoted(noted);
        Ok(answer)
    }

    /// [`Node::perform`] where `check` has nothing against it, noted in the audit trail: all with one commit, so that nobody
    /// changes anything in between. `by`: who does it, where the action names nobody, by which way, and by what right.
    ///
    /// # Errors
    ///
    /// What `check` says, and as [`Node::perform`]; nothing was changed then.
    pub(crate) fn perform_checked(
        &self,
        action: &Action,
        (clerk, by, right): (&str, By, &Right),
        check: impl Fn(&Replica) -> Result<(), Failure>,
    ) -> Result<serde_json::Value, Failure> {
        self.act(right, |doing| {
            check(doing.replica)?;
            let answer = doing.perform(action)?;
            trace::note(doing.replica, action, &answer, (clerk, by), doing.now_millis)?;
            Ok(answer)
        })
    }

    /// Goes by what the hub published since it was last looked.
    pub(crate) fn learn(&self) -> Result<(), Failure> {
        let seen = self.inner.learned.load(Ordering::Relaxed);
        let now = handbook::learn(&self.replica(), &self.inner.live.identity, seen)?;
        self.inner.learned.store(now, Ordering::Relaxed);
        Ok(())
    }

    fn note_recorded(&self) {
        self.inner.recorded.send_replace(());
        self.note_shown();
    }

    /// Wakes whoever waits for changes: some may have become visible.
    pub(crate) fn note_shown(&self) {
        self.inner.shown.send_replace(());
    }

    /// Changes whenever changes may have become visible from now on, from here or from elsewhere.
    pub(crate) fn showings(&self) -> watch::Receiver<()> {
        self.inner.shown.subscribe()
    }

    /// [`Node::perform`] from asynchronous code.
    ///
    /// # Errors
    ///
    /// As [`Node::perform`].
    pub async fn perform_soon(&self, action: Action) -> Result<serde_json::Value, Failure> {
        self.blocking(move |node| node.perform(&action)).await
    }

    /// Runs work on the store on a thread where it may block.
    ///
    /// # Errors
    ///
    /// Whatever `act` says; and when it panicked.
    pub async fn blocking<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let node = self.clone();
        tokio::task::spawn_blocking(move || act(&node)).await.unwrap_or_else(|error| Err(Failure::internal(&error)))
    }

    /// What letters are sealed with.
    pub(crate) fn sealer(&self) -> Sealer {
        self.inner.sealer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what the hub gave to seal letters with: in the identity file, in its copy, and for the next letter.
    pub(crate) fn keep_sealing(&self, sealing: Sealing) -> Result<(), Failure> {
        // The file, since it has the hub's address from the enrolment.
        let mut kept = Identity::load(self.dir())?;
        if kept.sealing.as_ref() == Some(&sealing) {
            return Ok(());
        }
        kept.sealing = Some(sealing.clone());
        kept.save(self.dir())?;
        kept.keep_in(&mut self.replica())?;
        let now = Identity { sealing: Some(sealing), ..self.identity().clone() };
        *self.inner.sealer.lock().unwrap_or_else(PoisonError::into_inner) = Sealer::of(&now);
        Ok(())
    }

    /// The folder was wiped: whoever serves it stops.
    pub(crate) fn note_wiped(&self) {
        self.inner.wiped.send_replace(true);
    }

    /// What is written into a folder that was wiped is nowhere: nobody is told that it was saved.
    fn check_not_wiped(&self) -> Result<(), Failure> {
        if !*self.inner.wiped.borrow() {
            return Ok(());
        }
        Err(Failure::new(
            crate::Blame::State,
            "wiped",
            "Komputer ini baru saja dikeluarkan oleh operator pusat dan dihapus isinya. Yang ini tidak tersimpan; catat di \
             komputer lain.",
            "The hub's operator has just shut this machine out, and it was wiped. This was not saved; record it on another \
             machine.",
        ))
    }

    /// Done when the folder was wiped.
    pub(crate) async fn is_wiped(&self) {
        // The sender lives as long as this.
        let _ = self.inner.wiped.subscribe().wait_for(|wiped| *wiped).await;
    }

    /// Changes whenever something is recorded from now on.
    pub(crate) fn recordings(&self) -> watch::Receiver<()> {
        self.inner.recorded.subscribe()
    }

    /// What exchanges leave in memory.
    pub(crate) fn live(&self) -> &Live {
        &self.inner.live
    }
}

fn rewrite_identity(dir: &Path, replica: &Replica, failure: Failure) -> Result<Identity, Failure> {
    if !matches!(failure.code.as_str(), "not_enrolled" | "identity_damaged") {
        return Err(failure);
    }
    let identity = Identity::kept_in(replica)?.ok_or_else(|| lost(dir, "identity_damaged"))?;
    identity.save(dir)?;
    tracing::warn!("identity.json was damaged or gone; it was written again from the database");
    Ok(identity)
}

fn database_missing(dir: &Path) -> Failure {
    let dir = dir.display();
    Failure::new(
        crate::Blame::State,
        "database_missing",
        format!(
            "Basis data replica.db di folder {dir} hilang, tetapi komputer ini sudah terdaftar. Tidak ada yang berubah; \
             jalankan `village-node restore CADANGAN`, atau hubungi operator pusat. Jangan mendaftar ulang di sini."
        ),
        format!(
            "The database replica.db in the folder {dir} is gone, yet this machine has joined an office. Nothing was \
             changed; run `village-node restore BACKUP`, or ask the hub's operator. Do not join again here."
        ),
    )
}

/// An address as it is kept: without the last stroke.
pub(crate) fn plain_url(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({:?})", self.inner.identity)
    }
}
