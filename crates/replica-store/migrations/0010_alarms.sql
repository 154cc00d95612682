-- The hub's alarms, and what is to be told of them elsewhere. Neither derived nor shared; the oldest go.

CREATE TABLE alarm (
  idx     INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,                       -- the code of an office, or nothing: the hub itself
  began   INTEGER NOT NULL,                    -- hub clock
  ended   INTEGER,
  detail  TEXT NOT NULL
) STRICT;
-- One alarm an incident, however often it is noticed.
CREATE UNIQUE INDEX alarm_open ON alarm (kind, subject) WHERE ended IS NULL;
CREATE INDEX alarm_ended ON alarm (ended) WHERE ended IS NOT NULL;

CREATE TABLE delivery (
  idx       INTEGER PRIMARY KEY,
  channel   TEXT NOT NULL,
  event     TEXT NOT NULL,                     -- what the receiver tells repetitions by
  body      BLOB NOT NULL,
  made      INTEGER NOT NULL,
  tries     INTEGER NOT NULL DEFAULT 0,
  due       INTEGER,                           -- of the next try; nothing: delivered or given up
  delivered INTEGER,
  error     TEXT,                              -- of the last try
  UNIQUE (event, channel)
) STRICT;
CREATE INDEX delivery_due ON delivery (channel, due) WHERE due IS NOT NULL;
