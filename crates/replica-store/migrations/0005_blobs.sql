-- Attached files.

-- Derived: which record has which files.
CREATE TABLE attachment (
  document INTEGER NOT NULL,
  hash     BLOB NOT NULL,                      -- SHA-256 of the file's bytes
  office   INTEGER NOT NULL REFERENCES office,
  said     TEXT NOT NULL,                      -- what the record says of it: kind, type, bytes, name
  size     INTEGER NOT NULL,                   -- bytes
  PRIMARY KEY (document, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_hash ON attachment (hash, office);

-- Not derived: the files in the folder `blobs` that are whole and on the disk.
CREATE TABLE blob (
  hash    BLOB PRIMARY KEY,
  size    INTEGER NOT NULL,                    -- bytes
  millis  INTEGER NOT NULL,                    -- when it came, device clock
  at_hub  BLOB                                 -- node: the epoch of the hub that said it has it
) STRICT, WITHOUT ROWID;
