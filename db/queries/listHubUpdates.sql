-- What a Hub owes and has written, the latest quarter first. A Hub that there is not is 404, a period that is none 422.
SELECT * FROM (
  SELECT hub, quarter, starts, ends, due_on, open_until, owed, status, nil_return, late, submitted_at, practice, challenges, ideas,
         priorities, questions, member_updates, created_at, updated_at, href, quarter AS _after_quarter, NULL::int AS _status
  FROM scip.hub_updates
  WHERE _hub = :slug AND (ctx.sees(_hub_id, NULL) OR (SELECT ctx.decides()))
    AND (owed OR status <> 'none')
    AND (:period IS NULL OR starts BETWEEN scip.period_start(:period) AND scip.period_end(:period))
    AND (:after_quarter IS NULL OR quarter < :after_quarter)
  ORDER BY quarter DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused
FROM scip.refuse_list(:slug, :period) refused
