-- Meetings of a Hub, the newest first. One that there is not, or that is not the caller's, is 404.
SELECT * FROM (
  SELECT id, hub, "group", kind, title, starts_at, day, venue, online, status, guests, agenda_completed_at, attendance_shared_at, quorum,
         created_at, updated_at, href,
         starts_at::text AS _after_key, id AS _after_id, NULL::int AS _status
  FROM scip.meetings
  WHERE _hub = :slug
    AND (:period IS NULL OR scip.period_name(:period) IN (scip.academic_year(day), scip.quarter(day)))
    AND (:status IS NULL OR status = :status)
    AND (:after_id IS NULL OR (starts_at, id) < (:after_key::timestamptz, :after_id::uuid))
  ORDER BY starts_at DESC, id DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.hub x WHERE x.slug = :slug AND ctx.sees(x.id, NULL))
