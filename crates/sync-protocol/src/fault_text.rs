//! What people read when an exchange ends with a fault, in both languages of the product.

use crate::FaultCode;

/// Indonesian and English.
pub(crate) const fn texts(code: FaultCode) -> (&'static str, &'static str) {
    match code {
        FaultCode::Malformed => (
            "Data dari komputer ini tidak terbaca oleh server. Tidak ada data yang hilang. Pasang versi program terbaru; \
             bila terulang, hubungi operator kabupaten.",
            "The server cannot read what this machine sent. No data is lost. Install the newest version of the program; \
             if it happens again, call the regency's operator.",
        ),
        FaultCode::Version => (
            "Versi program di komputer ini dan di server tidak cocok. Tidak ada data yang hilang. Pasang versi program \
             terbaru, lalu coba lagi.",
            "The versions of the program here and at the server do not fit. No data is lost. Install the newest version, \
             then try again.",
        ),
        FaultCode::UnknownNode => (
            "Server tidak mengenal komputer ini; mungkin server dipulihkan dari cadangan lama. Data tetap tersimpan di sini. \
             Minta kode pendaftaran baru dari operator kabupaten, lalu jalankan `village-node enrol --again` dengan kode itu.",
            "The server does not know this machine; perhaps it was restored from an older backup. Its data stays here. Ask the \
             regency's operator for a new enrolment code, then run `village-node enrol --again` with it.",
        ),
        FaultCode::Revoked => (
            "Akses komputer ini telah dicabut oleh operator kabupaten. Data yang sudah diterima server tetap aman di sana.",
            "The regency's operator has revoked this machine's access. What the server received before is safe there.",
        ),
        FaultCode::Signature => (
            "Tanda tangan komputer ini tidak sesuai dengan pendaftarannya. Tidak ada data yang dikirim atau hilang. \
             Hubungi operator kabupaten.",
            "The signature of this machine does not fit its enrolment. Nothing was sent and no data is lost. Call the \
             regency's operator.",
        ),
        FaultCode::Replayed => (
            "Server sudah pernah menerima pertukaran ini: mungkin ada salinan basis data komputer ini yang juga berjalan. \
             Tidak ada data yang hilang. Program akan mencoba lagi; bila terulang, matikan komputer salinannya.",
            "The server has seen this exchange before: a copy of this machine's database may be running elsewhere. No data \
             is lost. The program tries again; if it happens again, switch the copy off.",
        ),
        FaultCode::Log => (
            "Catatan perubahan yang dikirim tidak bersambung dengan yang ada di server. Tidak ada data yang hilang di \
             kedua sisi. Program akan mencocokkan ulang; bila terulang, hubungi operator kabupaten.",
            "The changes sent do not continue what the server has. No data is lost on either side. The program compares \
             again; if it happens again, call the regency's operator.",
        ),
        FaultCode::Busy => (
            "Server sedang melayani banyak kantor. Tidak ada data yang hilang. Program akan mencoba lagi sendiri.",
            "The server is busy with many offices. No data is lost. The program tries again by itself.",
        ),
        FaultCode::Storage => (
            "Penyimpanan di server bermasalah atau penuh. Data tetap aman di komputer ini. Program akan mencoba lagi \
             sendiri; operator kabupaten perlu memeriksa server.",
            "The server's storage fails or is full. The data is safe on this machine. The program tries again by itself; \
             the regency's operator has to look after the server.",
        ),
        FaultCode::Maintenance => (
            "Server sedang dalam pemeliharaan. Tidak ada data yang hilang. Program akan mencoba lagi sendiri.",
            "The server is under maintenance. No data is lost. The program tries again by itself.",
        ),
        FaultCode::Internal => (
            "Ada kesalahan pada program server. Data yang belum dikonfirmasi tetap aman di komputer ini. Program akan \
             mencoba lagi sendiri; bila terulang, hubungi operator kabupaten.",
            "The server's program failed. What it has not confirmed is safe on this machine. The program tries again by \
             itself; if it happens again, call the regency's operator.",
        ),
        FaultCode::Unknown(_) => (
            "Server menolak pertukaran ini karena alasan yang belum dikenal versi program ini. Tidak ada data yang hilang. \
             Pasang versi program terbaru.",
            "The server refuses this exchange for a reason that this version of the program does not know. No data is \
             lost. Install the newest version.",
        ),
    }
}
