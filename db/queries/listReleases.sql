-- The latest first.
SELECT r.uid AS id, r.period, r.number, r.first_day AS "from", r.last_day AS "to", r.note, r.created_at AS released_at,
       NOT EXISTS (SELECT FROM scip.release x WHERE x.period = r.period AND x.number > r.number) AS in_force,
       '/v1/releases/' || r.uid AS href, r.id AS _after_id
FROM scip.release r
WHERE (:period IS NULL OR r.period = coalesce(scip.period_name(:period), :period))
  AND (:after_id IS NULL OR r.id < :after_id::bigint)
ORDER BY r.id DESC
LIMIT :limit
