//! Why a change was refused, or is held back.

use crate::Language;

/// Why a change is kept out, as people read it; the code itself where a newer version made it. `code`: of the store or of the rules
/// for documents.
pub fn refused_because(code: &str, language: Language) -> &str {
    let words = match code {
        "scope" => ("berkas kantor lain", "a record of another office"),
        "duplicate" => ("sudah pernah diterima", "received before"),
        "missing" => ("menunggu perubahan sebelumnya", "waits for a change before it"),
        "fork" => ("disk komputer itu disalin atau dipulihkan", "the machine's disk was copied or restored"),
        "gate_died" | "unsafe" => ("tidak dapat diperiksa dengan aman", "could not be judged safely"),
        "too_large" => ("terlalu besar", "too large"),
        "document_too_large" => ("berkasnya menjadi terlalu besar", "its record would be too large"),
        "malformed" | "empty" => ("bukan perubahan yang terbaca", "no change that can be read"),
        "hash" => ("rusak di perjalanan", "damaged on its way"),
        "actor" | "unknown_actor" | "sequence" | "operation_numbers" => {
            ("tidak menyambung dengan perubahan sebelumnya", "does not continue what was before it")
        }
        "second_beginning" => ("memulai berkas yang sudah ada", "begins a record that is there already"),
        "identity" => ("tidak cocok dengan nomor berkasnya", "does not fit the id of its record"),
        "office" => ("menyebut kantor lain", "names another office"),
        "decision" => {
            ("kantor di atas desa mengubah lebih dari keputusannya", "an office above changes more than it decides")
        }
        "shape" => ("mengubah atau menarik langkah yang sudah terjadi", "alters or takes back a step that was made"),
        "too_many_parked" => ("terlalu banyak yang menunggu perubahan lain", "too many wait for other changes"),
        "too_many_bad" => (
            "belum diperiksa: terlalu banyak yang ditolak di sekitarnya",
            "not judged yet: too many bad ones around it",
        ),
        "document_unreadable" => ("berkasnya di pusat tidak terbaca", "its record at the hub cannot be read"),
        _ => return code,
    };
    language.pick(words.0, words.1)
}
