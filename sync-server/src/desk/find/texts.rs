//! The fixed texts of finding, reading, counting and taking away records, both languages side by side.

desk_kit::texts! {
    find: "Cari", "Find";
    find_by_number: "Anda pengamat: kata yang dicari dicocokkan dengan nomor surat saja.",
        "You are a viewer: words are looked for in letter numbers alone.";
    find_why: "Semua berkas di pusat. NIK disamarkan di daftar; satu berkas dibuka dengan sengaja, dan itu dicatat di Jejak.",
        "All records at the hub. NIKs are masked in lists; a record is opened on purpose, and that is noted in the audit trail.";
    words_of_number: "Nomor surat atau id berkas", "Letter number or record id";
    words: "Nomor, nama, NIK, atau id berkas", "Number, name, NIK or record id";
    all_services: "Semua layanan", "All services";
    all_statuses: "Semua status", "All statuses";
    all_districts: "Semua kecamatan", "All sub-districts";
    all_offices: "Semua kantor", "All offices";
    service: "Layanan", "Service";
    status: "Status", "Status";
    district: "Kecamatan", "Sub-district";
    office: "Kantor", "Office";
    from: "Dari", "From";
    to: "Sampai", "To";
    search: "Cari", "Find";
    clear: "Hapus saringan", "Clear";
    number: "Nomor", "Number";
    name: "Nama", "Name";
    made: "Dibuat", "Made";
    changed: "Diubah", "Changed";
    record: "Berkas", "Record";
    no_records: "Tidak ada berkas yang cocok. Periksa ejaannya, kurangi kata, atau lebarkan periodenya; berkas yang belum dikirim kantornya tidak ada di sini.",
        "No record matches. Check the spelling, use fewer words, or widen the period; what its office has not sent yet is not here.";
    too_many: "Terlalu banyak pencarian berturut-turut dengan akun ini; itu tercatat di Jejak. Yang Anda ketik masih ada. Cari lagi setelah",
        "Too many searches one after the other with this account; that is noted in the audit trail. What you typed is still here. Search again after";
    too_many_files: "Terlalu banyak pencarian dan unduhan berturut-turut dengan akun ini; itu tercatat di Jejak. Kembali, lalu ulangi setelah",
        "Too many searches and downloads one after the other with this account; that is noted in the audit trail. Go back and repeat it after";
    next_page: "Berikutnya", "Next";
    first_page: "Dari awal", "From the top";
    export: "Unduh hasil ini", "Download these";
    export_why: "Semua baris yang cocok, juga yang tidak tampil di halaman ini. Setiap unduhan dicatat di Jejak.",
        "All rows that match, also those not on this page. Each download is noted in the audit trail.";
    export_whole: "Dengan nama dan NIK lengkap", "With whole names and NIKs";
    export_masked: "Anda pengamat: nama dan NIK disamarkan dalam berkas.", "You are a viewer: names and NIKs are masked in the file.";
    format: "Bentuk", "Form";
    sheet: "Lembar kerja (XLSX)", "Spreadsheet (XLSX)";
    download: "Unduh", "Download";
    cut_period: "Lebih dari 20 tahun tidak dapat digambar. Yang dihitung dan tampil:", "More than 20 years cannot be drawn. Counted and shown are:";
    wrong_days: "Tanggal terakhir sebelum tanggal pertama.", "The last day comes before the first.";

    masked_why: "Isi disamarkan. Buka hanya bila perlu untuk tugas; siapa membuka apa dan kapan dicatat di Jejak.",
        "The content is masked. Open it only where your task needs it; who opened what and when is noted in the audit trail.";
    open: "Buka isi berkas", "Open the record";
    opened: "Isi dibuka dan dicatat di Jejak.", "The content is open, which the audit trail notes.";
    viewer: "Anda pengamat: isi berkas tetap disamarkan.", "You are a viewer: the content stays masked.";
    fields: "Isian", "Fields";
    history: "Riwayat", "History";
    read_only: "Di pusat berkas hanya dibaca; yang mengubah adalah kantornya.", "At the hub records are only read; their offices change them.";
    made_by: "oleh", "by";
    machine: "Komputer", "Machine";
    log_place: "tempat dalam log", "place in the log";
    signed: "ditandatangani komputer itu", "signed by that machine";
    unsigned: "tanda tangan menyusul", "signature still to come";
    receipts: "Tanda terima", "Receipts";
    receipts_why: "Tiap perubahan berdiri dalam log komputer yang membuatnya; pusat menandatangani bahwa log itu diterima sampai tempat ini.",
        "Each change stands in the log of the machine that made it; the hub signs that it holds that log up to this place.";
    changes: "Perubahan", "Changes";
    held_to: "Log diterima sampai", "Log received up to";
    signed_to: "Ditandatangani komputer sampai", "Signed by the machine up to";
    kept_out: "perubahan ditahan", "changes in quarantine";
    referrals: "Rujukan", "Referrals";
    referral_waits: "Belum dijawab", "Not answered yet";
    attachments: "Lampiran", "Attached files";
    reason: "Alasan", "Reason";
    removed: "dihapus", "removed";
    hub_itself: "pusat", "the hub";
    no_record: "Berkas", "Record";
    settled: "diputuskan", "settled";

    waits: "Menunggu", "Waiting";
    waits_why: "Yang perlu diputuskan orang, dari semua kantor.", "What people have to decide, of all offices.";
    quarantine: "Perubahan yang ditahan", "Quarantine";
    quarantine_why: "Perubahan yang tidak lolos pemeriksaan pusat (karantina). Tidak ada yang hilang: perubahan itu disimpan di sini dan di komputernya, dengan alasannya.",
        "Changes that are not accepted. Nothing is lost: they are kept here and on their machine, with the reason.";
    quarantine_none: "Tidak ada perubahan yang ditahan.", "No change is refused.";
    judge_again: "Periksa ulang semuanya", "Judge all again";
    divergences: "Perbedaan", "Differences";
    divergences_why: "Dua orang mengisi hal yang sama secara terpisah. Kantornya memilih; kedua nilai tetap ada dalam riwayat.",
        "Two people filled in the same thing apart. Their office chooses; both values stay in the history.";
    divergences_none: "Tidak ada perbedaan yang menunggu diputuskan.", "No difference waits to be settled.";
    since: "Sejak", "Since";
    count: "Jumlah", "Count";
    first_of: "Yang pertama dari", "The first of";

    statistics: "Statistik", "Statistics";
    statistics_why: "Berkas menurut tanggal dibuat (jam komputer kantor, WIB). Berkas yang belum dikirim kantornya belum terhitung.",
        "Records by the day they were made (the office's clock, WIB). What its office has not sent yet is not counted.";
    by_what: "Menurut", "By";
    by_service: "layanan", "service";
    by_sector: "sektor", "sector";
    by_district: "kecamatan", "sub-district";
    by_office: "kantor", "office";
    by_status: "status", "status";
    per: "Per", "Per";
    per_day: "hari", "day";
    per_month: "bulan", "month";
    total: "Semua", "All";
    over_time: "Dari waktu ke waktu", "Over time";
    the_figures: "Angkanya", "The figures";
    part: "Bagian", "Part";
    day: "Hari", "Day";
    month: "Bulan", "Month";
    no_count: "Tidak ada berkas dalam periode ini.", "No record in this period.";
    show: "Tampilkan", "Show";
    others: "Satuan kerja dan fasilitas", "Units and facilities";
}
