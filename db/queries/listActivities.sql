-- A Hub's activities, the latest first. A Hub that there is not is 404, a period that is none 422.
SELECT * FROM (
  SELECT id, hub, kind, held_on, title, description, themes, membership, programme, interventions, young_people, created_at,
         updated_at, href, held_on::text AS _after_key, id AS _after_id, NULL::int AS _status
  FROM scip.activities
  WHERE _hub = :slug
    AND (:kind IS NULL OR kind = :kind)
    AND (:period IS NULL OR held_on BETWEEN scip.period_start(:period) AND scip.period_end(:period))
    AND (:after_id IS NULL OR (held_on, id) < (:after_key::date, :after_id::uuid))
  ORDER BY held_on DESC, id DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused
FROM scip.refuse_list(:slug, :period) refused
