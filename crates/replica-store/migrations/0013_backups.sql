-- How old the last backup of a node was at its last contact, in whole days; -1: none was ever made; null: it did not say.
ALTER TABLE node ADD COLUMN backup_days INTEGER;
