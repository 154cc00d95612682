//! A register as comma-separated values (RFC 4180).

use crate::Book;

/// The file. Spreadsheet programs take a cell for a formula by its first sign: an apostrophe before it makes it text.
pub(crate) fn write(book: &Book) -> Vec<u8> {
    // By this mark spreadsheet programs know UTF-8.
    let mut out = "\u{feff}".to_owned();
    let heads = book.kind.columns().map(|(head, _)| head.to_owned()).to_vec();
    for cells in std::iter::once(heads).chain(book.cells()) {
        for (index, cell) in cells.iter().enumerate() {
            out.push_str(if index == 0 { "\"" } else { ",\"" });
            if begins_formula(cell) {
                out.push('\'');
            }
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// Whether a spreadsheet program may take a cell for a formula. Some take the wide forms of East Asia, too.
pub(crate) fn begins_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}
