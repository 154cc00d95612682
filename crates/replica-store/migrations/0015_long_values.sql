-- Long values of changes, each kept once however many entries have it: what the hub publishes it tells each office in an
-- entry of its own. Part of the truth. Entries from before keep theirs in themselves; both are read.
CREATE TABLE long_value (
  idx   INTEGER PRIMARY KEY,
  hash  BLOB NOT NULL UNIQUE,                  -- SHA-256 of the bytes
  bytes BLOB NOT NULL
) STRICT;
