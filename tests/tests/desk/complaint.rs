//! The form of a complaint (P06): one that asks for little.

use crate::browser::Browser;

/// Fills in all but the name of it, and chooses what is to be chosen.
pub(crate) async fn the_rest(browser: &Browser) {
    for (name, value) in [
        ("nik", "3510011203850004"),
        ("tempat_lahir", "Muncar"),
        ("tgl_lahir", "12-03-1985"),
        ("pekerjaan", "Nelayan"),
        ("rt", "3"),
        ("rw", "1"),
        ("isi", "Lampu jalan padam"),
    ] {
        let field = browser.find(&format!("[name={name}]")).await;
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }
    for (name, value) in [("jk", "L"), ("status_kawin", "kawin"), ("warga", "desa"), ("kategori", "jalan")] {
        browser.find(&format!("[name={name}]")).await.select_by_value(value).await.unwrap();
    }
}
