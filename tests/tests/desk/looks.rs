//! How the pages look: every page, both languages, light and dark, on small screens, with hostile texts.

use serde_json::json;

use crate::browser::Browser;
use crate::office::{Machine, Office};

/// Every page of somebody who is signed in.
fn pages(id: &str) -> Vec<(&'static str, String)> {
    vec![
        ("home", "/".to_owned()),
        ("own", "/akun/saya".to_owned()),
        ("services", "/baru".to_owned()),
        ("form", "/baru/G03".to_owned()),
        ("records", "/berkas".to_owned()),
        ("register", "/nomor".to_owned()),
        ("record", format!("/berkas/{id}")),
        ("edit", format!("/berkas/{id}/ubah")),
        ("register", "/nomor".to_owned()),
        ("differences", "/perbedaan".to_owned()),
        ("sync", "/sinkron".to_owned()),
        ("accounts", "/akun".to_owned()),
        ("trail", "/akun/jejak".to_owned()),
        ("office", "/kantor".to_owned()),
        ("help", "/bantuan".to_owned()),
    ]
}

pub(crate) async fn is_well(browser: &Browser, what: &str) {
    assert_eq!(browser.violations().await, [""; 0], "{what}");
    assert_eq!(browser.complaints().await, [""; 0], "{what}");
}

/// Letter numbers that stand on more than one line, or beyond their cell.
const BROKEN_NUMBERS: &str = "return [...document.querySelectorAll('td .letter-number')].filter((number) => {
    const text = document.createRange();
    text.selectNodeContents(number);
    const lines = [...text.getClientRects()];
    const cell = number.closest('td').getBoundingClientRect();
    return new Set(lines.map((line) => Math.round(line.top))).size > 1 || lines.some((line) => line.right > cell.right + 1);
}).map((number) => number.innerText)";

/// Words that stand on more than one line.
const BROKEN_WORDS: &str = "
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), broken = [];
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (text.parentElement.closest('.out, .skip, script, [hidden], code')) continue;
        for (const word of text.textContent.matchAll(/[\\p{L}\\p{N}]{2,}/gu)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const lines = [...range.getClientRects()].filter((line) => line.width > 0);
            if (new Set(lines.map((line) => Math.round(line.top))).size > 1) broken.push(word[0]);
        }
    }
    return broken;";

/// What reaches beyond the window, or is cut off by what it stands in.
const CUT: &str = "return [...document.querySelectorAll('main *, header *, nav *')].filter((part) => {
    if (part.closest('.out, .skip, [hidden]')) return false;
    const box = part.getBoundingClientRect();
    const hides = getComputedStyle(part).overflowX !== 'visible' && part.clientWidth > 0;
    const scrolls = hides && part.scrollWidth > part.clientWidth + 1 && !part.matches('input, select, textarea');
    return (box.width > 0 && box.right > document.documentElement.clientWidth + 1) || scrolls;
}).map((part) => part.outerHTML.slice(0, 80))";

/// Choices that are not read whole once they are chosen.
const CUT_CHOICES: &str = "const pen = document.createElement('canvas').getContext('2d');
    return [...document.querySelectorAll('main select')].flatMap((box) => {
        const before = box.value, style = getComputedStyle(box);
        pen.font = style.font;
        const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        const cut = [...box.options].map((choice) => choice.text).filter((text, at) => {
            box.selectedIndex = at;
            const wraps = style.appearance === 'none' && style.whiteSpace.includes('normal');
            const parts = wraps ? text.split(' ') : [text];
            return box.scrollHeight > box.clientHeight + 1 || parts.some((part) => pen.measureText(part).width > room + 1);
        });
        box.value = before;
        return cut;
    })";

/// Fields that stand beside each other, but not on one line.
const UNEVEN: &str = "return [...document.querySelectorAll('.grid')].flatMap((grid) => {
    const fields = [...grid.children].map((field) => field.querySelector(':scope > input, :scope > select')).filter(Boolean);
    const top = (part) => Math.round(part.getBoundingClientRect().top);
    return fields.filter((field, at) => {
        const before = at && fields[at - 1];
        const beside = before && before.getBoundingClientRect().right <= field.getBoundingClientRect().left;
        return beside && Math.abs(top(before) - top(field)) > 1;
    }).map((field) => field.name);
})";

/// Pictures that `docs/clerk.md` shows.
const SHOWN: [&str; 6] = ["sign-in", "form-id", "record-id", "referral-id", "register-id", "sync-en"];

/// `DESK_PICTURES=DIR` keeps the pictures of the documentation there; `DESK_PICTURES_ALL` all.
pub(crate) async fn keep_picture(browser: &Browser, name: &str) {
    let all = std::env::var_os("DESK_PICTURES_ALL").is_some();
    if let Some(dir) = std::env::var_os("DESK_PICTURES").filter(|_| all || SHOWN.contains(&name)) {
        browser.picture(&std::path::Path::new(&dir).join(format!("{name}.png"))).await;
    }
}

fn with_records(office: &Office) -> (Machine, String) {
    let machine = office.machine("counter");
    // The hub grants letter numbers.
    machine.says(&["sync"]);
    let id = machine.record("Siti Aminah");
    machine.record("Budi Santoso");
    machine.says(&["step", &id, "diajukan"]);
    machine.says(&["application", "add", "e-desa"]);
    machine.says(&["application", "add", "lama"]);
    machine.says(&["application", "revoke", "lama"]);
    (machine, id)
}

#[tokio::test]
async fn every_page_is_accessible_in_both_languages_light_and_dark_and_on_small_screens() {
    let office = Office::new();
    let (machine, id) = with_records(&office);
    let browser = machine.signed_in("kades", "kepala").await;
    for language in ["id", "en"] {
        for (name, path) in pages(&id) {
            browser.go(&format!("{}{path}", machine.url)).await;
            assert_eq!(browser.run("return document.documentElement.lang").await, json!(language));
            is_well(&browser, &format!("{name} in {language}")).await;
            keep_picture(&browser, &format!("{name}-{language}")).await;
        }
        browser.go(&machine.url).await;
        browser.click("form[action='/bahasa'] button").await;
    }
    browser.colours("dark").await;
    for (name, path) in pages(&id) {
        browser.go(&format!("{}{path}", machine.url)).await;
        is_well(&browser, &format!("{name}, dark")).await;
        keep_picture(&browser, &format!("{name}-dark")).await;
    }
    // A name that is longer than most.
    machine.record("Budi Santoso Hadikusumawardhana Adiningrat");
    machine.account("pemerintahan", "petugas");
    for (width, height) in [(1024, 600), (390, 844), (360, 740)] {
        browser.screen(width, height).await;
        for (name, path) in pages(&id) {
            browser.go(&format!("{}{path}", machine.url)).await;
            assert!(!browser.overflows().await, "{name} at {width}x{height}");
            for broken in [BROKEN_NUMBERS, BROKEN_WORDS, CUT, CUT_CHOICES, UNEVEN] {
                assert_eq!(browser.run(broken).await, json!([]), "{name} at {width}x{height}");
            }
            keep_picture(&browser, &format!("{name}-{width}")).await;
        }
    }
}

#[tokio::test]
async fn what_is_printed_from_the_browser_has_what_is_to_be_read_and_no_broken_name() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    counter.says(&["sync"]);
    let id = counter.record("Budi Santoso Hadikusumawardhana Adiningrat");
    counter.says(&["step", &id, "diajukan"]);
    counter.says(&["sync"]);
    laptop.says(&["sync"]);
    office.hub_gone();
    counter.says(&["set", &id, "pekerjaan=Guru"]);
    laptop.says(&["set", &id, "pekerjaan=Nelayan"]);
    office.hub_back();
    for machine in [&counter, &laptop, &counter] {
        machine.says(&["sync"]);
    }
    let browser = counter.signed_in("kades", "kepala").await;
    browser.go(&format!("{}/berkas/{id}", counter.url)).await;
    browser.on_paper().await;
    let text = browser.text().await;
    for part in
        ["Perlu diputuskan", "Guru", "Nelayan", "komputer lain", "Pekerjaan", "Keadaan menurut komputer ini pada"]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    for part in ["Pakai ini", "Langkah berikutnya", "Lampirkan"] {
        assert!(!text.contains(part), "{part} is printed in\n{text}");
    }
    // Paper has no colour below letters, so none may be white: whatever the state.
    let inks = "return ['diajukan', 'ditandatangani', 'ditolak'].map((word) => {
        const shown = document.querySelector('header.record .status');
        shown.className = `status ${word}`;
        return getComputedStyle(shown).color === getComputedStyle(shown.parentElement).color;
    })";
    assert_eq!(browser.run(inks).await, json!([true, true, true]));
    keep_picture(&browser, "record-print").await;
    browser.go(&format!("{}/berkas?q=budi&status=diajukan&dari=01-01-2020", counter.url)).await;
    browser.on_paper().await;
    let text = browser.text().await;
    assert!(text.contains("Cari: budi · Status: Diajukan · Dari tanggal 01-01-2020"), "{text}");
    assert!(text.contains("Adiningrat") && !text.contains("Sampai tanggal"), "{text}");
    let boxes = "return [...document.querySelectorAll('main input, main select, main button')]
        .filter((one) => one.offsetParent).length";
    assert_eq!(browser.run(boxes).await, 0);
    keep_picture(&browser, "records-print").await;
    browser.go(&format!("{}/nomor", counter.url)).await;
    browser.on_paper().await;
    browser.says("Adiningrat").await;
    assert!(!browser.overflows().await);
    for broken in [BROKEN_NUMBERS, BROKEN_WORDS, CUT] {
        assert_eq!(browser.run(broken).await, json!([]));
    }
    keep_picture(&browser, "register-print").await;
}

#[tokio::test]
async fn the_way_in_is_accessible_too() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = Browser::open().await;
    browser.go(machine.first_account.as_ref().unwrap()).await;
    is_well(&browser, "first account").await;
    keep_picture(&browser, "first").await;
    machine.account("siti", "petugas");
    browser.go(&machine.url).await;
    is_well(&browser, "sign in").await;
    keep_picture(&browser, "sign-in").await;
    machine.sign_in(&browser, "siti").await;
    browser.click("form[action='/kunci/sekarang'] button").await;
    browser.says("Layar terkunci").await;
    is_well(&browser, "locked").await;
    keep_picture(&browser, "locked").await;
}

#[tokio::test]
async fn hostile_texts_are_shown_as_they_are_and_do_nothing() {
    let office = Office::new();
    let machine = office.machine("counter");
    let id = machine.record("Siti Aminah");
    let long = "x".repeat(190);
    let hostile = [
        "<script>window.harm = 1</script>",
        "<img src=x onerror='window.harm = 1'>",
        "\"><svg onload=window.harm=1>",
        "{{ 7 * 7 }} ${7 * 7}",
        "שלום עולם, kanan ke kiri",
        "=HYPERLINK(\"http://evil.example\")",
        &long,
    ];
    let browser = machine.signed_in("siti", "petugas").await;
    for text in hostile {
        machine.says(&["set", &id, &format!("keperluan={text}")]);
        for path in [format!("/berkas/{id}"), format!("/berkas/{id}/ubah")] {
            browser.go(&format!("{}{path}", machine.url)).await;
            assert_eq!(browser.run("return window.harm").await, json!(null), "{text}");
            assert_eq!(browser.complaints().await, [""; 0], "{text}");
            assert!(!browser.overflows().await, "{text}");
        }
        assert_eq!(browser.value("[name=keperluan]").await, text);
    }
}

#[tokio::test]
async fn on_a_telephone_most_of_the_screen_is_the_page() {
    let office = Office::new();
    let (machine, id) = with_records(&office);
    let browser = machine.signed_in("kades", "kepala").await;
    for language in ["id", "en"] {
        browser.screen(360, 640).await;
        for path in ["/".to_owned(), format!("/berkas/{id}")] {
            browser.go(&format!("{}{path}", machine.url)).await;
            let begins = browser.run("return document.querySelector('main').getBoundingClientRect().top").await;
            assert!(begins.as_f64().unwrap() <= 200.0, "{path} in {language} begins at {begins}");
        }
        keep_picture(&browser, &format!("telephone-{language}")).await;
        browser.click("form[action='/bahasa'] button").await;
    }
}

#[tokio::test]
async fn beside_two_states_a_name_keeps_its_room_on_a_telephone() {
    let mut office = Office::new();
    let (counter, laptop) = (office.machine("counter"), office.machine("laptop"));
    counter.says(&["sync"]);
    let id = counter.record("Budi Santoso Hadikusuma");
    counter.says(&["step", &id, "diajukan"]);
    counter.says(&["sync"]);
    laptop.says(&["sync"]);
    office.hub_gone();
    counter.says(&["set", &id, "pekerjaan=Guru"]);
    laptop.says(&["set", &id, "pekerjaan=Nelayan"]);
    for step in ["diperiksa", "ditandatangani"] {
        counter.says(&["step", &id, step]);
    }
    office.hub_back();
    for machine in [&counter, &laptop, &counter] {
        machine.says(&["sync"]);
    }
    counter.record("Siti Aminah");
    let browser = counter.signed_in("kades", "kepala").await;
    for (width, height) in [(360, 740), (375, 812), (1024, 600)] {
        browser.screen(width, height).await;
        for (name, path) in [("home", "/"), ("records", "/berkas")] {
            browser.go(&format!("{}{path}", counter.url)).await;
            browser.find("td .status.ditandatangani ~ .status.differs").await;
            let widths = "return [...document.querySelectorAll('tr.row')].map((row) => row.cells[0].clientWidth)";
            let widths = browser.run(widths).await;
            let has_room = |width: &serde_json::Value| width.as_u64().unwrap() >= 150;
            assert!(widths.as_array().unwrap().iter().all(has_room), "{name} at {width}: {widths}");
            assert!(!browser.overflows().await, "{name} at {width}");
            for broken in [BROKEN_NUMBERS, BROKEN_WORDS, CUT] {
                assert_eq!(browser.run(broken).await, json!([]), "{name} at {width}");
            }
            keep_picture(&browser, &format!("{name}-two-states-{width}")).await;
        }
    }
}

#[tokio::test]
async fn a_long_name_of_a_draft_stays_in_its_line() {
    let office = Office::new();
    let machine = office.machine("counter");
    let browser = machine.signed_in("siti", "petugas").await;
    let long = ["Hadikusumawardhana ".repeat(20), "x".repeat(400)];
    for name in &long {
        browser.go(&format!("{}/baru/P06", machine.url)).await;
        browser.type_in("[name=nama]", name).await;
        browser.until("document.querySelector('#draf-keadaan').textContent.includes('Draf tersimpan')").await;
    }
    for (width, height) in [(1024, 600), (360, 640)] {
        browser.screen(width, height).await;
        browser.go(&machine.url).await;
        assert!(!browser.overflows().await, "at {width}");
        let heights =
            browser.run("return [...document.querySelectorAll('.drafts li')].map((one) => one.offsetHeight)").await;
        let low = |height: &serde_json::Value| height.as_u64().unwrap() < 130;
        assert!(heights.as_array().unwrap().iter().all(low), "{heights} at {width}");
    }
    let titles =
        browser.run("return [...document.querySelectorAll('.drafts bdi')].map((one) => one.title.trim())").await;
    assert!(long.iter().all(|name| titles.as_array().unwrap().contains(&json!(name.trim()))));
}
