-- Which record is referred to which office, and what that office answered. Derived.
CREATE TABLE referral (
  document INTEGER NOT NULL,
  office   TEXT NOT NULL,                      -- its code
  asked    TEXT NOT NULL,
  answers  TEXT NOT NULL,                      -- a JSON list of texts: one, or several that were given apart
  answered INTEGER NOT NULL,                   -- 0 or 1
  PRIMARY KEY (document, office)
) STRICT, WITHOUT ROWID;
CREATE INDEX referral_office ON referral (office, answered, document);
CREATE INDEX referral_answered ON referral (answered, document);
