//! A hub and its nodes end with equal digests and equal rows.

use crate::world::*;
use replica_store::{ListFilter, Page};

#[test]
fn a_record_reaches_the_hub_and_the_other_node() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut hub = hub(dirs[0].path(), &[1, 2]);
    let mut one = node(dirs[1].path(), 1);
    let mut two = node(dirs[2].path(), 2);
    let id = one.create_transaction(&transaction("Siti Aminah", "3510016506900001"), &clock(1_000)).unwrap();
    assert_eq!(one.list(&ListFilter::default(), Page::default()).unwrap().len(), 1);
    exchange(&mut one, &mut hub);
    exchange(&mut two, &mut hub);
    assert_eq!(one.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    assert_eq!(two.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    assert_eq!(two.office_digest(&office()).unwrap().count, 1);
    assert_eq!(rows(&one), rows(&hub));
    assert_eq!(rows(&one), rows(&two));
    assert_eq!(two.row(id).unwrap().unwrap().name.as_deref(), Some("Siti Aminah"));
    for typed in ["siti", "ámin", "35100165", "sit 3510", "a01"] {
        assert_eq!(two.search(typed, &ListFilter::default(), Page::default()).unwrap().len(), 1, "{typed}");
    }
    for typed in ["sitia", "", "  -", "budi"] {
        assert_eq!(two.search(typed, &ListFilter::default(), Page::default()).unwrap().len(), 0, "{typed}");
    }
}
