SELECT p.name AS period, r.sent AS messages_to_hubs,
       json_build_object('numerator', r.relayed, 'denominator', r.due, 'percent',
           round(100.0 * r.relayed / nullif(r.due, 0), 1)) AS relay_rate,
       r.received AS messages_from_hubs,
       json_build_object('numerator', r.answered, 'denominator', r.received, 'percent',
           round(100.0 * r.answered / nullif(r.received, 0), 1)) AS loop_closed_rate,
       CASE WHEN p.name IS NULL THEN 400 END AS _status,
       '[{"pointer": "/query/period", "detail": "is no period such as 2024-25"}]'::json AS _errors
FROM (SELECT CASE WHEN :period IS NULL THEN scip.academic_year(scip.today()) ELSE scip.period_name(:period) END AS name) p,
     scip.message_rates(scip.period_start(p.name), scip.period_end(p.name)) r
