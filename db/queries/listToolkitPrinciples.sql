-- The principles of effective support in the order of display; none ranks above another.
SELECT slug, ordinal, name, summary, sources, confidence, href,
       ordinal::text AS _after_key, slug AS _after_slug
FROM scip.toolkit_principles
WHERE (:after_slug IS NULL OR (ordinal, slug) > (:after_key::int, :after_slug))
ORDER BY ordinal, slug
LIMIT :limit
