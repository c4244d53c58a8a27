-- A session's bookings in their order; names for the rows of the page alone. A session that there is not is 404.
SELECT id, session, d.person, d.name, d.email, organisation, organisation_name, sector,
       status, position, attended, certificate, links, created_at, updated_at, href,
       _place AS _after_place, NULL::int AS _status
FROM (
  SELECT * FROM scip.bookings
  WHERE _session = :session AND ctx.handles_session(:session)
    AND (:status IS NULL OR status = :status)
    AND (:after_place IS NULL OR _place > :after_place::bigint)
  ORDER BY _place
  LIMIT :limit) page, scip.delegate_of(page.id) d
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT ctx.handles_session(:session)
