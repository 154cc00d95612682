//! JSON as text, its keys in the order in which somebody wrote them: small to be sent, laid out to be read.

/// Objects and lists this deep have lines of their own; what is deeper stands on the line of what it is in.
const DEPTH_OF_LINES: usize = 4;

/// Without what is not needed. Text that is no JSON comes out as some other text that is none.
pub fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each(text, |sign, in_text| {
        if in_text || !sign.is_whitespace() {
            out.push(sign);
        }
    });
    out
}

/// Laid out for people.
pub fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut opened = false;
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    each(&compact(text), |sign, in_text| {
        let closes = !in_text && matches!(sign, '}' | ']');
        if opened && !closes && depth <= DEPTH_OF_LINES {
            line(&mut out, depth);
        }
        if closes {
            if !opened && depth <= DEPTH_OF_LINES {
                line(&mut out, depth.saturating_sub(1));
            }
            depth = depth.saturating_sub(1);
        }
        opened = false;
        out.push(sign);
        if in_text {
            return;
        }
        match sign {
            '{' | '[' => {
                depth += 1;
                opened = true;
            }
            ',' if depth <= DEPTH_OF_LINES => line(&mut out, depth),
            ',' | ':' => out.push(' '),
            _ => {}
        }
    });
    out.push('\n');
    out
}

/// Every character, and whether it stands inside a text (its quotes included).
fn each(json: &str, mut visit: impl FnMut(char, bool)) {
    let (mut in_text, mut escaped) = (false, false);
    for sign in json.chars() {
        let was = in_text;
        match sign {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
        visit(sign, was || in_text);
    }
}

#[cfg(test)]
mod tests {
    use office_model::Catalogue;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_catalogue_is_the_same_small_and_laid_out() {
        let text = Catalogue::shipped_text();
        let small = compact(text);
        assert!(small.len() < text.len());
        for other in [small.clone(), readable(&small)] {
            assert_eq!(Catalogue::parse(&other).unwrap(), Catalogue::parse(text).unwrap());
            assert_eq!(compact(&other), small);
        }
        assert_eq!(
            readable("{\"b\":[],\"a\":{\"c\":1,\"d\":\"x, y\"}}"),
            "{\n  \"b\": [],\n  \"a\": {\n    \"c\": 1,\n    \"d\": \"x, y\"\n  }\n}\n"
        );
    }

    proptest! {
        #[test]
        fn texts_are_never_touched(keys in prop::collection::vec(any::<String>(), 0..6), text in any::<String>()) {
            let inner: Value = keys.iter().map(|key| (key.clone(), json!([text, {"x": key}]))).collect();
            let value = json!({"a": inner, "b": [[[[[text]]]]]});
            let written = serde_json::to_string_pretty(&value).unwrap();
            for other in [compact(&written), readable(&written)] {
                prop_assert_eq!(&serde_json::from_str::<Value>(&other).unwrap(), &value);
            }
        }
    }
}
