-- The change feed of the local API, and what its callers asked for once. Neither derived nor shared.

-- Changes in the order in which they became visible here (node), in runs: number and place both go on by one. A change that
-- is visible no more leaves its run, and a row without a place tells of it.
CREATE TABLE change_run (
  number   INTEGER PRIMARY KEY,                -- of the first
  place    INTEGER UNIQUE,                     -- of the first
  count    INTEGER NOT NULL,
  document BLOB,                               -- id, of a change that is visible no more
  hash     BLOB                                -- of that change
) STRICT;
INSERT INTO change_run (number, place, count)
  SELECT min(number), min(place), count(*) FROM (
    SELECT place, row_number() OVER (ORDER BY place) AS number FROM entry
    WHERE state = 1 AND (SELECT role FROM replica) = 1
  ) GROUP BY place - number;

-- Requests that are done once however often they come.
CREATE TABLE request (
  application TEXT NOT NULL,                   -- empty: the owner of the folder
  key         TEXT NOT NULL,
  body        BLOB NOT NULL,                   -- SHA-256 of what was asked for
  answer      TEXT NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (application, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_at ON request (at);
