//! Money.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultCode};

/// Whole rupiah, from 0 to [`Rupiah::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rupiah(u64);

impl Rupiah {
    /// Most that is taken: 10^12 rupiah, far above any income or turnover, so that a slipped key shows.
    pub const MAX: u64 = 1_000_000_000_000;

    /// An amount.
    ///
    /// # Errors
    ///
    /// When it is above [`Rupiah::MAX`].
    pub fn new(amount: u64) -> Result<Self, Fault> {
        if amount > Self::MAX {
            return Err(Fault::new(
                FaultCode::MoneyRange,
                "Jumlah uang paling banyak Rp 1.000.000.000.000.",
                "An amount is at most Rp 1.000.000.000.000.",
            ));
        }
        Ok(Self(amount))
    }

    /// The amount in whole rupiah.
    pub const fn amount(self) -> u64 {
        self.0
    }
}

impl FromStr for Rupiah {
    type Err = Fault;

    /// Reads `1500000`, `1.500.000`, `Rp 1.500.000`, `Rp1.500.000,00`, `Rp 1.500.000,-`.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let form = || {
            Fault::new(
                FaultCode::MoneyForm,
                "Jumlah uang ditulis dalam rupiah bulat, misalnya 1500000 atau Rp 1.500.000.",
                "Write an amount in whole rupiah, such as 1500000 or Rp 1.500.000.",
            )
        };
        let text = text.trim();
        let text = text.strip_prefix("Rp").or_else(|| text.strip_prefix("rp")).unwrap_or(text).trim_start();
        let text = text.strip_prefix('.').unwrap_or(text).trim_start();
        let text = text.strip_suffix(",00").or_else(|| text.strip_suffix(",-")).unwrap_or(text);
        let mut groups = text.split('.');
        let first = groups.next().unwrap_or_default();
        let rest: Vec<&str> = groups.collect();
        let grouped = rest.is_empty() || first.len() <= 3;
        let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(first) || !grouped || !rest.iter().all(|group| group.len() == 3 && digits(group)) {
            return Err(form());
        }
        let joined: String = std::iter::once(first).chain(rest).collect();
        Self::new(joined.parse().unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut shown = String::new();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                shown.push('.');
            }
            shown.push(digit);
        }
        f.pad(&format!("Rp {shown}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_ways_to_write_money() {
        for text in ["1500000", "1.500.000", "Rp 1.500.000", "Rp1.500.000,00", "Rp. 1.500.000,-", " 1500000 "] {
            assert_eq!(text.parse::<Rupiah>().unwrap().amount(), 1_500_000, "{text}");
        }
        for text in ["", "Rp", "1.5", "1,5", "-1", "1.50.000", "1500.000", "1e6", "satu", "1.500.00"] {
            assert_eq!(text.parse::<Rupiah>().unwrap_err().code, FaultCode::MoneyForm, "{text}");
        }
        for text in ["1000000000001", "99999999999999999999999999"] {
            assert_eq!(text.parse::<Rupiah>().unwrap_err().code, FaultCode::MoneyRange, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_shown_form_is_read_as_the_same_amount(amount in 0..=Rupiah::MAX) {
            let money = Rupiah::new(amount).unwrap();
            prop_assert_eq!(money.to_string().parse::<Rupiah>().unwrap(), money);
            prop_assert_eq!(amount.to_string().parse::<Rupiah>().unwrap(), money);
        }
    }
}
