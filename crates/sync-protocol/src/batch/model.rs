//! All that a stream has learnt of changes, and how one is coded with it: which operations follow each other, and what
//! their values are.

use std::collections::BTreeMap;
use std::sync::Arc;

use change_log::EpochId;

use super::draft::{Draft, KeyForm, Object, Template, Way};
use super::mixer::{Kind, Mixer, context, part};
use super::places::Places;
use super::range::Coder;
use super::residue::Residue;
use super::values::{Around, Coded, Values, is_identity, stand_in};
use super::{BatchError, WORK_MAX};

/// A stream remembers this many templates, and as many places to look for what follows one.
const TEMPLATES_MAX: usize = 65_536;
/// As many templates are remembered to follow another.
const FOLLOWERS_MAX: usize = 64;
/// Keys may have this many bytes.
const KEY_BYTES_MAX: u64 = 1024;
/// The first values of a change say what it is about.
const TOPIC_VALUES: usize = 4;
/// Follows the last operation.
const END: u32 = 0;

/// What a stream has learnt.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) mixer: Mixer,
    values: Values,
    templates: Vec<Arc<Template>>,
    numbers: BTreeMap<Arc<Template>, u32>,
    /// What was seen to follow a template: in changes on the same topic, and in all (topic 0).
    followers: BTreeMap<(u32, u32), Vec<u32>>,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            mixer: Mixer::new(),
            values: Values::default(),
            templates: Vec::new(),
            numbers: BTreeMap::new(),
            followers: BTreeMap::new(),
        }
    }

    /// Codes the operations of a change. `trace` stands for what the change before in the document was about.
    pub(super) fn operations(
        &mut self,
        channel: &mut impl Coder,
        residue: &mut Residue<'_>,
        places: &mut Places,
        trace: u32,
        given: &[Draft],
    ) -> Result<Vec<Draft>, BatchError> {
        let mut drafts: Vec<Draft> = Vec::with_capacity(given.len());
        let (mut topic, mut left, mut values) = (context(&[trace]), 0, 0);
        let mut identity: Option<Vec<u8>> = None;
        let mut before = [END; 2];
        loop {
            let wanted = given.get(drafts.len());
            let symbol = self.follower(channel, before, topic, wanted.map(|draft| draft.template.as_ref()))?;
            before = [symbol, before[0]];
            let Some(template) = symbol.checked_sub(1).and_then(|at| self.templates.get(at as usize)).cloned() else {
                return Ok(drafts);
            };
            if drafts.len() >= change_log::OPERATIONS_MAX || channel.work() > WORK_MAX {
                return Err(BatchError::TooLarge);
            }
            let mut ways = Vec::with_capacity(template.ways().min(8));
            for place in 0..template.ways() {
                let way = wanted.and_then(|draft| draft.ways.get(place)).copied();
                ways.push(self.way(channel, places, (symbol, trace), way)?);
                if channel.work() > WORK_MAX {
                    return Err(BatchError::TooLarge);
                }
            }
            let around = Around { field: field(&template), topic, left, trace, identity: identity.as_deref() };
            let value = wanted.map_or(&[][..], |draft| draft.value.as_slice());
            let value = self.value(channel, residue, &around, template.value_kind, value)?;
            if is_identity(&value) {
                identity = Some(value.clone());
            }
            if !value.is_empty() {
                left = stand_in(&value);
                values += 1;
                if values <= TOPIC_VALUES {
                    topic = context(&[topic, left]);
                }
            }
            drafts.push(Draft { template, ways, value });
        }
    }

    /// Codes a short text that is often the same, such as a change's message.
    pub(super) fn text(
        &mut self,
        channel: &mut impl Coder,
        residue: &mut Residue<'_>,
        around: &Around<'_>,
        given: &[u8],
    ) -> Result<Vec<u8>, BatchError> {
        match self.values.code(&mut self.mixer, channel, around, given)? {
            Coded::Value(value) => Ok(value),
            Coded::Residue(length) => residue.pass(length, given),
        }
    }

    fn value(
        &mut self,
        channel: &mut impl Coder,
        residue: &mut Residue<'_>,
        around: &Around<'_>,
        kind: u8,
        given: &[u8],
    ) -> Result<Vec<u8>, BatchError> {
        /// Values of these kinds (null, false, true) have no bytes.
        const WITHOUT_BYTES_MAX: u8 = 2;
        if kind <= WITHOUT_BYTES_MAX { Ok(Vec::new()) } else { self.text(channel, residue, around, given) }
    }

    /// Codes which template comes next: among those that followed before, the usual first.
    fn follower(
        &mut self,
        channel: &mut impl Coder,
        before: [u32; 2],
        topic: u32,
        given: Option<&Template>,
    ) -> Result<u32, BatchError> {
        let new = part(self.templates.len()) + 1;
        let symbol = given.map_or(END, |template| self.numbers.get(template).copied().unwrap_or(new));
        let [last, second] = before;
        let close = [context(&[40, last]), context(&[41, last, topic]), context(&[42, last, topic, second])];
        let far = [context(&[43]), context(&[44, last])];
        for is_close in [true, false] {
            let known = self.followers.get(&(last, if is_close { topic } else { 0 })).map_or(&[][..], Vec::as_slice);
            let place = known.iter().position(|one| *one == symbol).unwrap_or(known.len()) as u64;
            let place = if is_close {
                self.mixer.number(channel, Kind::Structure, &close, place)
            } else {
                self.mixer.number(channel, Kind::Structure, &far, place)
            };
            if let Some(found) = usize::try_from(place).ok().and_then(|place| known.get(place)).copied() {
                self.remember(last, topic, found);
                return Ok(found);
            }
        }
        let coded = self.mixer.number(channel, Kind::Number, &[context(&[45])], u64::from(symbol));
        let symbol = u32::try_from(coded).ok().filter(|symbol| *symbol <= new).ok_or(BatchError::Malformed)?;
        if symbol == new {
            self.teach(channel, given)?;
        }
        self.remember(last, topic, symbol);
        Ok(symbol)
    }

    fn remember(&mut self, last: u32, topic: u32, symbol: u32) {
        for key in [(last, topic), (last, 0)] {
            let is_full = self.followers.len() >= TEMPLATES_MAX && !self.followers.contains_key(&key);
            if !is_full {
                let known = self.followers.entry(key).or_default();
                if known.len() < FOLLOWERS_MAX && !known.contains(&symbol) {
                    known.push(symbol);
                }
            }
        }
    }

    /// Codes a template that is seen for the first time.
    fn teach(&mut self, channel: &mut impl Coder, given: Option<&Template>) -> Result<(), BatchError> {
        const OBJECTS: [Object; 5] = [Object::JustMade, Object::Same, Object::Parent, Object::Root, Object::Named];
        if self.templates.len() >= TEMPLATES_MAX {
            return Err(BatchError::TooLarge);
        }
        let given = given.cloned().unwrap_or_default();
        let mixer = &mut self.mixer;
        let mut number = |of: u32, value: u64| mixer.number(channel, Kind::Number, &[context(&[46, of])], value);
        let object = OBJECTS.iter().position(|object| *object == given.object).unwrap_or(0);
        let object = number(0, object as u64);
        let object = usize::try_from(object).ok().and_then(|at| OBJECTS.get(at)).ok_or(BatchError::Malformed)?;
        let form = match given.key {
            KeyForm::Map(_) => 0,
            KeyForm::Head => 1,
            KeyForm::JustMade => 2,
            KeyForm::Named => 3,
        };
        let form = number(1, form);
        let insert = number(2, u64::from(given.insert)) != 0;
        let action = number(3, given.action);
        let value_kind = u8::try_from(number(4, given.value_kind.into())).map_err(|_| BatchError::Malformed)?;
        let predecessors = number(5, given.predecessors);
        if predecessors > change_log::OPERATIONS_MAX as u64 {
            return Err(BatchError::TooLarge);
        }
        let key = match form {
            0 => KeyForm::Map(self.key(channel, &given.key)?),
            1 => KeyForm::Head,
            2 => KeyForm::JustMade,
            3 => KeyForm::Named,
            _ => return Err(BatchError::Malformed),
        };
        let template = Arc::new(Template { object: *object, key, insert, action, value_kind, predecessors });
        self.templates.push(Arc::clone(&template));
        self.numbers.insert(template, part(self.templates.len()));
        Ok(())
    }

    fn key(&mut self, channel: &mut impl Coder, given: &KeyForm) -> Result<String, BatchError> {
        let given = match given {
            KeyForm::Map(key) => key.as_bytes(),
            _ => &[],
        };
        let length = self.mixer.number(channel, Kind::Number, &[context(&[47])], given.len() as u64);
        if length > KEY_BYTES_MAX {
            return Err(BatchError::TooLarge);
        }
        let mut key: Vec<u8> = Vec::new();
        while (key.len() as u64) < length {
            let last =
                |back: usize| u32::from(key.len().checked_sub(back).and_then(|at| key.get(at)).copied().unwrap_or(0));
            let contexts = [context(&[48, last(1)]), context(&[49, last(1), last(2)])];
            let letter = given.get(key.len()).copied().unwrap_or(0);
            key.push(self.mixer.byte(channel, &contexts, letter));
        }
        String::from_utf8(key).map_err(|_| BatchError::Malformed)
    }

    fn way(
        &mut self,
        channel: &mut impl Coder,
        places: &mut Places,
        (symbol, trace): (u32, u32),
        given: Option<Way>,
    ) -> Result<Way, BatchError> {
        let (form, amount) = match given {
            Some(Way::Back(back)) => (0, back),
            Some(Way::AfterFirst(after)) => (1, after),
            Some(Way::BeforeLast(left)) => (2, left),
            Some(Way::AsBefore(number)) => (3, number),
            Some(Way::Spelled(_, counter)) => (4, counter),
            None => (0, 0),
        };
        let contexts = [context(&[50, symbol]), context(&[51, symbol, trace])];
        let form = self.mixer.number(channel, Kind::Structure, &contexts, form);
        let kind = u32::try_from(form).unwrap_or(u32::MAX);
        let contexts = [context(&[52, symbol, kind]), context(&[53, symbol, kind, trace])];
        let amount = self.mixer.number(channel, Kind::Structure, &contexts, amount);
        Ok(match form {
            0 => Way::Back(amount),
            1 => Way::AfterFirst(amount),
            2 => Way::BeforeLast(amount),
            3 => Way::AsBefore(amount),
            4 => {
                let given = match given {
                    Some(Way::Spelled(epoch, _)) => epoch,
                    _ => EpochId([0; 16]),
                };
                Way::Spelled(places.code(&mut self.mixer, channel, given)?, amount)
            }
            _ => return Err(BatchError::Malformed),
        })
    }
}

/// Stands for the field that a template's value belongs to.
fn field(template: &Template) -> u32 {
    let key = match &template.key {
        KeyForm::Map(key) => stand_in(key.as_bytes()),
        KeyForm::Head | KeyForm::JustMade | KeyForm::Named => 0,
    };
    context(&[key, u32::from(template.value_kind)])
}
