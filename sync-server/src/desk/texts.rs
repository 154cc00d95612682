//! The fixed texts of the pages, both languages side by side: a text that lacks one does not compile.

desk_kit::texts! {
    desk: "Meja operator", "Operator's desk";
    skip: "Langsung ke isi", "Skip to content";
    regency: "Kabupaten", "Regency";
    find: "Cari", "Find";
    work: "Menunggu", "Waiting";
    statistics: "Statistik", "Statistics";
    devices: "Perangkat", "Machines";
    alarms: "Alarm", "Alarms";
    trail: "Jejak", "Audit trail";
    sign_out: "Keluar", "Sign out";
    lock: "Kunci layar", "Lock screen";
    other_language: "English", "Bahasa Indonesia";

    sign_in: "Masuk", "Sign in";
    user: "Nama pengguna", "User name";
    secret: "Kata sandi", "Password";
    code: "Kode dari aplikasi autentikator (6 angka)", "Code from the authenticator app (6 digits)";
    wrong_password: "Kata sandi tidak cocok.", "The password does not fit.";
    wrong_secret: "Nama, kata sandi, atau kode tidak cocok. Setiap kode hanya dapat dipakai sekali; tunggu kode berikutnya.",
        "Name, password or code do not match. Each code is good once; wait for the next one.";
    wait_before: "Terlalu banyak percobaan. Coba lagi setelah", "Too many tries. Try again after";
    second: "detik", "second";
    seconds: "detik", "seconds";
    locked: "Layar terkunci", "Screen locked";
    unlock: "Buka kunci", "Unlock";
    not_you: "Bukan Anda? Keluar dan masuk dengan nama lain", "Not you? Sign out and sign in under another name";
    no_account: "Belum ada operator. Di komputer pusat jalankan: sync-server operator add NAMA --shown 'NAMA LENGKAP'",
        "There is no operator yet. On the hub's machine, run: sync-server operator add NAME --shown 'FULL NAME'";
    fault_title: "Tidak dapat dilakukan", "It cannot be done";
    home: "Ke halaman kabupaten", "To the regency's page";

    strangers_see: "Lihat dan apa yang dilakukan", "See them and what to do";

    not_for_role: "Hanya operator yang boleh mengubah ini. Tidak ada yang berubah.", "Only operators may change this. Nothing was changed.";
    cancel: "Batal", "Cancel";
    carried: "Yang Anda ketik belum hilang", "What you typed is not lost";
    carried_along: "Yang Anda ketik belum hilang. Masuk, lalu Anda dapat meneruskannya.", "What you typed is not lost. Sign in, and you can go on with it.";
    carried_why: "Formulir dikirim saat layar terkunci atau sesi sudah berakhir, jadi belum dilaksanakan. Teruskan untuk mengirimnya seperti yang Anda ketik.",
        "The form was sent while the screen was locked or the session over, so nothing was done yet. Go on to send it as you typed it.";
    carried_on: "Teruskan", "Go on";
    not_published_yet: "Belum terbit. Perbaiki yang ditandai; yang Anda ketik masih ada.",
        "Not published yet. Correct what is marked; what you typed is still here.";
    optional: "boleh kosong", "optional";

    handbook: "Pedoman", "Handbook";
    handbook_why: "Yang disampaikan pusat kepada kantor-kantor. Setiap terbitan sampai pada pertukaran berikutnya dan berlaku saat itu juga.",
        "What the centre tells offices. Each publication arrives with an office's next exchange and holds from then on.";
    published_said: "Sudah terbit. Kantor menerimanya pada pertukaran berikutnya.", "Published. Offices receive it with their next exchange.";
    notices: "Pemberitahuan", "Notices";
    notices_none: "Belum ada pemberitahuan.", "There is no notice yet.";
    new_notice: "Tulis pemberitahuan", "Write a notice";
    notice_title: "Judul", "Title";
    notice_text: "Isi", "Text";
    notice_from: "Dari pusat", "From the centre";
    audience: "Untuk", "For";
    published: "Terbit", "Published";
    withdrawn_said: "Ditarik. Kantor tidak menampilkannya lagi sejak pertukaran berikutnya.", "Withdrawn. The offices show it no more from their next exchange on.";
    until: "Sampai", "Until";
    last_day: "Hari terakhir ditampilkan", "Last day on which it is shown";
    reached: "Sudah menerima", "Have it";
    urgent: "Penting", "Urgent";
    urgent_why: "Penting: tampil paling atas dan menonjol", "Urgent: before all others, and it stands out";
    withdraw: "Tarik", "Withdraw";
    withdrawn: "ditarik", "withdrawn";
    withdraw_ask: "Tarik pemberitahuan?", "Withdraw the notice?";
    withdraw_what: "Yang terjadi", "What happens";
    withdraw_gone: "Kantor tidak menampilkannya lagi sejak pertukaran berikutnya dengan pusat.", "Offices show it no more from their next exchange with the hub on.";
    withdraw_read: "Yang sudah membacanya tidak diberi tahu: terbitkan pemberitahuan baru bila perlu dibetulkan.",
        "Who has read it is not told: publish a new one where something is to be put right.";
    withdraw_final: "Ini tidak dapat dibatalkan. Pemberitahuan dengan isi yang sama dapat ditulis lagi.",
        "It cannot be undone. A notice with the same text can be written again.";
    late_rule_night: "Terlambat: tidak terbukti setara sejak pukul 18.00 WIB saat malam itu dimulai. Halaman Kabupaten menilai dengan aturan yang sama menurut malam terakhir yang sudah selesai.",
        "Late: not proven equal since 18:00 WIB, when that night began. The regency's page judges by the same rule and the last night that is over.";
    all_offices: "Semua kantor", "All offices";
    offices_word: "kantor", "offices";
    preview_why: "Begini tampilnya di halaman pertama petugas:", "This is how it stands on clerks' first page:";
    draft_gone: "Yang Anda lihat di alamat ini sudah terbit, atau tidak tersimpan lagi. Di bawah ini awal yang baru.",
        "What you looked at here was published, or is kept no more. Below is a new beginning.";
    draft_again: "Belum terbit sekali lagi: yang Anda kirim berasal dari halaman lama, dan mungkin sudah terbit. Lihat dahulu daftar di Pedoman; terbitkan hanya bila memang pemberitahuan baru.",
        "Not published once more: what you sent comes from a page of before, and may be published already. Look at the list in the handbook first; publish it only if it is a new notice.";
    look_first: "Lihat dahulu", "Look at it first";
    look_again: "Lihat lagi", "Look again";
    publish_to: "Terbitkan untuk", "Publish for";
    for_all: "Sama untuk semua kantor", "Alike for all offices";
    for_all_why: "Berkas yang sudah dibuat dan isian yang sedang diketik tetap memakai versi saat dimulai.",
        "Records that are made, and forms being typed, stay with the version they were begun under.";
    what: "Apa", "What";
    catalogue: "Katalog layanan", "Catalogue of services";
    templates: "Template surat", "Letter templates";
    roster: "Daftar kantor", "Roster of offices";
    roster_untold: "BELUM TERBIT: kantor belum mengenalnya", "NOT PUBLISHED: offices do not know it";
    as_shipped: "bawaan program", "as shipped";
    profile: "Profil kantor", "Office's profile";
    profiles: "Profil kantor", "Offices' profiles";
    profiles_why: "Kop surat, penandatangan, dan alur berkas tiap kantor. Kantor sendiri juga dapat mengubahnya; yang terakhir berlaku.",
        "Letterhead, signers, and chain of each office. The office itself may change them, too; the last one holds.";
    choose_office: "Pilih kantor", "Choose an office";
    profile_why: "Berlaku di semua komputer kantor ini sejak pertukaran berikutnya. Surat yang sudah ditandatangani tidak berubah.",
        "Holds on all machines of this office from their next exchange. Letters that are signed do not change.";
    profile_unchanged: "Tidak ada yang berubah dari yang berlaku sekarang; tidak ada yang perlu terbit.", "Nothing differs from what stands now; there is nothing to publish.";
    profile_changed_since_look: "Belum terbit: profil ini belum dilihat, atau berubah sejak Anda lihat. Lihat dahulu di bawah apa yang berubah.",
        "Not published yet: this profile was not looked at, or changed since. Look below at what it changes first.";
    nothing_there: "kosong", "empty";
    last_set: "Terakhir diatur", "Last set";
    publish: "Terbitkan", "Publish";
    publish_all: "Terbitkan untuk semua kantor", "Publish for all offices";
    example_letter: "Contoh surat", "Example letter";
    roster_why: "Ubah daftarnya, lalu periksa. Tidak ada yang terbit sebelum Anda menekan Terbitkan.",
        "Change the list, then have it checked. Nothing is published before you press Publish.";
    text_why: "Ubah teksnya, naikkan nomor versinya, lalu periksa. Tidak ada yang terbit sebelum Anda menekan Terbitkan.",
        "Change the text, raise its version, then have it checked. Nothing is published before you press Publish.";
    the_text: "Teks", "Text";
    check: "Periksa", "Check";
    changed_since_check: "Belum terbit: teks ini belum diperiksa, atau berubah sejak diperiksa. Lihat dahulu di bawah apa yang berubah.",
        "Not published yet: this text was not checked, or changed since. Look below at what it changes first.";
    changed_since_look: "Belum terbit: pemberitahuan ini, atau kantor yang dituju, berubah sejak Anda lihat. Lihat dahulu di bawah.",
        "Not published yet: this notice, or for whom it is, changed since you looked at it. Look below first.";
    overtaken: "Sementara itu terbit teks lain", "Another text was published meanwhile";
    overtaken_was: "Teks Anda dibuat dari", "Yours was made of";
    overtaken_stands: "Sekarang berlaku", "Now stands";
    overtaken_what: "Belum terbit; yang Anda ketik masih ada. Masukkan dahulu yang terbit sementara itu, supaya tidak batal tanpa terlihat.",
        "Not published yet; what you typed is still here. Bring into it what was published meanwhile, so that it is not undone unseen.";
    overtaken_see: "Lihat yang berlaku sekarang", "See what stands now";
    overtaken_go_on: "Sudah saya lihat: periksa terhadap yang berlaku sekarang", "I have seen it: check against what stands now";
    cannot_publish: "Belum dapat terbit", "It cannot be published yet";
    what_changes: "Yang berubah", "What changes";
    nothing_changes: "Tidak ada yang berubah bagi petugas.", "Nothing changes for clerks.";
    look_at: "Perhatikan", "Look at this";
    lines_changed: "Baris demi baris", "Line by line";
    line_new: "baru", "new";
    line_gone: "hilang", "gone";
    lines_left_out: "baris lagi tidak dimuat di sini", "further lines are not listed here";

    map: "Peta per kecamatan", "Map by sub-district";
    map_why: "Satu petak satu kantor; kotak kecamatan memuat kantor camat dan desa-desanya.",
        "One tile an office; a sub-district's box has its own office and its villages.";
    units: "Satuan kerja", "Working units";
    facilities: "Fasilitas kesehatan", "Health facilities";
    worst_first: "Kantor, yang paling perlu perhatian dahulu", "Offices, those that need most attention first";
    filter: "Saring", "Filter";
    all_districts: "Semua kecamatan", "All sub-districts";
    all_kinds: "Semua jenis", "All kinds";
    all_states: "Semua keadaan", "All states";
    district: "Kecamatan", "Sub-district";
    kind: "Jenis", "Kind";
    state: "Keadaan", "State";
    show: "Tampilkan", "Show";
    show_all: "Tampilkan semua", "Show all";
    no_office: "Tidak ada kantor yang cocok dengan saringan ini.", "No office matches this filter.";
    office: "Kantor", "Office";
    contact: "Kontak terakhir", "Last contact";
    unsent: "Belum terkirim", "Not sent yet";
    link: "Sambungan 14 hari", "Link, 14 days";
    version: "Versi", "Version";
    numbers: "Sisa nomor", "Numbers left";
    reload: "Muat ulang", "Reload";
    as_of: "Keadaan pukul", "As of";
    live: "diperbarui sendiri", "kept fresh by itself";
    live_lost: "sambungan ke pusat terputus; muat ulang halaman", "the connection to the hub is lost; reload the page";
    over_time: "Dari hari ke hari", "Over time";
    nights: "Kantor terbukti setara tiap pagi", "Offices proven equal each morning";
    days: "Berkas dibuat per hari", "Records made per day";
    no_nights: "Belum ada laporan malam.", "There is no night's report yet.";
    day: "Hari", "Day";
    count: "Jumlah", "Count";
    table_of_it: "Angkanya", "The figures";

    state_shut_out: "Semua komputer dikeluarkan", "All machines shut out";
    state_differs: "Berbeda", "Differs";
    state_never: "Belum pernah setara", "Never equal";
    state_late: "Terlambat", "Late";
    state_sending: "Sedang mengirim", "Sending";
    state_equal: "Setara", "Equal";
    state_absent: "Belum terdaftar", "Not enrolled";
    since: "sejak", "since";

    machines: "Komputer", "Machines";
    waits_here: "Menunggu kantor ini", "Waiting for this office";
    to_decide: "Berkas yang menunggu keputusan", "Records that wait for its decision";
    to_answer: "Rujukan yang belum dijawab", "Referrals that it has not answered";
    no_machines: "Belum ada komputer yang terdaftar di kantor ini.", "No machine of this office has joined.";
    machine: "Nomor komputer", "Machine";
    enrolled: "Terdaftar", "Enrolled";
    proven: "Terbukti setara", "Proven equal";
    never: "belum pernah", "never";
    clock: "Jam", "Clock";
    backup_never: "belum pernah", "never";
    backup_untold: "tidak diketahui", "not known";
    backup_untold_why: "Cadangan tidak diketahui: versi program komputer itu belum menyebutnya. Pasang village-node yang baru.",
        "A backup is not known where the version of the machine's program does not tell of it. Install the present village-node.";
    last_known: "terakhir diketahui", "last known";
    last_known_why: "Semua komputer kantor ini sudah dikeluarkan. Angka dan garis sambungannya yang terakhir diketahui, sebelum dikeluarkan.",
        "All machines of this office are shut out. Figures and link strip are those last known, before they were.";
    late_rule: "Terlambat: tidak terbukti setara sejak", "Late: not proven equal since";
    late_rule_why: "WIB, saat malam terakhir yang sudah selesai dimulai. Laporan malam menilai dengan aturan yang sama.",
        "WIB, when the last night that is over began. The night's report judges by the same rule.";
    backup_today: "hari ini", "today";
    clock_right: "tepat", "right";
    minutes_ahead: "menit lebih cepat", "minutes ahead";
    minutes_behind: "menit lebih lambat", "minutes behind";
    revoked: "dikeluarkan", "shut out";
    exchanges: "Pertukaran", "Exchanges";
    phone: "Yang dapat dikatakan kepada petugas di telepon", "What to tell the clerk on the telephone";
    diary: "Catatan sambungan", "Link diary";
    diary_why: "Tiap baris satu hari, tiap kotak satu jam (WIB). Terisi: kantor ini terdengar pada jam itu.",
        "Each row is a day, each box an hour (WIB). Filled: this office was heard in that hour.";
    no_calls: "Belum ada panggilan yang tercatat.", "No call is on record yet.";
    when: "Waktu", "When";
    outcome: "Hasil", "Outcome";
    bytes: "Terkirim / diterima", "Sent / received";
    changes: "Perubahan", "Changes";
    lasted: "Lama", "Took";
    waits: "Yang menunggu", "What waits";
    quarantine: "Perubahan yang ditahan", "Quarantine";
    quarantine_why: "Tidak lolos pemeriksaan pusat (karantina). Tidak ada yang hilang: disimpan di sini dan di komputernya; petugas melihatnya di Sinkronisasi, bagian Perubahan yang ditolak atau ditahan.",
        "They did not pass the hub's check. Nothing is lost: they are kept here and on their machine; the clerk sees them under Sync, Changes that were refused or held back.";
    quarantine_none: "Tidak ada perubahan yang ditahan.", "No change is refused.";
    divergences: "Perbedaan", "Differences";
    divergences_none: "Tidak ada perbedaan yang menunggu diputuskan.", "No difference waits to be settled.";
    reason: "Alasan", "Reason";
    record: "Berkas", "Record";
    name: "Nama", "Name";
    records: "Berkas di pusat", "Records at the hub";
    blocks: "Blok nomor surat", "Blocks of letter numbers";
    blocks_none: "Belum ada nomor yang diberikan untuk tahun ini.", "No numbers are granted for this year yet.";
    series: "Seri", "Series";
    all_letters: "semua surat", "all letters";
    numbers_from_to: "Nomor", "Numbers";
    used: "Terpakai", "Used";
    used_up: "habis", "all used";
    closed: "tidak dipakai lagi", "closed";
    left: "Sisa", "Left";

    alarms_see: "Lihat dan urus", "See and act";
    alarms_open: "Yang sedang berlangsung", "Going on";
    alarms_none: "Tidak ada alarm. Pusat memeriksa dirinya dan kantor setiap menit.",
        "No alarm. The hub looks at itself and at the offices every minute.";
    alarms_past: "Yang sudah selesai", "Over";
    alarms_no_past: "Belum pernah ada alarm.", "There was no alarm yet.";
    alarms_told: "Setiap alarm dikabarkan sekali saat mulai dan sekali saat selesai, lewat",
        "Each alarm is told once when it begins and once when it is over, by";
    alarms_untold: "Alarm hanya tampak di halaman ini: belum ada webhook atau surel di setelan (lihat sync-server config example).",
        "Alarms show on this page alone: neither a webhook nor e-mail is set (see sync-server config example).";
    alarm: "Alarm", "Alarm";
    began: "Mulai", "Began";
    over: "Selesai", "Over";
    detail: "Keterangan", "Detail";
    hub_itself: "Pusat", "The hub";
    undelivered: "Kabar yang belum sampai", "Word that has not arrived";
    undelivered_why: "Dicoba lagi sendiri, makin jarang, selama sehari; lalu dihentikan. Uji dengan sync-server alarms test.",
        "It is tried again by itself, less and less often, for a day; then it is given up. Try it with sync-server alarms test.";
    way: "Lewat", "Way";
    next_try: "Percobaan berikut", "Next try";
    tries: "Percobaan", "Tries";
    given_up: "dihentikan", "given up";
    after_earlier: "setelah kabar sebelumnya", "after the word before it";
    any_moment: "sebentar lagi", "any moment";
    event: "Kejadian", "Event";

    night_reports: "Laporan malam", "Night reports";
    night_reports_why: "Tiap pagi pusat menutup malam: kantor mana yang setara, apa yang lewat waktu, apakah data utuh dan cadangan dibuat. Laporan dibuat sekali dan tidak berubah lagi.",
        "Each morning the hub closes the night: which offices are equal, what is overdue, whether the data is sound and a backup made. A report is made once and does not change any more.";
    night_reports_none: "Belum ada laporan. Yang pertama dibuat pada pagi setelah kantor pertama terdaftar.",
        "There is no report yet. The first is made on the morning after the first office joined.";
    morning_of: "Pagi", "Morning";
    proven_offices: "Setara", "Equal";
    late_offices: "Belum", "Behind";
    made_that_day: "Berkas hari itu", "Records that day";
    overdue: "Lewat waktu", "Overdue";
    to_look_at: "Perlu orang", "Need a person";
    data_check: "Data", "Data";
    sound: "utuh", "sound";
    damaged: "RUSAK", "DAMAGED";
    backup: "Cadangan", "Backup";
    last_backup: "Cadangan terakhir", "Last backup";
    caught_up: "Laporan ini disusulkan: dibuat lebih lambat daripada waktunya, dari keadaan saat dibuat.",
        "This report was caught up with: it was made later than its time, from what was known then.";
    old_report: "Laporan ini dibuat versi program yang lebih lama dan hanya memuat kantor.",
        "This report was made by an earlier version of the program and holds the offices alone.";
    download: "Unduh", "Download";
    behind_offices: "Kantor yang belum setara", "Offices that are behind";
    behind_none: "Semua kantor yang terdaftar terbukti setara malam itu.", "Every enrolled office was proven equal in that night.";
    why: "Sebab", "Why";
    what_to_do: "Yang dapat dilakukan", "What to do";
    calls_of_night: "Panggilan semalam", "Calls in the night";
    cut_word: "terputus", "cut";
    refused_word: "ditolak", "refused";
    needing: "Berkas yang perlu orang hari ini", "Records that need a person today";
    needing_none: "Tidak ada berkas yang menunggu orang.", "No record waits for a person.";
    needing_why: "Janji layanan dihitung dalam hari kerja. Nama warga tidak dimuat; buka berkasnya di kantor itu.",
        "Promised times are counted in working days. It holds no citizens' names; open the record at its office.";
    service: "Layanan", "Service";
    record_status: "Status", "Status";
    due: "Jatuh tempo", "Due";
    days_late: "Hari kerja lewat", "Working days late";
    needs_because: "Karena", "Because";
    safety: "Data dan cadangan", "Data and backup";
    checked_at: "diperiksa", "checked";
    letter_numbers: "Nomor surat", "Letter numbers";
    letter_numbers_none: "Tidak ada nomor yang hilang atau ganda.", "No number is missing or was given twice.";
    explanation: "Penjelasan", "Explanation";
    trouble: "Masalah", "Trouble";
    twice_word: "ganda", "given twice";
    missing_word: "tidak ada suratnya", "no letter";
    refilled: "Nomor yang diberikan sejak laporan sebelumnya", "Numbers granted since the report before";
    refilled_none: "Tidak ada nomor baru yang diberikan.", "No new numbers were granted.";
    work_done: "Yang dikerjakan", "What was done";
    by_sector: "Per sektor", "By sector";
    by_service: "Per layanan", "By service";
    by_district: "Per kecamatan", "By sub-district";
    sector: "Sektor", "Sector";
    that_day: "Hari itu", "That day";
    that_month: "Bulan itu", "That month";
    due_today: "Jatuh tempo hari ini", "Due today";
    absent_offices: "Kantor yang belum terdaftar", "Offices not enrolled";
    all_nights: "Semua laporan", "All reports";

    who: "Siapa", "Who";
    act: "Kegiatan", "Act";
    all_acts: "Semua kegiatan", "All acts";
    no_acts: "Tidak ada kegiatan seperti itu.", "There is no such act.";
    older: "Lebih lama", "Older";
    newest: "Terbaru", "Newest";
    subject: "Tentang", "About";
    trail_why: "Siapa melakukan apa dan kapan di pusat. Tidak memuat data warga.",
        "Who did what and when at the hub. It holds no citizens' data.";
}
