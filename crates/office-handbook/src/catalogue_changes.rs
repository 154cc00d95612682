//! What a catalogue changes of the one before it, for people to look at before it is published.

use std::collections::BTreeSet;

use office_model::{Bilingual, Catalogue, Field, Promise, PromiseUnit, Service};

/// The changes, one line each, service by service. Empty: none that a clerk would notice.
pub fn catalogue_changes(before: &Catalogue, after: &Catalogue) -> Vec<Bilingual> {
    let mut lines = Vec::new();
    let ids: BTreeSet<_> = before.ids().iter().chain(after.ids()).collect();
    for id in ids {
        match (before.service(id), after.service(id)) {
            (None, Some(new)) => lines.push(Bilingual::new(
                format!("{id}: layanan baru \"{}\"", new.label.id),
                format!("{id}: new service \"{}\"", new.label.en),
            )),
            (Some(old), None) => lines.push(Bilingual::new(
                format!("{id}: layanan \"{}\" tidak ditawarkan lagi", old.label.id),
                format!("{id}: service \"{}\" is offered no more", old.label.en),
            )),
            (Some(old), Some(new)) if old != new => {
                let said = of_service(old, new);
                lines.extend(
                    said.iter().map(|(id_text, en_text)| {
                        Bilingual::new(format!("{id}: {id_text}"), format!("{id}: {en_text}"))
                    }),
                );
                if said.is_empty() {
                    lines.push(Bilingual::new(format!("{id}: aturan isian berubah"), format!("{id}: rules changed")));
                }
            }
            _ => {}
        }
    }
    if before.person_fields() != after.person_fields() {
        lines.push(Bilingual::new("Isian orang berubah", "The fields of persons changed"));
    }
    if before.attachments() != after.attachments() || before.sectors() != after.sectors() {
        lines.push(Bilingual::new("Daftar berkas lampiran atau sektor berubah", "Papers or sectors changed"));
    }
    lines
}

/// A promised time with its unit, in both languages.
fn time(promise: Promise) -> (String, String) {
    let amount = promise.amount;
    let (id, en) = match promise.unit {
        PromiseUnit::Minutes => ("menit", "minutes"),
        PromiseUnit::Hours => ("jam", "hours"),
        PromiseUnit::WorkingDays => ("hari kerja", "working days"),
    };
    let en = if amount == 1 { en.trim_end_matches('s') } else { en };
    (format!("{amount} {id}"), format!("{amount} {en}"))
}

fn of_service(old: &Service, new: &Service) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut say = |id: String, en: String| lines.push((id, en));
    if old.label != new.label {
        say(format!("nama menjadi \"{}\"", new.label.id), format!("name becomes \"{}\"", new.label.en));
    }
    if old.also != new.also {
        let names = new.also.join(", ");
        say(format!("sebutan lain menjadi: {names}"), format!("is also found by: {names}"));
    }
    if time(old.promised) != time(new.promised) {
        let ((old_id, old_en), (new_id, new_en)) = (time(old.promised), time(new.promised));
        say(
            format!("waktu janji menjadi {new_id} (sebelumnya {old_id})"),
            format!("promised time becomes {new_en} (it was {old_en})"),
        );
    }
    if old.promised.sourced != new.promised.sourced {
        say("dasar waktu janji berubah".to_owned(), "what the promised time rests on changed".to_owned());
    }
    if old.approval != new.approval || old.approval_when != new.approval_when {
        say("persetujuan camat berubah".to_owned(), "the camat's approval changed".to_owned());
    }
    if old.codes != new.codes {
        say(format!("kode surat menjadi {}", new.current_code()), format!("code becomes {}", new.current_code()));
    }
    if old.attachments != new.attachments {
        let papers = new.attachments.join(", ");
        say(format!("lampiran menjadi {papers}"), format!("papers become {papers}"));
    }
    if old.originals != new.originals {
        let papers = new.originals.join(", ");
        say(format!("foto asli disimpan untuk: {papers}"), format!("original photos are kept of: {papers}"));
    }
    if old.concerns != new.concerns {
        let offices: Vec<String> = new.concerns.iter().map(|concern| String::from(*concern)).collect();
        let offices = offices.join(", ");
        say(format!("dirujuk sendiri ke: {offices}"), format!("is referred by itself to: {offices}"));
    }
    if old.is_letter != new.is_letter {
        say("berakhir dengan surat atau tidak berubah".to_owned(), "whether it ends in a letter changed".to_owned());
    }
    let find = |fields: &[Field], key: &str| fields.iter().find(|field| field.key == key).cloned();
    for field in &new.fields {
        let (label, key) = (&field.label, &field.key);
        match find(&old.fields, key) {
            None => say(format!("isian baru \"{}\" ({key})", label.id), format!("new field \"{}\" ({key})", label.en)),
            Some(before) if before != *field => {
                say(
                    format!("isian \"{}\" ({key}) berubah", label.id),
                    format!("field \"{}\" ({key}) changed", label.en),
                );
            }
            Some(_) => {}
        }
    }
    for field in old.fields.iter().filter(|field| find(&new.fields, &field.key).is_none()) {
        let (label, key) = (&field.label, &field.key);
        say(format!("isian \"{}\" ({key}) dihapus", label.id), format!("field \"{}\" ({key}) is gone", label.en));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(from: &str, to: &str) -> Vec<String> {
        let text = Catalogue::shipped_text();
        assert!(text.contains(from), "{from}");
        let after = Catalogue::parse(&text.replacen(from, to, 1)).unwrap();
        catalogue_changes(Catalogue::current(), &after).into_iter().map(|line| line.en).collect()
    }

    #[test]
    fn a_promised_time_is_said_with_its_unit_and_what_it_was() {
        let mut json: serde_json::Value = serde_json::from_str(Catalogue::shipped_text()).unwrap();
        let services = json["services"].as_array_mut().unwrap();
        let quick = services.iter_mut().find(|service| service["promised"]["unit"] == "minutes").unwrap();
        let (id, was) = (quick["id"].as_str().unwrap().to_owned(), quick["promised"]["amount"].as_u64().unwrap());
        quick["promised"] =
            serde_json::json!({ "amount": 30, "unit": "working_days", "sourced": quick["promised"]["sourced"] });
        let after = Catalogue::parse(&json.to_string()).unwrap();
        let said = catalogue_changes(Catalogue::current(), &after);
        let wanted = Bilingual::new(
            format!("{id}: waktu janji menjadi 30 hari kerja (sebelumnya {was} menit)"),
            format!("{id}: promised time becomes 30 working days (it was {was} minutes)"),
        );
        assert_eq!(said, [wanted]);
        let one = Promise { amount: 1, unit: PromiseUnit::Hours, sourced: true };
        assert_eq!(time(one), ("1 jam".to_owned(), "1 hour".to_owned()));
    }

    #[test]
    fn what_changes_is_said_and_nothing_else() {
        assert_eq!(changed("\"version\": 1", "\"version\": 2"), [""; 0]);
        let mut json: serde_json::Value = serde_json::from_str(Catalogue::shipped_text()).unwrap();
        let services = json["services"].as_array_mut().unwrap();
        let gone = services.remove(3)["id"].as_str().unwrap().to_owned();
        services[0]["label"]["en"] = "Renamed".into();
        services[0]["promised"]["amount"] = 99.into();
        let first = services[0]["id"].as_str().unwrap().to_owned();
        let after = Catalogue::parse(&json.to_string()).unwrap();
        let said: Vec<_> = catalogue_changes(Catalogue::current(), &after).into_iter().map(|line| line.en).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said.contains(&format!("{first}: name becomes \"Renamed\"")), "{said:?}");
        assert!(said.iter().any(|line| line.starts_with(&format!("{first}: promised time becomes 99 "))), "{said:?}");
        assert!(said.iter().any(|line| line.starts_with(&gone) && line.ends_with("is offered no more")), "{said:?}");
    }
}
