-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.policy_contribution (slug, title, kind, body, published, summary, outcome, url, sources, confidence)
  SELECT :slug, p.title, p.kind, p.body, p.published, p.summary, p.outcome, p.url, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.policy_contribution, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/policy-contributions/' || :slug AS _location
