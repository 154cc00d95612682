//! Whether values fit the schemas of the description: the part of JSON Schema that it uses, and nothing unknown.
//!
//! Stricter than a client may be: keys may be added to answers, but here each must be described, unless the schema says
//! that there are more.

use serde_json::Value;

/// Everything about a value that is not as its schema says.
pub(crate) fn problems(description: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    check(description, schema, value, place, &mut found);
    found
}

fn check(description: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let schema = resolve(description, schema);
    for (word, asked) in schema.as_object().unwrap() {
        match word.as_str() {
            "description" | "pattern" => {}
            "anyOf" => {
                let fits = |one: &Value| problems(description, one, value, place).is_empty();
                if !asked.as_array().unwrap().iter().any(fits) {
                    found.push(format!("{place}: {value} fits none of {asked}"));
                }
            }
            "type" => {
                if !types(asked).any(|name| is(name, value)) {
                    found.push(format!("{place}: {value} is no {asked}"));
                }
            }
            "enum" => {
                if !asked.as_array().unwrap().contains(value) {
                    found.push(format!("{place}: {value} is none of {asked}"));
                }
            }
            "required" => {
                for key in asked.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        found.push(format!("{place}: lacks {key}"));
                    }
                }
            }
            "properties" => properties(description, schema, value, place, found),
            "additionalProperties" => assert!(asked.is_boolean(), "{place}"),
            "items" => {
                for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
                    check(description, asked, entry, &format!("{place}[{index}]"), found);
                }
            }
            other => panic!("{place}: the check does not know the word {other}"),
        }
    }
}

fn properties(description: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let more = schema["additionalProperties"] == true;
    for (key, value) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(key) {
            Some(schema) => check(description, schema, value, &format!("{place}.{key}"), found),
            None if more => {}
            None => found.push(format!("{place}: {key} is not described")),
        }
    }
}

/// What a reference stands for.
pub(crate) fn resolve<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            resolve(description, description.pointer(reference.strip_prefix('#').unwrap()).expect(reference))
        }
        None => schema,
    }
}

fn types(asked: &Value) -> impl Iterator<Item = &str> {
    asked.as_str().into_iter().chain(asked.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the check does not know the type {other}"),
    }
}
