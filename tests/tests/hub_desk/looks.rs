//! How the pages look: every page, both languages, light and dark, on small screens, with hostile texts.

use serde_json::json;

use crate::browser::Browser;
use crate::hub::{Hub, OFFICE, today, window};

/// Every page of somebody who is signed in.
const PAGES: [(&str, &str); 15] = [
    ("hub-find", "/cari"),
    ("hub-waiting", "/menunggu"),
    ("hub-statistics", "/statistik"),
    ("hub-machines", "/perangkat"),
    ("hub-regency", "/"),
    ("hub-office", "/kantor/35.10.01.2001"),
    ("hub-absent", "/kantor/35.10.02.2001"),
    ("hub-nights", "/malam"),
    // The page of the night that ended this morning.
    ("hub-night", "/malam/TODAY"),
    ("hub-handbook", "/pedoman"),
    ("hub-notice", "/pedoman/pemberitahuan"),
    ("hub-profile", "/pedoman/kantor/35.10.01.2001"),
    ("hub-text", "/pedoman/teks/roster"),
    ("hub-trail", "/jejak"),
    ("hub-alarms", "/alarm"),
];

/// Labels that stand on another line than the field after them.
const APART: &str = "return [...document.querySelectorAll('.pair')].filter((pair) => {
    const [label, field] = [...pair.children].map((part) => part.getBoundingClientRect());
    return label.bottom < field.top || label.top > field.bottom || label.right > field.left;
}).map((pair) => pair.textContent)";

/// Fields for a day in which the browser has no room for all of it and its sign for a calendar.
const CUT: &str = "return [...document.querySelectorAll('input[type=date]')]
    .filter((field) => field.getBoundingClientRect().width < 155).map((field) => field.id)";

/// Tables that are wider than their place, and by how many pixels.
const CLIPPED: &str = "return [...document.querySelectorAll('.scroll')]
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => `${box.getAttribute('aria-label')}: ${box.scrollWidth - box.clientWidth}`)";

/// Parts of a page that are wider than a screen of so many pixels, but for what scrolls in a place of its own that keys reach.
const WIDE: &str = "const width = WIDTH;
    const own = (part) => part.closest('.scroll[tabindex=\"0\"]') || part.closest('.out, .skip, svg');
    const wide = [...document.querySelectorAll('body *')].filter((part) => !own(part) && part.getBoundingClientRect().right > width + 1);
    return wide.slice(0, 5).map((part) => `${part.tagName}.${part.className}: ${part.textContent.slice(0, 60)}`)
        .concat(document.documentElement.scrollWidth > width ? [`the page: ${document.documentElement.scrollWidth}`] : [])";

/// Every mark that an office can have, on each line of the list.
const MARKED: &str = "document.querySelectorAll('.offices tbody tr').forEach((row) => {
    for (const text of ['12 ditahan', '3 perbedaan', 'sisa 5 nomor', 'jam 1440 menit di belakang', 'versi lama: 0.10.12']) {
        const mark = document.createElement('span');
        mark.className = 'status differs';
        mark.textContent = text;
        row.children[1].append(' ', mark);
    }
    row.children[8].textContent = '12345';
    row.children[7].textContent = '250 hari, terlalu lama';
    row.children[6].textContent = '1440 menit di belakang';
    row.children[3].textContent = '123.456';
}); return document.querySelectorAll('.offices tbody tr').length";

/// Fields beside each other of which one stands lower, since its label takes more lines.
const UNEVEN: &str = "return [...document.querySelectorAll('.grid')].flatMap((grid) => {
    const rows = {};
    for (const cell of grid.children) {
        const field = cell.querySelector('input, select');
        if (field) (rows[Math.round(cell.getBoundingClientRect().top)] ||= []).push(field);
    }
    const top = (field) => field.getBoundingClientRect().top;
    return Object.values(rows).flatMap((row) => row.filter((field) => Math.abs(top(field) - top(row[0])) > 2));
}).map((field) => field.id)";

/// The address of a page.
fn address(hub: &Hub, path: &str) -> String {
    format!("{}{}", hub.url, path.replace("TODAY", &today()))
}

/// Nothing that axe finds, and nothing that the browser complains of.
pub(crate) async fn is_well(browser: &Browser, what: &str) {
    assert_eq!(browser.violations().await, [""; 0], "{what}");
    assert_eq!(browser.complaints().await, [""; 0], "{what}");
}

/// Pictures that `docs/operator.md` shows.
const SHOWN: [&str; 5] = ["hub-sign-in", "hub-regency-id", "hub-office-id", "hub-night-id", "hub-handbook-id"];

/// `DESK_PICTURES=DIR` keeps the pictures of the documentation there; `DESK_PICTURES_ALL` all.
pub(crate) async fn keep_picture(browser: &Browser, name: &str) {
    let all = std::env::var_os("DESK_PICTURES_ALL").is_some();
    if all || SHOWN.contains(&name) {
        keep_shown(browser, name).await;
    }
}

/// Keeps a picture that `docs/operator.md` shows, where pictures are asked for.
pub(crate) async fn keep_shown(browser: &Browser, name: &str) {
    if let Some(dir) = std::env::var_os("DESK_PICTURES") {
        browser.picture(&std::path::Path::new(&dir).join(format!("{name}.png"))).await;
    }
}

/// Offices in several states.
fn with_offices() -> Hub {
    let hub = Hub::with_backups();
    let (one, other) = (hub.machine(OFFICE, "one"), hub.machine(OFFICE, "other"));
    let id = one.record("Siti Aminah");
    one.record("Budi Santoso");
    one.sync();
    other.sync();
    one.says(&["set", &id, "keperluan=Sekolah"]);
    other.says(&["set", &id, "keperluan=Bekerja"]);
    one.sync();
    other.sync();
    for office in ["35.10.01.2002", "35.10.02.2002", "35.10.03.2001", "35.10.16.1001"] {
        hub.machine(office, office).sync();
    }
    hub.machine("35.10.05.2003", "never");
    hub.says(&["nightly", "--early", "--date", &today()]);
    hub
}

#[tokio::test]
async fn every_page_is_accessible_in_both_languages_light_and_dark_and_on_small_screens() {
    let hub = with_offices();
    let browser = hub.signed_in("wayan", "operator").await;
    for language in ["id", "en"] {
        for (name, path) in PAGES {
            browser.go(&address(&hub, path)).await;
            assert_eq!(browser.run("return document.documentElement.lang").await, json!(language));
            is_well(&browser, &format!("{name} in {language}")).await;
            keep_picture(&browser, &format!("{name}-{language}")).await;
        }
        browser.click("form[action='/bahasa'] button").await;
        browser.find("#kini, main h1").await;
    }
    browser.go(&address(&hub, "/malam/TODAY")).await;
    assert!(browser.count("td a[href^='/berkas/']").await > 0, "a record that needs a person is one press away");
    browser.colours("dark").await;
    for (name, path) in PAGES {
        browser.go(&address(&hub, path)).await;
        is_well(&browser, &format!("{name}, dark")).await;
        keep_picture(&browser, &format!("{name}-dark")).await;
    }
    for (width, height) in [(1366, 768), (1024, 600), (390, 844), (360, 740)] {
        browser.screen(width, height).await;
        for (name, path) in PAGES {
            browser.go(&address(&hub, path)).await;
            assert!(!browser.overflows().await, "{name} at {width}x{height}");
            assert_eq!(browser.run(APART).await, json!([]), "{name} at {width}x{height}");
            assert_eq!(browser.run(CUT).await, json!([]), "{name} at {width}x{height}");
            assert_eq!(browser.run(UNEVEN).await, json!([]), "{name} at {width}x{height}");
            // On a telephone tables scroll in their place.
            if width >= 1024 {
                assert_eq!(browser.run(CLIPPED).await, json!([]), "{name} at {width}x{height}");
            }
            keep_picture(&browser, &format!("{name}-{width}")).await;
        }
    }
}

#[tokio::test]
async fn no_page_scrolls_sideways_on_a_telephone_and_marks_cut_no_column() {
    let hub = with_offices();
    let viewer = hub.signed_in("dewi", "pengamat").await;
    let operator = hub.signed_in("wayan", "operator").await;
    let long = "x".repeat(190);
    let further = [
        format!("/cari?q={long}"),
        "/cari?q=siti".to_owned(),
        "/cari?q=3510014107900001".to_owned(),
        "/cari?kantor=35.10.01.2001&status=draf&dari=2026-01-01".to_owned(),
        "/statistik?menurut=kantor".to_owned(),
        format!("/jejak?siapa={long}"),
        "/perangkat?kantor=35.10.01.2001".to_owned(),
        "/?semua=1".to_owned(),
    ];
    for browser in [&viewer, &operator] {
        for width in [390, 360] {
            browser.screen(width, 844).await;
            for path in PAGES.iter().map(|(_, path)| *path).chain(further.iter().map(String::as_str)) {
                browser.go(&address(&hub, path)).await;
                browser.run("document.querySelectorAll('details').forEach((one) => one.open = true); return 1").await;
                let wide = browser.run(&WIDE.replace("WIDTH", &width.to_string())).await;
                // A viewer writes no notices.
                let is_refused = browser.count("main h1").await == 1 && browser.text().await.contains("Hanya operator");
                assert!(wide == json!([]) || is_refused, "{path} at {width}: {wide}");
            }
        }
    }
    for language in ["id", "en"] {
        operator.screen(1024, 600).await;
        operator.go(&format!("{}/", hub.url)).await;
        assert_eq!(operator.run("return document.documentElement.lang").await, json!(language));
        assert_ne!(operator.run(MARKED).await, 0);
        assert_eq!(operator.run(CLIPPED).await, json!([]), "the list of offices in {language}");
        keep_picture(&operator, &format!("hub-regency-marked-{language}")).await;
        operator.click("form[action='/bahasa'] button").await;
        operator.find("#kini").await;
    }
}

#[tokio::test]
async fn alarms_that_go_on_are_accessible_too() {
    let hub = Hub::alarmed();
    let browser = hub.signed_in("wayan", "operator").await;
    let page = format!("{}/alarm", hub.url);
    browser.go(&page).await;
    browser.until("document.querySelectorAll('.alarms li').length === 2").await;
    is_well(&browser, "alarms").await;
    keep_picture(&browser, "hub-alarm").await;
    browser.colours("dark").await;
    is_well(&browser, "alarms, dark").await;
    keep_picture(&browser, "hub-alarm-dark").await;
    for (width, height) in [(1024, 600), (360, 740)] {
        browser.screen(width, height).await;
        browser.go(&page).await;
        assert!(!browser.overflows().await, "at {width}x{height}");
        keep_picture(&browser, &format!("hub-alarm-{width}")).await;
    }
}

#[tokio::test]
async fn the_way_in_is_accessible_too() {
    let hub = Hub::new();
    hub.operator("siti", "operator");
    let browser = window().await;
    browser.go(&hub.url).await;
    is_well(&browser, "sign in").await;
    keep_picture(&browser, "hub-sign-in").await;
    let browser = hub.signed_in("wayan", "operator").await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    is_well(&browser, "locked").await;
    keep_picture(&browser, "hub-locked").await;
}

#[tokio::test]
async fn hostile_texts_are_shown_as_they_are_and_do_nothing() {
    let hostile = "<script>window.harm = 1</script>";
    let roster = format!(
        "code,name,kind,district_code,district\n35.10.01.2001,<img src=x onerror='window.harm = 1'>,desa,35.10.01,{hostile}\n"
    );
    let hub = Hub::with(&roster);
    let (one, other) = (hub.machine(OFFICE, "one"), hub.machine(OFFICE, "other"));
    let id = one.record("Siti Aminah");
    one.sync();
    other.sync();
    for (machine, name) in [(&one, "O'Brien & <b>Siti</b>"), (&other, "Siti D'Contoh")] {
        // A name with signs that no name has is refused by the machine itself.
        let said = crate::programs::village_node(machine.folder()).args(["set", &id, &format!("nama={name}")]).output();
        assert!(said.is_ok());
    }
    one.says(&["set", &id, &format!("keperluan={hostile}")]);
    other.says(&["set", &id, "keperluan=\"><svg onload=window.harm=1>"]);
    one.sync();
    other.sync();
    hub.says(&["nightly", "--early", "--date", &today()]);
    let browser = hub.signed_in("wayan", "operator").await;
    let night = format!("/malam/{}", today());
    for path in [
        "/",
        "/kantor/35.10.01.2001",
        "/?kecamatan=<script>window.harm=1</script>&keadaan=%22%3E",
        "/jejak",
        "/perangkat",
        "/menunggu",
        "/statistik?menurut=kantor",
        "/cari?q=<script>window.harm=1</script>&kantor=%22%3E",
        "/cari",
        "/malam",
        &night,
    ] {
        browser.go(&format!("{}{path}", hub.url)).await;
        browser.find("main").await;
        assert_eq!(browser.run("return window.harm").await, json!(null), "{path}");
        assert_eq!(browser.complaints().await, [""; 0], "{path}");
    }
    browser.go(&hub.url).await;
    browser.says("<img src=x onerror='window.harm = 1'>").await;
}
