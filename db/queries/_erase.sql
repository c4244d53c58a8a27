-- Erases again, after a restore from a backup that is older.
SELECT scip.erase(:person, :at)
