//! Who is turned away: other sites, other names, forms that are not ours, guesses; and what stays open to everybody.

use std::io::Write as _;

use crate::door::{answer, tls};
use crate::hub::{Hub, SECRET};

/// One request; the answer as it came.
pub(crate) fn ask(hub: &Hub, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let address = hub.url.trim_start_matches("https://");
    let mut stream = tls(address.parse().unwrap());
    let own_host = [("Host", address)];
    let host = if headers.iter().any(|(name, _)| *name == "Host") { &[][..] } else { &own_host[..] };
    write!(stream, "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len()).unwrap();
    for (name, value) in host.iter().chain(headers) {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    write!(stream, "\r\n{body}").unwrap();
    stream.flush().unwrap();
    String::from_utf8_lossy(&answer(&mut stream)).into_owned()
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Signs in as the browser does; what it is to hold.
pub(crate) fn cookie(hub: &Hub, name: &str, code: &str) -> String {
    let body = format!("name={name}&secret={SECRET}&code={code}");
    let answer = ask(hub, "POST", "/masuk", &[FORM, ("Origin", &hub.url)], &body);
    let held = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{answer}"));
    for word in ["__Host-", "HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
        assert!(held.contains(word), "{held}");
    }
    held.split(';').next().unwrap().to_owned()
}

const PAGES: [&str; 16] = [
    "/",
    "/jejak",
    "/alarm",
    "/arus",
    "/hadir",
    "/kantor/35.10.01.2001",
    "/perangkat",
    "/perangkat/AAAAAAAAAAAAA",
    "/perangkat/AAAAAAAAAAAAA/keluarkan",
    "/cari?q=siti",
    "/berkas/0199c82c-6f6a-7a0e-a2f3-5a7c1d2e3f40",
    "/menunggu",
    "/statistik",
    "/malam",
    "/malam/2026-11-27",
    "/malam/2026-11-27.xlsx",
];

#[test]
fn nothing_is_shown_without_signing_in_and_what_was_open_stays_open() {
    let hub = Hub::new();
    hub.operator("wayan", "operator");
    for path in PAGES {
        for held in ["", "__Host-pusat=00", "pusat=00"] {
            let answer = ask(&hub, "GET", path, &[("Cookie", held)], "");
            assert!(status(&answer) == 303 && answer.contains("location: /masuk"), "{path}: {answer}");
        }
    }
    assert_eq!(status(&ask(&hub, "GET", "/healthz", &[("Host", "anything.example")], "")), 200);
    assert_eq!(status(&ask(&hub, "GET", "/l/", &[("Host", "surat.example.go.id")], "")), 404);
    assert_eq!(status(&ask(&hub, "POST", "/v1/certificate", &[("Host", "hub")], "{}")) / 100, 4);
    assert_eq!(status(&ask(&hub, "GET", "/masuk", &[], "")), 200);
}

#[test]
fn other_sites_other_names_and_forged_forms_are_turned_away() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    let held = cookie(&hub, "wayan", &app.code(0));
    let own = ("Cookie", held.as_str());
    assert_eq!(status(&ask(&hub, "GET", "/", &[own], "")), 200);
    // Another name for this machine.
    for host in ["evil.example:8217", "127.0.0.1.evil.example", ""] {
        assert_eq!(status(&ask(&hub, "GET", "/", &[own, ("Host", host)], "")), 403, "{host}");
    }
    // Another site's form, one that does not say where it comes from, and one of ours without the token.
    for origin in ["https://evil.example", "null", "http://127.0.0.1"] {
        assert_eq!(status(&ask(&hub, "POST", "/bahasa", &[own, FORM, ("Origin", origin)], "")), 403);
    }
    assert_eq!(status(&ask(&hub, "POST", "/bahasa", &[own, FORM], "")), 403);
    for token in ["", "form_token=0000"] {
        assert_eq!(status(&ask(&hub, "POST", "/bahasa", &[own, FORM, ("Origin", &hub.url)], token)), 400);
    }
    assert!(ask(&hub, "GET", "/", &[own], "").contains("<html lang=\"id\">"));
}

#[test]
fn every_page_forbids_frames_foreign_scripts_and_copies() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    let held = cookie(&hub, "wayan", &app.code(0));
    for path in ["/", "/jejak", "/masuk", "/kantor/35.10.01.2001", "/kantor/99.99"] {
        let answer = ask(&hub, "GET", path, &[("Cookie", &held)], "").to_lowercase();
        for line in [
            "content-security-policy: default-src 'none'",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
        ] {
            assert!(answer.contains(line), "{path} lacks {line}");
        }
        assert!(
            !answer.contains("unsafe-inline") && !answer.contains("style=\"") && !answer.contains("onclick"),
            "{path}"
        );
    }
    assert_eq!(status(&ask(&hub, "GET", "/kantor/99.99.99.9999", &[("Cookie", &held)], "")), 404);
}

#[test]
fn what_is_typed_as_a_name_that_nobody_has_is_kept_nowhere() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    // Somebody's password, in the field above it.
    let guess = |name: &str| {
        let body = format!("name={name}&secret=salah-sama-sekali&code=000000");
        ask(&hub, "POST", "/masuk", &[FORM, ("Origin", &hub.url)], &body)
    };
    guess("rahasiaku-2026");
    guess("wayan");
    let held = cookie(&hub, "wayan", &app.code(0));
    let trail = ask(&hub, "GET", "/jejak", &[("Cookie", &held)], "");
    assert!(!trail.contains("rahasiaku-2026") && !hub.told().contains("rahasiaku-2026"), "{trail}");
    assert_eq!(trail.matches("<td>gagal masuk</td>").count(), 2, "{trail}");
    assert!(trail.contains("(tidak dikenal)"), "{trail}");
    assert!(trail.matches("<bdi>wayan</bdi>").count() >= 2, "whose account was tried is known: {trail}");
}

#[test]
fn what_fails_is_told_in_indonesian_first_and_in_english_below() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    let held = cookie(&hub, "wayan", &app.code(0));
    let with = [("Cookie", held.as_str()), FORM, ("Origin", hub.url.as_str())];
    let home = ask(&hub, "GET", "/", &with[..1], "");
    let token = home.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let post = |path: &str, more: &str| ask(&hub, "POST", path, &with, &format!("form_token={token}&{more}"));
    for (answer, id, en) in [
        (
            post("/perangkat/daftar", "kantor=35.10.01.2001&alamat=ftp://x"),
            "alamat pusat tidak berbentuk https://nama:port",
            "write it as the offices reach it",
        ),
        (post("/perangkat/AAAAAAAAAAAAA/nama", "nama=x"), "komputer itu tidak terdaftar", "no such node"),
        (ask(&hub, "GET", "/berkas/x", &with[..1], ""), "itu bukan id berkas", "no id of a record"),
        (ask(&hub, "GET", "/pedoman/teks/x", &with[..1], ""), "pedoman itu tidak ada", "there is no such text"),
        (
            post("/pedoman/surat/contoh", "text=x&service=G01"),
            "baris 1 template surat",
            "line 1 of the letter templates",
        ),
    ] {
        assert_eq!(status(&answer) / 100, 4, "{answer}");
        let (above, below) = answer.split_once("<p lang=\"en\">").unwrap();
        assert!(above.contains(id) && !above.contains(en), "{above}");
        assert!(below.contains(en) && !below.contains(id), "{below}");
    }
    // What the frame refuses before a page of ours is asked.
    let page = ("Accept", "text/html,*/*;q=0.8");
    let from = format!("{}/pedoman/pemberitahuan", hub.url);
    let form = [with[0], FORM, with[2], page, ("Referer", from.as_str())];
    let long = |count: usize| format!("form_token={token}&title={}", "a".repeat(count));
    for (answer, code, id) in [
        (ask(&hub, "POST", "/pedoman/pemberitahuan", &form, &long(200_000)), 413, "terlalu panjang"),
        (ask(&hub, "POST", "/pedoman/pemberitahuan", &form, &long(500_000)), 413, "terlalu panjang"),
        (ask(&hub, "POST", "/malam", &form, ""), 405, "tidak dapat diminta dengan cara ini"),
        (ask(&hub, "GET", "/kantor/%FF", &[with[0], page], ""), 400, "tidak dapat dibaca"),
    ] {
        assert_eq!(status(&answer), code, "{answer}");
        assert!(answer.contains(id) && answer.contains("content-security-policy"), "{answer}");
        let leads_back = answer.contains("href=\"/pedoman/pemberitahuan\"");
        assert_eq!(leads_back, code != 400, "{answer}");
    }
    let nowhere = ask(&hub, "GET", "/tidak-ada", &[with[0], page], "");
    assert!(status(&nowhere) == 404 && nowhere.contains("Alamat itu tidak ada di pusat ini"), "{nowhere}");
    assert!(nowhere.contains("content-security-policy"), "{nowhere}");
    // Who does not say what it takes is a person, too; programs are told so that they can read it.
    for headers in [&[][..], &[("Accept", "*/*")]] {
        let silent = ask(&hub, "GET", "/tidak-ada", headers, "");
        assert!(status(&silent) == 404 && silent.contains("Alamat itu tidak ada di pusat ini"), "{silent}");
        assert!(silent.contains("There is no such address at this hub") && silent.contains("desk.css"), "{silent}");
    }
    for (path, headers) in
        [("/api/v1/tidak-ada", &[page][..]), ("/v1/nothing", &[]), ("/tidak-ada", &[("Accept", "application/json")])]
    {
        let told = ask(&hub, "GET", path, headers, "");
        let body: serde_json::Value = serde_json::from_str(told.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!((status(&told), &body["blame"]), (404, &"not_found".into()), "{told}");
    }
    // What is wrong with a text, beside the text.
    let wrong = "code,name,kind,district_code,district\n35.10.01.2001,,desa,35.10.01,Pesanggaran";
    // A page of its own says so: going back to it sends nothing again.
    let seen = |path: &str, more: &str| {
        let sent = post(path, more);
        let to = sent.lines().find_map(|line| line.strip_prefix("location: "));
        assert!(status(&sent) == 303 && to.is_some(), "{sent}");
        ask(&hub, "GET", to.unwrap(), &with[..1], "")
    };
    let checked = seen("/pedoman/teks/roster", &format!("aksi=periksa&text={}", wrong.replace('\n', "%0A")));
    assert!(checked.contains("baris 2: name kosong") && !checked.contains("line 2"), "{checked}");
    let checked = seen("/pedoman/teks/catalogue", "aksi=periksa&text={}");
    assert!(checked.contains("baris 1, kolom 2: bukan bentuk katalog"), "{checked}");
}

#[test]
fn a_night_is_taken_along_as_a_file_and_an_unknown_one_is_not_found() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "pengamat");
    let held = cookie(&hub, "wayan", &app.code(0));
    let date = crate::hub::today();
    let get = |name: &str| ask(&hub, "GET", &format!("/malam/{name}"), &[("Cookie", &held)], "");
    for name in [date.as_str(), "2026-13-01", "x", "..", "%00"] {
        assert_eq!(status(&get(name)), 404, "{name}");
    }
    hub.machine(crate::hub::OFFICE, "one");
    let made = hub.says(&["nightly", "--early", "--date", &date]);
    for (form, kind) in [("json", "application/json"), ("csv", "text/csv"), ("xlsx", "openxmlformats")] {
        let answer = get(&format!("{date}.{form}"));
        assert_eq!(status(&answer), 200, "{form}");
        let lines = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(
            lines.contains(kind) && lines.contains(&format!("attachment; filename=\"laporan-malam-{date}.{form}\"")),
            "{lines}"
        );
        let date_of = |answer: &str| answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        assert_eq!(date_of(&answer), date_of(&get(&format!("{date}.{form}"))), "the same bytes");
    }
    let json = get(&format!("{date}.json"));
    assert!(json.ends_with(&made.to_string()), "{json}");
    for name in [format!("{date}.pdf"), format!("{date}.json.csv")] {
        assert_eq!(status(&get(&name)), 404, "{name}");
    }
}

#[test]
fn a_new_password_and_a_new_second_factor_end_what_was_before() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    let held = cookie(&hub, "wayan", &app.code(0));
    assert_eq!(status(&ask(&hub, "GET", "/", &[("Cookie", &held)], "")), 200);
    let file = hub.data.join("secret.txt");
    std::fs::write(&file, "rahasia-lain-2\n").unwrap();
    hub.says(&["operator", "password", "wayan", "--secret-file", file.to_str().unwrap()]);
    assert_eq!(status(&ask(&hub, "GET", "/", &[("Cookie", &held)], "")), 303);
    hub.says(&["operator", "code", "wayan"]);
    let body = format!("name=wayan&secret=rahasia-lain-2&code={}", app.code(1));
    let refused = ask(&hub, "POST", "/masuk", &[FORM, ("Origin", &hub.url)], &body);
    assert!(status(&refused) == 200 && refused.contains("tidak cocok"), "{refused}");
    let listed = hub.says(&["operator", "list"]);
    assert_eq!((&listed[0]["name"], &listed[0]["role"]), (&"wayan".into(), &"operator".into()));
    assert!(!listed.to_string().contains("argon2"), "{listed}");
}

#[test]
fn guessing_gets_slow_for_an_account_and_for_whoever_guesses_at_many() {
    let hub = Hub::new();
    let app = hub.operator("wayan", "operator");
    let guess = |name: &str, secret: &str, code: &str| {
        let body = format!("name={name}&secret={secret}&code={code}");
        ask(&hub, "POST", "/masuk", &[FORM, ("Origin", &hub.url)], &body)
    };
    let is_slowed = |answer: &str| answer.contains("Terlalu banyak percobaan");
    // Not even the right one is looked at during the pause.
    let refused = (0..12).any(|_| {
        is_slowed(&guess("wayan", "salah-salah-salah", "123456")) && is_slowed(&guess("wayan", SECRET, &app.code(0)))
    });
    assert!(refused, "a dozen guesses in a row were all looked at");
    let slowed = (0..30).any(|number| is_slowed(&guess(&format!("orang{number}"), "salah-salah-salah", "123456")));
    assert!(slowed, "thirty accounts were guessed at from one address");
}
