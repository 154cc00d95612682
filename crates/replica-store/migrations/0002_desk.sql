-- What the people at one machine need: not derived, not shared, part of backups.

CREATE TABLE account (
  name     TEXT PRIMARY KEY,                   -- clerk id
  shown    TEXT NOT NULL,                      -- name on the screen
  role     TEXT NOT NULL,
  secret   TEXT NOT NULL,                      -- hash of password or PIN, with how it was made
  language TEXT NOT NULL,
  created  INTEGER NOT NULL,
  disabled INTEGER                             -- since then
) STRICT, WITHOUT ROWID;

-- A form that is not finished, as typed.
CREATE TABLE draft (
  id      BLOB PRIMARY KEY,
  clerk   TEXT NOT NULL,
  service TEXT NOT NULL,
  form    TEXT NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_clerk ON draft (clerk, changed);

-- Who did what when. Subjects are ids, never values.
CREATE TABLE audit (
  idx     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  clerk   TEXT NOT NULL,
  act     TEXT NOT NULL,
  subject TEXT NOT NULL
) STRICT;
