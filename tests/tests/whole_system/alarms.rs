//! Alarms of a real hub: told once when they begin and once when they are over, to real receivers, over restarts.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use change_log::{EpochId, NodeId};
use replica_store::Replica;
use serde_json::{Value, json};
use whole_system::root;

use crate::receivers::{Hook, PASSWORD, Post, Post25, USER};
use crate::regency::Regency;

/// Far more than it takes: the test measures, it does not judge how fast this machine is.
const DEADLINE: Duration = Duration::from_secs(60);
const SILENT: &str = "35.10.02.2001";
const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

fn now_millis() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Lets the hub, which is stopped, have listened for a month, and an office be silent all that time.
fn silent_for_long(data: &Path) {
    let (mut hub, _) = Replica::open(data, "test", EpochId([9; 16])).unwrap();
    hub.register_node(NodeId([7; 8]), SILENT.parse().unwrap(), [7; 32], 0).unwrap();
    let now = now_millis();
    let watch = json!({ "since_millis": now - 30 * 24 * 3_600_000, "until_millis": now });
    hub.set_setting("alarm/watch", watch.to_string().as_bytes()).unwrap();
}

fn settings(hook: &Hook, post: &Post25) -> String {
    format!(
        "webhook_url = \"http://{}/siaga?kunci=rahasia\"\nwebhook_secret = \"{SECRET}\"\nsmtp_host = \"localhost\"\n\
         smtp_port = {}\nsmtp_user = \"{USER}\"\nsmtp_password = \"{PASSWORD}\"\n\
         mail_from = \"Pusat <pusat@example.go.id>\"\nmail_to = \"a@example.go.id, Budi <b@example.go.id>\"\n\
         alarm_disk_mb = 0\nalarm_backup_hours = 0\n",
        hook.address, post.port
    )
}

/// Waits until nothing waits to be told.
fn all_told(regency: &Regency) {
    let begun = Instant::now();
    while regency.hub.says(&["alarms"]).1["undelivered"] != json!([]) {
        assert!(begun.elapsed() < DEADLINE, "{}", regency.hub.told());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What the example of the documentation says of a post.
fn example_says(post: &Post, body: &str) -> bool {
    let page = std::fs::read_to_string(root().join("docs/operator.md")).unwrap();
    let example = page.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    let header = |name: &str| post.headers[name].clone();
    let headers = json!({
        "webhook-id": header("webhook-id"),
        "webhook-timestamp": header("webhook-timestamp"),
        "webhook-signature": header("webhook-signature"),
    });
    let asked = "\nimport json, sys\ntold = json.loads(sys.argv[1])\nsys.exit(0 if is_ours(told[\"headers\"], told[\"body\"].encode(), told[\"secret\"]) else 1)\n";
    let told = json!({ "headers": headers, "body": body, "secret": SECRET }).to_string();
    let code = format!("{example}{asked}");
    let mut python = Command::new("python3");
    python.args(["-c", &code, &told]).stderr(Stdio::piped());
    let output = python.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    output.status.success()
}

#[test]
fn an_alarm_is_told_once_when_it_begins_and_once_when_it_is_over_whatever_happens_meanwhile() {
    let (hook, post) = (Hook::new(), Post25::new());
    let mut regency = Regency::new(1, &[]);
    let trusted = regency.folder().join("mail.pem");
    std::fs::write(&trusted, &post.certificate).unwrap();
    regency.hub.stop();
    std::fs::write(regency.hub.data.join("sync-server.toml"), settings(&hook, &post)).unwrap();
    regency.hub.set("SSL_CERT_FILE", trusted.to_str().unwrap());
    silent_for_long(&regency.hub.data);
    // The receiver is ill at first.
    hook.statuses.lock().unwrap().push(500);
    regency.restart();

    let (refused, taken) = (hook.next(), hook.next());
    assert_eq!((&refused.headers["webhook-id"], &refused.body), (&taken.headers["webhook-id"], &taken.body));
    let event: Value = serde_json::from_str(&taken.body).unwrap();
    assert_eq!(event["type"], "alarm.begun");
    assert_eq!((&event["data"]["kind"], &event["data"]["office"]), (&json!("office_silent"), &json!(SILENT)));
    assert!(example_says(&taken, &taken.body), "{taken:?}");
    assert!(!example_says(&taken, &taken.body.replace("begun", "ended")), "an altered post");
    // Each address by itself: one that is dead keeps nobody else from hearing.
    for address in ["a@example.go.id", "b@example.go.id"] {
        let mail = post.next();
        assert!(mail.over_tls && mail.user == USER && mail.from.contains("pusat@example.go.id"), "{mail:?}");
        assert!(mail.to.len() == 1 && mail.to[0].contains(address), "{mail:?}");
        assert!(mail.data.contains("Auto-Submitted: auto-generated") && mail.data.contains("ALARM"), "{}", mail.data);
    }
    all_told(&regency);
    let (code, alarms) = regency.hub.says(&["alarms"]);
    assert_eq!((code, alarms["open"].as_array().unwrap().len()), (0, 1), "{alarms}");

    // It goes on over restarts, and is not told again.
    regency.hub.stop();
    regency.restart();
    let machine = regency.join_as(SILENT, "silent");
    regency.prove_any(&machine);
    regency.hub.stop();
    regency.restart();
    let over: Value = serde_json::from_str(&hook.next().body).unwrap();
    assert_eq!((&over["type"], &over["data"]["office"]), (&json!("alarm.ended"), &json!(SILENT)), "{over}");
    assert_eq!(over["data"]["began_millis"], event["data"]["began_millis"]);
    assert!([post.next(), post.next()].iter().all(|mail| mail.data.contains("Selesai")));
    all_told(&regency);
    regency.hub.stop();
    assert!(hook.rest().is_empty() && post.rest().is_empty());
    // The hub is said to be old: it caught up with the nights before, and each was told once.
    let nights = hook.nights.lock().unwrap().clone();
    let dates: std::collections::BTreeSet<_> = nights.iter().collect();
    assert!(!nights.is_empty() && dates.len() == nights.len(), "{nights:?}");
    let (_, alarms) = regency.hub.says(&["alarms"]);
    assert_eq!(alarms["open"], json!([]));
    assert_eq!(alarms["past"][0]["kind"], "office_silent", "{alarms}");
    let told = regency.hub.told();
    for secret in [PASSWORD, SECRET, "kunci=rahasia"] {
        assert!(!told.contains(secret) && !alarms.to_string().contains(secret), "{told}");
    }
}

#[test]
fn a_trial_of_both_ways_says_exactly_what_failed() {
    let (hook, post) = (Hook::new(), Post25::new());
    let mut regency = Regency::new(2, &[]);
    let (code, _) = regency.hub.says(&["alarms", "test"]);
    assert_eq!(code, 3, "nothing is set");
    let trusted = regency.folder().join("mail.pem");
    std::fs::write(&trusted, &post.certificate).unwrap();
    regency.hub.set("SSL_CERT_FILE", trusted.to_str().unwrap());
    let file = regency.hub.data.join("sync-server.toml");
    std::fs::write(&file, settings(&hook, &post)).unwrap();
    let (code, said) = regency.hub.says(&["alarms", "test"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(said["channels"][1], json!({"channel": "mail", "set": true, "taken": true, "error": null}));
    let event: Value = serde_json::from_str(&hook.next().body).unwrap();
    assert_eq!(event["type"], "test");
    assert!([post.next(), post.next()].iter().all(|mail| mail.data.contains("alarms test")));

    hook.statuses.lock().unwrap().push(403);
    std::fs::write(&file, settings(&hook, &post).replace(PASSWORD, "salah-sekali")).unwrap();
    let (code, said) = regency.hub.says(&["alarms", "test"]);
    assert_eq!(code, 4);
    let error = |channel: usize| said["channels"][channel]["error"].as_str().unwrap().to_owned();
    assert!(error(0).contains("403") && error(1).contains("wrong password"), "{said}");
    assert!(!said.to_string().contains("salah-sekali") && !said.to_string().contains("kunci=rahasia"), "{said}");

    // Nobody there, and a server that nobody trusts.
    let stranger = regency.folder().join("stranger.pem");
    std::fs::write(&stranger, Post25::new().certificate).unwrap();
    regency.hub.set("SSL_CERT_FILE", stranger.to_str().unwrap());
    let nowhere = settings(&hook, &post).replace(&hook.address.to_string(), "127.0.0.1:9");
    std::fs::write(&file, nowhere).unwrap();
    let (code, said) = regency.hub.says(&["alarms", "test"]);
    assert_eq!(code, 4);
    assert!(said["channels"][0]["error"].as_str().unwrap().contains("refused"), "{said}");
    assert!(said["channels"][1]["error"].as_str().unwrap().to_lowercase().contains("certificate"), "{said}");
}
