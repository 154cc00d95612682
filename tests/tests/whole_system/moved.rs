//! A hub that moved to another address: whoever has its key is called there, and nobody else.

use std::net::SocketAddr;
use std::process::Output;

use crate::programs::village_node;
use crate::regency::{Machine, Regency};

fn sync(machine: &Machine, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = village_node(&machine.data);
    command.args(["sync", "--json", "--patience", "0"]).args(arguments).envs(environment.iter().copied());
    command.output().unwrap()
}

#[test]
fn a_hub_that_moved_is_called_where_the_settings_say() {
    let mut regency = Regency::new(11, &[]);
    let machine = regency.join("office");
    regency.record(&machine, 5);
    // What it joined over is gone.
    regency.link.lead_to(SocketAddr::from(([127, 0, 0, 1], 9)));
    assert!(!sync(&machine, &[], &[]).status.success());
    let moved = format!("https://{}/", regency.hub.address);
    let nobody = "https://127.0.0.1:9";
    let by_flag = sync(&machine, &["--hub", &moved], &[("VILLAGE_NODE_HUB", nobody)]);
    assert!(by_flag.status.success(), "{by_flag:?}");
    let file = machine.data.join("config.toml");
    std::fs::write(&file, format!("hub = \"{nobody}\"\n")).unwrap();
    assert!(!sync(&machine, &[], &[]).status.success());
    let by_environment = sync(&machine, &[], &[("VILLAGE_NODE_HUB", &moved)]);
    assert!(by_environment.status.success(), "{by_environment:?}");
    std::fs::write(&file, format!("hub = \"{moved}\"\n")).unwrap();
    let by_file = sync(&machine, &[], &[]);
    assert!(by_file.status.success(), "{by_file:?}");

    let other = Regency::new(12, &[]);
    let elsewhere = format!("https://{}", other.hub.address);
    let told = String::from_utf8(sync(&machine, &["--hub", &elsewhere], &[]).stderr).unwrap();
    assert!(told.contains("wrong_server"), "{told}");

    // While `serve` has the folder, it is the one that calls.
    let serving = machine.serve();
    assert!(sync(&machine, &[], &[]).status.success());
    let told = String::from_utf8(sync(&machine, &["--hub", &elsewhere], &[]).stderr).unwrap();
    assert!(told.contains("hub_differs"), "{told}");
    assert!(serving.stop());
    std::fs::remove_file(&file).unwrap();
    regency.link.lead_to(regency.hub.address);
    regency.check(&machine);
}
