SELECT id, what, discovered_at, began_at, data, people, risk, consequences, measures, reported_at, not_reported_because, people_told_at,
       people_not_told_because, report_by, closed_at, created_at, updated_at, href, _version
FROM scip.breaches
WHERE id = :id
