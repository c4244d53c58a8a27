-- Counts the months that have raw rows anew: each, and how many of its figures were others.
SELECT month, mended FROM scip.recount_usage()
