-- Where the figures are not those of the raw rows.
SELECT month, coalesce(item, 'all') AS item, class, metric, figure, recount FROM scip.verify_usage()
