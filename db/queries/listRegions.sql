-- English regions and the four nations, by name.
SELECT slug, gss_code, name, kind, nation, longitude, latitude, hubs, sources, href,
       _geometry,
       _sort::text AS _after_key, slug AS _after_slug
FROM scip.regions
WHERE (:nation IS NULL OR nation = :nation)
  AND (:kind IS NULL OR kind = :kind)
  AND (:after_slug IS NULL OR (_sort, slug) > (:after_key, :after_slug))
ORDER BY _sort, slug
LIMIT :limit
