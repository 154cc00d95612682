//! What to tell the clerk of a machine whose last call the hub refused, by the reason of the refusal. Pure.

use office_model::Bilingual;
use sync_protocol::FaultCode;

/// Why the hub refused a machine's last call, as the link diary keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    code: FaultCode,
}

impl Refusal {
    /// From the word of the diary, `refused 6`; nothing where the call was not refused.
    pub(super) fn of(outcome: &str) -> Option<Self> {
        let number = outcome.strip_prefix("refused")?.trim().parse().unwrap_or_default();
        Some(Self { code: FaultCode::from_number(number) })
    }

    /// The program on the machine is too old to be understood. What such a one sends may be refused for its form, too.
    pub(super) fn is_of_age(self, is_old: bool) -> bool {
        self.code == FaultCode::Version || (is_old && self.code == FaultCode::Malformed)
    }

    /// It passes without anybody: the machine calls again by itself.
    pub(super) fn passes(self) -> bool {
        matches!(self.code, FaultCode::Busy | FaultCode::Storage | FaultCode::Maintenance | FaultCode::Internal)
    }

    /// What to say and what to do. `id`: the machine; `last`: when it called; `version`: of the hub.
    pub(super) fn advice(self, id: &str, last: &str, (is_old, version): (bool, &str)) -> Bilingual {
        let (id_text, en_text) = if self.is_of_age(is_old) {
            (
                format!(
                    "karena programnya terlalu lama. Minta petugas memasang village-node {version} di atas yang lama, lalu tekan Sinkronkan sekarang. Data tidak perlu dipindahkan; yang direkam sementara itu tetap ada di komputernya."
                ),
                format!(
                    "because its program is too old. Ask the clerk to install village-node {version} over the old one, then to press Sync now. No data need be moved; what is recorded meanwhile stays on the machine."
                ),
            )
        } else {
            let (id_text, en_text) = self.why_and_what();
            (id_text.to_owned(), en_text.to_owned())
        };
        Bilingual::new(
            format!("Komputer {id} menghubungi pusat {last} dan ditolak {id_text}"),
            format!("Machine {id} called {last} and was refused {en_text}"),
        )
    }

    const fn why_and_what(self) -> (&'static str, &'static str) {
        match self.code {
            FaultCode::Replayed => (
                "karena panggilannya sudah pernah diterima: disknya disalin atau dipulihkan. Tanyakan apakah folder datanya pernah disalin ke komputer lain; hanya satu yang boleh dipakai. Biasanya pulih sendiri pada panggilan berikutnya; bila tidak, jalankan village-node doctor di sana.",
                "because its call was seen before: its disk was copied or restored. Ask whether its data folder was ever copied to another machine; only one may be used. It mends itself with the next call as a rule; if not, run village-node doctor there.",
            ),
            FaultCode::Log => (
                "karena isinya tidak menyambung dengan yang sudah diterima pusat: disknya mungkin dipulihkan dari salinan lama. Jangan hapus folder datanya; jalankan village-node doctor di sana.",
                "because what it has does not continue what the hub holds: its disk may have been restored from an older copy. Do not delete its data folder; run village-node doctor there.",
            ),
            FaultCode::Signature => (
                "karena tanda pengenalnya tidak cocok dengan pendaftarannya: folder datanya mungkin tercampur dengan milik komputer lain. Jalankan village-node doctor di sana; bila tidak pulih, daftarkan sebagai komputer baru dan keluarkan yang ini.",
                "because its key does not fit its enrolment: its data folder may have been mixed with another machine's. Run village-node doctor there; if that does not mend it, enrol it as a new machine and shut this one out.",
            ),
            FaultCode::Revoked | FaultCode::UnknownNode => (
                "karena tidak terdaftar (lagi) di pusat ini. Daftarkan sebagai komputer baru: buat kode di Perangkat, lalu dampingi petugas menjalankan village-node enrol.",
                "because it is not enrolled here (any more). Enrol it as a new machine: make a code under Machines, then guide the clerk through village-node enrol.",
            ),
            FaultCode::Malformed => (
                "karena yang dikirimnya tidak terbaca: ada yang mengubahnya di perjalanan, atau programnya rusak. Minta petugas mencoba jaringan lain; bila tetap ditolak, pasang ulang village-node di atas yang lama.",
                "because what it sends cannot be read: something on the way alters it, or its program is damaged. Ask the clerk to try another link; if it is still refused, install village-node again over the old one.",
            ),
            FaultCode::Busy => (
                "karena pusat sedang melayani banyak kantor. Petugas tidak perlu berbuat apa-apa; komputer itu mencoba lagi sendiri.",
                "because the hub was busy with many offices. The clerk need do nothing; the machine tries again by itself.",
            ),
            FaultCode::Maintenance => (
                "karena pusat sedang dihentikan. Petugas tidak perlu berbuat apa-apa; komputer itu mencoba lagi sendiri.",
                "because the hub was being stopped. The clerk need do nothing; the machine tries again by itself.",
            ),
            FaultCode::Storage | FaultCode::Internal => (
                "karena pusat sendiri bermasalah: periksa disk dan log pusat (sync-server verify). Petugas tidak perlu berbuat apa-apa; komputer itu mencoba lagi sendiri.",
                "because the hub itself is in trouble: look at its disk and its log (sync-server verify). The clerk need do nothing; the machine tries again by itself.",
            ),
            FaultCode::Version | FaultCode::Unknown(_) => (
                "oleh pusat. Jalankan village-node doctor di sana, dan lihat catatan sambungan di bawah.",
                "by the hub. Run village-node doctor there, and look at the link diary below.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_is_told_with_what_to_do() {
        assert_eq!(Refusal::of("cut"), None);
        let told = |number: u16, is_old: bool| {
            let refusal = Refusal::of(&format!("refused {number}")).unwrap();
            let told = refusal.advice("X", "kemarin", (is_old, "9.9.9"));
            assert!(told.id.starts_with("Komputer X menghubungi pusat kemarin dan ditolak "), "{told:?}");
            told.en
        };
        for (number, part) in [
            (1, "another link"),
            (2, "install village-node 9.9.9"),
            (3, "Enrol it as a new machine"),
            (4, "Enrol it as a new machine"),
            (5, "does not fit its enrolment"),
            (6, "was copied or restored"),
            (7, "Do not delete its data folder"),
            (8, "tries again by itself"),
            (9, "its disk and its log"),
            (10, "tries again by itself"),
            (11, "its disk and its log"),
            (99, "village-node doctor"),
        ] {
            assert!(told(number, false).contains(part), "{number}");
            assert_eq!(Refusal::of(&format!("refused {number}")).unwrap().passes(), (8..=11).contains(&number));
        }
        assert!(told(1, true).contains("too old") && !told(6, true).contains("too old"));
    }
}
