SELECT id, metric, title, unit, public, period, period_kind, hub, item, class, value, sources, note, created_at, updated_at, href, _version
FROM scip.closed_totals
WHERE id = :id
