-- What all Hubs owe and have submitted of a quarter, by Hub, for those who read all. A quarter that is none is 422.
SELECT * FROM (
  SELECT hub, quarter, starts, ends, due_on, open_until, owed, status, nil_return, late, submitted_at, practice, challenges, ideas,
         priorities, questions, member_updates, created_at, updated_at, href, _sort::text AS _after_key, _hub::text AS _after_slug,
         NULL::int AS _status
  FROM scip.hub_updates
  WHERE quarter = CASE WHEN :quarter IS NULL THEN scip.quarter((date_trunc('month', scip.quarter_start(scip.quarter(scip.today()))) - interval '1 day')::date)
                     ELSE scip.period_name(:quarter) END
    AND (SELECT ctx.central() OR ctx.decides())
    AND (owed OR status <> 'none')
    AND (:status IS NULL OR status = :status)
    AND (:after_slug IS NULL OR (_sort, _hub) > (:after_key COLLATE "C", :after_slug))
  ORDER BY _sort, _hub
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused
FROM scip.refuse_list(NULL, :quarter) refused
