//! People on one machine: the first account, signing in, the lock, roles, the trail.

use crate::browser::Browser;
use crate::looks::keep_picture;
use crate::office::{Office, SECRET};

#[tokio::test]
async fn the_first_account_needs_the_address_that_serve_prints_and_is_made_once() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    let first = machine.first_account.clone().unwrap();
    let browser = Browser::open().await;
    browser.go(&format!("{}/masuk/pertama?kunci=guess", machine.url)).await;
    assert_eq!(browser.count("#secret").await, 0, "no form for who does not know the key");
    browser.go(&format!("{first}&bahasa=en")).await;
    browser.says("The first account keeps the others").await;
    browser.click("main a[lang=id]").await;
    browser.says("Akun pertama mengurus akun lain").await;
    let roles =
        browser.run("return [...document.querySelectorAll('#role option')].map((one) => one.value).join()").await;
    assert_eq!(roles, "kepala,admin", "who can make the further ones");
    browser.type_in("#name", "kades").await;
    browser.type_in("#shown", "Wayan Sudarma").await;
    browser.find("#role").await.select_by_value("kepala").await.unwrap();
    browser.type_in("#secret", "11111111").await;
    browser.click("main button.main").await;
    browser.says("bukan satu karakter yang diulang").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.find("#bilah").await;
    assert!(browser.text().await.contains("Wayan Sudarma"));
    browser.go(&first).await;
    browser.says("Akun pertama sudah dibuat; masuk di bawah ini.").await;
    assert!(!browser.path().await.contains("kunci"), "the key is not carried about");
    browser.click("main a[lang=en]").await;
    browser.says("The first account is made already; sign in below.").await;
    browser.go(&format!("{}/masuk/pertama?kunci=guess", machine.url)).await;
    assert_eq!(browser.path().await, "/masuk");
    assert!(!browser.text().await.contains("Akun pertama"), "{}", browser.text().await);
    machine.kill();
    machine.serve();
    assert_eq!(machine.first_account, None);
}

#[tokio::test]
async fn the_address_of_the_first_account_works_until_somebody_keeps_the_accounts() {
    let office = Office::new();
    let mut machine = office.machine("counter");
    machine.account("siti", "petugas");
    machine.kill();
    machine.serve();
    let first = machine.first_account.clone().unwrap();
    let browser = Browser::open().await;
    browser.go(&format!("{}/masuk/pertama?kunci=guess", machine.url)).await;
    assert_eq!(browser.path().await, "/masuk", "who does not know the key signs in");
    browser.go(&first).await;
    browser.says("belum ada yang mengurus akun lain").await;
    assert_eq!(browser.violations().await, [""; 0]);
    // Nobody's account is taken over by it.
    browser.type_in("#name", "Siti").await;
    browser.type_in("#shown", "Wayan Sudarma").await;
    browser.find("#role").await.select_by_value("kepala").await.unwrap();
    browser.type_in("#secret", "rahasia-9").await;
    browser.click("main button.main").await;
    browser.says("Nama pengguna itu sudah ada.").await;
    machine.sign_in(&browser, "siti").await;
    let forged = format!(
        "const form = new URLSearchParams({{key: 'guess', name: 'kades', shown: 'Kades', role: 'kepala', secret: '{SECRET}'}});
         return fetch('/masuk/pertama', {{method: 'POST', body: form}}).then((answer) => answer.url)"
    );
    let led = browser.run(&forged).await;
    assert!(led.as_str().unwrap().ends_with("/masuk"), "{led}");
    assert_eq!(machine.says(&["account", "list"])["accounts"].as_array().unwrap().len(), 1);
    browser.go(&first).await;
    browser.type_in("#name", "kades").await;
    browser.type_in("#shown", "Wayan Sudarma").await;
    browser.find("#role").await.select_by_value("kepala").await.unwrap();
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.find("nav a[href='/akun']").await;
    browser.go(&first).await;
    browser.says("Akun pertama sudah dibuat").await;
    machine.kill();
    machine.serve();
    assert_eq!(machine.first_account, None);
}

#[tokio::test]
async fn wrong_secrets_are_refused_a_locked_screen_shows_nothing_and_signing_out_ends_it() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.says("Siti Aminah").await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert!(!browser.text().await.contains("3510014107900001"));
    browser.type_in("#secret", "salah-salah").await;
    browser.click("main button.main").await;
    browser.says("tidak cocok").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.says("3510014107900001").await;
    assert_eq!(browser.path().await, format!("/berkas/{id}"), "back where one was");
    browser.click("form[action='/keluar'] button").await;
    browser.find("#secret").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    assert!(browser.path().await.starts_with("/masuk"));
}

#[tokio::test]
async fn a_lock_covers_what_is_being_typed_and_gives_it_back() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/berkas/{id}/ubah", machine.url)).await;
    browser.type_in("[name=pekerjaan]", " Tambak").await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    assert_eq!(browser.count("[name=pekerjaan]").await, 0, "nothing of the form is in the document");
    browser.type_in("#secret", "salah-salah").await;
    browser.click("main button.main").await;
    browser.says("tidak cocok").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.find("[name=pekerjaan]").await;
    assert_eq!(browser.value("[name=pekerjaan]").await, "Petani Tambak");
    // Locked without anybody's doing: the page notices by itself.
    let lock = "fetch('/kunci/sekarang', {method: 'POST', body: new URLSearchParams({form_token:
        document.querySelector('[name=form_token]').value})})";
    browser.run(lock).await;
    browser.says("Layar terkunci").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.click("#simpan").await;
    browser.says("Tersimpan.").await;
    assert_eq!(machine.says(&["show", &id])["record"]["fields"]["pekerjaan"], "Petani Tambak");
}

#[tokio::test]
async fn what_was_typed_right_before_the_lock_is_kept_whoever_comes_next() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("budi", "petugas");
    let id = machine.record("Siti Aminah");
    let browser = machine.signed_in("siti", "petugas").await;
    browser.go(&format!("{}/baru/P04", machine.url)).await;
    browser.type_in("[name=barang]", "Dompet hitam").await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    machine.sign_in(&browser, "budi").await;
    browser.go(&machine.url).await;
    assert!(!browser.text().await.contains("Draf saya"));
    machine.sign_in(&browser, "siti").await;
    browser.go(&machine.url).await;
    browser.click("a[href^='/baru/P04?draf=']").await;
    browser.until("document.querySelector('[name=barang]')?.value === 'Dompet hitam'").await;

    // Locked by nobody's doing here, a form waits for whom it is of.
    let locks = |name: &str, text: &str| {
        format!(
            "const field = document.querySelector('[name={name}]');
            field.value = '{text}';
            field.dispatchEvent(new Event('input', {{ bubbles: true }}));
            const lock = document.querySelector(\"form[action='/kunci/sekarang']\");
            const body = new URLSearchParams(new FormData(lock));
            return fetch(lock.action, {{ method: 'POST', body }}).then(() => true)"
        )
    };
    let forms = [
        ("/baru/P06".to_owned(), "isi", "Lampu padam", "a[href^='/baru/P06?draf=']".to_owned()),
        (format!("/berkas/{id}/ubah"), "pekerjaan", "Nelayan", format!("a[href='/berkas/{id}/ubah']")),
    ];
    for (path, field, text, draft) in forms {
        browser.go(&format!("{}{path}", machine.url)).await;
        browser.run(&locks(field, text)).await;
        browser.says("Layar terkunci").await;
        let other = Browser::open().await;
        machine.sign_in(&other, "siti").await;
        // It may be on its way to the disk still.
        for _ in 0..100 {
            if other.count(&draft).await == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                other.go(&machine.url).await;
            }
        }
        other.click(&draft).await;
        other.until(&format!("document.querySelector('[name={field}]')?.value === '{text}'")).await;
        machine.sign_in(&browser, "siti").await;
    }
    assert_eq!(machine.says(&["status"])["transactions"], 1, "nothing was saved unseen");
}

#[tokio::test]
async fn each_role_sees_its_own_and_the_trail_says_who_read_and_did_what() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/akun", machine.url)).await;
    browser.type_in("#name", "siti").await;
    browser.type_in("#shown", "Siti Aminah").await;
    browser.type_in("section.narrow #secret", SECRET).await;
    browser.click("section.narrow button.main").await;
    browser.until("document.querySelectorAll('table tbody')[0].rows.length === 2").await;
    let other = Browser::open().await;
    machine.sign_in(&other, "siti").await;
    other.go(&format!("{}/akun", machine.url)).await;
    other.says("bukan untuk peran Anda").await;
    other.go(&format!("{}/akun/jejak", machine.url)).await;
    other.says("bukan untuk peran Anda").await;
    browser.go(&format!("{}/akun", machine.url)).await;
    browser.click("a[href='/akun/jejak']").await;
    browser.find("#jejak").await;
    let trail = browser.find("#jejak").await.text().await.unwrap();
    assert!(trail.contains("membuat akun") && trail.contains("masuk"), "{trail}");
    browser.go(&format!("{}/akun", machine.url)).await;
    // Asked first; shut, whoever is signed in under it is out at once.
    browser.click("details:has(form[action='/akun/siti/tutup']) summary").await;
    browser.says("sampai akunnya dibuka lagi").await;
    keep_picture(&browser, "account-shut").await;
    assert!(!browser.overflows().await);
    assert_eq!(browser.violations().await, [""; 0]);
    other.go(&machine.url).await;
    other.find("#bilah").await;
    browser.click("form[action='/akun/siti/tutup'] button").await;
    browser.says("ditutup").await;
    other.go(&machine.url).await;
    assert!(other.path().await.starts_with("/masuk"));
    other.type_in("#name", "siti").await;
    other.type_in("#secret", SECRET).await;
    other.click("main button.main").await;
    other.says("tidak cocok").await;
    browser.click("form[action='/akun/siti/buka'] button").await;
    browser.find("form[action='/akun/siti/tutup']").await;
    other.type_in("#secret", SECRET).await;
    other.click("main button.main").await;
    other.find("#bilah").await;
}

#[tokio::test]
async fn who_keeps_the_accounts_changes_name_and_role_of_another_and_it_stands_in_the_trail() {
    let office = Office::new();
    let machine = office.machine("counter");
    let head = machine.signed_in("kades", "kepala").await;
    let other = machine.signed_in("siti", "petugas").await;
    head.go(&format!("{}/akun", machine.url)).await;
    assert_eq!(head.count("a[href='/akun/kades/ubah']").await, 0, "not the own one");
    head.click("a[href='/akun/siti/ubah']").await;
    head.says("Ubah akun: siti").await;
    assert_eq!(head.violations().await, [""; 0]);
    head.find("#shown").await.clear().await.unwrap();
    head.type_in("#shown", "Siti Aminah Putri").await;
    head.find("#role").await.select_by_value("sekretaris").await.unwrap();
    head.click("main button.main").await;
    head.says("Tersimpan.").await;
    let accounts = machine.says(&["account", "list"]);
    let siti = accounts["accounts"].as_array().unwrap().iter().find(|one| one["id"] == "siti").unwrap();
    assert_eq!((&siti["name"], &siti["role"]), (&"Siti Aminah Putri".into(), &"sekretaris".into()));
    // Whoever was signed in under it is what it was no more.
    other.go(&machine.url).await;
    assert!(other.path().await.starts_with("/masuk"));
    head.go(&format!("{}/akun/jejak", machine.url)).await;
    head.says("siti (petugas → sekretaris)").await;
    // A role of another kind of office, no name, the own account: refused, with what was typed.
    let post = |name: &str, shown: &str, role: &str| {
        format!(
            "const form = new URLSearchParams({{form_token: document.querySelector('[name=form_token]').value,
                 shown: '{shown}', role: '{role}'}});
             return fetch('/akun/{name}/ubah', {{method: 'POST', body: form}}).then((answer) => answer.text())"
        )
    };
    for (name, shown, role, said) in [
        ("siti", "Siti", "camat", "tidak punya peran itu"),
        ("siti", "", "petugas", "role=\"alert\""),
        ("kades", "Kades", "petugas", "bukan untuk peran Anda"),
        ("nobody", "Siti", "petugas", "Tidak ada akun itu"),
    ] {
        let told = head.run(&post(name, shown, role)).await;
        assert!(told.as_str().unwrap().contains(said), "{name}: {told}");
    }
    assert_eq!(machine.says(&["account", "list"]), accounts);
    // Who does not keep the accounts changes none.
    machine.sign_in(&other, "siti").await;
    other.go(&format!("{}/akun/kades/ubah", machine.url)).await;
    other.says("bukan untuk peran Anda").await;
}

#[tokio::test]
async fn everybody_changes_the_own_password_by_the_one_until_now() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    let other = Browser::open().await;
    machine.sign_in(&other, "siti").await;
    browser.click("a[href='/akun/saya']").await;
    for (now, new, again, said) in [
        (SECRET, "rahasia-2", "rahasia-3", "Keduanya tidak sama"),
        (SECRET, "11111111", "11111111", "bukan satu karakter"),
        ("salah-salah", "rahasia-2", "rahasia-2", "tidak cocok"),
        (SECRET, "rahasia-2", "rahasia-2", "Kata sandi sudah diganti"),
    ] {
        browser.type_in("#secret", now).await;
        browser.type_in("#new", new).await;
        browser.type_in("#again", again).await;
        browser.click("form[action='/akun/saya'] button").await;
        browser.says(said).await;
    }
    other.go(&machine.url).await;
    assert!(other.path().await.starts_with("/masuk"), "signed out elsewhere");
    other.type_in("#name", "siti").await;
    other.type_in("#secret", "rahasia-2").await;
    other.click("main button.main").await;
    other.find("#bilah").await;
}

#[tokio::test]
async fn nobody_gets_a_role_of_another_kind_of_office() {
    let office = Office::new();
    let machine = office.machine("counter");
    let head = machine.signed_in("kades", "kepala").await;
    head.go(&format!("{}/akun", machine.url)).await;
    let forge = |action: &str, name: &str| {
        format!(
            "const form = new URLSearchParams({{form_token: document.querySelector('[name=form_token]').value, name: 'camat1',
                 application: 'camat2', shown: 'Camat Palsu', role: 'camat', secret: 'rahasia-9'}});
             return fetch('{action}', {{method: 'POST', body: form}}).then((answer) => answer.text())
                 .then((text) => text.includes('tidak punya peran itu') && !text.includes('<td>{name}</td>'))"
        )
    };
    assert_eq!(head.run(&forge("/akun", "camat1")).await, true);
    assert_eq!(head.run(&forge("/akun/aplikasi", "camat2")).await, true);
    let accounts = machine.says(&["account", "list"])["accounts"].as_array().unwrap().len();
    assert_eq!(accounts, 1, "only the head");
}

#[tokio::test]
async fn the_way_in_speaks_both_languages() {
    let office = Office::new();
    let machine = office.machine("counter");
    machine.account("siti", "petugas");
    let browser = Browser::open().await;
    browser.go(&format!("{}/berkas", machine.url)).await;
    browser.click("main a[lang=en]").await;
    browser.says("Sign in").await;
    browser.type_in("#name", "siti").await;
    browser.type_in("#secret", "salah-salah").await;
    browser.click("main button.main").await;
    browser.says("do not match").await;
    browser.type_in("#secret", SECRET).await;
    browser.click("main button.main").await;
    browser.find("#bilah").await;
    assert_eq!(browser.path().await, "/berkas", "where one wanted to be");
}

/// Fetches a file of the trail: status, media type, how it is to be called, text.
async fn taken(browser: &Browser, form: &str) -> serde_json::Value {
    let fetch = format!(
        "window.taken = null;
        const form = document.querySelector('#ambil');
        const asked = new URLSearchParams(new FormData(form));
        asked.set('bentuk', '{form}');
        fetch(form.action + '?' + asked).then(async (answer) => {{
            window.taken = [answer.status, answer.headers.get('content-type'),
                answer.headers.get('content-disposition'), await answer.text()];
        }})"
    );
    browser.run(&fetch).await;
    browser.until("window.taken").await;
    browser.run("return window.taken").await
}

#[tokio::test]
async fn the_trail_is_paged_narrowed_and_taken_away_and_names_records_as_clerks_know_them() {
    let office = Office::new();
    let machine = office.machine("counter");
    while machine.says(&["status"])["numbers_left"].as_u64().unwrap_or_default() == 0 {
        machine.says(&["sync"]);
    }
    let id = machine.record("Siti Aminah");
    let number = machine.says(&["show", &id])["record"]["number"].as_str().unwrap().to_owned();
    machine.account("siti", "petugas");
    let browser = machine.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/berkas/{id}", machine.url)).await;
    browser.click("form.steps button.main").await;
    browser.says("Diajukan").await;
    // More than a page of it.
    for name in 0..55 {
        machine.account(&format!("orang{name}"), "petugas");
    }
    browser.go(&format!("{}/akun/jejak", machine.url)).await;
    assert_eq!(browser.count("#jejak tbody tr").await, 50);
    assert_eq!(browser.count("[name=sesudah]").await, 0, "nothing is newer");
    browser.click("[name=sebelum]").await;
    browser.until("location.search.includes('sebelum')").await;
    let older = browser.find("#jejak").await.text().await.unwrap();
    assert!(older.contains("mengambil langkah: Diajukan") && older.contains(&number), "{older}");
    assert!(!older.contains(&id) && !older.contains("Siti Aminah"), "{older}");
    browser.click("[name=sesudah]").await;
    browser.until("location.search.includes('sesudah')").await;
    assert_eq!(browser.count("#jejak tbody tr").await, 50);
    assert_eq!(browser.count("[name=sesudah]").await, 0, "back at the newest");

    browser.type_in("#siapa", "kades").await;
    browser.find("#kegiatan").await.select_by_value("step").await.unwrap();
    browser.click("#saring button").await;
    browser.until("location.search.includes('kegiatan=step')").await;
    assert_eq!(browser.count("#jejak tbody tr").await, 1);
    let csv = taken(&browser, "csv").await;
    assert_eq!((&csv[0], &csv[1]), (&serde_json::json!(200), &serde_json::json!("text/csv; charset=utf-8")), "{csv}");
    let text = csv[3].as_str().unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.contains("\"kades\"") && text.contains("mengambil langkah: Diajukan") && text.contains(&number),
        "{text}"
    );
    let xlsx = taken(&browser, "xlsx").await;
    assert!(xlsx[2].as_str().unwrap().contains("filename=\"jejak.xlsx\""), "{xlsx}");
    assert!(xlsx[3].as_str().unwrap().starts_with("PK"));
    browser.click("#jejak a").await;
    browser.says("Siti Aminah").await;

    // Taking it away is an act, too.
    browser.go(&format!("{}/akun/jejak?kegiatan=trail", machine.url)).await;
    browser.says("jejak.csv (kades, step)").await;
    assert_eq!(browser.count("#jejak tbody tr").await, 2);
    browser.go(&format!("{}/akun/jejak?dari=30-02-2026", machine.url)).await;
    browser.says("Tanggal tidak dikenal").await;
    assert_eq!(browser.count("#jejak").await, 0, "never more than was asked for");
    browser.go(&format!("{}/akun/jejak?sampai=01-01-2020", machine.url)).await;
    browser.says("Tidak ada kegiatan seperti itu").await;
    browser.go(&format!("{}/akun/jejak/berkas?bentuk=pdf", machine.url)).await;
    browser.says("Bentuk berkas tidak dikenal").await;

    // By the command, too.
    machine.says(&["step", &id, "diperiksa"]);
    browser.go(&format!("{}/akun/jejak?kegiatan=step", machine.url)).await;
    let trail = browser.find("#jejak tbody tr").await.text().await.unwrap();
    assert!(trail.contains("mengambil langkah: Diperiksa") && trail.contains("(village-node)"), "{trail}");
    assert!(!trail.contains('→'), "{trail}");

    // Who keeps the accounts and sees no records is told no name and led nowhere.
    machine.account("admin", "admin");
    let admin = Browser::open().await;
    machine.sign_in(&admin, "admin").await;
    admin.go(&format!("{}/akun/jejak?kegiatan=step", machine.url)).await;
    admin.says(&number).await;
    assert_eq!(admin.count("#jejak a").await, 0);
}
