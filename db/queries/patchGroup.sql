-- Changes what the body names; sets are replaced as a whole.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.alliance_group WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.alliance_group t SET name = p.name, kind = p.kind, status = p.status, starts = p.starts, ends = p.ends,
    purpose = p.purpose, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.alliance_group, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), parts AS MATERIALIZED (
  SELECT id, scip.set_group_organisations(id, :body) FROM upd
)
SELECT CASE WHEN parts.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN parts USING (id)
