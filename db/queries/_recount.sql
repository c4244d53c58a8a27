-- Counts the months that have raw rows again: each, and how many of its figures were others.
SELECT month, repaired FROM scip.recount_usage()
