-- Rows tell times by the hub's clock where it was known: those of before are made again at the next opening.
INSERT INTO setting (key, value) SELECT 'rows_anew', x'' WHERE EXISTS (SELECT 1 FROM transaction_row);
