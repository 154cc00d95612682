//! What the hub knows of the backups that are made at the offices.

use serde_json::{Value, json};

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
