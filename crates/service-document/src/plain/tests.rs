//! What is told here without the library, the library tells alike.

use change_log::{BlobHash, ChangeHash, Column};
use office_model::{FieldPath, OfficeCode, Status};
use serde_json::json;

use super::*;
use crate::{AttachedFile, Authored, FileType, NewTransaction, Stamp, TransactionDocument, trial};

/// Numbers that look random and are the same for the same seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % below.max(1) as u64).unwrap()
    }
}

fn office() -> OfficeCode {
    "35.10.01.2001".parse().unwrap()
}

fn stamp(number: u8, after: i64) -> Stamp {
    let hub_offset_millis = (number == 2).then_some(-1_250);
    Stamp { epoch: EpochId([number; 16]), millis: 1_763_900_000_000 + after, hub_offset_millis, clerk: "siti".into() }
}

/// Everything that our programs do to a document, by two of them in turn.
fn story() -> Vec<Authored> {
    let fields = json!({
        "nama": "Siti Aminah", "nik": "3510014107850003", "keperluan": "beasiswa", "anak": 2, "rugi": -7, "mampu": false,
        "besar": u64::MAX, "ibu": { "nama": "Sumarni", "nik": "3510014503600001" },
        "saksi": [ { "nama": "Slamet" }, { "nama": "Wayan" } ], "kosong": {}, "daftar": ["a", "b", "b"],
    });
    let new = NewTransaction {
        office: office(),
        service: "G01".parse().unwrap(),
        catalogue_version: 1,
        fields: fields.as_object().unwrap().clone(),
        number: Some("470/1/2026".to_owned()),
        serials: Some(vec!["all/2026/1".parse().unwrap()]),
    };
    let (mut document, first) = TransactionDocument::create(&new, &stamp(1, 0)).unwrap();
    let mut story = vec![first, document.step(Status::Diajukan, None, &stamp(2, 1)).unwrap()];
    let edits = [
        ("nama", json!("Siti A.")),
        ("saksi[0].nama", json!("Slamet R.")),
        ("saksi[2]", json!({ "nama": "Made", "anak": { "nama": "Ketut" } })),
        ("saksi[1]", json!(null)),
        ("keperluan", json!(null)),
        ("keperluan", json!("SKCK")),
        ("ibu", json!({ "nama": "Sumarni B." })),
        ("ibu", json!(null)),
        ("ayah", json!({ "nama": "Budi" })),
        ("daftar[0]", json!("c")),
        ("daftar[3]", json!(true)),
    ];
    for (at, (path, value)) in (2..).zip(edits) {
        let path: FieldPath = path.parse().unwrap();
        let by = stamp(if at % 3 == 0 { 2 } else { 1 }, at);
        story.push(document.edit(&[(path, value)], &by).unwrap().unwrap());
    }
    let paper = |content: &[u8]| AttachedFile::new(BlobHash::of(content), "A1", FileType::Jpeg, 9, "kk siti.jpg");
    story.push(document.attach(&paper(b"1"), &stamp(1, 17)).unwrap().unwrap());
    story.push(document.attach(&paper(b"2"), &stamp(2, 18)).unwrap().unwrap());
    story.push(document.detach(BlobHash::of(b"1"), &stamp(1, 19)).unwrap().unwrap());
    story.push(document.step(Status::Dikembalikan, Some("KK kabur"), &stamp(1, 20)).unwrap());
    story
}

fn raws(changes: &[Authored]) -> Vec<&[u8]> {
    changes.iter().map(|change| change.raw.as_slice()).collect()
}

#[test]
fn what_our_programs_make_in_one_line_is_plain() {
    let story = story();
    for count in 1..=story.len() {
        let raws = raws(&story[..count]);
        let told = row(&raws).unwrap_or_else(|| panic!("after {count} changes it is not plain"));
        assert_eq!(told.transaction(), Some(TransactionDocument::load(raws.iter().copied()).unwrap().row()));
        let mut reversed = raws.clone();
        reversed.reverse();
        assert_eq!(row(&reversed), Some(told), "the order they are given in shows");
    }
}

#[test]
fn the_paper_of_a_letter_is_told_as_the_library_tells_it() {
    let mut story = story();
    let mut document = TransactionDocument::load(raws(&story)).unwrap();
    assert_eq!(paper(&raws(&story)), None, "it is not signed");
    for (at, to) in (21..).zip([Status::Diajukan, Status::Diperiksa, Status::Ditandatangani]) {
        story.push(document.step(to, None, &stamp(2, at)).unwrap());
    }
    let rename = [("nama".parse().unwrap(), json!("Siti Lain"))];
    story.push(document.edit(&rename, &stamp(1, 30)).unwrap().unwrap());
    story.push(document.step(Status::SiapDiambil, None, &stamp(1, 31)).unwrap());
    let told = paper(&raws(&story)).unwrap();
    assert_eq!((told.name.as_deref(), told.handed_millis), (Some("Siti A."), None));
    let of_library = |document: &TransactionDocument| {
        let handed = document.handed_over();
        document.signatures().iter().map(|signature| signature.paper(handed)).collect::<Vec<_>>()
    };
    assert_eq!(of_library(&document), [told]);
    let mut handed = TransactionDocument::load(raws(&story)).unwrap();
    let over = handed.step(Status::Selesai, None, &stamp(2, 40)).unwrap();
    let told = paper(&story.iter().chain([&over]).map(|change| change.raw.as_slice()).collect::<Vec<_>>()).unwrap();
    assert!(told.handed_millis.is_some_and(|at| at > told.signed_millis), "{told:?}");
    assert_eq!(of_library(&handed), [told]);
    // Another one is not told apart from it here.
    let set = |document: &mut TransactionDocument, at: i64, to: Status| {
        let place = [(document.names().place(&"status".parse().unwrap()), json!(to.as_str()))];
        document
            .commit(&stamp(1, at), |transaction| crate::writing::set(transaction, &place[0].0, &place[0].1))
            .unwrap()
            .unwrap()
    };
    story.push(set(&mut document, 32, Status::Diperiksa));
    story.push(set(&mut document, 33, Status::Ditandatangani));
    assert_eq!(paper(&raws(&story)), None);
    let apart =
        TransactionDocument::load(raws(&story[..2])).unwrap().step(Status::Dibatalkan, Some("x"), &stamp(3, 30));
    let mut all = raws(&story[..22]);
    let apart = apart.unwrap();
    all.push(&apart.raw);
    assert_eq!(paper(&all), None);
}

#[test]
fn concurrent_changes_are_left_to_the_library() {
    let story = story();
    let mut aside = TransactionDocument::load(raws(&story[..2])).unwrap();
    let apart = aside.step(Status::Dibatalkan, Some("salah orang"), &stamp(3, 30)).unwrap();
    let mut all = raws(&story[..4]);
    all.push(&apart.raw);
    assert_eq!(row(&all), None);
    assert_eq!(row(&raws(&story[1..3])), None, "its beginning is missing");
    assert_eq!(row(&[]), None);
}

/// A change whose operations were altered one by one, and written down again as the library would.
fn altered(good: &Authored, numbers: &mut Numbers) -> Authored {
    let parts = RawChange::parse(&good.raw).unwrap();
    let mut operations = read_operations(&parts).unwrap();
    let text = ["nama", "status", "fields", "steps", "office", "kind", "x", "", "35.10.01.2001", "transaction"];
    let max = parts.max_op() + 2;
    for _ in 0..=numbers.below(3) {
        if operations.is_empty() {
            break;
        }
        let (at, other) = (numbers.below(operations.len()), numbers.below(operations.len()));
        let id = OperationId { actor: numbers.below(2), counter: numbers.next() % max };
        let from = operations[other].clone();
        let operation = &mut operations[at];
        match numbers.below(13) {
            0 => operation.object = if numbers.below(3) == 0 { None } else { Some(id) },
            1 => operation.key = Key::Element(id),
            2 => operation.key = Key::Map(text[numbers.below(text.len())]),
            3 => operation.key = if numbers.below(2) == 0 { Key::Head } else { from.key },
            4 => operation.insert = !operation.insert,
            5 => operation.action = numbers.next() % 8,
            6 => operation.predecessors = vec![id],
            7 => operation.predecessors.clear(),
            8 => operation.predecessors = from.predecessors,
            9 => (operation.value_kind, operation.value) = (from.value_kind, from.value),
            10 => (operation.object, operation.key, operation.insert) = (from.object, from.key, from.insert),
            11 => drop(operations.remove(at)),
            _ => operations.insert(at, from),
        }
    }
    let written = write_operations(&operations);
    let columns = written.iter().map(|(spec, bytes)| Column { spec: *spec, bytes }).collect();
    let (raw, hash) = RawChange { columns, ..parts.clone() }.build();
    Authored { hash, raw }
}

/// A change with single bytes of its columns altered.
fn scratched(good: &Authored, numbers: &mut Numbers) -> Authored {
    let mut parts = RawChange::parse(&good.raw).unwrap();
    let column = numbers.below(parts.columns.len());
    let mut bytes = parts.columns[column].bytes.to_vec();
    for _ in 0..=numbers.below(2) {
        let at = numbers.below(bytes.len());
        match numbers.below(3) {
            0 => bytes[at] = bytes[at].wrapping_add(1),
            1 => bytes.insert(at, u8::try_from(numbers.below(128)).unwrap()),
            _ => bytes[at] ^= 1 << numbers.below(8),
        }
    }
    let spec = parts.columns[column].spec;
    match numbers.below(8) {
        0 => parts.other_actors = vec![EpochId([1; 16])],
        1 => parts.other_actors = vec![EpochId([2; 16])],
        _ => parts.columns[column] = Column { spec, bytes: &bytes },
    }
    let (raw, hash) = parts.build();
    Authored { hash, raw }
}

/// Mutants in each run; more on demand: `PLAIN_SEEDS=1000000`.
fn seeds() -> u64 {
    let wanted = std::env::var("PLAIN_SEEDS").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or(0).max(12_000)
}

/// The heart of the matter: nothing is told without the library that the library would not tell alike, and that it could
/// not save, load, and go on with.
#[test]
fn no_mutant_is_plain_that_the_library_would_not_take() {
    let story = story();
    let (mut plain, mut left) = (0, 0);
    for seed in 0..seeds() {
        let mut numbers = Numbers(seed);
        let count = numbers.below(story.len());
        let mutant =
            if seed % 3 == 0 { scratched(&story[count], &mut numbers) } else { altered(&story[count], &mut numbers) };
        let mut all = raws(&story[..count]);
        all.push(&mutant.raw);
        let Some(told) = row(&all) else {
            left += 1;
            continue;
        };
        plain += 1;
        let heads = [ChangeHash(mutant.hash.0)];
        let by_library = trial::by_library(crate::Belonging::To(told.office()), &all, &heads);
        assert_eq!(by_library.as_ref(), Ok(&told), "seed {seed}");
        let mut document = TransactionDocument::load(all.iter().copied()).unwrap();
        let path: FieldPath = "anak".parse().unwrap();
        let next = document.edit(&[(path, json!(seed))], &stamp(4, 50)).unwrap().unwrap();
        all.push(&next.raw);
        assert_eq!(
            row(&all).as_ref().and_then(DocumentRow::transaction),
            Some(document.row()),
            "seed {seed}: the next good change"
        );
    }
    assert!(plain > 500 && left > 500, "{plain} plain, {left} not");
}
