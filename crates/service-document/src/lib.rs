//! One service transaction as an Automerge document: edit, merge, divergences, rows, and the gate. The only crate that names automerge.
