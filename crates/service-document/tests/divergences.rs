//! Two people who set one field apart: both values are kept, both see it, one of them settles it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use common::{created, load, path, set, stamp};
use office_model::Status;
use serde_json::{Value, json};
use service_document::{Authored, DocumentError, Stamp, TransactionDocument};

#[test]
fn a_status_moved_apart_is_seen_by_both_and_settled_by_one() {
    let (mut left, first) = created();
    let submitted = left.step(Status::Diajukan, None, &stamp(1, 1)).unwrap();
    let mut right = load(&[first.clone(), submitted.clone()]);
    let checked = left.step(Status::Diperiksa, None, &stamp(1, 2)).unwrap();
    let returned = right.step(Status::Dikembalikan, Some("KK belum dilampirkan"), &stamp(2, 3)).unwrap();
    let mut on_left = load(&[first.clone(), submitted.clone(), checked.clone(), returned.clone()]);
    let on_right = load(&[returned.clone(), first.clone(), checked.clone(), submitted.clone()]);

    let seen = on_left.divergences();
    assert_eq!(seen, on_right.divergences());
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, path("status"));
    let mut sides: Vec<(String, String, i64)> = seen[0]
        .values
        .iter()
        .map(|side| (side.value.as_str().unwrap().to_owned(), side.clerk.clone(), side.millis - common::START))
        .collect();
    assert_eq!(sides[0].0, on_left.row().status, "the first is the one shown");
    sides.sort();
    assert_eq!(sides, [("dikembalikan".into(), "clerk2".into(), 3), ("diperiksa".into(), "clerk1".into(), 2)]);
    assert_eq!((on_left.row().divergences, on_left.row().steps), (1, 3), "both steps are kept");

    let refused = on_left.step(Status::Draf, None, &stamp(1, 4));
    assert!(matches!(refused, Err(DocumentError::StatusDiverged(_))), "no step before a person decided: {refused:?}");
    assert!(refused.unwrap_err().to_string().contains("settle it first, under Differences (`status`)"));
    let nonsense = on_left.settle(&path("status"), json!("entah"), &stamp(1, 4));
    assert!(nonsense.is_err());
    let settled = on_left.settle(&path("status"), json!("diperiksa"), &stamp(1, 5)).unwrap();
    let everywhere = load(&[settled, returned, first, checked, submitted]);
    assert_eq!(everywhere.divergences(), []);
    assert_eq!(everywhere.row().status, "diperiksa");
    let last = everywhere.history().pop().unwrap();
    assert!(last.changed.iter().any(|edited| edited.path == "status" && edited.settled), "{last:?}");
}

#[test]
fn a_field_set_apart_is_settled_with_either_value_or_another() {
    for choice in ["Siti A.", "Siti B.", "Siti C."] {
        let (mut left, first) = created();
        let mut right = load(std::slice::from_ref(&first));
        let a = set(&mut left, "nama", json!("Siti A."), &stamp(1, 1));
        let b = set(&mut right, "nama", json!("Siti B."), &stamp(2, 1));
        let mut merged = load(&[first.clone(), a.clone(), b.clone()]);
        assert_eq!(merged.divergences().len(), 1);
        let settled = merged.settle(&path("nama"), json!(choice), &stamp(2, 2)).unwrap();
        let everywhere = load(&[first, settled, a, b]);
        assert_eq!(everywhere.divergences(), [], "{choice}");
        assert_eq!(everywhere.to_json()["fields"]["nama"], choice);
        let last = everywhere.history().pop().unwrap();
        assert!(last.changed.iter().any(|edited| edited.path == "nama" && edited.settled), "{choice}: {last:?}");
    }
}

#[test]
fn two_who_settle_apart_differ_again_unless_they_chose_the_same() {
    let (mut left, first) = created();
    let mut changes = vec![first];
    for (at, to) in [(1, Status::Diajukan), (2, Status::Diperiksa)] {
        changes.push(left.step(to, None, &stamp(1, at)).unwrap());
    }
    let mut right = load(&changes);
    let apart = [
        left.step(Status::Ditandatangani, None, &stamp(1, 3)).unwrap(),
        set(&mut left, "nama", json!("Siti A."), &stamp(1, 4)),
        set(&mut left, "saksi[0].nama", json!("Slamet A."), &stamp(1, 5)),
        right.step(Status::Dibatalkan, Some("tidak jadi"), &stamp(2, 3)).unwrap(),
        set(&mut right, "nama", json!("Siti B."), &stamp(2, 4)),
        set(&mut right, "saksi[0].nama", json!("Slamet B."), &stamp(2, 5)),
    ];
    changes.extend(apart);
    let merged = load(&changes);
    assert_eq!(merged.divergences().len(), 3);
    for divergence in merged.divergences() {
        let mut choices: Vec<Value> = divergence.values.iter().map(|one| one.value.clone()).collect();
        if divergence.own.is_none() {
            choices.push(Value::Null);
        }
        for one in &choices {
            for other in &choices {
                let settle =
                    |value: &Value, by: &Stamp| load(&changes).settle(&divergence.path, value.clone(), by).unwrap();
                let (here, there) = (settle(one, &stamp(1, 10)), settle(other, &stamp(2, 11)));
                for settled in [[&here, &there], [&there, &here]] {
                    let both = load(&[&changes[..], &settled.map(Authored::clone)].concat());
                    let left = both.divergences();
                    let again = left.iter().find(|left| left.path == divergence.path);
                    let said = format!("{}: {one} and {other}", divergence.path);
                    assert_eq!(again.is_some(), one != other, "{said}");
                    assert_eq!(both.row().divergences, if again.is_some() { 3 } else { 2 }, "{said}");
                }
            }
        }
    }
}

#[test]
fn people_who_entered_the_same_do_not_diverge() {
    let (mut left, first) = created();
    let mut right = load(std::slice::from_ref(&first));
    let a = set(&mut left, "keperluan", json!("BPJS"), &stamp(1, 1));
    let b = set(&mut right, "keperluan", json!("BPJS"), &stamp(2, 1));
    let mut merged = load(&[first, a, b]);
    assert_eq!(merged.divergences(), []);
    assert_eq!(merged.row().divergences, 0);
    let nothing = merged.settle(&path("keperluan"), json!("BPJS"), &stamp(1, 2));
    assert!(matches!(nothing, Err(DocumentError::NothingToSettle(_))));
}

#[test]
fn a_group_made_twice_is_shown_whole_and_settled_whole() {
    let (mut left, first) = created();
    let mut right = load(std::slice::from_ref(&first));
    let a = set(&mut left, "ayah", json!({ "nama": "Budi", "nik": "1" }), &stamp(1, 1));
    let b = set(&mut right, "ayah.nama", json!("Budiman"), &stamp(2, 1));
    let mut merged = load(&[first.clone(), a.clone(), b.clone()]);
    let divergences = merged.divergences();
    assert_eq!(divergences.len(), 1);
    assert_eq!(divergences[0].path, path("ayah"));
    let settled = merged.settle(&path("ayah"), json!({ "nama": "Budiman", "nik": "1" }), &stamp(1, 2)).unwrap();
    let everywhere: TransactionDocument = load(&[settled, b, a, first]);
    assert_eq!(everywhere.divergences(), []);
    assert_eq!(everywhere.to_json()["fields"]["ayah"], json!({ "nama": "Budiman", "nik": "1" }));
}

#[test]
fn a_value_taken_away_differs_from_one_that_was_set_apart() {
    for (taken, at, old) in [
        ("keperluan", "keperluan", json!("beasiswa")),
        ("ibu.nama", "ibu.nama", json!("Sumarni")),
        ("ibu", "ibu.nama", json!("Sumarni")),
        ("saksi[1].nama", "saksi[1].nama", json!("Wayan")),
    ] {
        for (by, other) in [(1, 2), (2, 1)] {
            let (_, first) = created();
            let (mut left, mut right) = (load(std::slice::from_ref(&first)), load(std::slice::from_ref(&first)));
            let a = set(&mut left, taken, json!(null), &stamp(by, 1));
            assert_eq!(read_at(&left, at), None, "{taken}");
            assert_eq!(left.edit(&[(path(taken), json!(null))], &stamp(by, 2)).unwrap(), None, "{taken}: it is away");
            let last = left.history().pop().unwrap().changed;
            let told = last.iter().find(|edited| edited.path == at).expect(taken);
            assert_eq!((told.from.as_ref(), told.to.as_ref(), told.settled), (Some(&old), None, false));
            let b = set(&mut right, at, json!("KIP"), &stamp(other, 1));
            let changes = [first.clone(), a, b];
            let merged = load(&changes);
            let divergences = merged.divergences();
            assert_eq!(divergences.iter().map(|one| one.path.to_string()).collect::<Vec<_>>(), [at], "{taken}");
            let mut values: Vec<Value> = divergences[0].values.iter().map(|one| one.value.clone()).collect();
            values.sort_by_key(Value::is_null);
            assert_eq!(values, [json!("KIP"), json!(null)], "{taken}");
            for choice in [json!(null), json!("KIP"), json!("KIS")] {
                let settled = load(&changes).settle(&path(at), choice.clone(), &stamp(1, 3)).unwrap();
                let everywhere = load(&[&changes[..], &[settled]].concat());
                assert_eq!(everywhere.divergences(), [], "{taken}");
                let wanted = (!choice.is_null()).then_some(choice);
                assert_eq!(read_at(&everywhere, at), wanted, "{taken}");
                let last = everywhere.history().pop().unwrap().changed;
                let told = last.iter().find(|edited| edited.path == at).unwrap();
                assert_eq!((told.settled, told.to.clone()), (true, wanted), "{taken}");
            }
        }
    }
}

#[test]
fn two_who_take_a_value_away_agree_and_it_can_be_set_again() {
    let (mut left, first) = created();
    let mut right = load(std::slice::from_ref(&first));
    let a = set(&mut left, "ibu", json!(null), &stamp(1, 1));
    let b = set(&mut right, "ibu.nama", json!(null), &stamp(2, 1));
    let c = set(&mut right, "saksi", json!(null), &stamp(2, 2));
    let mut merged = load(&[first.clone(), a.clone(), b.clone(), c.clone()]);
    assert_eq!(merged.divergences(), []);
    assert_eq!((read_at(&merged, "ibu"), read_at(&merged, "saksi")), (None, None));
    let again = [(path("ibu.nama"), json!("Sumarni W.")), (path("saksi[0].nama"), json!("Made"))];
    let again = merged.edit(&again, &stamp(1, 3)).unwrap().unwrap();
    let everywhere = load(&[first, a, b, c, again]);
    assert_eq!(everywhere.to_json()["fields"]["ibu"], json!({ "nama": "Sumarni W." }));
    assert_eq!(everywhere.to_json()["fields"]["saksi"], json!([{ "nama": "Made" }]));
}

#[test]
fn whoever_is_added_to_a_list_stays_though_somebody_empties_it() {
    let (mut left, first) = created();
    let mut right = load(std::slice::from_ref(&first));
    let emptied = set(&mut left, "saksi", json!(null), &stamp(1, 1));
    assert_eq!(read_at(&left, "saksi"), None);
    let added = set(&mut right, "saksi[2]", json!({ "nama": "Made" }), &stamp(2, 1));
    let changes = vec![first, emptied, added];
    let merged = load(&changes);
    assert_eq!(read_at(&merged, "saksi"), Some(json!([{ "nama": "Made" }])));
    // Filled in again by both, it has both.
    let filled = set(&mut left, "saksi", json!([{ "nama": "Dari A" }]), &stamp(1, 2));
    let other = set(&mut right, "saksi", json!(null), &stamp(2, 2));
    let again = set(&mut right, "saksi[0]", json!({ "nama": "Dari B" }), &stamp(2, 3));
    let merged = load(&[changes, vec![filled, other, again]].concat());
    let mut names: Vec<String> =
        read_at(&merged, "saksi").unwrap().as_array().unwrap().iter().map(Value::to_string).collect();
    names.sort();
    assert_eq!(names, [r#"{"nama":"Dari A"}"#, r#"{"nama":"Dari B"}"#]);
}

/// The value of the form at a path.
fn read_at(document: &TransactionDocument, at: &str) -> Option<Value> {
    let pointer = at.replace(['.', '['], "/").replace(']', "");
    document.to_json().pointer(&format!("/fields/{pointer}")).cloned()
}
