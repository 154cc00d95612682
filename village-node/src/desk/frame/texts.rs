//! The fixed texts of the pages, both languages side by side: a text that lacks one does not compile.

desk_kit::texts! {
    desk: "Meja layanan", "Service desk";
    skip: "Langsung ke isi", "Skip to content";
    home: "Beranda", "Home";
    as_of: "Keadaan menurut komputer ini pada", "As this machine knew it on";
    new: "Layanan baru", "New service";
    records: "Berkas", "Records";
    divergences: "Perbedaan", "Differences";
    link: "Sinkronisasi", "Sync";
    accounts: "Akun", "Accounts";
    help: "Bantuan", "Help";
    sign_out: "Keluar", "Sign out";
    lock: "Kunci layar", "Lock screen";
    other_language: "English", "Bahasa Indonesia";

    sign_in: "Masuk", "Sign in";
    user: "Nama pengguna", "User name";
    secret: "Kata sandi atau PIN", "Password or PIN";
    secret_new: "Kata sandi atau PIN baru, paling sedikit 6 karakter", "New password or PIN, at least 6 characters";
    own_account: "Akun saya", "My account";
    secret_now: "Kata sandi atau PIN sekarang", "Password or PIN until now";
    secret_again: "Ketik sekali lagi", "Type it once more";
    not_the_same_twice: "Keduanya tidak sama. Tidak ada yang berubah.", "The two are not the same. Nothing was changed.";
    secret_changed: "Kata sandi sudah diganti.", "The password is changed.";
    wrong_secret: "Nama pengguna atau kata sandi tidak cocok.", "User name and password do not match.";
    wrong_secret_alone: "Kata sandi atau PIN tidak cocok. Yang terbuka tetap ada; coba lagi.",
        "That is not the password or PIN. What is open stays; try again.";
    wait_before: "Terlalu banyak percobaan. Coba lagi setelah", "Too many tries. Try again after";
    second: "detik", "second";
    seconds: "detik", "seconds";
    locked: "Layar terkunci", "Screen locked";
    unlock: "Buka kunci", "Unlock";
    not_you: "Bukan Anda? Keluar dan masuk dengan nama lain", "Not you? Sign out and sign in under another name";
    first: "Akun pertama", "First account";
    first_why: "Komputer ini belum punya akun. Buat akun pertama; akun lain dibuat dari halaman Akun.",
        "This machine has no account yet. Make the first one; others are made on the page Accounts.";
    first_next: "Komputer ini sudah punya akun, tetapi belum ada yang mengurus akun lain dan data kantor. Buat di sini; yang sudah ada tetap.",
        "This machine has accounts, but none that keeps the others and the office's data. Make it here; the others stay as they are.";
    first_made: "Akun pertama sudah dibuat; masuk di bawah ini.", "The first account is made already; sign in below.";
    first_manages: "Akun pertama mengurus akun lain dan data kantor, jadi perannya salah satu dari ini:",
        "The first account keeps the others and the office's data, so its role is one of these:";
    first_then: "Akun petugas dibuat sesudahnya, di halaman Akun.", "Accounts of clerks and officers are made afterwards, on the page Accounts.";
    nobody_manages: "Di komputer ini belum ada akun yang mengurus akun lain dan data kantor. Buat satu: di komputer ini jalankan perintah berikut, lalu ketik kata sandinya.",
        "This machine has no account yet that keeps the others and the office's data. Make one: on this machine run this command, then type its password.";
    first_no_key: "Buka alamat lengkap yang ditampilkan village-node saat dijalankan, atau jalankan: village-node account put NAMA",
        "Open the full address that village-node showed when it was started, or run: village-node account put NAME";
    shown_name: "Nama lengkap", "Full name";
    role: "Peran", "Role";
    make_account: "Buat akun", "Make account";
    user_hint: "Huruf kecil, angka, titik; misalnya siti", "Small letters, digits, dots; such as siti";

    up: "Terhubung sejak", "Connected since";
    down: "Tidak terhubung sejak", "Not connected since";
    never_tried: "Belum pernah menghubungi pusat", "The hub was never called";
    all_sent: "Semua terkirim", "All is sent";
    unsent: "belum terkirim", "not sent yet";
    proven: "Terbukti sama", "Proven equal";
    never_proven: "Belum pernah terbukti sama", "Never proven equal";
    refused_count: "ditolak pusat", "refused by the hub";
    shut_out: "Akses komputer ini ke pusat dicabut sejak", "This machine's access to the hub is revoked since";
    shut_out_advice: "Yang belum terkirim tetap aman di sini; hubungi operator pusat.", "What was not sent is safe here; talk to the operator of the hub.";
    stuck: "Pertukaran terhenti karena catatan yang rusak di komputer ini sejak", "The exchange stands still because of damaged data on this machine since";
    stuck_advice: "Yang belum terkirim belum aman di pusat: buat cadangan dan hubungi operator pusat.",
        "What was not sent is not safe at the hub: make a backup and call the hub's operator.";
    turned_away: "Pusat menolak komputer ini sejak", "The hub refuses this machine since";
    clock_behind: "Jam komputer ini terlambat", "This machine's clock is slow by";
    clock_behind_at_least: "Jam komputer ini salah: terlambat sedikitnya", "This machine's clock is wrong: slow by at least";
    clock_in_doubt: "Jam komputer ini menunjukkan", "This machine's clock shows";
    clock_in_doubt_ask: "Benarkah?", "Is that right?";
    clock_question: "Benarkah tanggal dan jam komputer ini?", "Are this machine's date and time right?";
    clock_question_why: "Pusat sudah lama tidak dihubungi, atau jam ini pernah salah: tidak ada yang tahu apakah sekarang sudah benar. Sampai ada jawaban, surat tidak ditandatangani, sebab tanggalnya bisa keliru. Cocokkan dengan kalender dan jam lain. Bila salah, betulkan di pengaturan komputer, lalu muat ulang halaman ini.",
        "The hub was not heard for long, or this clock was wrong once: nobody knows whether it is right by now. Until somebody answers no letter is signed, since its date may be wrong. Compare with a calendar and another clock. Where it is wrong, set it in the machine's settings, then load this page anew.";
    clock_is_right: "Ya, tanggal dan jam ini benar", "Yes, this date and time are right";
    clock_ahead: "Jam komputer ini terlalu cepat", "This machine's clock is fast by";
    clock_advice: "Betulkan tanggal dan jamnya di pengaturan komputer.", "Set its date and time right in the machine's settings.";
    days: "hari", "days";
    minute: "menit", "minute";
    minutes: "menit", "minutes";

    my_drafts: "Draf saya", "My drafts";
    throw_away: "Buang", "Throw away";
    throw_away_ask: "Buang draf?", "Throw the draft away?";
    throw_away_gone: "Yang diketik dihapus dari komputer ini; belum ada yang tersimpan sebagai berkas.",
        "What was typed is deleted from this machine; none of it was saved as a record.";
    throw_away_files: "Ikut terhapus:", "Deleted with it:";
    throw_away_final: "Ini tidak dapat dibatalkan.", "This cannot be undone.";
    go_on_typing: "Lanjutkan mengisi", "Go on filling it in";
    begin_here: "Mulai layanan", "Begin a service";
    nothing_here: "Tidak ada berkas di sini.", "There is no record here.";
    see_all: "Lihat semua", "See all";
    to_hand_in: "Belum diajukan", "To hand in";
    to_check: "Untuk diperiksa", "To check";
    waits_head: "Menunggu tanda tangan atau keputusan", "Waiting for signature or decision";
    waits_camat: "Menunggu camat", "Waiting for the camat";
    to_answer: "Rujukan untuk dijawab", "Referred here, to be answered";
    answered_here: "Rujukan yang sudah dijawab", "Referred here and answered";
    answered: "Rujukan sudah dijawab", "Referrals that were answered";
    waits_answer: "Menunggu jawaban rujukan", "Waiting for answers to referrals";
    referrals: "Rujukan", "Referrals";
    referral_waits: "Belum dijawab", "Not answered yet";
    referral_apart: "Kantor itu memberi dua jawaban berbeda; jawaban berikutnya berlaku.",
        "That office gave two different answers; its next one stands.";
    refers_to_nobody: "Layanan ini dirujuk dengan sendirinya, tetapi daftar kantor tidak memuat kantor yang dituju untuk wilayah ini. Sampaikan sendiri, dan minta pusat melengkapi daftar kantornya.",
        "This service is referred by itself, but the roster has no such office for this area. Pass it on yourself, and ask the hub to complete its roster.";
    refer: "Rujuk", "Refer";
    refer_to: "Rujuk ke", "Refer to";
    refer_choose: "Pilih kantor", "Choose an office";
    refer_asked: "Apa yang diminta", "What is asked for";
    refer_hint: "Kantor itu akan melihat seluruh berkas ini, dan seterusnya menerima perubahannya. Rujukan tidak dapat ditarik.",
        "That office will see all of this record, and receive its changes from then on. A referral cannot be taken back.";
    answer_it: "Jawab rujukan", "Answer the referral";
    answer_reason: "Keterangan", "Remark";
    answer_hint: "Wajib untuk mengembalikan dan menolak; desa akan membacanya.",
        "Needed to return and to refuse; the village reads it.";
    to_hand_over: "Siap diambil atau disampaikan", "Ready to pick up or to be told";
    to_mark_ready: "Sudah ditandatangani atau ditangani", "Signed or dealt with";
    sent_back: "Dikembalikan", "Sent back";
    differs: "Perlu diputuskan", "To be settled";
    unnumbered: "Belum bernomor", "Without a number";

    search: "Nama, NIK, nomor surat, antrean", "Name, NIK, letter or queue number";
    find: "Cari", "Search";
    awaited: "Yang ditunggu", "Waits for";
    all_awaited: "Menunggu siapa pun", "Whoever it waits for";
    all_statuses: "Semua status", "All statuses";
    all_services: "Semua layanan", "All services";
    name: "Nama", "Name";
    service: "Layanan", "Service";
    status: "Status", "Status";
    number: "Nomor", "Number";
    date: "Tanggal", "Date";
    serial: "No.", "No.";
    register: "Register nomor surat", "Register of letter numbers";
    register_short: "Register", "Register";
    register_why: "Setiap nomor dapat dijelaskan: suratnya, atau mengapa tidak ada surat.",
        "Every number is accounted for: by its letter, or by the reason why there is none.";
    numbers_left_here: "Sisa nomor di komputer ini", "Numbers left on this machine";
    number_left: "nomor surat tersisa", "letter number left";
    numbers_left: "nomor surat tersisa", "letter numbers left";
    no_numbers_yet: "Komputer ini belum mendapat nomor surat; sinkronkan sekali.", "This machine has no letter numbers yet; sync once.";
    none_given: "Pusat sedang tidak memberi nomor surat (misalnya baru dipulihkan dari cadangan; itu berlangsung paling lama 10 jam). Simpan berkas seperti biasa: nomor diminta lagi dengan sendirinya, lalu diberikan di halaman berkasnya.",
        "The centre gives no letter numbers just now (it may have been restored from a backup; that lasts 10 hours at most). Save records as usual: numbers are asked for again by themselves, and are then given on a record's page.";
    no_numbers_in_book: "Belum ada nomor.", "There are no numbers yet.";
    book: "Tahun", "Year";
    open_book: "Buka", "Open";
    all_letters: "semua surat", "all letters";
    gap_free: "belum dipakai", "not used yet";
    gap_lost: "tidak akan dipakai lagi", "will not be used any more";
    gap_lost_restored: "tidak akan dipakai lagi; yang diberikan sebelum komputer itu dipulihkan atau diganti mungkin sudah ada di kertas",
        "will not be used any more; those given before that machine was restored or replaced may be on paper";
    gap_missing: "suratnya belum sampai di komputer ini", "its letter has not arrived on this machine";
    gap_left_out: "dilewati setelah pusat dipulihkan dari cadangan", "left out after the hub was restored from a backup";
    books: "Buku register", "Registers";
    books_why: "Agenda memuat semua surat bernomor; ekspedisi memuat yang sudah ditandatangani, dengan kolom tanda terima. Agenda menurut tanggal nomornya diberikan, ekspedisi menurut tanggal tanda tangan.",
        "The agenda has every letter with a number; the expedition what is signed, with room for the receiver's signature. The agenda goes by the day on which the number was given, the expedition by the day of the signature.";
    which_book: "Buku", "Register";
    book_agenda: "Buku Agenda (surat keluar)", "Agenda (outgoing letters)";
    book_expedition: "Buku Ekspedisi", "Expedition (handed over)";
    from_day: "Dari tanggal", "From";
    to_day: "Sampai tanggal", "To";
    day_hint: "01-07-2026", "01-07-2026";
    paper: "Kertas", "Paper";
    spreadsheet: "Lembar kerja", "Spreadsheet";
    on_paper: "Surat yang ditandatangani berisi lain", "The signed letter says something else";
    on_paper_why: "Perubahan dari komputer lain masuk setelah surat ditandatangani. Suratnya tetap seperti saat ditandatangani; bila yang baru yang benar, batalkan surat ini dan buat yang baru.",
        "A change from another machine came in after the letter was signed. The letter stays as it was signed; where the new value is right, cancel it and make a new one.";
    on_paper_signed: "di surat", "on the letter";
    on_paper_now: "di berkas", "in the record";
    number_twice: "Nomor ini ada pada dua surat", "This number is on two letters";
    number_twice_short: "ganda", "twice";
    number_twice_why: "Folder data pernah dipakai di dua komputer. Batalkan salah satu dengan alasan dan buat surat baru untuk warganya; bila keduanya sudah diserahkan, tarik kembali salah satunya.",
        "A data folder was used on two machines. Cancel one of them with a reason and make a new letter for its citizen; where both were handed over, call one of them in.";
    changed_since_check: "Diubah setelah diperiksa", "Changed after it was checked";
    draft_since_check: "Sampai diperiksa lagi atau ditandatangani, suratnya dicetak sebagai KONSEP.",
        "Until it is checked again or signed, its letter is printed as a draft (KONSEP).";
    two_papers: "Ada dua surat dengan satu nomor", "There are two letters with one number";
    two_papers_word: "Dua surat", "Two letters";
    settle_first: "Putuskan dahulu yang berbeda di atas; sesudah itu langkahnya tampil di sini.",
        "First settle what differs, above; the steps stand here after that.";
    anonymous_known: "Pengaduan ini anonim, tetapi masih memuat", "This complaint is anonymous, but still holds";
    anonymous_known_advice: "Diubah di dua komputer yang terpisah, atau dicatat sebelum ada aturan ini; kosongkan dengan Ubah.",
        "It was changed on two machines apart, or is older than this rule; clear it with Edit.";
    made_ahead: "Dicatat saat jam komputer terlalu cepat, dengan tanggal", "Recorded while the machine's clock was ahead, with the date";
    made_ahead_advice: "Periksa tanggal di isiannya, misalnya sampai kapan surat berlaku, sebelum ditandatangani.",
        "Look at the dates in its fields, such as until when the letter is valid, before it is signed.";
    signer_unnamed: "belum diisi: suratnya tercetak bertitik-titik dan belum dapat ditandatangani.",
        "is not filled in: the letter is printed with dots and cannot be signed yet.";
    head_unnamed: "Nama kepala belum diisi, jadi surat belum dapat ditandatangani.",
        "The name of the head is not filled in, so no letter can be signed yet.";
    camat_unnamed: "Nama camat belum diisi: surat yang disetujui sekarang menyebut camat tanpa namanya.",
        "The camat's name is not filled in: a letter that is approved now names the camat's office without it.";
    office_fill: "Isi di halaman Kantor.", "Fill it in on the page Office.";
    office_ask: "Kepala atau admin mengisinya di halaman Kantor.", "The head or an admin fills it in on the page Office.";
    to_camat_when: "Kapan diteruskan ke camat", "When it goes to the camat";
    to_camat_due: "Menurut isian, surat ini diteruskan ke camat sebelum ditandatangani", "As the form says, this letter goes to the camat before it is signed";
    citizen_known: "NIK ini dikenal:", "This NIK is known:";
    citizen_fill: "Isi dari berkas sebelumnya", "Fill in from earlier records";
    citizen_lately: "Warga ini sudah punya berkas layanan ini:", "This citizen has a record of this service already:";
    syncing_files: "Catatan sudah sama dengan pusat; lampiran sedang dipindahkan:", "Records equal the hub's; attached files are moving:";
    files_sent: "terkirim", "sent";
    files_received: "diterima", "received";
    file_unsent: "lampiran menunggu dikirim", "file waits to be sent";
    file_goes_up: "lampiran dikirim:", "a file goes up:";
    file_comes_down: "lampiran diambil:", "a file comes down:";
    out_of: "dari", "of";
    over_there: "sudah di pusat", "at the hub already";
    over_here: "sudah di komputer ini", "on this machine already";
    of_these: "di antaranya", "of these";
    files_unsent: "lampiran menunggu dikirim", "files wait to be sent";
    lacks_numbers: "belum ada nomor surat di komputer ini: sinkronkan", "no letter numbers on this machine yet: sync";
    awaits_numbers: "belum ada nomor surat: pusat belum memberinya", "no letter numbers: the centre gives none yet";
    give_number: "Beri nomor", "Give it a number";
    without_number: "belum bernomor", "no number yet";
    changed: "Diubah", "Changed";
    more: "Berikutnya", "More";
    nothing_found: "Tidak ditemukan. Cari dengan awal nama, NIK, atau nomor surat.",
        "Nothing found. Search by the beginning of a name, a NIK or a letter number.";

    all_records: "semua berkas", "all records";
    goes_on: "masih ada lanjutannya", "there are more";
    referrals_open: "belum dijawab", "not answered yet";
    referrals_answered: "sudah dijawab", "answered";
    lists_nothing: "Tidak ada yang ditampilkan; betulkan dahulu saringannya.", "Nothing is listed; set the filter right first.";
    means_nothing: "tidak dikenal.", "is not known.";

    saved_here: "Tersimpan di komputer ini", "Saved on this machine";
    never_sent: "Belum sampai di pusat dan tidak akan terkirim: akses komputer ini dicabut; hubungi operator pusat",
        "Not at the hub, and it will not be sent: this machine's access is revoked; talk to the operator of the hub";
    held_up: "Belum sampai di pusat: pertukaran terhenti karena catatan yang rusak di komputer ini",
        "Not at the hub: the exchange stands still because of damaged data on this machine";
    waits_for_link: "Belum sampai di pusat; dikirim sendiri saat terhubung", "Not at the hub yet; it is sent by itself when connected";
    on_its_way: "Sedang dalam perjalanan ke pusat", "On its way to the hub";
    received: "Sudah diterima pusat", "Received by the hub";
    equal_at: "terbukti sama", "proven equal";
    refused: "Ditolak pusat", "Refused by the hub";
    refused_advice: "Isinya tetap tersimpan di sini. Laporkan kode ini kepada operator pusat; perbaikan dikirim sebagai perubahan baru.",
        "It is kept here. Tell this code to the hub's operator; a correction is sent as a new change.";
    refused_full: "Riwayat berkas ini penuh: pusat tidak dapat menerima perubahan apa pun lagi, juga pembatalannya. Buat ulang berkasnya, dan laporkan kode ini kepada operator pusat.",
        "The history of this record is full: the hub can take no change of it any more, nor that it is cancelled. Make it again, and tell this code to the hub's operator.";
    waits_for_judging: "Dari komputer lain; sedang diperiksa", "From another machine; being checked";
    at_time: "pukul", "at";
    on_day: "pada", "on";
    queue_number: "Nomor antrean", "Queue number";
    queue_letter: "Huruf antrean komputer ini", "Queue letter of this machine";
    queue_letter_hint: "satu huruf, lain di setiap komputer", "one letter, another one on each machine";
    queue_letter_wrong: "Isi satu huruf, A sampai Z. Belum ada yang disimpan.", "Put in one letter, A to Z. Nothing was saved yet.";
    print_slip: "Cetak antrean", "Print the slip";
    print_it: "Cetak", "Print";
    next_steps: "Langkah berikutnya", "Next steps";
    no_step: "Tidak ada langkah lagi untuk berkas ini.", "There is no further step for this record.";
    no_step_for_you: "Langkah berikutnya bukan untuk peran Anda.", "The next step is not for your role.";
    reason: "Alasan", "Reason";
    reason_hint: "Wajib untuk pengembalian, penolakan, dan pembatalan; sampaikan juga kepada warga, lalu tekan tombolnya", "Needed to send back, refuse or cancel; tell the citizen, too, then press the button";
    edit: "Ubah isian", "Edit";
    same_citizen: "Layanan lain untuk warga ini", "Another service for this citizen";
    validity_over: "Masa berlaku yang tertulis pada surat ini sudah lewat; ubah isiannya sebelum ditandatangani. Berlaku sampai", "The validity that this letter states is over; change it before it is signed. Valid until";
    make_again: "Buat ulang dengan isian ini", "Make it again with these values";
    same_service: "Layanan yang sama lagi", "The same service again";
    fields: "Isian", "Fields";
    history: "Riwayat", "History";
    made: "membuat berkas", "made the record";
    settled_word: "diputuskan", "settled";
    removed: "dihapus", "taken away";
    this_machine: "komputer ini", "this machine";
    other_machine: "komputer lain", "another machine";
    machine: "komputer", "machine";
    promised: "Waktu layanan", "Promised time";
    attachments: "Lampiran", "Attachments";
    attachments_none: "Belum ada lampiran.", "Nothing is attached yet.";
    attachment_kind: "Jenis lampiran", "What it is";
    attachment_other: "Lainnya", "Something else";
    attachment_file: "Foto atau pindaian", "Photo or scan";
    attachment_hint: "JPEG, PNG atau PDF, paling besar 10 MB. Dikirim ke pusat setelah data berkas.",
        "JPEG, PNG or PDF, at most 10 MB. It goes to the hub after the records.";
    attachment_original: "Simpan foto asli, jangan diperkecil", "Keep the original photo, do not shrink it";
    attachment_original_needed: "Layanan ini memerlukan foto asli berkas ini.", "This service needs the original photo of this paper.";
    attachment_choose: "Belum tersimpan. Pilih jenisnya, lalu tekan Lampirkan.", "Not kept yet. Choose what it is, then press Attach.";
    attachment_sends: "Menyimpan lampiran…", "Saving the file…";
    attachment_add: "Lampirkan", "Attach";
    attachment_remove_really: "Ya, lepas dari berkas ini", "Yes, take it away from this record";
    attachment_remove: "Lepas", "Take away";
    attachment_broken: "Foto itu tidak dapat dibuka; mungkin rusak. Tidak ada yang disimpan: foto atau pindai lagi, atau salin lagi dari aslinya.",
        "That photo cannot be opened; perhaps it is damaged. Nothing was saved: take or scan it again, or copy it again from the original.";
    attachment_large: "Lampiran itu lebih dari 10 MB. Tidak ada yang disimpan; perkecil atau pindai lagi.",
        "That file has more than 10 MB. Nothing was saved; make it smaller or scan it again.";
    files_waiting: "Lampiran yang menunggu dikirim:", "Attached files that wait to be sent:";
    attached_lost: "tidak terbaca lagi di komputer ini (rusak atau hilang); diambil lagi dari pusat bila ada di sana, bila tidak lampirkan lagi dari aslinya",
        "cannot be read on this machine any more (damaged or gone); it is fetched again if the hub has it, else attach it again from the original";
    files_to_come: "Lampiran yang belum di komputer ini:", "Attached files that are not on this machine yet:";
    papers: "Berkas yang dibawa warga", "Papers the citizen brings";

    choose_service: "Pilih layanan", "Choose a service";
    filter_services: "Ketik nama atau kode layanan", "Type the name or code of a service";
    favourites: "Favorit", "Favourites";
    favourite: "Favorit", "Favourite";
    often_used: "Sering Anda pakai", "You use often";
    citizen: "Warga", "Citizen";
    about_service: "Tentang layanan ini", "About this service";
    find_citizen: "Cari warga dari berkas terdahulu", "Find the citizen among earlier records";
    find_citizen_hint: "NIK atau nama; pilih untuk mengisi data yang sudah diketahui", "NIK or name; choose to fill in what is known";
    citizens_found: "Beberapa warga cocok: pilih dengan panah, lalu Enter.", "Several citizens match: choose with the arrow keys, then Enter.";
    citizen_unknown_nik: "NIK ini belum dikenal di sini. Enter memasukkannya ke isian NIK.", "This NIK is not known here yet. Enter puts it into its field.";
    citizen_unknown_name: "Nama ini belum dikenal di sini. Enter memasukkannya ke isian nama.", "This name is not known here yet. Enter puts it into its field.";
    citizen_unknown: "Belum ada warga yang dikenal dengan ini. NIK punya 16 angka.", "No citizen is known by this yet. A NIK has 16 digits.";
    citizen_other: "Isian itu sudah terisi; ubah di sana bila warganya lain.", "That field is filled in already; change it there if it is another citizen.";
    person_known: "Dikenal dari berkas terdahulu: isian yang kosong diisi. Periksa dengan KTP.", "Known from earlier records: what was blank is filled in. Compare with the card.";
    filled_from: "Diisi dari berkas terdahulu. Periksa dengan KTP dan KK.", "Filled in from an earlier record. Compare with the cards.";
    not_saved_yet: "Belum tersimpan. Perbaiki yang ditandai; yang Anda ketik masih ada.",
        "Not saved yet. Correct what is marked; what you typed is still here.";
    problems_title: "Belum dapat disimpan. Perbaiki isian berikut:", "Cannot be saved yet. Correct these:";
    save: "Simpan", "Save";
    save_hint: "Ctrl + Enter", "Ctrl + Enter";
    save_draft: "Simpan sebagai draf", "Keep as a draft";
    draft_kept: "Draf tersimpan", "Draft kept";
    draft_unkept: "Draf belum tersimpan; periksa komputer ini", "Draft not kept; look at this machine";
    saved_before: "Formulir ini sudah tersimpan; yang Anda ketik sekarang menjadi berkas baru.",
        "This form is saved already; what you type now becomes another record.";
    program_gone: "Program village-node tidak menjawab. Yang sudah disimpan aman, dan yang Anda ketik tetap di halaman ini: biarkan terbuka, jalankan lagi programnya, lalu teruskan.",
        "The program village-node does not answer. What was saved is safe, and what you typed stays on this page: leave it open, start the program again, and go on.";
    carried: "Yang Anda ketik masih ada, tetapi belum tersimpan sebagai berkas. Periksa, lalu simpan.",
        "What you typed is still here, but it is not in the record yet. Check it, then save.";
    carried_along: "Yang Anda ketik belum hilang. Masuk, lalu isian itu dibuka lagi sebagai draf.",
        "What you typed is not lost. Sign in, and it is opened again as a draft.";
    edit_resumed: "Perubahan dari", "Changes from";
    discard_edit: "Buang perubahan", "Throw the changes away";
    discard_ask: "Buang perubahan?", "Throw the changes away?";
    discard_gone: "Yang diubah di formulir dihapus; berkasnya tetap seperti yang terakhir disimpan.",
        "What was changed in the form is deleted; the record stays as it was last saved.";
    saved_already: "Draf ini sudah disimpan di jendela lain. Yang Anda ketik di sini belum disimpan; simpan hanya bila ini memang berkas lain.",
        "This draft was saved in another window already. What you typed here is not saved; save it only if it is another record.";
    draft_apart: "Draf ini diubah di jendela lain sementara itu. Yang Anda ketik di sini menjadi draf tersendiri dan belum disimpan; periksa kedua-duanya, lalu simpan satu saja.",
        "This draft was changed in another window meanwhile. What you typed here is a draft of its own now, and is not saved; look at both, then save one of them.";
    see_other: "Lihat yang itu", "Look at that one";
    draft_elsewhere: "Draf ini diubah di jendela atau komputer lain pada", "This draft was changed in another window or on another PC at";
    draft_elsewhere_why: "Yang Anda ketik masih ada di layar ini, tetapi tidak disimpan sampai Anda memilih.",
        "What you typed is still on this screen, but is not kept until you choose.";
    take_other: "Buka yang dari sana", "Open the other one";
    keep_mine: "Pakai yang di layar ini", "Keep what is on this screen";
    another_record: "Ini berkas lain", "This is another record";
    draft_gone: "Draf itu tidak ada lagi; mungkin sudah disimpan sebagai berkas.", "That draft is gone; perhaps it was saved as a record.";
    add_person: "Tambah orang", "Add a person";
    remove_person: "Hapus orang ini", "Remove this person";
    remove_person_on_save: "Hapus orang ini saat disimpan", "Remove this person when it is saved";
    person_removed: "Orang itu dihapus dari formulir.", "That person was removed from the form.";
    person: "Orang", "Person";
    optional: "boleh kosong", "optional";
    no_such_service: "Tidak ada layanan dengan kata itu. Coba kata lain, atau kosongkan untuk melihat semuanya.", "No service has these words. Try others, or clear the box to see all of them.";
    choose: "— pilih —", "— choose —";
    left_blank: "dikosongkan", "left blank";
    anonymous_how: "Warga yang ingin tetap tidak dikenal: pilih Ya pada", "For a citizen who wants to stay unknown: choose Yes at";
    anonymous_holds: "dan biarkan semua isian warga kosong. Berkasnya tidak menyimpan nama, NIK, atau data warga lainnya.",
        "and leave all fields of the citizen blank. The record keeps no name, no NIK and nothing else of the citizen.";
    anonymous_history: "Riwayat berkas ini tetap memuat nama dan data yang pernah disimpan; bila warganya harus benar-benar tidak dikenal, batalkan berkas ini dan buat pengaduan baru.",
        "The history of this record keeps the name and data that were saved once; where its citizen must truly stay unknown, cancel it and make a new complaint.";
    anonymous_clear: "Kosongkan isian warga", "Clear the citizen's fields";
    yes: "Ya", "Yes";
    no: "Tidak", "No";
    saved: "Tersimpan.", "Saved.";
    nothing_changed: "Tidak ada yang berubah.", "Nothing was changed.";
    attached_damaged: "Tersimpan, tetapi lampiran itu tampaknya rusak di bagian tengahnya. Buka dan periksa semua halamannya; bila rusak, lepas lalu pindai atau salin lagi dari aslinya.",
        "Saved, but that file seems to be damaged inside. Open it and look at all of it; if it is, take it away, and scan or copy it again from the original.";
    attached_before: "Lampiran itu sudah ada pada berkas ini. Tidak ada yang berubah.",
        "That file is attached to this record already. Nothing was changed.";
    cancel: "Batal", "Cancel";
    go_on_later: "Lanjutkan nanti", "Go on later";
    date_hint: "21-02-1980", "21-02-1980";
    default_hint: "kosong: satu bulan lagi", "blank: one month from today";
    date_why: "hari-bulan-tahun", "day-month-year";

    no_divergence: "Tidak ada perbedaan. Dua orang tidak mengisi hal yang sama dengan nilai lain.",
        "Nothing differs. No two people entered different values for the same thing.";
    divergence_why: "Dua orang mengubah hal yang sama tanpa saling tahu. Semua nilai disimpan; pilih yang benar.",
        "Two people changed the same thing without knowing of each other. All values are kept; choose the right one.";
    divergence_villages: "Di desa, dua orang mengubah hal yang sama tanpa saling tahu. Desa yang menentukan mana yang benar; sesudah itu berkas ini dapat diputuskan.",
        "In the village two people changed the same thing without knowing of each other. The village says which is right; then this record can be decided on.";
    use_this: "Pakai ini", "Use this";
    open_record: "Buka berkas", "Open the record";

    sync_now: "Sinkronkan sekarang", "Sync now";
    calling_hub: "Menghubungi pusat…", "Calling the hub…";
    syncing: "Sedang menyinkronkan…", "Syncing…";
    at_hub_word: "sudah diterima pusat", "received by the hub";
    received_word: "diterima", "received";
    sync_done: "Terbukti sama dengan pusat.", "Proven equal with the hub.";
    diary: "Catatan sambungan", "Link diary";
    last_day: "Dalam 24 jam terakhir pusat terjangkau selama", "In the last 24 hours the hub could be reached for";
    since_start: "Sejak program ini dijalankan pukul", "Since this program was started at";
    reached_for: "pusat terjangkau selama", "the hub could be reached for";
    under_a_minute: "kurang dari semenit", "less than a minute";
    last_day_marks: "Garis tinggi: terjangkau; garis rendah: dicoba tetapi gagal; kosong: tidak ada catatan.",
        "High: reached; low: tried in vain; blank: nothing noted.";
    hour: "jam", "hour";
    hours: "jam", "hours";
    day_ago: "24 jam lalu", "24 hours ago";
    now: "sekarang", "now";
    when: "Waktu", "When";
    outcome: "Hasil", "Outcome";
    bytes: "Dikirim / diterima", "Sent / received";
    lasted: "Lama", "Took";
    quarantine: "Perubahan yang ditolak atau ditahan", "Changes that were refused or held back";
    quarantine_none: "Tidak ada perubahan yang ditolak pusat atau ditahan karena tidak lolos pemeriksaan.",
        "No change was refused by the hub, or held back because it did not pass the check.";

    notice_from: "Dari pusat", "From the centre";

    office: "Kantor", "Office";
    office_why: "Berlaku di semua komputer kantor ini: yang tercetak pada surat, dan siapa yang mengambil langkah berikut. Surat yang sudah ditandatangani tidak berubah.",
        "Holds on all machines of this office: what stands on letters, and who takes the next step. Letters that are signed do not change.";
    office_why_above: "Alamat, telepon, dan pimpinan kantor ini. Berlaku di semua komputernya.",
        "Address, telephone and head of this office. They hold on all its machines.";
    office_set: "Terakhir diatur", "Last set";
    print_letter: "Cetak surat", "Print the letter";
    sealed_shut_out: "Akses komputer ini dicabut: siapa pun yang memeriksa segel QR surat ini diminta bertanya dahulu ke kantor. Hubungi operator pusat sebelum suratnya diserahkan.",
        "This machine's access is revoked: whoever checks the QR seal of this letter is told to ask the office first. Talk to the operator of the hub before it is handed over.";
    sealed: "Surat dicetak dengan segel QR, yang dapat diperiksa siapa saja.",
        "The letter is printed with a QR seal, which anybody can check.";
    print_draft: "Cetak konsep surat", "Print a draft of the letter";

    network: "Komputer lain di kantor", "Other PCs of the office";
    network_off: "Meja ini hanya terbuka di komputer ini. Agar petugas dapat bekerja dari komputer lain di jaringan kantor, tulis lan = \"0.0.0.0:7218\" di config.toml dalam folder data, lalu mulai ulang village-node.",
        "This desk is open on this machine alone. To let clerks work from other PCs on the office's network, write lan = \"0.0.0.0:7218\" in config.toml in the data folder, then start village-node again.";
    network_open: "Meja ini terbuka bagi komputer lain di jaringan kantor. Di sana ketik salah satu alamat ini, lengkap dengan https:",
        "This desk is open to the other PCs on the office's network. There, type one of these addresses, https included:";
    network_no_address: "Komputer ini sedang tidak tersambung ke jaringan mana pun. Periksa kabel atau Wi-Fi, lalu muat ulang halaman ini.",
        "This machine is on no network at present. Check cable or Wi-Fi, then load this page again.";
    network_first: "Sekali saja di setiap komputer lain", "Once on each of the other PCs";
    network_download: "Unduh sertifikat kantor ini", "Download this office's certificate";
    network_carry: "dan bawa dengan flashdisk ke komputer lain itu.", "and carry it to that PC on a USB stick.";
    network_windows: "Windows: klik dua kali, Instal Sertifikat, Pengguna Saat Ini, lalu simpan di \"Otoritas Sertifikasi Akar Tepercaya\".",
        "Windows: double-click it, Install Certificate, Current User, and place it in \"Trusted Root Certification Authorities\".";
    network_firefox: "Hanya bila Firefox masih memperingatkan: Pengaturan, Privasi & Keamanan, Lihat Sertifikat, Otoritas, Impor, untuk situs web.",
        "Only if Firefox still warns: Settings, Privacy & Security, View Certificates, Authorities, Import, for websites.";
    network_then: "Buka alamat di atas. Tidak boleh ada peringatan; bila ada, jangan ketik kata sandi dan panggil admin.",
        "Open the address above. There must be no warning; if there is one, type no password and call the admin.";
    network_compare: "Tidak dibawa dengan flashdisk? Bandingkan dahulu sidik jari (SHA-256) sertifikat \"Smart Kampung Sync\" di komputer lain itu; semua angka dan huruf harus sama:",
        "Not carried on a stick? First compare the fingerprint (SHA-256) of the certificate \"Smart Kampung Sync\" on that PC; all digits and letters must be the same:";

    add_account: "Tambah akun", "Add an account";
    change_account: "Ubah akun", "Change an account";
    change_account_short: "Ubah", "Change";
    change_account_why: "Yang sedang masuk dengan akun ini keluar dan harus masuk lagi. Yang sudah dicatat atas namanya tidak berubah.",
        "Whoever is signed in under this account is out and has to sign in again. What was noted under it stays as it is.";
    disable: "Tutup akun", "Shut";
    disable_really: "Ya, tutup akun ini", "Yes, shut this account";
    disable_why: "Yang sedang masuk dengannya langsung keluar, dan tidak dapat masuk lagi sampai akunnya dibuka lagi.",
        "Whoever is signed in under it is out at once, and does not come in again until it is opened again.";
    open_again: "Buka lagi", "Open again";
    disabled: "ditutup", "shut";
    new_secret: "Ganti kata sandi", "New password";
    applications: "Aplikasi", "Applications";
    applications_why: "Program di komputer ini yang boleh memakai API lokal. Perubahannya tercatat atas nama app.NAMA.",
        "Programs of this machine that may use the local API. What they change is signed app.NAME.";
    add_application: "Tambah aplikasi", "Add an application";
    application: "Nama aplikasi", "Name of the application";
    application_hint: "Huruf kecil, angka, tanda . - _; misalnya e-desa", "Small letters, digits, . - _; such as e-desa";
    last_used: "Terakhir dipakai", "Last used";
    never_used: "belum pernah", "never";
    revoke: "Cabut", "Revoke";
    revoked: "dicabut", "revoked";
    give_token: "Beri token", "Give a token";
    token_of: "Token untuk", "Token of";
    token_once: "Salin sekarang; token ini tidak ditampilkan lagi.", "Copy it now; this token is not shown again.";
    trail: "Jejak kegiatan", "Audit trail";
    trail_why: "Siapa melakukan apa di komputer ini, dan kapan, menurut jam komputer ini; yang terakhir paling atas.",
        "Who did what on this machine, and when, by its clock; the last act first.";
    act: "Kegiatan", "Act";
    all_acts: "Semua kegiatan", "All acts";
    everybody: "semua", "everybody";
    about: "Tentang", "About";
    about_code: "Kode", "Code";
    no_acts: "Tidak ada kegiatan seperti itu.", "There is no such act.";
    newer: "Lebih baru", "Newer";
    older: "Lebih lama", "Older";
    take_trail: "Ambil sebagai berkas", "Take away as a file";
    take_trail_why: "Semua kegiatan yang cocok dengan saringan di atas. Pengambilan ini pun tercatat dalam jejak.",
        "All acts that the filter above lets through. That it was taken stands in the trail as well.";
    not_allowed: "Halaman atau langkah ini bukan untuk peran Anda. Tidak ada yang berubah; tanyakan kepada yang mengurus akun di kantor ini (kepala, camat, atau admin).",
        "This page or step is not for your role. Nothing was changed; ask who keeps the accounts of this office (head, camat or administrator).";
    signed_out: "Anda sudah keluar, layar terkunci, atau akun Anda diubah sebelum ini dikerjakan. Tidak ada yang berubah; masuk lagi, lalu ulangi.",
        "You were signed out, the screen was locked, or your account was changed before this was done. Nothing was changed; sign in again and repeat it.";
    who: "Siapa", "Who";
    unknown_name: "nama tak dikenal", "unknown name";

    keys: "Tombol pintas", "Keyboard shortcuts";
    key_search: "ke pencarian", "to the search";
    key_new: "layanan baru", "a new service";
    key_home: "ke beranda", "home";
    key_rows: "baris berikut atau sebelumnya dalam daftar; Enter membuka", "next or previous row of a list; Enter opens";
    key_next: "isian berikutnya dalam formulir", "next field of a form";
    key_line: "baris baru dalam isian yang panjang", "a new line in a long field";
    key_save: "simpan isian", "save a form";
    key_back: "kembali", "back";
    help_offline: "Semua halaman ini bekerja tanpa internet. Yang Anda simpan langsung ada di disk komputer ini, lalu dikirim sendiri ke pusat saat terhubung.",
        "All these pages work without a link. What you save is on this machine's disk at once, and is sent to the hub by itself when there is a link.";
    help_states: "Tersimpan: ada di disk komputer ini. Diterima pusat: ada di disk pusat dan pusat menandatanganinya. Terbukti sama: kedua pihak membandingkan seluruh isi kantor ini, dan sama.",
        "Saved: on this machine's disk. Received: on the hub's disk, and the hub signed for it. Proven equal: both sides compared all of this office's records, and they are equal.";
    fault_title: "Tidak dapat dilakukan", "It cannot be done";
    back: "Kembali", "Back";
    fault_code: "Bila meminta bantuan, sebutkan", "When asking for help, say";
}
