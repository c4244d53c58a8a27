-- One of them by its slug.
SELECT slug, title, kind, body, published, published_precision, summary, outcome, url, sources, confidence, href, _version
FROM scip.policy_contributions
WHERE slug = :slug
