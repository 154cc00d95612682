//! What to tell the clerk on the telephone: plain sentences from the facts of the office. Pure.

use desk_kit::moments;
use office_model::{Bilingual, counted};

use super::refusal::Refusal;
use super::standing::{FEW_NUMBERS, clock_minutes, is_older, of_node};
use super::{BACKUP_DAYS_MAX, BackupAge, NodeFacts, OfficeFacts, State};
use crate::night::Window;

/// In the order in which they are worth saying; never empty.
pub(crate) fn advice(
    facts: &OfficeFacts,
    hub_version: &str,
    (window, hub_was_off): (Window, bool),
    now_millis: i64,
) -> Vec<Bilingual> {
    if let (true, Some(since)) = (facts.nodes.is_empty(), facts.shut_out_millis) {
        let (since, code) = (moments::short(since, now_millis), facts.office.code);
        return vec![Bilingual::new(
            format!(
                "Semua komputer kantor ini sudah dikeluarkan sejak {since}: tidak ada yang sampai dari kantor ini. Daftarkan komputer baru: buat kode di Perangkat (atau sync-server enrol {code}), lalu dampingi petugas menjalankan village-node enrol. Berkas yang sudah sampai di pusat turun ke komputer itu."
            ),
            format!(
                "All machines of this office are shut out since {since}: nothing arrives from it. Enrol a new one: make a code under Machines (or sync-server enrol {code}), then guide the clerk through village-node enrol. The records that reached the hub come down to it."
            ),
        )];
    }
    if facts.nodes.is_empty() {
        return vec![Bilingual::new(
            "Kantor ini belum punya komputer yang terdaftar. Buat kode pendaftaran, lalu dampingi petugas menjalankan village-node enrol.",
            "No machine of this office has joined yet. Make an enrolment code, then guide the clerk through village-node enrol.",
        )];
    }
    let mut said: Vec<Bilingual> =
        facts.nodes.iter().flat_map(|node| of(node, hub_version, (window, hub_was_off), now_millis)).collect();
    let (quarantined, divergent) = (facts.counts.quarantined, facts.counts.divergent);
    if quarantined > 0 {
        said.push(Bilingual::new(
            format!("{quarantined} perubahan tidak diterima pusat. Data itu tetap ada di komputernya: minta petugas membuka Sinkronisasi, bagian Perubahan yang ditolak atau ditahan, dan menyimpan ulang isian yang disebut di sana."),
            format!("{} still on the machine: ask the clerk to open Sync, part Changes that were refused or held back, and to save the fields named there again.", counted(quarantined, "change is not accepted here. It is", "changes are not accepted here. They are")),
        ));
    }
    if divergent > 0 {
        said.push(Bilingual::new(
            format!("{divergent} berkas punya dua isian yang berbeda. Minta petugas membuka Perbedaan dan memilih yang benar."),
            format!("{} two values for one field. Ask the clerk to open Differences and to choose the right one.", counted(divergent, "record has", "records have")),
        ));
    }
    if let Some(BackupAge::Days(days @ BACKUP_DAYS_MAX..)) = facts.backup_age(now_millis) {
        let beyond = days - BACKUP_DAYS_MAX;
        said.push(Bilingual::new(
            format!("Cadangan terakhir di kantor ini dibuat {days} hari lalu: terlalu lama, {beyond} hari lewat dari {BACKUP_DAYS_MAX}. Yang sudah sampai di pusat aman; yang belum terkirim hilang bila disk rusak. Dampingi petugas menjalankan village-node backup ke cakram lain."),
            format!("The last backup at this office was made {days} days ago: too old, {} beyond {BACKUP_DAYS_MAX}. What reached the hub is safe; what is unsent is lost with the disk. Guide the clerk through village-node backup to another disk.", counted(beyond, "day", "days")),
        ));
    }
    if said.is_empty() {
        said.push(Bilingual::new(
            "Semua baik. Tidak ada yang perlu dilakukan petugas.",
            "All is well. There is nothing for the clerk to do.",
        ));
    }
    said
}

fn of(node: &NodeFacts, hub_version: &str, (window, hub_was_off): (Window, bool), now_millis: i64) -> Vec<Bilingual> {
    let mut said = Vec::new();
    let (state, since) = of_node(node, window);
    let since = moments::short(since, now_millis);
    let last = node.node.last_contact_millis.map(|at| moments::short(at, now_millis)).unwrap_or_default();
    let was_cut = node.last_call.as_ref().is_some_and(|call| call.outcome == "cut");
    let id = node.node.id;
    let old = node.node.version.as_deref().filter(|version| is_older(version, hub_version));
    let is_behind = matches!(state, State::Never | State::Late);
    // What passes by itself is worth a word only where it lasts.
    let refusal = node.last_call.as_ref().and_then(|call| Refusal::of(&call.outcome));
    let refusal = refusal.filter(|refusal| is_behind || !refusal.passes());
    match state {
        _ if refusal.is_some() => {
            let called = node.last_call.as_ref().map(|call| moments::short(call.at_millis, now_millis));
            let called = called.unwrap_or_default();
            said.extend(
                refusal.map(|refusal| refusal.advice(&id.to_string(), &called, (old.is_some(), hub_version))),
            );
        }
        _ if last.is_empty() => said.push(Bilingual::new(
            format!("Komputer {id} belum pernah menghubungi pusat sejak didaftarkan ({since}). Tanyakan apakah village-node dijalankan dan internet tersambung."),
            format!("Machine {id} has never called since it joined ({since}). Ask whether village-node runs and the internet is connected."),
        )),
        State::Differs => said.push(Bilingual::new(
            format!("Isi komputer {id} dan pusat berbeda sejak {since}. Perbaikan berjalan sendiri saat terhubung: biarkan menyala dan tersambung. Bila besok masih begini, jalankan village-node doctor."),
            format!("Machine {id} and the hub differ since {since}. Repair goes on by itself while connected: leave it on and connected. If it is still so tomorrow, run village-node doctor."),
        )),
        State::Never | State::Late if was_cut => said.push(Bilingual::new(
            format!("Komputer {id} menghubungi pusat {last}, tetapi sambungannya putus sebelum selesai. Yang sudah sampai tidak dikirim ulang: minta petugas membiarkannya menyala, atau pindah ke jaringan yang lebih baik."),
            format!("Machine {id} called {last}, but the link was cut before the end. What arrived is not sent again: ask the clerk to leave it on, or to use a better link."),
        )),
        State::Never | State::Late if hub_was_off => said.push(Bilingual::new(
            format!("Komputer {id} terakhir menghubungi pusat {last}. Pusat mati semalam, jadi tidak ada yang dapat terhubung: tidak perlu menelepon, kantor menghubungi sendiri."),
            format!("Machine {id} last called {last}. The hub was off last night, so nobody could call: no need to telephone, offices call by themselves."),
        )),
        State::Never | State::Late => said.push(Bilingual::new(
            format!("Komputer {id} terakhir menghubungi pusat {last}. Tanyakan apakah menyala, village-node berjalan, dan internet tersambung; lalu tekan Sinkronkan sekarang."),
            format!("Machine {id} last called {last}. Ask whether it is on, village-node runs and the internet is connected; then press Sync now."),
        )),
        State::Sending => {
            let unsent = node.unsent.unwrap_or_default();
            said.push(Bilingual::new(
                format!("{unsent} perubahan di komputer {id} belum sampai. Pengiriman berjalan sendiri; cukup biarkan tersambung."),
                match unsent {
                    1 => format!("1 change of machine {id} has not arrived yet. It is sent by itself; the machine only has to stay connected."),
                    _ => format!("{unsent} changes of machine {id} have not arrived yet. They are sent by themselves; it only has to stay connected."),
                },
            ));
        }
        // The first two are of offices, not of machines.
        State::ShutOut | State::Absent | State::Equal => {}
    }
    if let Some(minutes) = clock_minutes(node) {
        let (id_way, en_way) = if minutes > 0 { ("terlalu cepat", "ahead") } else { ("terlalu lambat", "behind") };
        let minutes = minutes.abs();
        said.push(Bilingual::new(
            format!("Jam komputer {id} {id_way} {minutes} menit. Sinkronisasi tetap berjalan, tetapi tanggal pada surat ikut salah: minta petugas memperbaiki jamnya."),
            format!("The clock of machine {id} is {} {en_way}. Sync goes on, but dates on letters are wrong too: ask the clerk to set it.", counted(minutes.unsigned_abs(), "minute", "minutes")),
        ));
    }
    let is_told = refusal.is_some_and(|refusal| refusal.is_of_age(old.is_some()));
    if let Some(old) = old.filter(|_| !is_told) {
        said.push(Bilingual::new(
            format!("Komputer {id} memakai versi lama ({old}); pusat memakai {hub_version}. Pasang versi baru bila sempat; data tidak perlu dipindahkan."),
            format!("Machine {id} runs an old version ({old}); the hub runs {hub_version}. Install the new one when there is time; no data need be moved."),
        ));
    }
    if let Some(left) = node.numbers_left.filter(|left| *left < FEW_NUMBERS) {
        said.push(Bilingual::new(
            format!(
                "Sisa nomor surat komputer {id} tinggal {left}. Nomor baru datang sendiri pada sinkronisasi berikutnya."
            ),
            format!(
                "Machine {id} has {} left. More come by themselves with its next sync.",
                counted(left.into(), "letter number", "letter numbers")
            ),
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use replica_store::LastBackup;

    use super::super::facts::tests::{node, office};
    use super::*;

    const NOW: i64 = 1_795_712_400_000;
    const DAY: i64 = 24 * 3_600_000;

    fn said(nodes: Vec<NodeFacts>) -> String {
        let said = advice(&OfficeFacts { nodes, ..office() }, "0.1.0", (Window::last(NOW, 360), false), NOW);
        said.into_iter().map(|text| text.en).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_backup_that_grew_old_is_told_and_one_that_was_never_made_is_not() {
        let told = |backup| {
            let mut one = node(Some(NOW));
            one.node.backup = Some(backup);
            said(vec![one])
        };
        assert!(told(LastBackup::Days(40)).contains("was made 40 days ago"));
        assert!(told(LastBackup::Days(29)).starts_with("All is well"));
        assert!(told(LastBackup::Never).starts_with("All is well"), "the hub has what it has");
    }

    #[test]
    fn each_trouble_has_its_own_words() {
        assert!(said(vec![]).contains("No machine"));
        let lost = OfficeFacts { shut_out_millis: Some(NOW), ..office() };
        let lost = &advice(&lost, "0.1.0", (Window::last(NOW, 360), false), NOW)[0].en;
        assert!(lost.contains("are shut out since") && lost.contains("sync-server enrol 35.10.01.2001"), "{lost}");
        assert_eq!(said(vec![node(Some(NOW))]), "All is well. There is nothing for the clerk to do.");
        assert!(said(vec![node(None)]).contains("has never called since it joined"));
        let late = node(Some(NOW - 3 * DAY));
        assert!(said(vec![late.clone()]).contains("last called"));
        let call = |outcome: &str| replica_store::NodeCall {
            node: late.node.id,
            at_millis: NOW - 3 * DAY,
            outcome: outcome.to_owned(),
            duration_millis: 1,
            bytes_up: 1,
            bytes_down: 1,
            changes: 0,
            exchanges: 1,
            epoch: change_log::EpochId([1; 16]),
            claimed: 9,
        };
        let called = |outcome: &str, node: NodeFacts| said(vec![NodeFacts { last_call: Some(call(outcome)), ..node }]);
        assert!(called("cut", late.clone()).contains("was cut before the end"));
        assert!(called("refused 6", late.clone()).contains("its disk was copied or restored"));
        assert!(called("refused 6", node(None)).contains("its disk was copied"), "rather than that it never called");
        assert!(called("refused 7", node(Some(NOW))).contains("does not continue"), "also before it is late");
        assert!(called("refused 8", late.clone()).contains("busy with many offices"));
        assert!(called("refused 8", node(Some(NOW))).starts_with("All is well"), "that passes");
        let mut old = late.clone();
        old.node.version = Some("0.0.1".to_owned());
        let told = called("refused 2", old);
        assert!(told.contains("install village-node 0.1.0 over the old one"), "{told}");
        assert!(!told.contains("when there is time"), "not in two ways: {told}");
        assert!(said(vec![NodeFacts { unsent: Some(7), ..node(Some(NOW)) }]).contains("7 changes of machine"));
        let mut odd = node(Some(NOW));
        odd.node.clock_offset_millis = Some(10 * 60_000);
        odd.node.version = Some("0.0.1".to_owned());
        odd.numbers_left = Some(2);
        let told = said(vec![odd]);
        for part in ["10 minutes behind", "an old version (0.0.1)", "2 letter numbers left"] {
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn what_the_hub_keeps_out_is_told_with_what_to_do() {
        let mut facts = OfficeFacts { nodes: vec![node(Some(NOW))], ..office() };
        (facts.counts.quarantined, facts.counts.divergent) = (3, 2);
        let said = advice(&facts, "0.1.0", (Window::last(NOW, 360), false), NOW);
        assert!(said[0].id.contains("3 perubahan") && said[1].id.contains("2 berkas"), "{said:?}");
    }
}
