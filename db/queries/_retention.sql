-- Removes what has been kept long enough.
SELECT kind, removed FROM scip.retain() UNION ALL SELECT kind, removed FROM scip.retain_usage()
