-- Documents that were brought before another office than their own (hub): their entries stand in its feed and its digest,
-- too. What was brought once stays so.
CREATE TABLE brought (
  document INTEGER NOT NULL,
  office   INTEGER NOT NULL REFERENCES office,
  PRIMARY KEY (document, office)
) STRICT, WITHOUT ROWID;
CREATE INDEX brought_office ON brought (office);
