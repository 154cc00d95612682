//! Writes a specimen of every letter into a folder: `cargo run -p letter-print --example specimens -- FOLDER`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "../tests/samples/mod.rs"]
mod samples;

use letter_print::{Finish, Paper};
use office_model::Catalogue;

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    for service in Catalogue::current().services().filter(|service| service.is_letter) {
        let letter = samples::letter(service, &samples::record(service, true));
        for (name, finish) in [("draft", Finish::Draft), ("sealed", Finish::Sealed(samples::url()))] {
            let bytes = letter.to_pdf(Paper::F4, &finish).unwrap();
            std::fs::write(folder.join(format!("{}-{name}.pdf", service.id)), bytes).unwrap();
        }
    }
}
