//! What the hub knows of the backups that are made at the offices.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::programs::village_node;
use crate::regency::Regency;

#[test]
fn the_hub_is_told_how_old_the_last_backup_of_a_machine_is() {
    let regency = Regency::new(71, &[]);
    let machine = regency.join("front");
    let told = || {
        regency.prove_any(&machine);
        let nodes = regency.hub.says(&["nodes"]).1;
        (nodes[0]["backup"].clone(), nodes[0]["backup_days"].clone())
    };
    assert_eq!(told(), (json!("never"), Value::Null));
    assert_eq!(machine.said(&["status", "--json"])["last_backup_millis"], Value::Null);
    let file = regency.folder().join("front-backup.db");
    machine.said(&["backup", file.to_str().unwrap(), "--json"]);
    assert!(machine.said(&["status", "--json"])["last_backup_millis"].is_i64());
    assert_eq!(told(), (json!("made"), json!(0)));
}

#[test]
fn a_backup_that_was_killed_is_none_and_the_next_one_takes_its_place() {
    let mut regency = Regency::new(72, &[]);
    let machine = regency.join("front");
    for _ in 0..8 {
        regency.record(&machine, 200);
    }
    let file = regency.folder().join("front-backup.db");
    let part = regency.folder().join("front-backup.db.part");
    let mut killed = 0;
    // Killed when it has begun: a copy that was quicker than that is whole.
    for _ in 0..100 {
        if killed == 3 {
            break;
        }
        let told = || machine.said(&["status", "--json"])["last_backup_millis"].clone();
        let before = told();
        let mut command = village_node(&machine.data);
        let mut child = command.arg("backup").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while !part.exists() && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(30));
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if file.exists() {
            std::fs::remove_file(&file).unwrap();
            continue;
        }
        killed += 1;
        assert_eq!(told(), before, "nothing is told of it");
    }
    assert!(killed > 0, "each copy was quicker");
    machine.said(&["backup", file.to_str().unwrap(), "--json"]);
    assert!(!part.exists());
    assert!(machine.said(&["status", "--json"])["last_backup_millis"].is_i64());
}
