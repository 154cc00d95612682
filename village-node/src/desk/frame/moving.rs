//! An attached file on its way, as people read it.

use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::record::attachments::bytes;
use crate::sync::{Moving, Way};

/// Which way a file goes, and how much of it is over.
pub(in crate::desk) fn said(moving: &Moving, language: Language) -> String {
    let t = language.texts();
    let way = match moving.way {
        Way::Up => t.file_goes_up,
        Way::Down => t.file_comes_down,
    };
    format!("{way} {}", over(moving.way, (moving.held, moving.size), language))
}

/// How much of a file is over: "3,1 MB dari 8,0 MB sudah di pusat".
pub(in crate::desk) fn over(way: Way, (held, size): (u64, u64), language: Language) -> String {
    let t = language.texts();
    let place = match way {
        Way::Up => t.over_there,
        Way::Down => t.over_here,
    };
    format!("{} {} {} {place}", bytes(held, language), t.out_of, bytes(size, language))
}

#[cfg(test)]
mod tests {
    use change_log::BlobHash;

    use super::*;

    #[test]
    fn what_is_over_is_said_in_both_languages_and_ways() {
        let moving = |way| Moving { hash: BlobHash([0; 32]), way, held: 3 << 20, size: 8 << 20 };
        assert_eq!(said(&moving(Way::Up), Language::Indonesian), "lampiran dikirim: 3,0 MB dari 8,0 MB sudah di pusat");
        assert_eq!(
            said(&moving(Way::Down), Language::English),
            "a file comes down: 3.0 MB of 8.0 MB on this machine already"
        );
    }
}
