-- Year after year, the latest first; of each the network first, then its Hubs by name.
SELECT n.year, e.release, e.category, e.metric, e.title, e.unit,
       scip.link('hubs', h.slug, h.name) AS hub,
       e.value, e.status, e.previous_value, e.previous_status, e.change, e.return AS evaluation_status, n.year AS _after_year,
       k.place AS _after_place
FROM scip.network_evaluations n CROSS JOIN LATERAL scip.network_evaluation(n.year) e LEFT JOIN scip.hub h ON h.id = e.hub_id
CROSS JOIN LATERAL (SELECT concat_ws(' ', lpad(e.ordinal::text, 4, '0'), CASE WHEN h.id IS NOT NULL THEN 1 ELSE 0 END, h.name_sort,
    h.slug) COLLATE "C" AS place) k
WHERE :after_year IS NULL OR n.year < :after_year OR n.year = :after_year AND k.place > :after_place COLLATE "C"
ORDER BY n.year DESC, k.place
LIMIT :limit
