-- Letter numbers: leases and what was issued of them. Programs that use this node. Lists by date.

-- Derived: leases are documents like transactions.
CREATE TABLE lease (
  document  INTEGER PRIMARY KEY,
  office    INTEGER NOT NULL REFERENCES office,
  node      BLOB NOT NULL,
  epoch     BLOB NOT NULL,                     -- of the node: in another one nobody issues from it
  series    TEXT NOT NULL,
  year      INTEGER NOT NULL,
  first     INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  template  TEXT NOT NULL,
  granted   INTEGER NOT NULL,
  signature BLOB NOT NULL                      -- the hub's
) STRICT;
CREATE INDEX lease_office ON lease (office, series, year);

-- Derived: which record was given which serial. Two records with one serial: a duplicate to be explained.
CREATE TABLE issued (
  office   INTEGER NOT NULL REFERENCES office,
  series   TEXT NOT NULL,
  year     INTEGER NOT NULL,
  serial   INTEGER NOT NULL,
  document INTEGER NOT NULL,
  PRIMARY KEY (office, series, year, serial, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX issued_document ON issued (document);

-- Not derived: serials that this node has given out, whatever became of the records.
CREATE TABLE lease_use (
  lease BLOB PRIMARY KEY,                      -- id of the lease's document
  next  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX row_created ON transaction_row (created);

-- Programs that may use the local API: not derived, not shared.
CREATE TABLE application (
  name       TEXT PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,             -- SHA-256 of the token
  role       TEXT NOT NULL,
  created    INTEGER NOT NULL,
  used       INTEGER,                          -- last time, to the minute
  revoked    INTEGER
) STRICT, WITHOUT ROWID;

-- Services that a clerk wants at hand.
CREATE TABLE favourite (
  clerk   TEXT NOT NULL,
  service TEXT NOT NULL,
  PRIMARY KEY (clerk, service)
) STRICT, WITHOUT ROWID;
