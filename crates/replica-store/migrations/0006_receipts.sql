-- Not derived, not shared: when this node learned that the hub holds an own log up to where.
CREATE TABLE received (
  log      INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  at       INTEGER,                            -- device clock; NULL: before this was noted
  PRIMARY KEY (log, position)
) STRICT, WITHOUT ROWID;
INSERT INTO received (log, position, at) SELECT idx, acknowledged, NULL FROM log WHERE own = 1 AND acknowledged > 0;
