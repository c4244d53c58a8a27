WITH vis AS (
  SELECT id FROM scip.group_seat WHERE id = :id AND group_id = (SELECT g.id FROM scip.alliance_group g WHERE g.slug = :slug)
), own AS MATERIALIZED (
  SELECT * FROM scip.group_seat WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.group_seat t SET title = p.title, sector = p.sector,
    organisation_id = CASE WHEN :body ? 'organisation' THEN scip.reference('organisation', :body ->> 'organisation') ELSE own.organisation_id END,
    person_id = CASE WHEN :body ? 'person' THEN (:body ->> 'person')::uuid ELSE own.person_id END,
    starts = CASE WHEN :body ? 'from' THEN (:body ->> 'from')::date ELSE own.starts END,
    ends = CASE WHEN :body ? 'to' THEN (:body ->> 'to')::date + 1 ELSE own.ends END
  FROM own, jsonb_populate_record((own.*)::scip.group_seat, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
