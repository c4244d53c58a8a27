-- Those that are due first come first, those without a day last.
SELECT page.id, page.meeting, page.text, page.owner, scip.person_name(page.owner) AS owner_name, page.due_on, page.done_on, page.created_at,
       page.updated_at, page.href, page.due::text AS _after_key, page.id AS _after_id, page._status
FROM (
  SELECT *, NULL::int AS _status FROM (
    SELECT id, meeting, text, owner, due_on, done_on, created_at, updated_at, href, coalesce(due_on, 'infinity') AS due
    FROM scip.actions
    WHERE _hub_id = (SELECT id FROM scip.hub WHERE slug = :slug)
      AND (:open IS NULL OR (done_on IS NULL) = :open)) a
  WHERE :after_id IS NULL OR (due, id) > (:after_key::date, :after_id::uuid)
  ORDER BY due, id
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.hub h WHERE h.slug = :slug AND ctx.sees(h.id, NULL))
