//! The nouns and rules of village offices: offices, clerks, services, statuses, NIK. No I/O, no Automerge.
