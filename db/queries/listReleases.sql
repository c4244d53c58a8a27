-- The latest first.
SELECT uid AS id, period, number, first_day AS "from", last_day AS "to", note, created_at AS released_at,
       number = max(number) OVER (PARTITION BY period) AS in_force, '/v1/releases/' || uid AS href,
       id AS _after_id
FROM scip.release
WHERE (:period IS NULL OR period = :period)
  AND (:after_id IS NULL OR id < :after_id::bigint)
ORDER BY id DESC
LIMIT :limit
