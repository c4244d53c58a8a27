-- Does it again, after a restore from a backup that is older.
SELECT scip.replay(:person, :at)
