//! Whether templates fit a catalogue.

use office_model::{Bilingual, Catalogue, ServiceId};

use crate::Templates;

/// Names that are no field: office and signer.
const BESIDE: [&str; 5] = ["kantor", "tempat_kantor", "jabatan", "kabupaten", "kecamatan"];
/// Fields that a letter need not name: who signs stands in the signature, a phone number is the office's to know.
const UNPRINTED: [&str; 2] = ["penandatangan", "telepon"];

/// How templates and a catalogue do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisfitKind {
    /// A letter that ends no service of the catalogue: perhaps of one to come.
    NoService,
    /// A service that ends in a letter has none: nothing could be printed.
    NoLetter,
    /// A letter includes a part that is not there: nothing is printed in its place.
    NoPart,
    /// A name that stands for nothing: its line is left out.
    NoField,
    /// A field that no letter shows.
    Unprinted,
}

/// One place where templates and a catalogue do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// How.
    pub kind: MisfitKind,
    /// Where.
    pub service: ServiceId,
    /// What people read.
    pub text: Bilingual,
}

impl Templates {
    /// Where they do not fit a catalogue. Empty: they fit.
    pub fn misfits(&self, catalogue: &Catalogue) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let mut say = |kind, service, id: String, en: String| {
            misfits.push(Misfit { kind, service, text: Bilingual::new(id, en) });
        };
        for id in self.services().filter(|id| !catalogue.service(id).is_some_and(|service| service.is_letter)) {
            say(
                MisfitKind::NoService,
                id,
                format!("{id}: tidak ada layanan bersurat dengan kode ini"),
                format!("{id} is no service with a letter"),
            );
        }
        for id in self.services() {
            for part in self.missing_parts(id) {
                say(
                    MisfitKind::NoPart,
                    id,
                    format!("{id}: @{part} menyebut bagian yang tidak ada; tambahkan \"= {part}\" atau hapus barisnya"),
                    format!("{id}: @{part} names a part that is not there; add \"= {part}\" or take the line out"),
                );
            }
        }
        for service in catalogue.services().filter(|service| service.is_letter) {
            let id = service.id;
            if self.section(id).is_none() {
                say(
                    MisfitKind::NoLetter,
                    id,
                    format!("{id}: belum ada template surat"),
                    format!("{id} has no template"),
                );
                continue;
            }
            let mut names = self.names(id);
            if names.remove("ttl") {
                names.extend(["tempat_lahir", "tgl_lahir"].map(str::to_owned));
            }
            if names.remove("alamat_asal") | names.remove("alamat_tinggal") {
                names.extend(["alamat_ktp", "dusun", "rt", "rw"].map(str::to_owned));
            }
            if names.remove("alamat") {
                names.extend(["dusun", "rt", "rw"].map(str::to_owned));
            }
            names.retain(|name| !BESIDE.contains(&name.as_str()));
            for name in names.iter().filter(|name| {
                let field = name.split_once('.').map_or(name.as_str(), |(person, _)| person);
                service.field(field).is_none()
            }) {
                say(
                    MisfitKind::NoField,
                    id,
                    format!("{id}: {{{name}}} bukan isian layanan ini"),
                    format!("{id}: {{{name}}} is no field of it"),
                );
            }
            for field in service.fields.iter().filter(|field| !UNPRINTED.contains(&field.key.as_str())) {
                let key = &field.key;
                if !names.iter().any(|name| name.split('.').next() == Some(key)) {
                    say(
                        MisfitKind::Unprinted,
                        id,
                        format!("{id}: isian {key} tidak tercetak"),
                        format!("{id}: the field {key} is not printed"),
                    );
                }
            }
        }
        misfits
    }
}
