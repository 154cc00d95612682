//! A record is referred to a health facility and a working unit, by the catalogue and by hand; they answer with no link;
//! nobody else gets it.

use fleet::generate::Generator;
use serde_json::{Value, json};

use crate::local_api::Api;
use crate::programs::village_node;
use crate::regency::{Machine, OFFICE, Regency};

/// Of the village's own sub-district, and of another one (see `fleet::roster`).
const CLINICS: [&str; 2] = ["35.10.H.001", "35.10.H.002"];
const UNIT: &str = "35.10.U.007";

/// A regency whose roster has working units and health facilities, and whose offices were told so.
fn regency(seed: u64) -> Regency {
    let regency = Regency::new(seed, &[]);
    let roster = regency.folder().join("offices.csv");
    std::fs::write(&roster, fleet::roster::with_above()).unwrap();
    let (code, said) = regency.hub.says(&["handbook", "publish", "roster", roster.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    regency
}

fn record(machine: &Machine, service: &str) -> String {
    let mut generator = Generator::new(OFFICE.parse().unwrap(), 7, "2026-11-23".parse().unwrap());
    let record = generator.record_of(service.parse().unwrap()).unwrap();
    let form = Value::Object(record.fields).to_string();
    machine.said(&["record", "--service", service, "--json", &form, "--json"])["id"].as_str().unwrap().to_owned()
}

/// The code of a command that was refused, with its exit code.
fn refused(machine: &Machine, arguments: &[&str]) -> (i32, String) {
    let output = village_node(&machine.data).args(arguments).arg("--json").output().unwrap();
    let said: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| serde_json::from_slice(&output.stderr).unwrap());
    let code = said["error"]["code"].as_str().or(said["code"].as_str()).unwrap().to_owned();
    (output.status.code().unwrap(), code)
}

#[test]
fn what_concerns_a_health_facility_reaches_it_by_itself_and_its_answer_the_village() {
    let regency = regency(41);
    let village = regency.join("counter");
    let (clinic, elsewhere) = (regency.join_as(CLINICS[0], "clinic"), regency.join_as(CLINICS[1], "elsewhere"));
    let (unit, camat) = (regency.join_as(UNIT, "unit"), regency.join_as("35.10.01", "kecamatan"));
    regency.prove_any(&village);
    let (ill, kept) = (record(&village, "H03"), record(&village, "G01"));
    assert_eq!(village.said(&["step", &ill, "diajukan", "--json"])["referred"], json!([]));
    let checked = village.said(&["step", &ill, "diperiksa", "--json"]);
    // Both facilities of the sub-district, as the made-up roster has them.
    assert_eq!(checked["referred"], json!(["35.10.H.001", "35.10.H.026"]));
    village.said(&["step", &kept, "diajukan", "--json"]);
    for machine in [&village, &clinic, &elsewhere, &unit, &camat] {
        regency.prove_any(machine);
    }
    assert_eq!(clinic.ids(), std::slice::from_ref(&ill), "what concerns it, and nothing else");
    for machine in [&elsewhere, &unit, &camat] {
        assert_eq!(machine.ids(), [""; 0]);
    }
    let open =
        |machine: &Machine| machine.said(&["list", "--referred", "open", "--json"])["rows"].as_array().unwrap().len();
    assert_eq!((open(&clinic), open(&village)), (1, 1));

    // It answers with no link, and can do nothing else.
    assert_eq!(refused(&clinic, &["set", &ill, "keluhan=\"lain\""]), (3, "decides_only".to_owned()));
    assert_eq!(refused(&clinic, &["step", &ill, "selesai"]), (3, "decides_only".to_owned()));
    assert_eq!(refused(&clinic, &["refer", &ill, UNIT, "--asked", "x"]), (3, "decides_only".to_owned()));
    assert_eq!(refused(&clinic, &["answer", &ill, "ditolak"]), (2, "reason_missing".to_owned()));
    // One of its own programs answers. Left out, its role is that of whoever serves there.
    let let_in = clinic.said(&["application", "add", "antrean", "--json"]);
    assert_eq!(let_in["role"], "petugas_unit");
    {
        let _serving = clinic.serve();
        let api = Api::with_role(&clinic, "sim-puskesmas", "petugas_unit");
        let body = json!({"answer": "selesai", "reason": "sudah dikunjungi"}).to_string();
        let said = api.ask("POST", &format!("/records/{ill}/answer"), &body);
        assert_eq!((&said["answer"], said["change"].is_string()), (&json!("selesai"), true));
        assert_eq!(api.ask("POST", &format!("/records/{ill}/answer"), &body)["change"], Value::Null);
    }
    assert_eq!(open(&clinic), 0);
    for machine in [&clinic, &village, &clinic] {
        regency.prove_any(machine);
    }
    let shown = village.said(&["show", &ill, "--json"]);
    assert_eq!(shown["referrals"][0]["answers"], json!([{"answer": "selesai", "why": "sudah dikunjungi"}]));
    assert_eq!(shown["referrals"][1]["answers"], json!([]), "the other facility has not answered");
    let answered = village.said(&["list", "--referred", "answered", "--json"]);
    assert_eq!(answered["rows"][0]["id"], ill.as_str());
    for machine in [&village, &clinic, &elsewhere, &unit] {
        assert_eq!(machine.said(&["verify", "--json"])["sound"], true);
    }
    assert_eq!(regency.hub.says(&["verify"]).1["sound"], true);
}

#[test]
fn a_referral_later_brings_the_whole_record_and_its_files() {
    let regency = regency(42);
    let (village, unit) = (regency.join("counter"), regency.join_as(UNIT, "unit"));
    for machine in [&village, &unit] {
        regency.prove_any(machine);
    }
    let id = record(&village, "S02");
    let photo = village.data.join("rumah.jpg");
    std::fs::write(&photo, [&[0xff, 0xd8, 0xff, 0xda][..], &[7; 5_000], &[0xff, 0xd9]].concat()).unwrap();
    village.said(&["attach", &id, photo.to_str().unwrap(), "--kind", "B1", "--json"]);
    village.said(&["step", &id, "diajukan", "--json"]);
    for machine in [&village, &unit] {
        regency.prove_any(machine);
    }
    assert_eq!(unit.ids(), [""; 0], "it was not asked yet");
    assert_eq!(refused(&village, &["refer", &id, OFFICE, "--asked", "x"]), (2, "no_referral_to".to_owned()));
    assert_eq!(refused(&village, &["refer", &id, "35.10.U.999", "--asked", "x"]), (2, "unknown_office".to_owned()));
    assert_eq!(refused(&unit, &["answer", &id, "selesai"]), (2, "no_transaction".to_owned()));
    village.said(&["refer", &id, UNIT, "--asked", "Mohon diperiksa", "--json"]);
    for machine in [&village, &unit] {
        regency.prove_any(machine);
    }
    let there = unit.said(&["show", &id, "--json"]);
    assert_eq!(there["referrals"][0]["asked"], "Mohon diperiksa");
    assert_eq!(unit.said(&["history", &id, "--json"])["changes"].as_array().unwrap().len(), 4, "its whole history");
    assert_eq!(unit.said(&["attachments", &id, "--json"])["attachments"][0]["state"], "at_hub");
    unit.said(&["answer", &id, "dikembalikan", "--reason", "foto rumah kabur", "--json"]);
    // The village goes on meanwhile; both meet.
    village.said(&["step", &id, "diperiksa", "--json"]);
    for machine in [&unit, &village, &unit] {
        regency.prove_any(machine);
    }
    for machine in [&unit, &village] {
        let shown = machine.said(&["show", &id, "--json"]);
        assert_eq!(
            (&shown["status"], &shown["referrals"][0]["answers"][0]["answer"]),
            (&json!("diperiksa"), &json!("dikembalikan"))
        );
    }
}
