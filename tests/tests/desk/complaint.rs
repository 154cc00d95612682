//! The form of a complaint (P06): one that asks for little.

use fantoccini::key::Key;

use crate::browser::Browser;

/// Fills in all but the name of it, and chooses what is to be chosen.
pub(crate) async fn the_rest(browser: &Browser) {
    for (name, value) in [
        ("nik", "3510011203850004"),
        ("no_kk", "3510011707150001"),
        ("tempat_lahir", "Muncar"),
        ("tgl_lahir", "12-03-1985"),
        ("pekerjaan", "Nelayan"),
        ("rt", "3"),
        ("rw", "1"),
        ("isi", "Lampu jalan padam"),
    ] {
        let field = browser.find(&format!("[name={name}]")).await;
        // The page may fill in what the NIK tells until somebody is in the field: all of it is typed over, from within.
        let (control, released) = (char::from(Key::Control), char::from(Key::Null));
        field.send_keys(&format!("{control}a{released}{value}")).await.unwrap();
    }
    for (name, value) in [("jk", "L"), ("status_kawin", "kawin"), ("warga", "desa"), ("kategori", "jalan")] {
        browser.find(&format!("[name={name}]")).await.select_by_value(value).await.unwrap();
    }
}
