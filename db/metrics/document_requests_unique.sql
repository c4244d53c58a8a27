-- Sessions with a request of a research document.
SELECT NULL, u.unique_item_requests, NULL, (u.month + interval '1 month - 1 day')::date, NULL, NULL, i.slug,
       CASE WHEN u.agent <> 'human' THEN u.agent
         WHEN u.month + interval '1 month' > least(scip.today(), (known_at AT TIME ZONE setting.zone())::date)
         THEN 'month that was not over' END,
       '/v1/documents/' || i.slug || '/usage'
FROM scip.usage_month u JOIN scip.use_items i ON i.id = u.item_id
WHERE i.kind = 'document' AND u.month BETWEEN first_day AND last_day
