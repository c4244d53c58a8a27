-- The latest first, as far as the caller sees them. A period that is no academic year is 422.
SELECT * FROM (
  SELECT id, organisation, principle, stage, assessed_on, created_at, updated_at, href,
         assessed_on::text AS _after_day, id AS _after_id, NULL::int AS _status
  FROM scip.self_assessments
  WHERE (:organisation IS NULL OR _organisation = :organisation)
    AND (:principle IS NULL OR _principle = :principle)
    AND (:period IS NULL OR assessed_on BETWEEN scip.period_start(:period) AND scip.period_end(:period))
    AND (:after_id IS NULL OR (assessed_on, id) < (:after_day::date, :after_id::uuid))
  ORDER BY assessed_on DESC, id DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 422 WHERE scip.period_name(:period) IS NULL AND :period IS NOT NULL
