//! Who is turned away: other sites, other names, forms that are not ours.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::office::{Machine, Office, SECRET};

/// One request; the answer as it came.
pub(crate) fn ask(machine: &Machine, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let address = machine.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let has_host = headers.iter().any(|(name, _)| *name == "Host");
    write!(stream, "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len()).unwrap();
    if !has_host {
        write!(stream, "Host: {address}\r\n").unwrap();
    }
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    write!(stream, "\r\n{body}").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Signs in as the browser does; what it is to hold.
fn cookie(machine: &Machine) -> String {
    let body = format!("name=siti&secret={SECRET}");
    let answer = ask(machine, "POST", "/masuk", &[FORM, ("Origin", &machine.url)], &body);
    let held = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(held.contains(word), "{held}");
    }
    held.split(';').next().unwrap().to_owned()
}

#[test]
fn other_sites_other_names_and_forged_forms_are_turned_away() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    let id = machine.record("Siti Aminah");
    let held = cookie(&machine);
    let own = ("Cookie", held.as_str());
    let page = format!("/berkas/{id}");
    assert_eq!(status(&ask(&machine, "GET", &page, &[own], "")), 200);
    // DNS rebinding: the right machine under a wrong name.
    let evil = ("Host", "evil.example:7217");
    let rebound = ask(&machine, "GET", &page, &[own, evil, ("Accept", "application/json")], "");
    assert!(
        status(&rebound) == 403 && rebound.contains("{\"blame\"") && rebound.contains("komputer lain"),
        "{rebound}"
    );
    // A browser gets a page, with the address that is right; nothing on it leads back under the wrong name.
    for accepted in ["", "*/*", "text/html"] {
        let rebound = ask(&machine, "GET", &page, &[own, evil, ("Accept", accepted)], "");
        assert!(status(&rebound) == 403 && rebound.contains("<p lang=\"en\">"), "{rebound}");
        assert!(rebound.contains(&machine.url) && !rebound.contains("<a class=\"button"), "{rebound}");
    }
    let program = ask(&machine, "GET", "/api/v1/status", &[evil, ("Accept", "text/html")], "");
    assert!(status(&program) == 403 && program.contains("{\"blame\""), "{program}");
    // People read a page, in both languages, and what is no form of anything is said as well.
    let browser = ("Accept", "text/html,application/xhtml+xml");
    for (method, path, host, code) in [
        ("GET", page.as_str(), "evil.example:7217", 403),
        ("GET", "/tidak-ada", "", 404),
        ("POST", "/bantuan", "", 405),
        ("GET", "/baru/Z99", "", 404),
    ] {
        let host = [("Host", host)];
        let origin = ("Origin", machine.url.as_str());
        let mut headers = vec![own, browser, FORM, origin];
        headers.extend(host.iter().filter(|(_, name)| !name.is_empty()));
        headers.retain(|(name, _)| *name != "Origin" || method == "POST");
        let told = ask(&machine, method, path, &headers, "");
        assert_eq!(status(&told), code, "{told}");
        for part in ["text/html", "Tidak ada yang berubah", "content-security-policy"] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        // Whoever is signed in reads it inside the desk, in one language; under a wrong name nobody is.
        let is_inside = code != 403;
        assert_eq!(told.contains("id=\"gagal\""), is_inside, "{told}");
        assert_eq!(told.contains("<p lang=\"en\">") && told.contains("othing was changed"), !is_inside, "{told}");
        if code == 404 && path == "/tidak-ada" {
            let stranger = ask(&machine, method, path, &[browser], "");
            assert!(stranger.contains("<p lang=\"en\">") && !stranger.contains("Siti"), "{stranger}");
        }
    }
    let token = std::fs::read_to_string(machine.data.join("api.token")).unwrap();
    let owner = format!("Bearer {}", token.trim());
    let program = ask(&machine, "DELETE", "/api/v1/records", &[("Authorization", &owner)], "");
    assert!(status(&program) == 405 && program.contains("\"code\":\"method\""), "{program}");
    // A letter on no paper there is.
    let letter = ask(&machine, "GET", &format!("{page}/surat.pdf?kertas=letter"), &[own, browser], "");
    assert!(status(&letter) == 400 && letter.contains("f4 atau a4"), "{letter}");
    // The way back leads to the page a form came from.
    let referer = format!("{}{page}", machine.url);
    let origin = machine.url.as_str();
    let refused = ask(
        &machine,
        "POST",
        &format!("{page}/langkah"),
        &[own, FORM, browser, ("Origin", origin), ("Referer", &referer)],
        "to=x",
    );
    assert!(status(&refused) == 400 && refused.contains(&format!("href=\"{page}\"")), "{refused}");
    // Another site's form, or one that does not say where it comes from.
    let step = format!("{page}/langkah");
    let forged = [("Origin", "http://evil.example"), ("Origin", "null")];
    for origin in forged {
        assert_eq!(status(&ask(&machine, "POST", &step, &[own, FORM, origin], "to=diajukan")), 403);
    }
    assert_eq!(status(&ask(&machine, "POST", &step, &[own, FORM], "to=diajukan")), 403);
    // One of our own pages that does not know the form token.
    let from_us = ("Origin", machine.url.as_str());
    for token in ["", "form_token=0000&"] {
        let answer = ask(&machine, "POST", &step, &[own, FORM, from_us], &format!("{token}to=diajukan"));
        assert_eq!(status(&answer), 400, "{answer}");
    }
    // Nobody signed in.
    assert_eq!(status(&ask(&machine, "POST", &step, &[FORM, from_us], "to=diajukan")), 303);
    assert_eq!(machine.says(&["show", &id])["status"], "draf");
    // The desk's cookie opens no API, the API's door no desk.
    assert_eq!(status(&ask(&machine, "GET", "/api/v1/records", &[own], "")), 401);
}

#[test]
fn a_book_of_days_that_there_are_not_says_which_and_leads_back() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    let held = cookie(&machine);
    let from = format!("{}/nomor", machine.url);
    let with = [("Cookie", held.as_str()), ("Accept", "text/html"), ("Referer", from.as_str())];
    let query = "/nomor/buku?buku=agenda&bentuk=pdf&kertas=a4&dari=01-07-2026&sampai=31-02-2026";
    let told = ask(&machine, "GET", query, &with, "");
    assert!(status(&told) == 400 && told.contains("Tanggal akhir: Tanggal tidak dikenal"), "{told}");
    assert!(told.contains("href=\"/nomor\"") && told.contains("Bila meminta bantuan"), "{told}");
}

#[test]
fn the_page_under_a_wrong_name_looks_like_the_others_and_names_the_address_that_fits() {
    let office = Office::new();
    let machine = office.machine_on_lan("counter");
    let lan = machine.lan_url.clone().unwrap();
    let under = |host: &str, path: &str| ask(&machine, "GET", path, &[("Host", host), ("Accept", "text/html")], "");
    let css = under("evil.example:7217", "/aset/desk.css?v=1");
    assert!(status(&css) == 200 && css.contains("--paper"), "{css}");
    for path in ["/aset/desk.js", "/masuk", "/aset/desk.css/../../masuk"] {
        assert_eq!(status(&under("evil.example:7217", path)), 403, "{path}");
    }
    // A foreign site learns nothing of the office's network; who typed an address may sit at another PC.
    let page = under("evil.example:7217", "/");
    assert!(page.contains(&machine.url) && !page.contains(&lan), "{page}");
    let page = under("192.168.1.5:7217", "/");
    assert!(page.contains(&machine.url) && page.contains(&lan), "{page}");
}

/// What the forms of the page carry that somebody sees who is signed in.
fn form_token(machine: &Machine, held: &str) -> String {
    let page = ask(machine, "GET", "/", &[("Cookie", held)], "");
    let (_, after) = page.split_once("name=\"form_token\" value=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[test]
fn an_open_window_is_not_enough_to_take_an_account_over() {
    let office = Office::new();
    let machine = office.machine("counter");
    for role in ["petugas", "kepala"] {
        machine.account("siti", role);
        let held = cookie(&machine);
        let body = format!("form_token={}&secret=rahasia-2", form_token(&machine, &held));
        let from_us = [("Cookie", held.as_str()), FORM, ("Origin", &machine.url)];
        assert_eq!(status(&ask(&machine, "POST", "/akun/siti/sandi", &from_us, &body)), 403, "{role}");
        // The one until now still signs in, or this fails.
        cookie(&machine);
    }
}

#[test]
fn a_password_from_the_command_line_signs_out_who_has_the_old_one() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    let held = cookie(&machine);
    assert_eq!(status(&ask(&machine, "GET", "/", &[("Cookie", &held)], "")), 200);
    machine.account("siti", "petugas");
    assert_eq!(status(&ask(&machine, "GET", "/", &[("Cookie", &held)], "")), 303);
}

#[test]
fn every_page_forbids_frames_foreign_scripts_and_copies() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    let held = cookie(&machine);
    for path in ["/", "/berkas", "/masuk", "/baru/G01", "/no-such-page"] {
        let answer = ask(&machine, "GET", path, &[("Cookie", &held)], "").to_lowercase();
        if path == "/no-such-page" {
            assert_eq!(status(&answer), 404);
            continue;
        }
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
}

#[test]
fn guessing_gets_slow() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    let guess = |secret: &str| {
        ask(&machine, "POST", "/masuk", &[FORM, ("Origin", &machine.url)], &format!("name=siti&secret={secret}"))
    };
    let is_slowed = |answer: &str| answer.contains("Terlalu banyak percobaan");
    // Not even the right one is looked at during the pause, which is longer after every wrong one.
    let refused = (0..12).any(|_| is_slowed(&guess("salah-salah")) && is_slowed(&guess(SECRET)));
    assert!(refused, "a dozen guesses in a row were all looked at");
}

#[test]
fn who_keeps_the_accounts_lets_applications_in_and_shuts_them_out_and_nobody_else_does() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    machine.record("Siti Aminah");
    let send = |held: &str, path: &str, form: &str| {
        let body = format!("form_token={}&{form}", form_token(&machine, held));
        ask(&machine, "POST", path, &[("Cookie", held), FORM, ("Origin", &machine.url)], &body)
    };
    let held = cookie(&machine);
    assert_eq!(status(&send(&held, "/akun/aplikasi", "application=e-desa&role=petugas")), 403);
    machine.account("siti", "kepala");
    let held = cookie(&machine);
    let made = send(&held, "/akun/aplikasi", "application=E-Desa&role=petugas");
    assert_eq!(status(&made), 200);
    let token = made.split_once("<code id=\"token\">").unwrap().1.split('<').next().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let list = || status(&ask(&machine, "GET", "/api/v1/records", &[("Authorization", &bearer)], ""));
    assert_eq!((token.len(), list()), (64, 200));
    let page = ask(&machine, "GET", "/akun", &[("Cookie", &held)], "");
    assert!(page.contains("e-desa") && !page.contains(&token), "a token is shown once");
    for (form, said) in
        [("application=e-desa&role=petugas", "sudah ada"), ("application=a b&role=petugas", "huruf kecil")]
    {
        assert_eq!(status(&send(&held, "/akun/aplikasi", form)), 303);
        let list = || ask(&machine, "GET", "/akun", &[("Cookie", &held)], "");
        let (refused, anew) = (list(), list());
        assert!(refused.contains(said) && !anew.contains(said), "once: {form}: {refused}");
    }
    assert_eq!(status(&send(&held, "/akun/aplikasi/e-desa/cabut", "")), 303);
    assert_eq!(list(), 401);
    let trail = ask(&machine, "GET", "/akun/jejak", &[("Cookie", &held)], "");
    assert!(trail.contains("memberi token kepada aplikasi") && trail.contains("mencabut token aplikasi"), "{trail}");
    // Nobody signs in as an application.
    send(&held, "/akun", "name=app.e-desa&shown=Siti&role=petugas&secret=rahasia-1");
    let forged = ask(&machine, "GET", "/akun", &[("Cookie", &held)], "");
    assert!(forged.contains("milik aplikasi") && !forged.contains("rahasia-1"), "{forged}");
}
