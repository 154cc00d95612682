-- Registers choose letters by the day on which they got their number, letters without one are a list, and what was signed apart
-- with different content is listed with what people must decide. Rows of before are made again at the next opening.
ALTER TABLE transaction_row ADD COLUMN numbered INTEGER;
ALTER TABLE transaction_row ADD COLUMN two_papers INTEGER NOT NULL DEFAULT 0;
DROP INDEX row_divergent;
CREATE INDEX row_divergent ON transaction_row (document) WHERE (divergences > 0 OR two_papers > 0);
CREATE INDEX row_numbered ON transaction_row (numbered) WHERE numbered IS NOT NULL;
CREATE INDEX row_unnumbered ON transaction_row (document) WHERE numbered IS NULL;
INSERT OR IGNORE INTO setting (key, value) SELECT 'rows_anew', x'' WHERE EXISTS (SELECT 1 FROM transaction_row);
