-- Where the figures are not those of the raw rows.
SELECT month, coalesce(item, 'all') AS item, agent, metric, figure, recount FROM scip.verify_usage()
