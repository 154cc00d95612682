-- Registers choose letters by the day of their signature, and whoever asked to stay unknown has no name in a list: rows of
-- before are made again at the next opening.
ALTER TABLE transaction_row ADD COLUMN signed INTEGER;
CREATE INDEX row_signed ON transaction_row (signed) WHERE signed IS NOT NULL;
INSERT OR IGNORE INTO setting (key, value) SELECT 'rows_anew', x'' WHERE EXISTS (SELECT 1 FROM transaction_row);
