-- What offices work by, published in versions. Derived: publications are documents like transactions.
CREATE TABLE publication (
  document  INTEGER PRIMARY KEY,
  office    INTEGER NOT NULL REFERENCES office,
  topic     TEXT NOT NULL,
  version   INTEGER NOT NULL,
  published INTEGER NOT NULL
) STRICT;
CREATE INDEX publication_topic ON publication (office, topic, version);
