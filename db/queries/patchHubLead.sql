-- With a first day a lead that was last known, or known as a former one, becomes a dated one; with a last day alone it is a
-- former one, whose first day stays unknown.
WITH vis AS (
  SELECT l.id FROM scip.hub_lead l JOIN scip.hub h ON h.id = l.hub_id WHERE h.slug = :slug AND l.uid = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_lead WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub_lead t SET note = p.note, sources = p.sources, confidence = p.confidence,
    evidence_kind = CASE WHEN :body ? 'from' THEN 'dated'
                         WHEN :body ? 'to' AND own.evidence_kind = 'last_known' THEN 'former' ELSE own.evidence_kind END,
    period = CASE WHEN :body ? 'from' OR :body ? 'to' AND own.evidence_kind = 'dated'
                  THEN daterange(CASE WHEN :body ? 'from' THEN (:body ->> 'from')::date ELSE lower(own.period) END,
                                 CASE WHEN :body ? 'to' THEN (:body ->> 'to')::date ELSE upper(own.period) - 1 END, '[]')
                  ELSE own.period END,
    evidence = CASE WHEN NOT :body ? 'from' THEN own.evidence END,
    starts = CASE WHEN NOT :body ? 'from' THEN own.starts END,
    ends = CASE WHEN :body ? 'from' OR own.evidence_kind = 'dated' THEN NULL WHEN :body ? 'to' THEN :body ->> 'to' ELSE own.ends END
  FROM own, jsonb_populate_record((own.*)::scip.hub_lead, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
