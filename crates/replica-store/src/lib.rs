//! One replica on SQLite: log, chain, rows, search, feeds, digests, cursors, quarantine, migrations.
