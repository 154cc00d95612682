//! What people write into the free fields.

use super::dice::Dice;
use super::names;

const PURPOSES: [&str; 22] = [
    "Melamar pekerjaan",
    "Persyaratan administrasi bank",
    "Pengajuan kredit usaha rakyat (KUR)",
    "Pendaftaran sekolah anak",
    "Pembuatan kartu keluarga baru",
    "Pengurusan BPJS Kesehatan",
    "Persyaratan beasiswa",
    "Pengurusan KTP-el",
    "Pembuatan SKCK",
    "Persyaratan nikah",
    "Pengurusan akta kelahiran",
    "Pengurusan akta kematian",
    "Pembukaan rekening bank",
    "Pengajuan bantuan sosial",
    "Persyaratan kerja ke luar negeri",
    "Balik nama sertifikat tanah",
    "Pengurusan paspor",
    "Keringanan biaya rumah sakit",
    "Keringanan biaya sekolah",
    "Perpanjangan izin usaha",
    "Pengurusan taspen",
    "Laporan kehilangan ke polsek",
];
const SCHOOLS: [&str; 12] = [
    "SDN 1 Kebaman",
    "SDN 3 Sumberagung",
    "MI Darul Huda",
    "SMPN 1 Genteng",
    "SMPN 2 Rogojampi",
    "MTsN 3 Banyuwangi",
    "SMAN 1 Glagah",
    "SMAN 1 Purwoharjo",
    "SMKN 1 Tegalsari",
    "SMKN 1 Banyuwangi",
    "MAN 2 Banyuwangi",
    "SMK Ibrahimy 1",
];
const BUSINESSES: [(&str, &str); 12] = [
    ("Toko Kelontong", "Perdagangan eceran"),
    ("Warung Pecel Pitik", "Kuliner"),
    ("Warung Nasi Tempong", "Kuliner"),
    ("Bengkel Motor", "Jasa perbaikan kendaraan"),
    ("Batik Gajah Oling", "Kerajinan batik"),
    ("Kopi Kemiren", "Pengolahan kopi"),
    ("Homestay", "Penginapan"),
    ("Peternakan Ayam", "Peternakan"),
    ("Pengeringan Ikan", "Pengolahan ikan"),
    ("Laundry", "Jasa cuci pakaian"),
    ("Salon", "Jasa kecantikan"),
    ("Mebel Jati", "Industri kayu"),
];
const COMPLAINTS: [&str; 8] = [
    "Jalan menuju sawah berlubang dan tergenang saat hujan, mohon segera diperbaiki.",
    "Lampu jalan di depan musala padam sudah dua minggu.",
    "Air PDAM keruh sejak tiga hari yang lalu.",
    "Sampah menumpuk di pinggir sungai dan menimbulkan bau.",
    "Saluran irigasi tersumbat, sawah warga kekurangan air.",
    "Pohon besar di tepi jalan hampir roboh dan membahayakan pengguna jalan.",
    "Bantuan beras bulan ini belum diterima beberapa warga.",
    "Pelayanan posyandu dimulai terlambat, mohon jadwal ditepati.",
];

/// A text for a field; `place` is an address in the village.
pub(crate) fn text(dice: &mut Dice, key: &str, place: &str) -> String {
    match key {
        "keperluan" => dice.pick(&PURPOSES).to_owned(),
        "no_lapor_polisi" => {
            format!("LP/B/{}/{}/2026/SPKT", dice.between(1, 400), dice.pick(&["III", "VI", "IX", "XI"]))
        }
        "tempat_lahir_lain" => dice.pick(&names::BIRTH_PLACES).to_owned(),
        "nomor" | "no_akta" | "no_bukti" => {
            format!("{}/{}/{}", dice.between(1, 2_000), dice.pick(&["A", "C", "III"]), dice.between(1_988, 2_025))
        }
        "no_kartu" => format!("0001{}", dice.digits(9)),
        "dokumen" => dice
            .pick(&["Ijazah SD", "Ijazah SMP", "Buku nikah", "Akta kelahiran", "Sertifikat tanah", "Paspor"])
            .to_owned(),
        "perbedaan" => dice
            .pick(&[
                "Ejaan nama berbeda satu huruf",
                "Tanggal lahir berbeda",
                "Nama ditulis tanpa nama belakang",
                "Tempat lahir berbeda",
            ])
            .to_owned(),
        "status" => {
            dice.pick(&["Tanah negara", "Tanah adat", "Bekas yasan", "Hak milik belum bersertifikat"]).to_owned()
        }
        "utara" | "timur" | "selatan" | "barat" => border(dice),
        "sekolah" => dice.pick(&SCHOOLS).to_owned(),
        "kelas" => dice.pick(&["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]).to_owned(),
        "alasan" => dice
            .pick(&[
                "Orang tua tidak mampu membiayai",
                "Yatim dan tinggal bersama nenek",
                "Berprestasi dan kurang mampu",
                "Putus sekolah karena biaya",
            ])
            .to_owned(),
        "mas_kawin" => dice
            .pick(&[
                "Seperangkat alat salat",
                "Uang tunai Rp 500.000",
                "Emas 5 gram",
                "Seperangkat alat salat dan emas 3 gram",
            ])
            .to_owned(),
        "hasil_musyawarah" => "Disetujui dalam musyawarah desa dan dicatat dalam berita acara".to_owned(),
        "negara" => dice.pick(&["Taiwan", "Hong Kong", "Malaysia", "Korea Selatan", "Jepang", "Singapura"]).to_owned(),
        "perusahaan" => format!(
            "PT {} {}",
            dice.pick(&["Bina", "Karya", "Sumber", "Mitra"]),
            dice.pick(&["Mandiri", "Sejahtera", "Tenaga Abadi", "Utama"])
        ),
        "nama_usaha" => format!("{} {}", dice.pick(&BUSINESSES.map(|(name, _)| name)), dice.pick(&names::MEN_SECOND)),
        "bidang" => dice.pick(&BUSINESSES.map(|(_, field)| field)).to_owned(),
        "acara" => dice
            .pick(&[
                "Resepsi pernikahan",
                "Khitanan",
                "Selamatan desa",
                "Tasyakuran",
                "Pengajian umum",
                "Turnamen bola voli",
            ])
            .to_owned(),
        "hiburan" => dice
            .pick(&[
                "Gandrung",
                "Janger",
                "Jaranan Buto",
                "Kuntulan",
                "Orkes dangdut",
                "Wayang kulit",
                "Barong Kemiren",
            ])
            .to_owned(),
        "barang" => {
            dice.pick(&["STNK sepeda motor", "KTP", "Kartu ATM", "Buku tabungan", "SIM C", "BPKB", "Ijazah"]).to_owned()
        }
        "rincian" => format!("Atas nama pelapor, nomor {}", dice.digits(10)),
        "isi" => dice.pick(&COMPLAINTS).to_owned(),
        "tempat" | "lokasi" | "tujuan_alamat" | "alamat_usaha" => place_text(dice, key, place),
        _ => health(dice, key),
    }
}

fn health(dice: &mut Dice, key: &str) -> String {
    let list: &[&str] = match key {
        "fasilitas" => &["RSUD Blambangan", "RSUD Genteng", "RS Al Huda", "RS Fatimah"],
        "puskesmas" => {
            &["Puskesmas Kabat", "Puskesmas Sempu", "Puskesmas Kedungrejo", "Puskesmas Singojuruh", "Puskesmas Licin"]
        }
        "diagnosis" => &["Gagal ginjal kronis", "Diabetes melitus", "Stroke", "TB paru", "Hipertensi", "Patah tulang"],
        "keluhan" => &[
            "Demam tinggi sejak tiga hari",
            "Lumpuh sebelah dan tidak dapat ke puskesmas",
            "Sesak napas",
            "Luka pada kaki tidak sembuh",
        ],
        "kondisi" => &[
            "Hidup sendiri, tidak mampu memasak",
            "Sakit menahun, dirawat tetangga",
            "Penglihatan kabur dan sulit berjalan",
        ],
        "pengantar_makanan" => &["Warung Bu Sri", "Kader posyandu", "Ketua RT", "Warung Mbok Temu"],
        _ => &["Data sesuai pernyataan yang bersangkutan", "Berkas asli sudah ditunjukkan", "Untuk diketahui"],
    };
    dice.pick(list).to_owned()
}

fn border(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => "Jalan desa".to_owned(),
        1 => "Sungai".to_owned(),
        2 => format!("Tanah {}", dice.pick(&names::MEN)),
        _ => format!("Tanah {}", dice.pick(&names::WOMEN)),
    }
}

fn place_text(dice: &mut Dice, key: &str, place: &str) -> String {
    match (key, dice.below(3)) {
        ("tempat", 0) => "RSUD Blambangan".to_owned(),
        ("tempat", 1) => "Rumah duka".to_owned(),
        ("tujuan_alamat", _) => format!(
            "Jl. {} No. {}",
            dice.pick(&["Diponegoro", "Ahmad Yani", "Gajah Mada", "Melati", "Raya Jember"]),
            dice.between(1, 180)
        ),
        _ => place.to_owned(),
    }
}
