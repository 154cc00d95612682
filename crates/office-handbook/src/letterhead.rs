//! What stands on an office's paper beside its name.

use letter_print::Signers;
use serde::{Deserialize, Serialize};

/// Address and signers. Empty where nothing was set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Letterhead {
    /// Street address.
    pub address: String,
    /// Postal code.
    pub postal_code: String,
    /// Phone as shown.
    pub phone: String,
    /// Who signs, by capacity.
    pub signers: Signers,
}
