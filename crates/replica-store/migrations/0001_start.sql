-- Tables of one replica, node or hub alike. Times are milliseconds since 1970 UTC.
-- A place is log.idx * 2^32 + position: one integer names an entry everywhere.

CREATE TABLE replica (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  role         INTEGER NOT NULL,               -- 1 node, 2 hub
  office       TEXT,                           -- of a node
  hub          BLOB NOT NULL,
  node         BLOB,                           -- of a node
  machine      TEXT NOT NULL,                  -- where it was last opened
  epoch        BLOB NOT NULL,                  -- of what is written now
  spent        INTEGER NOT NULL DEFAULT 0,     -- 1: somebody else wrote in this epoch; a new one must begin first
  commits      INTEGER NOT NULL,               -- marked commits ever, compared with the head file
  chain        BLOB NOT NULL,                  -- over these commits
  chain_before BLOB NOT NULL                   -- before the last of them
) STRICT;

CREATE TABLE office (
  idx   INTEGER PRIMARY KEY,
  code  TEXT NOT NULL UNIQUE,
  count INTEGER NOT NULL,                      -- office digest: entries
  sum   BLOB NOT NULL                          -- office digest: sum of entry hashes
) STRICT;

CREATE TABLE log (
  idx          INTEGER PRIMARY KEY,
  epoch        BLOB NOT NULL UNIQUE,
  office       INTEGER REFERENCES office,      -- unknown for a log met in a feed
  node         BLOB,
  own          INTEGER NOT NULL,               -- 1: written by this replica, and by nobody else
  position     INTEGER NOT NULL,               -- everything from 1 up to here is held
  chain        BLOB NOT NULL,                  -- at that position
  head         BLOB,                           -- last signed head whose entries are all held (hub)
  signed       INTEGER NOT NULL DEFAULT 0,     -- the position it signs, 0 for none
  forked       INTEGER NOT NULL DEFAULT 0,     -- 1: was own until a copy of this folder wrote on in it (node)
  acknowledged INTEGER NOT NULL DEFAULT 0,     -- the hub holds up to here (node)
  receipt      BLOB,                           -- the hub's signature that reaches furthest (node)
  receipted    INTEGER NOT NULL DEFAULT 0,     -- the position it signs, 0 for none
  refusals     INTEGER NOT NULL DEFAULT 0      -- number of the last refusal given (hub) or told (node)
) STRICT;

-- Chain values every 1024 positions. Owner: 2 * log.idx, or 2 * feed.idx + 1.
CREATE TABLE chain_mark (
  owner    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chain    BLOB NOT NULL,
  PRIMARY KEY (owner, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
  idx    INTEGER PRIMARY KEY,
  id     BLOB NOT NULL UNIQUE,
  office INTEGER NOT NULL REFERENCES office
) STRICT;

CREATE TABLE entry (
  place    INTEGER PRIMARY KEY,
  document INTEGER NOT NULL,
  prefix   INTEGER NOT NULL,                   -- first 4 bytes of the change hash
  state    INTEGER NOT NULL,                   -- 0 pending, 1 accepted, 2 refused, 3 waits for a change it builds on
  raw      BLOB NOT NULL                       -- see src/packed.rs
) STRICT;
CREATE INDEX entry_document ON entry (document);
CREATE INDEX entry_prefix ON entry (prefix);
CREATE INDEX entry_pending ON entry (document) WHERE state = 0;
CREATE INDEX entry_quarantined ON entry (state) WHERE state >= 2;

-- Why an entry is not accepted. Source: 1 rule at the door, 2 gate, 3 told by the hub.
CREATE TABLE refusal (
  entry  INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,                     -- per log, from 1; 0: not told to anybody
  source INTEGER NOT NULL,
  code   TEXT NOT NULL,
  detail TEXT NOT NULL,
  at     INTEGER                               -- NULL: at ingest, whose time is not taken
) STRICT;

-- Entries whose place another entry holds: the other branch of a fork. Never thrown away.
CREATE TABLE aside (
  idx      INTEGER PRIMARY KEY,
  epoch    BLOB NOT NULL,
  position INTEGER NOT NULL,
  document BLOB NOT NULL,
  hash     BLOB NOT NULL,
  raw      BLOB NOT NULL,
  anew     INTEGER NOT NULL DEFAULT 0,         -- 1: recorded anew (node), 2: cannot be, a person must look
  UNIQUE (epoch, position, hash)
) STRICT;

-- The hub's feeds, one an audience. Key: feed.idx * 2^32 + position.
CREATE TABLE feed (
  idx      INTEGER PRIMARY KEY,
  audience TEXT NOT NULL UNIQUE,
  epoch    BLOB NOT NULL,                      -- hub epoch it was begun in: its chain starts from it
  position INTEGER NOT NULL,
  chain    BLOB NOT NULL
) STRICT;
-- What is in the feeds, in runs: feed position and log position both go on by one. Same key, of the first item.
CREATE TABLE feed_run (
  key   INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL,                      -- place of the first
  count INTEGER NOT NULL
) STRICT;

-- A node's place in each feed.
CREATE TABLE feed_cursor (
  audience TEXT PRIMARY KEY,
  epoch    BLOB NOT NULL,
  position INTEGER NOT NULL,
  chain    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Derived from accepted entries from here on: `rebuild_views` makes them again.
CREATE TABLE word (
  idx  INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE transaction_row (
  document    INTEGER PRIMARY KEY,
  office      INTEGER NOT NULL,
  service     INTEGER NOT NULL,                -- word
  catalogue   INTEGER NOT NULL,
  status      INTEGER NOT NULL,                -- word
  number      TEXT,
  name        TEXT,
  nik         TEXT,
  created     INTEGER NOT NULL,
  created_by  INTEGER NOT NULL,                -- word
  changed     INTEGER NOT NULL,                -- after created
  changed_by  INTEGER NOT NULL,                -- word
  changes     INTEGER NOT NULL,
  steps       INTEGER NOT NULL,
  divergences INTEGER NOT NULL
) STRICT;
CREATE INDEX row_office ON transaction_row (office);
CREATE INDEX row_status ON transaction_row (status);
CREATE INDEX row_service ON transaction_row (service);
CREATE INDEX row_divergent ON transaction_row (document) WHERE divergences > 0;
CREATE VIRTUAL TABLE search USING fts5 (
  text, content = '', contentless_delete = 1, detail = none, prefix = '2 3 4 6 8', tokenize = 'unicode61 remove_diacritics 2'
);

-- Not derived, not shared.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE proof (
  office TEXT PRIMARY KEY,
  at     INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  sum    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE contact (
  idx        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  outcome    TEXT NOT NULL,
  bytes_up   INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  duration   INTEGER NOT NULL,                 -- milliseconds
  frames     INTEGER NOT NULL,
  speed      INTEGER                           -- bytes a second
) STRICT;
CREATE TABLE node (
  id           BLOB PRIMARY KEY,
  office       TEXT NOT NULL,
  public_key   BLOB NOT NULL,
  enrolled     INTEGER NOT NULL,
  revoked      INTEGER,
  last_contact INTEGER,
  exchanges    INTEGER NOT NULL DEFAULT 0,
  version      TEXT,
  clock_offset INTEGER,                        -- milliseconds
  proven       INTEGER,
  proven_count INTEGER,
  proven_sum   BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE enrolment (
  code_hash BLOB PRIMARY KEY,                  -- SHA-256 of the secret
  office    TEXT NOT NULL,
  offered   INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  used      INTEGER,
  used_by   BLOB,
  reused    INTEGER NOT NULL DEFAULT 0         -- further tries with a used code: an alarm
) STRICT, WITHOUT ROWID;
