-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.alliance_group (slug, name, kind, status, starts, ends, purpose, sources, confidence)
  SELECT :slug, p.name, p.kind, p.status, p.starts, p.ends, p.purpose, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.alliance_group, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
), parts AS MATERIALIZED (
  SELECT scip.set_group_organisations(id, :body) FROM made
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM parts) THEN 412 END AS _status, '/v1/groups/' || :slug AS _location
