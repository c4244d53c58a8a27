-- One of them; it never changes, but a later one may be in force.
SELECT r.uid AS id, r.period, r.number, r.first_day AS "from", r.last_day AS "to", r.note, r.created_at AS released_at,
       NOT EXISTS (SELECT FROM scip.release x WHERE x.period = r.period AND x.number > r.number) AS in_force,
       '/v1/releases/' || r.uid AS href, r.version AS _version
FROM scip.release r
WHERE r.uid = :id
