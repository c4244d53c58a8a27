-- The newest first.
SELECT t.version, t.text, t.text_cy, t.version = (SELECT max(n.version) FROM scip.consent_text n) AS current, t.created_at,
       '/v1/training/consent-texts/' || t.version AS href, t.version AS _after_version
FROM scip.consent_text t
WHERE :after_version IS NULL OR t.version < :after_version::int
ORDER BY t.version DESC
LIMIT :limit
