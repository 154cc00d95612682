//! A register as comma-separated values (RFC 4180), and lines of other such files.

use crate::Book;

/// What a file begins with: by this mark spreadsheet programs know UTF-8.
pub const UTF_8: &str = "\u{feff}";

/// The file.
pub(crate) fn write(book: &Book) -> Vec<u8> {
    let mut out = UTF_8.to_owned();
    let heads = book.kind.columns().iter().map(|(head, _)| (*head).to_owned()).collect();
    for cells in std::iter::once(heads).chain(book.cells()) {
        line(&mut out, &cells);
    }
    out.into_bytes()
}

/// One line (RFC 4180), every cell in quotes. Spreadsheet programs take a cell for a formula by its first sign: an
/// apostrophe before it makes it text.
pub fn line<T: AsRef<str>>(out: &mut String, cells: &[T]) {
    for (index, cell) in cells.iter().map(AsRef::as_ref).enumerate() {
        out.push_str(if index == 0 { "\"" } else { ",\"" });
        if begins_formula(cell) {
            out.push('\'');
        }
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

/// Whether a spreadsheet program may take a cell for a formula. Some take the wide forms of East Asia, too.
pub(crate) fn begins_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}
