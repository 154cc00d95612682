-- Every page of a desk says how many files wait to be sent.
CREATE INDEX blob_unsent ON blob (hash) WHERE at_hub IS NULL;
