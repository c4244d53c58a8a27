SELECT t.version, t.text, t.text_cy, t.version = (SELECT max(n.version) FROM scip.consent_text n) AS current, t.created_at,
       '/v1/training/consent-texts/' || t.version AS href, 1 AS _version
FROM scip.consent_text t
WHERE t.version = :version
