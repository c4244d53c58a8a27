-- Contributions to policy, the newest first; undated ones last.
SELECT slug, title, kind, body, published, published_precision, summary, outcome, url, sources, confidence, href,
       coalesce(_published_on, '0001-01-01')::text AS _after_key, slug AS _after_slug
FROM scip.policy_contributions
WHERE (:kind IS NULL OR kind = :kind)
  AND (:q IS NULL OR strpos(_search, (SELECT scip.sought(:q))) > 0)
  AND (:after_slug IS NULL OR (coalesce(_published_on, '0001-01-01'), slug) < (:after_key::date, :after_slug))
ORDER BY coalesce(_published_on, '0001-01-01') DESC, slug DESC
LIMIT :limit
