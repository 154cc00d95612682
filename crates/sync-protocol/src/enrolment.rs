//! The one-time code that admits a machine to an office: what proves the hub to it, and it to the hub.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Crockford's base 32: no I, L, O, U, which people mistake for 1, 0 and V.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VERSION: u8 = 1;
const BYTES: usize = 27;
/// Symbols that carry the 27 bytes.
const SYMBOLS: usize = 44;
const GROUP: usize = 5;

/// A code of nine groups of five letters and digits, the last one a check character.
///
/// The check finds every single wrong character and every two neighbours swapped.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// First 10 bytes of the SHA-256 of the public key (`SubjectPublicKeyInfo`) of the hub's TLS server key:
    /// the machine says nothing to a server that does not prove it.
    pub fingerprint: [u8; 10],
    /// Random, good for one enrolment. The hub keeps only [`Code::secret_hash`].
    pub secret: [u8; 16],
}

/// The text is no enrolment code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseCodeError {
    /// Characters are missing, too many, or not of the alphabet.
    #[error("an enrolment code has nine groups of five letters and digits; this has {count}. Copy it again as a whole")]
    Length {
        /// Letters and digits found.
        count: usize,
    },
    /// A character that no code has.
    #[error("no enrolment code has \"{character}\" in it. Read that place again")]
    Character {
        /// The character.
        character: char,
    },
    /// The check character does not fit.
    #[error("a character of the enrolment code is wrong, or two are swapped. Compare it with the original")]
    Check,
    /// A code of a newer program.
    #[error("the enrolment code is for a newer version of this program. Install the newest version, then try again")]
    Version,
}

impl Code {
    /// The fingerprint of a public key, given as DER `SubjectPublicKeyInfo`.
    pub fn fingerprint_of(public_key_info: &[u8]) -> [u8; 10] {
        let hash: [u8; 32] = Sha256::digest(public_key_info).into();
        hash.first_chunk().copied().unwrap_or_default()
    }

    /// What the hub keeps of the secret. 128 random bits need no slow hash.
    pub fn secret_hash(secret: &[u8; 16]) -> [u8; 32] {
        Sha256::new().chain_update(b"smart-kampung enrolment secret v1\0").chain_update(secret).finalize().into()
    }

    fn symbols(&self) -> [u8; SYMBOLS] {
        let mut bytes = std::iter::once(VERSION).chain(self.fingerprint).chain(self.secret);
        let (mut bits, mut held) = (0u16, 0u32);
        std::array::from_fn(|_| {
            if held < 5 {
                bits = (bits << 8) | u16::from(bytes.next().unwrap_or(0));
                held += 8;
            }
            held -= 5;
            let symbol = (bits >> held) & 31;
            bits &= (1 << held) - 1;
            symbol.to_le_bytes()[0]
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbols = self.symbols();
        let check = times_alpha(remainder(&symbols));
        for (index, symbol) in symbols.into_iter().chain([check]).enumerate() {
            if index > 0 && index % GROUP == 0 {
                f.write_str("-")?;
            }
            let character = ALPHABET.get(usize::from(symbol)).copied().unwrap_or(b'0');
            write!(f, "{}", char::from(character))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl FromStr for Code {
    type Err = ParseCodeError;

    /// Case, spaces and hyphens do not matter; I and L are read as 1, O as 0.
    fn from_str(text: &str) -> Result<Self, ParseCodeError> {
        let mut symbols = Vec::with_capacity(SYMBOLS + 1);
        let mut count = 0;
        for character in text.chars().filter(|character| !character.is_whitespace() && *character != '-') {
            count += 1;
            if count <= SYMBOLS + 1 {
                symbols.push(symbol_of(character)?);
            }
        }
        if count != SYMBOLS + 1 {
            return Err(ParseCodeError::Length { count });
        }
        if remainder(&symbols) != 0 {
            return Err(ParseCodeError::Check);
        }
        let mut bytes = Vec::with_capacity(BYTES);
        let (mut bits, mut held) = (0u16, 0u32);
        for symbol in symbols.into_iter().take(SYMBOLS) {
            bits = (bits << 5) | u16::from(symbol);
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push((bits >> held).to_le_bytes()[0]);
                bits &= (1 << held) - 1;
            }
        }
        let (version, rest) = bytes.split_first().ok_or(ParseCodeError::Check)?;
        let (fingerprint, secret) = rest.split_first_chunk().ok_or(ParseCodeError::Check)?;
        // The four bits left over are for a later version.
        if *version != VERSION || bits != 0 {
            return Err(ParseCodeError::Version);
        }
        Ok(Self { fingerprint: *fingerprint, secret: secret.try_into().map_err(|_| ParseCodeError::Check)? })
    }
}

fn symbol_of(character: char) -> Result<u8, ParseCodeError> {
    let wanted = match character.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    (0u8..)
        .zip(ALPHABET)
        .find(|(_, letter)| char::from(**letter) == wanted)
        .map_or(Err(ParseCodeError::Character { character }), |(symbol, _)| Ok(symbol))
}

/// The symbols as a polynomial over GF(32), at alpha: 0 for a whole code. Weights differ between neighbours and none is
/// 0, so a wrong character or a swap of neighbours always shows.
fn remainder(symbols: &[u8]) -> u8 {
    symbols.iter().fold(0, |sum, symbol| times_alpha(sum) ^ symbol)
}

/// Times x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1).
const fn times_alpha(symbol: u8) -> u8 {
    let shifted = symbol << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code() -> Code {
        Code { fingerprint: [0xf1; 10], secret: std::array::from_fn(|index| u8::try_from(index).unwrap() * 3) }
    }

    #[test]
    fn a_code_keeps_its_text() {
        let shown = code().to_string();
        assert_eq!(shown, "07RZ3-WFHY7-RZ3WF-HY400-61G91-G7H45-8R3CF-22917-58PGC");
        assert_eq!(shown.len(), 9 * 5 + 8);
        assert_eq!(shown.parse(), Ok(code()));
    }

    #[test]
    fn case_spaces_and_lookalikes_do_not_matter() {
        let text = code().to_string();
        let typed = format!(" {} ", text.to_lowercase().replace('-', "  ").replace('0', "o").replace('1', "l"));
        assert_eq!(typed.parse(), Ok(code()));
        assert_eq!(text.replace('1', "i").replace('-', "\n").parse(), Ok(code()));
    }

    #[test]
    fn every_wrong_character_and_every_swap_is_found() {
        let symbols: Vec<char> = code().to_string().chars().filter(|character| *character != '-').collect();
        let parse = |symbols: &[char]| symbols.iter().collect::<String>().parse::<Code>();
        for place in 0..symbols.len() {
            for letter in ALPHABET.iter().map(|letter| char::from(*letter)).filter(|letter| *letter != symbols[place]) {
                let mut wrong = symbols.clone();
                wrong[place] = letter;
                assert_eq!(parse(&wrong), Err(ParseCodeError::Check));
            }
            let mut swapped = symbols.clone();
            swapped.swap(place, (place + 1).min(symbols.len() - 1));
            assert_eq!(parse(&swapped).is_ok(), swapped == symbols);
        }
        assert_eq!(parse(&symbols[1..]), Err(ParseCodeError::Length { count: SYMBOLS }));
        assert_eq!(parse(&[&symbols[..], &symbols].concat()), Err(ParseCodeError::Length { count: 90 }));
        assert_eq!("0U".parse::<Code>(), Err(ParseCodeError::Character { character: 'U' }));
    }

    #[test]
    fn codes_of_another_version_say_so() {
        let with_check = |mut symbols: Vec<u8>| {
            symbols.push(times_alpha(remainder(&symbols)));
            symbols.iter().map(|symbol| char::from(ALPHABET[usize::from(*symbol)])).collect::<String>()
        };
        let mut newer = code().symbols().to_vec();
        newer[1] ^= 8;
        assert_eq!(with_check(newer).parse::<Code>(), Err(ParseCodeError::Version));
        let mut padded = code().symbols().to_vec();
        padded[SYMBOLS - 1] ^= 1;
        assert_eq!(with_check(padded).parse::<Code>(), Err(ParseCodeError::Version));
        assert_eq!(with_check(code().symbols().to_vec()), code().to_string().replace('-', ""));
    }

    #[test]
    fn the_secret_is_not_in_the_debug_form_and_hashes_differ() {
        let shown = format!("{:?}", Code { fingerprint: [1; 10], secret: [0xab; 16] });
        assert!(shown.contains("fingerprint") && !shown.contains("171") && !shown.to_lowercase().contains("ab, "));
        assert_ne!(Code::secret_hash(&[1; 16]), Code::secret_hash(&[2; 16]));
        // The first bytes of the SHA-256 of "abc" (FIPS 180-2).
        assert_eq!(Code::fingerprint_of(b"abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }

    proptest! {
        #[test]
        fn codes_survive_their_text(fingerprint in any::<[u8; 10]>(), secret in any::<[u8; 16]>()) {
            let code = Code { fingerprint, secret };
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }

        #[test]
        fn any_text_gives_an_answer(text in "\\PC{0,60}", symbols in "[0-9A-Z-]{40,60}") {
            for text in [text, symbols] {
                if let Ok(code) = text.parse::<Code>() {
                    prop_assert_eq!(code.to_string().parse(), Ok(code));
                }
            }
        }
    }
}
