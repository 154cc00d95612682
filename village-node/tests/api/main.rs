//! The local API as applications use it: tokens, what its description promises, requests done once, the change feed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail, and these places are known to be there"
)]

#[path = "../common/mod.rs"]
mod common;
mod schema;
#[path = "../common/served.rs"]
mod served;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{care_fields, enrolled, fields, json_of, node_in, record, run, run_with_input};
use replica_store::Reader;
use serde_json::{Value, json};
use served::Served;

const DESCRIPTION: &str = include_str!("../../../docs/openapi.json");

/// A `serve` with an application, whose answers are compared with the description.
struct Client {
    served: Served,
    token: String,
    description: Value,
    /// Operations that were answered well.
    done: RefCell<BTreeSet<String>>,
}

impl Client {
    fn new() -> Self {
        Self::of(Served::start(), "petugas")
    }

    fn of(served: Served, role: &str) -> Self {
        let token = add(&served, "e-desa", role);
        let description = serde_json::from_str(DESCRIPTION).unwrap();
        Self { served, token, description, done: RefCell::default() }
    }

    fn get(&self, template: &str, id: &str, query: &str) -> (u16, Value) {
        self.ask("get", template, id, query, "", &Value::Null)
    }

    fn send(&self, method: &str, template: &str, id: &str, body: &Value) -> (u16, Value) {
        self.ask(method, template, id, "", "", body)
    }

    fn ask(&self, method: &str, template: &str, id: &str, query: &str, headers: &str, body: &Value) -> (u16, Value) {
        let path = template.replace("{id}", id);
        let line = format!("{} /api/v1{path}{query}", method.to_uppercase());
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let headers = format!("{}{headers}", self.served.with(&self.token));
        let (status, head, bytes) = self.served.ask_raw(&line, &headers, &text);
        let operation = &self.description["paths"][format!("/api/v1{template}")][method];
        let response = &operation["responses"][status.to_string()];
        assert!(!response.is_null(), "{line}: {status} is not described");
        let content = &schema::resolve(&self.description, response)["content"];
        if !content["application/pdf"].is_null() {
            assert!(head.contains("application/pdf") && bytes.starts_with(b"%PDF"), "{head}");
            self.done.borrow_mut().insert(operation["operationId"].to_string());
            return (status, Value::Null);
        }
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let expected = &content["application/json"]["schema"];
        let problems = schema::problems(&self.description, expected, &value, &line);
        assert_eq!(problems, Vec::<String>::new());
        if status < 300 {
            if let Some(name) = operation["requestBody"]["content"]["application/json"]["schema"].as_object() {
                let asked = Value::Object(name.clone());
                assert_eq!(schema::problems(&self.description, &asked, body, "body"), Vec::<String>::new());
            }
            self.done.borrow_mut().insert(operation["operationId"].to_string());
        }
        (status, value)
    }

    fn record(&self, name: &str) -> String {
        let (status, made) = self.send("post", "/records", "", &json!({"service": "G01", "fields": fields(name)}));
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    /// Reads the feed from a place to its end: what was told, and where that is.
    fn follow(&self, after: &str) -> (Vec<Value>, String) {
        let (mut told, mut after) = (Vec::new(), after.to_owned());
        loop {
            let (status, page) = self.get("/changes", "", &format!("?limit=2&after={after}"));
            assert_eq!(status, 200, "{page}");
            let changes = page["changes"].as_array().unwrap().clone();
            page["next"].as_str().unwrap().clone_into(&mut after);
            assert!(changes.last().is_none_or(|last| last["cursor"] == page["next"]));
            told.extend(changes);
            if page["more"] == false {
                return (told, after);
            }
        }
    }

    /// Acts, who did them and about what, the last first.
    fn audit(&self) -> Vec<(String, String, String)> {
        let reader = Reader::open(self.served.dir.path()).unwrap();
        reader.audit(100).unwrap().into_iter().map(|item| (item.act, item.clerk, item.subject)).collect()
    }
}

/// Lets an application in; its token.
fn add(served: &Served, name: &str, role: &str) -> String {
    let made = json_of(&run(served.dir.path(), &["application", "add", name, "--role", role, "--json"]));
    assert_eq!((&made["name"], &made["clerk"]), (&json!(name), &json!(format!("app.{name}"))));
    made["token"].as_str().unwrap().to_owned()
}

fn texts(changes: &[Value], key: &str) -> Vec<String> {
    changes.iter().map(|change| change[key].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn every_operation_answers_as_its_description_says() {
    let dir = enrolled();
    run_with_input(dir.path(), &["account", "put", "siti", "--name", "Siti", "--role", "petugas"], b"rahasia-1\n");
    let client = Client::of(Served::on(dir), "petugas");
    let host = format!("host: {}\r\n", client.served.address);
    let (status, _, served) = client.served.ask_raw("GET /api/v1/openapi.json", &host, "");
    assert_eq!((status, String::from_utf8(served).unwrap()), (200, DESCRIPTION.to_owned()));
    client.done.borrow_mut().insert("\"describe\"".to_owned());

    let id = client.record("Siti Aminah");
    let id = id.as_str();
    for query in ["", "?status=draf&service=G01&limit=1", "?divergent=true"] {
        assert_eq!(client.get("/records", "", query).0, 200);
    }
    assert_eq!(client.get("/search", "", "?q=aminah").1["rows"].as_array().unwrap().len(), 1);
    let services = client.get("/services", "", "").1;
    assert_eq!(services["services"].as_array().unwrap().len(), 25);
    assert_eq!(client.get("/status", "", "").1["transactions"], 1);
    let edit = json!({"edits": {"pekerjaan": "Guru"}, "clerk": "siti"});
    assert_eq!(client.send("patch", "/records/{id}", id, &edit).0, 200);
    assert_eq!(client.send("patch", "/records/{id}", id, &edit).1["change"], Value::Null);
    assert_eq!(client.send("post", "/records/{id}/step", id, &json!({"status": "diajukan"})).0, 200);
    let refer = json!({"office": "35.10.01", "asked": "Mohon diperiksa", "clerk": "siti"});
    assert_eq!(client.send("post", "/records/{id}/referrals", id, &refer).0, 200);
    assert_eq!(client.send("post", "/records/{id}/referrals", id, &refer).1["change"], Value::Null);
    assert_eq!(client.get("/records", "", "?referred=open").1["rows"].as_array().unwrap().len(), 1);
    assert_eq!(
        client.send("post", "/records/{id}/answer", id, &json!({"answer": "selesai"})).0,
        403,
        "it was not asked"
    );
    let (_, shown) = client.get("/records/{id}", id, "");
    assert_eq!((&shown["changed_by"], &shown["record"]["fields"]["pekerjaan"]), (&json!("app.e-desa"), &json!("Guru")));
    assert_eq!(client.get("/records/{id}/history", id, "").1["changes"].as_array().unwrap().len(), 4);
    assert_eq!(client.get("/records/{id}/letter.pdf", id, "?paper=a4").0, 200);
    assert_eq!(client.get("/divergences", "", "").1["transactions"], json!([]));
    assert_eq!(client.get("/numbers", "", "").1["left"], Value::Null, "no hub granted any");
    assert_eq!(client.get("/changes", "", "").1["changes"].as_array().unwrap().len(), 4);

    let refused = [
        client.send("post", "/records", "", &json!({"service": "G01", "fields": {}})),
        client.send("post", "/records", "", &json!({"service": "G01", "fields": fields("Budi"), "clerk": "nobody"})),
        client.send("post", "/records", "", &json!({"service": "G01", "fields": fields("Budi"), "office": "x"})),
        client.send("patch", "/records/{id}", id, &json!({"edits": {"nik": "1"}})),
        client.send("patch", "/records/{id}", id, &json!({"edits": {"../x": "1"}})),
        client.send("post", "/records/{id}/step", id, &json!({"status": "selesai"})),
        client.send("post", "/records/{id}/referrals", id, &json!({"office": "35.10.01.2002"})),
        client.send("post", "/records/{id}/referrals", id, &json!({"office": "35.10.U.001"})),
        client.send("post", "/records/{id}/settle", id, &json!({"path": "pekerjaan", "value": "Guru"})),
        client.send("post", "/records/{id}/number", id, &json!({})),
        client.get("/records", "", "?limit=many"),
        client.get("/changes", "", "?after=1"),
        client.ask("post", "/records", "", "", "idempotency-key: \r\n", &json!({})),
    ];
    for (status, told) in refused {
        assert!(status == 400 || status == 409, "{status}: {told}");
    }
    assert_eq!(client.get("/records/{id}", "nonsense", "").0, 404);
    assert_eq!(client.get("/records", "", "?limit=5").1["rows"].as_array().unwrap().len(), 1);
    let files = format!("/api/v1/records/{id}/attachments");
    let authorised = client.served.with(&client.token);
    let pdf = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
    let post = format!("POST {files}?name=kk.pdf&kind=A2&clerk=siti");
    let (status, _, said) = client.served.ask_raw(&post, &authorised, pdf);
    let said: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!((status, &said["state"], &said["kind"]), (200, &json!("here_only"), &json!("A2")), "{said}");
    let hash = said["hash"].as_str().unwrap();
    assert_eq!(client.get("/records/{id}/attachments", id, "").1["attachments"][0]["hash"], hash);
    let (status, _, bytes) = client.served.ask_raw(&format!("GET {files}/{hash}"), &authorised, "");
    assert_eq!((status, bytes.as_slice()), (200, pdf.as_bytes()));
    assert_eq!(client.served.ask_raw(&format!("GET {files}/{}", "0".repeat(64)), &authorised, "").0, 404);
    assert_eq!(client.served.ask_raw(&format!("DELETE {files}/{hash}"), &authorised, "").0, 200);
    // Proven elsewhere, where there is a hub, or just now without the description.
    for operation in ["settle", "answer", "giveNumber", "attach", "attachment", "detach"] {
        client.done.borrow_mut().insert(format!("\"{operation}\""));
    }
    let operations =
        client.description["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
    for (method, operation) in operations.filter(|(method, _)| *method != "parameters") {
        assert!(client.done.borrow().contains(&operation["operationId"].to_string()), "{method} {operation}");
    }
}

#[test]
fn a_token_opens_what_its_role_may_and_no_other_door_until_it_is_revoked() {
    let client = Client::new();
    let served = &client.served;
    let id = client.record("Siti Aminah");
    let status = |token: &str, line: &str| served.ask(line, &served.with(token), "{}").0;
    let list = "GET /api/v1/records";
    assert_eq!(status(&client.token, list), 200);
    // Not the commands' door, which may make accounts and write files; nor does the owner's token open it.
    for token in [&client.token, &served.token] {
        assert_eq!(status(token, "POST /api/own/actions"), 401);
        assert_eq!(status(token, "POST /api/own/sync"), 401);
    }
    let door: Value = serde_json::from_slice(&std::fs::read(served.dir.path().join("serve.json")).unwrap()).unwrap();
    assert_eq!(status(door["token"].as_str().unwrap(), list), 401);
    let admin = add(served, "gudang", "admin");
    assert_eq!(status(&admin, "GET /api/v1/status"), 200);
    for line in [list, "GET /api/v1/changes", "GET /api/v1/divergences", &format!("GET /api/v1/records/{id}")] {
        assert_eq!(status(&admin, line), 403, "{line}");
    }
    let foreign = run(served.dir.path(), &["application", "add", "kecamatan", "--role", "camat", "--json"]);
    assert_eq!(foreign.status.code(), Some(2), "a role that no village has");
    let step = |token: &str, to: &str| {
        let body = json!({"status": to}).to_string();
        served.ask(&format!("POST /api/v1/records/{id}/step"), &served.with(token), &body).0
    };
    let new = json!({"service": "G01", "fields": fields("Budi")}).to_string();
    assert_eq!(served.ask("POST /api/v1/records", &served.with(&admin), &new).0, 403);
    assert_eq!((step(&admin, "diajukan"), step(&client.token, "diajukan")), (403, 200));

    // Nothing of a token is kept but its hash.
    for file in ["replica.db", "replica.db-wal"] {
        let bytes = std::fs::read(served.dir.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(64).any(|window| window == client.token.as_bytes()), "{file}");
    }
    let dir = served.dir.path();
    assert_eq!(run(dir, &["application", "add", "e-desa"]).status.code(), Some(3), "there is one already");
    let listed = json_of(&run(dir, &["application", "list", "--json"]));
    assert_eq!(listed["applications"].as_array().unwrap().len(), 2);
    assert!(listed["applications"][0]["used_millis"].is_i64(), "{listed}");
    assert!(run(dir, &["application", "revoke", "e-desa"]).status.success());
    assert_eq!(run(dir, &["application", "revoke", "e-desa"]).status.code(), Some(2));
    assert_eq!(status(&client.token, list), 401);
    let again = add(served, "e-desa", "kepala");
    assert_eq!((status(&client.token, list), status(&again, list)), (401, 200));
    // A person cannot sign as an application.
    let put = ["account", "put", "app.e-desa", "--name", "Siti", "--role", "petugas"];
    assert_eq!(run_with_input(dir, &put, b"rahasia-1\n").status.code(), Some(2));
}

#[test]
fn what_cannot_be_asked_for_is_named() {
    let client = Client::new();
    let (status, told) = client.send("post", "/records", "", &json!({"service": "ZZ", "fields": {}}));
    assert_eq!((status, &told["code"]), (400, &json!("unknown_service")), "{told}");
    assert!(told["text"]["en"].as_str().unwrap().contains("\"ZZ\""), "{told}");
    for (query, name) in [
        ("?after=zzz", "after"),
        ("?status=bogus", "status"),
        ("?service=ZZ", "service"),
        ("?office=x", "office"),
        ("?waiting=x", "waiting"),
        ("?referred=x", "referred"),
        ("?divergent=maybe", "divergent"),
        ("?from=31-02-2026", "from"),
        ("?limit=many", "limit"),
        ("?limit=0", "limit"),
    ] {
        let (status, told) = client.get("/records", "", query);
        let text = told["text"].to_string();
        assert!(status == 400 && text.matches(&format!("`{name}`")).count() == 2, "{query}: {told}");
        assert!(!text.contains("bogus") && !text.contains("JSON"), "{told}");
    }
    for template in ["/divergences", "/changes"] {
        let (status, told) = client.get(template, "", "?limit=0");
        assert!(status == 400 && told["text"]["id"].as_str().unwrap().contains("`limit`"), "{told}");
    }
    let (_, told) = client.send("post", "/records/{id}/step", &client.record("Siti"), &json!({"status": "bogus"}));
    assert!(told["text"]["id"].as_str().unwrap().contains("yang dikenal: `draf`, "), "{told}");
}

#[test]
fn the_scheme_of_a_token_is_written_in_letters_of_any_case() {
    let client = Client::new();
    for scheme in ["Bearer", "bearer", "BEARER", "bEARER "] {
        let headers = format!("host: {}\r\nauthorization: {scheme} {}\r\n", client.served.address, client.token);
        assert_eq!(client.served.ask("GET /api/v1/status", &headers, "").0, 200, "{scheme}");
    }
    let headers = format!("host: {}\r\nauthorization: Basic {}\r\n", client.served.address, client.token);
    assert_eq!(client.served.ask("GET /api/v1/status", &headers, "").0, 401);
}

#[test]
fn wrong_tokens_wait_and_soon_are_not_looked_at_while_right_ones_are() {
    let client = Client::new();
    let served = &client.served;
    let ask = |token: &str| served.ask_raw("GET /api/v1/status", &served.with(token), "");
    let begun = Instant::now();
    let (status, head, _) = ask(&"0".repeat(64));
    assert_eq!(status, 401);
    assert!(head.to_lowercase().contains("www-authenticate: bearer"), "{head}");
    assert!(begun.elapsed() >= Duration::from_millis(250));
    let last = (0..25).map(|_| ask(&"1".repeat(64))).find(|(status, ..)| *status == 429);
    let (_, head, body) = last.expect("there is an end to guessing");
    assert!(head.to_lowercase().contains("retry-after: 60"), "{head}");
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["code"], "too_many_tokens");
    assert_eq!(ask(&client.token).0, 200);
    let wrong = client.audit().into_iter().filter(|(act, ..)| act == "token_wrong").count();
    assert_eq!(wrong, 1, "told once, not as often as somebody likes to write into the trail");
}

#[test]
fn a_step_is_taken_on_what_the_caller_saw() {
    let dir = enrolled();
    let client = Client::of(Served::on(dir), "petugas");
    let id = client.record("Siti Aminah");
    let (_, seen) = client.get("/records/{id}", &id, "");
    let edits = json!({"edits": {"pekerjaan": "Guru"}});
    assert_eq!(client.send("patch", "/records/{id}", &id, &edits).0, 200);
    let step = json!({"status": "diajukan", "seen": seen["heads"]});
    let (status, said) = client.send("post", "/records/{id}/step", &id, &step);
    assert_eq!((status, &said["code"]), (400, &json!("changed_meanwhile")), "{said}");
    let (_, seen) = client.get("/records/{id}", &id, "");
    let step = json!({"status": "diajukan", "seen": seen["heads"]});
    assert_eq!(client.send("post", "/records/{id}/step", &id, &step).0, 200);
}

#[test]
fn what_an_application_reads_and_does_stands_in_the_audit_trail() {
    let dir = enrolled();
    run_with_input(dir.path(), &["account", "put", "siti", "--name", "Siti", "--role", "petugas"], b"rahasia-1\n");
    let client = Client::of(Served::on(dir), "petugas");
    let plain = client.record("Siti Aminah");
    let (status, made) =
        client.send("post", "/records", "", &json!({"service": "S03", "fields": care_fields(), "clerk": "siti"}));
    assert_eq!(status, 201, "{made}");
    let specific = made["id"].as_str().unwrap();
    // The second one shows nobody who was not shown before.
    client.get("/records", "", "");
    client.get("/records", "", "");
    for id in [plain.as_str(), specific] {
        client.get("/records/{id}", id, "");
        client.get("/records/{id}/history", id, "");
    }
    client.get("/records/{id}/letter.pdf", &plain, "");
    let acts: Vec<_> = client.audit().into_iter().filter(|(_, clerk, _)| clerk == "app.e-desa").collect();
    let mut expected = [
        ("record", plain.clone()),
        ("record", format!("{specific} (siti)")),
        ("health_listed", "S03 (1)".to_owned()),
        ("specific_read", specific.to_owned()),
        ("specific_read", specific.to_owned()),
        ("letter", plain.clone()),
    ];
    expected.reverse();
    let acts: Vec<(&str, String)> = acts.iter().map(|(act, _, subject)| (act.as_str(), subject.clone())).collect();
    assert_eq!(acts, expected);
    let owner = client.served.ask(&format!("GET /api/v1/records/{specific}"), &client.served.good(), "");
    assert_eq!(owner.1["created_by"], "app.e-desa");
}

#[test]
fn a_request_with_a_key_is_done_once_also_when_the_machine_dies_in_between() {
    let mut client = Client::new();
    let new = json!({"service": "G01", "fields": fields("Siti Aminah")});
    let record = |client: &Client, key: &str, body: &Value| {
        client.ask("post", "/records", "", "", &format!("idempotency-key: {key}\r\n"), body)
    };
    let first = record(&client, "permohonan-1", &new);
    assert_eq!(first.0, 201);
    assert_eq!(record(&client, "permohonan-1", &new), first);
    client.served.kill_and_start();
    assert_eq!(record(&client, "permohonan-1", &new), first);
    let other = json!({"service": "G01", "fields": fields("Budi")});
    let (status, told) = record(&client, "permohonan-1", &other);
    assert_eq!((status, &told["code"]), (409, &json!("idempotency_key_used")));
    // One that failed may be sent again when it is right.
    let bad = json!({"service": "G01", "fields": {}});
    assert_eq!(record(&client, "permohonan-2", &bad).0, 400);
    let second = record(&client, "permohonan-2", &other);
    assert_eq!(second.0, 201);
    let id = first.1["id"].as_str().unwrap();
    let step = |body: Value| client.ask("post", "/records/{id}/step", id, "", "idempotency-key: langkah\r\n", &body);
    let stepped = step(json!({"status": "diajukan"}));
    assert_eq!(stepped.0, 200);
    assert_eq!(step(json!({"status": "diajukan"})), stepped, "the second would not be a step any more");
    let edit = |body: Value| client.ask("patch", "/records/{id}", id, "", "idempotency-key: isian\r\n", &body);
    let edited = edit(json!({"edits": {"pekerjaan": "Guru"}}));
    client.send("patch", "/records/{id}", id, &json!({"edits": {"pekerjaan": "Petani"}}));
    assert_eq!(edit(json!({"edits": {"pekerjaan": "Guru"}})), edited);
    let (_, shown) = client.get("/records/{id}", id, "");
    assert_eq!(shown["record"]["fields"]["pekerjaan"], "Petani", "what came later stands");
    // Another application's keys are its own.
    let other_token = add(&client.served, "lain", "petugas");
    let headers = format!("{}idempotency-key: permohonan-1\r\n", client.served.with(&other_token));
    let (status, made) = client.served.ask("POST /api/v1/records", &headers, &new.to_string());
    assert_eq!(status, 201);
    assert_ne!(made["id"], first.1["id"]);
    assert_eq!(client.get("/records", "", "").1["rows"].as_array().unwrap().len(), 3);
    assert_eq!(client.follow("").0.len(), 6);
}

#[test]
fn a_file_is_attached_and_taken_away_once_under_its_key() {
    let client = Client::new();
    let id = client.record("Siti Aminah");
    let files = format!("/api/v1/records/{id}/attachments");
    let pdf = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
    let ask = |line: &str, key: &str, body: &str| {
        let headers = format!("{}idempotency-key: {key}\r\n", client.served.with(&client.token));
        client.served.ask(line, &headers, body)
    };
    let attached = ask(&format!("POST {files}?name=kk.pdf&kind=A2"), "pasang", pdf);
    assert_eq!(attached.0, 200, "{}", attached.1);
    assert_eq!(ask(&format!("POST {files}?name=kk.pdf&kind=A2"), "pasang", pdf), attached, "with its first change");
    let other = ask(&format!("POST {files}?name=ktp.pdf&kind=A1"), "pasang", pdf);
    assert_eq!((other.0, &other.1["code"]), (409, &json!("idempotency_key_used")));
    let hash = attached.1["hash"].as_str().unwrap();
    let gone = ask(&format!("DELETE {files}/{hash}"), "lepas", "");
    assert_eq!(gone.0, 200, "{}", gone.1);
    assert_eq!(ask(&format!("DELETE {files}/{hash}"), "lepas", ""), gone);
    assert_eq!(ask(&format!("DELETE {files}/{hash}"), "lagi", "").0, 404, "another request");
    assert_eq!(client.get("/records/{id}/attachments", &id, "").1["attachments"], json!([]));
    let acts: Vec<String> = client.audit().into_iter().map(|(act, ..)| act).collect();
    let count = |word: &str| acts.iter().filter(|act| *act == word).count();
    assert_eq!((count("attach"), count("detach")), (1, 1), "{acts:?}");
}

#[test]
fn the_feed_tells_each_change_once_over_restarts_and_wakes_who_waits() {
    let mut client = Client::new();
    let (nothing, start) = client.follow("");
    assert_eq!(nothing, [] as [Value; 0]);
    let id = client.record("Siti Aminah");
    client.send("patch", "/records/{id}", &id, &json!({"edits": {"pekerjaan": "Guru"}}));
    let other = record(client.served.dir.path(), "Budi");
    client.send("post", "/records/{id}/step", &id, &json!({"status": "diajukan"}));
    let (told, end) = client.follow(&start);
    assert_eq!(texts(&told, "kind"), ["record", "edit", "record", "step"]);
    assert_eq!(texts(&told, "id"), [id.as_str(), &id, &other, &id]);
    assert_eq!(texts(&told, "clerk"), ["app.e-desa", "app.e-desa", "siti", "app.e-desa"]);
    assert_eq!((&told[1]["paths"], &told[3]["status"]), (&json!(["pekerjaan"]), &json!("diajukan")));
    assert!(told.iter().all(|change| change["here"] == true));
    let all = serde_json::to_string(&told).unwrap();
    assert!(!all.contains("Guru") && !all.contains("Aminah"), "no values in the feed");
    client.served.kill_and_start();
    assert_eq!(client.follow(""), (told.clone(), end.clone()));
    assert_eq!(client.follow(told[1]["cursor"].as_str().unwrap()).0, &told[2..]);
    assert_eq!(client.get("/changes", "", "?after=end").1, json!({"changes": [], "next": end, "more": false}));

    let begun = Instant::now();
    assert_eq!(client.get("/changes", "", &format!("?after={end}&wait=1")).1["changes"], json!([]));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let dir = client.served.dir.path().to_owned();
    let recording = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        record(&dir, "Wati")
    });
    let begun = Instant::now();
    let (_, woken) = client.get("/changes", "", &format!("?after={end}&wait=60"));
    assert!(begun.elapsed() < Duration::from_secs(50));
    assert_eq!(texts(woken["changes"].as_array().unwrap(), "id"), [recording.join().unwrap()]);
}

#[test]
fn a_cursor_of_a_database_that_was_put_back_is_noticed() {
    let dir = enrolled();
    let (backup, restored) = (dir.path().join("cadangan"), tempfile::tempdir().unwrap());
    record(dir.path(), "Siti Aminah");
    assert!(run(dir.path(), &["backup", backup.to_str().unwrap()]).status.success());
    record(dir.path(), "Budi");
    let client = Client::of(Served::on(dir), "petugas");
    let (told, end) = client.follow("");
    assert_eq!(told.len(), 2);
    let into = restored.path().join("kantor");
    assert!(run(&into, &["restore", backup.to_str().unwrap()]).status.success());
    record(&into, "Wati");
    record(&into, "Agus");
    let later = tempfile::tempdir().unwrap();
    std::fs::remove_dir(later.path()).unwrap();
    std::fs::rename(&into, later.path()).unwrap();
    let client = Client::of(Served::on(later), "petugas");
    let (status, said) = client.get("/changes", "", &format!("?after={end}"));
    assert_eq!((status, &said["code"]), (409, &json!("cursor_unknown")));
    let first = told[0]["cursor"].as_str().unwrap();
    assert_eq!(client.follow(first).0.len(), 2, "what both have is a place in both");
}

#[test]
fn a_folder_of_the_owner_alone_keeps_its_tokens_to_itself() {
    let dir = tempfile::tempdir().unwrap();
    drop(node_in(dir.path()));
    let served = Served::on(dir);
    for file in ["api.token", "serve.json"] {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(served.dir.path().join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{file}");
        }
        assert!(served.dir.path().join(file).exists());
    }
    // A web page can have a browser send what it likes; without a token it gets nothing.
    let host = format!("host: {}\r\n", served.address);
    for line in ["GET /api/v1/records", "GET /api/v1/search?q=a", "GET /api/v1/changes", "POST /api/own/actions"] {
        assert_eq!(served.ask(line, &host, "").0, 401, "{line}");
        let foreign = format!("{}origin: https://evil.example\r\n", served.good());
        assert_eq!(served.ask(line, &foreign, "").0, 403, "{line}");
    }
}
