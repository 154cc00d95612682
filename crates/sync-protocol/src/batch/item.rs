//! How one item of a batch is coded: where it stands, which change it follows, and its operations.

use change_log::{ChangeHash, DEPENDENCIES_MAX, DocumentId, EpochId, Position};

use super::mixer::{Kind, context};
use super::model::Model;
use super::places::{Known, Places};
use super::range::Coder;
use super::residue::Residue;
use super::values::{Around, stand_in};
use super::{BatchError, References};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Form {
    /// A change, drafted.
    #[default]
    Drafted,
    /// A place in a log whose change the receiver holds.
    Own,
    /// A change as it is.
    Plain,
}

/// How a change says which document it belongs to and what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Link {
    /// It begins a document, whose id follows from its place and time.
    #[default]
    First,
    /// It depends on the change so many places before in the same log, only.
    Before(u64),
    /// Anything else.
    Spelled { document: Option<DocumentId>, dependencies: Vec<Dependency> },
}

/// A change that another depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dependency {
    /// By its place.
    Place(EpochId, Position),
    /// By its hash.
    Hash(ChangeHash),
}

/// What a change says besides its operations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Head {
    pub(super) link: Link,
    /// Milliseconds since the change before in the stream.
    pub(super) elapsed: i64,
    pub(super) message: Vec<u8>,
}

/// What the items of a stream have in common with the one before.
#[derive(Debug, Clone, Default)]
pub(super) struct Last {
    form: u32,
    epoch: Option<EpochId>,
    pub(super) millis: i64,
    whole_seconds: bool,
    link: u32,
    link_before: u32,
    message: u32,
}

/// What follows from a link.
pub(super) struct Linked {
    pub(super) document: Option<DocumentId>,
    pub(super) dependencies: Vec<ChangeHash>,
    /// The latest change it builds on.
    pub(super) before: Option<(EpochId, Known)>,
    /// The sequence number it will probably have, and the number of its first operation.
    pub(super) sequence: u64,
    pub(super) start_op: u64,
}

impl Last {
    /// Codes what an item is and where it stands.
    pub(super) fn place(
        &mut self,
        model: &mut Model,
        channel: &mut impl Coder,
        places: &mut Places,
        (form, epoch, position): (Form, EpochId, Position),
    ) -> Result<(Form, EpochId, Position), BatchError> {
        let form = match form {
            Form::Drafted => 0,
            Form::Own => 1,
            Form::Plain => 2,
        };
        let form = model.mixer.number(channel, Kind::Structure, &[context(&[60, self.form])], form);
        let form_context = u32::try_from(form).unwrap_or(u32::MAX);
        self.form = form_context;
        let same = self.epoch.filter(|last| model.mixer.flag(channel, &[context(&[61])], *last == epoch));
        let epoch = match same {
            Some(epoch) => epoch,
            None => places.code(&mut model.mixer, channel, epoch)?,
        };
        self.epoch = Some(epoch);
        let last = places.last(&epoch).ok_or(BatchError::Malformed)?;
        let step = zigzag(position.wrapping_sub(last.wrapping_add(1)).cast_signed());
        let step = model.mixer.number(channel, Kind::Number, &[context(&[63, form_context])], step);
        let position = last.wrapping_add(1).wrapping_add(unzigzag(step).cast_unsigned());
        if position == 0 || position > 1 << 62 {
            return Err(BatchError::Malformed);
        }
        *last = position;
        let form = match form {
            0 => Form::Drafted,
            1 => Form::Own,
            2 => Form::Plain,
            _ => return Err(BatchError::Malformed),
        };
        Ok((form, epoch, position))
    }

    /// Codes what a change says besides its operations.
    pub(super) fn head(
        &mut self,
        model: &mut Model,
        channel: &mut impl Coder,
        residue: &mut Residue<'_>,
        places: &mut Places,
        given: &Head,
    ) -> Result<Head, BatchError> {
        let form = match &given.link {
            Link::First => 0,
            Link::Spelled { .. } => 1,
            Link::Before(distance) => distance.saturating_add(1),
        };
        let contexts = [context(&[64, self.link]), context(&[65, self.link, self.link_before])];
        let form = model.mixer.number(channel, Kind::Structure, &contexts, form);
        let link = match form {
            0 => Link::First,
            1 => spelled(model, channel, places, &given.link)?,
            distance => Link::Before(distance - 1),
        };
        let kind = u32::try_from(form.min(2)).unwrap_or(2);
        self.link_before = self.link;
        self.link = u32::try_from(form.min(3)).unwrap_or(3);
        let whole = context(&[66, u32::from(self.whole_seconds)]);
        self.whole_seconds = model.mixer.flag(channel, &[whole], given.elapsed % 1000 == 0);
        let unit = if self.whole_seconds { 1000 } else { 1 };
        let contexts = [context(&[67, kind]), context(&[68, kind, u32::from(self.whole_seconds)])];
        let elapsed = model.mixer.number(channel, Kind::Number, &contexts, zigzag(given.elapsed / unit));
        let elapsed = unzigzag(elapsed).wrapping_mul(unit);
        let around = Around { field: 69, topic: kind, left: self.message, ..Around::default() };
        let message = model.text(channel, residue, &around, &given.message)?;
        self.message = stand_in(&message);
        Ok(Head { link, elapsed, message })
    }
}

fn spelled(model: &mut Model, channel: &mut impl Coder, places: &mut Places, given: &Link) -> Result<Link, BatchError> {
    let (document, dependencies) = match given {
        Link::Spelled { document, dependencies } => (*document, dependencies.as_slice()),
        Link::First | Link::Before(_) => (None, &[][..]),
    };
    let document = if model.mixer.flag(channel, &[context(&[70])], document.is_some()) {
        let given = document.map_or([0; 16], |document| *document.as_bytes());
        Some(DocumentId(uuid::Uuid::from_bytes(spell(channel, given))))
    } else {
        None
    };
    let count = model.mixer.number(channel, Kind::Number, &[context(&[71])], dependencies.len() as u64);
    if count > DEPENDENCIES_MAX as u64 {
        return Err(BatchError::TooLarge);
    }
    let mut coded = Vec::new();
    for at in 0..usize::try_from(count).unwrap_or(0) {
        let given = dependencies.get(at).copied().unwrap_or(Dependency::Hash(ChangeHash([0; 32])));
        let by_place = matches!(given, Dependency::Place(..));
        coded.push(if model.mixer.flag(channel, &[context(&[72])], by_place) {
            let (epoch, position) = match given {
                Dependency::Place(epoch, position) => (epoch, position),
                Dependency::Hash(_) => (EpochId([0; 16]), 0),
            };
            let epoch = places.code(&mut model.mixer, channel, epoch)?;
            Dependency::Place(epoch, model.mixer.number(channel, Kind::Number, &[context(&[74])], position))
        } else {
            let given = match given {
                Dependency::Hash(hash) => hash.0,
                Dependency::Place(..) => [0; 32],
            };
            Dependency::Hash(ChangeHash(spell(channel, given)))
        });
    }
    Ok(Link::Spelled { document, dependencies: coded })
}

impl Link {
    /// What follows from it for the change at a place, with what is held here.
    pub(super) fn follow(
        &self,
        places: &Places,
        references: &impl References,
        (epoch, position): (EpochId, Position),
    ) -> Result<Linked, BatchError> {
        let mut linked = Linked { document: None, dependencies: Vec::new(), before: None, sequence: 1, start_op: 1 };
        match self {
            Self::First => {}
            Self::Before(distance) => {
                let place = position.checked_sub(*distance).ok_or(BatchError::Malformed)?;
                let known = places.known(&epoch, place, references).ok_or(BatchError::Unresolved)?;
                linked.document = Some(known.document);
                linked.build_on(epoch, epoch, known);
            }
            Self::Spelled { document, dependencies } => {
                for dependency in dependencies {
                    match dependency {
                        Dependency::Place(log, place) => {
                            let known = places.known(log, *place, references).ok_or(BatchError::Unresolved)?;
                            linked.document = Some(known.document);
                            linked.build_on(epoch, *log, known);
                        }
                        Dependency::Hash(hash) => linked.dependencies.push(*hash),
                    }
                }
                if document.is_some() {
                    linked.document = *document;
                }
                if linked.document.is_none() {
                    return Err(BatchError::Malformed);
                }
            }
        }
        Ok(linked)
    }
}

impl Linked {
    fn build_on(&mut self, epoch: EpochId, log: EpochId, known: Known) {
        self.dependencies.push(known.hash);
        self.start_op = self.start_op.max(known.max_op.saturating_add(1));
        if log == epoch {
            self.sequence = self.sequence.max(known.sequence.saturating_add(1));
        }
        if self.before.as_ref().is_none_or(|(_, before)| before.max_op < known.max_op) {
            self.before = Some((log, known));
        }
    }
}

/// Codes bytes of which nothing is known.
pub(super) fn spell<const N: usize>(channel: &mut impl Coder, given: [u8; N]) -> [u8; N] {
    given.map(|byte| (channel.even(8, byte.into()) & 0xff) as u8)
}

/// Numbers of either sign become small unsigned numbers.
pub(super) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(super) const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
