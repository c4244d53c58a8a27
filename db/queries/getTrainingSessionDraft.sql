-- As its staff see it, whatever its status.
SELECT id, course, hub, starts_at, ends_at, day, venue, online, accessibility, status, capacity, confirmed, waiting, places_left,
       created_at, updated_at, href, _version
FROM scip.training_sessions
WHERE id = :id
