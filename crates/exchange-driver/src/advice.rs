//! What to do about what verification found: whose fault it is, what happened to the data, what next.

use office_model::Bilingual;
use replica_store::{ProblemKind, Role};

/// What to do about problems of one kind.
pub fn advice(kind: ProblemKind, role: Role) -> Bilingual {
    let (id, en) = match (kind, role) {
        (ProblemKind::File, Role::Node) => (
            "Berkas basis data rusak, biasanya karena diska. Hentikan program, salin seluruh folder data ke diska lain, \
             lalu pulihkan cadangan (village-node restore FILE) dan jalankan village-node sync: yang sudah diterima pusat \
             utuh di sana. Tanpa cadangan, hubungi operator pusat.",
            "The database file is damaged, mostly by the disk. Stop the program, copy the whole data folder to another \
             disk, then restore a backup (village-node restore FILE) and run village-node sync: what the hub received is \
             whole there. Without a backup, call the hub's operator.",
        ),
        (ProblemKind::File, Role::Hub) => (
            "Berkas basis data rusak, biasanya karena diska. Hentikan server, salin seluruh folder data ke diska lain, \
             periksa diska, lalu pulihkan cadangan yang utuh (sync-server restore FILE); semua kantor mengirim lagi \
             sendiri apa yang kurang.",
            "The database file is damaged, mostly by the disk. Stop the server, copy the whole data folder to another \
             disk, check the disk, then restore a whole backup (sync-server restore FILE); the offices send again by \
             themselves what it lacks.",
        ),
        (ProblemKind::Log, Role::Node) => (
            "Catatan di komputer ini diubah atau hilang: diska rusak, atau ada yang mengubah berkas. Buat cadangan \
             sekarang dan hubungi operator pusat: yang sudah diterima pusat utuh di sana.",
            "Records on this machine were altered or lost: a bad disk, or somebody changed the file. Make a backup now \
             and call the hub's operator: what the hub received is whole there.",
        ),
        (ProblemKind::Log, Role::Hub) => (
            "Catatan di pusat diubah atau hilang: diska rusak, atau ada yang mengubah berkas. Simpan berkas ini sebagai \
             bukti, pulihkan cadangan yang utuh (sync-server restore FILE); semua kantor mengirim lagi apa yang kurang.",
            "Records at the hub were altered or lost: a bad disk, or somebody changed the file. Keep this file as \
             evidence, restore a whole backup (sync-server restore FILE); the offices send again what it lacks.",
        ),
        (ProblemKind::Signature, Role::Node) => (
            "Tanda terima pusat tidak cocok dengan catatan di sini: salah satu sisi diubah. Data tidak disentuh. Buat \
             cadangan sebagai bukti dan minta operator membandingkan kedua sisi.",
            "A receipt of the hub does not fit the records here: one of the two sides was altered. Nothing was \
             touched. Make a backup as evidence and have the operator compare both sides.",
        ),
        (ProblemKind::Signature, Role::Hub) => (
            "Catatan sebuah kantor tidak cocok dengan tanda tangannya: berkas pusat atau daftar node diubah. Data tidak \
             disentuh. Simpan berkas ini sebagai bukti dan bandingkan dengan catatan kantor itu atau dengan cadangan.",
            "An office's log does not fit what it signed: the hub's file or its registry was altered. Nothing was \
             touched. Keep this file as evidence and compare it with the office's own records or with a backup.",
        ),
        (ProblemKind::Feed, _) => (
            "Daftar kiriman pusat tidak cocok dengan catatan. Catatan itu sendiri utuh. Pulihkan cadangan yang utuh \
             (sync-server restore FILE); semua kantor mengirim lagi apa yang kurang.",
            "The hub's feeds do not fit the records. The records themselves are whole. Restore a whole backup \
             (sync-server restore FILE); the offices send again what it lacks.",
        ),
        (ProblemKind::Blob, Role::Node) => (
            "Sebuah lampiran di komputer ini rusak atau hilang; catatannya utuh. Bukalah lampiran itu: komputer ini \
             mengambilnya lagi dari pusat. Bila pusat belum memilikinya, lampirkan lagi dari aslinya.",
            "An attached file on this machine is damaged or gone; the record is whole. Open the attachment: this machine \
             fetches it again from the hub. If the hub does not have it yet, attach it again from the original.",
        ),
        (ProblemKind::Blob, Role::Hub) => (
            "Sebuah lampiran di pusat rusak atau hilang; catatannya utuh. Salin berkas itu ke folder blobs dari salinan \
             folder itu, atau minta kantornya melampirkannya lagi.",
            "An attached file at the hub is damaged or gone; the record is whole. Put the file back into the folder blobs \
             from a copy of that folder, or have its office attach it again.",
        ),
        (ProblemKind::View, Role::Node) => (
            "Hanya daftar, pencarian atau hitungan yang salah, bukan catatannya. Buat cadangan dan hubungi operator pusat.",
            "Only lists, search or sums are wrong, not the records. Make a backup and call the hub's operator.",
        ),
        (ProblemKind::View, Role::Hub) => (
            "Hanya daftar, pencarian atau hitungan yang salah, bukan catatannya: sync-server rebuild-views membuatnya lagi.",
            "Only lists, search or sums are wrong, not the records: sync-server rebuild-views makes them again.",
        ),
    };
    Bilingual::new(id, en)
}
