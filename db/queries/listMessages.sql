-- Messages that the caller may see, the latest first. A period that is none is 422.
SELECT * FROM (
  SELECT id, direction, "group", hub, kind, title, text, sent_on, response, means, responded_on, created_at, updated_at, href,
         created_at::text AS _after_key, id AS _after_id, NULL::int AS _status
  FROM scip.messages
  WHERE (:direction IS NULL OR direction = :direction)
    AND (:kind IS NULL OR kind = :kind)
    AND (:hub IS NULL OR _hub = :hub)
    AND (:group IS NULL OR _group = :group)
    AND (:answered IS NULL OR direction = 'up' AND (responded_on IS NOT NULL) = :answered)
    AND (:period IS NULL OR sent_on BETWEEN scip.period_start(:period) AND scip.period_end(:period))
    AND (:after_id IS NULL OR (created_at, id) < (:after_key::timestamptz, :after_id::uuid))
  ORDER BY created_at DESC, id DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused
FROM scip.refuse_list(NULL, :period) refused
