-- Who was erased and when, by id alone, what was decided of the places that were listed, and what was redacted: what is kept beside
-- the backups.
SELECT who::text AS person, concat_ws(' ', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), rest) AS at
FROM scip.replayable
ORDER BY replayable.at, rest IS NOT NULL, who
