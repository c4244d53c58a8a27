-- Tiers, stages and facts of the Toolkit, by kind.
SELECT slug, kind, ordinal, name, text, value, sources, confidence, href,
       key AS _after_key, slug AS _after_slug
FROM scip.toolkit_facts, LATERAL (SELECT kind || lpad(coalesce(ordinal, 999)::text, 4, '0') COLLATE "C" AS key) AS sorted
WHERE (:kind IS NULL OR kind = :kind)
  AND (:after_slug IS NULL OR (key, slug) > (:after_key, :after_slug))
ORDER BY key, slug
LIMIT :limit
