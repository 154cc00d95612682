-- Files of forms that are not finished: `said` is what the record is going to say of the file.
CREATE TABLE draft_file (
  idx     INTEGER PRIMARY KEY,
  draft   BLOB NOT NULL,
  hash    BLOB NOT NULL,
  said    TEXT NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (draft, hash)
) STRICT;
