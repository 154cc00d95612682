//! One-time codes by time (RFC 6238): HMAC-SHA-1, 30 seconds, six digits. What every authenticator app makes.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Bytes of a new secret, as RFC 4226 recommends for SHA-1.
pub(crate) const SECRET_BYTES: usize = 20;
const STEP_MILLIS: i64 = 30_000;
/// Codes of so many steps before and after the present one are good: clocks of phones differ.
const STEPS_AROUND: u64 = 1;
/// Who gives the codes, as the app shows it.
const ISSUER: &str = "Smart Kampung Sync";

/// The code of a step.
fn code(secret: &[u8], step: u64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0x0f);
    let word: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

/// The step that a typed code is of, when it is near `now_millis` (since 1970 UTC) and above `last`, the step of the last
/// code that was used: each code is good once.
pub(crate) fn step_of(secret: &[u8], typed: &str, now_millis: i64, last: u64) -> Option<u64> {
    let digits: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = digits.parse().ok()?;
    let now = u64::try_from(now_millis.div_euclid(STEP_MILLIS)).ok()?;
    let steps = now.saturating_sub(STEPS_AROUND)..=now.saturating_add(STEPS_AROUND);
    // All are looked at, so that how long it takes tells nothing.
    steps.filter(|step| code(secret, *step) == Some(typed)).fold(None, |_, step| Some(step)).filter(|step| *step > last)
}

/// A secret as people type it.
pub(crate) fn spelled(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// A secret as it is kept.
pub(crate) fn read(spelled: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD.decode(spelled.as_bytes()).ok()
}

/// What the QR code for the app says. `name`: of an account, which has no characters that an address could not.
pub(crate) fn address(name: &str, secret: &[u8]) -> String {
    let issuer = ISSUER.replace(' ', "%20");
    format!(
        "otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        spelled(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, their last six digits.
        for (seconds, wanted) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code(SECRET, seconds / 30), Some(wanted), "{seconds}");
        }
        // RFC 4226, appendix D.
        let first = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (step, wanted) in (0..).zip(first) {
            assert_eq!(code(SECRET, step), Some(wanted));
        }
    }

    #[test]
    fn a_code_is_good_around_its_time_and_once() {
        let at = |seconds: i64| seconds * 1000;
        assert_eq!(step_of(SECRET, "287082", at(59), 0), Some(1));
        assert_eq!(step_of(SECRET, " 287 082 ", at(59), 0), Some(1), "as apps show it");
        assert_eq!(step_of(SECRET, "287082", at(60), 0), Some(1), "a step late");
        assert_eq!(step_of(SECRET, "287082", at(29), 0), Some(1), "a step early");
        assert_eq!(step_of(SECRET, "287082", at(90), 0), None);
        assert_eq!(step_of(SECRET, "287082", at(59), 1), None, "used before");
        for bad in ["", "28708", "2870821", "28708a", "-87082", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(SECRET, bad, at(59), 0), None, "{bad}");
        }
    }

    #[test]
    fn a_secret_is_read_as_it_is_spelled() {
        assert_eq!(read(&spelled(SECRET)).as_deref(), Some(SECRET));
        assert!(read("1!").is_none());
        let address = address("siti", SECRET);
        assert!(address.starts_with("otpauth://totp/Smart%20Kampung%20Sync:siti?secret=GEZDGNBV"), "{address}");
    }
}
