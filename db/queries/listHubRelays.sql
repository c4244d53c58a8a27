-- Messages for Hubs and what this one did with them, the latest first. A Hub that there is not is 404, a period that is none 422.
SELECT * FROM (
  SELECT hub, message, relayed_on, how, href, _sent_on::text AS _after_key, _message AS _after_id, NULL::int AS _status
  FROM scip.hub_relays
  WHERE _hub = :slug AND (ctx.sees(_hub_id, NULL) OR cardinality((SELECT ctx.groups())) > 0)
    AND (:relayed IS NULL OR (relayed_on IS NOT NULL) = :relayed)
    AND (:period IS NULL OR _sent_on BETWEEN scip.period_start(:period) AND scip.period_end(:period))
    AND (:after_id IS NULL OR (_sent_on, _message) < (:after_key::date, :after_id::uuid))
  ORDER BY _sent_on DESC, _message DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused FROM scip.refuse_list(:slug, :period) refused
