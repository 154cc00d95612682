//! New values, word by word: words that were seen before by number, figures by their place, the rest letter by letter.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::BatchError;
use super::mixer::{Kind, Mixer, context, hash, part};
use super::range::Coder;
use super::values::Around;

/// A stream remembers this many words.
const WORDS_MAX: usize = 8192;
/// Longer words are not remembered.
const WORD_BYTES_MAX: usize = 32;
/// The symbols that numbers, dates, times and telephone numbers are made of.
const FIGURES: [u8; 16] = *b"0123456789+-./:,";

/// The words of a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    known: Vec<Arc<[u8]>>,
    numbers: BTreeMap<Arc<[u8]>, u64>,
}

/// Where in a value a word stands.
#[derive(Clone, Copy)]
struct Spot<'a> {
    field: u32,
    /// The word's number in the value; the last ones count as one.
    word: u32,
    /// Stands for the word before.
    left: u32,
    /// What stands at the same place in an earlier value of the same length, and whether it was the same so far.
    alike: &'a [u8],
    follows: bool,
}

impl Words {
    /// Codes a value of `length` bytes that its field has not had. `alike`: an earlier value of the same length.
    pub(super) fn text(
        &mut self,
        mixer: &mut Mixer,
        channel: &mut impl Coder,
        around: &Around<'_>,
        (length, given): (usize, &[u8]),
        alike: &[u8],
    ) -> Result<Vec<u8>, BatchError> {
        let mut value: Vec<u8> = Vec::with_capacity(length);
        let mut given_words = given.split(|byte| *byte == b' ');
        let (mut word, mut left) = (0, 0);
        while value.len() < length || word == 0 {
            if word > 0 {
                value.push(b' ');
            }
            let spot = Spot {
                field: around.field,
                word,
                left,
                alike: alike.get(value.len()..).unwrap_or_default(),
                follows: alike.starts_with(&value),
            };
            let room = length - value.len();
            let coded = self.word(mixer, channel, spot, room, given_words.next().unwrap_or_default())?;
            left = hash(&coded);
            value.extend_from_slice(&coded);
            word = (word + 1).min(7);
        }
        Ok(value)
    }

    fn word(
        &mut self,
        mixer: &mut Mixer,
        channel: &mut impl Coder,
        spot: Spot<'_>,
        room: usize,
        given: &[u8],
    ) -> Result<Vec<u8>, BatchError> {
        let Spot { field, word, left, .. } = spot;
        let number = self.numbers.get(given).copied();
        let contexts = [context(&[81, field, word]), context(&[82, field, left])];
        if mixer.flag(channel, &contexts, number.is_some()) {
            let contexts =
                [context(&[83]), context(&[84, field, word]), context(&[85, left]), context(&[86, field, left])];
            let number = mixer.number(channel, Kind::Choice, &contexts, number.unwrap_or(0));
            let known = usize::try_from(number).ok().and_then(|number| self.known.get(number));
            return known.filter(|known| known.len() <= room).map(|known| known.to_vec()).ok_or(BatchError::Malformed);
        }
        let contexts = [context(&[87, field, word]), context(&[88, part(room), field])];
        let length = mixer.number(channel, Kind::Number, &contexts, (room - given.len().min(room)) as u64);
        let length = usize::try_from(length).ok().and_then(|left_over| room.checked_sub(left_over));
        let length = length.ok_or(BatchError::Malformed)?;
        let only_figures = given.iter().all(|byte| FIGURES.contains(byte));
        let coded = if mixer.flag(channel, &[context(&[89, field, word])], only_figures) {
            figures(mixer, channel, spot, (length, given))
        } else {
            letters(mixer, channel, spot, (length, given))
        };
        self.remember(&coded);
        Ok(coded)
    }

    fn remember(&mut self, word: &[u8]) {
        let is_long_figure = word.len() > 4 && word.iter().all(|byte| FIGURES.contains(byte));
        let has_room = self.known.len() < WORDS_MAX && word.len() <= WORD_BYTES_MAX;
        if has_room && !is_long_figure && !self.numbers.contains_key(word) {
            let word: Arc<[u8]> = Arc::from(word);
            self.numbers.insert(Arc::clone(&word), self.known.len() as u64);
            self.known.push(word);
        }
    }
}

fn figures(mixer: &mut Mixer, channel: &mut impl Coder, spot: Spot<'_>, (length, given): (usize, &[u8])) -> Vec<u8> {
    let Spot { field, alike, mut follows, .. } = spot;
    let mut coded = Vec::with_capacity(length);
    let (mut one, mut two) = (16, 16);
    for place in 0..length {
        let at = part(place.min(24));
        let likeness = u32::from(alike.get(place).copied().unwrap_or(0)) << 1 | u32::from(follows);
        let contexts = [
            context(&[90, field, at]),
            context(&[91, field, at, one]),
            context(&[92, field, at, likeness]),
            context(&[93, field, at, one, two]),
        ];
        let wanted = given.get(place).and_then(|byte| (0..).zip(FIGURES).find(|(_, figure)| figure == byte));
        let figure = mixer.figure(channel, &contexts, wanted.map_or(0, |(number, _)| number));
        let byte = FIGURES.get(usize::from(figure)).copied().unwrap_or(b'0');
        follows &= Some(&byte) == alike.get(place);
        (two, one) = (one, u32::from(figure));
        coded.push(byte);
    }
    coded
}

fn letters(mixer: &mut Mixer, channel: &mut impl Coder, spot: Spot<'_>, (length, given): (usize, &[u8])) -> Vec<u8> {
    let Spot { field, word, alike, mut follows, .. } = spot;
    let mut coded: Vec<u8> = Vec::with_capacity(length);
    let (mut one, mut two, mut three) = (0, 0, 0);
    let mut so_far = context(&[94, word]);
    for place in 0..length {
        let at = part(place.min(24));
        let likeness = u32::from(alike.get(place).copied().unwrap_or(0)) << 1 | u32::from(follows);
        let contexts = [
            context(&[95, field, at, one]),
            context(&[96, one, two]),
            context(&[97, field, at, likeness]),
            context(&[98, one, two, three]),
            context(&[99, so_far]),
        ];
        let byte = mixer.byte(channel, &contexts, given.get(place).copied().unwrap_or(0));
        follows &= Some(&byte) == alike.get(place);
        (three, two, one) = (two, one, u32::from(byte));
        so_far = context(&[so_far, one]);
        coded.push(byte);
    }
    coded
}
