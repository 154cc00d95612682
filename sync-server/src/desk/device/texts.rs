//! The fixed texts of the pages about machines, both languages side by side.

desk_kit::texts! {
    devices: "Perangkat", "Machines";
    devices_why: "Semua komputer kantor yang pernah terdaftar. Tekan namanya untuk mengganti nama, mengeluarkan, menghapus isinya, atau melihat siapa yang datanya ada di dalamnya.",
        "Every machine of an office that ever joined. Press its name to rename it, shut it out, wipe it, or see whose data was on it.";
    enrol: "Daftarkan komputer", "Enrol a machine";
    enrol_why: "Satu kode untuk satu komputer, berlaku 72 jam. Lembar berisi kode itu hanya ditampilkan sekali: cetak, atau bacakan kepada petugas.",
        "One code admits one machine and is good for 72 hours. The sheet with the code is shown once: print it, or read it to the clerk.";
    office: "Kantor", "Office";
    address: "Alamat pusat bagi komputer itu", "Address of the hub for it";
    make_code: "Buat kode", "Make a code";
    all_offices: "Semua kantor", "All offices";
    all_machines: "Komputer semua kantor", "Machines of all offices";
    show: "Tampilkan", "Show";
    no_machine: "Belum ada komputer yang terdaftar di sini.", "No machine has joined here.";
    machine: "Komputer", "Machine";
    state: "Keadaan", "State";
    contact: "Kontak terakhir", "Last contact";
    version: "Versi", "Version";
    enrolled: "Terdaftar", "Enrolled";
    never: "belum pernah", "never";
    since: "sejak", "since";
    codes: "Kode yang belum dipakai", "Codes not used yet";
    codes_why: "Kodenya sendiri tidak dapat ditampilkan lagi; pusat hanya menyimpan sidiknya. Lembar yang hilang: batalkan kodenya, lalu buat yang baru.",
        "The codes themselves cannot be shown again; the hub keeps only their hashes. A lost sheet: cancel its code, then make a new one.";
    cancel_code: "Batalkan kode", "Cancel the code";
    good_until: "Berlaku sampai", "Good until";
    made: "Dibuat", "Made";
    reused: "Kode yang dicoba lagi sesudah dipakai", "Codes tried again after they were used";
    reused_why: "Ada yang mencoba kode yang sudah dipakai. Tanyakan kepada kantornya apakah itu mereka; bila bukan, keluarkan komputer yang masuk dengan kode itu.",
        "Somebody tried a code that was used before. Ask the office whether it was them; if not, shut out the machine that joined with it.";
    strangers: "Komputer yang tidak dikenal", "Machines that are not known";
    strangers_why: "Menghubungi pusat ini sejak pusat dinyalakan, tetapi tidak terdaftar di sini; tidak ada yang diterima darinya. Nomornya adalah sebutannya sendiri, tidak dapat diperiksa.",
        "They called this hub since it was started and are not enrolled here; nothing was taken from them. The id is what they call themselves, and cannot be checked.";
    strangers_what: "Komputer kantor kita yang tertinggal, misalnya sesudah pusat dipulihkan dari cadangan lama: tanyakan kantornya (village-node status menampilkan nomor itu), buat kode di bawah, lalu dampingi petugas menjalankan ini di folder yang sama; isinya ikut kembali:",
        "A machine of ours that was left behind, as after the hub was restored from an old backup: ask the office (village-node status shows that id), make a code below, and guide the clerk through this in the same folder; all that it holds comes back with it:";
    strangers_else: "Tidak ada kantor yang mengenal nomornya: biarkan, dan jangan beri kode.",
        "No office knows the id: leave it, and give it no code.";
    first_call: "Panggilan pertama", "First call";
    last_call: "Panggilan terakhir", "Last call";
    calls: "Panggilan", "Calls";
    whence: "Dari", "From";
    whence_here: "mesin pusat ini sendiri", "this very machine";
    whence_near: "jaringan sendiri (kantor, VPN, atau proksi)", "a private network (office, VPN or proxy)";
    whence_far: "internet", "the internet";
    tries: "Percobaan", "Tries";

    sheet: "Lembar pendaftaran", "Enrolment sheet";
    sheet_once: "Lembar ini tidak dapat ditampilkan lagi. Cetak sekarang (Ctrl+P), atau bacakan kodenya kepada petugas.",
        "This sheet cannot be shown again. Print it now (Ctrl+P), or read the code to the clerk.";
    code: "Kode", "Code";
    steps: "Langkah petugas", "Steps for the clerk";
    step_install: "Pasang program village-node di komputer kantor, dan pastikan internet tersambung.",
        "Install the program village-node on the office's machine, and see that the internet is connected.";
    step_run: "Buka terminal dan ketik perintah ini, tepat seperti tertulis:", "Open a terminal and type this command exactly as it stands:";
    step_serve: "Setelah tertulis \"Terdaftar\", jalankan:", "When it says \"joined\", run:";
    step_open: "Buka alamat yang ditampilkan perintah itu, buat akun, lalu masuk. Berkas kantor datang sendiri dari pusat.",
        "Open the address that this command prints, make the account, and sign in. The office's records come from the hub by themselves.";
    step_wrong: "Kode salah ketik, habis waktunya, atau sudah dipakai: minta kode baru kepada operator. Jangan berikan kode ini kepada siapa pun.",
        "The code is mistyped, too old, or used: ask the operator for a new one. Give this code to nobody else.";
    to_machines: "Ke daftar perangkat", "To the list of machines";

    id: "Nomor komputer", "Machine id";
    public_key: "Sidik kunci", "Key";
    proven: "Terbukti setara", "Proven equal";
    exchanges: "Pertukaran", "Exchanges";
    rename: "Ganti nama", "Rename";
    name: "Nama komputer", "Name of the machine";
    name_hint: "Misalnya \"Laptop pelayanan\". Kosongkan untuk menghapus nama.", "Such as \"Counter laptop\". Leave it empty to remove the name.";
    save: "Simpan", "Save";
    people: "Orang yang datanya ada di komputer ini", "People whose data is on this machine";
    people_why: "Bila komputer hilang, merekalah yang berhak diberi tahu (UU 27/2022). Membuka daftar ini dicatat di Jejak.",
        "When a machine is lost they have a right to be told (UU 27/2022). Opening this list is noted in the audit trail.";
    open_people: "Buka daftar orang", "Open the list of people";
    take_csv: "Unduh CSV", "Download CSV";
    shut_out: "Keluarkan komputer ini", "Shut this machine out";
    shut_out_why: "Hilang, dicuri, rusak, atau diganti. Halaman berikut menjelaskan akibatnya sebelum apa pun terjadi.",
        "Lost, stolen, broken or replaced. The next page explains what follows before anything happens.";
    go_on: "Lanjut", "Go on";
    is_shut_out: "Komputer ini sudah dikeluarkan", "This machine is shut out";
    reason: "Alasan", "Reason";
    by: "oleh", "by";
    wipe: "Penghapusan isi", "Wiping";
    no_wipe: "Tidak diperintahkan. Isi komputer itu tetap ada di sana.", "Not ordered. What is on that machine stays there.";
    wipe_waits: "Diperintahkan; menunggu komputer itu menghubungi pusat.", "Ordered; waits for the machine to call.";
    wipe_takes_in: "Diperintahkan; yang belum sampai di pusat diterima dahulu, lalu isinya dihapus.",
        "Ordered; what the hub has not is taken in first, then the machine is wiped.";
    wiped: "Komputer itu melapor bahwa isinya sudah dihapus.", "The machine reported that it was wiped.";
    wiped_lost: "perubahan yang belum terkirim ikut terhapus", "changes that had not been sent are gone with the rest";
    order_wipe: "Perintahkan hapus sekarang", "Order it to wipe itself now";
    order_take_in: "Terima dahulu yang belum terkirim, lalu hapus", "Take in what was not sent, then wipe";
    take_back: "Batalkan perintah hapus", "Take the order back";
    not_yours: "Hanya operator yang dapat mengubah perangkat.", "Only operators can change machines.";

    confirm: "Keluarkan komputer?", "Shut the machine out?";
    what_happens: "Yang terjadi", "What happens";
    happens_at_once: "Mulai saat itu pusat tidak melayani komputer ini lagi, juga tidak dengan kode lama. Ini tidak dapat dibatalkan: untuk kembali, komputer itu harus didaftarkan lagi.",
        "From that moment the hub does not serve this machine any more, nor with its old code. It cannot be undone: to come back, the machine must be enrolled again.";
    happens_kept: "Semua yang sudah diterima pusat dari komputer ini tetap ada, sah, dan dapat dibuktikan.",
        "All that the hub received from this machine stays, is valid and can be proven.";
    happens_unsent: "Perubahan yang disebutnya belum terkirim pada panggilan terakhir", "Changes that it named as not sent with its last call";
    happens_unknown: "Yang dicatat sesudah itu tidak diketahui pusat.", "What was recorded after that, the hub cannot know.";
    reason_hint: "Untuk yang bertanya kemudian; jangan tulis data warga.", "For those who ask later; write no citizens' data.";
    its_data: "Isi komputer itu", "What is on that machine";
    data_keep: "Biarkan. Komputernya ada pada kita dan akan dihapus sendiri.", "Leave it. The machine is in our hands and we wipe it ourselves.";
    data_wipe: "Hapus saat komputer itu menghubungi pusat (hilang atau dicuri). Yang belum terkirim ikut hilang.",
        "Wipe it when the machine calls (lost or stolen). What was not sent is gone, too.";
    data_take_in: "Terima dahulu yang belum terkirim, lalu hapus (masih di tangan petugas kita). Jangan pilih ini untuk komputer yang dicuri: siapa pun yang memegangnya dapat mengirim berkas.",
        "Take in what was not sent, then wipe (still in our clerk's hands). Do not choose this for a stolen machine: whoever holds it could send records.";
    replacement: "Buat juga kode untuk komputer pengganti di kantor yang sama", "Make a code for a replacement at the same office, too";
    do_shut_out: "Keluarkan", "Shut out";
    cancel: "Batal", "Cancel";

    people_of: "Orang yang datanya ada di", "People whose data is on";
    people_count: "orang dalam", "people in";
    records: "berkas", "records";
    last_called: "Komputer itu terakhir menghubungi pusat", "The machine last called";
    people_limits: "Termasuk semua berkas kantor itu yang dibuat sampai sehari sesudah panggilan terakhirnya, yang diteruskan kepadanya, dan yang ditulisnya sendiri. Yang dicatat sesudahnya dan tidak pernah terkirim, tidak diketahui pusat.",
        "All records of that office made until a day after its last call, those brought before it, and those it wrote itself. What was recorded later and never sent, the hub cannot know.";
    people_first: "Di bawah ini yang pertama menurut nama; CSV memuat semuanya.", "Below are the first by name; the CSV has all.";
    person: "Nama", "Name";
    in_records: "Berkas", "Records";
    no_people: "Tidak ada berkas dengan data orang yang pernah sampai di komputer ini.", "No record with anybody's data ever reached this machine.";
    masked: "Anda pengamat: nama dan NIK disamarkan.", "You are a viewer: names and NIKs are masked.";
    csv_whole: "CSV memuat nama dan NIK lengkap; simpan seperti menyimpan kunci, dan hapus sesudah dipakai.",
        "The CSV has names and NIKs whole; keep it as you keep a key, and delete it after use.";
}
