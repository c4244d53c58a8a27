-- Who was erased and when, by id alone: what is kept beside the backups.
SELECT person_id::text AS person, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
FROM scip.erasure
ORDER BY erasure.at, person_id
