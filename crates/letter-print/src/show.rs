//! Values as letters write them.

use office_model::calendar::{long_date, parse_date};
use office_model::{Field, FieldKind};
use serde_json::Value;

use crate::clean::one_line;

/// The value of a field as letters write it; nothing where it is empty.
pub(crate) fn value(field: &Field, value: &Value) -> Option<String> {
    let shown = match (&field.kind, value) {
        (FieldKind::Date { .. }, Value::String(text)) => parse_date(text).map_or_else(|_| one_line(text), long_date),
        (FieldKind::Time, Value::String(text)) => format!("{} WIB", one_line(text).replace(':', ".")),
        (FieldKind::Money, Value::Number(number)) => format!("Rp {}", grouped(number.as_i64()?)),
        (FieldKind::Bool, Value::Bool(yes)) => if *yes { "Ya" } else { "Tidak" }.to_owned(),
        (FieldKind::Enum { options }, Value::String(text)) => options
            .iter()
            .find(|option| option.value == *text)
            .map_or_else(|| one_line(text), |option| option.label.id.clone()),
        (_, Value::Number(number)) if is_neighbourhood(&field.key) => format!("{:03}", number.as_i64()?),
        // Years have four digits and no dot.
        (_, Value::Number(number)) => match number.as_i64()? {
            small @ -9_999..=9_999 => small.to_string(),
            large => grouped(large),
        },
        (_, Value::String(text)) => one_line(text),
        _ => return None,
    };
    Some(shown).filter(|shown| !shown.is_empty())
}

/// RT and RW are shown with three digits.
fn is_neighbourhood(key: &str) -> bool {
    matches!(key.rsplit('_').next(), Some("rt" | "rw"))
}

/// `1.500.000`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_by_dots() {
        for (number, shown) in [(0, "0"), (999, "999"), (1_500_000, "1.500.000"), (-12_345, "-12.345")] {
            assert_eq!(grouped(number), shown);
        }
    }
}
