-- The hub's diary of the nodes that call. Neither derived nor shared; the oldest go.

CREATE TABLE call (
  idx        INTEGER PRIMARY KEY,
  node       BLOB NOT NULL,
  at         INTEGER NOT NULL,                 -- when it began: hub clock
  outcome    TEXT NOT NULL,
  duration   INTEGER NOT NULL,                 -- milliseconds
  bytes_up   INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  changes    INTEGER NOT NULL,                 -- that it brought
  exchanges  INTEGER NOT NULL,                 -- quiet ones right after each other are one row
  epoch      BLOB NOT NULL,                    -- of the log it called about
  claimed    INTEGER NOT NULL                  -- where it said that this log ends
) STRICT;
CREATE INDEX call_node ON call (node, at);

-- The same by day, for much longer.
CREATE TABLE call_day (
  node       BLOB NOT NULL,
  day        INTEGER NOT NULL,                 -- days since 1970 in WIB
  exchanges  INTEGER NOT NULL,
  cuts       INTEGER NOT NULL,
  refused    INTEGER NOT NULL,
  changes    INTEGER NOT NULL,
  bytes_up   INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  hours      INTEGER NOT NULL,                 -- bit n: reached in the hour that begins n hours after midnight
  PRIMARY KEY (node, day)
) STRICT, WITHOUT ROWID;
