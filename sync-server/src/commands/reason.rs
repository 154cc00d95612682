//! Why a machine is shut out, as a command line says it.

use crate::Failure;

/// The reason that was given; empty where none was. One that says nothing is none.
///
/// # Errors
///
/// When it is blank.
pub(super) fn given(reason: Option<&str>) -> Result<String, Failure> {
    match reason {
        Some(reason) if reason.trim().is_empty() => Err(Failure::input(
            "the reason is blank",
            "write why after --reason, for those who ask later; the audit trail keeps it",
        )
        .id("alasannya kosong", "tulis sebabnya sesudah --reason, untuk yang bertanya kemudian; jejak menyimpannya")),
        reason => Ok(reason.unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_reason_is_none() {
        assert_eq!(given(Some(" hilang ")).unwrap(), " hilang ");
        assert_eq!(given(None).unwrap(), "");
        for blank in ["", " ", "\t\u{a0}"] {
            assert!(given(Some(blank)).is_err(), "{blank:?}");
        }
    }
}
