-- Changes what the body names; what follows from it (days, SEQUENCE) is the table's.
WITH vis AS (
  SELECT id FROM scip.event WHERE slug = :slug
), own AS MATERIALIZED (
  SELECT * FROM scip.event WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.event t SET title = p.title, title_source = p.title_source, kind = p.kind, starts = p.starts, ends = p.ends,
    date_text = p.date_text, starts_at = p.starts_at, ends_at = p.ends_at, venue = p.venue, town = p.town, nation = p.nation,
    online = p.online, capacity = p.capacity, attendance = p.attendance, attendance_text = p.attendance_text,
    accessibility = p.accessibility, description = p.description, title_cy = p.title_cy, description_cy = p.description_cy,
    url = p.url, sources = p.sources, confidence = p.confidence,
    hub_id = CASE WHEN :body ? 'hub' THEN scip.reference('hub', :body ->> 'hub') ELSE own.hub_id END,
    organiser_id = CASE WHEN :body ? 'organiser' THEN scip.reference('organisation', :body ->> 'organiser') ELSE own.organiser_id END,
    programme_id = CASE WHEN :body ? 'programme' THEN scip.programme_named(:body ->> 'programme') ELSE own.programme_id END
  FROM own, jsonb_populate_record((own.*)::scip.event, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
