//! Edits touch what they name and nothing else, cost what they change, and refuse what cannot be stored.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails here fails as it should"
)]

mod common;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ObjType, ROOT, ReadDoc};
use common::{created, epoch, load, office, path, record, set, stamp};
use office_model::{OwnValue, Status};
use serde_json::{Value, json};
use service_document::{
    CHANGE_BYTES_MAX, DEPTH_MAX, DOCUMENT_BYTES_MAX, DocumentError, OPERATIONS_MAX, TransactionDocument,
};

#[test]
fn equal_input_gives_equal_bytes() {
    let make = || {
        let (mut document, first) = created();
        let edit = set(&mut document, "ibu.nama", json!("Sumarni W."), &stamp(2, 7));
        let step = document.step(Status::Diajukan, None, &stamp(1, 9)).unwrap();
        (first, edit, step, document.save())
    };
    assert_eq!(make(), make());
}

#[test]
fn a_change_costs_what_it_says() {
    let (mut document, first) = created();
    let step = document.step(Status::Diajukan, None, &stamp(1, 1)).unwrap();
    let edit = set(&mut document, "keperluan", json!("KIP"), &stamp(1, 2));
    let cost = |change: &service_document::Authored| {
        (change.raw.len(), change_log::RawChange::parse(&change.raw).unwrap().op_count)
    };
    // Automerge's own header takes some 75 bytes of each; what repeats is taken out on the wire.
    assert_eq!((cost(&first), cost(&step), cost(&edit)), ((378, 20), (184, 4), (132, 1)));
}

#[test]
fn what_is_so_already_makes_no_change() {
    let (mut document, first) = created();
    let same = [
        (path("nama"), json!("Siti Aminah")),
        (path("ibu"), json!({ "nama": "Sumarni" })),
        (path("saksi"), json!([{ "nama": "Slamet" }, { "nama": "Wayan" }])),
        (path("tidak_ada"), Value::Null),
        (path("ayah.nama"), Value::Null),
        (path("anak"), json!(2)),
    ];
    assert_eq!(document.edit(&same, &stamp(1, 1)).unwrap(), None);
    assert_eq!(document.heads(), [first.hash]);
}

#[test]
fn edits_reach_groups_lists_and_new_fields() {
    let (mut document, _) = created();
    let edits = [
        (path("ibu"), json!({ "nik": "3510014503600009" })),
        (path("saksi[0].nama"), json!("Slamet Riyadi")),
        (path("ayah.nama"), json!("Budi")),
        (path("mampu"), json!(true)),
        (path("keperluan"), Value::Null),
        (path("number"), json!("470/012/KET/2025")),
    ];
    document.edit(&edits, &stamp(1, 1)).unwrap().unwrap();
    set(&mut document, "saksi", json!([{ "nama": "Made" }]), &stamp(1, 2));
    let json = document.to_json();
    assert_eq!(json["fields"]["ibu"], json!({ "nama": "Sumarni", "nik": "3510014503600009" }));
    assert_eq!(json["fields"]["saksi"], json!([{ "nama": "Made" }]));
    assert_eq!(json["fields"]["ayah"], json!({ "nama": "Budi" }));
    assert_eq!((&json["fields"]["mampu"], json["fields"].get("keperluan")), (&json!(true), None));
    let row = document.row();
    assert_eq!(row.number.as_deref(), Some("470/012/KET/2025"));
    assert_eq!(row.name.as_deref(), Some("Siti Aminah"), "the person asking comes before the mother");
    assert_eq!(row.nik.as_deref(), Some("3510014107850003"));
    assert_eq!(row.names, ["Siti Aminah", "Budi", "Sumarni", "Made"]);
    assert_eq!((row.changes, row.created_by.as_str(), row.changed_millis), (3, "clerk1", common::START + 2 - 1250));
    assert_eq!(row.office, office());
}

#[test]
fn entries_join_and_leave_a_list() {
    let (mut document, first) = created();
    let mut other = load(std::slice::from_ref(&first));
    set(&mut document, "saksi[2]", json!({ "nama": "Made" }), &stamp(1, 1));
    set(&mut document, "saksi[0]", Value::Null, &stamp(1, 2));
    set(&mut document, "anggota[0].nama", json!("Putu"), &stamp(1, 3));
    assert_eq!(document.to_json()["fields"]["saksi"], json!([{ "nama": "Wayan" }, { "nama": "Made" }]));
    assert_eq!(document.to_json()["fields"]["anggota"], json!([{ "nama": "Putu" }]));
    assert_eq!(document.edit(&[(path("saksi[2]"), Value::Null)], &stamp(1, 4)).unwrap(), None);
    set(&mut other, "saksi[1].nama", json!("Wayan S."), &stamp(2, 1));
    assert_eq!(other.to_json()["fields"]["saksi"], json!([{ "nama": "Slamet" }, { "nama": "Wayan S." }]));
}

#[test]
fn a_form_may_have_a_status_of_its_own() {
    let mut land = record(&office());
    land.fields.insert("status".into(), json!("tanah negara"));
    let (mut document, first) = TransactionDocument::create(&land, &stamp(1, 0)).unwrap();
    let mut other = load(std::slice::from_ref(&first));
    let step = document.step(Status::Diajukan, None, &stamp(1, 1)).unwrap();
    let edit = set(&mut document, "status", json!("hak milik"), &stamp(1, 2));
    let apart = other.step(Status::Dibatalkan, Some("tidak jadi"), &stamp(2, 1)).unwrap();
    let field_apart = set(&mut other, "status", json!("letter C"), &stamp(2, 2));
    let mut merged = load(&[first, step, edit, apart, field_apart]);
    let paths: Vec<String> = merged.divergences().iter().map(|found| found.path.to_string()).collect();
    assert_eq!(paths, ["record.status", "status"]);
    let own: Vec<_> = merged.divergences().iter().map(|found| found.own).collect();
    assert_eq!(own, [Some(OwnValue::Status), None]);
    let told =
        merged.history().into_iter().flat_map(|item| item.changed).filter(|edited| edited.path.contains("status"));
    let told: Vec<_> = told.map(|edited| (edited.path, edited.own)).collect();
    let (own, field) = (("record.status".to_owned(), Some(OwnValue::Status)), ("status".to_owned(), None));
    assert!(told.contains(&own) && told.contains(&field), "{told:?}");
    assert!(told.iter().all(|one| *one == own || *one == field), "{told:?}");
    merged.settle(&path("record.status"), json!("diajukan"), &stamp(1, 5)).unwrap();
    merged.settle(&path("status"), json!("letter C"), &stamp(1, 6)).unwrap();
    assert_eq!((merged.row().status.as_str(), merged.divergences().len()), ("diajukan", 0));
    assert_eq!(merged.to_json()["fields"]["status"], "letter C");
}

#[test]
fn what_cannot_be_stored_is_refused_and_changes_nothing() {
    let (mut document, first) = created();
    let deep = json!({ "a": { "b": { "c": { "d": 1 } } } });
    let wide: Vec<u8> = vec![0; OPERATIONS_MAX + 1];
    let bad = [
        ("status", json!("selesai")),
        ("saksi[3].nama", json!("Made")),
        ("nama.depan", json!("Siti")),
        ("ibu[0]", json!("x")),
        ("saksi.nama", json!("x")),
        ("number", json!(12)),
        ("ibu", deep),
        ("daftar", json!(wide)),
        ("nama", json!("x".repeat(CHANGE_BYTES_MAX))),
    ];
    for (at, value) in bad {
        let outcome = document.edit(&[(path("keperluan"), json!("ikut")), (path(at), value)], &stamp(1, 1));
        assert!(outcome.is_err(), "{at}");
        assert_eq!(document.heads(), [first.hash], "{at}: nothing of it was kept");
        assert_eq!(document.to_json()["fields"]["keperluan"], "beasiswa", "{at}");
    }
    let refused = document.step(Status::Selesai, None, &stamp(1, 1));
    assert!(matches!(refused, Err(DocumentError::Step(_))));
    let mut too_deep = record(&office());
    too_deep.fields.insert("a".into(), (0..DEPTH_MAX).fold(json!(1), |inner, _| json!({ "b": inner })));
    assert!(matches!(TransactionDocument::create(&too_deep, &stamp(1, 0)), Err(DocumentError::TooLarge(_))));
}

#[test]
fn a_document_stops_growing_at_its_limit() {
    let (mut document, _) = created();
    let mut saved = 0;
    let error = loop {
        let text = format!("{saved:05}").repeat(12_000);
        match document.edit(&[(path("keperluan"), json!(text))], &stamp(1, saved)) {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error.code(), &error), ("record_full", &DocumentError::Full(DOCUMENT_BYTES_MAX)));
    assert_eq!(saved, i64::try_from(DOCUMENT_BYTES_MAX / 60_000).unwrap());
}

#[test]
fn fields_of_a_newer_version_survive_our_edits() {
    let (document, first) = created();
    let mut newer = Automerge::load(&document.save()).unwrap().with_actor(ActorId::from(epoch(9).0.as_slice()));
    let mut transaction = newer.transaction();
    transaction.put(ROOT, "priority", 3).unwrap();
    transaction.put(ROOT, "Besar Sekali", 2.5).unwrap();
    let fields = transaction.get(ROOT, "fields").unwrap().unwrap().1;
    let photo = transaction.put_object(&fields, "Foto", ObjType::Map).unwrap();
    transaction.put(&photo, "hash", vec![1u8, 2, 255]).unwrap();
    let note = transaction.put_object(ROOT, "note", ObjType::Text).unwrap();
    transaction.splice_text(&note, 0, 0, "catatan").unwrap();
    transaction.commit_with(CommitOptions::default().with_time(common::START + 1).with_message("baru"));
    let foreign = newer.get_last_local_change().unwrap();
    let foreign = service_document::Authored {
        hash: change_log::ChangeHash(foreign.hash().0),
        raw: foreign.raw_bytes().to_vec(),
    };

    let mut ours = load(&[first, foreign]);
    set(&mut ours, "nama", json!("Siti"), &stamp(1, 2));
    ours.step(Status::Diajukan, None, &stamp(1, 3)).unwrap();
    let json = ours.to_json();
    assert_eq!((&json["priority"], &json["note"], &json["Besar Sekali"]), (&json!(3), &json!("catatan"), &json!(2.5)));
    assert_eq!(json["fields"]["Foto"]["hash"], "0102ff");
    let elsewhere = Automerge::load(&ours.save()).unwrap();
    assert_eq!(elsewhere.get(ROOT, "priority").unwrap().unwrap().0.as_i64(), Some(3));
}

#[test]
fn history_says_who_when_and_what() {
    let (mut document, first) = created();
    let edit = set(&mut document, "ibu.nama", json!("Sumarni W."), &stamp(2, 60_000));
    document.step(Status::Diajukan, None, &stamp(1, 70_000)).unwrap();
    document.step(Status::Dikembalikan, Some(" KK kabur "), &stamp(2, 80_000)).unwrap();
    let history = document.history();
    assert_eq!(history.len(), 4);
    assert_eq!((history[0].hash, history[0].clerk.as_str(), history[0].epoch), (first.hash, "clerk1", epoch(1)));
    assert!(history[0].changed.iter().any(|edited| edited.path == "nama" && edited.from.is_none()));
    let second = &history[1];
    assert_eq!((second.hash, second.clerk.as_str(), second.epoch), (edit.hash, "clerk2", epoch(2)));
    assert_eq!((second.millis, second.hub_offset_millis), (common::START + 60_000, Some(-1_250)));
    assert_eq!(second.after, [first.hash]);
    assert_eq!(second.changed.len(), 1);
    let edited = &second.changed[0];
    assert_eq!(
        (edited.path.as_str(), &edited.from, &edited.to, edited.settled),
        ("ibu.nama", &Some(json!("Sumarni")), &Some(json!("Sumarni W.")), false)
    );
    let places: Vec<&str> = history[3].changed.iter().map(|edited| edited.path.as_str()).collect();
    assert_eq!((places, history[3].why.as_deref()), (vec!["status"], Some("KK kabur")));
}

#[test]
fn debug_output_holds_no_personal_data() {
    let (mut document, first) = created();
    set(&mut document, "nama", json!("Siti Aminah binti Ahmad"), &stamp(1, 1));
    let all = format!("{document:?} {first:?} {:?} {:?} {:?}", document.row(), document.history(), record(&office()));
    assert!(!all.contains("Siti") && !all.contains("35100141"), "{all}");
}
