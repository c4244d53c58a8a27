-- Removes what has been kept long enough.
SELECT kind, removed FROM scip.retain()
