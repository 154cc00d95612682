//! The hub's log as JSON: whole, with whose exchange it was, and without anybody's data.

use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::door;
use crate::regency::{OFFICE, Regency};

/// Far more than it takes: the test measures, it does not judge how fast this machine is.
const DEADLINE: Duration = Duration::from_secs(60);
const NAME: &str = "Siti Ngadirah Contohwati";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const NIK: &str = "3510014107900001";

#[test]
fn a_log_of_json_tells_of_exchanges_and_never_of_people() {
    let mut settings = vec![("SYNC_SERVER_LOG", "trace"), ("SYNC_SERVER_LOG_FORMAT", "json")];
    settings.push(("SYNC_SERVER_WAIT_SECONDS", "0"));
    let regency = Regency::new(1, &settings);
    let machine = regency.join("counter");
    let fields = json!({
        "nik": NIK, "nama": NAME, "tempat_lahir": "Banyuwangi", "tgl_lahir": "1990-07-01", "jk": "P",
        "no_kk": "3510011707150001", "status_kawin": "kawin", "pekerjaan": "Petani", "warga": "desa", "rt": 1,
        "rw": "02", "keperluan": "Membuka rekening bank", "penandatangan": "kepala",
    });
    let made = machine.said(&["record", "--service", "G01", "--json", &fields.to_string(), "--json"]);
    regency.prove_any(&machine);
    // Names in addresses, as letters have them; whatever is asked for, and by whom.
    for path in [format!("/l/{}", NAME.replace(' ', "%20")), format!("/l/{NIK}"), format!("/nowhere/{NIK}")] {
        door::get(regency.hub.address, &path);
    }
    door::post(regency.hub.address, "/v1/exchange", NAME.len() as u64, NAME.as_bytes());
    let mut traced = door::tls(regency.hub.address);
    let parent = format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-01");
    write!(traced, "GET /l/{NIK} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n{parent}\r\n\r\n").unwrap();
    door::answer(&mut traced);
    regency.hub.says(&["show", made["id"].as_str().unwrap()]);
    let begun = Instant::now();
    // A line is written when the exchange is over, just after its answer.
    let told = loop {
        let told = regency.hub.told();
        if told.contains("stranger") && told.contains(TRACE) {
            break told;
        }
        assert!(begun.elapsed() < DEADLINE, "{told}");
        std::thread::sleep(Duration::from_millis(50));
    };
    for private in [NAME, "Ngadirah", "Contohwati", NIK, "1990-07-01"] {
        assert!(!told.contains(private), "{private} is in the log");
    }
    let lines: Vec<Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let ended: Vec<&Value> = lines.iter().filter(|line| line["message"] == "an exchange ended").collect();
    let own = ended.iter().find(|line| line["changes"] == 1).unwrap_or_else(|| panic!("{told}"));
    assert_eq!((&own["level"], &own["span"]["name"]), (&json!("INFO"), &json!("exchange")));
    assert_eq!(own["span"]["office"], OFFICE);
    assert!(own["span"]["node"].is_string() && own["span"]["span_id"].as_str().unwrap().len() == 16, "{own}");
    assert_eq!(own["span"]["trace_id"].as_str().unwrap().len(), 32, "{own}");
    assert!(own["span"]["parent_span_id"].is_string(), "under the request that brought it: {own}");
    assert!(own["bytes_up"].as_u64().unwrap() > 100 && own["bytes_down"].as_u64().unwrap() > 10, "{own}");
    assert!(own["millis"].is_u64() && own["timestamp"].is_string() && own["outcome"].is_string(), "{own}");
    assert!(ended.iter().any(|line| line["outcome"] == "stranger"), "{told}");
    let ids: std::collections::BTreeSet<_> = ended.iter().map(|line| line["span"]["trace_id"].to_string()).collect();
    assert_eq!(ids.len(), ended.len(), "each has an id of its own");
    let answered = |line: &&Value| line["message"] == "a request was answered" && line["span"]["trace_id"] == TRACE;
    let span = &lines.iter().find(answered).unwrap_or_else(|| panic!("{told}"))["span"];
    assert_eq!(span["parent_span_id"], "00f067aa0ba902b7");
    assert_eq!((&span["http.request.method"], &span["http.route"]), (&json!("GET"), &json!("/l/{seal}")));
    assert!(span["http.response.status_code"].as_u64().is_some_and(|code| code >= 200), "{span}");
}
