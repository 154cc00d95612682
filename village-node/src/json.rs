//! JSON that people and programs hand in: nothing in it may be lost in silence.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Reads JSON. A key that stands twice in one object is an error: one of the two values would be dropped.
///
/// # Errors
///
/// When it is not JSON, not of that form, nested deeper than 127 levels, or has a key twice.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice::<KeysOnce>(bytes)?;
    serde_json::from_slice(bytes)
}

/// Any JSON whose objects have each key once.
struct KeysOnce;

impl<'de> Deserialize<'de> for KeysOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = KeysOnce;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KeysOnce, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            map.next_value::<KeysOnce>()?;
            if let Some(key) = keys.replace(key) {
                let key: String = key.chars().take(60).collect();
                return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
            }
        }
        Ok(KeysOnce)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<KeysOnce, A::Error> {
        while list.next_element::<KeysOnce>()?.is_some() {}
        Ok(KeysOnce)
    }

    fn visit_bool<E>(self, _: bool) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_i64<E>(self, _: i64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_u64<E>(self, _: u64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_f64<E>(self, _: f64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_str<E>(self, _: &str) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_unit<E>(self) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named_wherever_it_stands() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"{"b": [{"a": {}, "c": 2, "a": []}]}"#, "{\"a\": 1, \"\\u0061\": 2}"] {
            let error = parse::<Value>(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("duplicate field `a`"), "{error}");
        }
        let good = r#"{"a": {"a": [1, -1, 1.5, "a", null, true, {"a": 1}, {"a": 2}]}}"#;
        assert_eq!(parse::<Value>(good.as_bytes()).unwrap(), serde_json::from_str::<Value>(good).unwrap());
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for open in ["[", "{\"a\":"] {
            assert!(parse::<Value>(open.repeat(100_000).as_bytes()).is_err());
        }
    }
}
