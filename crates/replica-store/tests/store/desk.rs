//! Accounts, drafts and the audit trail: kept over a restart, and in backups.

use crate::world::*;
use replica_store::{Account, AuditItem, Draft, Replica};

fn account(name: &str) -> Account {
    Account {
        name: name.to_owned(),
        shown: "Siti Aminah".to_owned(),
        role: "petugas".to_owned(),
        secret: "$argon2id$".to_owned(),
        language: "id".to_owned(),
        created_millis: 5,
        disabled_millis: None,
    }
}

fn draft(number: u8, clerk: &str, changed: i64) -> Draft {
    Draft {
        id: [number; 16],
        clerk: clerk.to_owned(),
        service: "G01".to_owned(),
        form: format!("{{\"nama\": \"{number}\"}}"),
        created_millis: 1,
        changed_millis: changed,
    }
}

#[test]
fn accounts_drafts_and_the_audit_trail_outlive_a_crash_and_stand_in_backups() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut node = node(dirs[0].path(), 1);
    node.put_account(&account("siti")).unwrap();
    node.put_account(&account("budi")).unwrap();
    node.put_account(&Account { role: "kepala".to_owned(), ..account("siti") }).unwrap();
    for (number, clerk, changed) in [(1, "siti", 10), (2, "budi", 20), (3, "siti", 30)] {
        node.put_draft(&draft(number, clerk, changed)).unwrap();
    }
    node.put_draft(&Draft { form: "{}".to_owned(), ..draft(1, "siti", 40) }).unwrap();
    let act =
        |act: &str| AuditItem { at_millis: 7, clerk: "siti".to_owned(), act: act.to_owned(), subject: "x".into() };
    node.note_act(&act("login")).unwrap();
    node.note_act(&act("logout")).unwrap();
    node.crash();
    let (node, opened) = Replica::open(dirs[0].path(), "pc-1", epoch(77)).unwrap();
    assert_eq!(opened.epoch_began, None);
    node.backup(&dirs[1].path().join("replica.db")).unwrap();
    let (mut copy, _) = Replica::open(dirs[1].path(), "pc-1", epoch(77)).unwrap();
    for replica in [&*node, &*copy] {
        let names: Vec<String> = replica.accounts().unwrap().into_iter().map(|account| account.name).collect();
        assert_eq!(names, ["budi", "siti"]);
        assert_eq!(replica.account("siti").unwrap().unwrap().role, "kepala");
        assert_eq!(replica.account("nobody").unwrap(), None);
        let of_siti: Vec<u8> = replica.drafts("siti", 9).unwrap().into_iter().map(|draft| draft.id[0]).collect();
        assert_eq!(of_siti, [1, 3], "the last one worked on comes first");
        assert_eq!(replica.draft([1; 16]).unwrap().unwrap().form, "{}");
        assert_eq!(replica.audit(1).unwrap(), [act("logout")]);
    }
    copy.drop_draft([1; 16]).unwrap();
    copy.drop_draft([1; 16]).unwrap();
    assert_eq!(copy.draft([1; 16]).unwrap(), None);
}
