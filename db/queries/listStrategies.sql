-- Strategies, the earliest first.
SELECT slug, name, period, starts, ends, summary, themes, sources, confidence, href,
       _starts_on::text AS _after_key, slug AS _after_slug
FROM scip.strategies
WHERE (:after_slug IS NULL OR (_starts_on, slug) > (:after_key::date, :after_slug))
ORDER BY _starts_on, slug
LIMIT :limit
