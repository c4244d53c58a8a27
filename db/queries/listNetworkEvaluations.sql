-- The latest year first.
SELECT n.year, scip.year_start(n.year) AS starts, (scip.year_start(n.year) + interval '1 year' - interval '1 day')::date AS ends, n.release,
       n.released_at, r.owed AS returns_owed,
       r.submitted AS returns_submitted, r.accepted AS returns_accepted, r.published AS returns_published,
       '/v1/network/evaluations/' || n.year AS href, n.year AS _after_year
FROM (SELECT * FROM scip.network_evaluations
      WHERE :after_year IS NULL OR year < :after_year ORDER BY year DESC LIMIT :limit) n
CROSS JOIN LATERAL scip.network_return_counts(n.year) r
ORDER BY n.year DESC
