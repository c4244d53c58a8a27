-- Governance and working groups, by name.
SELECT slug, name, kind, status, starts, ends, purpose, organisations, sources, confidence, href,
       _sort::text AS _after_key, slug AS _after_slug
FROM scip.groups
WHERE (:kind IS NULL OR kind = :kind)
  AND (:status IS NULL OR status = :status)
  AND (:after_slug IS NULL OR (_sort, slug) > (:after_key, :after_slug))
ORDER BY _sort, slug
LIMIT :limit
