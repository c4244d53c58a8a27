-- Reviews of a Hub's operation, the latest first. A Hub that there is not is 404, a period that is none 422.
SELECT * FROM (
  SELECT id, hub, reviewed_on, note, created_at, updated_at, href, reviewed_on::text AS _after_key, id AS _after_id, NULL::int AS _status
  FROM scip.hub_reviews
  WHERE _hub = :slug
    AND (:period IS NULL OR reviewed_on BETWEEN scip.period_start(:period) AND scip.period_end(:period))
    AND (:after_id IS NULL OR (reviewed_on, id) < (:after_key::date, :after_id::uuid))
  ORDER BY reviewed_on DESC, id DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused FROM scip.refuse_list(:slug, :period) refused
